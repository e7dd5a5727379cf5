"""What was learnt from text: what it proposes, how it is stored, and what damaged files do."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from scriba.customization.language import adapt
from scriba.errors import ModelError
from scriba.speech.adaptation import Adaptation
from scriba.speech.adaptation_files import NUMBERS, PRONUNCIATIONS, WORDS
from scriba.speech.domain import words
from scriba.speech.engine import TimedWord
from scriba.speech.phrase_list import variants
from scriba.speech.said import Pronunciation, Said, spoken_in

LINES = """To repeat this message press 5.
Please enter the extension of the person you are calling.
The conference is now locked.
press zero for the operator
"""


class Indifferent:
    """A model that expects all words alike."""

    def expected(self, texts: Sequence[str], language: str) -> list[list[tuple[str, float]]]:
        return [[(word.plain, -9.0) for word in words(text)] for text in texts]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pronounced = tmp_path / "pronunciations.txt"
    pronounced.write_text("3CPO\tthree c p o\n", "utf-8")
    target = tmp_path / "model"
    target.mkdir()
    adapt(Indifferent(), "en-US", target, text=LINES, pronunciation=[pronounced])
    return target


def timed(text: str, unsure: str) -> list[TimedWord]:
    return [TimedWord(w, 0.0, 0.0, 0.3 if w in unsure.split() else 0.999) for w in text.split()]


@pytest.mark.parametrize(
    ("text", "unsure", "expected"),
    [
        ("the comference is now locked", "comference", "the conference is now locked"),
        ("Pleas enter the extension", "Pleas", "Please enter the extension"),
        ("press zero for the opera tour", "opera tour", "press zero for the operator"),
        ("To repeat this message Press fife", "Press fife", "To repeat this message Press 5"),
    ],
)
def test_what_the_domain_says_is_proposed(
    folder: Path, text: str, unsure: str, expected: str
) -> None:
    learnt = Adaptation.load(folder)
    assert learnt is not None
    found = learnt.proposals(text, timed(text, unsure), 4)
    assert found[0].text == expected
    assert found[0].promise > 0


def test_what_is_sure_or_sounds_like_nothing_known_is_left_alone(folder: Path) -> None:
    learnt = Adaptation.load(folder)
    assert learnt is not None
    text = "the comference is now locked"
    assert learnt.proposals(text, timed(text, ""), 4) == []
    text = "Bananas grow quickly"
    assert learnt.proposals(text, timed(text, text), 4) == []


def test_a_text_of_the_domain_gains_and_others_do_not(folder: Path) -> None:
    learnt, stronger = Adaptation.load(folder, 30), Adaptation.load(folder, 100)
    assert learnt is not None
    assert stronger is not None
    said = [(word, -9.0) for word in ("the", "conference", "is", "now", "locked")]
    assert stronger.gain(said) > learnt.gain(said) > 5
    # One known word in a strange sentence is no reason.
    strange = [(word, -9.0) for word in ("we", "went", "up", "the", "hill", "in", "spring")]
    assert abs(learnt.gain(strange)) < 1.0


def test_what_is_saved_is_loaded(folder: Path, tmp_path: Path) -> None:
    learnt = Adaptation.load(folder, 50, "en-GB")
    assert learnt is not None
    assert (learnt.weight, learnt.locale, learnt.language) == (50, "en-GB", "en")
    assert [(p.written, p.spoken) for p in learnt.pronunciations] == [("3CPO", "three c p o")]
    again = tmp_path / "again"
    again.mkdir()
    learnt.save(again)
    for name in (WORDS, PRONUNCIATIONS):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    assert Adaptation.load(tmp_path) is None


def test_damaged_files_are_refused(folder: Path) -> None:
    good = (folder / NUMBERS).read_bytes()
    with np.load(folder / NUMBERS) as archive:
        arrays = {name: archive[name] for name in archive.files}
    for name, array in arrays.items():
        for bad in (array[:-1], array.astype(np.float64), array[None]):
            np.savez(folder / NUMBERS, **{**arrays, name: bad})
            with pytest.raises(ModelError):
                Adaptation.load(folder)
    for name in ("lengths", "phrases", "of_key", "starts", "entries", "totals2"):
        np.savez(folder / NUMBERS, **{**arrays, name: arrays[name] + 7})
        with pytest.raises(ModelError):
            Adaptation.load(folder)
    np.savez(folder / NUMBERS, **{**arrays, "phrases": np.array([object()] * 3)})
    with pytest.raises(ModelError):
        Adaptation.load(folder)
    for content in (b"", good[:100], b"PK\x03\x04" + good[9:]):
        (folder / NUMBERS).write_bytes(content)
        with pytest.raises(ModelError):
            Adaptation.load(folder)
    (folder / NUMBERS).unlink()
    with pytest.raises(ModelError):
        Adaptation.load(folder)


def test_an_archive_that_unpacks_to_too_much_is_refused(folder: Path) -> None:
    with zipfile.ZipFile(folder / NUMBERS, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(9):
            archive.writestr(f"a{i}.npy", b"\0" * (64 << 20))
    with pytest.raises(ModelError, match="limit"):
        Adaptation.load(folder)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": 2}',
        '{"format": 1, "words": "ab"}',
        '{"format": 1, "words": [1]}',
        "[" * 100_000,
    ],
)
def test_words_that_are_none_are_refused(folder: Path, content: str) -> None:
    (folder / WORDS).write_text(content, "utf-8")
    with pytest.raises(ModelError):
        Adaptation.load(folder)


@pytest.mark.parametrize("row", ["x", ["a"], ["a", "b", 1], [1, 2, True], {}])
def test_pronunciations_that_are_none_are_refused(folder: Path, row: object) -> None:
    content = {"format": 1, "pronunciations": [row]}
    (folder / PRONUNCIATIONS).write_text(json.dumps(content), "utf-8")
    with pytest.raises(ModelError):
        Adaptation.load(folder)


@pytest.mark.parametrize("name", [WORDS, PRONUNCIATIONS])
def test_files_that_would_fill_the_memory_are_refused(folder: Path, name: str) -> None:
    with open(folder / name, "r+b") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(ModelError, match="67108864 is the limit"):
        Adaptation.load(folder)
    # Small in a file, twenty times as much in memory.
    listed = "[" + ",".join(["[]"] * 1_500_000) + "]"
    (folder / name).write_text(f'{{"format": 1, "words": {listed}}}', "utf-8")
    with pytest.raises(ModelError, match="2000000 values"):
        Adaptation.load(folder)


def test_phrases_that_would_fill_the_memory_are_refused(folder: Path) -> None:
    with np.load(folder / NUMBERS) as archive:
        arrays = {name: archive[name] for name in archive.files}
    count = (1 << 20) + 1
    arrays |= {"lengths": np.ones(count, np.int8), "phrases": np.full(count, 2, np.int32)}
    np.savez(folder / NUMBERS, **arrays)
    with pytest.raises(ModelError, match="phrases"):
        Adaptation.load(folder)


def test_memory_that_is_refused_is_the_models_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("scriba.speech.adaptation_files.json.loads", refused)
    with pytest.raises(ModelError, match="memory"):
        Adaptation.load(folder)


SAID = Said(
    [
        Pronunciation("3CPO", "three c p o"),
        Pronunciation("CNTK", "c n t k"),
        Pronunciation("IEEE", "i triple e"),
    ],
    spoken_in("en-US"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I saw three C P O today", "I saw 3CPO today"),
        ("C-N-T-K and c n t k.", "CNTK and CNTK."),
        ("the I triple E standard", "the IEEE standard"),
        ("three triple c", "three triple c"),
        ("", ""),
    ],
)
def test_what_is_said_word_for_word_is_written(text: str, expected: str) -> None:
    assert SAID.replaced(text) == expected


@pytest.mark.parametrize("text", ["I met 3-C-P-O", "the eye triple E standard", "Use CNDK now"])
def test_what_sounds_like_it_is_found(text: str) -> None:
    found = variants(text, SAID.phrases, 4, SAID.voice)
    assert {SAID.written[each.phrase] for each in found} < {"3CPO", "CNTK", "IEEE"}
    assert found


def test_what_people_say_anyway_is_not_written_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "pronunciations.txt"
    file.write_text("cervus\tservice\noviraptor\tover raptor\n", "utf-8")
    adapt(Indifferent(), "en-US", tmp_path, pronunciation=[file])
    learnt = Adaptation.load(tmp_path)
    assert learnt is not None
    assert learnt.said is not None
    assert learnt.said.replaced("The service is an over raptor") == "The service is an oviraptor"
