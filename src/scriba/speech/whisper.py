"""Whisper on CTranslate2 (arXiv 2212.04356), without the padding to 30 seconds.

Whisper was trained on windows of 30 s, most of them part silence. Encoding only the clip saves most
of the encoder's work, but then the decoder often fails to stop: it misses the silence. So each
clip's encoding is continued with the encoding of silence after speech, computed once when the model
is loaded. `docs/recogniser.md` has the measurements.
"""

import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path

import ctranslate2
import numpy as np

from scriba.errors import ModelError
from scriba.speech.audio import decode_file
from scriba.speech.cpu import Layout
from scriba.speech.drafting import Drafter
from scriba.speech.engine import Clip, Guess, TimedWord, Transcript
from scriba.speech.language import locales
from scriba.speech.mel import FRAMES_PER_SECOND, log_mel
from scriba.speech.prompts import LONGEST, MOST_TOKENS, Prompts, load_tokenizer
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.rescoring import Preference, Rescorer
from scriba.speech.timing import longest_gap, timed_words

WINDOW = 30.0
"""Seconds of audio that the model takes at most."""

_PER_SECOND = FRAMES_PER_SECOND // 2
"""States a second: the encoder halves the frames."""

_MARKS = re.compile(r"[\W_]+")

_SPEECH = Path(__file__).parents[1] / "data" / "quilter.wav"
"""A recorded sentence."""


@dataclass(frozen=True)
class DecodingOptions:
    """How clips are decoded. Lengths in seconds; chosen on `dev` (`bench/splits.json`).

    At least `margin` of silence is encoded after a clip, and at least `least` in all; then at least
    `tail` of ready-made silence follows, more to fill the next of `contexts`: clips of one context
    share a batch. A clip may produce `base_tokens` and `token_rate` a second of it (`dense_rate` in
    scripts that take several tokens a character) before it counts as a loop. Texts that compress
    better than `max_compression` (Whisper paper, section 4.5) are loops as well.
    """

    beam: int = 5
    margin: float = 0.5
    least: float = 4.0
    tail: float = 6.0
    contexts: tuple[float, ...] = (16.0, 22.0, 28.0, 37.0)
    base_tokens: int = 10
    token_rate: float = 10.0
    dense_rate: float = 30.0
    max_compression: float = 2.4
    doubt: float = 0.5
    """Probability of the clip's language below which it is compared with the likeliest one."""
    close: float = 0.1
    """Share of the likeliest candidate's probability from which the next is decoded as well."""
    preference: Preference = field(default_factory=Preference)
    noise: float = 0.6
    """No-speech probability above which an unlikely text is not worth a second try."""
    long_clip: float = 3.5
    hole: float = 1.2
    """A clip of at least `long_clip` in which `hole` passes without a word is decoded again."""
    silence: Path = _SPEECH
    """Recording after which the ready-made silence comes."""


class Whisper:
    """A Whisper model in CTranslate2's format, loaded from `folder`; an `Engine`."""

    def __init__(
        self, folder: Path, layout: Layout, options: DecodingOptions | None = None
    ) -> None:
        self.name = folder.name
        self.options = options or DecodingOptions()
        # oneDNN keeps compiled code for each length of audio, half a megabyte each and a thousand
        # of them, so memory grew for hours; to compile it anew takes no time worth mentioning.
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder),
                device=layout.device,
                compute_type=layout.compute_type,
                intra_threads=layout.threads,
                inter_threads=layout.workers,
            )
            self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        except Exception as error:
            raise ModelError(f"{folder}: {error}") from error
        self._prompts = Prompts(self._tokenizer, multilingual=bool(self._model.is_multilingual))
        self._silence = self._silence_after_speech()
        self._rescorer = Rescorer(
            self._model, self._prompts, self._silence, self.options.preference
        )
        self._drafter = Drafter(
            self._model, self._tokenizer, self._prompts, self._states, self._silence
        )

    def supports(self, language: str) -> bool:
        return self._prompts.supports(language)

    def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
        """The words of texts with the log probabilities that the model gives them unheard."""
        return self._rescorer.expected(texts, language)

    def cost(self, clip: Clip) -> float:
        if clip.draft:
            return self._drafter.cost(clip)
        wanted = self._length(clip) + self.options.tail
        return next((c for c in self.options.contexts if c >= wanted), self.options.contexts[-1])

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        if any(clip.draft for clip in clips):
            return [self._drafter.transcribe(clip, self._limit(clip)) for clip in clips]
        encoded = np.concatenate([self._encode(clip) for clip in clips])
        clips = self._identified(clips, encoded)
        first = self._decode(clips, encoded, [self._limit(clip) for clip in clips], False)
        transcripts = list(first)
        for i, (clip, transcript) in enumerate(zip(clips, transcripts, strict=True)):
            best = transcript.guesses[0]
            if transcript.no_speech > self.options.noise and best.logprob < -1.0:
                continue
            if transcript.looped or _repeats(best.text):
                transcripts[i] = self._again(clip, transcript)
            elif self._has_hole(clip, transcript):
                transcripts[i] = self._filled(clip, transcript)
        transcripts = [
            self._rescored(clip, transcript, encoded[i : i + 1])
            for i, (clip, transcript) in enumerate(zip(clips, transcripts, strict=True))
        ]
        return [
            replace(
                transcript,
                # What a second try says of noise is worth less: it was made because of the noise.
                no_speech=max(transcript.no_speech, first[i].no_speech),
                rival=self._rival(clip, transcript, encoded[i : i + 1]),
                language=clip.language,
                contender=self._contender(clip, transcript, encoded[i : i + 1]),
            )
            for i, (clip, transcript) in enumerate(zip(clips, transcripts, strict=True))
        ]

    def _identified(self, clips: Sequence[Clip], encoded: Samples) -> list[Clip]:
        """The clips, each with the likeliest of its candidates as its language."""
        if not any(clip.candidates for clip in clips):
            return list(clips)
        found = self._languages(ctranslate2.StorageView.from_array(encoded), len(clips))
        return [
            replace(clip, language=max(clip.candidates, key=lambda code: spoken.get(code, 0.0)))
            if clip.candidates
            else clip
            for clip, spoken in zip(clips, found, strict=True)
        ]

    def _length(self, clip: Clip) -> float:
        """Seconds of a clip, with silence after it, that are encoded."""
        return min(max(_seconds(clip) + self.options.margin, self.options.least), WINDOW)

    def _encode(self, clip: Clip) -> Samples:
        """Encoder states of a clip, filled up to its context: (1, context * 50, width)."""
        states = self._states(clip.audio, self._length(clip))
        missing = int(self.cost(clip) * _PER_SECOND) - states.shape[1]
        return np.concatenate(
            [states, self._silence[:, self._silence.shape[1] - missing :]], axis=1
        )

    def _states(self, audio: Samples, length: float) -> Samples:
        frames = 2 * max(1, round(length * _PER_SECOND))
        features = log_mel(audio, frames, self._model.n_mels)
        # Whisper's own padding is digital silence, which its features never show so flat in noisy
        # recordings; zero is the value that other implementations pad with, and errs less.
        features[:, len(audio) * FRAMES_PER_SECOND // SAMPLE_RATE + 1 :] = 0.0
        view = ctranslate2.StorageView.from_array(features[None])
        return np.array(self._model.encode(view, to_cpu=True), np.float32)

    def _silence_after_speech(self) -> Samples:
        """Encoder states of the silence that follows speech: (1, seconds * 50, width)."""
        # Any recording of speech will do, but it has to be one: after silence or a synthetic voice
        # the decoder takes these states for more of the same and repeats itself.
        audio = next(decode_file(self.options.silence))
        return self._states(audio, WINDOW)[:, -22 * _PER_SECOND :]

    def _decode(
        self,
        clips: Sequence[Clip],
        encoded: Samples,
        limits: Sequence[int],
        timestamps: bool,
        **search: object,
    ) -> list[Transcript]:
        view = ctranslate2.StorageView.from_array(encoded)
        results = self._model.generate(
            view,
            [self._prompts.of(clip.language, timestamps) for clip in clips],
            beam_size=self.options.beam,
            num_hypotheses=self.options.beam,
            return_scores=True,
            return_no_speech_prob=True,
            max_length=max(limits),
            **search,
        )
        languages = self._languages(view, len(clips))
        aligned = self._align(
            clips, encoded, [self._prompts.words(r.sequences_ids[0]) for r in results]
        )
        return [
            Transcript(
                self._guesses(result),
                words,
                float(result.no_speech_prob),
                spoken,
                self._is_loop(result.sequences_ids[0], limit),
            )
            for result, limit, spoken, words in zip(
                results, limits, languages, aligned, strict=True
            )
        ]

    def _guesses(self, result: ctranslate2.models.WhisperGenerationResult) -> tuple[Guess, ...]:
        return tuple(
            Guess(self._tokenizer.decode(self._prompts.words(ids)).strip(), float(score), len(ids))
            for ids, score in zip(result.sequences_ids, result.scores, strict=True)
        )

    def _languages(self, view: ctranslate2.StorageView, count: int) -> list[dict[str, float]]:
        if not self._model.is_multilingual:
            return [{} for _ in range(count)]
        found = self._model.detect_language(view)
        return [{token[2:-2]: float(p) for token, p in each} for each in found]

    def _align(
        self, clips: Sequence[Clip], encoded: Samples, tokens: list[list[int]]
    ) -> list[tuple[TimedWord, ...]]:
        """The timed words of each clip whose words are wished for; () for the others."""
        words: list[tuple[TimedWord, ...]] = [()] * len(clips)
        # Long clips are aligned in any case, to see whether the decoder skipped a part of them.
        long = self.options.long_clip
        wished = [
            i
            for i, clip in enumerate(clips)
            if tokens[i] and (clip.wish_words or _seconds(clip) >= long)
        ]
        for language in sorted({clips[i].language for i in wished}):
            these = [i for i in wished if clips[i].language == language]
            alignments = self._model.align(
                ctranslate2.StorageView.from_array(np.ascontiguousarray(encoded[these])),
                self._prompts.of(language)[:-1],
                [tokens[i] for i in these],
                [_frames(clips[i]) for i in these],
            )
            for i, alignment in zip(these, alignments, strict=True):
                words[i] = timed_words(
                    self._tokenizer,
                    tokens[i],
                    alignment.alignments,
                    alignment.text_token_probs,
                    _seconds(clips[i]),
                )
        return words

    def _limit(self, clip: Clip) -> int:
        options = self.options
        rate = options.token_rate if clip.language in _SPARSE else options.dense_rate
        return min(MOST_TOKENS, options.base_tokens + int(rate * _seconds(clip)))

    def _is_loop(self, tokens: Sequence[int], limit: int) -> bool:
        if len(tokens) + LONGEST >= limit:
            return True
        return self._is_dense(self._tokenizer.decode(self._prompts.words(tokens)))

    def _is_dense(self, text: str) -> bool:
        data = text.encode()
        return bool(data) and len(data) / len(zlib.compress(data)) > self.options.max_compression

    def _again(self, clip: Clip, first: Transcript) -> Transcript:
        """A doubtful clip with all the context there is; if that loops, without repeats."""
        encoded = self._states(clip.audio, WINDOW)
        limit = min(MOST_TOKENS, 2 * self._limit(clip))
        for search in ({}, {"no_repeat_ngram_size": 4}):
            transcript = self._decode([clip], encoded, [limit], True, **search)[0]
            if not transcript.looped:
                return transcript
        return first

    def _has_hole(self, clip: Clip, transcript: Transcript) -> bool:
        seconds = _seconds(clip)
        gap = longest_gap(transcript.words, seconds) if transcript.words else 0.0
        return seconds >= self.options.long_clip and gap >= self.options.hole

    def _filled(self, clip: Clip, first: Transcript) -> Transcript:
        """A clip of which a part seems to be missing, decoded with timestamps.

        Without them Whisper may take the end of a sentence for the end of the clip, most often when
        the voice changes.
        """
        limit = min(MOST_TOKENS, 2 * self._limit(clip))
        again = self._decode([clip], self._states(clip.audio, WINDOW), [limit], True)[0]
        longer = again.guesses[0].tokens > first.guesses[0].tokens
        return again if longer and not again.looped else first

    def _rescored(self, clip: Clip, transcript: Transcript, encoded: Samples) -> Transcript:
        """The transcript with the text that lists and domain make the likeliest."""
        if clip.phrases is None and clip.adaptation is None:
            return transcript
        best = transcript.guesses[0]
        text = self._rescorer.text(clip, transcript, encoded)
        if text == best.text:
            return transcript
        guess = Guess(text, best.logprob, best.tokens)
        (words,) = self._align([clip], encoded, [self._prompts.tokens(text, clip.language)])
        return replace(transcript, guesses=(guess, *transcript.guesses[1:]), words=words)

    def _rival(self, clip: Clip, transcript: Transcript, encoded: Samples) -> Guess | None:
        """The best guess in the likeliest language, if the clip's own is in doubt."""
        if not transcript.languages:
            return None
        likely = max(transcript.languages.items(), key=itemgetter(1))
        own = transcript.languages.get(clip.language, 0.0)
        if likely[0] == clip.language or own >= self.options.doubt:
            return None
        return self._guess(clip, likely[0], encoded)

    def _contender(
        self, clip: Clip, transcript: Transcript, encoded: Samples
    ) -> tuple[str, Guess] | None:
        """The second of a clip's candidates and the best guess in it, if the choice is close."""
        spoken = transcript.languages
        rest = [code for code in clip.candidates if code != clip.language]
        if not rest or not spoken:
            return None
        code = max(rest, key=lambda code: spoken.get(code, 0.0))
        if spoken.get(code, 0.0) < self.options.close * spoken.get(clip.language, 0.0):
            return None
        guess = self._guess(clip, code, encoded)
        # Repetition is likely to itself: its score says nothing of the language.
        return None if self._is_dense(guess.text) or _repeats(guess.text) else (code, guess)

    def _guess(self, clip: Clip, language: str, encoded: Samples) -> Guess:
        """The best guess in another language than the clip's."""
        result = self._model.generate(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(encoded)),
            [self._prompts.of(language)],
            beam_size=self.options.beam,
            return_scores=True,
            max_length=self._limit(Clip(clip.audio, language)),
        )[0]
        return self._guesses(result)[0]


def _repeats(text: str) -> bool:
    """Whether a text is one word or phrase said over and over: seldom what was said."""
    words = _MARKS.sub(" ", text.lower()).split()
    return any(
        len(words) > n and words[:-n] == words[n:] and len(words) % n == 0
        for n in range(1, len(words) // 2 + 1)
    )


_SPARSE = frozenset(each.whisper for each in locales() if each.script == "Latn")
"""Languages in Latin script."""


def _seconds(clip: Clip) -> float:
    return len(clip.audio) / SAMPLE_RATE


def _frames(clip: Clip) -> int:
    return max(2, int(_seconds(clip) * FRAMES_PER_SECOND))
