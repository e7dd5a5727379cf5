import pytest

from scriba.pronunciation.phones import (
    PHONES,
    SYMBOLS,
    VOWELS,
    bare,
    ipa,
    is_vowel,
    sapi,
    stress,
    unstressed,
)


def test_there_are_39_phones_in_order_15_of_them_vowels() -> None:
    assert len(PHONES) == len(set(PHONES)) == 39
    assert list(PHONES) == sorted(PHONES)
    assert len(VOWELS) == 15
    assert set(PHONES) >= VOWELS
    assert len(SYMBOLS) == 24 + 3 * 15


def test_stress_is_taken_off_and_told() -> None:
    assert [bare("AH0"), bare("AH"), bare("HH")] == ["AH", "AH", "HH"]
    assert [stress("ER2"), stress("AH"), stress("K")] == [2, None, None]
    assert unstressed(("HH", "AH0", "L", "OW1")) == ("HH", "AH", "L", "OW")
    assert is_vowel("OY1")
    assert not is_vowel("Y")


# The sample words of the API's documentation.
@pytest.mark.parametrize(
    ("symbols", "sapi_names", "ipa_names"),
    [
        ("HH EH0 L OW1", "h eh l ow", "h ɛ l oʊ"),
        ("L AH1 K", "l ah k", "l ʌ k"),
        ("F OW1 T OW2", "f ow t ow", "f oʊ t oʊ"),
        (
            "T EH2 K N AH0 L AA1 JH IH0 K AH0 L",
            "t eh k n ax l aa jh ih k ax l",
            "t ɛ k n ə l ɑ dʒ ɪ k ə l",
        ),
    ],
)
def test_words_are_written_as_the_api_writes_them(
    symbols: str, sapi_names: str, ipa_names: str
) -> None:
    assert " ".join(map(sapi, symbols.split())) == sapi_names
    assert " ".join(map(ipa, symbols.split())) == ipa_names


def test_each_phone_has_a_name_of_its_own_in_both_alphabets() -> None:
    assert len(set(map(sapi, PHONES))) == len(set(map(ipa, PHONES))) == 39
    assert [ipa("ER0"), ipa("ER1"), ipa("ER"), ipa("R"), ipa("G")] == ["ɚ", "ɝ", "ɝ", "ɹ", "ɡ"]


@pytest.mark.parametrize("other", ["sil", "", "X", "ə"])
def test_what_is_no_phone_has_no_name(other: str) -> None:
    with pytest.raises(KeyError):
        sapi(other)
    with pytest.raises(KeyError):
        ipa(other)
