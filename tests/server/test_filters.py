"""Filters: the grammar, what it refuses and where, and the same answers in SQL and in Python."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriba.resources.entity import Entity, Kind, Status, new_id
from scriba.resources.filters import And, Comparison, Not, Or
from scriba.server.errors import ApiError
from scriba.server.filters import (
    ENTITIES,
    FILES,
    MAX_COMPARISONS,
    MAX_LENGTH,
    matches,
    parse_filter,
)

from .api import Api

A = Comparison("displayName", "eq", "a")
B = Comparison("displayName", "ne", "b")
RUNNING = Comparison("status", "eq", "Running")


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("displayName eq 'a'", A),
        ("  DISPLAYNAME  EQ  'a'  ", A),
        ("(displayName eq 'a')", A),
        ("((displayName eq 'a'))", A),
        ("displayName eq 'a' and displayName ne 'b'", And((A, B))),
        ("displayName eq 'a' or displayName ne 'b'", Or((A, B))),
        (
            "displayName eq 'a' or displayName ne 'b' and status eq 'running'",
            Or((A, And((B, RUNNING)))),
        ),
        (
            "(displayName eq 'a' or displayName ne 'b') and status eq 'running'",
            And((Or((A, B)), RUNNING)),
        ),
        ("not displayName eq 'a' and displayName ne 'b'", And((Not(A), B))),
        ("not(displayName eq 'a' and displayName ne 'b')", Not(And((A, B)))),
        ("not not displayName eq 'a'", Not(Not(A))),
        ("displayName eq 'it''s'", Comparison("displayName", "eq", "it's")),
        ("displayName eq ''", Comparison("displayName", "eq", "")),
        ("displayName eq ') or ('", Comparison("displayName", "eq", ") or (")),
        ("displayName eq'a'and status eq'Running'", And((A, RUNNING))),
        ("locale eq 'EN-us'", Comparison("locale", "eq", "en-US")),
        ("locale eq 'tlh'", Comparison("locale", "eq", "tlh")),
    ],
)
def test_the_grammar(text: str, condition: object) -> None:
    assert parse_filter(text, ENTITIES) == condition


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("displayName", 12, "takes the operators eq, ne"),
        ("displayName eq", 15, "single quotes"),
        ("displayName eq a", 16, "single quotes"),
        ("displayName eq 'a", 16, "closing quote"),
        ("displayName gt 'a'", 13, "takes the operators eq, ne"),
        ("displayName like 'a'", 13, "takes the operators"),
        ("bogus eq 'a'", 1, "displayName, description, locale"),
        ("status eq 'Done'", 11, "NotStarted, Running, Succeeded, Failed"),
        ("createdDateTime gt 'x'", 20, "a time such as"),
        ("createdDateTime gt 2022-13-01T00:00:00Z", 20, "a time such as"),
        ("createdDateTime gt 2022-02-30", 20, "a time such as"),
        ("createdDateTime gt 9999-12-31T23:59:59Z", 20, "a time such as"),
        ("createdDateTime gt 0001-01-01T00:00:00+14:00", 20, "a time such as"),
        ("displayName eq 'a' displayName eq 'b'", 20, "'and', 'or' or the end"),
        ("displayName eq 'a' and", 23, "one of these properties"),
        ("(displayName eq 'a'", 20, "')' is expected"),
        ("displayName eq 'a')", 19, "the end is expected"),
        ("()", 2, "one of these properties"),
        ("displayName eq 'a' ; drop table", 20, "not understood"),
        ("kind eq 'Transcription'", 1, "one of these properties"),
        ("displayName eq 'ä' and ß", 24, "not understood"),
    ],
)
def test_complaints_name_the_position(text: str, position: int, reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_filter(text, ENTITIES)
    error = caught.value
    assert (error.status, error.inner_code, error.target) == (400, "UnsupportedFilter", "filter")
    assert f"at position {position} " in error.message
    assert reason in error.message


@pytest.mark.parametrize(
    "text",
    [
        "displayName eq '" + "x" * MAX_LENGTH + "'",
        "not " * 30 + "displayName eq 'a'",
        "(" * 30 + "displayName eq 'a'" + ")" * 30,
        " or ".join(["displayName eq 'a'"] * (MAX_COMPARISONS + 1)),
        "displayName eq '\0'",
        "displayName eq '\ud800'",
    ],
)
def test_bounds(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_filter(text, ENTITIES)
    assert caught.value.inner_code == "UnsupportedFilter"


_WORDS = [
    *("displayName", "status", "createdDateTime", "eq", "ne", "gt", "and", "or", "not", "(", ")"),
    *("'a'", "'Running'", "2022-02-01", "'", "x"),
]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(_WORDS),
            max_size=14,
        ).map(" ".join),
    )
)
def test_any_text_is_a_filter_or_a_complaint(text: str) -> None:
    with suppress(ApiError):
        parse_filter(text, ENTITIES)


def test_files() -> None:
    found = parse_filter("name eq 'a.json' and kind eq 'transcription'", FILES)
    assert found == And(
        (Comparison("name", "eq", "a.json"), Comparison("kind", "eq", "Transcription"))
    )


MOMENT = datetime(2026, 2, 1, 11, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("eq 2026-02-01T11:00:00Z", [0, 1]),
        ("eq '2026-02-01T12:00:00+01:00'", [0, 1]),
        ("eq 2026-02-01T11:00:00.5Z", []),
        ("ne 2026-02-01T11:00:00Z", [-1, 2]),
        ("gt 2026-02-01T11:00:00Z", [2]),
        ("ge 2026-02-01T11:00:00Z", [0, 1, 2]),
        ("ge 2026-02-01T11:00:00.5Z", [2]),
        ("lt 2026-02-01T11:00:00Z", [-1]),
        ("le 2026-02-01T11:00:00Z", [-1, 0, 1]),
        ("lt 2026-02-01T11:00:00.5Z", [-1, 0, 1]),
        ("lt 2026-02-02", [-1, 0, 1, 2]),
        ("gt 2026-02-01T11:00", [2]),
    ],
)
def test_times_compare_as_they_are_shown(api: Api, filter: str, found: list[int]) -> None:
    """A second before, the second itself, late in it, the next one."""
    entities = api.entities
    moments = {-1: -0.2, 0: 0.0, 1: 0.9, 2: 1.1}
    for number, seconds in moments.items():
        entities.create(_entity(api, str(number), MOMENT + timedelta(seconds=seconds)))
    condition = parse_filter(f"createdDateTime {filter}", ENTITIES)
    listed = entities.list(Kind.TRANSCRIPTION, api.resource_id, where=condition)
    assert [int(each.display_name) for each in listed] == found
    shown = {n: (MOMENT + timedelta(seconds=s)).replace(microsecond=0) for n, s in moments.items()}
    assert [n for n in moments if matches(condition, {"createdDateTime": shown[n]})] == found


def _entity(api: Api, name: str, created: datetime, description: str | None = None) -> Entity:
    status = Status.RUNNING if name == "a" else Status.FAILED
    return Entity(
        id=new_id(),
        resource_id=api.resource_id,
        kind=Kind.TRANSCRIPTION,
        version="v3.2",
        host="http://localhost",
        display_name=name,
        locale="en-US",
        status=status,
        created=created,
        last_action=created,
        description=description,
    )


_LEAF = st.one_of(
    st.builds(
        "{} {} '{}'".format,
        st.sampled_from(["displayName", "description"]),
        st.sampled_from(["eq", "ne"]),
        st.sampled_from(["a", "b", "A", "it''s", "%"]),
    ),
    st.builds(
        "createdDateTime {} 2026-02-01T11:00:0{}Z".format,
        st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]),
        st.integers(0, 3),
    ),
    st.just("status eq 'Running'"),
)
_TREE = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
    ),
    max_leaves=6,
)


def test_sql_and_python_agree(api: Api) -> None:
    entities = api.entities
    kept = [
        _entity(api, "a", MOMENT, "a"),
        _entity(api, "b", MOMENT + timedelta(seconds=1)),
        _entity(api, "A", MOMENT + timedelta(seconds=2), "b"),
        _entity(api, "it's", MOMENT + timedelta(seconds=3), "%"),
    ]
    for each in kept:
        entities.create(each)

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_TREE)
    def check(text: str) -> None:
        condition = parse_filter(text, ENTITIES)
        listed = entities.list(Kind.TRANSCRIPTION, api.resource_id, where=condition)
        expected = [
            each.id
            for each in kept
            if matches(
                condition,
                {
                    "displayName": each.display_name,
                    "description": each.description,
                    "status": each.status.value,
                    "createdDateTime": each.created,
                },
            )
        ]
        assert [each.id for each in listed] == expected

    check()
