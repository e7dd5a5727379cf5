import pytest

from scriba.pronunciation.syllables import graphemes, syllables
from scriba.pronunciation.words import said


@pytest.mark.parametrize(
    ("word", "phones", "letters"),
    [
        ("technological", "T EH2 K|N AH0|L AA1|JH IH0|K AH0 L", "tech|no|lo|gi|cal"),
        ("pencil", "P EH1 N|S AH0 L", "pen|cil"),
        ("hello", "HH AH0|L OW1", "hel|lo"),
        ("extra", "EH1 K|S T R AH0", "ex|tra"),
        ("singer", "S IH1 NG|ER0", "sing|er"),
        ("finger", "F IH1 NG|G ER0", "fin|ger"),
        ("knowledge", "N AA1|L AH0 JH", "know|ledge"),
        ("neighbor", "N EY1|B ER0", "neigh|bor"),
        ("apple", "AE1|P AH0 L", "ap|ple"),
        ("strengths", "S T R EH1 NG K TH S", "strengths"),
        ("don't", "D OW1 N T", "don't"),
        ("naïve", "N AY2|IY1 V", "na|ïve"),
        ("Wednesday", "W EH1 N Z|D IY0", "Wednes|day"),
        ("education", "EH2|JH AH0|K EY1|SH AH0 N", "e|du|ca|tion"),
        ("BBC", "B IY2|B IY0|S IY1", "B|B|C"),
        ("w", "D AH1|B AH0 L|Y UW0", "||w"),
        ("shh", "SH", "shh"),
        ("little", "L IH1 T L", "little"),
    ],
)
def test_words_are_cut_into_syllables(word: str, phones: str, letters: str) -> None:
    flat = phones.replace("|", " ").split()
    parts = syllables(flat)
    assert [" ".join(flat[at] for at in part) for part in parts] == phones.split("|")
    assert graphemes(word, flat, parts) == letters.split("|")


def test_no_phones_are_no_syllables() -> None:
    assert syllables([]) == []
    assert graphemes("anything", [], []) == []


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("", "AH0 L OW1"),
        ("5", "F AY1 V"),
        ("日本", "N IH0 HH AA1 N"),
        ("xqzwv" * 60, "AH0 L OW1 K"),
        ("a", "AH0 " * 300),
        ("B2B", "B IY1 T UW1 B IY1"),
        ("ﬁre", "F AY1 ER0"),
        ("--a--", "EY1"),
        ("ßßß", "S AH1 S AH0 S"),
    ],
)
def test_letters_stay_whole_and_in_order_whatever_they_are(word: str, phones: str) -> None:
    parts = syllables(phones.split())
    found = graphemes(word, phones.split(), parts)
    assert len(found) == len(parts)
    assert "".join(found) == word


@pytest.mark.parametrize("word", ["organization", "comfortable", "rhythm", "queue", "jalapeño"])
def test_each_phone_is_in_one_syllable(word: str) -> None:
    found = said(word)
    assert found is not None
    for phones in found.pronunciations:
        parts = syllables(phones)
        assert [at for part in parts for at in part] == list(range(len(phones)))
        assert "".join(graphemes(word, phones, parts)) == word
