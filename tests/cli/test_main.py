import subprocess
import sys

import pytest

from scriba import __version__
from scriba.cli import main

Capture = pytest.CaptureFixture[str]
COMMANDS = [
    ["serve"],
    ["keys", "create"],
    ["keys", "list"],
    ["keys", "show"],
    ["keys", "rotate"],
    ["keys", "delete"],
    ["models", "list"],
    ["models", "pull"],
    ["models", "verify"],
    ["transcribe"],
    ["forms"],
    ["doctor"],
]


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"scriba {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_takes_the_folders(
    capsys: Capture, command: list[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert "--data-dir" in text
    assert "--model-dir" in text


@pytest.mark.parametrize("words", [[], ["nonsense"], ["serve", "--port", "x"], ["keys"]])
def test_wrong_usage_is_exit_code_2(capsys: Capture, words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "usage: scriba" in capsys.readouterr().err


def test_a_wrong_setting_is_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBA_MAX_PENDING", "0")
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err.startswith("scriba: A setting is wrong: SCRIBA_MAX_PENDING: ")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from scriba.cli.parser import build_parser; build_parser();"
        "print(sorted({'numpy', 'ctranslate2', 'sqlalchemy', 'pydantic', 'av'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m scriba doctor | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""
