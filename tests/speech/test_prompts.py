"""Whisper's tokenizer."""

import json
from pathlib import Path

from scriba.speech.prompts import load_tokenizer


def _file(folder: Path, name: str, vocabulary: list[str], merges: list[str]) -> Path:
    path = folder / name
    model = {
        "type": "BPE",
        "vocab": {token: i for i, token in enumerate(vocabulary)},
        "merges": merges,
    }
    path.write_text(json.dumps({"version": "1.0", "model": model}), "utf-8")
    return path


def test_a_merge_that_the_vocabulary_implies_is_made(tmp_path: Path) -> None:
    file = _file(tmp_path, "a.json", ["G", "t", "h", "Gt", "Gth"], ["Gt h"])
    assert load_tokenizer(file).encode("Gth").ids == [4]


def test_models_with_one_tokenizer_share_it(tmp_path: Path) -> None:
    first = _file(tmp_path, "a.json", ["a", "b", "ab"], ["a b"])
    same = _file(tmp_path, "b.json", ["a", "b", "ab"], ["a b"])
    other = _file(tmp_path, "c.json", ["b", "a", "ab"], ["a b"])
    assert load_tokenizer(first) is load_tokenizer(same)
    assert load_tokenizer(other).encode("b").ids == [0]
    assert load_tokenizer(first).encode("b").ids == [1]
