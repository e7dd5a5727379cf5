"""Noises without a word, made from tones, coloured noise and recordings: what must stay unheard."""

from collections.abc import Iterator

import numpy as np

RATE = 16_000

Audio = np.ndarray
"""Mono float32 at 16 kHz, shape (samples,)."""


def synthetic() -> Iterator[tuple[str, Audio]]:
    """Names and noises: three colours, signals of telephones, clicks, buzzes, chords, sweeps."""
    rng = np.random.default_rng(0)
    for colour, slope in (("white", 0.0), ("pink", 0.5), ("brown", 1.0)):
        for level in (-20, -35, -50):
            yield f"{colour} noise {level} dB", at_level(coloured(rng, 8, slope), level)
    for name, (tones, period, on) in _SIGNALS.items():
        time = _time(8)
        wave = np.sum([np.sin(2 * np.pi * f * time) for f in tones], axis=0)
        gated = wave * (time % period < on) + 1e-4 * rng.normal(size=len(time))
        for level in (-15, -30):
            yield f"{name} {level} dB", at_level(gated, level)
    for name, rate, decay in (("clicks", 7.0, 120), ("keyboard", 4.0, 200)):
        struck = (rng.random(6 * RATE) < rate / RATE).astype(float)
        sound = np.exp(-np.arange(1600) / decay) * rng.normal(size=1600)
        hits = np.convolve(struck, sound, "same") + 1e-4 * rng.normal(size=len(struck))
        yield name, at_level(hits, -30)
    for root in (110.0, 220.0):
        yield f"chords on {root:.0f} Hz", at_level(_chords(root), -20)
    time = _time(8)
    yield "sweep", at_level(np.sin(2 * np.pi * (200 * time + 175 * time**2)), -20)
    pitch = 700 + 300 * np.sin(2 * np.pi * 0.5 * time)
    yield "siren", at_level(np.sin(2 * np.pi * np.cumsum(pitch) / RATE), -20)
    beat = np.sin(2 * np.pi * 4 * time)
    yield (
        "noise with the beat of syllables",
        at_level(coloured(rng, 8, 0.5) * (1 + 0.9 * beat), -25),
    )
    gate = np.sin(2 * np.pi * 1.5 * time) > 0.3
    yield "bursts of noise", at_level(coloured(rng, 8, 0.3) * gate, -25)
    yield "buzz", at_level(np.sign(np.sin(2 * np.pi * 120 * time)), -25)


def variants(audio: Audio) -> Iterator[tuple[str, Audio]]:
    """A wordless recording: louder, repeated, faster, slower, and under noise."""
    rng = np.random.default_rng(1)
    yield "loud", (audio * 0.9 / (np.abs(audio).max() + 1e-6)).astype(np.float32)
    yield "repeated", np.tile(audio, max(1, 10 * RATE // len(audio)))[: 20 * RATE]
    yield "fast", audio[::2].copy()
    yield "slow", np.repeat(audio, 2)[: 20 * RATE]
    mixed = np.resize(audio, 8 * RATE) + at_level(coloured(rng, 8, 0.5), -40)
    yield "under noise", mixed.astype(np.float32)


def coloured(rng: np.random.Generator, seconds: int, slope: float) -> Audio:
    """Noise whose amplitude falls as frequency to the power of `slope`."""
    spectrum = np.fft.rfft(rng.normal(size=seconds * RATE))
    return np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** slope)


def at_level(audio: Audio, decibels: float) -> Audio:
    """Scaled to a root mean square, in dB of full scale, and clipped."""
    scaled = audio / (np.sqrt((audio**2).mean()) + 1e-9) * 10 ** (decibels / 20)
    return np.clip(scaled, -1, 1).astype(np.float32)


_SIGNALS = {
    "keys of a telephone": ((697, 1209), 0.3, 0.15),
    "ringing": ((440, 480), 6.0, 2.0),
    "busy": ((480, 620), 1.0, 0.5),
    "beep": ((1000,), 2.0, 0.3),
    "fax": ((2100,), 1.0, 1.0),
    "dial tone": ((350, 440), 1.0, 1.0),
    "hum": ((60, 120, 180), 1.0, 1.0),
}
"""Frequencies in Hz; a period of so many seconds, of which the tone sounds so many."""


def _time(seconds: int) -> Audio:
    return np.arange(seconds * RATE) / RATE


def _chords(root: float) -> Audio:
    """Struck notes of five partials, one every 1.5 s."""
    time = np.arange(3 * RATE // 2) / RATE
    note = np.exp(-1.5 * time)
    notes = [
        note * np.sum([np.sin(2 * np.pi * root * step * k * time) / k for k in range(1, 6)], axis=0)
        for step in (1, 1.25, 1.5, 2, 1.33, 1.66)
    ]
    return np.concatenate(notes)
