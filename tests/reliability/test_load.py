"""More clients than processors."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from ..server.live import Live
from .conftest import StartLive

_CLIPS = {
    "en-brooklyn.flac": "brooklyn",
    "en-quilter.flac": "classes",
    "en-wizard.flac": "curtain",
    "en-mailbox-8k.flac": "mailbox",
}


def test_sixty_four_at_once(live: Live, data: Path) -> None:
    clip = (data / "en-brooklyn.flac").read_bytes()
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: live.post(clip), range(64)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["DisplayText"] for answer in answers}) == 1
    assert "brooklyn" in answers[0].text.lower()


def test_each_of_many_gets_its_own_answer(start_live: StartLive, data: Path) -> None:
    small = start_live()
    files = {name: (data / name).read_bytes() for name in _CLIPS}
    asked = [name for name in _CLIPS for _ in range(16)]

    def ask(number: int) -> requests.Response:
        body = files[asked[number]]
        # Half of them send as they would from a microphone, in pieces.
        pieces = (body[at : at + 4096] for at in range(0, len(body), 4096))
        form = "detailed" if number % 3 else "simple"
        return small.post(pieces if number % 2 else body, format=form)

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(ask, range(64)))
    assert [answer.status_code for answer in answers] == [200] * 64
    for number, (name, answer) in enumerate(zip(asked, answers, strict=True)):
        assert _CLIPS[name] in answer.json()["DisplayText"].lower()
        assert ("NBest" in answer.json()) == bool(number % 3)
    assert len({answer.headers["X-RequestId"] for answer in answers}) == 64


@pytest.mark.parametrize("places", [1, 4])
def test_a_full_queue_says_when_to_come_back(
    start_live: StartLive, sample: Path, places: int
) -> None:
    small = start_live(SCRIBA_MAX_PENDING=str(places))
    clip = sample.read_bytes()
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: small.post(clip), range(32)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert 0 < len(refused) < 32
    assert {answer.status_code for answer in refused} == {429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert all("try again" in answer.json()["Message"] for answer in refused)
    # Every place was given back.
    assert small.post(clip).status_code == 200


def test_a_full_queue_leaves_the_other_addresses_open(start_live: StartLive, sample: Path) -> None:
    small = start_live(SCRIBA_MAX_PENDING="1")
    key = {"Ocp-Apim-Subscription-Key": small.key}
    seen: list[int] = []

    def slowly() -> object:
        data = sample.read_bytes()
        yield data[:50_000]
        for path in ("/healthz", "/status", "/metrics", "/"):
            answer = requests.get(small.address + path, headers=key, timeout=60)
            seen.append(answer.status_code)
        seen.append(small.post(data).status_code)
        yield data[50_000:]

    assert small.post(slowly()).status_code == 200
    assert seen == [200, 200, 200, 200, 429]
