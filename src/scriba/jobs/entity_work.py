"""Work on one entity as a whole: an import, a training, an evaluation.

It may be cut at any point and begun again, here or in another worker. How often it began is kept
with the entity, so that work which ends the process each time is given up.
"""

import logging
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from scriba.errors import EntityNotFound, StorageError
from scriba.jobs import problems
from scriba.jobs.patience import Patience, Stopped
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, Kind, Problem, Status
from scriba.storage.entities import Changes, Entities

log = logging.getLogger(__name__)

_TRIES = 4
"""How often a process may end over the same work."""
_LOOK_SECONDS = 3.0
_AT_WORK = (Status.NOT_STARTED, Status.RUNNING)


class Ended(Exception):
    """The entity was cancelled or removed meanwhile."""


class Refused(Exception):
    """The work ends without success; `result` is what it found all the same."""

    def __init__(self, problem: Problem, result: Mapping[str, Any] | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.result = dict(result or {})


class Watch:
    """Says whether the work is still wanted, and how far it is."""

    def __init__(self, entities: Entities, entity: Entity, steady: Patience) -> None:
        self._entities = entities
        self._entity = entity
        self._steady = steady
        self._next = time.monotonic() + _LOOK_SECONDS
        self._told: dict[str, Any] = {}
        self._written: dict[str, Any] = {}

    def check(self) -> None:
        """To be called often; raises Ended and Stopped."""
        self._steady.check()
        if time.monotonic() < self._next:
            return
        entity, told = self._entity, self._told
        if self._steady(lambda: self._entities.status(entity.id)) is not Status.RUNNING:
            raise Ended
        if told != self._written:
            self._steady(lambda: _note(self._entities, entity, told))
            self._written = told
        self._next = time.monotonic() + _LOOK_SECONDS

    def progress(self, share: float, text: str) -> None:
        """Tell how much is done, from 0 to 1, and what is being done; written every few seconds."""
        self._told = {"progress": round(min(max(share, 0.0), 1.0), 3), "doing": text}
        self.check()


Work = Callable[[Entity, Path, Watch], Mapping[str, Any]]
"""Does the work of an entity in a folder of its own and returns the result; raises Refused."""


class EntityWorks:
    """The work of the kinds of entities that are worked on as a whole."""

    def __init__(
        self, entities: Entities, steady: Patience, scratch: Path, works: Mapping[Kind, Work]
    ) -> None:
        self._entities = entities
        self._steady = steady
        self._scratch = scratch
        self._works = dict(works)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are worked on here."""
        return tuple(self._works)

    def run(self, kind: Kind, id: str) -> None:
        """Do the work of an entity unless it has ended. Raises Stopped."""
        try:
            entity = self._begin(kind, id)
            try:
                with self._folder() as folder:
                    watch = Watch(self._entities, entity, self._steady)
                    result = self._works[kind](entity, folder, watch)
            except Stopped:
                self._put_off(entity)
                raise
            self._end(entity, None, result)
        except (Ended, EntityNotFound):
            log.info("%s %s has ended: its work is dropped", kind, id)
        except Refused as error:
            self._end(entity, error.problem, error.result)
        except Exception as error:
            self._steady.check()
            told = without_secrets("".join(traceback.format_exception(error)))
            log.error("%s %s: %s", kind, id, told)
            self._fail(kind, id, problems.unexpected(kind))

    def _begin(self, kind: Kind, id: str) -> Entity:
        entities = self._entities
        entity = self._steady(lambda: entities.get(kind, id))
        if entity.status.ended:
            raise Ended
        begun = int(entity.result.get("begun", 0)) + 1
        if begun > _TRIES:
            self._fail(kind, id, problems.deadly(kind))
            raise Ended
        self._steady(lambda: _note(entities, entity, {"begun": begun}))
        was = (Status.NOT_STARTED,)
        self._steady(lambda: entities.advance(id, Status.RUNNING, was=was))
        entity = self._steady(lambda: entities.get(kind, id))
        if entity.status is not Status.RUNNING:
            raise Ended
        return entity

    def _put_off(self, entity: Entity) -> None:
        """Not by the work's fault: that it began does not count."""
        begun = max(0, int(entity.result.get("begun", 1)) - 1)
        with suppress(StorageError, EntityNotFound):
            _note(self._entities, entity, {"begun": begun})

    def _end(self, entity: Entity, problem: Problem | None, result: Mapping[str, Any]) -> None:
        to = Status.FAILED if problem else Status.SUCCEEDED
        advance, found = self._entities.advance, dict(result)
        if self._steady(lambda: advance(entity.id, to, was=_AT_WORK, result=found, error=problem)):
            log.info("%s %s: %s", entity.kind, entity.id, to.value)

    def _fail(self, kind: Kind, id: str, problem: Problem) -> None:
        advance = self._entities.advance
        self._steady(lambda: advance(id, Status.FAILED, was=_AT_WORK, result={}, error=problem))

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        folder = self._steady(lambda: Path(tempfile.mkdtemp(dir=self._scratch)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _note(entities: Entities, entity: Entity, found: Mapping[str, Any]) -> None:
    """Add to the result of an entity, but not to one that another worker has ended meanwhile."""

    def change(old: Entity) -> Changes:
        return {} if old.status.ended else {"result": {**old.result, **found}}

    entities.edit(entity.kind, entity.id, entity.resource_id, change)
