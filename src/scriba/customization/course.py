"""All that a model is trained on, one after the other: what the training process does.

Recordings change the weights; texts are learnt with these, and measured with them.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scriba.customization import lesson
from scriba.customization.accuracy import measure
from scriba.customization.acoustic_data import utterances
from scriba.customization.corpus import LONGEST, Corpus
from scriba.customization.language import adapt
from scriba.customization.order import Order, Texts
from scriba.evaluation.words import Edits
from scriba.speech.adaptation import Adaptation
from scriba.speech.language import locale

_log = logging.getLogger(__name__)

RECORDINGS = 0.9
"""The part of the progress that recordings take where there are texts as well."""
_LEARNT = 0.8

Progress = Callable[[float, str], None]


def carry_out(order: Order, progress: Progress) -> dict[str, Any]:
    """Train as ordered and write the model's files; figures of both sides, None without it."""
    acoustic = learned = None
    begun = 0.0
    if order.acoustic:
        begun = RECORDINGS if order.texts is not None else 1.0
        acoustic = lesson.carry_out(order, lambda share, text: progress(share * begun, text))
    if order.texts is not None:
        learned = _texts(
            order,
            order.texts,
            order.target if order.acoustic else order.base,
            lambda share, text: progress(begun + share * (1 - begun), text),
        )
    return {"acoustic": acoustic, "language": learned}


def _texts(order: Order, texts: Texts, weights: Path, progress: Progress) -> dict[str, Any]:
    older = None
    if texts.older is not None:
        older = Adaptation.load(texts.older, texts.older_weight, order.locale)
    figures = adapt(
        weights,
        order.locale,
        order.target,
        language=texts.language,
        markdown=texts.markdown,
        pronunciation=texts.pronunciation,
        text=texts.text,
        older=older,
        threads=order.threads,
        progress=lambda share, text: progress(share * _LEARNT, text),
    )
    # As it will be used: what is written here and cannot be read must not become a model.
    learnt = Adaptation.load(order.target, texts.weight, order.locale)
    progress(_LEARNT, "counting word errors")
    words = _compared(order, (order.base, older), (weights, learnt))
    _log.info("text: %s", figures)
    return figures | {"general": words}


def _compared(
    order: Order,
    before: tuple[Path, Adaptation | None],
    after: tuple[Path, Adaptation | None],
) -> dict[str, Any] | None:
    """Word errors on general speech of the model that was begun with, and of the new one."""
    found = (
        (each.name, each.text, each.samples)
        for archive, transcript in order.general
        for each in utterances(archive, transcript, longest=LONGEST)
    )
    corpus, _ = Corpus.write(order.work / "general-text.pcm", found)
    if not len(corpus):
        return None
    spoken = locale(order.locale)
    counted = [
        sum(
            measure(folder, corpus, range(len(corpus)), spoken, order.threads, adaptation=learnt),
            Edits(),
        )
        for folder, learnt in (before, after)
    ]
    return {
        "utterances": len(corpus),
        "words": counted[0].count,
        "before": counted[0].errors,
        "after": counted[1].errors,
    }
