"""`scriba doctor`: what this installation has, and what it lacks."""

import argparse
import importlib.util
import json
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import scriba
from scriba.cli.parser import settings_of
from scriba.cli.serve import describe, sample
from scriba.cli.worker import diarizing
from scriba.errors import ScribaError
from scriba.settings import Settings
from scriba.speech import cpu, model_cache
from scriba.speech.catalogue import find

_PACKAGES = ("ctranslate2", "tokenizers", "onnxruntime", "av", "numpy", "starlette", "uvicorn")
_FORMS = ("damga", "itntext", "kitten_text_processing", "num2words")
_LEAST_FREE = 500 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; where `ok` is False, `detail` says what to do."""

    name: str
    ok: bool
    detail: str


def doctor(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 if something is missing."""
    settings = settings_of(arguments)
    findings = [*examine(settings)]
    healthy = all(finding.ok for finding in findings)
    if arguments.json:
        listed = [asdict(finding) for finding in findings]
        print(json.dumps({"ok": healthy, "findings": listed}, indent=2))
    else:
        for finding in findings:
            print(f"{'ok     ' if finding.ok else 'MISSING'} {finding.name:10} {finding.detail}")
    return 0 if healthy else 1


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings; nothing is created or changed but the record of a model's verification."""
    system = f"{platform.system()} {platform.machine()}"
    yield Finding(
        "scriba", True, f"{scriba.__version__}, Python {platform.python_version()}, {system}"
    )
    yield _packages()
    yield _forms()
    yield _model(settings)
    yield _speakers(settings)
    yield _compute(settings)
    yield _data_dir(settings.data_dir)
    yield _database(settings)
    yield Finding("sample", sample().is_file(), str(sample()))


def _packages() -> Finding:
    versions, missing = [], []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("packages", False, f"install {', '.join(missing)}: pip install scriba")
    return Finding("packages", True, ", ".join(versions))


def _forms() -> Finding:
    missing = [name for name in _FORMS if importlib.util.find_spec(name) is None]
    if missing:
        detail = f"numbers are written less well without {', '.join(missing)}: pip install scriba"
        return Finding("text forms", False, detail)
    return Finding("text forms", True, ", ".join(_FORMS))


def _model(settings: Settings) -> Finding:
    try:
        model = find(settings.model)
        if not model.folder(settings.model_dir).exists():
            detail = (
                f"{model.id} is not in {settings.model_dir}; the first `scriba serve` fetches it, "
                f"or run `scriba models pull {model.id}`"
            )
            return Finding("model", False, detail)
        folder = model_cache.load(model, settings.model_dir)
    except ScribaError as error:
        return Finding("model", False, str(error))
    return Finding("model", True, f"{model.id}, verified, in {folder}")


def _speakers(settings: Settings) -> Finding:
    try:
        diarizing(settings)
    except (ImportError, ScribaError) as error:
        return Finding("speakers", False, str(error))
    own = settings.speaker_model is None
    detail = "CAM++, comes with Scriba" if own else f"{settings.speaker_model}, loaded"
    return Finding("speakers", True, detail)


def _compute(settings: Settings) -> Finding:
    try:
        layout = cpu.detect(settings.threads, settings.workers, settings.device)
    except ImportError as error:
        return Finding("compute", False, f"the engine does not load: {error}")
    return Finding("compute", True, describe(layout))


def _data_dir(folder: Path) -> Finding:
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Finding("data", False, f"{existing} cannot be written; choose another --data-dir")
    free = shutil.disk_usage(existing).free
    detail = (
        f"{folder}{'' if folder.exists() else ' (made on first start)'}, {free / 1e9:.1f} GB free"
    )
    if free < _LEAST_FREE:
        return Finding("data", False, f"{detail}; make room")
    return Finding("data", True, detail)


def _database(settings: Settings) -> Finding:
    from scriba.storage import Store
    from scriba.storage.secret import load_secret

    file = settings.data_dir / "scriba.db"
    if settings.database_url is None and not file.exists():
        return Finding("database", True, f"SQLite, {file} (made on first start)")
    if settings.secret is None and not (settings.data_dir / "secret").exists():
        detail = (
            f"the secret is missing: set SCRIBA_SECRET or bring back {settings.data_dir / 'secret'}"
        )
        fresh = settings.database_url is not None
        return Finding(
            "database", fresh, "not opened yet; the first start does" if fresh else detail
        )
    try:
        secret = load_secret(settings.data_dir, settings.secret)
        store = Store.open(settings.database_url or f"sqlite:///{file}", secret)
        try:
            store.check()
        finally:
            store.close()
    except ScribaError as error:
        return Finding("database", False, str(error))
    return Finding(
        "database", True, f"{store.engine.url.render_as_string(hide_password=True)} answers"
    )
