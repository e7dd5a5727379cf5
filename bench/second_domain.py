"""Training on text in another domain: Microsoft's sample sentences on biology, spoken by espeak-ng.

    python -m bench.second_domain --samples ../shared/spec/samples

Five times four fifths of the sentences are learnt and the others, spoken by two voices, recognised
with and without. Synthetic speech says little of how real voices fare; errors are of the Display
form.
With `--pronunciations` the sample's pronunciations are learnt as well.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from bench.data import load
from bench.names import VOICES
from bench.scoring import Edits, difference_interval, edits, rate
from scriba.customization.language import adapt
from scriba.settings import load_settings
from scriba.speech.adaptation import Adaptation
from scriba.speech.catalogue import find
from scriba.speech.cpu import detect
from scriba.speech.engine import Clip
from scriba.speech.fetch import fetch
from scriba.speech.forms import render
from scriba.speech.whisper import Whisper

FOLDS = 5
WEIGHT = 30
"""customModelWeightPercent, the default."""


def learnt(engine: Whisper, sentences: list[str], pronunciations: list[Path]) -> Adaptation:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "text.txt"
        file.write_text("\n".join(sentences), "utf-8")
        adapt(engine, "en-US", Path(folder), language=[file], pronunciation=pronunciations)
        found = Adaptation.load(Path(folder), WEIGHT, "en-US")
    assert found is not None
    return found


def spoken(text: str, voice: str) -> Clip:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spoken.wav"
        command = ["espeak-ng", "-v", voice, "-s", "150", "-w", str(file), text]
        subprocess.run(command, check=True, timeout=60)
        return Clip(load(file), "en")


def main() -> None:
    made = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    made.add_argument("--samples", type=Path, required=True, help="the folder of samples")
    made.add_argument("--pronunciations", action="store_true")
    asked = made.parse_args()
    folder = asked.samples / "biology" / "training"
    lines = (folder / "plain-text.txt").read_text("utf-8-sig").splitlines()
    sentences = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    files = [folder / "pronunciation.txt"] if asked.pronunciations else []
    engine = Whisper(fetch(find("base"), load_settings().model_dir), detect())
    counts: tuple[list[Edits], list[Edits]] = ([], [])
    for fold in range(FOLDS):
        domain = learnt(engine, [s for i, s in enumerate(sentences) if i % FOLDS != fold], files)
        for sentence in sentences[fold::FOLDS]:
            for voice in VOICES:
                clip = spoken(sentence, voice)
                for known, kept in zip((None, domain), counts, strict=True):
                    text = engine.transcribe([Clip(clip.audio, "en", adaptation=known)])[0]
                    display = render(text.guesses[0].text, "en-US", "raw").display
                    kept.append(edits(sentence, display, "en-US"))
    before, after = counts
    low, high = (100 * each for each in difference_interval(after, before))
    print(
        "| spoken sentences | words | errors before | after | % WER before | after | difference |"
    )
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {len(before)} | {sum(c.words for c in before)} | {sum(c.errors for c in before)} "
        f"| {sum(c.errors for c in after)} | {100 * rate(before):.1f} | {100 * rate(after):.1f} "
        f"| {100 * (rate(after) - rate(before)):+.2f} ({low:+.2f} to {high:+.2f}) |"
    )


if __name__ == "__main__":
    main()
