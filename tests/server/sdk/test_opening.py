"""Turns with the models of endpoints, and what is kept of them."""

import io
import json
import time
import wave
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from scriba.resources.entity import new_id

from ..conftest import Start
from ..fakes import FakePool, said
from ..test_model_use import Deployed
from .client import CONVERSATION, Client, connected, wav


@pytest.fixture
def deployed(start: Start, tmp_path: Path) -> Deployed:
    """A server with models and endpoints."""
    pool = FakePool()
    made = Deployed(start(pool=pool), pool, tmp_path)
    made.server.speech.live_events = said("The service itself.")
    return made


def joined(deployed: Deployed, **query: str) -> AbstractContextManager[Client]:
    server = deployed.server
    return connected(server.address, CONVERSATION, server.anywhere.key1, **query)


def text(messages: list[Any]) -> str:
    """What the first phrase of a turn displays."""
    return str(next(body["DisplayText"] for path, body in messages if path == "speech.phrase"))


def test_the_model_of_an_endpoint_answers_in_its_locale(deployed: Deployed) -> None:
    model = deployed.model()
    cid = deployed.endpoint(model)
    with joined(deployed, cid=cid) as client:
        assert text(client.recognise(wav(2.0))) == model
        assert text(client.recognise(wav(2.0))) == model
    assert deployed.pool.asked == [model, model]


def test_a_model_is_given_back_with_its_turn(deployed: Deployed) -> None:
    cid = deployed.endpoint(deployed.model())
    with joined(deployed, cid=cid) as client:
        id = client.context()
        assert client.next()[0] == "turn.start"
        assert deployed.pool.lent == 1
        client.end(id)
        client.turn()
        # The next turn begins only when the last one has given everything back.
        client.context()
        assert client.next()[0] == "turn.start"
        assert deployed.pool.lent == 1


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda deployed: new_id(), "there is no custom endpoint of this id"),
        (lambda deployed: "none", "there is no custom endpoint of this id"),
        (lambda deployed: deployed.endpoint(None, suspended=True), "is suspended"),
    ],
)
def test_an_endpoint_that_cannot_take_a_turn_says_why(
    deployed: Deployed, make: Any, reason: str
) -> None:
    with joined(deployed, cid=make(deployed)) as client:
        client.context()
        code, why = client.closed()
    assert code == 1007
    assert why.startswith("Invalid cid: ")
    assert reason in why


def test_models_of_languages_that_are_told_apart(deployed: Deployed) -> None:
    english = deployed.model()
    body = {
        "languageId": {"languages": ["en-US", "de-DE"]},
        "phraseDetection": {
            "customModels": [
                {"language": "en-US", "endpoint": deployed.endpoint(english)},
                {"language": "de-DE", "endpoint": ""},
            ]
        },
    }
    with joined(deployed) as client:
        assert text(client.recognise(wav(2.0), body=body)) == "The service itself."
    assert deployed.pool.asked == [english]


def test_phrases_are_kept_where_that_is_asked_for(deployed: Deployed) -> None:
    deployed.server.speech.live_events = [*said("One."), *said("Two.", 2.0, 3.5)]
    logging = deployed.endpoint(deployed.model(), logging=True)
    silent = deployed.endpoint(deployed.model())
    with joined(deployed, language="en-US", storeAudio="true") as client:
        client.recognise(wav(4.0))
    with joined(deployed, cid=logging) as client:
        client.recognise(wav(4.0))
    with joined(deployed, cid=silent, storeAudio="true") as client:
        client.recognise(wav(4.0))
    kept = _kept(deployed, None, 4)
    answers = [json.loads(each) for each in kept if each.startswith(b"{")]
    assert sorted(each["DisplayText"] for each in answers) == ["One.", "Two."]
    lengths = sorted(_seconds(each) for each in kept if each.startswith(b"RIFF"))
    assert lengths == [1.8, 2.1]
    assert len(_kept(deployed, logging, 2)) == 2
    assert deployed.logs(silent) == []


def _kept(deployed: Deployed, endpoint: str | None, files: int) -> list[bytes]:
    """The logs, once as many files are written: that is done after the answer."""
    for _ in range(300):
        found = deployed.logs(endpoint)
        if len(found) >= files:
            break
        time.sleep(0.1)
    return found


def _seconds(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as file:
        return file.getnframes() / file.getframerate()
