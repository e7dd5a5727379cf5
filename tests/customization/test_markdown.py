"""Structured text: lists, a lexicon, sections, and what is wrong with each line."""

from pathlib import Path

import pytest

from scriba.customization import markdown
from scriba.customization.imported import Findings
from scriba.errors import DatasetError

GOOD = """\ufeff// what people order
@ list food =
- pizza
- ice cream // cold

@list Size =
- large
@ speech:phoneticlexicon
- pizza/P IY T S AH
- and/or/AE N D AO R
# Orders
- A {@Size} {@food}, please
- I want {@food}{@food} {@food} {@food} {@food}
"""


def _accept(tmp_path: Path, text: str) -> tuple[Path, Findings]:
    source, target, findings = tmp_path / "in.md", tmp_path / "out.md", Findings()
    source.write_text(text, "utf-8")
    markdown.accept(source, target, findings, lambda: None)
    return target, findings


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    target, findings = _accept(tmp_path, GOOD)
    assert (findings.accepted, findings.rejected) == (7, 0)
    text = markdown.load(target)
    assert text.lists == {"food": ("pizza", "ice cream"), "size": ("large",)}
    assert text.lexicon == (("pizza", "P IY T S AH"), ("and/or", "AE N D AO R"))
    assert next(text.sentences()) == ("A ", "size", " ", "food", ", please")


def test_accepting_again_changes_nothing(tmp_path: Path) -> None:
    target, _ = _accept(tmp_path, GOOD)
    again = tmp_path / "again.md"
    markdown.accept(target, again, Findings(), lambda: None)
    assert again.read_text("utf-8") == target.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("- lonely", 1, "NoHeading"),
        ("# two words\n- a sentence", 1, "InvalidSection"),
        ("# two words\n- a sentence", 2, "NoHeading"),
        ("@ lists x =", 1, "InvalidHeading"),
        ("@ list a/b =", 1, "InvalidHeading"),
        ("# A\nno hyphen", 2, "UnknownLine"),
        ("# A\n-", 2, "EmptyElement"),
        ("# A\n- I want {@food}", 2, "UnknownList"),
        ("@ list food =\n# A\n- I want {@food}", 3, "EmptyList"),
        ("# A\n- I want {food}", 2, "InvalidReference"),
        ("# A\n- I want {@food", 2, "InvalidReference"),
        ("# A\n- go to https://example.com", 2, "Uri"),
        ("# A\n- no no no no", 2, "TooManyRepeats"),
        ("@ list x =\n- {@y}", 2, "InvalidItem"),
        ("@ list x =\n- ...", 2, "NoWords"),
        ("@ list x =\n- " + "a" * 1001, 2, "TooLong"),
        ("@ speech:phoneticlexicon\n- word", 2, "InvalidEntry"),
        ("@ speech:phoneticlexicon\n- word/", 2, "InvalidEntry"),
        ("@ speech:phoneticlexicon\n- a/B\n- A/B", 3, "Duplicate"),
        ("@ speech:phoneticlexicon\n- a/B\n- a/C\n- a/D", 4, "TooManyPronunciations"),
        ("# A\n- bell\a", 2, "InvalidCharacters"),
    ],
)
def test_each_line_that_is_wrong_is_named(tmp_path: Path, text: str, line: int, code: str) -> None:
    _, findings = _accept(tmp_path, text)
    assert (line, code) in [(item.line, item.code) for item in findings.rejections]


def test_more_lists_than_are_accepted(tmp_path: Path) -> None:
    text = "".join(f"@ list l{n} =\n- x\n" for n in range(21))
    with pytest.raises(DatasetError, match="line 41: more than 20 lists") as caught:
        _accept(tmp_path, text)
    assert caught.value.code == "QuotaViolation"


def test_more_items_and_entries_than_are_accepted(tmp_path: Path) -> None:
    items = "@ list l =\n" + "".join(f"- i{n}\n" for n in range(35_002))
    entries = "@ speech:phoneticlexicon\n" + "".join(f"- w{n}/A\n" for n in range(15_001))
    _, findings = _accept(tmp_path, items + entries)
    assert findings.accepted == 35_000 + 15_000
    assert [(item.line, item.code) for item in findings.rejections] == [
        (35_002, "TooManyItems"),
        (35_003, "TooManyItems"),
        (35_003 + 1 + 15_001, "TooManyEntries"),
    ]


def test_a_list_may_stand_below_its_sentence(tmp_path: Path) -> None:
    _, findings = _accept(tmp_path, "# A\n- a {@b}\n@ list B =\n- c")
    assert (findings.accepted, findings.rejected) == (2, 0)
