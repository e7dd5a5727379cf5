import re
import uuid

from scriba.resources.entity import new_id
from scriba.resources.file import FileKind, blob_path, file_id

NAMES = ["contenturl_0.json", "report.json", "", "../../etc/passwd", "a\0b", "ü 😀", "x" * 10_000]


def test_a_name_gives_the_same_id_in_one_entity_only() -> None:
    one, other = new_id(), new_id()
    ids = [file_id(entity, name) for entity in (one, other) for name in NAMES]
    assert len(set(ids)) == 2 * len(NAMES)
    assert ids == [file_id(entity, name) for entity in (one, other) for name in NAMES]
    assert all(str(uuid.UUID(id)) == id for id in ids)


def test_a_recording_may_be_called_as_a_report() -> None:
    entity = new_id()
    ids = {file_id(entity, "report.json", kind) for kind in (FileKind.AUDIO, None)}
    assert len(ids | {file_id(entity, "report.json", FileKind.DATASET_REPORT)}) == 2
    assert file_id(entity, "a.wav", FileKind.AUDIO) == file_id(entity, "a.wav", FileKind.AUDIO)


def test_a_name_is_never_part_of_a_path() -> None:
    resource, entity = new_id(), new_id()
    for name in NAMES:
        path = blob_path(resource, entity, file_id(entity, name))
        assert re.fullmatch(r"[0-9a-f-]{36}(/[0-9a-f-]{36}){2}", path)
        assert path.startswith(f"{resource}/{entity}/")
