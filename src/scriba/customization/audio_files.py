"""Recordings without transcripts: an archive of audio."""

from collections.abc import Callable
from pathlib import Path

from scriba.customization.acoustic_data import fetch, refuse
from scriba.customization.archives import opened
from scriba.customization.imported import Findings, ImportedFile


def accept(
    source: Path, target: Path, findings: Findings, check: Callable[[], None]
) -> tuple[tuple[ImportedFile, ...], float]:
    """Writes the recordings of an archive into `target`/audio, each a file.

    Returns the files under the names they had in the archive, and the seconds of audio.
    """
    folder = target / "audio"
    folder.mkdir(exist_ok=True)
    files: list[ImportedFile] = []
    with opened(source) as archive:
        refuse(archive, findings)
        for number, entry in enumerate(archive.entries):
            # No name from outside becomes a path.
            path = folder / f"{number:05}"
            seconds = fetch(archive, entry, path, findings, check)
            if seconds is None:
                path.unlink(missing_ok=True)
                continue
            findings.accepted += 1
            files.append(ImportedFile(entry.name, "Audio", path, seconds))
    return tuple(files), sum(file.seconds or 0.0 for file in files)
