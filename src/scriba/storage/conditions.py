"""From a filter's tree to SQL."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from scriba.errors import UnknownProperty
from scriba.resources.filters import And, Comparison, Condition, Not, Or
from scriba.storage.tables import Moment, entities, files

ENTITY_COLUMNS: Mapping[str, sa.ColumnElement[Any]] = {
    "displayName": entities.c.display_name,
    "description": entities.c.description,
    "createdDateTime": entities.c.created,
    "lastActionDateTime": entities.c.last_action,
    "status": entities.c.status,
    "locale": entities.c.locale,
    "apiVersion": entities.c.version,
    "kind": entities.c.spec["kind"].as_string(),
    "webUrl": entities.c.spec["web_url"].as_string(),
    "model": entities.c.spec["model"].as_string(),
    "project": entities.c.spec["project"].as_string(),
    "foundryProjectName": entities.c.spec["foundry_project_name"].as_string(),
}

FILE_COLUMNS: Mapping[str, sa.ColumnElement[Any]] = {
    "name": files.c.name,
    "kind": files.c.kind,
    "createdDateTime": files.c.created,
}

_Column = sa.ColumnElement[Any]

_COMPARE: Mapping[str, Callable[[_Column, Any], sa.ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: sa.or_(column != value, column.is_(None)),
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
}


def to_sql(
    condition: Condition, columns: Mapping[str, sa.ColumnElement[Any]]
) -> sa.ColumnElement[bool]:
    """The SQL of a condition over these properties; raises UnknownProperty.

    Texts are compared character by character, in upper and lower case, and times as moments. A
    missing value equals nothing, so that `not` of a comparison with it holds.
    """
    if isinstance(condition, And):
        return sa.and_(*(to_sql(part, columns) for part in condition.parts))
    if isinstance(condition, Or):
        return sa.or_(*(to_sql(part, columns) for part in condition.parts))
    if isinstance(condition, Not):
        return sa.not_(to_sql(condition.part, columns))
    assert isinstance(condition, Comparison)
    column = columns.get(condition.property)
    if column is None:
        raise UnknownProperty(f"{condition.property}; use one of {', '.join(columns)}")
    if isinstance(condition.value, datetime) != isinstance(column.type, Moment):
        kind = "time" if isinstance(column.type, Moment) else "text"
        raise UnknownProperty(f"{condition.property} is compared with a {kind}")
    made = _COMPARE[condition.operator](column, condition.value)
    return sa.func.coalesce(made, sa.false())
