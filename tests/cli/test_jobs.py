import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scriba.cli import main
from scriba.resources.entity import Entity, Kind, Problem, Status, new_id, now
from scriba.resources.transcription import TranscriptionSpec
from scriba.storage import Entities, Input, Inputs, Resources, Store, open_store

Make = Callable[[Status], str]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes jobs of a status, with one recording that is done, one that failed and one to do."""

    def of_status(status: Status) -> str:
        store = open_store(tmp_path)
        try:
            return _made(store, status)
        finally:
            store.close()

    return of_status


def _made(store: Store, status: Status, name: str = "a job") -> str:
    resources = Resources(store)
    if not resources.list():
        resources.create("mine")
    entity = Entity(
        id=new_id(),
        resource_id=resources.get("mine").id,
        kind=Kind.TRANSCRIPTION,
        version="v3.2",
        host="http://localhost",
        display_name=name,
        locale="en-US",
        status=Status.NOT_STARTED,
        created=now(),
        last_action=now(),
        spec=TranscriptionSpec(
            content_urls=("https://a/b?sig=SECRET",), time_to_live=3600.0
        ).to_json(),
    )
    Entities(store).create(entity)
    inputs = Inputs(store)
    shown = "https://a/b?sig=REDACTED"
    inputs.add(
        entity.id, [Input(n, "https://a/b?sig=SECRET", f"{n}.json", shown) for n in range(3)]
    )
    inputs.finish(entity.id, 0, seconds=1.5)
    inputs.finish(entity.id, 1, error=Problem("InvalidAudioFormat", "It is a text."))
    if status is not Status.NOT_STARTED:
        Entities(store).advance(entity.id, status, was=(Status.NOT_STARTED,))
    return entity.id


def run(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, str, str]:
    code = main(["jobs", *arguments, "--data-dir", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def told(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> Any:
    code, out, _ = run(capsys, folder, *arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_jobs_are_listed(make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    running, waiting = make(Status.RUNNING), make(Status.NOT_STARTED)
    found = told(capsys, tmp_path, "list")
    assert [each["id"] for each in found] == [running, waiting]
    assert (found[0]["recordings"], found[0]["succeeded"], found[0]["failed"]) == (3, 1, 1)
    assert [each["id"] for each in told(capsys, tmp_path, "list", "--status", "running")] == [
        running
    ]
    assert len(told(capsys, tmp_path, "list", "--resource", "mine")) == 2
    _, out, _ = run(capsys, tmp_path, "list")
    assert out.count("\n") == 2
    assert "2/3 recordings, 1 failed" in out
    assert run(capsys, tmp_path, "list", "--status", "Done")[0] == 2


def test_a_job_is_shown_without_secrets(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    id = make(Status.RUNNING)
    shown = told(capsys, tmp_path, "show", id)
    assert [each["status"] for each in shown["inputs"]] == ["Succeeded", "Failed", "NotStarted"]
    assert shown["inputs"][1]["error"] == "It is a text."
    assert shown["inputs"][0]["seconds"] == 1.5
    code, out, _ = run(capsys, tmp_path, "show", id)
    assert code == 0
    assert "It is a text." in out
    assert "SECRET" not in out + json.dumps(shown)


def test_a_job_is_cancelled_once(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    id = make(Status.RUNNING)
    assert told(capsys, tmp_path, "cancel", id)["status"] == "Failed"
    assert "cancelled" in told(capsys, tmp_path, "show", id)["error"]
    store = open_store(tmp_path)
    cancelled = Entities(store).get(Kind.TRANSCRIPTION, id)
    store.close()
    assert cancelled.expires is not None
    assert cancelled.expires > cancelled.last_action
    code, _, err = run(capsys, tmp_path, "cancel", id)
    assert code == 1
    assert "ended already" in err


def test_a_retry_reopens_what_failed(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    id = make(Status.FAILED)
    assert told(capsys, tmp_path, "retry", id)["status"] == "NotStarted"
    shown = told(capsys, tmp_path, "show", id)
    assert [each["status"] for each in shown["inputs"]] == ["Succeeded", "NotStarted", "NotStarted"]
    code, _, err = run(capsys, tmp_path, "retry", id)
    assert code == 1
    assert "not ended" in err


def test_nothing_to_retry(make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    id = make(Status.NOT_STARTED)
    store = open_store(tmp_path)
    inputs = Inputs(store)
    inputs.reopen(id)
    for index in (1, 2):
        inputs.finish(id, index, seconds=1.0)
    Entities(store).advance(id, Status.SUCCEEDED, was=(Status.NOT_STARTED,))
    store.close()
    code, _, err = run(capsys, tmp_path, "retry", id)
    assert code == 1
    assert "nothing in it failed" in err


def test_an_unknown_job_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, tmp_path, "show", "none")
    assert code == 1
    assert "scriba jobs list" in err


def test_names_from_clients_forge_no_rows_and_reach_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(tmp_path)
    try:
        id = _made(store, Status.NOT_STARTED, "Grüße 😀\n\x1b[2Jforged")
    finally:
        store.close()
    assert main(["--data-dir", str(tmp_path), "jobs", "list"]) == 0
    listed = capsys.readouterr().out
    assert main(["--data-dir", str(tmp_path), "jobs", "show", id]) == 0
    shown = capsys.readouterr().out
    assert len(listed.splitlines()) == 1
    for printed in (listed, shown):
        assert "\x1b" not in printed
        assert "Grüße 😀\\n\\x1b[2Jforged\n" in printed
