"""The text of an open segment, as decodings of it come in."""

import numpy as np
import pytest

from scriba.speech.agreement import agreed
from scriba.speech.engine import Guess, TimedWord, Transcript
from scriba.speech.growing import Excerpt, Growing, GrowthOptions
from scriba.speech.resample import SAMPLE_RATE
from scriba.speech.segments import Segment

OPTIONS = GrowthOptions()


def segment(seconds: float, pause: float = 0.0, offset: float = 10.0) -> Segment:
    """A segment of audio, the last `pause` seconds of it without speech."""
    audio = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    return Segment(offset, audio, (offset + 0.4, offset + seconds - pause))


def heard(text: str, at: float = 0.4, each: float = 0.3, **said: float | bool) -> Transcript:
    """A transcript whose words follow each other from `at` on."""
    words = tuple(
        TimedWord(word, at + i * each, at + (i + 1) * each, 0.9)
        for i, word in enumerate(text.split())
    )
    options = {"no_speech": 0.0, "logprob": -0.2, "looped": False} | said
    return Transcript(
        (Guess(text, float(options["logprob"]), len(words)),),
        words,
        float(options["no_speech"]),
        {},
        bool(options["looped"]),
    )


def step(growing: Growing, piece: Segment, transcript: Transcript) -> Excerpt:
    excerpt = growing.next(piece, " ")
    assert excerpt is not None
    growing.hear(excerpt, transcript)
    return excerpt


def text(growing: Growing) -> str:
    return " ".join(word.text for word in growing.words)


def test_nothing_is_decoded_before_there_is_something_new() -> None:
    growing = Growing()
    assert growing.next(segment(0.5), " ") is None
    excerpt = step(growing, segment(1.0), heard("one"))
    assert (excerpt.begin, excerpt.end) == (10.0, 11.0)
    assert growing.next(segment(1.0 + OPTIONS.every / 2), " ") is None
    assert growing.next(segment(1.0 + OPTIONS.every + 0.01), " ") is not None


def test_a_word_that_may_be_cut_is_held_back_until_more_is_heard() -> None:
    growing = Growing()
    step(growing, segment(1.35), heard("one two three"))
    assert text(growing) == "one two"
    step(growing, segment(1.9), heard("one two three four"))
    assert text(growing) == "one two three four"


def test_before_a_pause_no_word_is_held_back() -> None:
    growing = Growing()
    step(growing, segment(1.6, pause=0.3), heard("one two three"))
    assert text(growing) == "one two three"


def test_what_two_decodings_agree_on_is_what_the_next_begins_with() -> None:
    growing = Growing()
    assert step(growing, segment(2), heard("One two, free")).prefix == ""
    assert step(growing, segment(3), heard("one two three four")).prefix == ""
    assert step(growing, segment(4), heard("one two three four")).prefix == "one two"


def test_a_text_that_is_only_shorter_is_not_shown() -> None:
    growing = Growing()
    step(growing, segment(2), heard("one two three"))
    excerpt = growing.next(segment(3), " ")
    assert excerpt is not None
    assert not growing.hear(excerpt, heard("one two"))
    assert text(growing) == "one two three"


def test_more_decodings_must_agree_where_that_is_asked_for() -> None:
    growing = Growing(stable=3)
    for i, said in enumerate(("one two three", "one two tree four", "one to three four")):
        assert text(growing) == ""
        step(growing, segment(2 + 0.5 * i), heard(said))
    assert text(growing) == "one"


@pytest.mark.parametrize(
    "said", [{"looped": True}, {"no_speech": 0.9, "logprob": -1.5}], ids=["loop", "noise"]
)
def test_what_is_no_speech_is_not_shown(said: dict[str, float | bool]) -> None:
    growing = Growing()
    step(growing, segment(2), heard("thank you", **said))
    assert growing.words == ()


def test_what_is_decoded_stays_short_however_long_the_segment_is() -> None:
    growing = Growing()
    said = [f"w{i}" for i in range(80)]
    longest, now = 0.0, 1.0
    while now < 25:
        excerpt = growing.next(segment(now), " ")
        assert excerpt is not None
        longest = max(longest, excerpt.end - excerpt.begin)
        first = next(i for i in range(80) if 10.4 + 0.3 * i + 0.15 >= excerpt.begin)
        last = int((excerpt.end - 10.4) / 0.3)
        growing.hear(
            excerpt,
            heard(" ".join(said[first:last]), at=10.4 + 0.3 * first - excerpt.begin),
        )
        now += 0.5
    assert longest < OPTIONS.longest + 1.0
    assert text(growing).split() == said[: len(growing.words)]
    assert len(growing.words) > 75


def test_a_loop_is_not_begun_again_with_what_led_to_it() -> None:
    growing = Growing()
    for i, said in enumerate(("one two", "one two", "one two")):
        step(growing, segment(2.0 + i), heard(said))
    assert step(growing, segment(5.0), heard("one two two two", looped=True)).prefix == "one two"
    assert step(growing, segment(6.0), heard("one two")).prefix == ""


def test_what_nothing_agrees_on_is_cut_as_well() -> None:
    growing = Growing()
    longest, now = 0.0, 1.0
    while now < 26:
        excerpt = growing.next(segment(now), " ")
        assert excerpt is not None
        longest = max(longest, excerpt.end - excerpt.begin)
        count = int((excerpt.end - excerpt.begin) / 0.3) - 1
        growing.hear(excerpt, heard(" ".join(f"{now:.1f}-{i}" for i in range(count)), at=0.1))
        now += 0.5
    assert longest < 2 * OPTIONS.longest + 1.0


def test_what_was_decoded_in_a_pause_stays() -> None:
    growing = Growing()
    step(growing, segment(2), heard("one too"))
    pause = segment(2.4, pause=0.4)
    assert growing.trust(pause, heard("One two."))
    assert not growing.trust(pause, heard("One two."))
    assert text(growing) == "One two."
    after = growing.next(segment(3.4), " ")
    assert after is not None
    assert 12.0 < after.begin < 12.4
    growing.hear(after, heard("three"))
    assert text(growing) == "One two. three"


def test_in_a_pause_words_without_times_will_do() -> None:
    growing = Growing()
    transcript = Transcript((Guess("one two", -0.1, 2),), (), 0.0, {})
    assert growing.trust(segment(2.4, pause=0.4), transcript)
    assert [word.text for word in growing.words] == ["one", "two"]
    assert all(10 < word.start < word.end < 12.1 for word in growing.words)


def test_agreement_ignores_case_and_marks() -> None:
    one, other = heard("One, two three").words, heard("one two tree").words
    assert agreed(one, other) == 2
    assert agreed((), other) == 0
