"""Who spoke when: turns of speakers."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one speaker speaks, `start` to `end` in seconds of the recording.

    Speakers count from 1 in order of appearance. Turns of different speakers may overlap.
    """

    start: float
    end: float
    speaker: int


def joined(turns: Iterable[Turn], gap: float, least: float) -> list[Turn]:
    """The turns with each speaker's pauses up to `gap` closed and what is under `least` left out.

    Renumbers the speakers that remain, in order of appearance; sorted by start.
    """
    by_speaker: dict[int, list[Turn]] = {}
    for turn in sorted(turns, key=lambda turn: turn.start):
        own = by_speaker.setdefault(turn.speaker, [])
        if own and turn.start - own[-1].end <= gap:
            own[-1] = Turn(own[-1].start, max(own[-1].end, turn.end), turn.speaker)
        else:
            own.append(turn)
    kept = [turn for own in by_speaker.values() for turn in own if turn.end - turn.start >= least]
    kept.sort(key=lambda turn: (turn.start, -turn.end))
    numbers: dict[int, int] = {}
    return [
        Turn(turn.start, turn.end, numbers.setdefault(turn.speaker, len(numbers) + 1))
        for turn in kept
    ]
