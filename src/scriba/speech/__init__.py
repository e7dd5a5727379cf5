"""Audio in, words out. A library: it knows no server and no database."""

from scriba.speech.audio import SAMPLE_RATE, AudioDecoder, decode_file, duration_of
from scriba.speech.bundle import Bundle
from scriba.speech.channels import decode_channels
from scriba.speech.language import Locale, locale, locales
from scriba.speech.lease import Lease, abandon
from scriba.speech.live import Live
from scriba.speech.live_events import Draft, Ended, Event, Failed, Final, Finished, Started
from scriba.speech.live_options import LiveOptions, Mode
from scriba.speech.nbest import combine
from scriba.speech.options import Options
from scriba.speech.phrase_list import PhraseList
from scriba.speech.pool import Pool
from scriba.speech.pooled import Counts
from scriba.speech.recognizer import Recognizer
from scriba.speech.results import Hypothesis, Phrase, Recognition, Status, Timings, Word
from scriba.speech.stream import Stream

__all__ = [
    "SAMPLE_RATE",
    "AudioDecoder",
    "Bundle",
    "Counts",
    "Draft",
    "Ended",
    "Event",
    "Failed",
    "Final",
    "Finished",
    "Hypothesis",
    "Lease",
    "Live",
    "LiveOptions",
    "Locale",
    "Mode",
    "Options",
    "Phrase",
    "PhraseList",
    "Pool",
    "Recognition",
    "Recognizer",
    "Started",
    "Status",
    "Stream",
    "Timings",
    "Word",
    "abandon",
    "combine",
    "decode_channels",
    "decode_file",
    "duration_of",
    "locale",
    "locales",
]
