"""Cardinals of the languages that have no grammar."""

import pytest

from scriba.speech.forms.engines.cardinals import LANGUAGES, CardinalItn
from scriba.speech.forms.engines.written import read_out


def written(text: str, language: str) -> str:
    words = text.split()
    parts, at = [], 0
    for one in CardinalItn(language).itn(words):
        parts += [*words[at : one.start], one.text]
        at = one.end
    return " ".join(parts + words[at:])


@pytest.mark.parametrize(
    ("language", "spoken", "expected"),
    [
        ("nl", "ik heb drieëntwintig boeken", "ik heb 23 boeken"),
        ("nl", "vijfenveertigduizend zeshonderd achtenzeventig", "45.678"),
        ("nl", "twee miljoen euro", "2 miljoen euro"),
        ("nl", "drie komma vijf procent", "3,5 %"),
        ("sv", "året tvåtusentolv", "året 2012"),
        ("sv", "tusentre", "1003"),
        ("da", "to tusind og tolv", "2012"),
        ("nb", "hundre og tjuetre", "123"),
        ("pl", "pięć milionów złotych", "5 milionów złotych"),
        ("cs", "dvacet tři knih", "23 knih"),
        ("fi", "kaksituhatta kaksitoista", "2012"),
        ("hu", "kétezer-tizenkettő", "2012"),
        ("ro", "douăzeci și trei", "23"),
        ("uk", "п'ять відсотків", "5 %"),
        ("he", "עשרים ושלוש", "23"),
        ("ca", "vint-i-tres llibres", "23 llibres"),
    ],
)
def test_numbers(language: str, spoken: str, expected: str) -> None:
    assert written(spoken, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "duizend dank voor een boek"),
        ("sv", "tusen tack för en bok"),
        ("nb", "tusen takk for to bøker"),
        ("da", "tusind tak for et hus"),
        ("pl", "sto lat i dwie kobiety"),
        ("fi", "yksi talo"),
        ("hu", "egy ház"),
    ],
)
def test_small_and_round_numbers_stay_words(language: str, text: str) -> None:
    assert written(text, language) == text


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_numbers_survive_being_read_out_and_written_again(language: str) -> None:
    for number in (11, 23, 99, 123, 678, 1984, 2012, 9999):
        spoken = read_out(str(number), language)
        assert spoken is not None
        assert written(" ".join(spoken), language) == str(number)
