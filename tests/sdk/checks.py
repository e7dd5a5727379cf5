"""What holds for the events of any recognition, whatever is said."""

from collections.abc import Iterator
from itertools import pairwise

from scriba.evaluation import normalise
from scriba.evaluation.words import word_edits

from .client import Result, Told

_ROUNDING = 0.1


def check_events(told: Told, seconds: float) -> None:
    """Sessions frame phrases, each phrase has drafts before it, and all lie within the audio."""
    names = told.names
    assert names.count("session_started") == 1, told
    assert names.count("session_stopped") == 1, told
    inner = [names.index(each) for each in ("speech_start", "recognizing", "recognized")]
    assert inner == sorted(inner), told
    assert names.index("session_started") < inner[0], told
    assert _last(names, "recognized") < names.index("session_stopped"), told
    finals = told.finals
    assert finals, told
    for each in finals:
        assert 0 <= each.start < each.end <= seconds + _ROUNDING, (each, told)
    for one, other in pairwise(finals):
        assert one.end <= other.start + _ROUNDING, told
    starts = [event["offset"] / 1e7 for event in told.of("speech_start")]
    assert min(starts) <= finals[0].start + _ROUNDING, told
    for drafts, final in phrases(told):
        check_drafts(drafts, final)


def phrases(told: Told) -> Iterator[tuple[list[Result], Result]]:
    """Each phrase with words, and the drafts before it."""
    drafts: list[Result] = []
    for event in told.events:
        if event["event"] == "recognizing":
            drafts.append(Result.of(event))
        if event["event"] == "recognized":
            if event["reason"] == "RecognizedSpeech":
                yield drafts, Result.of(event)
            drafts = []


def check_drafts(drafts: list[Result], final: Result) -> None:
    """Drafts are of this phrase, become longer, and most of their words stay."""
    assert drafts, final
    for each in drafts:
        assert each.fields["reason"] == "RecognizingSpeech"
        assert each.text.strip(), drafts
        assert each.start < final.end, (each, final)
        assert each.end > final.start, (each, final)
    ends = [each.end for each in drafts]
    assert ends == sorted(ends), drafts
    last = normalise.words(drafts[-1].text, "en-US")
    edits = word_edits(normalise.words(final.text, "en-US"), last)
    assert edits.substitutions + edits.insertions <= 0.34 * len(last), (drafts, final)


def _last(names: list[str], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)
