"""Recordings and their transcript: what belongs together, and what does not."""

from pathlib import Path

import numpy as np
import pytest

from scriba.customization import acoustic_data
from scriba.customization.acoustic_data import accept, recordings, transcript_lines, utterances
from scriba.customization.imported import Findings
from scriba.errors import AudioTooLong, DatasetError

from .conftest import Pack, wav


def _accept(source: Path, target: Path, locale: str = "en-US") -> tuple[Findings, float]:
    target.mkdir(exist_ok=True)
    findings = Findings()
    _, seconds = accept(source, target, locale, findings, lambda: None)
    return findings, seconds


def _codes(findings: Findings) -> set[tuple[str, int | None, str]]:
    return {(item.where, item.line, item.code) for item in findings.rejections}


def test_recordings_come_back_with_what_is_said(pack: Pack, tmp_path: Path) -> None:
    source = pack(
        {
            "trans.txt": "\ufeffone.wav\tHello world\r\ntwo.wav\tGood bye\r\n",
            "one.wav": wav(1.0),
            "two.wav": wav(0.5, rate=8_000, channels=2),
        }
    )
    findings, seconds = _accept(source, tmp_path / "out")
    assert (findings.accepted, findings.rejected) == (2, 0)
    assert seconds == pytest.approx(1.5, abs=0.01)
    found = list(utterances(tmp_path / "out" / "audio.zip", tmp_path / "out" / "trans.txt"))
    assert [(item.name, item.text) for item in found] == [
        ("one.wav", "Hello world"),
        ("two.wav", "Good bye"),
    ]
    assert [item.samples.dtype for item in found] == [np.float32] * 2
    assert [item.samples.shape[0] / 16_000 for item in found] == pytest.approx([1.0, 0.5], abs=0.01)
    assert not (tmp_path / "out" / "draft").exists()


def test_a_recording_is_read_in_pieces(pack: Pack, tmp_path: Path) -> None:
    _accept(pack({"t.txt": "a.wav\thello", "a.wav": wav(65.0)}), tmp_path / "out")
    with recordings(tmp_path / "out" / "audio.zip", tmp_path / "out" / "trans.txt") as all_:
        (found,) = all_
        assert (found.name, found.text) == ("a.wav", "hello")
        assert [piece.size for piece in found.blocks()] == [480_000, 480_000, 80_000]
        with pytest.raises(AudioTooLong):
            list(found.blocks(longest=10))


def test_archive_and_transcript_that_do_not_belong_together(pack: Pack, tmp_path: Path) -> None:
    transcript = tmp_path / "trans.txt"
    transcript.write_text("b.wav\thello\n", "utf-8")
    with pytest.raises(DatasetError, match=r"holds no b\.wav"):
        list(utterances(pack({"a.wav": wav()}), transcript))


def test_an_import_can_be_imported(pack: Pack, tmp_path: Path) -> None:
    _accept(pack({"trans.txt": "a.wav\thello", "a.wav": wav()}), tmp_path / "out")
    findings, _ = _accept(tmp_path / "out" / "audio.zip", tmp_path / "again")
    assert (findings.accepted, findings.rejected) == (1, 0)


def test_everything_that_is_left_out_is_named(pack: Pack, tmp_path: Path) -> None:
    transcript = (
        "good.wav\tgood\n"
        "missing.wav\tnobody\n"
        "good.wav\tgood again\n"
        "no tab here\n"
        "silent.wav\t...\n"
        "broken.wav\tbroken\n"
        "short.wav\tshort\n"
        "inner.zip\tinner\n"
        "b\xe9d"
    ).encode("latin-1")
    source = pack(
        {
            "trans.txt": transcript,
            "good.wav": wav(),
            "silent.wav": wav(),
            "untold.wav": wav(),
            "broken.wav": b"this is no audio at all",
            "short.wav": wav(0.05),
            "inner.zip": b"PK\x03\x04",
            "../up.wav": wav(),
            "notes.txt": "some notes",
        }
    )
    findings, seconds = _accept(source, tmp_path / "out")
    assert findings.accepted == 1
    assert seconds == pytest.approx(1.0, abs=0.01)
    assert _codes(findings) == {
        ("../up.wav", None, "InvalidName"),
        ("trans.txt", 2, "MissingAudio"),
        ("trans.txt", 3, "DuplicateTranscript"),
        ("trans.txt", 4, "MissingTab"),
        ("trans.txt", 5, "NoWords"),
        ("trans.txt", 9, "NoUtf8WithBom"),
        ("silent.wav", None, "MissingTranscript"),
        ("untold.wav", None, "MissingTranscript"),
        ("broken.wav", None, "UnsupportedAudio"),
        ("short.wav", None, "TooShort"),
        ("inner.zip", None, "NestedArchive"),
        ("notes.txt", None, "NotAudio"),
    }
    assert findings.rejected == len(findings.rejections)


@pytest.mark.parametrize("name", ["a.wav", "A.WAV", "x/a.wav", "x\\a.wav", "./x/a.wav", "a"])
def test_a_recording_is_found_by_what_people_call_it(pack: Pack, tmp_path: Path, name: str) -> None:
    source = pack({"list.tsv": f"{name}\thello", "x/a.wav": wav()})
    assert _accept(source, tmp_path / "out")[0].accepted == 1
    assert list(transcript_lines(tmp_path / "out" / "trans.txt")) == [("x/a.wav", "hello")]


def test_a_name_in_two_folders_is_not_guessed(pack: Pack, tmp_path: Path) -> None:
    entries = {"x/a.wav": wav(), "y/a.wav": wav()}
    findings, _ = _accept(
        pack({"t.txt": "a.wav\thello\ny/a.wav\tthere", **entries}), tmp_path / "out"
    )
    assert findings.accepted == 1
    assert ("t.txt", 1, "AmbiguousAudio") in _codes(findings)


def test_long_recordings_and_letters_beyond_ascii_are_noted(pack: Pack, tmp_path: Path) -> None:
    source = pack({"t.txt": "a.wav\tnaïve", "a.wav": wav(41.0)})
    findings, _ = _accept(source, tmp_path / "en")
    assert [item.code for item in findings.notes] == ["NonAscii", "LongAudio"]
    assert findings.accepted == 1
    findings, _ = _accept(source, tmp_path / "fr", "fr-FR")
    assert [item.code for item in findings.notes] == ["LongAudio"]
    found = utterances(tmp_path / "en" / "audio.zip", tmp_path / "en" / "trans.txt", longest=40)
    assert list(found) == []


def test_a_recording_longer_than_is_accepted(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acoustic_data, "LONGEST", 2.0)
    source = pack({"t.txt": "a.wav\thello\nb.wav\tyou", "a.wav": wav(3.0), "b.wav": wav(1.0)})
    findings, _ = _accept(source, tmp_path / "out")
    assert _codes(findings) == {("a.wav", None, "TooLong")}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"a.wav": wav()}, "no transcript"),
        ({"a.txt": "x", "b.txt": "y"}, "2 text files"),
        ({"a.txt": "x\n", "b.wav": wav()}, None),
    ],
)
def test_which_transcript(
    pack: Pack, tmp_path: Path, entries: dict[str, bytes | str], message: str | None
) -> None:
    if message is None:
        assert _accept(pack(entries), tmp_path / "out")[0].accepted == 0
    else:
        with pytest.raises(DatasetError, match=message):
            _accept(pack(entries), tmp_path / "out")


def test_of_several_texts_the_one_named_trans(pack: Pack, tmp_path: Path) -> None:
    source = pack({"readme.txt": "hello", "Trans.txt": "a.wav\thi", "a.wav": wav()})
    assert _accept(source, tmp_path / "out")[0].accepted == 1


def test_more_recordings_than_are_accepted(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acoustic_data, "MAX_RECORDINGS", 2)
    with pytest.raises(DatasetError, match="3 recordings; at most 2"):
        _accept(pack({"t.txt": "a\tb", **{f"{n}.wav": b"" for n in range(3)}}), tmp_path / "out")
