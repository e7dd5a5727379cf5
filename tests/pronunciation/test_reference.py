import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.errors import ReferenceTooLong
from scriba.pronunciation.phones import SYMBOLS
from scriba.pronunciation.reference import LONGEST, ReferenceWord, read


def _told(text: str) -> list[str]:
    """Each word as it is written and, where that differs, said."""
    told = []
    for word in read(text):
        spoken = " ".join(said.word for said in word.spoken)
        told.append(word.text if spoken == word.text.lower() else f"{word.text}={spoken}")
    return told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We call it bear.", ["We", "call", "it", "bear"]),
        ("I paid $5.20 for it!", ["I", "paid", "$5.20=five dollars twenty cents", "for", "it"]),
        ("Dr. Smith, Elm St.", ["Dr.=doctor", "Smith", "Elm", "St.=street"]),
        ("St. Mary's", ["St.=saint", "Mary's"]),
        ("Mr. O’Neill doesn’t.", ["Mr.=mister", "O'Neill", "doesn't"]),
        ("a well-known x-ray", ["a", "well-known=well known", "x-ray=x ray"]),
        ("at 3:45 p.m. on Jan. 3", ["at", "3:45 p.m.=three forty five p m", "on",
                                    "Jan.=january", "3=third"]),
        ("4K and MP3", ["4K=four k", "and", "MP3=mp three"]),
        ("50% of 1,000", ["50%=fifty percent", "of", "1,000=one thousand"]),
        ("(425) 555-0123", ["(425) 555-0123=four two five five five five zero one two three"]),
        ("mail a@b.com", ["mail", "a@b.com=a at b dot com"]),
        ("'em, doin' 'twas \"quoted\"", ["em='em", "doin=doin'", "twas='twas", "quoted"]),
        ("wait—what", ["wait", "what"]),
        ("I ❤ you 😀 日本", ["I", "you"]),
        ("café naïve", ["café", "naïve"]),
        ("AT&T & B2B", ["AT&T=a t and t", "&=and", "B2B=b two b"]),
        ("TV\u200b \u202eshow\x00", ["TV", "show"]),
    ],
)  # fmt: skip
def test_texts_as_people_write_them(text: str, words: list[str]) -> None:
    assert _told(text) == words


@pytest.mark.parametrize("text", ["", "   ", "...", "😀", "日本語", "\x00\ud800", "'", "— -- –"])
def test_a_text_without_words_has_none(text: str) -> None:
    assert read(text) == ()


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ReferenceTooLong, match=f"{LONGEST + 1} characters"):
        read("a" * (LONGEST + 1))


def _breaks(text: str) -> list[tuple[str, bool, bool]]:
    return [(word.text, word.break_after, word.strong_break_after) for word in read(text)]


def test_punctuation_asks_for_pauses() -> None:
    assert _breaks("Well, no; yes (or maybe) fine: go. The end") == [
        ("Well", True, False),
        ("no", True, True),
        ("yes", True, False),
        ("or", False, False),
        ("maybe", True, False),
        ("fine", True, True),
        ("go", True, True),
        ("The", False, False),
        ("end", False, False),
    ]
    assert _breaks("wait -- what — now?") == [
        ("wait", True, False),
        ("what", True, False),
        ("now", True, True),
    ]
    assert _breaks("yes 😀!")[0] == ("yes", True, True)


def test_the_dot_of_an_abbreviation_ends_no_sentence_but_the_last() -> None:
    assert _breaks("Mr. Hill")[0] == ("Mr.", False, False)
    assert _breaks("at 5 p.m.")[-1] == ("5 p.m.", True, True)


def test_a_letter_among_others_is_said_by_its_name() -> None:
    (word,) = read("AT&T")
    assert word.spoken[0].pronunciations[0] == ("EY1",)
    (list_,) = read("A-list")
    assert list_.spoken[0].pronunciations[0] == ("EY1",)
    assert read("half a million")[1].spoken[0].pronunciations[0] == ("AH0",)


def test_capitals_are_spelled_only_among_other_letters() -> None:
    spelled = ("Y", "UW2", "EH1", "S")
    nasa = [len(word.spoken[0].american) for word in (*read("NASA"), *read("the NASA")[1:])]
    assert nasa == [1, 2]
    assert spelled in read("in the US")[2].spoken[0].american


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    for word in read(text):
        _check(word)


_MARKS = """
St. Dr. 5 $ July 4, 2020 1/2 10:30 p.m. a@b.co # % & +1 555-0123 IV - -- ... 's ' B2B " ( x'
"""


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_MARKS.split()), max_size=12))
def test_any_row_of_figures_and_marks_is_read(parts: list[str]) -> None:
    for word in read(" ".join(parts)):
        _check(word)


def _check(word: ReferenceWord) -> None:
    assert word.text.strip()
    assert word.spoken
    assert word.break_after or not word.strong_break_after
    for said in word.spoken:
        assert said.american
        for one in said.pronunciations:
            assert one
            assert set(one) <= set(SYMBOLS)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("1½ cups", "one and a half cups"),
        ("½-cup", "one half cup"),
        ("2¼", "two and one quarter"),
        ("No.1", "number one"),
        ("Mon. and Tues.", "monday and tuesday"),
        ("2 tbsp. sugar", "two tablespoons sugar"),
        ("7" * 90, " ".join(["seven"] * 90)),
    ],
)
def test_nothing_of_a_number_or_an_abbreviation_is_lost(text: str, spoken: str) -> None:
    assert " ".join(said.word for word in read(text) for said in word.spoken) == spoken
