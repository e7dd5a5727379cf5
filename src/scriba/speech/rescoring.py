"""Other texts for a hypothesis, scored on the same audio: phrase lists and what text taught.

Each proposal sounds like the hypothesis. It wins if what speaks for it, the list or the domain,
is more than what it is less likely on the audio.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from types import MappingProxyType

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

_REMEMBERED = 10_000

_UNSAID = 50
"""States of silence on which the decoder shows what it expects of a language by itself."""


@dataclass(frozen=True)
class Preference:
    """How strongly what is listed or learnt is preferred; chosen on `dev` (`bench/splits.json`)."""

    phrase: float = 8.0
    """Nats by which a listed phrase may be less likely than what sounds alike in its place."""
    usual: float = 16.0
    """Nats that the decoder gives a name less than one, from which on it counts as strange."""
    strange: float = 0.6
    most: float = 9.0
    """Nats by which it may be less likely besides, for each nat that it is stranger, and in all."""
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
        self._expected: dict[tuple[str, str], float] = {}

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
        wanted = self._wanted(
            variants(text, said.phrases, self._preference.pronounced, said.voice),
            clip.language,
            adaptation.strength,
            said.written,
        )
        if not wanted:
            return text
        spoken = [each for each, _ in wanted]
        written = [replace(each, phrase=said.written[each.phrase]) for each in spoken]
        own, *others = self.scores(clip, [text, *_each(text, spoken), *_each(text, written)], heard)
        # Either form may be what the decoder would write: the likelier one speaks for both.
        likelier = [
            max(pair) for pair in zip(others[: len(spoken)], others[len(spoken) :], strict=True)
        ]
        gains = [score - own + more for score, (_, more) in zip(likelier, wanted, strict=True)]
        return put(text, _won(written, gains))

    def _preferring(self, clip: Clip, text: str, listed: PhraseList, heard: Samples) -> str:
        """The text with listed phrases where the audio is almost as likely to be them."""
        # Twice the preference writes phrases where nobody said them: the root keeps to reason.
        wanted = self._wanted(variants(text, listed.phrases), clip.language, sqrt(listed.weight))
        if wanted:
            own, *others = self.scores(
                clip, [text, *_each(text, [each for each, _ in wanted])], heard
            )
            gains = [score - own + more for score, (_, more) in zip(others, wanted, strict=True)]
            text = put(text, _won([each for each, _ in wanted], gains))
        return spelled(text, listed.phrases)

    def _wanted(
        self,
        found: Sequence[Variant],
        language: str,
        weight: float,
        written: Mapping[str, str] = MappingProxyType({}),
    ) -> list[tuple[Variant, float]]:
        """The variants that may be less likely on the audio, and by how many nats.

        A name that the decoder would never write by itself may be so by far: where nobody said it,
        it is less likely still.
        """
        preference = self._preference
        named = [written.get(each.phrase, each.phrase) for each in found]
        kept = []
        for each, name in zip(found, named, strict=True):
            strange = -self._chance(name, language) - preference.usual
            more = max(0.0, min(preference.strange * strange, preference.most))
            wanted = weight * (preference.phrase * each.claim + more)
            if wanted > 0:
                kept.append((each, wanted))
        return kept

    def _chance(self, phrase: str, language: str) -> float:
        """The log probability that the decoder gives a phrase where nothing is heard."""
        key = phrase, language
        if (known := self._expected.get(key)) is None:
            known = sum(chance for _, chance in self.expected([phrase], language)[0])
            if len(self._expected) > _REMEMBERED:
                self._expected.clear()
            self._expected[key] = known
        return known

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


def _each(text: str, found: Sequence[Variant]) -> list[str]:
    return [put(text, [each]) for each in found]


def _won(found: Sequence[Variant], gains: Sequence[float]) -> list[Variant]:
    """The variants that gain, best first."""
    return [found[i] for i in sorted(range(len(found)), key=lambda i: -gains[i]) if gains[i] > 0]


def _frames(clip: Clip) -> int:
    return max(2, len(clip.audio) // 160)


def _states(clip: Clip) -> int:
    """States of a clip and half a second after it."""
    return _frames(clip) // 2 + _PER_SECOND // 2
