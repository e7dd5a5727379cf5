"""Signed links."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlencode

import pytest

from scriba.storage import Secret
from scriba.storage.links import Links

NOW = datetime(2026, 2, 1, 11, 0, 0, tzinfo=UTC)
BLOB = "2f0e/91aa/7c3d"


def _links(secret: str = "s" * 32, at: datetime = NOW) -> Links:
    return Links(Secret(secret), clock=lambda: at)


def test_a_link_works_until_it_expires() -> None:
    query = _links().sign(BLOB, NOW + timedelta(hours=1))
    assert dict(parse_qsl(urlencode(query))) == query
    assert query["se"] == "2026-02-01T12:00:00Z"
    for minutes, works in ((0, True), (59, True), (60, False), (600, False)):
        answer = _links(at=NOW + timedelta(minutes=minutes)).check(BLOB, query)
        assert (answer is None) == works, minutes
    assert "expired at 2026-02-01T12:00:00Z" in str(
        _links(at=NOW + timedelta(2)).check(BLOB, query)
    )


def test_the_end_is_told_in_utc() -> None:
    later = (NOW + timedelta(hours=1)).astimezone(timezone(timedelta(hours=9)))
    assert _links().sign(BLOB, later)["se"] == "2026-02-01T12:00:00Z"


@pytest.mark.parametrize("name", ["st", "se", "sp", "sv", "sr", "sig"])
def test_no_part_of_a_link_can_be_changed(name: str) -> None:
    query = _links().sign(BLOB, NOW + timedelta(hours=1))
    for value in ("", "2099-01-01T00:00:00Z", query[name] + "x", query[name][:-1], "ü\n\0", "rwdl"):
        assert _links().check(BLOB, {**query, name: value}) is not None
    assert _links().check(BLOB, {key: query[key] for key in query if key != name}) is not None


def test_a_link_is_of_one_blob_and_one_secret() -> None:
    query = _links().sign(BLOB, NOW + timedelta(hours=1))
    assert _links().check(BLOB + "0", query) is not None
    assert _links().check("", query) is not None
    assert _links("t" * 32).check(BLOB, query) is not None
    # Lines of the query cannot be moved into the name of a blob.
    assert _links().check(f"{BLOB}\nse={query['se']}", query) is not None


def test_what_else_the_query_says_does_not_matter() -> None:
    query = _links().sign(BLOB, NOW + timedelta(hours=1))
    assert _links().check(BLOB, {**query, "as": "srt"}) is None
    assert _links().check(BLOB, {}) is not None
