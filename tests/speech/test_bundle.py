"""Trained models as folders: written, read, and refused when they are not what they say."""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.errors import ModelError
from scriba.speech.bundle import MANIFEST, MANIFEST_BYTES, Bundle

from .test_weights import HEADS, MATRIX, weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle without weights."""
    (tmp_path / "words.json").write_text('{"words": []}', encoding="utf-8")
    (tmp_path / "formatting.md").write_text("#ITN\n", encoding="utf-8")
    Bundle.write(tmp_path, base="base", locale="de-DE", weight=40)
    return tmp_path


def changed(folder: Path, **members: Any) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_bytes()) | members), encoding="utf-8")


def test_what_is_written_is_read(folder: Path) -> None:
    bundle = Bundle.read(folder)
    assert (bundle.base, bundle.locale, bundle.weight) == ("base", "de-DE", 40)
    assert bundle.folder == folder
    assert bundle.weights is None
    assert set(bundle.files) == {"words.json", "formatting.md"}
    assert bundle.size == sum((folder / name).stat().st_size for name in bundle.files)
    digest = hashlib.sha256((folder / "words.json").read_bytes()).hexdigest()
    assert bundle.files["words.json"].sha256 == digest


def test_weights_are_those_of_the_bundle_where_they_were_trained(folder: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes(name.encode())
    (folder / "model.bin").write_bytes(weights(MATRIX, HEADS))
    Bundle.write(folder, base="mine", locale="de-DE")
    assert Bundle.read(folder).weights == folder
    (folder / "model.bin").write_bytes(b"anything")
    Bundle.write(folder, base="mine", locale="de-DE")
    with pytest.raises(ModelError, match=r"model\.bin"):
        Bundle.read(folder)


def test_weights_without_their_vocabulary_are_refused(folder: Path) -> None:
    (folder / "model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"without config\.json and tokenizer\.json and vocab"):
        Bundle.write(folder, base="mine", locale="de-DE")


@pytest.mark.parametrize("changed", ["config.json", "tokenizer.json", "vocabulary.txt"])
def test_what_training_does_not_change_is_the_base_models(
    folder: Path, base_model: Path, changed: str
) -> None:
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(base_model / name, folder)
    (folder / "model.bin").write_bytes(b"trained")
    Bundle.write(folder, base="base", locale="de-DE")
    with (folder / changed).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match=f"{changed} is not that of the base model base"):
        Bundle.write(folder, base="base", locale="de-DE")


def test_a_changed_file_is_refused(folder: Path) -> None:
    (folder / "words.json").write_text('{"words": [1]}'[:13], encoding="utf-8")
    with pytest.raises(ModelError, match=r"words\.json is not the file that it should be"):
        Bundle.read(folder)


def test_a_file_is_hashed_again_when_asked(folder: Path) -> None:
    path = folder / "words.json"
    Bundle.read(folder)
    before = path.stat()
    path.write_text('{"words": {}}', encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    Bundle.read(folder)
    with pytest.raises(ModelError, match=r"words\.json"):
        Bundle.read(folder, rehash=True)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "formatting.md").unlink()
    with pytest.raises(ModelError, match=r"formatting\.md is missing or no plain file"):
        Bundle.read(folder)


def test_a_link_is_no_file(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_bytes((folder / "words.json").read_bytes())
    (folder / "words.json").unlink()
    (folder / "words.json").symlink_to(secret)
    with pytest.raises(ModelError, match="no plain file"):
        Bundle.read(folder)
    with pytest.raises(ModelError, match="no plain file"):
        Bundle.write(folder, base="base", locale="de-DE")


def test_a_folder_without_a_list_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.json is missing"):
        Bundle.read(tmp_path)


def test_files_that_no_model_has_are_not_taken_along(folder: Path) -> None:
    (folder / "weights.pkl").write_bytes(b"")
    with pytest.raises(ModelError, match=r"'weights\.pkl' is not a file that a model has"):
        Bundle.write(folder, base="base", locale="de-DE")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"format": 2}, "its format is not 1"),
        ({"format": None}, "its format is not 1"),
        ({"base": "../../etc"}, "`base` is not"),
        ({"base": 7}, "`base` is not"),
        ({"locale": "xx-YY"}, "`locale`: The language is not supported"),
        ({"locale": None}, "`locale` is missing"),
        ({"weight": 0}, "`weight` is not"),
        ({"weight": 101}, "`weight` is not"),
        ({"weight": True}, "`weight` is not"),
        ({"weight": "30"}, "`weight` is not"),
        ({"files": []}, "`files` is not"),
        ({"files": {f"language.{'a' * 2}{n}": {} for n in range(20)}}, "at most 16"),
        ({"files": {"words.json": 1}}, "does not say size"),
        ({"files": {"words.json": {"size": -1, "sha256": "0" * 64}}}, "size of 'words.json'"),
        ({"files": {"words.json": {"size": 1.5, "sha256": "0" * 64}}}, "size of 'words.json'"),
        ({"files": {"words.json": {"size": 1, "sha256": "0" * 63}}}, "SHA-256 of 'words.json'"),
        ({"files": {"words.json": {"size": 1 << 40, "sha256": "0" * 64}}}, "more than the"),
        ({"files": {"../words.json": {"size": 1, "sha256": "0" * 64}}}, "not a file that"),
        ({"files": {"/words.json": {"size": 1, "sha256": "0" * 64}}}, "not a file that"),
        ({"files": {"words.json\n": {"size": 1, "sha256": "0" * 64}}}, "not a file that"),
        ({"files": {"language.": {"size": 1, "sha256": "0" * 64}}}, "not a file that"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(
    folder: Path, members: dict[str, Any], message: str
) -> None:
    changed(folder, **members)
    with pytest.raises(ModelError, match=r"^The model cannot be used: .*model\.json: .*") as caught:
        Bundle.read(folder)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b"[" * 60_000,
        b"{" + b" " * MANIFEST_BYTES + b"}",
        b'{"format": 1e999}',
    ],
)
def test_a_list_that_is_none_is_refused(folder: Path, data: bytes) -> None:
    (folder / MANIFEST).write_bytes(data)
    with pytest.raises(ModelError):
        Bundle.read(folder)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["format", "base", "locale", "weight", "files"]), _JSON))
def test_any_list_is_read_or_refused(members: dict[str, Any]) -> None:
    data = json.dumps(
        {"format": 1, "base": "base", "locale": "en-US", "weight": 5, "files": {}} | members
    )
    with suppress(ModelError):
        Bundle.parse(data.encode(), Path("bundle"))
