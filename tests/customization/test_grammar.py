"""Structured text as sentences."""

from pathlib import Path

import pytest

from scriba.customization import grammar
from scriba.customization.grammar import expanded
from scriba.customization.markdown import Structured, load

TEXT = """@ list food =
- pizza
- pasta
- soup
@ list drink =
- tea
- milk
# Orders
- I want {@food} and {@drink} please
- Nothing, thanks
- {@food}
"""


@pytest.fixture
def text(tmp_path: Path) -> Structured:
    path = tmp_path / "text.md"
    path.write_text(TEXT, "utf-8")
    return load(path)


def test_each_item_stands_in_the_places_that_name_its_list(text: Structured) -> None:
    found = list(expanded(text))
    assert found[:3] == [
        "I want pizza and tea please",
        "I want pasta and milk please",
        "I want soup and milk please",
    ]
    assert found[3:] == ["Nothing, thanks", "pizza", "pasta", "soup"]


def test_products_of_lists_stay_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = [f"@ list l{n} =\n" + "".join(f"- i{n}x{i}\n" for i in range(500)) for n in range(5)]
    path = tmp_path / "text.md"
    path.write_text("".join(lists) + "# S\n- {@l0} {@l1} {@l2} {@l3} {@l4}\n" * 3, "utf-8")
    found = list(expanded(load(path)))
    assert len(found) == 1500
    assert {word for sentence in found for word in sentence.split()} == {
        f"i{n}x{i}" for n in range(5) for i in range(500)
    }
    monkeypatch.setattr(grammar, "MOST_SENTENCES", 7)
    assert len(list(expanded(load(path)))) == 7


def test_sentences_that_name_long_items_stay_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "text.md"
    items = "".join(f"- {i} {'very ' * 100}long\n" for i in range(50))
    path.write_text(f"@ list l =\n{items}# S\n- {'{@l} ' * 20}\n", "utf-8")
    monkeypatch.setattr(grammar, "MOST_CHARACTERS", 50_000)
    found = list(expanded(load(path)))
    assert len(found) == 4
    assert sum(map(len, found)) <= 50_000
