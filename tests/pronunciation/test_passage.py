import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.errors import ReferenceTooLong
from scriba.pronunciation.passage import Part, Passage

TEXT = (
    "The old lighthouse stood on the cliff, far from the village. Every evening its keeper climbed "
    "the narrow stairs. In 1998 a storm broke the lamp, and it cost $50 to mend it. Nobody came to "
    "help him; he repaired the glass alone. Since then the light has never failed."
)
READ = [
    "the old lighthouse stood on the cliff far from the village",
    "every evening its keeper climbed the narrow stairs",
    "in nineteen ninety eight a storm broke the lamp and it cost fifty dollars to mend it",
    "nobody came to help him he repaired the glass alone",
    "since then the light has never failed",
]
PARTS = [
    "The old lighthouse stood on the cliff, far from the village.",
    "Every evening its keeper climbed the narrow stairs.",
    "In 1998 a storm broke the lamp, and it cost $50 to mend it.",
    "Nobody came to help him. he repaired the glass alone.",
    "Since then the light has never failed.",
]
WORDS = ("Nobody", "came", "to", "help", "him", "he", "repaired", "the", "glass", "alone")


def take(passage: Passage, heard: str, *, last: bool = False) -> Part:
    return passage.take(heard.split(), last=last)


def test_each_phrase_gets_its_part() -> None:
    passage = Passage(TEXT)
    assert [take(passage, heard) for heard in READ] == [Part(text) for text in PARTS]
    assert take(passage, "and that is all", last=True) == Part("")


def test_figures_are_known_in_all_their_ways() -> None:
    text = "We get up at 7:30. We eat at 8:45. The code is 10000. We go at 9:15. We sleep at 2:05."
    passage = Passage(text)
    heard = (
        "we get up at half past seven",
        "we eat at a quarter to nine",
        "the code is one oh oh oh oh",
        "we go at quarter past nine",
        "we sleep at five past two",
    )
    parts = [f"{part}." for part in text.rstrip(".").split(". ")]
    assert [take(passage, each).text for each in heard] == parts


def test_a_skipped_telephone_number_is_not_near() -> None:
    passage = Passage("She has a dog. Her phone number was 555-0142. Every day she took the bus.")
    take(passage, "she has a dog")
    part = take(passage, "every day she took the bus")
    assert part.text == "Every day she took the bus."
    assert part.skipped == ("Her", "phone", "number", "was", "555-0142")


def test_phrases_that_break_within_sentences() -> None:
    passage = Passage(TEXT)
    found = [
        take(passage, heard).text
        for heard in (
            "the old lighthouse",
            "stood on the cliff far",
            "from the village every evening its keeper",
            "climbed the narrow",
            "stairs",
        )
    ]
    assert found == [
        "The old lighthouse",
        "stood on the cliff, far",
        "from the village. Every evening its keeper",
        "climbed the narrow",
        "stairs.",
    ]


def test_misheard_words_are_still_read() -> None:
    passage = Passage(TEXT)
    assert (
        take(passage, "the old light house stud on a cliff fair from the pillage").text == PARTS[0]
    )
    assert take(passage, "every morning is keeper climbs the narrow socks").text == PARTS[1]
    assert take(passage, READ[2]).text == PARTS[2]


def test_a_sentence_that_nobody_read_is_told_with_the_next_phrase() -> None:
    passage = Passage(TEXT)
    take(passage, READ[0])
    found = take(passage, READ[2])
    assert found.text == PARTS[2]
    assert found.skipped == tuple(PARTS[1].removesuffix(".").split())
    assert take(passage, READ[3]) == Part(PARTS[3])


def test_a_few_words_that_were_not_heard_may_still_be_in_the_audio() -> None:
    passage = Passage(TEXT)
    take(passage, READ[0])
    assert take(passage, "keeper climbed the narrow stairs") == Part(PARTS[1])


def test_what_is_left_in_the_end_is_told_with_the_last_phrase() -> None:
    passage = Passage(TEXT)
    for heard in READ[:3]:
        take(passage, heard)
    found = take(passage, READ[3], last=True)
    assert found.text == PARTS[3]
    assert found.left == ("Since", "then", "the", "light", "has", "never", "failed")


def test_a_sentence_that_is_read_again_takes_nothing_of_what_follows() -> None:
    passage = Passage(TEXT)
    take(passage, READ[0])
    take(passage, READ[1])
    assert take(passage, READ[1]) == Part(PARTS[1], again=True)
    assert take(passage, "sorry again every evening its keeper").again
    assert take(passage, READ[2]) == Part(PARTS[2])


def test_a_phrase_that_begins_once_more_goes_on_from_there() -> None:
    passage = Passage(TEXT)
    take(passage, "the old lighthouse stood on the")
    assert take(passage, "stood on the cliff far from the village").text.endswith("the village.")
    assert take(passage, READ[1]) == Part(PARTS[1])


def test_a_false_start_with_a_small_word_jumps_nowhere() -> None:
    passage = Passage(TEXT)
    assert take(passage, "the old the").text == "The old"
    assert take(passage, "lighthouse stood on the cliff").text == "lighthouse stood on the cliff,"


def test_words_of_something_else_are_no_part() -> None:
    passage = Passage(TEXT)
    take(passage, READ[0])
    assert take(passage, "um") == Part("", "Every")
    assert take(passage, READ[1]) == Part(PARTS[1])


def test_what_was_read_elsewhere_is_no_omission() -> None:
    passage = Passage(TEXT, begun=True)
    assert take(passage, READ[2]) == Part(PARTS[2])
    assert take(passage, READ[4]).skipped == WORDS


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ReferenceTooLong):
        Passage("word " * 5000)


@given(st.lists(st.sampled_from([*" ".join(READ).split(), "um", "xyz", "", "!"]), max_size=40))
def test_whatever_is_heard_no_word_is_told_twice(heard: list[str]) -> None:
    passage = Passage(TEXT)
    told: list[str] = []
    for at in range(0, len(heard), 7):
        part = passage.take(heard[at : at + 7], last=at + 7 >= len(heard))
        told += part.skipped
        told += () if part.again else part.text.split()
        told += part.left
    marks = str.maketrans("", "", ".,;")
    rest = " ".join(told).translate(marks)
    assert TEXT.translate(marks).startswith(rest)
    assert not heard or rest == TEXT.translate(marks)
