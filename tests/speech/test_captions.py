import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.captions import LINE, LONGEST, Cue, columns, cues, srt, vtt
from scriba.speech.forms import Forms
from scriba.speech.results import Hypothesis, Phrase, Word


def _phrase(words: list[Word], text: str = "") -> Phrase:
    display = text or " ".join(word.text for word in words)
    best = Hypothesis(0.9, Forms("", "", "", display), tuple(words))
    return Phrase(words[0].start if words else 1.0, words[-1].end if words else 3.0, (best,))


def _evenly(text: str, start: float = 0.0, step: float = 0.3) -> Phrase:
    words = text.split()
    return _phrase(
        [Word(w, start + n * step, start + (n + 1) * step, 1.0) for n, w in enumerate(words)]
    )


def test_a_short_phrase_is_one_cue_long_enough_to_read() -> None:
    assert list(cues([_evenly("Hello there.")])) == [Cue(0.0, 1.0, ("Hello there.",))]


def test_a_short_cue_gives_way_to_the_next() -> None:
    first, second = cues([_evenly("Yes."), _evenly("No.", start=0.5)])
    assert first.end == second.start == 0.5


def test_two_balanced_lines() -> None:
    (cue,) = cues([_evenly("We are glad to welcome his gospel, said the old quilter.", step=0.2)])
    assert cue.lines == ("We are glad to welcome his", "gospel, said the old quilter.")


def test_a_full_cue_is_cut_at_its_last_clause() -> None:
    clauses = [
        "Mr. Quilter is the apostle of the middle classes,",
        "and we are glad to welcome his gospel.",
    ]
    made = cues([_evenly(" ".join(clauses))])
    assert [" ".join(cue.lines) for cue in made] == clauses


def test_a_pause_starts_a_new_cue() -> None:
    early, late = Word("one", 0.0, 0.4, 1.0), Word("two", 4.0, 4.4, 1.0)
    assert [cue.lines for cue in cues([_phrase([early, late])])] == [("one",), ("two",)]


def test_a_phrase_without_word_times_is_spread_over_its_time() -> None:
    (cue,) = cues([_phrase([], "Hello there.")])
    assert cue == Cue(1.0, 3.0, ("Hello there.",))


def test_scripts_without_spaces_fill_lines_by_their_width() -> None:
    words = [Word("実際", n * 0.2, n * 0.2 + 0.2, 1.0) for n in range(20)]
    made = list(cues([_phrase(words)], spaced=False))
    assert "".join(line for cue in made for line in cue.lines) == "実際" * 20
    assert all(columns(line) <= LINE for cue in made for line in cue.lines)


_texts = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=60)
_steps = st.tuples(_texts, st.floats(0, 3), st.floats(0, 9))


@given(st.lists(st.lists(_steps, min_size=1, max_size=15), max_size=5), st.booleans())
def test_any_words_become_readable_cues(
    spoken: list[list[tuple[str, float, float]]], spaced: bool
) -> None:
    now, phrases, said = 0.0, [], ""
    for steps in spoken:
        words = []
        for text, gap, length in steps:
            words.append(Word(text, now + gap, now + gap + length, 1.0))
            now += gap + length
            said += text
        phrases.append(_phrase(words))
    made = list(cues(phrases, spaced=spaced))
    assert "".join("".join(cue.lines) for cue in made).replace(" ", "") == said
    for cue in made:
        assert 1 <= len(cue.lines) <= 2
        assert all(columns(line) <= LINE for line in cue.lines)
        assert cue.start < cue.end <= cue.start + LONGEST + 1e-6
    for earlier, later in pairwise(made):
        assert earlier.end <= later.start


def test_subrip() -> None:
    blocks = "".join(srt([Cue(0.5, 61.25, ("a", "b")), Cue(3661.0004, 3662.0, ("c",))]))
    assert blocks == (
        "1\n00:00:00,500 --> 00:01:01,250\na\nb\n\n2\n01:01:01,000 --> 01:01:02,000\nc\n\n"
    )


def test_webvtt_escapes_markup() -> None:
    text = "".join(vtt([Cue(0.9996, 2.0, ("<v> --> & so",))]))
    assert text == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n&lt;v&gt; --&gt; &amp; so\n\n"
    assert "".join(vtt([])) == "WEBVTT\n\n"


def test_stamps_have_their_form() -> None:
    for block in srt(cues([_evenly("word " * 200)])):
        assert re.match(r"\d+\n\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}\n", block)
