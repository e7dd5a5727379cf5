"""Phones as letters."""

import pytest

from scriba.customization.phones import respelled


@pytest.mark.parametrize(
    ("phones", "word"),
    [("D AO T N EH1 T", "dotnet"), ("S K AY1", "skai"), ("ch ih t", "chit"), ("p ɪ ts", "pɪts")],
)
def test_phones_become_one_word(phones: str, word: str) -> None:
    assert respelled(phones) == word


def test_figures_and_marks_are_no_phones() -> None:
    assert respelled("1 2 -") == ""
