"""A segment that was heard, and the phrase that is made of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scriba.speech import verdict
from scriba.speech.decoder import Decoder
from scriba.speech.engine import Transcript
from scriba.speech.forms import Profanity, Punctuation, render
from scriba.speech.language import Locale
from scriba.speech.nbest import distinct
from scriba.speech.results import Hypothesis, Phrase, Word
from scriba.speech.segments import Segment
from scriba.speech.timing import display_words, lexical_words

_FOREIGN_TRUST = 0.3
"""What is left of a confidence where another language explains the speech clearly better."""


@dataclass(frozen=True)
class Heard:
    """A segment, its transcript, and what it was decoded with."""

    segment: Segment
    transcript: Transcript
    decoder: Decoder | None = None

    @property
    def seconds(self) -> float:
        """Length of the speech."""
        return self.segment.speech[1] - self.segment.speech[0]


@dataclass(frozen=True, slots=True)
class Style:
    """How the text of phrases is to look."""

    profanity: Profanity = "masked"
    punctuation: Punctuation = "automatic"


def phrase(heard: Heard, spoken: Locale, style: Style) -> Phrase | None:
    """The phrase of a segment; None when nothing of it remains to be shown.

    Its confidence is low where the text seems to be in another language than was spoken.
    """
    segment, transcript = heard.segment, heard.transcript
    trust = 1.0 if verdict.speaks([heard], spoken.whisper) else _FOREIGN_TRUST
    rules = heard.decoder.rules if heard.decoder is not None else None
    hypotheses = []
    for i, guess in enumerate(transcript.guesses):
        forms = render(guess.text, spoken.tag, style.profanity, style.punctuation, rules)
        # Marks alone ("...") say nothing.
        if not any(map(str.isalnum, forms.lexical)) or not forms.display.strip():
            continue
        words: tuple[Word, ...] = ()
        lexical: tuple[Word, ...] = ()
        if i == 0 and transcript.words:
            confidence = _trusted(transcript, trust)
            displayed = display_words(forms.groups, transcript.words, segment.offset)
            said = lexical_words(forms.groups, transcript.words, segment.offset)
            words = _words(displayed, segment, confidence)
            lexical = _words(said, segment, confidence)
        hypotheses.append(Hypothesis(trust * verdict.confidence(guess), forms, words, lexical))
    if not hypotheses:
        return None
    start, end = segment.speech
    return Phrase(start, end, distinct(hypotheses), spoken.tag)


def _trusted(transcript: Transcript, trust: float) -> Callable[[float], float]:
    return lambda chance: trust * verdict.word_confidence(chance, transcript)


def _words(
    timed: Iterable[tuple[str, float, float, float]],
    segment: Segment,
    confidence: Callable[[float], float],
) -> tuple[Word, ...]:
    first, last = segment.speech
    return tuple(
        Word(
            text.strip(),
            min(max(start, first), last),
            min(max(end, first), last),
            confidence(chance),
        )
        for text, start, end, chance in timed
    )
