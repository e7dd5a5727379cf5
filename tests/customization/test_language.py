"""Training on text: what is counted, what is refused, what other scripts do."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from scriba.customization import language, ngram, spoken_forms
from scriba.customization.language import adapt
from scriba.errors import DatasetError
from scriba.speech.adaptation import Adaptation
from scriba.speech.adaptation_files import PRONUNCIATIONS, WORDS
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
    assert 0 < model.asked <= 500


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


def test_new_texts_are_added_to_those_of_an_older_model(tmp_path: Path) -> None:
    old, new, both = (tmp_path / name for name in ("old", "new", "both"))
    for folder in (old, new, both):
        folder.mkdir()
    first = "the Zarvendal express\nthe zarvendal express leaves\nNASA calls"
    second = "now Quorvane calls\nthe Quorvane express\nNasa\nnasa nasa"
    (tmp_path / "old.txt").write_text("Kway\tq w a\nXyl\tzile\n", "utf-8")
    (tmp_path / "new.txt").write_text("Kuei\tq w a\nXyl\tzile\n", "utf-8")
    older = learnt(old, "en-US", text=first, pronunciation=[tmp_path / "old.txt"])
    figures = adapt(
        Indifferent(),
        "en-US",
        new,
        text=second,
        pronunciation=[tmp_path / "new.txt"],
        older=older,
    )
    assert (figures["sentences"], figures["older_sentences"]) == (6, 5)
    model = Adaptation.load(new)
    assert model is not None
    assert "the Zarvendal express" in proposed(model, "the zar vendal express")
    assert "the Quorvane express" in proposed(model, "the quor vein express")
    # As if all had been brought at once.
    whole = learnt(both, "en-US", text=f"{first}\n{second}\nKway\nXyl\nKuei\nXyl")
    assert model.vocabulary is not None
    assert whole.vocabulary is not None
    assert model.vocabulary.domain.words == whole.vocabulary.domain.words
    for one, other in zip(
        model.vocabulary.domain.grams, whole.vocabulary.domain.grams, strict=True
    ):
        assert one.keys.tolist() == other.keys.tolist()
        assert one.totals.tolist() == other.totals.tolist()
    # Where both say how the same is said, the newer counts.
    assert [(each.written, each.spoken) for each in model.pronunciations] == [
        ("Kuei", "q w a"),
        ("Xyl", "zile"),
        ("Kway", "q w a"),
    ]
    assert model.said is not None
    assert model.said.replaced("call Q W A") == "call Kuei"


def test_what_an_older_model_expects_is_kept(tmp_path: Path) -> None:
    class Knowing(Indifferent):
        def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
            return [[(word.plain, -3.0) for word in words(text)] for text in texts]

    adapt(Knowing(), "en-US", tmp_path, text="one two three")
    older = Adaptation.load(tmp_path)
    adapt(Indifferent(), "en-US", tmp_path, text="three four", older=older)
    model = Adaptation.load(tmp_path)
    assert model is not None
    assert model.vocabulary is not None
    domain = model.vocabulary.domain
    usual = {word: float(domain.general[domain.number(word)]) for word in domain.words}
    assert usual == {"one": -3.0, "two": -3.0, "three": -9.0, "four": -9.0}


def test_there_is_never_more_than_a_model_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ngram, "_MOST_BYTES", 3000)
    monkeypatch.setattr(language, "_MOST_SOUNDS", 300)
    monkeypatch.setattr(spoken_forms, "MOST_JSON", 1500)
    said = tmp_path / "pronunciation_data.txt"
    said.write_text("".join(f"W{i}\tsaid {'x' * 20}\n" for i in range(100)), "utf-8")
    text = "\n".join(f"some{'e' * (i % 50)}word{i} often" for i in range(500)) + "\n" + "x" * 20_000
    figures = adapt(Indifferent(), "en-US", tmp_path, text=text, pronunciation=[said])
    assert (tmp_path / WORDS).stat().st_size < 3500
    assert (tmp_path / PRONUNCIATIONS).stat().st_size <= 1500
    model = Adaptation.load(tmp_path)
    assert model is not None
    assert model.vocabulary is not None
    assert "often" in model.vocabulary.domain.words
    # Of 501 words with those of the pronunciations; what is longer than any word is none.
    rare, dropped, silent = figures["left_out"]
    kept = len(model.vocabulary.domain.words)
    assert rare.startswith(f"{601 - kept} words are left out")
    assert dropped.startswith(f"{100 - len(model.pronunciations)} pronunciations are left out")
    assert "not found by their sound" in silent


def test_pronunciations_of_many_datasets_have_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "MOST_PRONUNCIATIONS", 5)
    monkeypatch.setattr(spoken_forms, "MOST_PRONUNCIATIONS", 5)
    files = [tmp_path / f"{i}.txt" for i in range(3)]
    for i, file in enumerate(files):
        file.write_text("".join(f"W{i}{j}\tsaid {j}\n" for j in "abc"), "utf-8")
    figures = adapt(Indifferent(), "en-US", tmp_path, pronunciation=files)
    assert figures["pronunciations"] == 5
    (told,) = figures["left_out"]
    assert told.startswith("4 pronunciations are left out, the last ones: a model has at most 5")


def test_half_a_letter_is_no_text(tmp_path: Path) -> None:
    model = learnt(tmp_path, "en-US", text="hello \ud800 world")
    assert model.vocabulary is not None
    assert list(model.vocabulary.domain.words) == ["hello", "world"]
