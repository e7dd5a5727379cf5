"""Which engine a locale gets, and that engines are loaded only when used."""

import subprocess
import sys

import pytest

from scriba.speech.forms.engines import engine_for, itn_kind, tn_kind
from scriba.speech.language import locales


def test_every_locale_has_an_engine_that_works_or_none() -> None:
    for one in locales():
        engine = engine_for(one.tag)
        known = bool(itn_kind(one.tag) or tn_kind(one.tag))
        assert (engine is not None) == known
        if engine is not None:
            assert engine.itn(["x"]) == []
            assert engine.tn("x") is None


@pytest.mark.parametrize("locale", ["xx-XX", "", "fil-PH", "am-ET"])
def test_a_language_nothing_is_known_of_has_none(locale: str) -> None:
    assert engine_for(locale) is None


def test_case_does_not_matter() -> None:
    assert engine_for("DE-de") is engine_for("de-DE")


def test_cantonese_and_wu_are_written_as_chinese() -> None:
    engine = engine_for("yue-CN")
    assert engine is not None
    assert engine.itn(["二十三"])[0].text == "23"


@pytest.mark.parametrize("language", ["ja", "zh", "ko", "hi", "ar", "vi", "hy"])
def test_grammars_read_numbers_out(language: str) -> None:
    engine = engine_for(f"{language}-XX")
    assert engine is not None
    words = engine.tn("23")
    assert words
    assert not any(character.isdigit() for character in "".join(words))


def test_libraries_are_loaded_when_a_number_needs_them() -> None:
    code = (
        "import sys\n"
        "from scriba.speech.forms.engines import engine_for\n"
        "names = ('damga', 'itntext', 'kitten_text_processing', 'num2words')\n"
        "for tag in ('de-DE', 'it-IT', 'ja-JP', 'nl-NL'):\n"
        "    engine_for(tag).itn(['haus'])\n"
        "print([name for name in names if name in sys.modules and name != 'num2words'])\n"
        "engine_for('it-IT').itn(['ventitré'])\n"
        "print([name for name in names if name in sys.modules and name != 'num2words'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['damga']"]
