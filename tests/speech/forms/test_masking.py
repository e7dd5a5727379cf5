"""Profanity masked, removed and left."""

import pytest

from scriba.speech.forms import render

# Text, masked display, display with the profanity removed.
CASES = [
    ("Oh shit, no.", "Oh ****, no.", "Oh, no."),
    ("Fuck, that hurts.", "****, that hurts.", "That hurts."),
    ("What the fuck?", "What the ****?", "What the?"),
    ("Well, shit.", "Well, ****.", "Well."),
    ('"Fuck you," he said.', '"**** you," he said.', '"You," he said.'),
    ('He said "shit" again.', 'He said "****" again.', "He said again."),
    ("Bullshit. We left.", "********. We left.", "We left."),
    ("I said, shit. Then I left.", "I said, ****. Then I left.", "I said. Then I left."),
    ("The car (shit) broke.", "The car (****) broke.", "The car broke."),
    ("It's fucking 5 dollars.", "It's ******* $5.", "It's $5."),
    ("He's a fuck-up, really.", "He's a ****-**, really.", "He's a, really."),
    ('I said, "Shit!" and left.', 'I said, "****!" and left.', "I said, and left."),
    ("Total bullshit... and more.", "Total ********... and more.", "Total... and more."),
    ("That BITCH'S car.", "That ******* car.", "That car."),
]


@pytest.mark.parametrize(("text", "masked", "removed"), CASES)
def test_display(text: str, masked: str, removed: str) -> None:
    assert render(text, "en-US", "masked").display == masked
    assert render(text, "en-US", "removed").display == removed


@pytest.mark.parametrize("text", [case[0] for case in CASES])
def test_lexical_and_itn_stay_raw(text: str) -> None:
    raw, masked, removed = (
        render(text, "en-US", how)
        for how in ("raw", "masked", "removed")  # type: ignore[arg-type]
    )
    assert raw.lexical == masked.lexical == removed.lexical
    assert raw.itn == masked.itn == removed.itn == raw.masked_itn
    assert masked.masked_itn != raw.itn
    assert len(masked.masked_itn) == len(raw.itn)
    assert len(removed.masked_itn) < len(raw.itn)
    assert "*" not in raw.display


@pytest.mark.parametrize("text", ["Shit!", "Shit, fuck.", '"Fuck!"', "Shit. Shit."])
def test_nothing_is_left_of_profanity_alone(text: str) -> None:
    forms = render(text, "en-US", "removed")
    assert (forms.display, forms.masked_itn) == ("", "")
    assert [group.source for group in forms.groups] == [
        (index, index + 1) for index in range(len(text.split()))
    ]


def test_innocent_words_stay() -> None:
    text = "The class in Scunthorpe had a cocktail."
    assert render(text, "en-US", "removed").display == text


def test_what_the_recogniser_starred_counts_as_profanity() -> None:
    assert render("That's f***ing cold.", "en-US", "masked").display == "That's ******* cold."
    assert render("That's f***ing cold.", "en-US", "removed").display == "That's cold."
    assert render("Press * or 5*6.", "en-US", "removed").display == "Press * or 5*6."


def test_tags_stand_around_the_words_alone() -> None:
    forms = render("Fuck, he said. What the fucking hell? Fuck-up!", "en-US", "tags")
    assert forms.display == (
        "<profanity>Fuck</profanity>, he said. What the <profanity>fucking</profanity> "
        "hell? <profanity>Fuck-up</profanity>!"
    )
    assert forms.masked_itn.startswith("<profanity>fuck</profanity> he said what the <profanity>")
    assert "<" not in forms.lexical + forms.itn


def test_tags_within_text_without_spaces() -> None:
    shown = render("他妈的，走吧。", "zh-CN", "tags").display
    assert shown.startswith("<profanity>")
    assert shown.endswith("走吧。")
