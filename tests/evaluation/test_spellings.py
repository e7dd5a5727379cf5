"""British and American spellings."""

import pytest

from scriba.evaluation.spellings import american


@pytest.mark.parametrize(
    ("british", "expected"),
    [
        ("colourful", "colorful"),
        ("neighbourhood", "neighborhood"),
        ("centres", "centers"),
        ("realised", "realized"),
        ("organisations", "organizations"),
        ("recognising", "recognizing"),
        ("greys", "grays"),
        ("defence", "defense"),
        ("travelling", "traveling"),
    ],
)
def test_british_spellings(british: str, expected: str) -> None:
    assert american(british) == expected
    assert american(expected) == expected


ONE_SPELLING = (
    "advertise advise basis disguised exercise four hour minister noise otherwise our promises "
    "raised rise sister surprised tourist visit wise acre"
)


@pytest.mark.parametrize("word", ONE_SPELLING.split())
def test_words_with_one_spelling(word: str) -> None:
    assert american(word) == word
