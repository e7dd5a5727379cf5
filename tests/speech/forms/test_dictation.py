"""Dictated punctuation: which words are marks, and which are words."""

import pytest

from scriba.speech.forms import render


def dictated(text: str, locale: str = "en-US") -> str:
    return render(text, locale, "raw", "dictated").display


def both(text: str, locale: str = "en-US") -> str:
    return render(text, locale, "raw", "dictatedAndAutomatic").display


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hello comma how are you question mark", "Hello, how are you?"),
        # The recogniser hears the pauses around the words as punctuation of their own.
        ("Hello, comma, how are you? Question mark.", "Hello, how are you?"),
        (
            "Dear John comma new line thank you for your letter period New line Yours comma Ann",
            "Dear John,\nThank you for your letter.\nYours, Ann",
        ),
        ("stop exclamation mark I mean it full stop", "stop! I mean it."),
        ("What we need colon bread comma milk comma eggs", "What we need: bread, milk, eggs"),
        ("He said open quote go close quote period", "He said “go”."),
        ("First part new paragraph second part", "First part\n\nSecond part"),
    ],
)
def test_names_of_marks_become_marks(text: str, shown: str) -> None:
    assert dictated(text) == shown


def test_the_recognisers_own_marks_go() -> None:
    assert (
        dictated("Well, I think, comma, that is all. Right?") == "Well I think, that is all right"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Use a comma or a period here",
        "The period of time was long",
        "This comma is wrong",
        "They launched a new line of products",
        "Bread and colon",
    ],
)
def test_nouns_stay_words_even_where_dictation_was_asked_for(text: str) -> None:
    assert dictated(text) == text


def test_the_other_forms_keep_the_words() -> None:
    forms = render("Hello comma how are you question mark", "en-US", "raw", "dictated")
    assert forms.lexical == forms.itn == "hello comma how are you question mark"
    assert [g.lexical for g in forms.groups][1] == ("comma",)
    assert " ".join(w for g in forms.groups for w in g.display) == forms.display


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # Two marks, or one of several words at the end or between pauses, are plainly dictation.
        ("Hello comma how are you question mark", "Hello, how are you?"),
        ("Is it you question mark", "Is it you?"),
        ("That is all. New line. We met on Monday.", "That is all.\nWe met on Monday."),
        ("She had colon cancer, comma, he said. Period.", "She had colon cancer, he said."),
    ],
)
def test_by_default_plain_dictation_is_written(text: str, shown: str) -> None:
    assert both(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "We will not go. Period.",
        "They lived in the Jurassic period.",
        "Put the comma there.",
        "He hangs on a big question mark.",
        "The question mark came before the comma.",
        "Comma, colon, and semicolon are marks.",
        "He went through a period of change and they took a new line on it.",
        "Coma victims are rare.",
    ],
)
def test_by_default_talk_of_marks_stays_talk(text: str) -> None:
    assert both(text) == text


@pytest.mark.parametrize(
    ("locale", "text", "shown"),
    [
        ("de-DE", "Hallo Komma wie geht es dir Fragezeichen", "Hallo, wie geht es dir?"),
        ("fr-FR", "Bonjour virgule ça va point d'interrogation", "Bonjour, ça va?"),
        ("es-MX", "Hola coma cómo estás signo de interrogación", "Hola, cómo estás?"),
        ("it-IT", "Ciao virgola come stai punto interrogativo", "Ciao, come stai?"),
        ("pt-BR", "Olá vírgula tudo bem ponto de interrogação", "Olá, tudo bem?"),
    ],
)
def test_other_languages(locale: str, text: str, shown: str) -> None:
    assert dictated(text, locale) == both(text, locale) == shown


def test_a_decimal_comma_is_none() -> None:
    assert dictated("Das macht 3 Komma 5 Meter", "de-DE") != "Das macht 3, 5 Meter"


def test_a_mark_alone_is_shown_alone() -> None:
    assert dictated("Period.") == "."
