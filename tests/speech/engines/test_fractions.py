"""Spanish fractions."""

import pytest

from scriba.speech.forms.engines.fractions import fractions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ocho tercios", "8/3"),
        ("tres quintos", "3/5"),
        ("once cientounavos", "11/101"),
        ("un treintavo", "1/30"),
        ("menos diez veinteavos", "-10/20"),
        ("treinta y un centésimos", "31/100"),
    ],
)
def test_a_fraction_is_one_replacement(text: str, expected: str) -> None:
    words = text.split()
    (one,) = fractions(words)
    assert (one.start, one.end, one.text) == (0, len(words), expected)


@pytest.mark.parametrize(
    "text", ["un tercio de la gente", "tres cuartos", "dos segundos", "dos centavos", "los octavos"]
)
def test_other_words_are_not(text: str) -> None:
    assert fractions(text.split()) == []
