"""Names of result files, made of names that come from outside."""

import re
from collections.abc import Iterable, Iterator

REPORT = "report.json"

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST = 200


def of_urls(count: int) -> Iterator[str]:
    """The published names of the results of a list of URLs."""
    return (f"contenturl_{index}.json" for index in range(count))


def of_blobs(blobs: Iterable[str]) -> Iterator[str]:
    """Names for the results of the blobs of a container: the blob's own and `.json`.

    Each is safe (no folder above, nothing a file system or a terminal would choke on) and no two
    are the same, whatever their case.
    """
    taken = {REPORT}
    for blob in blobs:
        base = _safe(blob)
        name = f"{base}.json"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{base}-{number}.json"
        taken.add(name.lower())
        yield name


def _safe(blob: str) -> str:
    parts = (part.strip() for part in blob.replace("\\", "/").split("/"))
    kept = [_UNSAFE.sub("_", part) for part in parts if part not in ("", ".", "..")]
    # The end tells files apart more often than the beginning.
    return "/".join(kept)[-_LONGEST:].lstrip("/") or "recording"
