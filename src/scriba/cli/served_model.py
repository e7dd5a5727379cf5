"""`scriba serve --model-manifest`: the model that a manifest lists, offline once it is here.

A manifest is what `GET /models/{id}/manifest` answers: names and addresses of files. What each file
has to be is said by the model's own list (`model.json`) and by the catalogue, not by the manifest.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from scriba.cli.models import ready_model
from scriba.errors import ModelError, NetworkError
from scriba.net.answer import check_status
from scriba.net.client import Client
from scriba.net.outgoing import open_client
from scriba.net.redact import redacted
from scriba.settings import Settings
from scriba.speech import Bundle, Recognizer, model_cache
from scriba.speech.bundle import MANIFEST, MANIFEST_BYTES
from scriba.speech.catalogue import MODELS, Model, find
from scriba.speech.cpu import Layout
from scriba.speech.fetch import fetch
from scriba.speech.model_cache import locked

FOLDER = "served"
"""Where such models lie in the data folder."""

BASE_FOLDER = "base/"
"""What the names of the base model's files begin with in the manifest of a trained one."""

_MOST_BYTES = 1 << 20
_MOST_FILES = 64
_KEY_HEADER = "Ocp-Apim-Subscription-Key"


@dataclass(frozen=True, slots=True)
class Served:
    """A model to serve: its bundle, the folder of the weights that it needs, and its name."""

    bundle: Bundle
    weights: Path
    name: str


class Opened(NamedTuple):
    """The recogniser that owns the CPU, to be closed in the end, and the one to be served.

    `base` is the id in the catalogue of the base model of what is served.
    """

    owner: Recognizer
    speech: Recognizer
    base: str


def open_recognizers(settings: Settings, layout: Layout, max_pending: int = 128) -> Opened:
    """Load what is to be served; owner and served are one and the same but for a trained model.

    Raises ModelError, NetworkError.
    """
    recognizer_of = partial(
        Recognizer,
        layout=layout,
        max_pending=max_pending,
        speaker_model=settings.speaker_model,
    )
    if settings.model_manifest is None:
        recognizer = recognizer_of(ready_model(settings))
        return Opened(recognizer, recognizer, find(settings.model).id)
    served = served_model(settings.model_manifest, settings)
    base = served.bundle.base
    owner = recognizer_of(served.weights)
    if served.bundle.folder is None:
        return Opened(owner, owner, base)
    try:
        return Opened(owner, owner.of(served.bundle, name=served.name), base)
    except BaseException:
        owner.close()
        raise


def served_model(where: str, settings: Settings, report: Callable[[str], None] = print) -> Served:
    """The model of a manifest, a file or an address; fetched unless it is here from before.

    Raises ModelError, NetworkError.
    """
    folder = settings.data_dir / FOLDER / _key(where)
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(
            folder.with_name(f".{folder.name}.lock"),
            lambda: report("another process is fetching the model; waiting for it"),
        ):
            if not folder.exists():
                _Fetching(where, settings, report).into(folder)
            return _ready(folder, settings)
    except OSError as error:
        raise ModelError(f"{folder}: {error.strerror or error}") from error


def _ready(folder: Path, settings: Settings) -> Served:
    bundle = _base(folder) or Bundle.read(folder)
    base = find(bundle.base)
    weights = bundle.weights or model_cache.load(base, settings.model_dir)
    return Served(bundle, weights, (folder / "name").read_text(encoding="ascii"))


def _base(folder: Path) -> Bundle | None:
    """A base model has no files of its own; its folder only names it."""
    try:
        return Bundle((folder / "base").read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None


class _Fetching:
    """Brings the files of one manifest here."""

    def __init__(self, where: str, settings: Settings, report: Callable[[str], None]) -> None:
        self._where = where
        self._settings = settings
        self._report = report
        self._beside = None if "://" in where else Path(where).expanduser().absolute().parent

    def into(self, folder: Path) -> None:
        draft = folder.with_name(f".{folder.name}.partial")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        try:
            with ExitStack() as stack:
                client = open_client(self._settings)
                stack.callback(client.close)
                given = self._manifest(client)
                files = _files(given)
                if MANIFEST in files:
                    self._trained(client, files, draft)
                else:
                    base = _known(given)
                    self._complete(client, base, files, "")
                    (draft / "base").write_text(base.id, encoding="ascii")
                (draft / "name").write_text(_name(given) or folder.name, encoding="ascii")
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _trained(self, client: Client, files: Mapping[str, str], draft: Path) -> None:
        self._get(client, files, MANIFEST, draft / MANIFEST, MANIFEST_BYTES)
        wanted = Bundle.parse((draft / MANIFEST).read_bytes(), draft)
        base = find(wanted.base)
        for file in wanted.files.values():
            self._get(client, files, file.name, draft / file.name, file.size)
        bundle = Bundle.read(draft)
        if bundle.weights is None:
            self._complete(client, base, files, BASE_FOLDER)

    def _complete(self, client: Client, base: Model, files: Mapping[str, str], prefix: str) -> None:
        """Have a base model in the folder of models, from the manifest if that lists it."""
        model_dir = self._settings.model_dir
        if base.folder(model_dir).exists():
            model_cache.load(base, model_dir)
            return
        if any(prefix + file.name not in files for file in base.files):
            fetch(base, model_dir, self._report)
            return
        draft = model_dir / f".{base.id}.served"
        model_dir.mkdir(parents=True, exist_ok=True)
        with locked(model_dir / f".{base.id}.lock", lambda: None):
            if base.folder(model_dir).exists():
                return
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            try:
                for file in base.files:
                    self._get(client, files, prefix + file.name, draft / file.name, file.size)
                problems = model_cache.damages(base.files, draft)
                if problems:
                    raise ModelError(problems[0])
                draft.rename(base.folder(model_dir))
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    def _get(
        self, client: Client, files: Mapping[str, str], name: str, to: Path, size: int
    ) -> None:
        """One file: from beside the manifest where it lies there, else from its address."""
        if name not in files:
            raise ModelError(f"the manifest does not list {name}")
        if self._beside is not None and (local := self._beside / name).is_file():
            if local.stat().st_size > size:
                raise ModelError(f"{local} has more than {size} bytes")
            shutil.copyfile(local, to)
            return
        address = files[name]
        if not address.startswith(("http://", "https://")):
            raise ModelError(f"{name} is not beside the manifest, which has no address for it")
        self._report(f"fetching {name}")
        try:
            client.download(address, to, max_bytes=max(size, 1))
        except NetworkError as error:
            raise ModelError(
                f"{name} cannot be fetched ({error}); addresses in a manifest are good for a time "
                "only: get a new one if it is old"
            ) from error

    def _manifest(self, client: Client) -> dict[str, Any]:
        data = _read(self._where) if self._beside is not None else self._ask(client)
        return _parsed(data, self._where)

    def _ask(self, client: Client) -> bytes:
        key = self._settings.model_manifest_key
        headers = {_KEY_HEADER: key} if key else None
        answer = client.request(
            "GET", self._where, headers=headers, follow=key is None, max_bytes=_MOST_BYTES + 1
        )
        check_status(self._where, answer)
        return answer.body


def _read(where: str) -> bytes:
    path = Path(where).expanduser()
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ModelError(f"the manifest {path}: {error.strerror or error}") from error


def _parsed(data: bytes, where: str) -> dict[str, Any]:
    try:
        given = json.loads(data) if len(data) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise ModelError(f"{redacted(where)} is not a manifest of a model")
    return given


def _files(given: Mapping[str, Any]) -> dict[str, str]:
    """The address of each file by its name."""
    listed = given.get("modelFiles")
    if not isinstance(listed, list) or len(listed) > _MOST_FILES:
        raise ModelError(f"the manifest has no list `modelFiles` of at most {_MOST_FILES}")
    files: dict[str, str] = {}
    for each in listed:
        name = each.get("name") if isinstance(each, dict) else None
        address = each.get("contentUrl", "") if isinstance(each, dict) else None
        if not isinstance(name, str) or not isinstance(address, str):
            raise ModelError(
                "`modelFiles` of the manifest has to give a name and a contentUrl each"
            )
        files[name] = address
    return files


def _name(given: Mapping[str, Any]) -> str | None:
    """The id of the model, which its address ends with."""
    model = given.get("model")
    address = model.get("self") if isinstance(model, dict) else None
    if not isinstance(address, str):
        return None
    found = re.search(r"/models/(?:base/)?([0-9a-f-]{36})(?:[/?#]|$)", address)
    return found[1] if found else None


def _known(given: Mapping[str, Any]) -> Model:
    """The model of the catalogue that a manifest without a list of its own is of."""
    properties = given.get("properties")
    source = properties.get("source") if isinstance(properties, dict) else None
    if isinstance(source, dict):
        for model in MODELS:
            if (source.get("repository"), source.get("revision")) == (
                model.repository,
                model.revision,
            ):
                return model
    raise ModelError(
        f"the manifest lists no {MANIFEST}, and names no model of this version's catalogue"
    )


def _key(where: str) -> str:
    """A name for what a manifest once led to; signatures in its address do not count."""
    if "://" in where:
        parts = urlsplit(where)
        plain = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    else:
        # Another model may have been put in the same place, so the place alone does not say it.
        model = _parsed(_read(where), where).get("model")
        plain = f"{Path(where).expanduser().absolute()} {json.dumps(model)}"
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
