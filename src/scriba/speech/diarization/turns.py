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
    """The turns with pauses up to `gap` closed in which nobody speaks, and without short ones.

    Those under `least` are left out. The speakers that remain are numbered anew, in order of
    appearance; the turns are sorted by start.
    """
    by_speaker: dict[int, list[Turn]] = {}
    # The two latest ends of different speakers: one of them is not the speaker of the next turn.
    latest: list[tuple[float, int]] = []
    for turn in sorted(turns, key=lambda turn: (turn.start, turn.end)):
        own = by_speaker.setdefault(turn.speaker, [])
        others = max((end for end, speaker in latest if speaker != turn.speaker), default=0.0)
        before = own[-1] if own else None
        close = before is not None and (
            turn.start <= before.end or (turn.start - before.end <= gap and others <= before.end)
        )
        if before is not None and close:
            turn = Turn(before.start, max(before.end, turn.end), turn.speaker)
            own[-1] = turn
        else:
            own.append(turn)
        ends = {speaker: end for end, speaker in latest}
        ends[turn.speaker] = turn.end
        latest = sorted(((end, speaker) for speaker, end in ends.items()), reverse=True)[:2]
    kept = [turn for own in by_speaker.values() for turn in own if turn.end - turn.start >= least]
    kept.sort(key=lambda turn: (turn.start, -turn.end))
    numbers: dict[int, int] = {}
    return [
        Turn(turn.start, turn.end, numbers.setdefault(turn.speaker, len(numbers) + 1))
        for turn in kept
    ]
