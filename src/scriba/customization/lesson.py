"""A model trained on recordings, from files to files: what the training process does."""

from __future__ import annotations

import logging
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scriba.customization.accuracy import measure
from scriba.customization.acoustic import Schedule, Trainer, mixed
from scriba.customization.acoustic_data import utterances
from scriba.customization.corpus import LONGEST, Corpus
from scriba.customization.export import differences, export
from scriba.customization.guessing import Task, guesses
from scriba.customization.order import Order
from scriba.customization.targets import targets
from scriba.customization.weights import is_multilingual, read_weights
from scriba.errors import DatasetError
from scriba.evaluation.words import Edits
from scriba.speech.audio import decode_file
from scriba.speech.language import Locale, locale
from scriba.speech.resample import Samples
from scriba.speech.whisper import DecodingOptions

_log = logging.getLogger(__name__)

FEWEST = 4
"""Utterances that are trained on at least."""
_HELD_OUT = 0.1
_FEWEST_HELD_OUT = 40
"""Utterances of a corpus from which on a tenth is held out."""
_MEASURED = 100
_COMPARED = 12
"""Utterances whose words are counted, and those that int8 is compared with float32 on."""

Progress = Callable[[float, str], None]

_READ, _HEARD, _TRAINED, _WRITTEN = 0.05, 0.12, 0.9, 0.92


def carry_out(order: Order, progress: Progress) -> dict[str, Any]:
    """Train as ordered and write the model; figures of how it went."""
    started = time.monotonic()
    spoken = locale(order.locale)
    order.work.mkdir(parents=True, exist_ok=True)
    progress(0.0, "reading recordings")
    corpus, left_out = Corpus.write(order.work / "corpus.pcm", _utterances(order.acoustic))
    if len(corpus) < FEWEST:
        raise DatasetError(
            f"{len(corpus)} recordings of up to {LONGEST:g} s with a transcript; "
            f"a model is trained on {FEWEST} at least"
        )
    speakers = corpus.speakers()
    kept, held = corpus.halves(_HELD_OUT, order.seed)
    if len(corpus) < _FEWEST_HELD_OUT:
        kept, held = list(range(len(corpus))), []
    _log.info(
        "%d utterances, %.0f s, %s speakers, %d left out, %d held out",
        len(corpus),
        corpus.seconds,
        len(set(speakers)) if speakers else "unknown",
        left_out,
        len(held),
    )
    weights = read_weights(order.base / "model.bin")
    task = Task(order.base, spoken.whisper, multilingual=is_multilingual(weights))
    speech: Samples = next(decode_file(DecodingOptions().silence))
    progress(_READ, "hearing what the base model writes")
    written = guesses(order.base, corpus, task, speech, order.threads)
    wanted = targets([r.text for r in corpus.recordings], written, spaced=spoken.spaced)
    tokens = [task.tokens(text) for text in wanted]
    schedule = Schedule(minutes=order.minutes, seed=order.seed, threads=order.threads)
    trainer = Trainer(weights, corpus, tokens, task, speech, schedule)
    learned = trainer.train(
        kept,
        held[:_MEASURED],
        lambda share, text: progress(_HEARD + (_TRAINED - _HEARD) * share, text),
    )
    del trainer
    _log.info("losses %s, stopped: %s", learned.losses, learned.stopped)
    progress(_TRAINED, "writing the model")
    if learned.weights:
        export(
            order.base,
            mixed(weights.floats(), learned.weights, order.encoder, order.decoder),
            order.target,
        )
    else:
        # Nothing was better than the base on what was held out.
        export(order.base, {}, order.target)
    progress(_WRITTEN, "counting word errors")
    found = _compared(order, corpus, held[:_MEASURED], spoken)
    some = [corpus.samples(i) for i in (held or kept)[:_COMPARED]]
    differs = differences(order.target, some, spoken, order.threads)
    return {
        "utterances": len(corpus),
        "seconds_of_audio": round(corpus.seconds, 1),
        "left_out": left_out,
        "speakers": len(set(speakers)) if speakers else None,
        "held_out": len(held),
        "updates": learned.updates,
        "passes": learned.passes,
        "stopped": learned.stopped,
        "losses": [asdict(loss) for loss in learned.losses],
        "shares": {"encoder": order.encoder, "decoder": order.decoder},
        "words": found,
        "int8": {"errors": differs.errors, "words": differs.count},
        "seconds": round(time.monotonic() - started, 1),
        "peak_memory": peak_memory(),
    }


def peak_memory() -> int:
    """Bytes that this process held at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _utterances(pairs: tuple[tuple[Path, Path], ...]) -> Iterator[tuple[str, str, Samples]]:
    for archive, transcript in pairs:
        for each in utterances(archive, transcript, longest=LONGEST):
            yield each.name, each.text, each.samples


def _compared(
    order: Order, corpus: Corpus, held: list[int], spoken: Locale
) -> dict[str, dict[str, Any]]:
    """Word errors before and after, on what was held out and on general speech."""
    general, _ = Corpus.write(order.work / "general.pcm", _utterances(order.general))
    found: dict[str, dict[str, Any]] = {}
    sets = {"held out": (corpus, held), "general": (general, range(len(general)))}
    for name, (which, numbers) in sets.items():
        if not len(numbers):
            continue
        before, after = (
            sum(measure(folder, which, numbers, spoken, order.threads), Edits())
            for folder in (order.base, order.target)
        )
        found[name] = {
            "utterances": len(numbers),
            "words": before.count,
            "before": before.errors,
            "after": after.errors,
        }
        _log.info("%s: %s", name, found[name])
    return found
