"""Training of a model of one's own: everything that was brought, into one bundle."""

import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from scriba.customization.child import Done, run
from scriba.customization.formatting_data import joined
from scriba.customization.general import general_speech
from scriba.customization.order import Order, Texts
from scriba.errors import DatasetError, TrainingUnavailable
from scriba.speech.adaptation_files import NUMBERS, PRONUNCIATIONS, WORDS
from scriba.speech.bundle import FORMATTING, WEIGHTS, Bundle
from scriba.speech.cpu import usable_cpus
from scriba.speech.language import locale as find_locale
from scriba.speech.memory import usable_memory

FULL = 30
"""The weight (percent) at which a model is as it was found best: the API's default."""
ENCODER, DECODER = 0.8, 0.6
"""How far their weights go towards what was learned at `FULL`; 1 is all the way.

What is learned of sounds is in the encoder; what the decoder learns is mostly the sentences that
were trained on, and costs more words elsewhere than it brings.
"""

_LEAST_MEMORY = 4 << 30
_LEAST_FOR_TEXTS = 2 << 30
_TEXT = ("language", "markdown", "pronunciation")
_UNMEASURED = (
    "word errors on general speech were not counted: such recordings come with Scriba in English "
    "only. Evaluate the model on recordings of other speech"
)
_INSTALL = "`make train-deps` installs it (or `pip install scriba[train]`)"

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Material:
    """What a model is trained on: files as the import of datasets wrote them, and a text.

    `acoustic` are pairs of audio.zip and trans.txt.
    """

    acoustic: tuple[tuple[Path, Path], ...] = ()
    language: tuple[Path, ...] = ()
    markdown: tuple[Path, ...] = ()
    pronunciation: tuple[Path, ...] = ()
    formatting: tuple[Path, ...] = ()
    text: str | None = None

    @property
    def has_text(self) -> bool:
        """Whether anything but recordings and formatting was brought."""
        return bool(self.text) or any(getattr(self, name) for name in _TEXT)


@dataclass(frozen=True)
class TrainingReport:
    """How a training went. `acoustic` and `language` are figures of each side, None without it.

    `notes` are sentences on what was left out, or could not be measured.
    """

    base: str
    locale: str
    weight: int
    seconds: float
    acoustic: Mapping[str, Any] | None = None
    language: Mapping[str, Any] | None = None
    formatting: int = 0
    files: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    log: str = ""
    """The training log, lines with their times; not among the figures."""

    def to_json(self) -> dict[str, Any]:
        """The figures, as plain JSON values."""
        return {name: value for name, value in asdict(self).items() if name != "log"}


@dataclass(frozen=True)
class Limits:
    """What training on recordings and texts may take: bytes of memory, threads, minutes.

    0 bytes stand for half of what the machine (or its control group) has, 4 GiB at least (2 without
    recordings), and 0 threads for all usable CPUs. `minutes` are those that weights are trained.
    """

    memory: int = 0
    threads: int = 0
    minutes: float = 45.0


def share(weight: int, tuned: float) -> float:
    """How far weights go from the base to what was learned, for a weight of 1 to 100 percent.

    `tuned` is that of 30 percent.
    """
    if weight <= FULL:
        return tuned * weight / FULL
    return tuned + (1 - tuned) * (weight - FULL) / (100 - FULL)


def torch_is_there() -> bool:
    """Whether recordings can be trained on."""
    return importlib.util.find_spec("torch") is not None


def train(
    base: Path,
    base_id: str,
    material: Material,
    locale: str,
    weight: int,
    target: Path,
    *,
    base_bundle: Path | None = None,
    progress: Progress = lambda share, text: None,
    check: Callable[[], None] = lambda: None,
    general: tuple[tuple[Path, Path], ...] | None = None,
    limits: Limits = Limits(),
) -> TrainingReport:
    """Train a model and write its bundle to `target`, which appears when it is complete.

    `base` is the folder of the base model `base_id`; with `base_bundle` the training goes on from
    that own model of it. `general` are recordings of other speech, on which the model is measured
    before and after (None: those that come with Scriba).

    `check` is called often and may raise, which ends the training; nothing is left of it then.
    Raises TrainingUnavailable without torch (for recordings only), DatasetError, ModelError,
    TrainingFailed.
    """
    started = time.monotonic()
    if material.acoustic and not torch_is_there():
        raise TrainingUnavailable(_INSTALL)
    if not (material.acoustic or material.has_text or material.formatting):
        raise DatasetError("there is nothing to train on: no dataset and no text")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    work = draft.with_name(f"{draft.name}.work")
    try:
        draft.mkdir(parents=True)
        work.mkdir()
        older = Bundle.read(base_bundle) if base_bundle else None
        if older is not None:
            _copy(older, material, draft, check)
        notes: list[str] = []
        done = Done()
        if material.acoustic or material.has_text:
            speech = general_speech(locale) if general is None else general
            if general is None and not speech:
                notes.append(_UNMEASURED)
            order = Order(
                base=((older.weights if older else None) or base).resolve(),
                target=(work / "learned").resolve(),
                work=work.resolve(),
                locale=locale,
                acoustic=tuple((a.resolve(), t.resolve()) for a, t in material.acoustic),
                texts=_texts(material, weight, older, locale, notes),
                general=speech,
                encoder=share(weight, ENCODER),
                decoder=share(weight, DECODER),
                memory=limits.memory or _memory(material),
                threads=limits.threads or usable_cpus()[0],
                minutes=limits.minutes,
            )
            order.target.mkdir()
            done = run(order, progress, check)
            for path in order.target.iterdir():
                path.replace(draft / path.name)
        check()
        learned = done.figures.get("language")
        if learned is not None:
            notes += learned.pop("left_out")
        rules, left_out = _formatting(material.formatting, draft / FORMATTING)
        notes += left_out
        Bundle.write(draft, base=base_id, locale=locale, weight=weight)
        report = TrainingReport(
            base_id,
            locale,
            weight,
            round(time.monotonic() - started, 1),
            done.figures.get("acoustic"),
            learned,
            rules,
            files={path.name: path.stat().st_size for path in sorted(draft.iterdir())},
            notes=tuple(notes),
            log="".join(f"{line}\n" for line in (*done.lines, *notes)),
        )
        draft.replace(target)
        return report
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(draft, ignore_errors=True)


def _copy(older: Bundle, material: Material, draft: Path, check: Callable[[], None]) -> None:
    """Copy what stays of an own model that is trained on; what is made anew is read in place."""
    assert older.folder is not None
    anew = {WEIGHTS} if material.acoustic else set()
    if material.has_text:
        anew |= {WORDS, NUMBERS, PRONUNCIATIONS}
    for name in set(older.files) - anew:
        check()
        shutil.copyfile(older.folder / name, draft / name)


def _memory(material: Material) -> int:
    least = _LEAST_MEMORY if material.acoustic else _LEAST_FOR_TEXTS
    return max(usable_memory() // 2, least)


def _texts(
    material: Material, weight: int, older: Bundle | None, locale: str, notes: list[str]
) -> Texts | None:
    """What is learnt from text; None where none was brought."""
    if not material.has_text:
        return None
    texts = Texts(
        tuple(path.resolve() for path in material.language),
        tuple(path.resolve() for path in material.markdown),
        tuple(path.resolve() for path in material.pronunciation),
        material.text,
        weight,
    )
    if older is None or older.folder is None or not {WORDS, PRONUNCIATIONS} & set(older.files):
        return texts
    known = older.locale or locale
    if find_locale(known).language != find_locale(locale).language:
        notes.append(f"the texts of the model that was trained from are {known} and are left out")
        return texts
    return replace(texts, older=older.folder.resolve(), older_weight=older.weight)


def _formatting(files: tuple[Path, ...], target: Path) -> tuple[int, list[str]]:
    """Write the rules of all files before those that are there.

    Returns how many there are then, and what was left out.
    """
    if not files:
        return 0, []
    texts = [path.read_text("utf-8-sig") for path in (*files, target) if path.is_file()]
    rules, left_out = joined(texts)
    target.write_text(str(rules), "utf-8")
    return len(rules.itn) + len(rules.rewrites) + len(rules.profanity), left_out
