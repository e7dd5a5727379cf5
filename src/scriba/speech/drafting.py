"""Whisper's drafts: what was said so far, decoded greedily and continued from what is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import ctranslate2
import numpy as np
from tokenizers import Tokenizer

from scriba.speech.engine import Clip, Guess, TimedWord, Transcript
from scriba.speech.language import usual
from scriba.speech.prompts import LONGEST, Prompts
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.timing import timed_words

_PER_SECOND = 50
"""Encoder states a second."""


@dataclass(frozen=True)
class DraftOptions:
    """How drafts are decoded. Lengths in seconds; chosen on `dev` (`bench/splits.json`).

    At least `margin` of silence is encoded after a clip, and at least `least` in all; then `tail`
    of ready-made silence follows.
    """

    margin: float = 0.5
    least: float = 3.0
    tail: float = 4.0


class Drafter:
    """Decodes drafts. `states` encodes audio (samples,), with silence, to so many seconds."""

    def __init__(
        self,
        model: ctranslate2.models.Whisper,
        tokenizer: Tokenizer,
        prompts: Prompts,
        states: Callable[[Samples, float], Samples],
        silence: Samples,
        options: DraftOptions | None = None,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._prompts = prompts
        self._states = states
        self.options = options or DraftOptions()
        self._silence = silence[:, -int(self.options.tail * _PER_SECOND) :]

    def length(self, clip: Clip) -> float:
        """Seconds that are encoded for a clip."""
        return max(_seconds(clip) + self.options.margin, self.options.least)

    def cost(self, clip: Clip) -> float:
        """Seconds of context that a clip takes up."""
        return self.length(clip) + self.options.tail

    def transcribe(self, clip: Clip, limit: int) -> Transcript:
        """A clip's draft, of at most `limit` tokens; one that reaches the limit is looped."""
        states = self._states(clip.audio, self.length(clip))
        view = ctranslate2.StorageView.from_array(np.concatenate([states, self._silence], axis=1))
        spoken: dict[str, float] = {}
        if clip.candidates:
            found = self._model.detect_language(view)[0]
            spoken = {token[2:-2]: float(p) for token, p in found}
            best = max(clip.candidates, key=lambda code: spoken.get(code, 0.0))
            clip = replace(clip, language=best)
        known = self._prompts.tokens(clip.prefix, clip.language) if clip.prefix else []
        result = self._model.generate(
            view,
            [[*self._prompts.of(clip.language), *known]],
            beam_size=1,
            return_scores=True,
            return_no_speech_prob=True,
            max_length=len(known) + LONGEST + limit,
        )[0]
        # What the decoder was made to begin with is part of its answer.
        tokens = self._prompts.words(result.sequences_ids[0])
        guess = Guess(self._tokenizer.decode(tokens).strip(), float(result.scores[0]), len(tokens))
        return Transcript(
            (guess,),
            self._words(view, clip, tokens),
            float(result.no_speech_prob),
            spoken,
            len(tokens) + LONGEST >= len(known) + limit,
            language=clip.language,
        )

    def _words(
        self, view: ctranslate2.StorageView, clip: Clip, tokens: Sequence[int]
    ) -> tuple[TimedWord, ...]:
        if not tokens:
            return ()
        spoken = usual(clip.language)
        (alignment,) = self._model.align(
            view,
            self._prompts.of(clip.language)[:-1],
            [list(tokens)],
            [max(2, int(_seconds(clip) * 2 * _PER_SECOND))],
        )
        return timed_words(
            self._tokenizer,
            tokens,
            alignment.alignments,
            alignment.text_token_probs,
            _seconds(clip),
            parts=spoken is not None and not spoken.spaced,
        )


def _seconds(clip: Clip) -> float:
    return len(clip.audio) / SAMPLE_RATE
