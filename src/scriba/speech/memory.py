"""How much memory this process may use."""

import os
from collections.abc import Iterator
from pathlib import Path

from scriba.speech.cpu import control_groups

LEAST = 512 << 20
"""Bytes for models that are taken in any case: less would not hold a small one."""


def for_models(root: Path = Path("/")) -> int:
    """Bytes for models beside the running one: a quarter of the memory, at least 512 MiB."""
    return max(usable_memory(root) // 4, LEAST)


def usable_memory(root: Path = Path("/")) -> int:
    """Bytes that the machine has, or the limit of a control group around the process if less.

    `root` is where /proc and /sys are looked up. 0 where the system does not say.
    """
    machine = _machine()
    return min([*([machine] if machine > 0 else []), *_limits(root)], default=0)


def _machine() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0


def _limits(root: Path) -> Iterator[int]:
    for folder, version in control_groups(root, "memory"):
        name = "memory.max" if version == 2 else "memory.limit_in_bytes"
        try:
            text = (folder / name).read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
        # Without a limit the one file says "max", the other a number beyond any machine.
        if text.isdecimal():
            yield int(text)
