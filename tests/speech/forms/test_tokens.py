"""Words cut into punctuation and core."""

import pytest

from scriba.speech.forms.tokens import pieces, token


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("hello", ("", "hello", "")),
        ('"Hello,"', ('"', "Hello", ',"')),
        ("$23,", ("", "$23", ",")),
        ("(-5)", ("(", "-5", ")")),
        ("12.5%.", ("", "12.5%", ".")),
        ("&", ("", "&", "")),
        ("—", ("—", "", "")),
        ("'80s", ("", "'80s", "")),
        ("p.m.", ("", "p.m", ".")),
        ("don’t!", ("", "don’t", "!")),
    ],
)
def test_token(raw: str, parts: tuple[str, str, str]) -> None:
    found = token(raw)
    assert (found.lead, found.core, found.trail) == parts
    assert found.raw == raw


def test_pieces_keep_what_parts_them() -> None:
    assert pieces("well-known") == (("well", "-"), ("known", ""))
    assert pieces("don’t") == (("don't", ""),)
    assert pieces("and/or") == (("and", "/"), ("or", ""))
    assert pieces("-") == ()
