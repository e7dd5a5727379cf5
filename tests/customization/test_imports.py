"""The import of a dataset as a whole: published examples, reports, and what cannot be used."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.customization.imports import Imported, import_dataset
from scriba.customization.kinds import MAX_BYTES, DatasetKind
from scriba.errors import DatasetError

from .conftest import Pack, wav


def _import(kind: DatasetKind, source: Path, target: Path, locale: str = "en-US") -> Imported:
    return import_dataset(kind, source, locale, target, check=lambda: None)


@pytest.mark.parametrize(
    ("kind", "name", "accepted", "rejected"),
    [
        (DatasetKind.LANGUAGE, "biology-plain-text.txt", 116, []),
        (DatasetKind.LANGUAGE, "general-related-text.txt", 28, []),
        (DatasetKind.PRONUNCIATION, "biology-pronunciation.txt", 6, []),
        (DatasetKind.PRONUNCIATION, "general-pronunciation.txt", 3, []),
        (DatasetKind.LANGUAGE_MARKDOWN, "general-structured-text.md", 11, []),
        # "bye bye bye bye" and "la la la la": more repetitions than the format allows.
        (DatasetKind.LANGUAGE_MARKDOWN, "media-structured-text.md", 1798, [1508, 1582]),
        (DatasetKind.ACOUSTIC, "general-audio-and-trans.zip", 1, []),
    ],
)
def test_published_examples(
    samples: Path,
    tmp_path: Path,
    kind: DatasetKind,
    name: str,
    accepted: int,
    rejected: list[int],
) -> None:
    found = _import(kind, samples / name, tmp_path / "out")
    assert (found.accepted, found.rejected) == (accepted, len(rejected))
    assert [item.line for item in found.rejections] == rejected
    for file in found.files:
        assert file.path.stat().st_size > 0
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["acceptedLineCount"] == accepted
    assert [item["lineNumber"] for item in report["rejections"]] == rejected


def test_the_files_and_their_kinds(pack: Pack, tmp_path: Path, samples: Path) -> None:
    acoustic = pack({"t.txt": "a.wav\thello", "a.wav": wav()})
    found = _import(DatasetKind.ACOUSTIC, acoustic, tmp_path / "acoustic")
    assert {file.name: file.kind for file in found.files} == {
        "audio.zip": "AcousticDataArchive",
        "trans.txt": "AcousticDataTranscriptionV2",
        "report.json": "DatasetReport",
    }
    text = _import(DatasetKind.LANGUAGE, samples / "biology-plain-text.txt", tmp_path / "text")
    assert {file.name: file.kind for file in text.files} == {
        "language_data.txt": "LanguageData",
        "report.json": "DatasetReport",
    }
    assert text.seconds is None
    rules = tmp_path / "rules"
    rules.write_text("#rewrite\nacme\tACME\n", "utf-8")
    formatting = _import(DatasetKind.OUTPUT_FORMATTING, rules, tmp_path / "formatting")
    assert {file.name: file.kind for file in formatting.files} == {
        "output_formatting_data.md": "OutputFormattingData",
        "report.json": "DatasetReport",
    }


def test_audio_files_come_one_by_one(pack: Pack, tmp_path: Path) -> None:
    source = pack({"x/a.wav": wav(1.0), "b.wav": wav(2.0), "c.txt": "hello", "d.wav": b"no"})
    found = _import(DatasetKind.AUDIO_FILES, source, tmp_path / "out")
    audio = [file for file in found.files if file.kind == "Audio"]
    assert [(file.name, file.seconds) for file in audio] == [("x/a.wav", 1.0), ("b.wav", 2.0)]
    assert found.seconds == 3.0
    assert [(item.where, item.code) for item in found.rejections] == [
        ("c.txt", "NotAudio"),
        ("d.wav", "UnsupportedAudio"),
    ]
    # Names from outside are no paths.
    kept = {path.name for path in (tmp_path / "out" / "audio").iterdir()}
    assert kept == {file.path.name for file in audio} == {"00000", "00001"}


def test_the_report_names_every_line(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_text("good line\n\nhttp://bad\n...\n", "utf-8")
    found = _import(DatasetKind.LANGUAGE, source, tmp_path / "out", "de-DE")
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report == {
        "kind": "Language",
        "locale": "de-DE",
        "acceptedLineCount": 1,
        "rejectedLineCount": 2,
        "rejections": [item.to_json() for item in found.rejections],
        "rejectionsNotNamed": 0,
        "notes": [],
        "notesByCode": {},
    }
    assert [item["lineNumber"] for item in report["rejections"]] == [3, 4]


@pytest.mark.parametrize(
    ("kind", "content", "code", "message"),
    [
        (DatasetKind.LANGUAGE, b"", "InvalidDataset", "the file is empty"),
        (DatasetKind.LANGUAGE, b"\n\n", "InvalidDataset", "it is empty"),
        (DatasetKind.LANGUAGE, b"...\n", "InvalidDataset", "line 1: the line holds no word"),
        (DatasetKind.LANGUAGE, "grün\nrot\nweiß".encode("latin-1"), "NoUtf8WithBom", "2 lines"),
        (DatasetKind.LANGUAGE, "hallo".encode("utf-16-le"), "NoUtf8WithBom", "UTF-16"),
        (DatasetKind.PRONUNCIATION, b"no tab", "InvalidDataset", "no tab"),
        (DatasetKind.ACOUSTIC, b"a.wav\thello", "InvalidDataset", "ZIP archive is expected"),
        (DatasetKind.AUDIO_FILES, wav(0.1), "InvalidDataset", "a recording, where a ZIP"),
        (DatasetKind.LANGUAGE, b"PK\x03\x04", "InvalidDataset", "ZIP archive"),
    ],
)
def test_what_cannot_be_used_at_all(
    tmp_path: Path, kind: DatasetKind, content: bytes, code: str, message: str
) -> None:
    source = tmp_path / "in"
    source.write_bytes(content)
    with pytest.raises(DatasetError, match=message) as caught:
        _import(kind, source, tmp_path / "out")
    assert caught.value.code == code
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["error"]["code"] == code
    assert report["acceptedLineCount"] <= report["rejectedLineCount"]


@pytest.mark.parametrize("kind", DatasetKind)
def test_files_larger_than_the_kind_accepts(tmp_path: Path, kind: DatasetKind) -> None:
    source = tmp_path / "in"
    with open(source, "wb") as file:
        file.truncate(MAX_BYTES[kind] + 1)
    with pytest.raises(DatasetError, match="are accepted for") as caught:
        _import(kind, source, tmp_path / "out")
    assert caught.value.code == "QuotaViolation"


def test_stopping_comes_through(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def check() -> None:
        raise Stop

    source = tmp_path / "in"
    source.write_text("hello there\n" * 5000, "utf-8")
    with pytest.raises(Stop):
        import_dataset(DatasetKind.LANGUAGE, source, "en-US", tmp_path / "out", check=check)


@given(
    st.sampled_from(DatasetKind),
    st.sampled_from(
        [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b"#itn\n", b"@ list a =\n- "]
    ),
    st.binary(max_size=200) | st.text("ab@#-{}\t\n/\\d>[]| =\u00e4", max_size=60).map(str.encode),
)
def test_any_bytes_are_imported_or_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: DatasetKind, head: bytes, rest: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "in").write_bytes(head + rest)
    with suppress(DatasetError):
        assert _import(kind, folder / "in", folder / "out").accepted > 0
    assert (folder / "out" / "report.json").is_file()
