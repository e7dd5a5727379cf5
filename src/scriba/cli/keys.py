"""`scriba keys`: resources and their keys."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scriba.cli.first_key import remember_rotated
from scriba.cli.parser import settings_of
from scriba.errors import BlobError
from scriba.net.redact import redacted
from scriba.resources import Resource
from scriba.resources.limits import BY_NAME, Limits
from scriba.storage import Resources, open_store
from scriba.storage.blobs import open_blobs, storage_url
from scriba.storage.resources import Changes


def create(arguments: argparse.Namespace) -> int:
    """Make a resource and print its keys, which cannot be read again."""
    storage = _storage(arguments)
    with _resources(arguments) as resources:
        made = resources.create(
            arguments.name,
            arguments.region,
            limits=BY_NAME[arguments.limits or "none"],
            storage=storage,
        )
    about = {"name": made.name, "region": made.region, "key1": made.key1, "key2": made.key2}
    _print(arguments, about)
    return 0


def update(arguments: argparse.Namespace) -> int:
    """Change limits or storage of a resource and print it."""
    changes: Changes = {}
    if arguments.limits is not None:
        changes["limits"] = BY_NAME[arguments.limits]
    if arguments.storage is not None:
        changes["storage"] = _storage(arguments)
    with _resources(arguments) as resources:
        _print(
            arguments, _about(resources.update(arguments.name, moved=arguments.moved, **changes))
        )
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
    """Delete a resource; its files go with it where they lie in the service's own storage."""
    with _resources(arguments) as resources:
        resource = resources.get(arguments.name)
        resources.delete(resource.name)
    left = _remove_files(arguments, resource)
    if arguments.json:
        print(json.dumps({"name": resource.name, "deleted": True, "filesLeft": left}, indent=2))
    else:
        print(f"deleted {resource.name}")
        if left:
            print(f"its files were left where they are: {left}")
    return 0


def _remove_files(arguments: argparse.Namespace, resource: Resource) -> str | None:
    """Remove the files of a deleted resource; says where they are when they are still there."""
    if resource.storage is not None:
        # It belongs to whoever brought it.
        return f"{redacted(resource.storage)}, under {resource.id}/"
    settings = settings_of(arguments)
    place = storage_url(settings.storage, settings.data_dir)
    try:
        open_blobs(place).delete_prefix(resource.id)
    except BlobError as error:
        print(f"scriba: {error}", file=sys.stderr)
        return f"{redacted(place)}, under {resource.id}/"
    return None


def _storage(arguments: argparse.Namespace) -> str | None:
    """The storage that was asked for, which is tried out; None for the service's own."""
    if arguments.storage in (None, "none"):
        return None
    place = storage_url(arguments.storage, settings_of(arguments).data_dir)
    open_blobs(place).check()
    return place


@contextmanager
def _resources(arguments: argparse.Namespace) -> Iterator[Resources]:
    settings = settings_of(arguments)
    store = open_store(
        settings.data_dir, settings.database_url, settings.secret, upgrade=settings.auto_upgrade
    )
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
        "limits": resource.limits.to_json() if resource.limits else None,
        "storage": redacted(resource.storage) if resource.storage else None,
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
        if name == "limits":
            limits = Limits.from_json(value)
            value = "; ".join(limits.described()) if limits else "none"
        if name == "storage":
            value = value or "the service's own"
        if value is not None:
            print(f"{name:12} {value}")
