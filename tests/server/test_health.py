"""Health, readiness, status, metrics and the pages for people."""

import threading
import time

import pytest
import requests
import sqlalchemy as sa

from scriba.errors import JobsError, ModelError
from scriba.server.health import Probe
from scriba.storage.workers import Workers

from .api import HOST, Api
from .conftest import Running, Start
from .live import SHORT

KEY = "Ocp-Apim-Subscription-Key"


def test_ready_asks_the_engine(start: Start) -> None:
    server = start()
    server.speech.check_failure = ModelError("broken weights")
    answer = server.get("/ready")
    assert answer.status_code == 503
    assert "broken weights" in answer.json()["message"]
    assert server.get("/healthz").status_code == 200

    well = start()
    answer = well.get("/Ready/")
    assert answer.status_code == 200
    assert answer.json()["ready"] == "ready"
    assert answer.json()["model"] == well.speech.model_name


def test_healthz_asks_the_database(server: Running) -> None:
    with server.store.write() as connection:
        connection.execute(sa.text("DROP TABLE facts"))
        connection.execute(sa.text("DROP TABLE resources"))
    answer = server.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["components"][0]["status"] == "Unhealthy"
    answer = server.post()
    assert answer.status_code == 503
    assert "SELECT" not in answer.text
    assert int(answer.headers["Retry-After"]) >= 1


def test_every_component_is_asked(api: Api) -> None:
    def states(path: str) -> dict[str, str]:
        body = api.get(HOST + path).json()
        assert body["status"] == (
            "Healthy"
            if all(each["status"] == "Healthy" for each in body["components"])
            else "Degraded"
        )
        return {each["name"]: each["status"] for each in body["components"]}

    well = dict.fromkeys(("Database", "Storage", "Recogniser", "JobQueue"), "Healthy")
    assert states("/healthz") == well
    assert states("/speechtotext/v3.1/healthstatus") == well


@pytest.mark.parametrize("component", ["Storage", "Recogniser", "JobQueue"])
def test_a_component_that_fails(api: Api, component: str) -> None:
    if component == "Recogniser":
        api.speech.check_failure = ModelError("broken weights")
    elif component == "JobQueue":
        api.jobs.failure = JobsError("it stands still")
    else:
        (api.settings.data_dir / "files").write_text("no folder")
    for path in ("/healthz", "/speechtotext/v3.0/healthstatus"):
        answer = api.get(HOST + path)
        assert answer.status_code == 200
        body = answer.json()
        assert body["status"] == "Degraded"
        sick = [each for each in body["components"] if each["status"] != "Healthy"]
        assert [each["name"] for each in sick] == [component]
        assert sick[0]["message"] in body["message"]


def test_without_jobs_of_its_own_a_worker_is_looked_for(server: Running) -> None:
    def queue() -> str:
        components = server.get("/healthz").json()["components"]
        return str(next(each["status"] for each in components if each["name"] == "JobQueue"))

    assert queue() == "Unhealthy"
    Workers(server.store).beat("w1")
    deadline = time.monotonic() + 20
    while queue() != "Healthy" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert queue() == "Healthy"


@pytest.mark.anyio
async def test_a_check_that_hangs_is_a_problem_and_runs_once() -> None:
    release = threading.Event()
    began = []

    def hang() -> None:
        began.append(1)
        release.wait(60)

    probe = Probe(hang, "engine", seconds=0.05)
    for _ in range(3):
        assert "did not answer" in str((await probe()).problem)
    assert len(began) == 1
    release.set()


@pytest.mark.anyio
async def test_a_check_in_line_behind_real_work_is_no_problem() -> None:
    release = threading.Event()
    since = 0.0
    probe = Probe(
        lambda: release.wait(60) and None,
        "engine",
        seconds=0.05,
        seconds_since_success=lambda: since,
    )
    assert (await probe()).problem is None
    since = 60.0
    assert "did not answer" in str((await probe()).problem)
    release.set()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_status_of_a_key(server: Running) -> None:
    good = server.get("/status", headers={KEY: server.westus.key1})
    assert good.status_code == 200
    assert good.json()["apiStatus"] == "Valid"
    assert (good.json()["resource"], good.json()["region"]) == ("west", "westus")
    assert server.get("/status", headers={KEY: "no"}).status_code == 401
    missing = server.get("/status")
    assert missing.status_code == 403
    assert missing.json()["apiStatus"] == "Invalid"


def test_the_home_page(server: Running) -> None:
    page = server.get("/", headers={"Host": "speech.example.com:81"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert "http://speech.example.com:81" in page.text
    assert "fake &lt;model&gt;" in page.text
    assert "curl" in page.text
    assert "<script" not in page.text


def test_the_home_page_repeats_no_strange_host(server: Running) -> None:
    page = server.get("/", headers={"Host": '"><script>alert(1)</script>'})
    assert "alert" not in page.text


@pytest.mark.parametrize("path", ["/", "/ready", "/healthz", "/metrics", "/swagger"])
def test_pages_answer_head(server: Running, path: str) -> None:
    answer = requests.head(server.address + path, timeout=30)
    assert answer.status_code == 200
    assert answer.text == ""


def test_scriba_does_not_speak(server: Running) -> None:
    answer = server.post("/cognitiveservices/v1")
    assert answer.status_code == 404
    assert "does not speak" in answer.json()["message"]


def test_unknown_paths(server: Running) -> None:
    answer = server.get("/texttospeech/v3.2/models")
    assert answer.status_code == 404
    assert answer.json()["code"] == "NotFound"


def _value(text: str, line: str) -> float:
    return float(next(each.split()[-1] for each in text.splitlines() if each.startswith(line)))


def test_metrics(server: Running) -> None:
    server.post()
    server.post(data=b"no audio")
    server.post(headers={KEY: "no"})
    server.speech.full = True
    server.post()
    server.get("/" + "x" * 50)
    text = server.get("/metrics").text
    route = f'route="{SHORT}",status='
    assert _value(text, f'scriba_requests_total{{method="POST",{route}"200"') == 1
    assert _value(text, f'scriba_requests_total{{method="POST",{route}"400"') == 1
    assert _value(text, f'scriba_requests_total{{method="POST",{route}"401"') == 1
    assert _value(text, f'scriba_requests_total{{method="POST",{route}"429"') == 1
    assert _value(text, 'scriba_rejected_total{reason="queue_full"}') == 1
    assert _value(text, 'scriba_rejected_total{reason="bad_audio"}') == 1
    assert _value(text, 'scriba_recognitions_total{status="Success"}') == 1
    assert _value(text, "scriba_queue_seconds_sum") == 0.125
    assert _value(text, "scriba_inference_seconds_sum") == 0.5
    assert _value(text, "scriba_audio_seconds_sum") == 2.0
    assert 'route="unmatched"' in text
    assert "xxxxx" not in text
    assert server.anywhere.key1 not in text


def test_each_server_counts_for_itself(start: Start) -> None:
    first, second = start(), start()
    first.post()
    assert "scriba_recognitions_total{" in first.get("/metrics").text
    assert "scriba_recognitions_total{" not in second.get("/metrics").text


def test_cors_is_a_setting(start: Start) -> None:
    origin = {"Origin": "https://app.example.com"}
    closed = start()
    assert "Access-Control-Allow-Origin" not in closed.get("/ready", headers=origin).headers
    server = start(cors_origins="https://app.example.com/, https://b.example.com")
    allowed = server.get("/ready", headers=origin)
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "X-RequestId" in allowed.headers["Access-Control-Expose-Headers"]
    other = server.get("/ready", headers={"Origin": "https://evil.example.com"})
    assert "Access-Control-Allow-Origin" not in other.headers
    preflight = requests.options(
        server.address + SHORT,
        headers={
            **origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "ocp-apim-subscription-key,content-type",
        },
        timeout=30,
    )
    assert preflight.status_code == 200
    assert "ocp-apim-subscription-key" in preflight.headers["Access-Control-Allow-Headers"]
