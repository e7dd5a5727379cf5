"""Text files: encodings, line ends, and lines that are left out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.customization.imported import Findings
from scriba.customization.texts import Line, accept, clean, lines, repetition, sentence_problem
from scriba.errors import DatasetError


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Line]]:
    def reader(content: bytes, longest: int = 1000, ansi: bool = False) -> list[Line]:
        path = tmp_path / "text"
        path.write_bytes(content)
        found = lines(
            path,
            name="the file",
            max_bytes=1 << 20,
            longest=longest,
            check=lambda: None,
            ansi=ansi,
        )
        return list(found)

    return reader


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-32-le", b"\xff\xfe\0\0"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_encoding_that_says_what_it_is(
    read: Callable[..., list[Line]], encoding: str, mark: bytes, end: str
) -> None:
    text = end.join(["Grüße aus Köln", "", "zwölf Boxkämpfer "])
    found = read(mark + text.encode(encoding))
    assert [(line.number, line.text) for line in found] == [
        (1, "Grüße aus Köln"),
        (3, "zwölf Boxkämpfer"),
    ]


@given(st.lists(st.text("ab\u00e4 ", max_size=9), max_size=40), st.sampled_from(["\n", "\r\n"]))
def test_numbers_are_those_of_an_editor(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], end: str
) -> None:
    path = tmp_path_factory.mktemp("numbers") / "text"
    path.write_bytes(end.join(texts).encode())
    found = lines(path, name="x", max_bytes=1 << 20, longest=99, check=lambda: None)
    expected = [(n, " ".join(text.split())) for n, text in enumerate(texts, 1) if text.strip()]
    assert [(line.number, line.text) for line in found] == expected


def test_a_line_that_is_not_utf8_is_named_and_the_others_are_read(
    read: Callable[..., list[Line]],
) -> None:
    good, bad = read("plain\nGrüße".encode("latin-1"))
    assert good == Line(1, "plain")
    assert bad.number == 2
    assert bad.problem is not None
    assert bad.problem.code == "NoUtf8WithBom"
    assert "byte 0xFC at 3" in bad.problem.reason


def test_ansi_is_read_where_it_is_allowed(read: Callable[..., list[Line]]) -> None:
    assert read("caf\u00e9\tcaffay".encode("cp1252"), ansi=True) == [Line(1, "café\tcaffay")]


def test_utf16_without_a_mark_is_refused_with_the_reason(read: Callable[..., list[Line]]) -> None:
    with pytest.raises(DatasetError, match="without a byte order mark") as caught:
        read("hello\n".encode("utf-16-le"))
    assert caught.value.code == "NoUtf8WithBom"


def test_an_archive_is_not_read_as_text(read: Callable[..., list[Line]]) -> None:
    with pytest.raises(DatasetError, match="ZIP archive"):
        read(b"PK\x03\x04rest")


def test_a_cut_character_of_utf16_is_named(read: Callable[..., list[Line]]) -> None:
    (line,) = read(b"\xff\xfe" + "ab".encode("utf-16-le") + b"\x00")
    assert line.problem is not None
    assert line.problem.code == "NoUtf8WithBom"


def test_a_long_line_is_named_and_not_held(read: Callable[..., list[Line]]) -> None:
    found = read(b"a b\n" + b"x" * 900_000 + b"\nc d\n" + b"y" * 2000)
    assert [(line.number, line.problem and line.problem.code) for line in found] == [
        (1, None),
        (2, "TooLong"),
        (3, None),
        (4, "TooLong"),
    ]


def test_more_bytes_than_are_accepted_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"a b c\n" * 10)
    with pytest.raises(DatasetError, match="at most 50") as caught:
        list(lines(path, name="the file", max_bytes=50, longest=10, check=lambda: None))
    assert caught.value.code == "QuotaViolation"


def test_control_characters_are_named() -> None:
    problem = clean(1, "a\x07b").problem
    assert problem is not None
    assert "U+0007" in problem.reason


def test_a_heap_of_marks_is_named_and_not_sorted() -> None:
    # Sorting half a million marks by class would take hours.
    problem = clean(1, "a" + "\u0301\u0323" * 250_000).problem
    assert problem is not None
    assert problem.code == "InvalidCharacters"


def test_text_is_in_one_form() -> None:
    assert clean(1, "  cafe\u0301 \u00a0 au\u00ad lait\ufeff ").text == "café au lait"


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ("aaaa", "a"),
        ("Yeah yeah, yeah yeah!", "yeah"),
        ("that's it that's it that's it that's it", "that's it"),
        ("we go on and on and on and on", None),
        ("go on and on and on and on and", "on and"),
        ("www three w's", None),
        ("yeah yeah yeah", None),
        ("1000000 and 5 5 5 5", None),
        ("so so good so so good so so bad", None),
    ],
)
def test_repetitions(text: str, repeated: str | None) -> None:
    assert repetition(text) == repeated


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("see https://example.com/x", "Uri"),
        ("see WWW.example.com", "Uri"),
        ("... - !", "NoWords"),
        ("no no no no", "TooManyRepeats"),
    ],
)
def test_sentences_that_teach_nothing(text: str, code: str) -> None:
    problem = sentence_problem(text)
    assert problem is not None
    assert problem.code == code


def test_accepted_sentences_are_written_one_a_line(tmp_path: Path) -> None:
    source, target, findings = tmp_path / "in", tmp_path / "out", Findings()
    source.write_bytes(b"\xef\xbb\xbfone\ttwo\r\n\r\nftp://x\r\nthree")
    accept(source, target, findings, lambda: None)
    assert target.read_bytes() == b"one two\nthree\n"
    assert (findings.accepted, findings.rejected) == (2, 1)
    assert findings.rejections[0].to_json() == {
        "lineNumber": 3,
        "code": "Uri",
        "reason": "an address at 1; write it as it is said",
    }
