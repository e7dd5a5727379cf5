"""The process that trains."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from scriba.customization.child import run
from scriba.customization.general import general_speech
from scriba.customization.order import Order
from scriba.errors import DatasetError, TrainingFailed

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
