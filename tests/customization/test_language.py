"""Training on text: what is counted, what is refused, what other scripts do."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from scriba.customization.language import adapt
from scriba.errors import DatasetError
from scriba.speech.adaptation import Adaptation
from scriba.speech.domain import words
from scriba.speech.engine import TimedWord

MARKDOWN = """@ list city =
- Zarvendal
- Quorvane
@ speech:phoneticlexicon
- Quorvane/K W AO V EY N
# Trips
- a ticket to {@city} please
"""


class Indifferent:
    """A model that expects all words alike, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
        self.asked += len(texts)
        return [[(word.plain, -9.0) for word in words(text)] for text in texts]


def learnt(folder: Path, locale: str, **material: object) -> Adaptation:
    adapt(Indifferent(), locale, folder, **material)  # type: ignore[arg-type]
    found = Adaptation.load(folder, locale=locale)
    assert found is not None
    return found


def proposed(model: Adaptation, text: str) -> list[str]:
    unsure = [TimedWord(word, 0.0, 0.0, 0.3) for word in text.split()]
    return [each.text for each in model.proposals(text, unsure, 4)]


def test_all_kinds_of_text_count(tmp_path: Path) -> None:
    sentences = tmp_path / "language_data.txt"
    sentences.write_text("\ufeffThe first line\n\nand the second\n", "utf-8")
    structured = tmp_path / "text.md"
    structured.write_text(MARKDOWN, "utf-8")
    said = tmp_path / "pronunciation_data.txt"
    said.write_text("CNTK\tc n t k\n", "utf-8")
    figures = adapt(
        Indifferent(),
        "en-US",
        tmp_path,
        language=[sentences],
        markdown=[structured],
        pronunciation=[said],
        text="one more\nand another",
    )
    # Two sentences, two cities, two lines of text and two written forms.
    assert figures["sentences"] == 8
    assert figures["pronunciations"] == 2
    model = Adaptation.load(tmp_path)
    assert model is not None
    assert [each.spoken for each in model.pronunciations] == ["c n t k", "kwovein"]
    assert "a ticket to Quorvane please" in proposed(model, "a ticket to quor vein please")


def test_texts_without_a_word_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("... \n\n", "utf-8")
    with pytest.raises(DatasetError, match="no word"):
        adapt(Indifferent(), "en-US", tmp_path, language=[empty])


def test_the_base_model_is_asked_about_a_sample_only(tmp_path: Path) -> None:
    model = Indifferent()
    adapt(model, "en-US", tmp_path, text="\n".join(f"line number{i}" for i in range(3000)))
    assert 0 < model.asked <= 400


def test_a_check_ends_it_and_progress_rises(tmp_path: Path) -> None:
    shares: list[float] = []
    adapt(
        Indifferent(),
        "en-US",
        tmp_path,
        text="a b c",
        progress=lambda share, _: shares.append(share),
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(Indifferent(), "en-US", tmp_path, text="a b c", check=stop)


def test_other_alphabets_are_heard(tmp_path: Path) -> None:
    model = learnt(tmp_path, "ru-RU", text="Нажмите решётку\nНажмите звёздочку")
    assert "Нажмите решётку" in proposed(model, "Нажмите решотку")


@pytest.mark.parametrize(
    ("locale", "text"),
    [("ja-JP", "予約を変更したいです"), ("zh-CN", "请按井号键"), ("th-TH", "กรุณากดหนึ่ง")],
)
def test_scripts_without_spaces_stay_as_they_are(tmp_path: Path, locale: str, text: str) -> None:
    model = learnt(tmp_path, locale, text=text)
    assert proposed(model, text) == proposed(model, text[:3] + text[4:]) == []


def test_vowel_signs_belong_to_their_words() -> None:
    assert [word.plain for word in words("हिन्दी में, नमस्ते")] == ["हिन्दी", "में", "नमस्ते"]
    assert [word.plain for word in words("שָׁלוֹם می‌خواهم")] == ["שָׁלוֹם", "می‌خواهم"]
