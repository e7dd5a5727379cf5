"""Files of transcriptions and models: lists, signed addresses, contents and their other forms."""

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from scriba.resources.base_model import base_model_id
from scriba.resources.entity import Entity
from scriba.resources.file import FileKind
from scriba.resources.versions import Version
from scriba.server.files import disposition
from scriba.speech.catalogue import TINY_EN
from scriba.storage import Store

from .api import HOST, Api

DATA = json.dumps({"n": list(range(1000))}).encode()


def _captions(result: bytes, form: str) -> str:
    return f"{form}: {json.loads(result)['n'][-1]} ü\n"


@pytest.fixture
def api(store: Store, tmp_path: Path) -> Iterator[Api]:
    with Api(store, tmp_path, captions=_captions, model_dir=tmp_path / "models") as api:
        yield api


@pytest.fixture
def done(api: Api) -> Entity:
    """A transcription with two files."""
    entity = api.created()
    api.finish(entity)
    api.add_file(entity, "contenturl_0.json", DATA)
    api.add_file(entity, "report.json", b"{}")
    return entity


def _link(api: Api, entity: Entity, query: str = "", version: Version = Version.V3_2) -> str:
    answer = api.get(f"/transcriptions/{entity.id}/files{query}", version)
    assert answer.status_code == 200, answer.text
    url = answer.json()["values"][0]["links"]["contentUrl"]
    assert isinstance(url, str)
    return url


def _plain(api: Api, url: str, **options: Any) -> httpx.Response:
    """Fetch as anyone: without a key."""
    return api.http.request(options.pop("method", "GET"), url, **options)


def test_files_are_listed_and_fetched_without_a_key(api: Api, done: Entity) -> None:
    body = api.get(f"/transcriptions/{done.id}/files").json()
    shown = {each["name"]: each for each in body["values"]}
    assert shown["contenturl_0.json"]["kind"] == "Transcription"
    assert shown["contenturl_0.json"]["properties"] == {"size": len(DATA)}
    assert shown["report.json"]["kind"] == "TranscriptionReport"
    one = api.get(shown["report.json"]["self"]).json()
    assert one["name"] == "report.json"
    answer = _plain(api, shown["contenturl_0.json"]["links"]["contentUrl"])
    assert answer.status_code == 200
    assert answer.content == DATA
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contenturl_0.json"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_filters_of_files(api: Api, done: Entity) -> None:
    path = f"/transcriptions/{done.id}/files?filter="
    found = api.get(path + "name eq 'report.json' and kind eq 'TranscriptionReport'").json()
    assert [each["name"] for each in found["values"]] == ["report.json"]
    assert api.get(path + "name eq 'x'").json()["values"] == []
    assert api.get(path + "status eq 'Failed'").status_code == 400


def test_a_file_that_is_not_there(api: Api, done: Entity) -> None:
    other = api.created()
    answer = api.get(f"/transcriptions/{done.id}/files/{other.id}")
    assert answer.status_code == 404
    file = api.files.list(done.id)[0]
    assert api.get(f"/transcriptions/{other.id}/files/{file.id}").status_code == 404


@pytest.mark.parametrize(
    ("span", "status", "first", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, len(DATA)),
        ("Bytes=10-", 206, 10, len(DATA)),
        ("bytes=-5", 206, len(DATA) - 5, len(DATA)),
        (f"bytes=5-{10**15}", 206, 5, len(DATA)),
        (f"bytes=-{10**15}", 206, 0, len(DATA)),
        ("bytes = 0 - 9", 206, 0, 10),
        ("bytes=9-3", 200, 0, len(DATA)),
        ("bytes=-", 200, 0, len(DATA)),
        ("bytes=0-1,4-5", 200, 0, len(DATA)),
        ("items=0-1", 200, 0, len(DATA)),
        ("bytes=" + "9" * 400 + "-", 200, 0, len(DATA)),
    ],
)
def test_ranges(api: Api, done: Entity, span: str, status: int, first: int, end: int) -> None:
    answer = _plain(api, _link(api, done), headers={"Range": span})
    assert answer.status_code == status
    assert answer.content == DATA[first:end]
    assert answer.headers["Content-Length"] == str(end - first)
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(DATA)}"


@pytest.mark.parametrize("span", [f"bytes={len(DATA)}-", "bytes=99999-99999999", "bytes=-0"])
def test_ranges_beyond_the_end(api: Api, done: Entity, span: str) -> None:
    answer = _plain(api, _link(api, done), headers={"Range": span})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(DATA)}"


def test_conditions_and_heads(api: Api, done: Entity) -> None:
    url = _link(api, done)
    tag = _plain(api, url).headers["ETag"]
    assert _plain(api, url, headers={"If-None-Match": tag}).status_code == 304
    assert _plain(api, url, headers={"If-None-Match": '"x"'}).status_code == 200
    part = {"Range": "bytes=0-9", "If-Range": tag}
    assert _plain(api, url, headers=part).status_code == 206
    assert _plain(api, url, headers={**part, "If-Range": '"x"'}).status_code == 200
    head = _plain(api, url, method="HEAD")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(DATA))


def test_only_good_signatures_open(api: Api, done: Entity) -> None:
    url = _link(api, done)
    other = api.files.list(done.id)[1]
    parts = urlsplit(url)
    signature = parse_qs(parts.query)["sig"][0]
    for wrong in (
        url.replace("sig=", "sig=x"),
        url.partition("?")[0],
        re.sub(r"se=\d{4}", "se=2999", url),
        url.replace(parts.path.rpartition("/")[2], other.id),
        url.replace("sr=b", "sr=c"),
        f"{url.partition('?')[0]}?sig={signature}",
        url.replace("sig=", "sig=%C3%BC"),
    ):
        answer = _plain(api, wrong)
        assert answer.status_code == 403, wrong
        assert answer.json()["code"] == "Forbidden"
        assert DATA not in answer.content


def test_links_expire(api: Api, done: Entity) -> None:
    url = _link(api, done, "?sasValidityInSeconds=1")
    deadline = time.monotonic() + 20
    while (answer := _plain(api, url)).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer.status_code == 403
    assert "expired" in answer.json()["message"]


@pytest.mark.parametrize(
    ("version", "query", "status"),
    [
        (Version.V3_2, "sasValidityInSeconds=3600", 200),
        (Version.V3_2, "sasValidityInSeconds=0", 400),
        (Version.V3_2, "sasValidityInSeconds=-1", 400),
        (Version.V3_2, "sasValidityInSeconds=x", 400),
        (Version.V3_2, "sasValidityInSeconds=99999999", 400),
        (Version.V2024_11, "sasLifetimeMinutes=60", 200),
        (Version.V2024_11, "sasLifetimeMinutes=0", 400),
        (Version.PREVIEW_2024_05, "sasValidityInSeconds=60", 200),
        # Renamed: what another version calls it is not passed over.
        (Version.V2024_11, "sasValidityInSeconds=60", 400),
        (Version.V3_2, "sasLifetimeMinutes=60", 400),
    ],
)
def test_how_long_links_work(api: Api, version: Version, query: str, status: int) -> None:
    entity = api.created(version)
    file = api.add_file(entity, "report.json")
    for path in (
        f"/transcriptions/{entity.id}/files",
        f"/transcriptions/{entity.id}/files/{file.id}",
    ):
        answer = api.get(f"{path}?{query}", version)
        assert answer.status_code == status
        if status == 400:
            assert answer.json()["innerError"]["code"] == "InvalidSasValidityDuration"


def test_results_in_other_forms(api: Api, done: Entity) -> None:
    url = _link(api, done)
    for form, kind in [("srt", "application/x-subrip"), ("vtt", "text/vtt"), ("TXT", "text/plain")]:
        answer = _plain(api, f"{url}&as={form}")
        assert answer.status_code == 200
        assert answer.text == f"{form.lower()}: 999 ü\n"
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
        name = f'filename="contenturl_0.{form.lower()}"'
        assert name in answer.headers["Content-Disposition"]
    part = _plain(api, f"{url}&as=rttm", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.text) == (206, "rttm")
    for wrong in ("docx", "../srt"):
        answer = _plain(api, f"{url}&as={wrong}")
        assert answer.status_code == 400
        assert "srt, vtt, txt, rttm" in answer.json()["message"]
    report = api.get(f"/transcriptions/{done.id}/files?skip=1").json()["values"][0]
    answer = _plain(api, report["links"]["contentUrl"] + "&as=srt")
    assert answer.status_code == 400
    assert "TranscriptionReport" in answer.json()["message"]


def test_few_results_are_put_in_another_form_at_once(store: Store, tmp_path: Path) -> None:
    """The others wait, and take no thread from other requests."""
    lock, hold, begun = threading.Lock(), threading.Event(), threading.Semaphore(0)
    running, most = 0, 0

    def slow(_: bytes, form: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        begun.release()
        hold.wait(30)
        with lock:
            running -= 1
        return form

    with Api(store, tmp_path, captions=slow) as api, ThreadPoolExecutor(20) as clients:
        entity = api.created()
        api.finish(entity)
        api.add_file(entity, "contenturl_0.json", DATA)
        url = _link(api, entity)
        try:
            asked = [clients.submit(_plain, api, f"{url}&as=srt") for _ in range(20)]
            assert begun.acquire(timeout=20)
            assert begun.acquire(timeout=20)
            for _ in range(3):
                assert _plain(api, url).content == DATA
            assert not begun.acquire(timeout=0.3)
        finally:
            hold.set()
        assert [each.result(30).text for each in asked] == ["srt"] * 20
    assert most == 2


def test_a_file_that_was_removed(api: Api, done: Entity) -> None:
    url = _link(api, done)
    assert api.ask("DELETE", f"/transcriptions/{done.id}").status_code == 204
    answer = _plain(api, url)
    assert answer.status_code == 404
    assert "removed" in answer.json()["message"]


def test_results_in_the_clients_own_container(api: Api, done: Entity) -> None:
    """Their address carries no signature: that is the client's own."""
    file = api.files.list(done.id)[0]
    place = "https://account.blob.example.com/results/contenturl_0.json?sig=SECRET"
    api.files.add(
        type(file)(**{**_values(file), "properties": {"url": place}}),
    )
    assert _link(api, done) == place.partition("?")[0]


def _values(file: Any) -> dict[str, Any]:
    return {name: getattr(file, name) for name in file.__slots__}


def test_a_storage_of_the_resources_own(api: Api, tmp_path: Path) -> None:
    """A folder has no addresses of its own, so the server's are used all the same."""
    own = tmp_path / "own"
    api.resources.update("api", storage=str(own))
    entity = api.created()
    api.finish(entity)
    api.add_file(entity, "report.json", b"mine")
    assert list(own.rglob(entity.id))
    for query in ("", "?sasValidityInSeconds=60", "?sasValidityInSeconds=0"):
        assert _plain(api, _link(api, entity, query)).content == b"mine"
    assert api.ask("DELETE", f"/transcriptions/{entity.id}").status_code == 204
    assert not list(own.rglob(entity.id))


def test_addresses_of_the_storage_itself(api: Api, done: Entity, monkeypatch: Any) -> None:
    signed = "https://bucket.example.com/a/b?X-Amz-Signature=s"
    blobs = type(api.blobs(api.resource_id))
    monkeypatch.setattr(blobs, "signed_url", lambda *_: signed)
    assert _link(api, done) == signed
    monkeypatch.setattr(type(api.blobs), "owns", lambda *_: True)
    assert _link(api, done, "?sasValidityInSeconds=0") == "https://bucket.example.com/a/b"
    newer = f"/transcriptions/{done.id}/files?sasLifetimeMinutes=5"
    assert api.get(newer, Version.V2024_11).status_code == 200


def test_audio_files_say_how_long_they_are(api: Api) -> None:
    for version, name, value in (
        (Version.V3_2, "duration", "PT1M1.5S"),
        (Version.V2024_11, "durationMilliseconds", 61_500),
    ):
        entity = api.created(version)
        file = api.add_file(entity, "a.wav", kind=FileKind.AUDIO)
        api.files.add(type(file)(**{**_values(file), "properties": {"seconds": 61.5}}))
        shown = api.get(f"/transcriptions/{entity.id}/files", version).json()["values"][0]
        assert shown["properties"] == {"size": 2, name: value}


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.json", 'attachment; filename="a.json"'),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("calls/ä b.json", "attachment; filename=\"_ b.json\"; filename*=UTF-8''%C3%A4%20b.json"),
        ('a"b\r\nX: y.json', None),
        ("", 'attachment; filename="file"'),
        ("a/", 'attachment; filename="file"'),
        ("..\\..\\a", 'attachment; filename="a"'),
    ],
)
def test_names_of_downloads(name: str, header: str | None) -> None:
    made = disposition(name)
    assert "\r" not in made
    assert "\n" not in made
    made.encode("latin-1")
    if header is not None:
        assert made == header


def test_the_files_of_a_model(api: Api, tmp_path: Path) -> None:
    id = base_model_id(TINY_EN, "en-US")
    path = f"/models/base/{id}/manifest"
    answer = api.get(path)
    assert answer.status_code == 404
    assert "scriba models pull tiny.en" in answer.json()["message"]

    folder = TINY_EN.folder(tmp_path / "models")
    folder.mkdir(parents=True)
    for file in TINY_EN.files:
        with (folder / file.name).open("wb") as stream:
            stream.write(file.name.encode())
            stream.truncate(file.size)
    body = api.get(path).json()
    urls = {each["name"]: each["contentUrl"] for each in body["modelFiles"]}
    assert set(urls) == {file.name for file in TINY_EN.files}
    answer = _plain(api, urls["model.bin"], headers={"Range": "bytes=0-8"})
    assert (answer.status_code, answer.content) == (206, b"model.bin")
    assert _plain(api, urls["config.json"]).content.startswith(b"config.json")
    # A signature opens one file, and what is no file of the model is not there to be signed.
    swapped = urls["model.bin"].replace("/model.bin", "/config.json")
    assert _plain(api, swapped).status_code == 403
    sas = "?sasValidityInSeconds=0"
    assert api.get(path + sas).status_code == 400
    newer = f"/models/base/{id}/manifest"
    assert api.get(newer, Version.V2024_11).json()["target"] == "sasLifetimeMinutes"
    assert api.get(f"{newer}?sasLifetimeMinutes=5", Version.V2024_11).status_code == 200


def test_strange_paths_below_content(api: Api) -> None:
    for path in ("", "/", "/a", "/a/b", "/a/b/c/d", "/../../etc/passwd/x", "/models/x/..%2f..%2fy"):
        answer = _plain(api, f"{HOST}/speechtotext/content{path}")
        assert answer.status_code in (400, 403, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_another_method_on_a_link_is_told_which_it_takes(
    api: Api, done: Entity, method: str
) -> None:
    url = api.get(f"/transcriptions/{done.id}/files").json()["values"][0]["links"]["contentUrl"]
    answer = _plain(api, url, method=method)
    assert answer.status_code == 405
    assert sorted(answer.headers["Allow"].split(", ")) == ["GET", "HEAD"]
    assert answer.json()["code"] == "NotAllowed"
    copies = api.http.request(method if method != "POST" else "PUT", "/speechtotext/copies")
    assert sorted(copies.headers["Allow"].split(", ")) == ["GET", "HEAD", "POST"]
