"""The table of locales."""

import pytest

from scriba.errors import UnsupportedLocale
from scriba.speech.language import is_unspaced, locale, locales

# The codes of Whisper's 99 language tokens, in the order of its vocabulary.
WHISPER = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th "
    "ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr "
    "pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt "
    "haw ln ha ba jw su"
)


def test_every_locale_has_a_token_in_the_model() -> None:
    assert {one.whisper for one in locales()} <= set(WHISPER.split())


def test_the_table_is_whole() -> None:
    tags = [one.tag for one in locales()]
    assert len(tags) == len(set(tags)) >= 140
    assert all("(" in one.name and one.name.endswith(")") for one in locales())


@pytest.mark.parametrize(
    ("asked", "tag", "whisper", "script"),
    [
        ("en-us", "en-US", "en", "Latn"),
        ("DE-de", "de-DE", "de", "Latn"),
        ("nb-NO", "nb-NO", "no", "Latn"),
        ("fil-PH", "fil-PH", "tl", "Latn"),
        ("jv-ID", "jv-ID", "jw", "Latn"),
        ("he-IL", "he-IL", "he", "Hebr"),
        ("zh-tw", "zh-TW", "zh", "Hant"),
        ("zh-HK", "zh-HK", "zh", "Hant"),
        ("ZH-CN-SICHUAN", "zh-CN-sichuan", "zh", "Hans"),
        ("yue-CN", "yue-CN", "zh", "Hans"),
        ("sr-RS", "sr-RS", "sr", "Cyrl"),
    ],
)
def test_a_tag_is_found_in_any_case(asked: str, tag: str, whisper: str, script: str) -> None:
    found = locale(asked)
    assert (found.tag, found.whisper, found.script) == (tag, whisper, script)


def test_scripts_without_spaces_are_known() -> None:
    unspaced = {one.language for one in locales() if not one.spaced}
    assert unspaced == {"ja", "km", "lo", "my", "th", "wuu", "yue", "zh"}
    assert all(is_unspaced(one.tag) is not one.spaced for one in locales())


@pytest.mark.parametrize(
    ("tag", "unspaced"), [("zh", True), ("YUE-hk", True), ("de", False), ("qq-QQ", False)]
)
def test_any_tag_is_spaced_or_not(tag: str, unspaced: bool) -> None:
    assert is_unspaced(tag) is unspaced


def test_the_language_is_the_first_subtag() -> None:
    assert locale("fil-PH").language == "fil"


@pytest.mark.parametrize(
    "tag",
    ["", "en", "en_US", " en-US", "en-US ", "xx-XX", "zu-ZA", "ga-IE", "or-IN", "gd-GB", "la-VA"],
)
def test_another_tag_is_refused(tag: str) -> None:
    with pytest.raises(UnsupportedLocale) as caught:
        locale(tag)
    assert repr(tag) in str(caught.value)
    assert "docs/locales.md" in str(caught.value)


def test_a_bare_language_is_told_its_usual_locale() -> None:
    with pytest.raises(UnsupportedLocale, match="'en-US'"):
        locale("en")


def test_what_azure_has_and_the_model_lacks_is_said() -> None:
    with pytest.raises(UnsupportedLocale, match="the model does not know isiZulu"):
        locale("zu-ZA")


def test_a_long_tag_is_not_repeated_whole() -> None:
    with pytest.raises(UnsupportedLocale) as caught:
        locale("x" * 100_000)
    assert len(str(caught.value)) < 300
