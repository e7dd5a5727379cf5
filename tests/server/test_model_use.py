"""Short audio with the model of an endpoint: which one answers, and what is kept of it."""

import io
import json
import threading
import wave
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from scriba.errors import ModelError, ModelsBusy
from scriba.resources import CreatedResource
from scriba.resources.base_model import BaseModels, base_model_id
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.model import ModelSpec
from scriba.speech import Lease
from scriba.speech.catalogue import find
from scriba.speech.pool import PoolClosed
from scriba.storage import Entities
from scriba.storage.blobs import BlobsOf
from scriba.storage.logs import Logs

from .conftest import Running, Start, wav
from .fakes import FakePool

BASE = BaseModels("base").default("en-US")


@dataclass
class Deployed:
    """A server with a pool of models, and ways to make models and endpoints."""

    server: Running
    pool: FakePool
    folder: Path

    def model(self, owner: CreatedResource | None = None, status: Status = Status.SUCCEEDED) -> str:
        """An own model's id."""
        assert BASE is not None
        return self._entity(Kind.MODEL, ModelSpec(BASE.id).to_json(), owner, status, "en-US")

    def endpoint(
        self,
        model: str | None,
        owner: CreatedResource | None = None,
        status: Status = Status.SUCCEEDED,
        locale: str = "en-US",
        **spec: Any,
    ) -> str:
        """An endpoint's id."""
        made = EndpointSpec(model, **spec).to_json()
        return self._entity(Kind.ENDPOINT, made, owner, status, locale)

    def change(self, id: str, **spec: object) -> None:
        """Change an endpoint."""
        entity = Entities(self.server.store).get(Kind.ENDPOINT, id)
        Entities(self.server.store).update(
            Kind.ENDPOINT, id, entity.resource_id, spec=entity.spec | spec
        )

    def ask(self, cid: str, **params: str) -> requests.Response:
        """Recognise with an endpoint."""
        return self.server.post(params={"language": "en-US", "cid": cid, **params})

    def said(self, cid: str) -> str:
        """What the model behind an endpoint says: its id."""
        return str(self.ask(cid).json()["DisplayText"])

    def logs(self, endpoint: str | None) -> list[bytes]:
        """The logs that were written, as bytes, when the server has stopped."""
        blobs = BlobsOf(self.server.store, str(self.folder / "files"))
        found, _ = Logs(self.server.store, blobs).list(self.server.anywhere.id, endpoint)
        return [b"".join(blobs(log.resource_id).read(log.blob)) for log in found]

    def _entity(
        self,
        kind: Kind,
        spec: dict[str, object],
        owner: CreatedResource | None,
        status: Status,
        locale: str,
    ) -> str:
        resource = owner or self.server.anywhere
        at = now()
        entity = Entity(
            new_id(), resource.id, kind, "2025-10-15", "", "", locale, status, at, at, spec=spec
        )
        Entities(self.server.store).create(entity)
        return entity.id


@pytest.fixture
def deployed(start: Start, tmp_path: Path) -> Deployed:
    pool = FakePool()
    return Deployed(start(pool=pool), pool, tmp_path)


def test_the_endpoints_model_answers(deployed: Deployed) -> None:
    one, two = deployed.model(), deployed.model()
    first, second = deployed.endpoint(one), deployed.endpoint(two)
    assert deployed.said(first) == one
    assert deployed.said(second.upper()) == two
    assert deployed.server.post().json()["DisplayText"] == "Hello."
    assert deployed.pool.lent == 0


def test_another_model_counts_from_the_next_request(deployed: Deployed) -> None:
    one, two = deployed.model(), deployed.model()
    endpoint = deployed.endpoint(one)
    assert deployed.said(endpoint) == one
    deployed.change(endpoint, model=two)
    assert deployed.said(endpoint) == two


def test_the_running_base_model_is_the_service_itself(deployed: Deployed) -> None:
    endpoint = deployed.endpoint(None)
    assert deployed.said(endpoint) == "Hello."
    assert deployed.pool.asked == []


def test_a_base_model_that_is_present_is_used(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    for file in find("base").files:
        with (folder / file.name).open("wb") as sparse:
            sparse.truncate(file.size)
    assert BASE is not None
    pool = FakePool()
    deployed = Deployed(start(pool=pool, model_dir=tmp_path), pool, tmp_path)
    assert deployed.said(deployed.endpoint(BASE.id)) == BASE.id


def test_a_base_model_that_is_absent_names_the_command(deployed: Deployed) -> None:
    endpoint = deployed.endpoint(base_model_id(find("small"), "en-US"))
    answer = deployed.ask(endpoint)
    assert answer.status_code == 503
    assert "scriba models pull small" in answer.json()["Message"]


def test_an_endpoint_that_cannot_take_a_request_says_why(deployed: Deployed) -> None:
    server, model = deployed.server, deployed.model()
    foreign = deployed.endpoint(None, owner=server.westus)
    for cid, why in (
        (new_id(), "there is no custom endpoint of this id"),
        ("none", "there is no custom endpoint of this id"),
        ("x" * 5000, "there is no custom endpoint of this id"),
        (foreign, "there is no custom endpoint of this id"),
        (model, "there is no custom endpoint of this id"),
        (deployed.endpoint(model, suspended=True), "is suspended"),
        (deployed.endpoint(model, locale="en-GB"), "is for en-GB, and 'language' is en-US"),
        (deployed.endpoint(model, status=Status.FAILED), "is Failed"),
    ):
        answer = deployed.ask(cid)
        assert (answer.status_code, list(answer.json())) == (400, ["Message"])
        assert answer.json()["Message"].startswith("Invalid cid: ")
        assert why in answer.json()["Message"]
    assert deployed.pool.asked == []


def test_a_resumed_endpoint_answers_again(deployed: Deployed) -> None:
    model = deployed.model()
    endpoint = deployed.endpoint(model, suspended=True)
    assert deployed.ask(endpoint).status_code == 400
    deployed.change(endpoint, suspended=False)
    assert deployed.said(endpoint) == model


@pytest.mark.parametrize("status", [Status.RUNNING, Status.FAILED])
def test_a_model_that_is_not_ready_is_said_to_be(deployed: Deployed, status: Status) -> None:
    answer = deployed.ask(deployed.endpoint(deployed.model(status=status)))
    assert answer.status_code == 503
    assert f"is {status}" in answer.json()["Message"]


def test_a_deleted_model_is_said_to_be(deployed: Deployed) -> None:
    answer = deployed.ask(deployed.endpoint(new_id()))
    assert answer.status_code == 503
    assert "there is no model" in answer.json()["Message"]


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [
        (ModelError("/secret/path is damaged"), 503, "the log of the service says why"),
        (ModelsBusy("no room"), 429, "no room"),
        (PoolClosed(), 503, "shutting down"),
    ],
)
def test_a_model_that_cannot_be_loaded_fails_its_own_requests(
    deployed: Deployed, failure: Exception, status: int, said: str
) -> None:
    endpoint = deployed.endpoint(deployed.model())
    deployed.pool.failure = failure
    answer = deployed.ask(endpoint)
    assert answer.status_code == status
    assert said in answer.json()["Message"]
    assert "secret" not in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert deployed.server.post().status_code == 200
    deployed.pool.failure = None
    assert deployed.ask(endpoint).status_code == 200


def test_a_cold_model_keeps_no_other_request_waiting(deployed: Deployed) -> None:
    cold, warm = deployed.model(), deployed.model()
    requests_of: dict[str, Future[Lease]] = {cold: Future()}
    deployed.pool.cold = requests_of
    behind_cold, behind_warm = deployed.endpoint(cold), deployed.endpoint(warm)
    said: list[str] = []
    waiting = [
        threading.Thread(target=lambda: said.append(deployed.said(behind_cold))) for _ in range(12)
    ]
    for thread in waiting:
        thread.start()
    while len(deployed.pool.asked) < len(waiting):
        threading.Event().wait(0.01)
    for _ in range(5):
        assert deployed.said(behind_warm) == warm
        assert deployed.server.post().status_code == 200
    assert said == []
    requests_of[cold].set_result(deployed.pool.lease(cold))
    for thread in waiting:
        thread.join(30)
    assert said == [cold] * len(waiting)
    assert deployed.pool.lent == 0


def test_without_other_models_an_endpoint_of_one_says_so(server: Running, tmp_path: Path) -> None:
    deployed = Deployed(server, FakePool(), tmp_path)
    answer = deployed.ask(deployed.endpoint(deployed.model()))
    assert answer.status_code == 503
    assert "no other model" in answer.json()["Message"]


def test_metrics_show_the_pool(deployed: Deployed) -> None:
    lines = deployed.server.get("/metrics").text.splitlines()
    for line in (
        "scriba_models_loaded 2.0",
        "scriba_models_bytes 7.0",
        "scriba_model_loads_total 3.0",
        "scriba_model_load_failures_total 1.0",
        "scriba_model_evictions_total 4.0",
        "scriba_model_load_seconds_total 1.5",
    ):
        assert line in lines


def written(deployed: Deployed, count: int) -> None:
    """Wait until so many requests were logged."""
    line = f'scriba_logs_total{{outcome="written"}} {float(count)}'
    for _ in range(500):
        if line in deployed.server.get("/metrics").text.splitlines():
            return
        threading.Event().wait(0.02)
    raise AssertionError(deployed.server.get("/metrics").text)


def test_audio_and_answer_are_kept_where_the_endpoint_wants_it(deployed: Deployed) -> None:
    model = deployed.model()
    endpoint = deployed.endpoint(model, logging=True)
    answer = deployed.ask(endpoint, format="detailed")
    written(deployed, 1)
    result, audio = sorted(deployed.logs(endpoint), key=lambda data: data.startswith(b"RIFF"))
    assert json.loads(result) == answer.json()
    with wave.open(io.BytesIO(audio)) as kept, wave.open(io.BytesIO(wav())) as sent:
        assert kept.getparams()[:4] == sent.getparams()[:4]
        assert kept.readframes(100_000) == sent.readframes(100_000)
    assert deployed.logs(None) == []


def test_nothing_is_kept_where_the_endpoint_does_not_want_it(deployed: Deployed) -> None:
    endpoint = deployed.endpoint(deployed.model())
    answer = deployed.ask(endpoint, storeAudio="true")
    assert "storeAudio has no effect" in answer.headers["X-Scriba-Note"]
    deployed.server.post()
    deployed.change(endpoint, logging=True)
    deployed.ask(endpoint)
    written(deployed, 1)
    assert len(deployed.logs(endpoint)) == 2
    assert deployed.logs(None) == []


def test_base_models_keep_what_the_request_wants_kept(deployed: Deployed) -> None:
    answer = deployed.server.post(params={"language": "en-GB", "storeAudio": "true"})
    assert answer.status_code == 200
    assert "X-Scriba-Note" not in answer.headers
    written(deployed, 1)
    blobs = BlobsOf(deployed.server.store, str(deployed.folder / "files"))
    owner = deployed.server.anywhere.id
    found, _ = Logs(deployed.server.store, blobs).list(owner, None, "en-GB")
    assert [log.name.rpartition(".")[2] for log in found] == ["json", "wav"]
    assert [log.seconds for log in found] == [None, 1.0]


def given_back(deployed: Deployed) -> None:
    """Wait until all models are; that of a recording is after its answer."""
    for _ in range(500):
        if deployed.pool.lent == 0:
            return
        threading.Event().wait(0.02)
    raise AssertionError(deployed.pool.lent)


def transcribed(deployed: Deployed, definition: Mapping[str, object]) -> requests.Response:
    """Fast transcription of a second of noise."""
    return deployed.server.post(
        "/speechtotext/transcriptions:transcribe",
        params={"api-version": "2024-11-15"},
        data=None,
        files={"audio": ("a.wav", wav()), "definition": (None, json.dumps(definition))},
    )


def test_fast_transcription_takes_own_models(deployed: Deployed) -> None:
    model = deployed.model()
    address = f"https://example.com/speechtotext/models/{model.upper()}?api-version=2024-11-15"
    answer = transcribed(deployed, {"locales": ["en-US"], "models": {"en-US": address}})
    assert answer.json()["combinedPhrases"][0]["text"] == model
    assert deployed.pool.asked == [model]
    given_back(deployed)


def test_one_of_several_locales_may_have_a_model(deployed: Deployed) -> None:
    model = deployed.model()
    definition = {"locales": ["de-DE", "en-US"], "models": {"en-US": f"/models/{model}"}}
    answer = transcribed(deployed, definition)
    # Which language is spoken is the running model's to say.
    assert answer.json()["combinedPhrases"][0]["text"] == "Hello."
    assert deployed.pool.asked == [model]
    given_back(deployed)


def test_a_model_that_cannot_transcribe_here_is_named(deployed: Deployed) -> None:
    server, own = deployed.server, deployed.model()
    foreign = deployed.model(owner=server.westus)
    running = deployed.model(status=Status.RUNNING)
    absent = base_model_id(find("small"), "en-US")
    for tag, id, said in (
        ("en-US", foreign, "there is no model"),
        ("en-US", new_id(), "there is no model"),
        ("en-US", running, "is Running"),
        ("en-US", absent, "scriba models pull small"),
        ("en-GB", own, "is for en-US"),
    ):
        answer = transcribed(deployed, {"locales": [tag], "models": {tag: f"/models/{id}"}})
        assert answer.status_code == 400
        assert answer.json()["innerError"]["code"] == "InvalidModel"
        assert said in answer.json()["message"]
    assert deployed.pool.asked == []


def test_a_recording_whose_model_cannot_be_loaded_fails_alone(deployed: Deployed) -> None:
    definition: dict[str, object] = {
        "locales": ["en-US"],
        "models": {"en-US": f"/models/{deployed.model()}"},
    }
    for failure, status in ((ModelError("damaged"), 503), (ModelsBusy("no room"), 429)):
        deployed.pool.failure = failure
        answer = transcribed(deployed, definition)
        assert answer.status_code == status
        assert "Retry-After" in answer.headers
    deployed.pool.failure = None
    assert transcribed(deployed, definition).status_code == 200
