"""The process that trains."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from scriba.customization import child
from scriba.customization.child import run
from scriba.customization.general import general_speech
from scriba.customization.order import Order, Texts
from scriba.errors import DatasetError, TrainingFailed, UnsupportedLocale
from scriba.speech.adaptation import Adaptation

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="named pipes")


@pytest.fixture
def endless(tmp_path: Path) -> Order:
    """An order that waits for its transcript for ever."""
    with zipfile.ZipFile(tmp_path / "audio.zip", "w"):
        pass
    os.mkfifo(tmp_path / "trans.txt")
    return _order(tmp_path)


def _order(folder: Path) -> Order:
    return Order(
        base=folder,
        target=folder,
        work=folder,
        locale="en-US",
        acoustic=((folder / "audio.zip", folder / "trans.txt"),),
    )


def _ignore(share: float, text: str) -> None:
    """Progress that nobody looks at."""


def test_orders_travel_as_json(tmp_path: Path) -> None:
    order = _order(tmp_path)
    assert Order.from_json(json.loads(json.dumps(asdict(order), default=str))) == order


def test_orders_of_texts_travel_as_json(tmp_path: Path) -> None:
    texts = Texts((tmp_path / "a",), (), (tmp_path / "b",), "\ud800 a text", 40, tmp_path, 50)
    order = replace(_order(tmp_path), acoustic=(), texts=texts)
    assert Order.from_json(json.loads(json.dumps(asdict(order), default=str))) == order


def test_texts_are_learnt_in_it_without_torch(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = tmp_path / "refusing"
    refusing.mkdir()
    (refusing / "torch.py").write_text("raise ImportError('torch is not wanted here')")
    monkeypatch.setenv("PYTHONPATH", str(refusing))
    (tmp_path / "target").mkdir()
    order = Order(
        base=tiny_model,
        target=tmp_path / "target",
        work=tmp_path,
        locale="en-US",
        texts=Texts(text="The conference is now locked.\nThe conference is now unlocked."),
        general=general_speech("en-US"),
        memory=2 << 30,
    )
    heard: list[tuple[float, str]] = []
    niceness = os.nice(0)
    lowest = niceness

    def progress(share: float, text: str) -> None:
        nonlocal lowest
        heard.append((share, text))
        children = Path("/proc/self/task").glob("*/children")
        for number in " ".join(each.read_text() for each in children).split():
            with suppress(OSError):
                lowest = max(lowest, os.getpriority(os.PRIO_PROCESS, int(number)))

    done = run(order, progress, lambda: None)
    assert done.figures["acoustic"] is None
    learned = done.figures["language"]
    assert learned["sentences"] == 2
    # Nothing of what is said there sounds like it.
    general = learned["general"]
    assert general["utterances"] == 9
    assert general["words"] > 100
    assert general["before"] == general["after"] < 0.2 * general["words"]
    learnt = Adaptation.load(tmp_path / "target")
    assert learnt is not None
    assert [share for share, _ in heard] == sorted(share for share, _ in heard)
    if Path("/proc/self/task").exists():
        assert lowest > niceness or niceness > 9


def test_texts_have_a_limit_of_memory_as_well(tiny_model: Path, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux keeps this limit")
    order = Order(
        base=tiny_model,
        target=tmp_path,
        work=tmp_path,
        locale="en-US",
        texts=Texts(text="some words"),
        memory=60 << 20,
    )
    with pytest.raises(TrainingFailed, match="more memory than the 60 MB"):
        run(order, _ignore, lambda: None)


def test_what_is_wrong_with_texts_comes_back_as_it_was(tiny_model: Path, tmp_path: Path) -> None:
    order = Order(
        base=tiny_model, target=tmp_path, work=tmp_path, locale="en-US", texts=Texts(text="...")
    )
    with pytest.raises(DatasetError, match="no word"):
        run(order, _ignore, lambda: None)
    with pytest.raises(UnsupportedLocale):
        run(replace(order, locale="xx-XX"), _ignore, lambda: None)
    said = {"kind": "DatasetError", "error": "too much", "code": "QuotaViolation"}
    with pytest.raises(DatasetError) as raised:
        raise child._error(said)
    assert raised.value.code == "QuotaViolation"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_the_reason(tmp_path: Path) -> None:
    (tmp_path / "corpus.pcm").symlink_to("/dev/full")
    order = replace(_order(tmp_path), acoustic=general_speech("en-US"))
    with pytest.raises(TrainingFailed, match="disk that it works on is full"):
        run(order, _ignore, lambda: None)


def test_ends_when_its_parent_is_gone(endless: Order) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "scriba.customization.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(asdict(endless), default=str).encode() + b"\n")
        child.stdin.flush()
        assert b"reading recordings" in child.stdout.readline()
        assert child.poll() is None
        child.stdin.close()
        assert child.wait() == 4


def test_ends_when_the_check_says_so(endless: Order) -> None:
    begun = threading.Event()

    def check() -> None:
        if begun.is_set():
            raise KeyError("cancelled")

    with pytest.raises(KeyError, match="cancelled"):
        run(endless, lambda share, text: begun.set(), check)


def test_errors_come_back_as_sentences(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "audio.zip", "w"):
        pass
    (tmp_path / "trans.txt").write_text("")
    with pytest.raises(DatasetError, match="0 recordings of up to") as raised:
        run(_order(tmp_path), _ignore, lambda: None)
    assert str(raised.value).count("The data cannot be used") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps this limit")
def test_memory_has_a_limit(tmp_path: Path) -> None:
    order = replace(_order(tmp_path), acoustic=general_speech("en-US"), memory=20 << 20)
    with pytest.raises(TrainingFailed, match="more memory than the 20 MB"):
        run(order, _ignore, lambda: None)
