"""Filters as SQL, held against the same filters evaluated in Python."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriba.errors import UnknownProperty
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.file import FileKind
from scriba.resources.filters import And, Comparison, Condition, Not, Or
from scriba.storage import Entities, Files, Resources, Store

from .making import START, entity, file

T = Kind.TRANSCRIPTION
NAMES = ("alpha", "Alpha", "it's 100%", "ünïcode", "", "a_b", "a\\b")
MADE: list[dict[str, object]] = [
    {
        "display_name": name,
        "description": None if i % 3 == 0 else NAMES[-i],
        "locale": "de-DE" if i % 2 else "en-US",
        "status": list(Status)[i % 4],
        "created": START + timedelta(seconds=i),
        "last_action": START + timedelta(days=i),
    }
    for i, name in enumerate(NAMES)
]


@pytest.fixture
def filled(store: Store) -> tuple[Entities, str, list[Entity]]:
    """A resource with entities that differ in everything that can be asked for."""
    owner = Resources(store).create("owner").id
    made = [entity(owner, **values) for values in MADE]
    for each in made:
        Entities(store).create(each)
    return Entities(store), owner, made


def _holds(condition: Condition, each: Entity) -> bool:
    if isinstance(condition, And):
        return all(_holds(part, each) for part in condition.parts)
    if isinstance(condition, Or):
        return any(_holds(part, each) for part in condition.parts)
    if isinstance(condition, Not):
        return not _holds(condition.part, each)
    values = {
        "displayName": each.display_name,
        "description": each.description,
        "locale": each.locale,
        "status": each.status.value,
        "createdDateTime": each.created,
        "lastActionDateTime": each.last_action,
    }
    value = values[condition.property]
    if condition.operator == "eq":
        return value == condition.value
    if condition.operator == "ne":
        return value != condition.value
    if value is None:
        return False
    return {
        "gt": value > condition.value,  # type: ignore[operator]
        "ge": value >= condition.value,  # type: ignore[operator]
        "lt": value < condition.value,  # type: ignore[operator]
        "le": value <= condition.value,  # type: ignore[operator]
    }[condition.operator]


_TEXTS = st.builds(
    Comparison,
    st.sampled_from(["displayName", "description", "locale", "status"]),
    st.sampled_from(["eq", "ne"]),
    st.sampled_from([*NAMES, *(status.value for status in Status), "de-DE", "en-us"]),
)
_TIMES = st.builds(
    Comparison,
    st.sampled_from(["createdDateTime", "lastActionDateTime"]),
    st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]),
    st.builds(
        lambda seconds, days, hours: (START + timedelta(days=days, seconds=seconds)).astimezone(
            timezone(timedelta(hours=hours))
        ),
        st.integers(0, 7),
        st.integers(0, 7),
        st.sampled_from([-8, 0, 5]),
    ),
)
_CONDITIONS = st.recursive(
    _TEXTS | _TIMES,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(condition=_CONDITIONS)
def test_sql_finds_what_the_filter_means(
    filled: tuple[Entities, str, list[Entity]], condition: Condition
) -> None:
    entities, owner, made = filled
    wanted = [each.display_name for each in made if _holds(condition, each)]
    found = entities.list(T, owner, where=condition)
    assert [each.display_name for each in found] == wanted
    assert entities.count(T, owner, where=condition) == len(wanted)


def test_pages_are_of_what_was_filtered(filled: tuple[Entities, str, list[Entity]]) -> None:
    entities, owner, _ = filled
    where = Comparison("locale", "eq", "en-US")
    pages = [entities.list(T, owner, skip=skip, top=1, where=where) for skip in range(5)]
    assert [[each.display_name for each in page] for page in pages] == [
        ["alpha"],
        ["it's 100%"],
        [""],
        ["a\\b"],
        [],
    ]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Comparison("secret", "eq", "x"), "secret; use one of displayName"),
        (Comparison("spec", "eq", "x"), "spec"),
        (Comparison("createdDateTime", "eq", "2026-01-01"), "compared with a time"),
        (Comparison("displayName", "eq", datetime(2026, 1, 1, tzinfo=UTC)), "with a text"),
    ],
)
def test_what_cannot_be_compared_is_said(
    filled: tuple[Entities, str, list[Entity]], condition: Condition, said: str
) -> None:
    entities, owner, _ = filled
    with pytest.raises(UnknownProperty, match=said):
        entities.list(T, owner, where=Or((Comparison("locale", "eq", "en-US"), condition)))


def test_webhooks_are_found_by_their_address(store: Store) -> None:
    owner = Resources(store).create("owner").id
    for name in ("a", "b"):
        spec = {"web_url": f"https://example.com/{name}", "events": {}}
        Entities(store).create(entity(owner, kind=Kind.WEBHOOK, display_name=name, spec=spec))
    where = Comparison("webUrl", "eq", "https://example.com/b")
    found = Entities(store).list(Kind.WEBHOOK, owner, where=where)
    assert [each.display_name for each in found] == ["b"]


def test_files_are_filtered_by_name_kind_and_time(store: Store) -> None:
    owner = Resources(store).create("owner").id
    of = entity(owner)
    Entities(store).create(of)
    for i in range(3):
        name = f"contenturl_{i}.json"
        created = START + timedelta(seconds=i)
        Files(store).add(file(of, name, kind=FileKind.TRANSCRIPTION, created=created))
    Files(store).add(file(of))

    def found(where: Condition) -> list[str]:
        return [each.name for each in Files(store).list(of.id, where=where)]

    assert found(Comparison("kind", "eq", "TranscriptionReport")) == ["report.json"]
    assert found(Comparison("name", "eq", "contenturl_1.json")) == ["contenturl_1.json"]
    assert found(Comparison("name", "eq", "CONTENTURL_1.json")) == []
    assert found(Comparison("createdDateTime", "gt", START)) == [
        "contenturl_1.json",
        "contenturl_2.json",
    ]
    with pytest.raises(UnknownProperty, match="use one of name, kind"):
        found(Comparison("status", "eq", "Running"))
