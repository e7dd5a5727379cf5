from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from scriba.errors import SettingsError
from scriba.settings import PREFIX, Settings, load_settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
FOLDERS = {"data_dir": "the user's data folder", "model_dir": "`models` in the user's cache folder"}


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default is PydanticUndefined:
        default = FOLDERS[name]
    elif field.default is None:
        default = "unset"
    else:
        default = f"`{field.default}`" if field.default != "" else "empty"
    return f"| `{name}` | `{PREFIX}{name.upper()}` | {default} | {field.description} |"


def test_the_page_lists_every_setting_as_it_is() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    wanted = [_row(name) for name in Settings.model_fields]
    assert lines == wanted, "docs/settings.md should hold:\n" + "\n".join(wanted)


def test_every_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "data_dir": "data",
        "model_dir": "models",
        "model": "tiny.en",
        "speaker_model": "speakers.onnx",
        "host": "::1",
        "port": "0",
        "database_url": "sqlite:///x.db",
        "auto_upgrade": "false",
        "storage": "s3://files/here",
        "secret": "s" * 32,
        "cors_origins": "*",
        "max_pending": "5",
        "max_fast": "4",
        "max_upload_bytes": "1000000",
        "workers": "2",
        "threads": "3",
        "device": "CPU",
        "log_level": "DEBUG",
        "body_timeout": "1.5",
        "drain_timeout": "2.5",
        "trust_forwarded": "true",
        "allow_private_addresses": "10.0.0.0/8",
        "allowed_sources": "s3://recordings/calls",
        "max_download_bytes": "1000",
        "download_timeout": "60",
        "stall_timeout": "5",
    }
    plain = load_settings().model_dump()
    for name, value in given.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)
    settings = load_settings().model_dump()
    assert settings["data_dir"] == Path("data").absolute()
    changed = {name for name in settings if settings[name] != plain[name]}
    assert changed >= set(given)


def test_a_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBA_PORT", "1234")
    assert load_settings(port=None).port == 1234
    assert load_settings(port=4321).port == 4321


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBA_PORT", "")
    assert load_settings().port == 8080


def test_a_home_folder_is_expanded() -> None:
    assert load_settings(data_dir="~/scriba").data_dir == Path.home() / "scriba"


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "http"), ("port", "65536"), ("threads", "-1"), ("device", "tpu"), ("model", "")],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    if value:
        monkeypatch.setenv(PREFIX + name.upper(), value)
        with pytest.raises(SettingsError, match=f"SCRIBA_{name.upper()}"):
            load_settings()
    with pytest.raises(SettingsError, match=f"--{name}"):
        load_settings(**{name: value})


def test_secrets_are_not_shown() -> None:
    settings = load_settings(secret="s" * 32, database_url="postgresql://u:hidden@h/d")
    assert "s" * 32 not in repr(settings)
    assert "hidden" not in repr(settings)
