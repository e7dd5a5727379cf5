import re

import pytest

from scriba.errors import ModelError
from scriba.speech.catalogue import MODELS, Model, find


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_nothing_is_without_a_revision_and_hashes(model: Model) -> None:
    assert re.fullmatch("[0-9a-f]{40}", model.revision)
    for thing in (*model.files, *model.wheels):
        assert re.fullmatch("[0-9a-f]{64}", thing.sha256)
        assert thing.size > 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_wheels_carry_all_files_or_there_are_none(model: Model) -> None:
    carried = {name for wheel in model.wheels for _, name in wheel.members}
    assert carried in (set(), {file.name for file in model.files})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_file_names_stay_inside_the_folder(model: Model) -> None:
    for name in (model.id, *(file.name for file in model.files)):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name)


def test_ids_and_aliases_are_found_once() -> None:
    names = [name.lower() for model in MODELS for name in (model.id, *model.aliases)]
    assert len(names) == len(set(names))
    for model in MODELS:
        for name in (model.id, *model.aliases, model.id.upper(), f" {model.id} "):
            assert find(name) is model


@pytest.mark.parametrize("name", ["", "huge", "../base", "base\n../x"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(ModelError, match=r"base, tiny\.en"):
        find(name)
