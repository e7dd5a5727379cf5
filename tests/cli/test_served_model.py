"""`--model-manifest`: what a manifest lists is fetched, checked, and later served offline."""

import hashlib
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scriba.cli.served_model import open_recognizers, served_model
from scriba.errors import ModelError, NetworkError
from scriba.resources.entity import new_id
from scriba.settings import Settings, load_settings
from scriba.speech import Bundle, catalogue
from scriba.speech.catalogue import Model, ModelFile
from scriba.speech.cpu import Layout

NAMES = ("config.json", "model.bin", "tokenizer.json", "vocabulary.txt")
ID = new_id()


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model of the catalogue whose files are small, in the folder `base` beside the manifest."""
    folder = tmp_path / "offered" / "base"
    folder.mkdir(parents=True)
    files = []
    for name in NAMES:
        data = f"this is {name}".encode()
        (folder / name).write_bytes(data)
        files.append(ModelFile(name, len(data), hashlib.sha256(data).hexdigest()))
    made = Model("little", (), "somebody/little", "1", "MIT", None, tuple(files))
    for module in ("scriba.speech.catalogue", "scriba.cli.served_model", "scriba.speech.bundle"):
        monkeypatch.setattr(f"{module}.MODELS", (made,))
    monkeypatch.setattr("scriba.cli.served_model.find", lambda name: catalogue.find(name, (made,)))
    return made


@pytest.fixture
def offered(tmp_path: Path, base: Model) -> Path:
    """A folder with a trained model without weights of its own, and its manifest."""
    folder = tmp_path / "offered"
    trained = tmp_path / "trained"
    trained.mkdir()
    (trained / "formatting.md").write_text("#rewrite\nhello\tHALLO\n", encoding="utf-8")
    Bundle.write(trained, base=base.id, locale="en-US")
    for path in trained.iterdir():
        shutil.copy(path, folder)
    write(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        data_dir=tmp_path / "data",
        model_dir=tmp_path / "models",
        allow_private_addresses="127.0.0.0/8",
    )


def write(folder: Path, address: str = "", **changes: Any) -> None:
    names = ["model.json", "formatting.md", *(f"base/{name}" for name in NAMES)]
    listed = [{"name": name, "contentUrl": f"{address}/{name}"} for name in names]
    manifest = {"model": {"self": f"http://somewhere/speechtotext/models/{ID}?api-version=1"}}
    (folder / "m.json").write_text(json.dumps({**manifest, "modelFiles": listed} | changes))


@pytest.fixture
def served(offered: Path) -> Iterator[str]:
    """The folder over HTTP, its manifest with addresses."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(offered))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    write(offered, address)
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def test_files_beside_the_manifest_are_taken(
    offered: Path, settings: Settings, base: Model
) -> None:
    found = served_model(str(offered / "m.json"), settings)
    assert found.name == ID
    assert (found.bundle.base, set(found.bundle.files)) == ("little", {"formatting.md"})
    assert found.weights == settings.model_dir / "little"
    assert (found.weights / "model.bin").read_bytes() == b"this is model.bin"


def test_what_was_fetched_once_is_served_without_network(
    served: str, offered: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    first = served_model(f"{served}/m.json?signature=1", settings)
    assert "fetching base/model.bin" in capsys.readouterr().out
    for path in offered.rglob("*"):
        if path.is_file():
            path.unlink()
    assert served_model(f"{served}/m.json?signature=2", settings) == first
    assert capsys.readouterr().out == ""


def test_a_manifest_elsewhere_is_fetched_from_its_addresses(
    served: str, offered: Path, settings: Settings, tmp_path: Path
) -> None:
    shutil.copy(offered / "m.json", tmp_path / "alone.json")
    assert served_model(str(tmp_path / "alone.json"), settings).name == ID


def test_private_addresses_are_refused_unless_they_are_allowed(served: str, tmp_path: Path) -> None:
    strict = load_settings(data_dir=tmp_path / "data", model_dir=tmp_path / "models")
    with pytest.raises(NetworkError, match="SCRIBA_ALLOW_PRIVATE_ADDRESSES"):
        served_model(f"{served}/m.json", strict)


@pytest.mark.parametrize("name", ["formatting.md", "base/model.bin"])
def test_files_that_are_not_what_they_should_be_are_refused(
    offered: Path, settings: Settings, name: str
) -> None:
    data = (offered / name).read_bytes()
    (offered / name).write_bytes(data[:-1] + b"?")
    with pytest.raises(ModelError, match="its SHA-256 differs"):
        served_model(str(offered / "m.json"), settings)
    (offered / name).write_bytes(data + b"more")
    with pytest.raises(ModelError, match="has more than"):
        served_model(str(offered / "m.json"), settings)
    (offered / name).write_bytes(data)
    assert served_model(str(offered / "m.json"), settings).name == ID


def test_a_base_model_has_the_catalogues_files(
    offered: Path, settings: Settings, base: Model
) -> None:
    source = {"repository": base.repository, "revision": base.revision}
    listed = [{"name": file.name} for file in base.files]
    for name in NAMES:
        shutil.copy(offered / "base" / name, offered)
    write(offered, modelFiles=listed, properties={"source": source})
    found = served_model(str(offered / "m.json"), settings)
    assert (found.bundle, found.weights) == (Bundle("little"), settings.model_dir / "little")
    assert served_model(str(offered / "m.json"), settings) == found


def test_another_model_in_the_same_file_is_another_model(offered: Path, settings: Settings) -> None:
    served_model(str(offered / "m.json"), settings)
    other = new_id()
    write(offered, model={"self": f"http://somewhere/models/{other}"})
    assert served_model(str(offered / "m.json"), settings).name == other


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"modelFiles": None}, "no list `modelFiles`"),
        ({"modelFiles": [{}] * 100}, "no list `modelFiles`"),
        ({"modelFiles": [{"name": 1, "contentUrl": "x"}]}, "a name and a contentUrl"),
        ({"modelFiles": [{"name": "model.json"}]}, "does not list formatting.md"),
        ({"modelFiles": [{"name": "x"}]}, "names no model of this version's catalogue"),
        ({"modelFiles": [], "properties": {"source": 1}}, "names no model of"),
    ],
)
def test_a_manifest_that_is_none_says_why(
    offered: Path, settings: Settings, changes: dict[str, Any], said: str
) -> None:
    write(offered, **changes)
    with pytest.raises(ModelError) as caught:
        served_model(str(offered / "m.json"), settings)
    assert said in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"[" * 100_000, b"x" * (2 << 20)])
def test_a_file_that_is_no_manifest_says_so(
    tmp_path: Path, settings: Settings, data: bytes
) -> None:
    (tmp_path / "m.json").write_bytes(data)
    with pytest.raises(ModelError, match="is not a manifest of a model"):
        served_model(str(tmp_path / "m.json"), settings)
    with pytest.raises(ModelError, match=r"nothing\.json: No such file"):
        served_model(str(tmp_path / "nothing.json"), settings)


def test_the_served_model_answers(tmp_path: Path, tiny_model: Path, model_dir: Path) -> None:
    trained = tmp_path / "trained"
    trained.mkdir()
    (trained / "formatting.md").write_text("#rewrite\nhello\tHALLO\n", encoding="utf-8")
    Bundle.write(trained, base="tiny.en", locale="en-US")
    write(trained)
    settings = load_settings(
        data_dir=tmp_path / "data", model_dir=model_dir, model_manifest=str(trained / "m.json")
    )
    owner, speech, base = open_recognizers(settings, Layout(1, 1, "test"))
    assert (owner.model_name, speech.model_name, base) == ("tiny.en", ID, "tiny.en")
    speech.check()
    owner.close()
