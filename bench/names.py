"""Names that nobody has heard: fifty made-up ones, spoken by a synthesiser.

    python -m bench.names --data ../shared/data --part dev

Needs `espeak-ng`, so this is synthetic speech and says little of how real voices fare. Each name is
spoken in two sentences, once by each of two voices, and counts as right where it is written as it
should be. False alarms: how many texts of real English speech, none of which holds any of the
names, change when all fifty are listed.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.data import load, parser, speech_rows, split
from bench.scoring import difference_interval, edits, rate
from scriba.customization.language import adapt
from scriba.settings import load_settings
from scriba.speech import PhraseList
from scriba.speech.adaptation import Adaptation
from scriba.speech.catalogue import find
from scriba.speech.cpu import detect
from scriba.speech.engine import Clip
from scriba.speech.fetch import fetch
from scriba.speech.forms import render
from scriba.speech.whisper import Whisper

# Written form and how it is said; what the synthesiser reads is how it is said.
NAMES = tuple(
    (line.split("|")[0], line.split("|")[1])
    for line in """
Zorvexin|zor vexin
Quellmira|kwell meera
Thrandual|thran dual
Mirovant|mirror vant
Kalvessa|kal vessa
Brontivo|bron teevo
Dravonix|dra vonix
Yelkarin|yell karin
Oskarrel|oscar rell
Fendralux|fendra lucks
Vimtopra|vim topra
Golmeris|gol merris
Tarquella|tar kwella
Nubrexol|noo brexol
Sylvadine|silva dean
Pralonix|pra lonix
Hexatriva|hexa treeva
Jorvendal|yor vendal
Ambrelix|ambra licks
Corvathen|cor vathen
Lumivastin|loomy vastin
Ebrontide|ebron tide
Wexlorian|wex lorian
Zandreka|zan dreka
Ruvomel|roovo mell
Kintaverol|kinta verol
Aldoprex|aldo prex
Morvanthia|mor vanthia
Trexaline|trexa lean
Belquora|bell kwora
Xanterra|zan terra
Phyloquin|filo kwin
Druvenna|dru venna
Calistrom|cali strom
Norvatek|nor va teck
Ilmazepan|ilma zepan
Gravelda|gra velda
Sontorix|son torix
Pelluvian|pel loovian
Havorra|ha vora
Tivandrol|tee vandrol
Ostrevia|oss trevia
Mendolark|mendo lark
Cravital|cra vital
Ulvenor|ul venor
Zephranta|zeff ranta
Rondelvia|ron delvia
Axomir|axo meer
Bravenwick|braven wick
Quintessor|kwin tessor
""".strip().splitlines()
)

SENTENCES = ("Have you heard of {} before?", "The doctor told me that {} is new.")
VOICES = ("en-us", "en-gb")


@dataclass(frozen=True)
class Spoken:
    """A sentence with a name in it."""

    name: str
    audio: np.ndarray


def spoken(folder: Path) -> list[Spoken]:
    found = []
    for name, said in NAMES:
        for voice, sentence in zip(VOICES, SENTENCES, strict=True):
            file = folder / "spoken.wav"
            text = sentence.format(said)
            command = ["espeak-ng", "-v", voice, "-s", "150", "-w", str(file), text]
            subprocess.run(command, check=True, timeout=60)
            found.append(Spoken(name, load(file)))
    return found


def texts(engine: Whisper, clips: Sequence[Clip]) -> list[str]:
    return [
        render(engine.transcribe([clip])[0].guesses[0].text, "en-US", "raw").display
        for clip in clips
    ]


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--every", type=int, default=1, help="take each n-th name and recording only")
    arguments = made.parse_args()
    engine = Whisper(fetch(find("base"), load_settings().model_dir), detect())
    names = tuple(name for name, _ in NAMES)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "pronunciations.txt"
        data.write_text("".join(f"{name}\t{said}\n" for name, said in NAMES), "utf-8")
        adapt(engine, "en-US", Path(folder), pronunciation=[data])
        learnt = Adaptation.load(Path(folder), locale="en-US")
        sentences = spoken(Path(folder))[:: arguments.every]
    rows = [
        row
        for row in split(speech_rows(arguments.data), arguments.part)
        if row.text and row.locale.startswith("en") and row.seconds <= 26
    ][:: arguments.every]
    clips = [Clip(each.audio, "en") for each in sentences]
    others = [Clip(load(row.path), "en") for row in rows]
    ways: dict[str, dict[str, object]] = {
        "nothing": {},
        "phrase list": {"phrases": PhraseList(names)},
        "pronunciations": {"adaptation": learnt},
        "both": {"phrases": PhraseList(names), "adaptation": learnt},
    }
    plain: list[str] = []
    print("| known of the names | right | other speech changed | names in it | difference in WER |")
    print("|---|---|---|---|---|")
    for way, known in ways.items():
        heard = texts(engine, [replace(clip, **known) for clip in clips])  # type: ignore[arg-type]
        right = sum(each.name in text for each, text in zip(sentences, heard, strict=True))
        other = texts(engine, [replace(clip, **known) for clip in others])  # type: ignore[arg-type]
        plain = plain or other
        counts = [edits(r.text or "", t, r.locale) for r, t in zip(rows, other, strict=True)]
        base = [edits(r.text or "", t, r.locale) for r, t in zip(rows, plain, strict=True)]
        low, high = (100 * each for each in difference_interval(counts, base))
        changed = sum(a != b for a, b in zip(other, plain, strict=True))
        named = sum(name in text for text in other for name in names)
        print(
            f"| {way} | {right} of {len(sentences)} | {changed} of {len(rows)} | {named} "
            f"| {100 * (rate(counts) - rate(base)):+.2f} ({low:+.2f} to {high:+.2f}) |",
            flush=True,
        )


if __name__ == "__main__":
    main()
