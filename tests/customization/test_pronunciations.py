"""Pronunciation data: pairs of a written and a spoken form."""

from pathlib import Path

import pytest

from scriba.customization import pronunciations
from scriba.customization.imported import Findings
from scriba.customization.pronunciations import Pronunciation


def _accept(tmp_path: Path, text: bytes, locale: str = "en-US") -> tuple[Path, Findings]:
    source, target, findings = tmp_path / "in", tmp_path / "out", Findings()
    source.write_bytes(text)
    pronunciations.accept(source, target, locale, findings, lambda: None)
    return target, findings


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    target, findings = _accept(tmp_path, b"\xef\xbb\xbf3CPO\tthree c p o\r\nIEEE \t i triple e")
    assert (findings.accepted, findings.rejected) == (2, 0)
    assert list(pronunciations.read(target)) == [
        Pronunciation("3CPO", "three c p o"),
        Pronunciation("IEEE", "i triple e"),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("3CPO three c p o", "MissingTab"),
        ("a\tb\tc", "TooManyTabs"),
        ("...\tdots", "NoWords"),
        ("3CPO\t", "MissingTab"),
        ("3CPO\t-", "NoWords"),
        ("3CPO\t3 c p o", "InvalidSpokenForm"),
        ("x" * 201 + "\ty", "TooLong"),
        ("x\t" + "y" * 1001, "TooLong"),
        ("x" * 5000, "TooLong"),
        ("CNTK\tc n t k", "Duplicate"),
    ],
)
def test_each_line_that_is_wrong_is_named(tmp_path: Path, line: str, code: str) -> None:
    _, findings = _accept(tmp_path, f"CNTK\tc n t k\n{line}\n".encode())
    assert [(item.line, item.code) for item in findings.rejections] == [(2, code)]


def test_one_word_may_be_said_in_several_ways(tmp_path: Path) -> None:
    _, findings = _accept(tmp_path, b"SQL\tsequel\nSQL\ts q l\n")
    assert (findings.accepted, findings.rejected) == (2, 0)


def test_ansi_is_read_in_english_only(tmp_path: Path) -> None:
    text = "Café\tcaffay\nplain\tplain\n".encode("cp1252")
    assert _accept(tmp_path, text)[1].rejected == 0
    assert _accept(tmp_path, text, "fr-FR")[1].codes == {"NoUtf8WithBom": 1}
