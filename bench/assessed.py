"""Draws an assessed sentence: its waveform, its words and sounds, each in the colour of its score.

    python -m bench.assessed tests/data/speechocean/000010113.ogg \
        --text "Then he went to theme park." --out docs/assessed.png

Needs matplotlib (the extra `bench`).
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from scriba.pronunciation import Assessment, AssessmentOptions, Assessor, Miscue
from scriba.pronunciation.phones import ipa
from scriba.settings import load_settings
from scriba.speech import SAMPLE_RATE, Recognizer, decode_file
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.speech.resample import Samples

_SHORT = 0.04
"""Seconds."""

_COLOURS = mpl.colormaps["RdYlGn"]


def main() -> None:
    """Assess the recording and draw it."""
    made = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    made.add_argument("recording", type=Path)
    made.add_argument("--text", required=True)
    made.add_argument("--out", type=Path, required=True)
    asked = made.parse_args()
    audio = np.concatenate(list(decode_file(asked.recording)))
    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))
    try:
        phrases = recognizer.recognize(audio, language="en-US").phrases
    finally:
        recognizer.close()
    heard = [word for phrase in phrases for word in phrase.nbest[0].lexical_words]
    options = AssessmentOptions(reference=asked.text, miscue=True, prosody=True)
    found = Assessor().assess(audio, heard, options)
    if found is None:
        raise SystemExit(f"no speech was found in {asked.recording}")
    picture(audio, found, asked.text, asked.out)


def picture(audio: Samples, found: Assessment, text: str, file: Path) -> None:
    """Write the picture of an assessment."""
    figure, (wave, words, sounds) = plt.subplots(
        3, 1, figsize=(11, 4.2), sharex=True, height_ratios=(2, 1, 1), layout="constrained"
    )
    times = np.arange(len(audio)) / SAMPLE_RATE
    wave.plot(times, audio, color="0.4", linewidth=0.4)
    wave.set_yticks([])
    prosody = "" if found.prosody is None else f", prosody {found.prosody:.0f}"
    wave.set_title(
        f"“{text}”  accuracy {found.accuracy:.0f}, fluency {found.fluency:.0f}, completeness "
        f"{found.completeness:.0f}{prosody}; in all {found.total:.0f}",
        fontsize=10,
    )
    for word in found.words:
        if word.end > word.start:
            label = word.text if word.miscue is not Miscue.INSERTION else f"({word.text})"
            _box(words, word.start, word.end, word.score, f"{label}\n{word.score:.0f}")
        for at, phone in enumerate(word.phones):
            score = f"{ipa(phone.symbol)}\n{phone.score:.0f}"
            # The labels of short sounds stand at two heights, or they would cover each other.
            short = phone.end - phone.start < _SHORT
            height = (0.25, 0.75)[at % 2] if short else 0.5
            _box(sounds, phone.start, phone.end, phone.score, score, height)
    for axes, name in ((words, "words"), (sounds, "sounds")):
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        axes.set_ylabel(name)
    sounds.set_xlabel("seconds")
    sounds.set_xlim(0, len(audio) / SAMPLE_RATE)
    figure.savefig(file, dpi=110)


def _box(
    axes: Axes, start: float, end: float, score: float, text: str, height: float = 0.5
) -> None:
    colour = _COLOURS(score / 100)
    axes.add_patch(Rectangle((start, 0), end - start, 1, facecolor=colour, edgecolor="white"))
    axes.text((start + end) / 2, height, text, ha="center", va="center", fontsize=8)


if __name__ == "__main__":
    main()
