"""WAV without a codec, as it arrives on a stream: little memory however the bytes come."""

from scriba.errors import EmptyAudio, UnsupportedAudio
from scriba.speech.mix import Mixer, join
from scriba.speech.resample import SAMPLE_RATE, Block, Samples
from scriba.speech.wav import ForeignCodec, WavReader

_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"BW64")
_MAGIC_BYTES = 4


class WavStream:
    """Turns the bytes of a WAV stream into samples while they arrive.

    `feed` and `finish` return the new samples, mono float32 at 16 kHz, shape `(samples,)`, maybe
    none. Linear, float, A-law and mu-law samples of any rate, depth and number of channels,
    whatever sizes the header says. Codecs are refused: a few of their bytes may be hours of audio.

    Raises UnsupportedAudio; and from `finish` EmptyAudio or NoAudioFrames where nothing came.
    """

    def __init__(self) -> None:
        self._wav = WavReader()
        self._mixer = Mixer(None)
        self._head = b""
        self._known = False
        self._samples = 0

    @property
    def seconds(self) -> float:
        """Seconds of audio returned so far."""
        return self._samples / SAMPLE_RATE

    @property
    def source_seconds(self) -> float:
        """Seconds of audio that came in so far, counted in samples of the source."""
        return self._wav.frames / self._wav.format.rate if self._wav.format else 0.0

    def feed(self, data: bytes) -> Samples:
        """Takes the next bytes, however few, and returns the samples they complete."""
        if not self._known:
            self._head += data
            if len(self._head) < _MAGIC_BYTES:
                return join([])
            if not self._head.startswith(_MAGIC):
                raise UnsupportedAudio("a stream must begin with the header of a WAV file")
            self._known, data, self._head = True, self._head, b""
        try:
            samples = self._wav.feed(data)
        except ForeignCodec:
            raise UnsupportedAudio(
                "a WAV stream must hold PCM, float, mu-law or A-law samples"
            ) from None
        if self._wav.format is None:
            return join([])
        return self._count(join(self._mixer.add(Block(self._wav.format.rate, samples))))

    def finish(self) -> Samples:
        """Says that no more bytes come, and returns the last samples."""
        if not self._known:
            raise EmptyAudio
        self._wav.finish()
        return self._count(self._mixer.flush())

    def _count(self, samples: Samples) -> Samples:
        self._samples += samples.size
        return samples
