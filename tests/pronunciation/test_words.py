import pytest

from scriba.pronunciation.phones import SYMBOLS, unstressed
from scriba.pronunciation.words import Said, by_letters, said


def _said(word: str, *, capitals: bool = False, letter: bool = False) -> Said:
    found = said(word, capitals=capitals, letter=letter)
    assert found is not None
    return found


def test_the_dictionary_comes_first_and_britain_last() -> None:
    found = _said("Dance")
    assert found.word == "dance"
    assert [" ".join(one) for one in found.pronunciations] == ["D AE1 N S", "D AA1 N S"]
    assert found.british == 1
    assert found.american == (("D", "AE1", "N", "S"),)


def test_pronunciations_that_differ_only_by_stress_are_one() -> None:
    for word in ("the", "record", "of", "was", "your", "either", "schedule"):
        found = _said(word).pronunciations
        assert len(set(map(unstressed, found))) == len(found)
        assert len(found) <= 10


def test_small_words_have_weak_forms() -> None:
    assert ("W", "AH", "Z") in set(map(unstressed, _said("was").american))
    assert ("SH", "AH", "L") in set(map(unstressed, _said("shall").american))


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("GPT", "JH IY2 P IY2 T IY1"),
        ("GPTs", "JH IY2 P IY2 T IY1 Z"),
        ("XYZ's", "EH2 K S W AY2 Z IY1 Z"),
        ("NASA", "N AE1 S AH0"),
        ("html", "EY2 CH T IY2 EH2 M EH1 L"),
        ("TikTok", "T IH1 K T AA2 K"),
        ("café", "K AH0 F EY1"),
        ("straße", "S T R AE1 S"),
    ],
)
def test_acronyms_and_foreign_letters(word: str, first: str) -> None:
    assert " ".join(_said(word, capitals=word[:2].isupper()).pronunciations[0]) == first


def test_unknown_capitals_are_spelled_or_read() -> None:
    found = _said("COVID", capitals=True).american
    assert found[0] == by_letters("covid")
    assert ("K", "OW1", "V", "IH0", "D") in found
    assert _said("GPT", capitals=True).american == (by_letters("gpt"),)


def test_a_word_in_capitals_may_be_spelled() -> None:
    assert by_letters("it") in _said("IT", capitals=True).american
    assert by_letters("it") not in _said("IT").american


@pytest.mark.parametrize("word", ["am", "us"])
def test_small_words_are_not_spelled(word: str) -> None:
    spelled = unstressed(by_letters(word))
    assert spelled not in set(map(unstressed, _said(word).pronunciations))
    assert spelled in set(map(unstressed, _said(word.upper(), capitals=True).pronunciations))
    assert by_letters("a") in _said("a").american


def test_a_letter_has_its_name() -> None:
    assert _said("a").pronunciations[0] == ("AH0",)
    assert _said("a", letter=True).pronunciations[0] == ("EY1",)


@pytest.mark.parametrize(
    "word",
    [
        *("zyxwvut", "qqq", "x'y'z", "é" * 90, "aaaa" * 5000, "bcd" * 9000, "ʼn", "o’", "ﬁne"),
        *("he" + "'d" * 31, "boy" + "n't" * 20, "we" + "'ll've" * 10),
    ],
)
def test_anything_with_a_letter_is_said(word: str) -> None:
    assert len(_said(word).word) <= 64
    for one in _said(word).pronunciations:
        assert one
        assert set(one) <= set(SYMBOLS)
        assert len(one) < 300


@pytest.mark.parametrize("word", ["", "'", "日本", "😀", "42", "\x00", "Москва"])
def test_what_has_no_letter_is_not_said(word: str) -> None:
    assert said(word) is None
