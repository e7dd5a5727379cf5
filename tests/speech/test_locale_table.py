"""The table of locales in the documentation is the code's."""

from pathlib import Path

from scriba.speech.language import locales
from scriba.speech.locale_table import locale_table

DOCUMENT = Path(__file__).parents[2] / "docs" / "locales.md"


def test_the_documentation_holds_the_table() -> None:
    assert locale_table() in DOCUMENT.read_text("utf-8"), (
        "run `python -m scriba.speech.locale_table` and put its output into docs/locales.md"
    )


def test_there_is_a_row_for_every_locale() -> None:
    rows = locale_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [one.tag for one in locales()]
    assert all(row.count("|") == 8 for row in rows)
