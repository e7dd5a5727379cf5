"""The import of a dataset: what somebody brought, read, checked, and written as files to keep."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from scriba.customization import (
    acoustic_data,
    audio_files,
    formatting_data,
    markdown,
    pronunciations,
    texts,
)
from scriba.customization.imported import Findings, Imported, ImportedFile, Rejection
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.errors import DatasetError

__all__ = ["Imported", "ImportedFile", "Rejection", "import_dataset"]

REPORT = "report.json"


def import_dataset(
    kind: DatasetKind, source: Path, locale: str, target: Path, *, check: Callable[[], None]
) -> Imported:
    """Reads the file `source` as data of a kind, and writes what can be used into `target`.

    `target` is a folder, made if need be; the files in it and their API kinds are in the result,
    `report.json` among them. `check` is called often and may raise to stop. Memory stays flat.

    Raises DatasetError when nothing can be used; `report.json` is then in `target` all the same,
    with every reason.
    """
    target.mkdir(parents=True, exist_ok=True)
    findings = Findings()
    try:
        size = source.stat().st_size
        if not size:
            raise DatasetError("the file is empty")
        if size > MAX_BYTES[kind]:
            most = f"at most {MAX_BYTES[kind]:,} are accepted for {kind.value}"
            raise DatasetError(f"the file has {size:,} bytes; {most}", code="QuotaViolation")
        imported = _import(kind, source, locale, target, findings, check)
        _check_usable(findings)
    except DatasetError as error:
        _report(kind, locale, target, findings.imported(()), error)
        raise
    report = ImportedFile(REPORT, "DatasetReport", _report(kind, locale, target, imported, None))
    return replace(imported, files=(*imported.files, report))


def _import(
    kind: DatasetKind,
    source: Path,
    locale: str,
    target: Path,
    findings: Findings,
    check: Callable[[], None],
) -> Imported:
    seconds: float | None = None
    files: tuple[ImportedFile, ...]
    match kind:
        case DatasetKind.ACOUSTIC:
            files, seconds = acoustic_data.accept(source, target, locale, findings, check)
        case DatasetKind.AUDIO_FILES:
            files, seconds = audio_files.accept(source, target, findings, check)
        case DatasetKind.LANGUAGE:
            files = (_file(target, "language_data.txt", "LanguageData"),)
            texts.accept(source, files[0].path, findings, check)
        case DatasetKind.LANGUAGE_MARKDOWN:
            files = (_file(target, "language_data.md", "LanguageData"),)
            markdown.accept(source, files[0].path, findings, check)
        case DatasetKind.PRONUNCIATION:
            files = (_file(target, "pronunciation_data.txt", "PronunciationData"),)
            pronunciations.accept(source, files[0].path, locale, findings, check)
        case DatasetKind.OUTPUT_FORMATTING:
            files = (_file(target, "output_formatting_data.md", "OutputFormattingData"),)
            formatting_data.accept(source, files[0].path, locale, findings, check)
    return findings.imported(files, seconds)


def _file(target: Path, name: str, kind: str) -> ImportedFile:
    return ImportedFile(name, kind, target / name)


def _check_usable(findings: Findings) -> None:
    undecodable = findings.codes[texts.UNDECODABLE]
    if undecodable > findings.accepted:
        named = [item for item in findings.rejections if item.code == texts.UNDECODABLE]
        detail = f"{undecodable:,} lines are not UTF-8; {named[0] if named else ''}"
        raise DatasetError(detail, code=texts.UNDECODABLE)
    if not findings.accepted:
        raise DatasetError(f"nothing in it can be used; {findings.first()}")


def _report(
    kind: DatasetKind, locale: str, target: Path, imported: Imported, error: DatasetError | None
) -> Path:
    failed = {"error": {"code": error.code, "message": str(error)}} if error else {}
    audio: dict[str, Any] = {}
    if imported.seconds is not None:
        audio = {"durationMilliseconds": round(imported.seconds * 1000)}
    report = {
        "kind": kind.value,
        "locale": locale,
        "acceptedLineCount": imported.accepted,
        "rejectedLineCount": imported.rejected,
        **audio,
        **failed,
        "rejections": [item.to_json() for item in imported.rejections],
        "rejectionsNotNamed": imported.rejected - len(imported.rejections),
        "notes": [item.to_json() for item in imported.notes],
        "notesByCode": dict(imported.figures),
    }
    path = target / REPORT
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, ensure_ascii=False, indent=1)
    return path
