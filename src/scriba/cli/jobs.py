"""`scriba jobs`: batch transcriptions, for operators. Works on the database."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scriba.cli.parser import settings_of
from scriba.errors import EntityNotFound, ResourceNotFound
from scriba.resources.entity import Entity, Kind, Problem, Status, now
from scriba.resources.transcription import TranscriptionSpec
from scriba.storage import Entities, Inputs, Resources, Store, open_store

CANCELLED = Problem("Conflict", "The transcription was cancelled by the operator of this service.")

_AT_WORK = (Status.NOT_STARTED, Status.RUNNING)
_OVER = (Status.SUCCEEDED, Status.FAILED)


def list(arguments: argparse.Namespace) -> int:
    """Print the jobs, one a line, the newest last."""
    statuses = {status.value.lower(): status for status in Status}
    if arguments.status is not None and arguments.status.lower() not in statuses:
        print(f"scriba: --status is one of {', '.join(Status)}", file=sys.stderr)
        return 2
    wanted = [statuses[arguments.status.lower()]] if arguments.status else [*Status]
    with _store(arguments) as store:
        owner = Resources(store).get(arguments.resource).id if arguments.resource else None
        entities = Entities(store)
        found = [each for status in wanted for each in entities.with_status(_KIND, status)]
        chosen = [each for each in found if owner in (None, each.resource_id)]
        rows = [_about(store, each) for each in sorted(chosen, key=lambda each: each.created)]
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return 0
    for row in rows:
        done = f"{row['succeeded'] + row['failed']}/{row['recordings']}"
        failed = f", {row['failed']} failed" if row["failed"] else ""
        print(
            f"{row['id']}  {row['status']:10}  {row['created']}  {done:>9} recordings{failed}  "
            f"{row['resource']}  {_printable(row['displayName'])}"
        )
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print a job and its recordings."""
    with _store(arguments) as store:
        entity = _entity(store, arguments.id)
        about = _about(store, entity)
        about["error"] = None if entity.error is None else entity.error.message
        about["inputs"] = [
            {
                "source": each.shown,
                "status": each.status.value,
                "seconds": each.seconds,
                "error": None if each.error is None else each.error.message,
            }
            for each in Inputs(store).all(entity.id)
        ]
    if arguments.json:
        print(json.dumps(about, indent=2, ensure_ascii=False))
        return 0
    for name, value in about.items():
        if name != "inputs" and value is not None:
            print(f"{name:12} {_printable(str(value))}")
    for each in about["inputs"]:
        print(_printable(f"  {each['status']:10}  {each['source']}{_tail(each['error'])}"))
    return 0


def cancel(arguments: argparse.Namespace) -> int:
    """End a job: workers stop at it within seconds; results that are there stay."""
    with _store(arguments) as store:
        entity = _entity(store, arguments.id)
        entities = Entities(store)
        expires = TranscriptionSpec.from_json(entity.spec).expires(now())
        if not entities.advance(
            entity.id, Status.FAILED, was=_AT_WORK, error=CANCELLED, expires=expires
        ):
            return _refused(entity.id, "it has ended already")
        _print(arguments, store, entity.id)
    return 0


def retry(arguments: argparse.Namespace) -> int:
    """Do again what failed or was left undone."""
    with _store(arguments) as store:
        entity = _entity(store, arguments.id)
        if not entity.status.ended:
            return _refused(entity.id, "it has not ended yet")
        inputs = Inputs(store)
        if not inputs.reopen(entity.id) and not inputs.pending(entity.id) and inputs.all(entity.id):
            return _refused(entity.id, "nothing in it failed")
        Entities(store).advance(entity.id, Status.NOT_STARTED, was=_OVER, result={})
        _print(arguments, store, entity.id)
    return 0


_KIND = Kind.TRANSCRIPTION


@contextmanager
def _store(arguments: argparse.Namespace) -> Iterator[Store]:
    settings = settings_of(arguments)
    store = open_store(
        settings.data_dir, settings.database_url, settings.secret, upgrade=settings.auto_upgrade
    )
    try:
        yield store
    finally:
        store.close()


def _entity(store: Store, id: str) -> Entity:
    try:
        return Entities(store).get(_KIND, id)
    except EntityNotFound:
        raise EntityNotFound(f"no job has the id {id}; `scriba jobs list` shows them") from None


def _about(store: Store, entity: Entity) -> dict[str, Any]:
    counts = Inputs(store).counts(entity.id)
    try:
        owner = Resources(store).by_id(entity.resource_id).name
    except ResourceNotFound:
        owner = entity.resource_id
    return {
        "id": entity.id,
        "displayName": entity.display_name,
        "resource": owner,
        "status": entity.status.value,
        "created": f"{entity.created:%Y-%m-%dT%H:%M:%SZ}",
        "lastAction": f"{entity.last_action:%Y-%m-%dT%H:%M:%SZ}",
        "recordings": counts.total(),
        "succeeded": counts[Status.SUCCEEDED],
        "failed": counts[Status.FAILED],
    }


def _print(arguments: argparse.Namespace, store: Store, id: str) -> None:
    about = _about(store, _entity(store, id))
    print(json.dumps(about, indent=2) if arguments.json else f"{about['id']}  {about['status']}")


def _printable(text: str) -> str:
    # Names come from clients: a line break would forge a row of the list, an escape sequence
    # would reach the operator's terminal.
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _refused(id: str, why: str) -> int:
    print(f"scriba: job {id}: {why}", file=sys.stderr)
    return 1


def _tail(error: str | None) -> str:
    return f"  {error}" if error else ""
