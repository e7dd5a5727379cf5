"""The display with and without the recogniser's punctuation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.speech.forms import Punctuation, render

_WORDS = ("comma", "period", "Question", "mark", "new", "line", "I", "Dr.", "5", "U.S.", "(", "—")
_MODES: tuple[Punctuation, ...] = ("none", "dictated", "automatic", "dictatedAndAutomatic")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The horizon seems, to me, distant. Is it?", "the horizon seems to me distant is it"),
        ("Dr. Smith paid $5.50 at 6:45 p.m.", "Dr Smith paid $5.50 at 6:45 PM"),
        ("It's London's well-known café!", "it's London's well-known café"),
        ("He came (late) and said: “Go.” Then he left.", "he came late and said Go then he left"),
        ("I'm here. I know.", "I'm here I know"),
        ("We like Paris. Paris likes us.", "we like Paris Paris likes us"),
        ("The U.S. is large.", "the US is large"),
        ("-10 is less than .5", "-10 is less than .5"),
        ("IBM grew. NASA as well.", "IBM grew NASA as well"),
    ],
)
def test_none(text: str, shown: str) -> None:
    assert render(text, "en-US", "raw", "none").display == shown


def test_none_in_scripts_without_spaces() -> None:
    assert (
        render("你好，今天3.5度。真的吗？", "zh-CN", "raw", "none").display == "你好今天3.5度真的吗"
    )


def test_dictated_keeps_the_first_capital() -> None:
    shown = render("The horizon seems distant. It is.", "en-US", "raw", "dictated").display
    assert shown == "The horizon seems distant it is"


def test_automatic_is_the_default() -> None:
    text = "Hello comma how are you question mark"
    assert render(text, "en-US").display == "Hello comma how are you question mark."


def test_profanity_is_masked_in_every_mode() -> None:
    for mode in _MODES:
        assert "fuck" not in render("What the fuck, he said.", "en-US", "masked", mode).display


@settings(deadline=None)  # an engine is loaded when its language first comes up
@given(
    st.text(alphabet="aB.,?!-' 15$€ñ你\n", max_size=60)
    | st.lists(st.sampled_from(_WORDS)).map(" ".join),
    st.sampled_from(["en-US", "de-DE", "zh-CN", "ru-RU"]),
    st.sampled_from(_MODES),
)
def test_only_the_display_changes(text: str, locale: str, mode: Punctuation) -> None:
    plain, other = (render(text, locale, "raw", each) for each in ("automatic", mode))
    assert (plain.lexical, plain.itn, plain.masked_itn) == (
        other.lexical,
        other.itn,
        other.masked_itn,
    )
    assert [g.source for g in plain.groups] == [g.source for g in other.groups]
    assert " ".join(w for g in other.groups for w in g.display).split() == other.display.split()
