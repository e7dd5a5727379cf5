import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from scriba.cli import main
from scriba.cli.serve import curl_line, greeting, sample
from scriba.settings import load_settings
from scriba.speech.cpu import Layout

LAYOUT = Layout(2, 4, "8 usable CPUs")


@contextmanager
def _serving(data_dir: Path, *words: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A service of its own process on a free port; what it printed, and the process."""
    command = [sys.executable, "-m", "scriba", "serve", "--port", "0", "--model", "tiny.en"]
    with subprocess.Popen(
        [*command, "--data-dir", str(data_dir), *words], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        printed = ""
        try:
            for line in process.stdout:
                printed += line
                if "curl -H" in line or "scriba keys rotate" in line:
                    break
            yield printed, process
        finally:
            process.send_signal(signal.SIGTERM)


def _key(printed: str) -> str:
    found = re.search(r"^Key +([0-9a-f]{32})$", printed, re.M)
    assert found is not None, printed
    return found.group(1)


def test_the_first_minutes_of_a_new_user(tmp_path: Path, tiny_model: Path) -> None:
    with _serving(tmp_path / "new") as (printed, _):
        line = printed.strip().splitlines()[-1].strip()
        assert line.startswith("curl ")
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
        answer = json.loads(done.stdout)
        assert answer["RecognitionStatus"] == "Success"
        assert "Quilter" in answer["DisplayText"]
        key = _key(printed)
    with _serving(tmp_path / "new") as (again, process):
        assert _key(again) == key
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_keys_count_at_once_in_a_running_service(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _serving(tmp_path) as (printed, _):
        found = re.search(r"^Address +(\S+)$", printed, re.M)
        assert found is not None

        def status(key: str) -> int:
            url = f"{found.group(1)}/sts/v1.0/issueToken"
            return requests.post(url, headers={"Ocp-Apim-Subscription-Key": key}).status_code

        assert status(_key(printed)) == 200
        main(["keys", "create", "other", "--json", "--data-dir", str(tmp_path)])
        made = json.loads(capsys.readouterr().out)
        assert status(made["key2"]) == 200
        main(["keys", "rotate", "default", "--data-dir", str(tmp_path)])
        assert status(_key(printed)) == 401
        main(["keys", "delete", "other", "--data-dir", str(tmp_path)])
        assert status(made["key1"]) == 401


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path, tiny_model: Path) -> None:
    with _serving(tmp_path / "one") as (printed, _):
        found = re.search(r":(\d+)$", printed.split("Address")[1].splitlines()[0])
        assert found is not None
        command = [sys.executable, "-m", "scriba", "serve", "--model", "tiny.en"]
        done = subprocess.run(
            [*command, "--port", found.group(1), "--data-dir", str(tmp_path / "two")],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert found.group(1) in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["--model", "huge"], ["--port", "99999"], ["--data-dir", "/dev/null/x"]]
)
def test_what_cannot_be_served_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]
) -> None:
    assert main(["serve", "--data-dir", str(tmp_path), *words]) == 1
    errors = capsys.readouterr().err.strip()
    assert errors.startswith("scriba: ")
    assert "\n" not in errors


def test_the_greeting_says_what_to_do_without_a_key(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    text = greeting(settings, LAYOUT, "http://127.0.0.1:1", None, "base")
    assert "scriba keys rotate default" in text
    assert "curl" not in text
    assert "2 workers of 4 threads on cpu, int8: 8 usable CPUs" in text


def test_the_curl_line_survives_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scriba.__file__", "/a folder/it's/scriba/__init__.py")
    words = shlex.split(curl_line("http://127.0.0.1:1", "k" * 32))
    assert words[0] == "curl"
    assert f"@{sample()}" in words
    assert "/a folder/it's/scriba" in str(sample())
    assert words[-1].endswith("?language=en-US")
