"""`scriba keys`: resources and their keys."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scriba.cli.first_key import remember_rotated
from scriba.cli.parser import settings_of
from scriba.resources import Resource
from scriba.storage import Resources, open_store


def create(arguments: argparse.Namespace) -> int:
    """Make a resource and print its keys, which cannot be read again."""
    with _resources(arguments) as resources:
        made = resources.create(arguments.name, arguments.region)
    about = {"name": made.name, "region": made.region, "key1": made.key1, "key2": made.key2}
    _print(arguments, about)
    return 0


def list(arguments: argparse.Namespace) -> int:
    """Print all resources, one a line."""
    with _resources(arguments) as resources:
        found = resources.list()
    if arguments.json:
        print(json.dumps([_about(resource) for resource in found], indent=2))
        return 0
    width = max((len(resource.name) for resource in found), default=0)
    for one in found:
        print(
            f"{one.name:{width}}  {one.region or 'any region':18}  "
            f"...{one.hint1}  ...{one.hint2}  {one.created:%Y-%m-%d}"
        )
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print one resource."""
    with _resources(arguments) as resources:
        _print(arguments, _about(resources.get(arguments.name)))
    return 0


def rotate(arguments: argparse.Namespace) -> int:
    """Replace a key and print the new one."""
    with _resources(arguments) as resources:
        key = resources.rotate(arguments.name, arguments.key)
        resource = resources.get(arguments.name)
    remember_rotated(settings_of(arguments).data_dir, resource.name, arguments.key, key)
    about = {"name": resource.name, "region": resource.region, f"key{arguments.key}": key}
    _print(arguments, about)
    return 0


def delete(arguments: argparse.Namespace) -> int:
    """Delete a resource."""
    with _resources(arguments) as resources:
        name = resources.get(arguments.name).name
        resources.delete(name)
    if arguments.json:
        print(json.dumps({"name": name, "deleted": True}, indent=2))
    else:
        print(f"deleted {name}")
    return 0


@contextmanager
def _resources(arguments: argparse.Namespace) -> Iterator[Resources]:
    settings = settings_of(arguments)
    store = open_store(settings.data_dir, settings.database_url, settings.secret)
    try:
        yield Resources(store)
    finally:
        store.close()


def _about(resource: Resource) -> dict[str, Any]:
    return {
        "name": resource.name,
        "region": resource.region,
        "key1": f"...{resource.hint1}",
        "key2": f"...{resource.hint2}",
        "created": resource.created.isoformat(timespec="seconds"),
        "key1Rotated": _time(resource.rotated1),
        "key2Rotated": _time(resource.rotated2),
    }


def _time(value: Any) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def _print(arguments: argparse.Namespace, about: dict[str, Any]) -> None:
    if arguments.json:
        print(json.dumps(about, indent=2))
        return
    for name, value in about.items():
        if name == "region":
            value = value or "any"
        if value is not None:
            print(f"{name:12} {value}")
