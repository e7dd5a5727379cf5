"""Recordings with what is said in them: an archive of audio and one transcript."""

import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from scriba.customization.archives import Archive, Entry, opened
from scriba.customization.imported import Findings, ImportedFile
from scriba.customization.texts import Problem, has_words, lines
from scriba.errors import AudioError, AudioTooLong, DatasetError
from scriba.speech.audio import SAMPLE_RATE, decode_file
from scriba.speech.mix import join
from scriba.speech.resample import Samples

LONGEST = 7_200.0
"""Seconds of a recording at most."""
LONGEST_TRAINED = 40.0
"""Seconds of a recording that is trained on; of a longer one its text is."""
MAX_RECORDINGS = 10_000
TRANSCRIPT = "trans.txt"
ARCHIVE = "audio.zip"

_SHORTEST = 0.1
_TRANSCRIPTS = (".txt", ".tsv")
_ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz")
_MAX_TRANSCRIPT_BYTES = 64 << 20
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Utterance:
    """A recording `samples` (mono float32 at 16 kHz) in which `text` is said."""

    name: str
    text: str
    samples: Samples


def transcript_lines(transcript: Path) -> Iterator[tuple[str, str]]:
    """Names of recordings and what is said in them, of a transcript that an import wrote."""
    with open(transcript, encoding="utf-8-sig") as file:
        for line in file:
            name, tab, text = line.rstrip("\n").partition("\t")
            if tab:
                yield name, text


class Recording:
    """A recording in an open archive, in which `text` is said."""

    def __init__(self, name: str, text: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self.text = text
        self._archive = archive

    def blocks(self, *, longest: float = LONGEST) -> Iterator[Samples]:
        """Its audio piece by piece, mono float32 at 16 kHz; memory stays flat.

        Raises AudioError for one that cannot be read, AudioTooLong for more than `longest`
        seconds, DatasetError where the archive does not hold it.
        """
        try:
            file = self._archive.open(self.name)
        except KeyError as error:
            raise DatasetError(f"the archive holds no {self.name}") from error
        with file:
            yield from decode_file(cast(BinaryIO, file), max_seconds=longest)


@contextmanager
def recordings(archive: Path, transcript: Path) -> Iterator[Iterator[Recording]]:
    """The recordings that an import wrote, in the order of the transcript.

    They can be read as long as the context lasts, by several threads.
    """
    with zipfile.ZipFile(archive) as packed:
        yield (Recording(name, text, packed) for name, text in transcript_lines(transcript))


def utterances(archive: Path, transcript: Path, *, longest: float = LONGEST) -> Iterator[Utterance]:
    """The same with their audio, one in memory at a time; longer ones are left out.

    Raises AudioError for one that cannot be read, DatasetError where archive and transcript do
    not belong together.
    """
    with recordings(archive, transcript) as found:
        for recording in found:
            try:
                samples = join(list(recording.blocks(longest=longest)))
            except AudioTooLong:
                continue
            yield Utterance(recording.name, recording.text, samples)


def accept(
    source: Path, target: Path, locale: str, findings: Findings, check: Callable[[], None]
) -> tuple[tuple[ImportedFile, ...], float]:
    """Writes the recordings that have a transcript to `target`/audio.zip, the lines to trans.txt.

    Returns the two files and the seconds of audio. Raises DatasetError where there is no
    transcript, or nothing that belongs together.
    """
    seconds = 0.0
    draft = target / "draft"
    try:
        with opened(source) as archive:
            refuse(archive, findings)
            entry = _transcript(archive)
            if problem := archive.extract(entry, draft, check):
                raise DatasetError(f"the transcript {entry.name}: {problem.reason}")
            audio = [item for item in archive.entries if item is not entry]
            said = _pairs(draft, entry.name, audio, locale, findings, check)
            with (
                zipfile.ZipFile(target / ARCHIVE, "w") as packed,
                open(target / TRANSCRIPT, "w", encoding="utf-8-sig", newline="\n") as out,
            ):
                for item in audio:
                    if item.name not in said and item.suffix not in _TRANSCRIPTS:
                        reason = f"{entry.name} has no line for this file"
                        findings.reject(item.name, None, "MissingTranscript", reason)
                        continue
                    found = fetch(archive, item, draft, findings, check)
                    if found is not None:
                        seconds += found
                        findings.accepted += 1
                        packed.write(draft, item.name)
                        out.write(f"{item.name}\t{said[item.name]}\n")
                out.flush()
                # So that what is downloaded can be imported again.
                packed.write(target / TRANSCRIPT, TRANSCRIPT)
    finally:
        draft.unlink(missing_ok=True)
    return (
        ImportedFile(ARCHIVE, "AcousticDataArchive", target / ARCHIVE, seconds),
        ImportedFile(TRANSCRIPT, "AcousticDataTranscriptionV2", target / TRANSCRIPT),
    ), seconds


def refuse(archive: Archive, findings: Findings) -> None:
    """Names the entries that cannot be read, and more recordings than are accepted."""
    for name, problem in archive.refused:
        findings.reject(name, None, problem.code, problem.reason)
    audio = sum(entry.suffix not in _TRANSCRIPTS for entry in archive.entries)
    if audio > MAX_RECORDINGS:
        raise DatasetError(
            f"the archive has {audio:,} recordings; at most {MAX_RECORDINGS:,} are accepted",
            code="QuotaViolation",
        )


def fetch(
    archive: Archive, entry: Entry, draft: Path, findings: Findings, check: Callable[[], None]
) -> float | None:
    """Writes a recording to `draft`: its seconds, or None where it cannot be used."""
    if entry.suffix in _TRANSCRIPTS:
        findings.reject(entry.name, None, "NotAudio", "a text file, where recordings are expected")
        return None
    if entry.suffix in _ARCHIVES:
        findings.reject(entry.name, None, "NestedArchive", "an archive within the archive")
        return None
    if problem := archive.extract(entry, draft, check):
        findings.reject(entry.name, None, problem.code, problem.reason)
        return None
    try:
        seconds = _seconds(draft, check)
    except AudioTooLong:
        reason = f"the recording is longer than {LONGEST / 3600:g} hours"
        findings.reject(entry.name, None, "TooLong", reason)
        return None
    except AudioError as error:
        findings.reject(entry.name, None, type(error).__name__, str(error))
        return None
    if seconds < _SHORTEST:
        reason = f"the recording is shorter than {_SHORTEST:g} seconds"
        findings.reject(entry.name, None, "TooShort", reason)
        return None
    if seconds > LONGEST_TRAINED:
        reason = f"{seconds:.0f} s: of more than {LONGEST_TRAINED:g} s only the text is trained on"
        findings.note(entry.name, None, "LongAudio", reason)
    return seconds


def _seconds(path: Path, check: Callable[[], None]) -> float:
    samples = 0
    for block in decode_file(path, max_seconds=LONGEST):
        check()
        samples += block.size
    return samples / SAMPLE_RATE


def _transcript(archive: Archive) -> Entry:
    found = [entry for entry in archive.entries if entry.suffix in _TRANSCRIPTS]
    named = [entry for entry in found if PurePosixPath(entry.name).stem.lower() == "trans"]
    if len(found) == 1 or len(named) == 1:
        return (named or found)[0]
    if not found:
        raise DatasetError("the archive has no transcript (a .txt or .tsv file)")
    names = ", ".join(entry.name for entry in found[:5])
    raise DatasetError(
        f"the archive has {len(found)} text files ({names}); "
        "it may hold one transcript, or one named trans.txt"
    )


class _Names:
    """Finds a recording by what a transcript calls it."""

    def __init__(self, entries: list[Entry]) -> None:
        self._exact = {entry.name for entry in entries}
        self._like: dict[str, list[str]] = {}
        for entry in entries:
            path = PurePosixPath(_folded(entry.name))
            for key in {str(path), path.name, str(path.with_suffix("")), path.stem}:
                self._like.setdefault(key, []).append(entry.name)

    def find(self, name: str) -> str | Problem:
        """Its name in the archive: the same but for case, folder and ending, if only one is."""
        if name in self._exact:
            return name
        key = _folded(name.replace("\\", "/").removeprefix("./"))
        found = self._like.get(key) or self._like.get(PurePosixPath(key).name, [])
        if len(found) == 1:
            return found[0]
        if not found:
            return Problem("MissingAudio", f"the archive has no recording {name[:100]!r}")
        reason = f"{name[:100]!r} may be {found[0]} or {found[1]}; name its folder too"
        return Problem("AmbiguousAudio", reason)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _pairs(
    transcript: Path,
    name: str,
    audio: list[Entry],
    locale: str,
    findings: Findings,
    check: Callable[[], None],
) -> dict[str, str]:
    """The text of each recording that the transcript names once."""
    names = _Names(audio)
    said: dict[str, str] = {}
    found = lines(
        transcript, name=name, max_bytes=_MAX_TRANSCRIPT_BYTES, longest=_LONGEST_LINE, check=check
    )
    for line in found:
        recording, tab, text = line.text.partition("\t")
        text = text.replace("\t", " ").strip()
        problem = line.problem
        if problem is None and not tab:
            problem = Problem("MissingTab", "no tab between the name of a recording and its text")
        if problem is None and not has_words(text):
            problem = Problem("NoWords", "no words behind the tab")
        if problem is None:
            audio_name = names.find(recording.strip())
            if isinstance(audio_name, Problem):
                problem = audio_name
            elif audio_name in said:
                problem = Problem("DuplicateTranscript", f"{audio_name} has a line already")
            else:
                said[audio_name] = text
                _note_characters(name, line.number, text, locale, findings)
        if problem:
            findings.reject(name, line.number, problem.code, problem.reason)
    return said


def _note_characters(name: str, number: int, text: str, locale: str, findings: Findings) -> None:
    if locale.lower().startswith("en") and not text.isascii():
        char = next(char for char in text if not char.isascii())
        reason = f"{char!r} is not ASCII, which other services want in English transcripts"
        findings.note(name, number, "NonAscii", reason)
