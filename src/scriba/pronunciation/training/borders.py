"""When each phone of a reading was said, by PocketSphinx: what learning the phones begins with.

The encoder's states know what stands around them, so a network that learns from them and aligns
with what it has learnt is content with any borders: begun from phones spread evenly, it gave whole
vowels to the consonant before them. PocketSphinx (BSD licence) hears ten milliseconds at a time,
and knows American English from elsewhere.
"""

from collections.abc import Sequence

import numpy as np
from pocketsphinx import Decoder

from scriba.pronunciation.alignment import FRAMES_PER_SECOND
from scriba.pronunciation.corpus import Utterance
from scriba.pronunciation.phones import PHONES, bare
from scriba.pronunciation.training.phones import Borders

_PER_FRAME = 100 // FRAMES_PER_SECOND
_BEAMS = (1e-60, 1e-120)
"""Tried in this order: the wider one is slower and finds what the other loses."""


class Aligner:
    """Aligns readings. Not safe to use from several threads."""

    def __init__(self) -> None:
        self._decoders = [_decoder(beam) for beam in _BEAMS]

    def borders(self, reading: Utterance) -> Borders | None:
        """The frames of each phone of a reading; None where it fails."""
        phones = [bare(phone) for word in reading.phones for phone in word]
        audio = (np.clip(reading.audio(), -1.0, 1.0) * 32767).astype("<i2").tobytes()
        for decoder in self._decoders:
            found = _aligned(decoder, phones, audio)
            if len(found) == len(phones):
                return _frames(found)
        return None


def _decoder(beam: float) -> Decoder:
    made = Decoder(lm=None, loglevel="FATAL", beam=beam, wbeam=beam, pbeam=beam)
    # Each phone is a word of its own, so that one search gives the borders.
    for phone in PHONES:
        made.add_word(_word(phone), phone, phone == PHONES[-1])
    return made


def _word(phone: str) -> str:
    return f"x{phone.lower()}"


def _aligned(decoder: Decoder, phones: Sequence[str], audio: bytes) -> list[tuple[int, int]]:
    """Hundredths of a second in which each phone begins and ends; [] where it fails."""
    try:
        decoder.set_align_text(" ".join(map(_word, phones)))
        decoder.start_utt()
        decoder.process_raw(audio, full_utt=True)
        decoder.end_utt()
    except RuntimeError:
        return []
    if decoder.hyp() is None:
        return []
    known = set(map(_word, PHONES))
    return [(each.start_frame, each.end_frame + 1) for each in decoder.seg() if each.word in known]


def _frames(found: Sequence[tuple[int, int]]) -> Borders:
    edges = np.array(found)
    starts = np.rint(edges[:, 0] / _PER_FRAME).astype(np.int64)
    ends = np.rint(edges[:, 1] / _PER_FRAME).astype(np.int64)
    return np.column_stack((starts, np.maximum(ends, starts + 1)))
