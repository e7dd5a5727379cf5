"""Where data comes from and results may go, as jobs see it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from scriba.net.azure import Item


class Containers(Protocol):
    """Where results may go."""

    def put(self, container: str, name: str, path: Path) -> None:
        """Write a file to a container."""
        ...


class Sources(Containers, Protocol):
    """What jobs use of `scriba.net.sources.Sources`."""

    def list(self, container: str) -> Iterator[Item]:
        """What a container holds."""
        ...

    def fetch(
        self, address: str, to: Path, *, max_bytes: int | None = None, media: bool = True
    ) -> object:
        """Write what is at an address to a file."""
        ...

    def probe(self, container: str, name: str) -> None:
        """See whether a container can be written to."""
        ...
