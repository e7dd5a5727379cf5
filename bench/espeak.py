"""Speech of espeak-ng, which knows when it begins each phone.

A formant synthesiser is no person: its vowels are plain and its borders sharp. But nobody has to
mark them by hand, and so it is a reference that anyone can make again.
"""

import ctypes
import ctypes.util
from collections.abc import Sequence
from dataclasses import dataclass

import av
import numpy as np

from scriba.pronunciation.phones import VOWELS

RATE = 16_000

_PHONEME = 7
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _DONT_EXIT = 0x0001, 0x8000
_UTF8 = 1
_SPEED = 1

VOICES = ("en-us", "en-us+f2", "en-us+m3", "en-us+f4")
"""Those that say American English; after the plus another voice for the same phones."""

ARPABET = {
    "aI": "AY", "aI@": "AY AH", "aI3": "AY ER", "aU": "AW", "eI": "EY", "oU": "OW", "OI": "OY",
    "i:": "IY", "i": "IY", "I": "IH", "I2": "IH", "I#": "IH", "I2#": "IH", "E": "EH", "E2": "EH",
    "e": "EH", "e@": "EH R", "a": "AE", "aa": "AE", "a#": "AH", "A:": "AA", "A@": "AA R",
    "A#": "AA", "0": "AA", "0#": "AA", "O:": "AO", "O": "AO", "O2": "AO", "O@": "AO R",
    "o@": "AO R", "V": "AH", "@": "AH", "@2": "AH", "@5": "AH", "@L": "AH L", "3": "ER", "3:": "ER",
    "U": "UH", "U@": "UH R", "u:": "UW", "u": "UW", "i@": "IY AH", "i@3": "IY ER", "IR": "IH R",
    "VR": "AH R", "I@": "IH R", "@-": "AH",
    "p": "P", "b": "B", "t": "T", "t#": "T", "t2": "T", "d": "D", "k": "K", "g": "G", "?": "T",
    "tS": "CH", "dZ": "JH", "f": "F", "v": "V", "T": "TH", "D": "DH", "s": "S", "z": "Z",
    "S": "SH", "Z": "ZH", "h": "HH", "m": "M", "n": "N", "N": "NG", "n-": "AH N", "m-": "AH M",
    "l": "L", "l#": "L", "l/": "L", "l/2": "L", "r": "R", "r-": "R", "w": "W", "w#": "W", "j": "Y",
}  # fmt: skip
"""Its names of the phones of American English; where one name stands for two phones, only the first
has a border."""

_MERGED = {"IH": "AH", "UH": "AH", "AO": "AA"}
"""Vowels that dictionaries do not agree on: those that are weak, those that many speakers merge."""

_GLIDES = frozenset((";", "r-"))
"""What it puts between two vowels."""


@dataclass(frozen=True)
class Mark:
    """A phone as the synthesiser names it, from `start` seconds on."""

    name: str
    start: float


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("text", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("id", _Id),
    ]


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Espeak:
    """The library; one of it in a process, from one thread."""

    def __init__(self, words_per_minute: int = 160) -> None:
        name = ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1"
        try:
            self._library = ctypes.CDLL(name)
        except OSError as error:
            raise SystemExit(f"espeak-ng is needed (apt install libespeak-ng1): {error}") from error
        options = _PHONEME_EVENTS | _DONT_EXIT
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 200, None, options)
        if self._rate <= 0:
            raise SystemExit("espeak-ng does not start")
        self._library.espeak_SetParameter(_SPEED, words_per_minute, 0)
        # ctypes does not keep it alive, and the library calls it later.
        self._callback = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._callback)
        self._samples: list[np.ndarray] = []
        self._marks: list[Mark] = []

    def say(self, text: str, voice: str) -> tuple[np.ndarray, list[Mark]]:
        """A text as mono float32 at 16 kHz (samples,), and its phones in order of time."""
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise SystemExit(f"espeak-ng has no voice {voice}")
        self._samples, self._marks = [], []
        raw = text.encode()
        self._library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None)
        return resampled(np.concatenate(self._samples), self._rate), self._marks

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: object) -> int:
        if samples and count:
            self._samples.append(np.ctypeslib.as_array(samples, (count,)).copy())
        at = 0
        while (event := events[at]).type:  # type: ignore[index]
            at += 1
            if event.type == _PHONEME:
                name = event.id.text.decode()
                self._marks.append(Mark(name, event.sample / self._rate))
        return 0


def resampled(samples: np.ndarray, rate: int) -> np.ndarray:
    """16-bit samples of any rate as float32 at 16 kHz."""
    frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray()[0] for part in parts]).astype(np.float32)


def phones(marks: Sequence[Mark]) -> list[tuple[str, float | None]]:
    """The phones of ARPAbet that names stand for, and when each begins, None where it does not say.

    Pauses and glides between vowels are left out, and the r after a vowel that has one; raises
    KeyError of a name that is not known.
    """
    found: list[tuple[str, float | None]] = []
    for mark in marks:
        if mark.name.startswith("_") or mark.name in _GLIDES:
            continue
        first, *rest = ARPABET[mark.name].split()
        if first == "R" and found and found[-1][0] in ("R", "ER"):
            continue
        found.append((first, mark.start))
        found += ((phone, None) for phone in rest)
    return found


def merged(phone: str) -> str:
    """A phone for comparison with those of another dictionary."""
    return _MERGED.get(phone, phone)


def kind(phone: str) -> str:
    """What kind of sound a phone is."""
    if phone in VOWELS:
        return "vowel"
    kinds = {"plosive": "P B T D K G CH JH", "nasal": "M N NG", "glide": "L R W Y"}
    return next((name for name, phones in kinds.items() if phone in phones.split()), "fricative")
