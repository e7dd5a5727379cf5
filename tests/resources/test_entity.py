import uuid
from datetime import UTC

from scriba.resources.entity import Kind, Status, new_id, now


def test_ids_are_new_uuids() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(str(uuid.UUID(each)) == each for each in ids)


def test_now_has_a_zone() -> None:
    assert now().tzinfo is UTC


def test_names_are_those_of_the_api() -> None:
    assert [status.value for status in Status] == ["NotStarted", "Running", "Succeeded", "Failed"]
    assert [status for status in Status if status.ended] == [Status.SUCCEEDED, Status.FAILED]
    assert f"{Kind.TRANSCRIPTION}Completion" == "transcriptionCompletion"
