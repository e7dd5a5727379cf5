from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from scriba.resources.limits import BY_NAME, S0, Limits, Rate
from scriba.server.errors import ApiError
from scriba.server.limits import Limiter
from scriba.server.tokens import SPEECH, Caller, Tokens

from .conftest import Running, wav


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def caller(name: str = "a", limits: Limits | None = S0) -> Caller:
    return Caller(name, name, None, frozenset({SPEECH}), limits)


def refused(limiter: Limiter, who: Caller, kind: str) -> ApiError:
    with pytest.raises(ApiError) as error:
        limiter.check(who, kind)
    assert error.value.status == 429
    return error.value


def test_the_window_slides() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    who = caller(limits=Limits(management=Rate(3, 10.0)))
    for _ in range(3):
        limiter.check(who, "management")
        clock.now += 2
    error = refused(limiter, who, "management")
    assert "3 management requests in 10 s" in error.message
    assert error.headers["Retry-After"] == "4"
    assert error.inner_code == "QuotaViolation"
    clock.now += 3.9
    refused(limiter, who, "management")
    clock.now += 0.2
    limiter.check(who, "management")
    refused(limiter, who, "management")


def test_after_the_time_that_was_told_a_request_is_let_in() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    who = caller(limits=Limits(fast=Rate(5, 60.0)))
    for _ in range(20):
        try:
            limiter.check(who, "fast")
        except ApiError as error:
            clock.now += float(error.headers["Retry-After"])
            limiter.check(who, "fast")
        clock.now += 1.3


def test_kinds_and_resources_do_not_share() -> None:
    limiter = Limiter(Clock())
    limits = Limits(management=Rate(1, 10.0), fast=Rate(1, 60.0))
    for name in ("a", "b"):
        for kind in ("management", "fast"):
            limiter.check(caller(name, limits), kind)
            refused(limiter, caller(name, limits), kind)


def test_without_limits_nothing_is_counted() -> None:
    limiter = Limiter(Clock())
    for _ in range(1000):
        limiter.check(caller(limits=None), "management")
        limiter.check(caller(limits=Limits(recognitions=1)), "fast")
    with limiter.recognition(caller(limits=None)), limiter.recognition(caller(limits=None)):
        pass
    assert limiter._requests == {}
    assert limiter._at_once == {}


def test_a_limit_that_was_lowered_counts_at_once() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    for _ in range(5):
        limiter.check(caller(limits=Limits(fast=Rate(5, 60.0))), "fast")
        clock.now += 1
    error = refused(limiter, caller(limits=Limits(fast=Rate(2, 60.0))), "fast")
    assert error.headers["Retry-After"] == "58"


def test_recognitions_at_once() -> None:
    limiter = Limiter(Clock())
    who = caller(limits=Limits(recognitions=2))
    with limiter.recognition(who):
        with limiter.recognition(who):
            with pytest.raises(ApiError, match="2 recognitions at once"), limiter.recognition(who):
                pass
            with limiter.recognition(caller("b", Limits(recognitions=1))):
                pass
        with limiter.recognition(who):
            pass
    assert limiter._at_once == {}


def test_who_has_been_silent_is_forgotten() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    for i in range(50):
        limiter.check(caller(str(i)), "fast")
    clock.now += 1000
    limiter.check(caller("late"), "fast")
    assert list(limiter._requests) == [("late", "fast")]


def test_limits_survive_the_database_and_the_token(server: Running) -> None:
    assert Limits.from_json(S0.to_json()) == S0
    assert Limits.from_json(None) is None
    assert BY_NAME["none"] is None
    resource = server.resources.get("anywhere")
    assert resource.limits is None
    limited = replace(resource, limits=S0)
    tokens = Tokens(b"k" * 32)
    assert tokens.check(tokens.issue(limited)).limits == S0
    assert tokens.check(tokens.issue(resource)).limits is None


def test_limits_in_words() -> None:
    assert S0.described()[:3] == [
        "100 management requests in 10 s",
        "300 fast transcriptions in 60 s",
        "100 recognitions at once",
    ]


def get(server: Running, key: str, path: str = "/transcriptions") -> requests.Response:
    return requests.get(
        f"{server.address}/speechtotext{path}",
        params={"api-version": "2024-11-15"},
        headers={"Ocp-Apim-Subscription-Key": key},
        timeout=30,
    )


def test_requests_over_http(server: Running) -> None:
    limits = Limits(management=Rate(3, 3600.0), fast=Rate(1, 3600.0))
    key = server.resources.create("limited", limits=limits).key1
    assert [get(server, key).status_code for _ in range(4)] == [200, 200, 200, 429]
    refusal = get(server, key)
    assert 3500 < int(refusal.headers["Retry-After"]) <= 3600
    assert "3 management requests in 3600 s" in refusal.json()["message"]
    assert refusal.json()["code"] == "TooManyRequests"
    options = {
        "params": {"api-version": "2025-10-15"},
        "headers": {"Ocp-Apim-Subscription-Key": key},
        "files": {"audio": wav()},
        "timeout": 30,
    }
    url = f"{server.address}/speechtotext/transcriptions:transcribe"
    assert requests.post(url, **options).status_code == 200
    refusal = requests.post(url, **options)
    assert refusal.status_code == 429
    assert "1 fast transcriptions in 3600 s" in refusal.json()["error"]["message"]
    assert get(server, server.anywhere.key1).status_code == 200
    server.resources.update("limited", limits=None)
    assert get(server, key).status_code == 200


def submit(server: Running, key: str, recordings: int) -> requests.Response:
    return requests.post(
        f"{server.address}/speechtotext/transcriptions:submit",
        params={"api-version": "2024-11-15"},
        headers={"Ocp-Apim-Subscription-Key": key},
        json={
            "contentUrls": ["https://example.com/a.wav"] * recordings,
            "locale": "en-US",
            "displayName": "x",
            "properties": {"timeToLiveHours": 6},
        },
        timeout=30,
    )


def test_what_a_job_may_bring(server: Running) -> None:
    limits = Limits(files_per_job=2, stored_bytes=0)
    key = server.resources.create("limited", limits=limits).key1
    answer = submit(server, key, 3)
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == "ExceededNumberOfRecordingsUris"
    assert "2 files" in answer.json()["message"]
    full = submit(server, key, 2)
    assert (full.status_code, full.json()["code"]) == (429, "TooManyRequests")
    assert "0 bytes stored" in full.json()["message"]
    assert int(full.headers["Retry-After"]) > 0
    server.resources.update("limited", limits=replace(limits, stored_bytes=1))
    assert submit(server, key, 2).status_code == 201


def test_recognitions_at_once_over_http(server: Running) -> None:
    key = server.resources.create("limited", limits=Limits(recognitions=1)).key1
    headers = {"Ocp-Apim-Subscription-Key": key}
    server.speech.hold.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(server.post, headers=headers)
        assert server.speech.begun.wait(20)
        short = server.post(headers=headers)
        fast = requests.post(
            f"{server.address}/speechtotext/transcriptions:transcribe",
            params={"api-version": "2025-10-15"},
            headers=headers,
            files={"audio": wav()},
            timeout=30,
        )
        server.speech.hold.set()
        assert first.result(30).status_code == 200
    assert (short.status_code, fast.status_code) == (429, 429)
    assert "1 recognitions at once" in short.json()["Message"]
    assert int(short.headers["Retry-After"]) >= 1
    assert server.post(headers=headers).status_code == 200
