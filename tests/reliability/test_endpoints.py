"""Thirty endpoints over five models, with memory for three of them."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..server.live import Live
from .conftest import StartLive
from .deployed import Deployed

_NAMES = ("ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO")
_ROUNDS = 2


@pytest.fixture
def memory(tiny_model: Path) -> int:
    """Bytes that three of the models take."""
    return 3 * (tiny_model / "model.bin").stat().st_size + 10_000


@pytest.fixture
def small(start_live: StartLive, memory: int) -> Live:
    return start_live(SCRIBA_MODELS_MEMORY=str(memory))


@pytest.fixture
def deployed(small: Live, tiny_model: Path) -> Iterator[Deployed]:
    made = Deployed(small.data_dir, tiny_model)
    yield made
    made.store.close()


def said(small: Live, clip: bytes, endpoint: str) -> str:
    """What an endpoint hears, asked again while it is busy as a client does."""
    for _ in range(20):
        answer = small.post(clip, cid=endpoint)
        if answer.status_code != 429:
            break
    assert answer.status_code == 200, answer.text
    return str(answer.json()["DisplayText"])


def metric(small: Live, name: str) -> float:
    lines = (line.split() for line in small.get("/metrics").text.splitlines())
    return next(float(words[1]) for words in lines if words and words[0] == name)


def test_no_endpoint_ever_answers_with_anothers_model(
    small: Live, deployed: Deployed, data: Path, memory: int
) -> None:
    clip = (data / "en-quilter.flac").read_bytes()
    models = {name: deployed.model(name) for name in _NAMES}
    endpoints = [(deployed.endpoint(models[name]), name) for name in _NAMES for _ in range(6)]
    asked = endpoints * _ROUNDS
    random.Random(1).shuffle(asked)

    def ask(one: tuple[str, str]) -> str:
        return said(small, clip, one[0])

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, asked))
    for (_, name), answer in zip(asked, answers, strict=True):
        assert [each for each in _NAMES if each in answer] == [name], answer
    # The service's own model writes the word as it is said.
    assert " and " in small.post(clip).json()["DisplayText"]
    assert metric(small, "scriba_models_bytes") <= memory
    assert metric(small, "scriba_models_loaded") <= 3
    assert metric(small, "scriba_model_evictions_total") >= 2
    assert metric(small, "scriba_model_load_failures_total") == 0


def test_changing_the_model_drops_no_request(small: Live, deployed: Deployed, data: Path) -> None:
    clip = (data / "en-quilter.flac").read_bytes()
    before, after = deployed.model("BEFORE"), deployed.model("AFTER", weights=False)
    endpoint = deployed.endpoint(before)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(said, small, clip, endpoint) for _ in range(8)]
        assert "BEFORE" in answers[0].result(120)
        deployed.change(endpoint, after)
        late = [pool.submit(said, small, clip, endpoint) for _ in range(4)]
    for each in answers:
        assert "BEFORE" in each.result() or "AFTER" in each.result()
    for each in late:
        assert "AFTER" in each.result()
