"""What counts as the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.evaluation.normalise import words


@pytest.mark.parametrize(
    ("locale", "one", "other"),
    [
        ("en-US", "It's 5 o'clock.", "it is five o'clock"),
        ("en-US", "Dr. Smith paid $5.20!", "doctor smith paid five dollars twenty cents"),
        ("en-US", "We can\u2019t, um, go.", "we cannot go"),
        ("en-US", "I'd've gone", "I would have gone"),
        ("en-US", "Well-known, isn't it?", "well known is not it"),
        ("en-US", "ＡＢＣ ﬁne", "abc fine"),
        ("de-DE", "Äh, das kostet 25 Euro.", "das kostet fünfundzwanzig euro"),
        ("fr-FR", "Euh, j'ai 25 ans.", "j'ai vingt-cinq ans"),
        ("es-ES", "¿Tienes 3 gatos?", "tienes tres gatos"),
        ("ru-RU", "У меня 2 кота.", "у меня два кота"),
        ("hi-IN", "नमस्ते, दुनिया।", "नमस्ते दुनिया"),
        ("ar-EG", "مَرْحَبًا", "مرحبا"),
        ("he-IL", "שָׁלוֹם", "שלום"),
        ("ja-JP", "今日は、良い天気です。", "今日は良い天気です"),
        ("zh-CN", "我有 iPhone。", "我有iphone"),
        ("tr-TR", "İyi günler", "iyi günler"),
    ],
)
def test_the_same_words(locale: str, one: str, other: str) -> None:
    assert words(one, locale) == words(other, locale) != []


@pytest.mark.parametrize(
    ("locale", "text", "count"),
    [
        ("en-US", "John's dog's here", 3),
        ("zh-CN", "我有 iPhone", 3),
        ("ja-JP", "今日は", 3),
        ("th-TH", "สวัสดี", 4),
        ("ko-KR", "오늘 날씨가 좋다", 3),
        ("hi-IN", "नमस्ते दुनिया", 2),
    ],
)
def test_how_many(locale: str, text: str, count: int) -> None:
    assert len(words(text, locale)) == count


def test_without_spoken_forms_figures_stay() -> None:
    assert words("I have 5.", "en-US", spoken=False) == ["i", "have", "5"]


@given(st.text(max_size=60), st.sampled_from(["en-US", "de-DE", "zh-CN", "th-TH", "hi-IN", "xx"]))
def test_any_text_is_accepted(text: str, locale: str) -> None:
    for word in words(text, locale):
        assert word
        assert not any(map(str.isspace, word))
