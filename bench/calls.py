"""What is lost where voices, languages or noise share a recording.

    python -m bench.calls --data ../shared/data --part report

Each recording goes the way of a batch transcription (`jobs.recording.transcribe_file`) and is
compared with its own turns: the same samples cut at the known borders, each a file of its own, told
its language. Recordings (`bench/joint.py`):

- calls: the stereo calls of `data/speech`, and constructed ones, two speakers in a channel each who
  take turns, some of them begun too early, in a telephone's band and coding. By channel; then mixed
  to one channel with diarization, by speaker, each word counted for the speaker it was given to.
- languages: that of `data/speech` with a reference, and prompts and sentences of three languages,
  turns of one to three, 0.6 s apart; continuous identification among these and another.
- telephone: prompts of a telephone system in one language, as they are and under noise.

% WER by `bench.scoring` with 95 % intervals, bootstrap over turns; the words of a channel are
shared out among its turns by their alignment with the reference.
"""

import json
import tempfile
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import Row, load, parser, speech_rows, split
from bench.joint import Recording, Turn, calls, languages, noisy, telephones
from bench.scoring import Edits, difference_interval, edits, interval, rate, shared_edits, words
from scriba.jobs.recording import Wish, transcribe_file
from scriba.jobs.speakers import Diarization
from scriba.resources.transcription import Identification, Speakers, TranscriptionSpec
from scriba.resources.versions import Version
from scriba.settings import load_settings
from scriba.speech import Recognizer, locale
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.resample import SAMPLE_RATE

SNRS = (20, 10, 5)
_EDGE = 0.25
"""Seconds around a turn that its own file has."""


class Batch:
    """The recogniser as a batch transcription uses it."""

    def __init__(self, recognizer: Recognizer, folder: Path) -> None:
        self._recognizer = recognizer
        self._folder = folder

    def phrases(self, samples: np.ndarray, tag: str, **spec: Any) -> list[dict[str, Any]]:
        """The recognised phrases of a recording (channels, samples)."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            audio, target = Path(folder) / "a.wav", Path(folder) / "a.json"
            with wave.open(str(audio), "wb") as file:
                file.setparams((len(samples), 2, SAMPLE_RATE, 0, "NONE", ""))
                whole = np.clip(samples.T * 32767, -32768, 32767).astype("<i2")
                file.writeframes(whole.tobytes())
            wish = Wish(TranscriptionSpec(profanity="raw", **spec), tag, Version.V2024_11, "a.wav")
            transcribe_file(audio, target, wish, self._recognizer, Diarization, lambda: None)
            found: list[dict[str, Any]] = json.loads(target.read_text())["recognizedPhrases"]
        return found

    def alone(self, recording: Recording) -> list[str]:
        """What is heard in each turn by itself."""

        def one(turn: Turn) -> str:
            first = max(0, int((turn.start - _EDGE) * SAMPLE_RATE))
            last = int((turn.end + _EDGE) * SAMPLE_RATE)
            own = recording.samples[turn.channel : turn.channel + 1, first:last]
            return said(self.phrases(own, turn.locale, channels=(0,)))

        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(one, recording.turns))


def said(phrases: Sequence[dict[str, Any]]) -> str:
    return " ".join(each["nBest"][0]["display"] for each in phrases)


def by_turn(recording: Recording, phrases: Sequence[dict[str, Any]]) -> list[str]:
    """The text of each turn: of the phrases that share most of their time with it."""
    texts: list[list[str]] = [[] for _ in recording.turns]
    for each in phrases:
        start = each["offsetMilliseconds"] / 1000
        end = start + each["durationMilliseconds"] / 1000
        shared = [min(end, t.end) - max(start, t.start) for t in recording.turns]
        texts[int(np.argmax(shared))].append(each["nBest"][0]["display"])
    return [" ".join(each) for each in texts]


def counted(turns: Sequence[Turn], texts: Sequence[str]) -> list[Edits]:
    return [edits(t.text, text, t.locale) for t, text in zip(turns, texts, strict=True)]


def line(name: str, joint: Sequence[Edits], alone: Sequence[Edits]) -> str:
    low, high = interval(joint)
    a, b = interval(alone)
    less, more = difference_interval(joint, alone)
    return (
        f"| {name} | {len(joint)} | {sum(e.words for e in joint)} "
        f"| {100 * rate(joint):.1f} ({100 * low:.1f}-{100 * high:.1f}) "
        f"| {100 * rate(alone):.1f} ({100 * a:.1f}-{100 * b:.1f}) "
        f"| {100 * (rate(joint) - rate(alone)):+.1f} ({100 * less:+.1f} to {100 * more:+.1f}) |"
    )


def head(name: str) -> str:
    titles = f"| {name} | turns | words | % WER | each turn alone | difference |"
    return f"\n{titles}\n|---|---|---|---|---|---|"


Pairs = tuple[list[Edits], list[Edits]]


def print_calls(batch: Batch, recordings: Sequence[Recording]) -> None:
    channels: dict[str, Pairs] = {}
    speakers: dict[str, Pairs] = {}
    named = right = 0
    for recording in recordings:
        alone = counted(recording.turns, batch.alone(recording))
        found = batch.phrases(recording.samples, recording.turns[0].locale)
        mixed = batch.phrases(
            recording.mixed.samples,
            recording.turns[0].locale,
            channels=(0,),
            diarization=Speakers(1, 2),
        )
        for channel in (0, 1):
            own = [i for i, t in enumerate(recording.turns) if t.channel == channel]
            turns = [recording.turns[i] for i in own]
            text = said([each for each in found if each["channel"] == channel])
            pair = (_shared(turns, text), [alone[i] for i in own])
            channels[f"{recording.name}, channel {channel}"] = pair
        best = _by_speaker(recording, mixed)
        for speaker, counts in best.items():
            own = [i for i, t in enumerate(recording.turns) if t.speaker == speaker]
            speakers[f"{recording.name}, {speaker}"] = (counts, [alone[i] for i in own])
        known = len({each.get("speaker") for each in mixed})
        named, right = named + 1, right + (known == len({t.speaker for t in recording.turns}))
    for name, pairs in (("calls, by channel", channels), ("mixed, by speaker", speakers)):
        print(head(name))
        _print(pairs)
    print(f"\nnumber of speakers right: {right} of {named}")


def _print(pairs: dict[str, Pairs]) -> None:
    for name, pair in pairs.items():
        print(line(name, *pair))
    if len(pairs) > 1:
        joint = [each for pair in pairs.values() for each in pair[0]]
        print(line("all", joint, [each for pair in pairs.values() for each in pair[1]]))


def _shared(turns: Sequence[Turn], text: str) -> list[Edits]:
    tag = turns[0].locale
    return shared_edits([words(t.text, tag) for t in turns], words(text, tag))


def _by_speaker(recording: Recording, phrases: list[dict[str, Any]]) -> dict[str, list[Edits]]:
    """Errors of each speaker's turns, with the likeliest names for the numbers."""
    names = sorted({t.speaker for t in recording.turns})
    numbers = sorted({each.get("speaker", 0) for each in phrases})
    numbers += [-1] * (len(names) - len(numbers))
    best: dict[str, list[Edits]] = {}
    for order in permutations(numbers, len(names)):
        made = {
            name: _shared(
                [t for t in recording.turns if t.speaker == name],
                said([each for each in phrases if each.get("speaker", 0) == number]),
            )
            for name, number in zip(names, order, strict=True)
        }
        if not best or _errors(made) < _errors(best):
            best = made
    return best


def _errors(made: dict[str, list[Edits]]) -> int:
    return sum(each.errors for counts in made.values() for each in counts)


def print_languages(batch: Batch, recordings: Sequence[Recording], others: Sequence[str]) -> None:
    tables: dict[str, Pairs] = {}
    seconds = right = 0.0
    for recording in recordings:
        tags = sorted({t.locale for t in recording.turns})
        known = {locale(tag).whisper for tag in tags}
        tags += [next(tag for tag in others if locale(tag).whisper not in known)]
        asked = Identification(tuple(tags), "continuous")
        found = batch.phrases(recording.samples, tags[0], channels=(0,), identification=asked)
        joint = counted(recording.turns, by_turn(recording, found))
        alone = counted(recording.turns, batch.alone(recording))
        for turn, a, b in zip(recording.turns, joint, alone, strict=True):
            pair = tables.setdefault(turn.locale, ([], []))
            pair[0].append(a)
            pair[1].append(b)
        for each in found:
            start = each["offsetMilliseconds"] / 1000
            end = start + each["durationMilliseconds"] / 1000
            for turn in recording.turns:
                shared = max(0.0, min(end, turn.end) - max(start, turn.start))
                same = locale(each["locale"]).whisper == locale(turn.locale).whisper
                seconds, right = seconds + shared, right + shared * same
    print(head("several languages"))
    _print(dict(sorted(tables.items())))
    print(f"\nseconds in the right language: {100 * right / seconds:.1f} % of {seconds:.0f} s")


def print_telephones(batch: Batch, recordings: Sequence[Recording], noises: list[Row]) -> None:
    print(head("telephone"))
    for decibels in (None, *SNRS):
        tables: dict[str, Pairs] = {}
        for number, recording in enumerate(recordings):
            made = recording
            if decibels is not None:
                made = noisy(recording, load(noises[number % len(noises)].path), decibels)
            found = batch.phrases(made.samples, made.turns[0].locale, channels=(0,))
            tables[made.name] = (
                counted(made.turns, by_turn(made, found)),
                counted(made.turns, batch.alone(made)),
            )
        shown = "as they are" if decibels is None else f"noise {decibels} dB below"
        _print({f"{shown}, {name}": pair for name, pair in tables.items()})


def main() -> None:
    asked = parser(__doc__)
    asked.add_argument("--only", choices=["calls", "languages", "telephone"])
    asked.add_argument("--count", type=int, default=2, help="constructed recordings of each kind")
    asked.add_argument("--utterances", type=int, default=10, help="of each telephone file")
    arguments = asked.parse_args()
    data, part = arguments.data, arguments.part
    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))
    with tempfile.TemporaryDirectory() as folder:
        batch = Batch(recognizer, Path(folder))
        if arguments.only in (None, "calls"):
            print_calls(batch, list(calls(data, part, arguments.count)))
        if arguments.only in (None, "languages"):
            found = list(languages(data, part, arguments.count))
            print_languages(batch, found, ("de-DE", "en-US", "es-ES", "ja-JP"))
        if arguments.only in (None, "telephone"):
            rows = split(speech_rows(data), part)
            noises = [row for row in rows if "/noise/" in row.id]
            print_telephones(batch, list(telephones(data, part, arguments.utterances)), noises)
    recognizer.close()


if __name__ == "__main__":
    main()
