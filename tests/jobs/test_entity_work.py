"""Work on an entity as a whole, whoever else works on it meanwhile."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from scriba.customization.kinds import DatasetKind
from scriba.jobs import entity_work
from scriba.jobs.entity_work import EntityWorks, Watch
from scriba.jobs.patience import Stopped
from scriba.resources.entity import Entity, Kind, Status
from scriba.storage import Store

from .house import House

FOUND = {"accepted": 3, "rejected": 0}


@pytest.fixture
def house(store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(store, tmp_path / "house")
    yield made
    made.client.close()


def test_a_stop_keeps_what_another_worker_found(house: House) -> None:
    def overtaken(entity: Entity, folder: Path, watch: Watch) -> Mapping[str, Any]:
        house.entities.advance(entity.id, Status.SUCCEEDED, was=(Status.RUNNING,), result=FOUND)
        raise Stopped

    dataset = house.create(DatasetKind.LANGUAGE)
    works = EntityWorks(house.entities, house.steady, house.scratch, {Kind.DATASET: overtaken})
    with pytest.raises(Stopped):
        works.run(Kind.DATASET, dataset.id)
    assert house.entities.get(Kind.DATASET, dataset.id).result == FOUND


def test_progress_is_written_beside_what_is_known(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entity_work, "_LOOK_SECONDS", 0.0)
    seen: list[dict[str, Any]] = []

    def slow(entity: Entity, folder: Path, watch: Watch) -> Mapping[str, Any]:
        watch.progress(0.25, "reading")
        seen.append(house.entities.get(entity.kind, entity.id).result)
        return FOUND

    dataset = house.create(DatasetKind.LANGUAGE)
    works = EntityWorks(house.entities, house.steady, house.scratch, {Kind.DATASET: slow})
    works.run(Kind.DATASET, dataset.id)
    assert seen == [{"begun": 1, "progress": 0.25, "doing": "reading"}]
    assert house.entities.get(Kind.DATASET, dataset.id).result == FOUND
