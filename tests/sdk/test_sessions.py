"""Connections: credentials, refusals, several recognitions, stops, services that go and come."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from ..reliability.deployed import Deployed
from ..server.live import Live
from .checks import check_events
from .client import ASKED, CONTINUOUS, Client, Event
from .conftest import Ask
from .recordings import Recordings, word_errors
from .relay import Relay

StartOne = Callable[..., Live]


@pytest.fixture
def port() -> int:
    """A port that is free, for a service that comes back to it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def start(tiny_model: Path, tmp_path: Path, port: int) -> Iterator[StartOne]:
    """Start a service with the small model, on the same port and data each time."""
    assert tiny_model.is_dir()
    running: list[Live] = []

    def start_one(*options: str, **environment: str) -> Live:
        usual = ("--model", "tiny.en", "--port", str(port))
        running.append(Live(tmp_path / "data", *usual, *options, **environment))
        return running[-1]

    yield start_one
    for each in running:
        each.stop()


def test_two_recognitions_on_one_connection(
    ask: Ask, client: Client, recordings: Recordings
) -> None:
    heard = recordings.joined("en-time", "en-brooklyn")
    told = ask(**heard.job, steps=[{"do": "once"}, {"do": "once"}])
    first, second = told.results("result")
    assert "2:30" in first.text
    # In JavaScript a recognition begins its file again.
    second_said = "en-brooklyn" if client.name == "python" else "en-time"
    assert word_errors(recordings.text(second_said), second.text) <= 0.2
    assert told.names.count("connected") == 1


def test_stop_in_the_middle(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter", "en-hale")
    told = ask(**heard.job, steps=[{"do": "continuous", "until": {"recognized": 1}}])
    assert "session_stopped" in told.names
    assert "stopped" in told.names
    assert told.finals[0].text.startswith("Mr. Quilter")
    assert "EndOfStream" not in [each["canceled"] for each in told.of("canceled")]
    assert not [each for each in told.of("canceled") if each["canceled"] == "Error"]


def test_a_token_of_issue_token(ask: Ask, recordings: Recordings, live: Live) -> None:
    answer = requests.post(
        f"{live.address}/sts/v1.0/issueToken",
        headers={"Ocp-Apim-Subscription-Key": live.key},
        timeout=30,
    )
    heard = recordings.joined("en-time")
    job = {**heard.job, "token": answer.text, "key": ""}
    (result,) = ask(**job).results("result")
    assert "2:30" in result.text


def test_an_address_with_a_path(ask: Ask, recordings: Recordings, live: Live) -> None:
    heard = recordings.joined("en-time", "en-brooklyn")
    endpoint = f"ws://127.0.0.1:{live.port}/stt/speech/universal/v2"
    (result,) = ask(host="", endpoint=endpoint, **heard.job).results("result")
    assert "2:30" in result.text
    told = ask(host="", endpoint=endpoint, **heard.job, steps=CONTINUOUS)
    check_events(told, heard.seconds)
    assert word_errors(heard.text, told.text) <= 0.3


def test_wrong_key(ask: Ask, client: Client, recordings: Recordings) -> None:
    told = ask(**recordings.joined("en-time").job, key="wrong")
    error = told.canceled
    match client.name:
        case "python":
            assert error["error"] == "AuthenticationFailure"
            assert "401" in error["details"]
        case "node":
            assert error["error"] == "ConnectionFailure"
            assert "401" in error["details"]
        case "browser":
            assert error["error"] == "BadRequestParameters"
            assert "key" in error["details"]
    assert not told.finals


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "language": ({"language": "xx-XX"}, "xx-XX"),
    "candidate": ({"candidates": ["en-US", "xx-XX"]}, "xx-XX"),
    "endpoint": ({"cid": "00000000-0000-0000-0000-000000000000"}, "endpoint"),
    "translation": ({"kind": "translation"}, "translate"),
    "pronunciation": ({"assessment": ASKED, "language": "de-DE"}, "en-US only"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(ask: Ask, client: Client, recordings: Recordings, what: str) -> None:
    job, word = REFUSED[what]
    told = ask(**recordings.joined("en-time").job, **job)
    error = told.canceled
    expected = "BadRequest" if client.name == "python" else "BadRequestParameters"
    assert error["error"] == expected, told
    assert word in error["details"], told
    assert not told.finals


def test_custom_endpoint(
    ask: Ask, recordings: Recordings, live: Live, base_model: Path, model_dir: Path
) -> None:
    deployed = Deployed(live.data_dir, base_model)
    with closing(deployed.store):
        endpoint = deployed.endpoint(deployed.model("AMPERSAND", weights=False))
    (result,) = ask(**recordings.joined("en-quilter").job, cid=endpoint).results("result")
    assert "classes, AMPERSAND we" in result.text


def test_killed_for_good(client: Client, recordings: Recordings, start: StartOne) -> None:
    """Python's SDK says what happened; of JavaScript's only the connection does."""
    live = start()
    heard = recordings.joined("en-quilter", "en-hale")
    steps = [{"do": "continuous", "until": {"disconnected": 1}, "leave": True}]
    if client.name == "python":
        steps = CONTINUOUS
    job = _job(live, heard.job, steps)
    told = client.run(job, on_event=_at("recognizing", live.process.kill))
    assert "disconnected" in told.names, told
    if client.name == "python":
        assert told.canceled["error"] == "ConnectionFailure", told
        assert told.canceled["details"], told


def test_killed_and_restarted_in_the_middle(
    client: Client, recordings: Recordings, start: StartOne
) -> None:
    """Behind a door that stays open the SDK connects anew, and no word is lost or said twice."""
    live = start()

    def restart() -> None:
        live.process.kill()
        live.process.wait()
        start()

    heard = recordings.joined("en-quilter", "en-wizard", "en-brooklyn")
    with closing(Relay(live.port)) as relay:
        job = {**_job(live, heard.job), "host": f"ws://127.0.0.1:{relay.port}"}
        told = client.run(job, on_event=_at("recognized", restart), timeout=120)
    assert told.names.count("connected") == 2, told
    assert word_errors(heard.text, told.text) <= 0.15, told
    assert not [each for each in told.of("canceled") if each["canceled"] == "Error"], told


def test_asked_to_stop(client: Client, recordings: Recordings, start: StartOne) -> None:
    """A service that is asked to stop lets the turn finish."""
    live = start()
    heard = recordings.joined("en-quilter", "en-wizard")
    told = client.run(_job(live, heard.job), on_event=_at("recognizing", live.process.terminate))
    assert word_errors(heard.text, told.text) <= 0.15, told
    live.process.communicate(timeout=60)
    assert live.process.returncode == 0


def test_an_idle_connection_ends(client: Client, recordings: Recordings, start: StartOne) -> None:
    """The SDK connects anew when it is asked again."""
    live = start(SCRIBA_IDLE_TIMEOUT="2")

    heard = recordings.joined("en-brooklyn")
    steps = [{"do": "once"}, {"do": "hold"}, {"do": "once"}]
    told = client.run(_job(live, heard.job, steps), on_event=_at("disconnected", client.go_on))
    first, second = told.results("result")
    assert word_errors(heard.text, first.text) <= 0.2
    assert second.fields["reason"] in ("RecognizedSpeech", "NoMatch"), told
    assert told.names.count("connected") == 2


def _job(live: Live, heard: dict[str, Any], steps: Any = CONTINUOUS) -> dict[str, Any]:
    host = f"ws://127.0.0.1:{live.port}"
    return {"host": host, "key": live.key, "language": "en-US", "steps": steps, **heard}


def _at(name: str, act: Callable[[], object]) -> Callable[[Event], None]:
    """Acts once, when the event `name` first comes."""
    came: list[Event] = []

    def see(event: Event) -> None:
        if event["event"] == name:
            came.append(event)
            if len(came) == 1:
                act()

    return see
