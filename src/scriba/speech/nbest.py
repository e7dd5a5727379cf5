"""Hypotheses of several phrases joined to hypotheses of the whole."""

import heapq
from collections.abc import Iterable, Sequence

from scriba.speech.forms import Forms, Group
from scriba.speech.results import Hypothesis, Phrase, Recognition
from scriba.speech.scripts import EASTERN

LENGTH = 5
"""Entries that an n-best list has at most, as in the API."""


def distinct(hypotheses: Iterable[Hypothesis], limit: int = LENGTH) -> tuple[Hypothesis, ...]:
    """The first `limit` hypotheses that differ from all before them in some form."""
    seen = set()
    kept: list[Hypothesis] = []
    for each in hypotheses:
        forms = (each.forms.lexical, each.forms.itn, each.forms.masked_itn, each.forms.display)
        if forms not in seen and len(kept) < limit:
            seen.add(forms)
            kept.append(each)
    return tuple(kept)


def combine(recognition: Recognition) -> Phrase:
    """One phrase for all phrases of a recording (at least one), with their pauses.

    Its hypotheses are the likeliest combinations of theirs, best first: a combination loses what
    its parts' confidences, weighted by their words, lose against the best parts.
    """
    phrases = recognition.phrases
    if len(phrases) == 1:
        return phrases[0]
    choices = _best_first([_losses(phrase) for phrase in phrases])
    joined = (_join([p.nbest[i] for p, i in zip(phrases, c, strict=True)]) for c in choices)
    return Phrase(phrases[0].start, phrases[-1].end, distinct(joined), phrases[0].language)


def _losses(phrase: Phrase) -> list[float]:
    """What each hypothesis costs against the best, in expected wrong words; ascending."""
    best = phrase.nbest[0]
    words = max(1, len(best.forms.lexical.split()))
    floor = 0.0
    losses = []
    for each in phrase.nbest:
        # Kept in the order of the list, whatever the confidences say.
        floor = max(floor, (best.confidence - each.confidence) * words)
        losses.append(floor)
    return losses


def _best_first(losses: Sequence[Sequence[float]]) -> Iterable[tuple[int, ...]]:
    """Index combinations, one of each list, by ascending sum."""
    start = (0,) * len(losses)
    heap = [(0.0, start)]
    seen = {start}
    given = 0
    while heap and given < 4 * LENGTH:
        loss, choice = heapq.heappop(heap)
        given += 1
        yield choice
        for i, at in enumerate(choice):
            if at + 1 < len(losses[i]):
                following = (*choice[:i], at + 1, *choice[i + 1 :])
                if following not in seen:
                    seen.add(following)
                    gain = losses[i][at + 1] - losses[i][at]
                    heapq.heappush(heap, (loss + gain, following))


def _join(parts: Sequence[Hypothesis]) -> Hypothesis:
    weights = [max(1, len(part.forms.lexical.split())) for part in parts]
    confidence = sum(
        part.confidence * weight for part, weight in zip(parts, weights, strict=True)
    ) / sum(weights)
    words = tuple(word for part in parts for word in part.words)
    lexical = tuple(word for part in parts for word in part.lexical_words)
    return Hypothesis(confidence, join_forms([part.forms for part in parts]), words, lexical)


def join_forms(parts: Sequence[Forms]) -> Forms:
    """The forms of texts that follow each other."""
    groups: list[Group] = []
    shift = 0
    for part in parts:
        for g in part.groups:
            source = (g.source[0] + shift, g.source[1] + shift)
            groups.append(Group(source, g.lexical, g.itn, g.display))
        shift = groups[-1].source[1] if groups else 0
    return Forms(
        _follow(part.lexical for part in parts),
        _follow(part.itn for part in parts),
        _follow(part.masked_itn for part in parts),
        _follow(part.display for part in parts),
        tuple(groups),
    )


def _follow(texts: Iterable[str]) -> str:
    """Texts one after another: with a space, or without where Chinese or Japanese meets itself.

    Thai and its neighbours write no spaces between words, but they do between sentences.
    """
    joined = ""
    for text in texts:
        apart = joined and text and not _meet(joined[-1], text[0])
        joined += " " + text if apart else text
    return joined


def _meet(before: str, after: str) -> bool:
    sides = EASTERN.fullmatch(before), EASTERN.fullmatch(after)
    return any(sides) and all(
        side or char.isdigit() for side, char in zip(sides, before + after, strict=True)
    )
