"""The four forms of English sentences, and what holds for any text."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.speech.forms import Forms, render
from scriba.speech.forms.english.words import word_list

# Sentence, lexical, ITN, display.
SENTENCES = [
    (
        "Remind me to buy six candles.",
        "remind me to buy six candles",
        "remind me to buy 6 candles",
        "Remind me to buy 6 candles.",
    ),
    (
        "Remind me to buy 6 candles.",
        "remind me to buy six candles",
        "remind me to buy 6 candles",
        "Remind me to buy 6 candles.",
    ),
    (
        "It costs nineteen dollars and ninety-five cents, Mrs. Hale.",
        "it costs nineteen dollars and ninety five cents missus hale",
        "it costs $19.95 mrs hale",
        "It costs $19.95, Mrs. Hale.",
    ),
    (
        "Doors open at seven fifteen p.m. We start later.",
        "doors open at seven fifteen p m we start later",
        "doors open at 7:15 PM we start later",
        "Doors open at 7:15 PM. We start later.",
    ),
    (
        "Doors open at 7.15pm on Friday.",
        "doors open at seven fifteen p m on friday",
        "doors open at 7:15 PM on friday",
        "Doors open at 7:15 PM on Friday.",
    ),
    (
        "Dial one, eight hundred, two two two, one zero one zero now.",
        "dial one eight hundred two two two one zero one zero now",
        "dial 1-800-222-1010 now",
        "Dial 1-800-222-1010 now.",
    ),
    (
        "He moved to 12 Oak St., Springfield, on May fourth, nineteen eighty-six.",
        "he moved to twelve oak street springfield on may fourth nineteen eighty six",
        "he moved to 12 oak st springfield on may 4 1986",
        "He moved to 12 Oak St., Springfield, on May 4, 1986.",
    ),
    (
        "Write to jane underscore roe at example dot org.",
        "write to jane underscore roe at example dot org",
        "write to jane_roe@example.org",
        "Write to jane_roe@example.org.",
    ),
    (
        "A twenty-five-year-old author sold 2.5 million copies.",
        "a twenty five year old author sold two point five million copies",
        "a 25-year-old author sold 2.5 million copies",
        "A 25-year-old author sold 2.5 million copies.",
    ),
    (
        "One, two, three: the U.K. lost 2-1 in room 305!",
        "one two three the u k lost two to one in room three oh five",
        "1 2 3 the u.k lost 2-1 in room 305",
        "1, 2, 3: the U.K. lost 2-1 in room 305!",
    ),
    (
        "No one waits a second, and one of us came third.",
        "no one waits a second and one of us came third",
        "no one waits a second and one of us came third",
        "No one waits a second, and one of us came third.",
    ),
    (
        "[music] It’s 90% done — (laughs) OK?",
        "it's ninety percent done ok",
        "it's 90% done ok",
        "It’s 90% done — OK?",
    ),
    (
        "Call (415) 555-2671 or 555 1234.",
        "call four one five five five five two six seven one or five five five one two three four",
        "call 415-555-2671 or 555-1234",
        "Call 415-555-2671 or 555-1234.",
    ),
]


@pytest.mark.parametrize(("text", "lexical", "itn", "display"), SENTENCES)
def test_forms_of_a_sentence(text: str, lexical: str, itn: str, display: str) -> None:
    forms = render(text, "en-US")
    assert (forms.lexical, forms.itn, forms.display) == (lexical, itn, display)
    assert forms.masked_itn == forms.itn


@pytest.mark.parametrize("display", [row[3] for row in SENTENCES])
def test_a_display_is_its_own_display(display: str) -> None:
    assert render(display, "en-US").display == display


def test_groups_tie_the_forms_to_the_source_words() -> None:
    forms = render("At five thirty, Dr. Smith paid $3.2 million.", "en-US")
    rows = [(group.source, group.lexical, group.itn, group.display) for group in forms.groups]
    assert rows == [
        ((0, 1), ("at",), ("at",), ("At",)),
        ((1, 3), ("five", "thirty"), ("5:30",), ("5:30,",)),
        ((3, 4), ("doctor",), ("dr",), ("Dr.",)),
        ((4, 5), ("smith",), ("smith",), ("Smith",)),
        ((5, 6), ("paid",), ("paid",), ("paid",)),
        (
            (6, 8),
            ("three", "point", "two", "million", "dollars"),
            ("$3.2", "million"),
            ("$3.2", "million."),
        ),
    ]


def _consistent(text: str, forms: Forms) -> None:
    at = 0
    for group in forms.groups:
        assert group.source[0] == at
        assert group.source[1] > at
        at = group.source[1]
    assert at == len(text.split())
    for name in ("lexical", "itn", "display"):
        words = [word for group in forms.groups for word in getattr(group, name)]
        assert " ".join(words) == getattr(forms, name)
    for name in ("lexical", "itn", "masked_itn", "display"):
        assert getattr(forms, name) == " ".join(getattr(forms, name).split())


LOCALES = st.sampled_from(["en-US", "en-GB", "de-DE", "fr-FR"])
TREATMENTS = st.sampled_from(["masked", "removed", "raw"])
FRAGMENTS = st.sampled_from(
    word_list(
        "five thirty p m one two hundred and a half thousand million dollars cents percent at dot "
        "com j s quarter to march third nineteen ninety eight oh double minus point Dr. Smith $5 "
        "6.45pm 7/8 1-800-456-8910 U.S. 3-2 20% fuck, shit. Shit! & — , . ... [music] (laughs) "
        "12:30 World War II www.x.com a@b.co ½ 5km °C 1,000 2012 July 25, twenty-five '80s #5 x i "
        'u k plus slash http :// = @ # 1.2.3 henry the eighth No. St. 3rd 007 99999 1e5 " ( ) -.'
    )
)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), LOCALES, TREATMENTS)
def test_any_text_has_consistent_forms(text: str, locale: str, profanity: str) -> None:
    _consistent(text, render(text, locale, profanity))  # type: ignore[arg-type]


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAGMENTS, max_size=12).map(" ".join), TREATMENTS)
def test_any_english_fragments_have_consistent_forms(text: str, profanity: str) -> None:
    _consistent(text, render(text, "en-US", profanity))  # type: ignore[arg-type]


def test_threads_render_alike() -> None:
    texts = [row[0] for row in SENTENCES] * 8
    alone = [render(text, "en-US") for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: render(text, "en-US"), texts)) == alone


def test_long_words_are_bounded_work() -> None:
    text = "9" * 5000 + " " + "a-" * 3000 + " " + "1," * 2000
    _consistent(text, render(text, "en-US"))


def test_capital_for_the_first_word_but_not_for_an_address() -> None:
    assert render("hello there.", "en-US").display == "Hello there."
    assert render("iPhone sales rose.", "en-US").display == "iPhone sales rose."
    assert render("example.com is up.", "en-US").display == "example.com is up."


ENDLESS = ["five", "five,", "b", "a dash", "one dot", "double five", "1", "555", "two hundred", "-"]


@pytest.mark.parametrize("words", ENDLESS)
def test_endless_repetition_is_bounded_work(words: str) -> None:
    text = " ".join([words] * 4000)
    _consistent(text, render(text, "en-US"))


def test_a_continued_sentence_keeps_its_small_letter() -> None:
    assert render("...and then five.", "en-US").display == "...and then 5."


@pytest.mark.parametrize(
    ("text", "locale", "display"),
    [
        ("five pencils", "en-US", "5 pencils."),
        ("Really?", "en-US", "Really?"),
        ("cinq crayons", "fr-FR", "Cinq crayons."),
        ("有五本书", "zh-CN", "有五本书。"),
        ("สวัสดี", "th-TH", "สวัสดี"),
    ],
)
def test_a_display_ends_as_a_sentence(text: str, locale: str, display: str) -> None:
    assert render(text, locale).display == display


def test_a_name_after_a_title_has_a_capital() -> None:
    forms = render("ask doctor smith", "en-US")
    assert (forms.lexical, forms.itn) == ("ask doctor smith", "ask dr smith")
    assert forms.display == "Ask Dr. Smith."
    assert render("my doctor said so", "en-US").display == "My doctor said so."
