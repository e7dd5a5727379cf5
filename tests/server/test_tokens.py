"""Tokens without a server."""

from datetime import UTC, datetime

import jwt
import pytest

from scriba.resources import Resource
from scriba.server.tokens import MANAGEMENT, SPEECH, InvalidToken, Tokens

KEY = b"k" * 32
RESOURCE = Resource("id-1", "demo", "westus", "abcd", "efgh", datetime.now(UTC))


def test_what_is_issued_is_what_is_read() -> None:
    tokens = Tokens(KEY, clock=lambda: 1000.0)
    caller = tokens.check(tokens.issue(RESOURCE, MANAGEMENT))
    assert (caller.resource_id, caller.name, caller.region) == ("id-1", "demo", "westus")
    assert caller.scopes == {SPEECH, MANAGEMENT}
    assert tokens.check(tokens.issue(RESOURCE)).scopes == {SPEECH}


def test_valid_for_exactly_ten_minutes() -> None:
    now = 1000.0
    tokens = Tokens(KEY, clock=lambda: now)
    issued = tokens.issue(RESOURCE)
    now = 1599.9
    tokens.check(issued)
    now = 1600.0
    with pytest.raises(InvalidToken, match="expired"):
        tokens.check(issued)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"iss": "scriba"},
        {"iss": "other", "sub": "a", "scope": SPEECH, "iat": 0, "exp": 2**40},
        {"iss": "scriba", "sub": "a", "scope": SPEECH, "iat": 0},
        {"iss": "scriba", "sub": "a", "scope": SPEECH, "iat": 0, "exp": "soon"},
        {"iss": "scriba", "sub": "a", "scope": SPEECH, "iat": 0, "exp": None},
        {"iss": "scriba", "sub": 5, "scope": SPEECH, "iat": 0, "exp": 2**40},
    ],
)
def test_signed_but_not_ours(claims: dict[str, object]) -> None:
    with pytest.raises(InvalidToken):
        Tokens(KEY).check(jwt.encode(claims, KEY, algorithm="HS256"))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é.é.é", "\x00", "e30.e30.e30"])
def test_nonsense(token: str) -> None:
    with pytest.raises(InvalidToken):
        Tokens(KEY).check(token)
