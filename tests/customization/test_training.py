"""Models of one's own, from files to a bundle."""

import importlib.util
import json
from pathlib import Path

import pytest

from scriba.customization import training
from scriba.customization.general import general_speech
from scriba.customization.training import Limits, Material, share, train
from scriba.errors import DatasetError, TrainingUnavailable
from scriba.speech.adaptation import Adaptation
from scriba.speech.adaptation_files import WORDS
from scriba.speech.bundle import FORMATTING, Bundle
from scriba.speech.catalogue import ModelFile
from scriba.speech.cpu import Layout
from scriba.speech.whisper import Whisper

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: make train-deps"
)


def test_weight_moves_the_blend() -> None:
    assert share(30, 0.8) == pytest.approx(0.8)
    assert share(15, 0.8) == pytest.approx(0.4)
    assert share(100, 0.4) == pytest.approx(1.0)
    shares = [share(weight, 0.4) for weight in range(1, 101)]
    assert shares == sorted(shares)


def test_without_torch_the_way_to_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriba.customization.training.torch_is_there", lambda: False)
    material = Material(acoustic=general_speech("en-US"))
    with pytest.raises(TrainingUnavailable, match="make train-deps"):
        train(tmp_path, "base", material, "en-US", 30, tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_nothing_to_train_on(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nothing to train on"):
        train(tmp_path, "base", Material(), "en-US", 30, tmp_path / "model")


def test_an_own_model_keeps_its_texts(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "pronunciation_data.txt"
    said.write_text("3CPO\tthree c p o\n", "utf-8")
    rules = tmp_path / "output_formatting_data.md"
    rules.write_text("#rewrite\none\tOne\n", "utf-8")
    monkeypatch.setattr("scriba.customization.training.general_speech", lambda tag: ())
    first = train(
        tiny_model,
        "tiny.en",
        Material(text="the Zarvendal express", pronunciation=(said,), formatting=(rules,)),
        "en-US",
        30,
        tmp_path / "first",
    )
    assert first.acoustic is None
    assert first.language is not None
    assert first.language["general"] is None
    (note,) = first.notes
    assert "English only" in note
    assert note in first.log
    rules.write_text("#rewrite\nONE\t1\ntwo\t2\n", "utf-8")
    second = train(
        tiny_model,
        "tiny.en",
        Material(text="the Quorvane express", formatting=(rules,)),
        "en-US",
        40,
        tmp_path / "second",
        base_bundle=tmp_path / "first",
        general=(),
    )
    assert second.language is not None
    assert second.language["older_sentences"] == 2
    assert second.formatting == 2
    assert second.notes == ("of #rewrite 1 left out: the old wording stands there already",)
    # What is brought later counts.
    assert (tmp_path / "second" / FORMATTING).read_text("utf-8").splitlines() == [
        "#rewrite",
        "ONE\t1",
        "two\t2",
    ]
    model = Adaptation.load(tmp_path / "second")
    assert model is not None
    assert model.vocabulary is not None
    assert {"quorvane", "zarvendal"} <= set(model.vocabulary.domain.words)
    assert [each.written for each in model.pronunciations] == ["3CPO"]
    assert Bundle.read(tmp_path / "second").weight == 40


def test_texts_of_another_language_are_left_behind(tmp_path: Path) -> None:
    older = Bundle("base", "de-DE", 30, tmp_path, {WORDS: ModelFile(WORDS, 1, "0" * 64)})
    notes: list[str] = []
    texts = training._texts(Material(text="a"), 30, older, "en-US", notes)
    assert texts is not None
    assert texts.older is None
    assert "de-DE" in notes[0]
    texts = training._texts(Material(text="a"), 30, older, "de-AT", notes)
    assert texts is not None
    assert texts.older == tmp_path
    assert len(notes) == 1


@needs_torch
def test_a_model_learns_what_it_hears(tiny_model: Path, tmp_path: Path) -> None:
    heard: list[tuple[float, str]] = []
    report = train(
        tiny_model,
        "tiny.en",
        Material(acoustic=general_speech("en-US")),
        "en-US",
        100,
        tmp_path / "model",
        general=(),
        progress=lambda share, text: heard.append((share, text)),
        limits=Limits(threads=2, minutes=1.0),
    )
    bundle = Bundle.read(tmp_path / "model")
    assert (bundle.base, bundle.locale, bundle.weight) == ("tiny.en", "en-US", 100)
    assert bundle.weights is not None
    Whisper(bundle.weights, Layout(1, 1, "test"))
    figures = json.loads(json.dumps(report.to_json(), allow_nan=False))["acoustic"]
    assert figures["utterances"] == 9
    losses = [each["trained"] for each in figures["losses"] if each["trained"] is not None]
    assert losses[-1] < losses[0]
    assert figures["int8"]["errors"] <= 0.1 * figures["int8"]["words"]
    assert "9 utterances" in report.log
    assert [each.name for each in tmp_path.iterdir()] == ["model"]
    assert [share for share, _ in heard] == sorted(share for share, _ in heard)


@needs_torch
def test_a_training_that_is_stopped_leaves_nothing(tiny_model: Path, tmp_path: Path) -> None:
    seen: list[str] = []

    def check() -> None:
        if any(text.startswith("pass 1") for text in seen):
            raise KeyError("cancelled")

    material = Material(acoustic=general_speech("en-US"))
    with pytest.raises(KeyError, match="cancelled"):
        train(
            tiny_model,
            "tiny.en",
            material,
            "en-US",
            30,
            tmp_path / "model",
            progress=lambda share, text: seen.append(text),
            check=check,
        )
    assert not list(tmp_path.iterdir())
