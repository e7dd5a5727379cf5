"""The score of a model on recordings: what the API calls an evaluation, for one of its models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scriba.evaluation import tokens
from scriba.evaluation.normalise import words
from scriba.evaluation.tokens import TOKEN_CLASSES, TokenEdits, TokenPair
from scriba.evaluation.words import Chunk, Edits, align, count


@dataclass(frozen=True)
class Score:
    """Word, sentence and token errors; a sentence is a recording. Scores can be added."""

    sentences: int = 0
    wrong_sentences: int = 0
    words: Edits = field(default_factory=Edits)
    tokens: TokenEdits = field(default_factory=TokenEdits)

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.sentences + other.sentences,
            self.wrong_sentences + other.wrong_sentences,
            self.words + other.words,
            self.tokens + other.tokens,
        )

    @property
    def sentence_error_rate(self) -> float:
        """The part of the recordings in which a word is wrong."""
        return self.wrong_sentences / self.sentences if self.sentences else 0.0

    def to_json(self) -> dict[str, Any]:
        """The figures under the API's names, without the number of the model; plain JSON."""
        word, token = self.words, self.tokens.edits
        return {
            "wordErrorRate": word.rate,
            "sentenceErrorRate": self.sentence_error_rate,
            "tokenErrorRate": token.rate,
            "sentenceCount": self.sentences,
            "wordCount": word.count,
            "correctWordCount": word.correct,
            "wordSubstitutionCount": word.substitutions,
            "wordDeletionCount": word.deletions,
            "wordInsertionCount": word.insertions,
            "tokenCount": token.count,
            "correctTokenCount": token.correct,
            "tokenSubstitutionCount": token.substitutions,
            "tokenDeletionCount": token.deletions,
            "tokenInsertionCount": token.insertions,
            "tokenErrors": {
                name: _edits(self.tokens.of(name), token.errors) for name in TOKEN_CLASSES
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Score":
        """The inverse of `to_json`."""
        sentences = value["sentenceCount"]
        return cls(
            sentences,
            round(value["sentenceErrorRate"] * sentences),
            _counts(value, "word", "Word"),
            TokenEdits(
                _counts(value, "token", "Token"),
                {name: value["tokenErrors"][name]["numberOfEdits"] for name in TOKEN_CLASSES},
            ),
        )


def _counts(value: Mapping[str, Any], name: str, title: str) -> Edits:
    return Edits(
        value[f"correct{title}Count"],
        value[f"{name}SubstitutionCount"],
        value[f"{name}DeletionCount"],
        value[f"{name}InsertionCount"],
    )


def _edits(number: int, errors: int) -> dict[str, Any]:
    # Of 100, as in the service's documentation; an example of the interface has a fraction.
    return {
        "numberOfEdits": number,
        "percentageOfAllEdits": round(100.0 * number / errors, 2) if errors else 0.0,
    }


def figures(score: Score | None) -> dict[str, Any]:
    """The figures of a score under the API's names, without the number of the model.

    Where nothing has been scored all are -1, and there are no classes of token errors.
    """
    if score is not None:
        return score.to_json()
    known = Score().to_json()
    del known["tokenErrors"]
    return {name: type(value)(-1) for name, value in known.items()}


@dataclass(frozen=True)
class Comparison:
    """What was said in a recording and what was heard, word by word and token by token."""

    name: str
    reference: str
    recognized: str
    reference_words: tuple[str, ...]
    recognized_words: tuple[str, ...]
    chunks: tuple[Chunk, ...]
    token_pairs: tuple[TokenPair, ...]

    @property
    def score(self) -> Score:
        """The score of this one recording."""
        edits = count(self.chunks)
        return Score(1, int(edits.errors > 0), edits, tokens.count(self.token_pairs))

    def to_json(self) -> dict[str, Any]:
        """The file of details of this recording."""
        return {
            "name": self.name,
            "reference": self.reference,
            "recognized": self.recognized,
            "normalizedReference": " ".join(self.reference_words),
            "normalizedRecognized": " ".join(self.recognized_words),
            **self.score.to_json(),
            "words": list(self._steps()),
            "tokens": [
                {
                    "reference": pair.reference,
                    "recognized": pair.hypothesis,
                    "error": pair.kind,
                }
                for pair in self.token_pairs
            ],
        }

    def _steps(self) -> Iterator[dict[str, Any]]:
        names = {
            "equal": "Correct",
            "replace": "Substitution",
            "delete": "Deletion",
            "insert": "Insertion",
        }
        for chunk in self.chunks:
            said = self.reference_words[slice(*chunk.reference)]
            heard = self.recognized_words[slice(*chunk.hypothesis)]
            for at in range(chunk.length):
                yield {
                    "operation": names[chunk.operation],
                    "reference": said[at] if at < len(said) else None,
                    "recognized": heard[at] if at < len(heard) else None,
                }


def compare(
    name: str, reference: str, recognized: str, locale: str, *, spoken: bool = True
) -> Comparison:
    """Compares the transcript of a recording with the display that a model gave for it.

    `spoken` is the dataset's text normalisation: figures are compared as they are said.
    """
    said = words(reference, locale, spoken=spoken)
    heard = words(recognized, locale, spoken=spoken)
    return Comparison(
        name,
        reference,
        recognized,
        tuple(said),
        tuple(heard),
        tuple(align(said, heard)),
        tuple(tokens.pairs(reference, recognized, locale)),
    )


def details_name(recording: str, model: int) -> str:
    """The name of the file of details: "a.wav" of model 1 is "a.wav.model1_score.json"."""
    return f"{recording}.model{model}_score.json"
