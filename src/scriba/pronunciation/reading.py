"""A reading that is assessed phrase by phrase, each against the part of the text that it reads."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Lock

from scriba.pronunciation.assessment import (
    Assess,
    AssessedWord,
    Assessment,
    AssessmentOptions,
    Miscue,
)
from scriba.pronunciation.passage import Passage
from scriba.speech.resample import Samples
from scriba.speech.results import Word

_NOT_READ = 50.0
"""A phrase with less accuracy, of which other words were heard, did not read that part of the text:
other texts get 11 on the median (docs/pronunciation-model.md), and few learners so little."""

_WORDS_AT_ONCE = 120
"""A text of so many words, and two for each that was heard, is assessed as a whole."""


class Reading:
    """What of a text was read so far. One phrase at a time, from any thread.

    With `begun` something of it was read elsewhere, so what comes before the first phrase is no
    omission.
    """

    def __init__(self, options: AssessmentOptions, *, begun: bool = False) -> None:
        self._options = options
        self._begun = begun
        self._passage: Passage | None = None
        self._lock = Lock()

    def assess(
        self, assessor: Assess, audio: Samples, heard: Sequence[Word], *, last: bool
    ) -> Assessment | None:
        """Assess the next phrase; `last` says that none follows it.

        Words that were left out before it are told with it, and with the last one those that are
        left. Raises what the assessor raises, and ReferenceTooLong.
        """
        options = self._options
        if not options.reference:
            return assessor.assess(audio, heard, options)
        with self._lock:
            return self._assess(assessor, audio, heard, last=last)

    def _assess(
        self, assessor: Assess, audio: Samples, heard: Sequence[Word], *, last: bool
    ) -> Assessment | None:
        options = self._options
        first = self._passage is None
        passage = self._passage = self._passage or Passage(options.reference, begun=self._begun)
        whole = first and last and not self._begun
        if whole and len(passage) <= _WORDS_AT_ONCE + 2 * len(heard):
            return assessor.assess(audio, heard, options)
        part = passage.take([word.text for word in heard], last=last)
        # Without miscues the text is taken as read, so it was read badly.
        text = part.text if options.miscue else part.text or part.ahead
        found = assessor.assess(audio, heard, replace(options, reference=text))
        if options.miscue and not part.sure and found and found.accuracy < _NOT_READ:
            part = passage.withdraw()
            found = assessor.assess(audio, heard, replace(options, reference=""))
        if found is None:
            return None
        if not options.miscue:
            left = part.left if part.text else part.left[len(found.words) :]
            return _unread(found, (), left if whole else (), Miscue.MISPRONUNCIATION)
        if part.again or not part.text:
            added = tuple(_added(found.words))
            found = replace(found, completeness=0.0, total=0.0, words=added)
        return _unread(found, part.skipped, part.left, Miscue.OMISSION)


def _added(words: Iterable[AssessedWord]) -> Iterable[AssessedWord]:
    for word in words:
        # What is left out of something that is read once more is no omission.
        if word.miscue is not Miscue.OMISSION:
            yield replace(word, miscue=Miscue.INSERTION)


def _unread(
    found: Assessment, before: Sequence[str], after: Sequence[str], kind: Miscue
) -> Assessment:
    """The assessment with words before and after it that nobody said."""
    if not before and not after:
        return found
    start = min((word.start for word in found.words), default=0.0)
    end = max((word.end for word in found.words), default=0.0)
    read = sum(word.miscue is not Miscue.INSERTION for word in found.words)
    share = read / (read + len(before) + len(after))
    return replace(
        found,
        completeness=found.completeness * share,
        total=found.total * share,
        words=(
            *(AssessedWord(word, start, start, 0.0, kind) for word in before),
            *found.words,
            *(AssessedWord(word, end, end, 0.0, kind) for word in after),
        ),
    )
