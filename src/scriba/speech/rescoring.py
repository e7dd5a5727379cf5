"""Other texts for a hypothesis, scored on the same audio: phrase lists and what text taught.

Each proposal sounds like the hypothesis. It wins if what speaks for it, the list or the domain,
is more than what it is less likely on the audio.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log, sqrt

import ctranslate2
import numpy as np

from scriba.speech.adaptation import Adaptation
from scriba.speech.domain import words
from scriba.speech.engine import Clip, Transcript
from scriba.speech.phrase_list import PhraseList, Variant, put, spelled, variants
from scriba.speech.prompts import Prompts
from scriba.speech.resample import Samples

_PER_SECOND = 50
"""Encoder states a second."""

_UNSAID = 50
"""States of silence on which the decoder shows what it expects of a language by itself."""


@dataclass(frozen=True)
class Preference:
    """How strongly what is listed or learnt is preferred; chosen on `dev` (`bench/splits.json`)."""

    phrase: float = 8.0
    """Nats by which a listed phrase may be less likely than what sounds alike in its place."""
    pronounced: int = 4
    """Places of a text that are tried as a pronunciation."""
    proposals: int = 4
    """Texts of a domain that are scored on the audio."""
    promise: float = -1.0
    """Nats that a text must promise at least to be scored."""
    support: float = 1.0
    """Nats by which a domain must prefer a text: the audio alone has decided for the hypothesis."""
    margin: float = 0.5
    """Nats that a text must be better than the hypothesis in all."""


class Rescorer:
    """Scores texts on a clip's encoder states: (1, states, width)."""

    def __init__(
        self,
        model: ctranslate2.models.Whisper,
        prompts: Prompts,
        silence: Samples,
        preference: Preference,
    ) -> None:
        self._model = model
        self._prompts = prompts
        self._unsaid = np.ascontiguousarray(silence[:, -_UNSAID:])
        self._preference = preference

    def text(self, clip: Clip, transcript: Transcript, encoded: Samples) -> str:
        """What is taken for said: the best guess's text, or a better one."""
        text = transcript.guesses[0].text
        if transcript.looped or not text:
            return text
        # The states beyond the clip's end are silence, which no word is looked for in.
        heard = np.ascontiguousarray(encoded[:, : _states(clip)])
        if clip.adaptation is not None and clip.adaptation.language == clip.language:
            text = self._adapted(clip, transcript, clip.adaptation, heard)
            text = self._pronounced(clip, text, clip.adaptation, heard)
        if clip.phrases is not None and clip.phrases.weight > 0:
            text = self._preferring(clip, text, clip.phrases, heard)
        return text

    def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
        """The words of each text with their log probabilities, where nothing is heard.

        That is what the decoder expects of a language by itself (the internal language model:
        arXiv 2011.01991), words as `domain.plain` gives them.
        """
        encodings = [self._prompts.encoded(text, language) for text in texts]
        tokens = [self._prompts.tokens(text, language) for text in texts]
        chances = self._chances(language, tokens, self._unsaid, 2 * self._unsaid.shape[1])
        found = []
        for text, encoding, each in zip(texts, encodings, chances, strict=True):
            shift = encoding.offsets[-1][1] - len(text) if encoding.offsets else 0
            listed = words(text)
            sums = [0.0] * len(listed)
            for (start, end), chance in zip(encoding.offsets, each, strict=False):
                for i, word in enumerate(listed):
                    if start - shift < word.end and end - shift > word.start:
                        sums[i] += chance
                        break
            found.append([(word.plain, at) for word, at in zip(listed, sums, strict=True)])
        return found

    def _adapted(
        self, clip: Clip, transcript: Transcript, adaptation: Adaptation, heard: Samples
    ) -> str:
        best = transcript.guesses[0].text
        preference = self._preference
        proposed = adaptation.proposals(best, transcript.words, preference.proposals)
        others = [each.text for each in proposed if each.promise > preference.promise]
        if not others:
            return best
        texts = [best, *others]
        general = self.expected(texts, clip.language)
        own, *gains = [adaptation.gain(each) for each in general]
        wanted = [i for i, gain in enumerate(gains) if gain - own >= preference.support]
        if not wanted:
            return best
        said, *scores = self.scores(clip, [best, *(others[i] for i in wanted)], heard)
        better = [
            gains[i] - own + score - said - preference.margin
            for i, score in zip(wanted, scores, strict=True)
        ]
        most = int(np.argmax(better))
        return others[wanted[most]] if better[most] > 0 else best

    def _pronounced(self, clip: Clip, text: str, adaptation: Adaptation, heard: Samples) -> str:
        """The text with the written forms of what was said as a pronunciation has it."""
        said = adaptation.said
        if said is None:
            return text
        text = said.replaced(text)
        found = variants(text, said.phrases, self._preference.pronounced, said.voice)
        if found:
            # Either form may be what the decoder would write: the likelier one speaks for both.
            spoken = [put(text, [each]) for each in found]
            written = [
                put(text, [replace(each, phrase=said.written[each.phrase])]) for each in found
            ]
            own, *others = self.scores(clip, [text, *spoken, *written], heard)
            likelier = [
                max(pair) for pair in zip(others[: len(found)], others[len(found) :], strict=True)
            ]
            wanted = adaptation.strength * self._preference.phrase
            text = put(
                text,
                [
                    replace(each, phrase=said.written[each.phrase])
                    for each in _won(found, [other - own for other in likelier], wanted)
                ],
            )
        return text

    def _preferring(self, clip: Clip, text: str, listed: PhraseList, heard: Samples) -> str:
        """The text with listed phrases where the audio is almost as likely to be them."""
        found = variants(text, listed.phrases)
        if found:
            texts = [text, *(put(text, [each]) for each in found)]
            own, *others = self.scores(clip, texts, heard)
            # Twice the preference writes phrases where nobody said them: the root keeps to reason.
            wanted = sqrt(listed.weight) * self._preference.phrase
            text = put(text, _won(found, [other - own for other in others], wanted))
        return spelled(text, listed.phrases)

    def scores(self, clip: Clip, texts: Sequence[str], heard: Samples) -> list[float]:
        """The log probability of each text as what is said in the clip."""
        tokens = [self._prompts.tokens(text, clip.language) for text in texts]
        frames = max(2, min(2 * heard.shape[1], _frames(clip)))
        return [sum(each) for each in self._chances(clip.language, tokens, heard, frames)]

    def _chances(
        self, language: str, tokens: Sequence[list[int]], states: Samples, frames: int
    ) -> list[list[float]]:
        aligned = self._model.align(
            ctranslate2.StorageView.from_array(np.repeat(states, len(tokens), axis=0)),
            self._prompts.of(language)[:-1],
            list(tokens),
            [frames] * len(tokens),
        )
        return [[log(max(p, 1e-9)) for p in each.text_token_probs] for each in aligned]


def _won(found: Sequence[Variant], better: Sequence[float], wanted: float) -> list[Variant]:
    """The variants that the preference makes likelier than what they replace, best first."""
    gains = [gain + wanted * each.claim for gain, each in zip(better, found, strict=True)]
    return [found[i] for i in sorted(range(len(found)), key=lambda i: -gains[i]) if gains[i] > 0]


def _frames(clip: Clip) -> int:
    return max(2, len(clip.audio) // 160)


def _states(clip: Clip) -> int:
    """States of a clip and half a second after it."""
    return _frames(clip) // 2 + _PER_SECOND // 2
