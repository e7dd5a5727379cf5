"""Paths of blobs: a few parts of plain characters, so that they mean the same in any storage."""

import re

from scriba.errors import BlobError

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def parts_of(path: str) -> list[str]:
    """The parts of a path such as `resource/entity/file`; raises BlobError for any other text."""
    parts = path.split("/")
    if not all(_PART.fullmatch(part) for part in parts):
        raise BlobError(f"{path[:200]!r} is not the path of a blob")
    return parts
