"""How many recognitions to compute at once, and with how many threads each."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

WORKERS = 4
"""Workers beyond this number are not made: each takes about 80 MB while it works."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`workers` recognitions at a time of `threads` CPU threads each, and why these numbers."""

    workers: int
    threads: int
    reason: str
    device: Literal["cpu", "cuda"] = "cpu"
    compute_type: str = "int8"


def choose(cpus: int, threads: int = 0, workers: int = 0) -> Layout:
    """The layout for `cpus` usable CPUs; `threads` and `workers` above 0 are kept as given.

    Rule: a worker for each CPU, at most four, which share all CPUs evenly as threads. A decoder's
    steps are small: on two CPUs, two workers of one thread took four fifths of the time that one
    worker of two threads took, alone and under load (`docs/recogniser.md`).
    """
    cpus = max(cpus, 1)
    given = [f"{name}={n}" for name, n in (("workers", workers), ("threads", threads)) if n > 0]
    if workers <= 0:
        workers = max(cpus // threads, 1) if threads > 0 else min(cpus, WORKERS)
    if threads <= 0:
        threads = max(cpus // workers, 1)
    reason = f"{cpus} usable CPU{'s' if cpus > 1 else ''}"
    return Layout(workers, threads, f"{reason}, {', '.join(given)} as set" if given else reason)


def detect(
    threads: int = 0, workers: int = 0, device: Literal["auto", "cpu", "cuda"] = "auto"
) -> Layout:
    """The layout for this machine or container; `auto` takes a CUDA device if there is one."""
    cpus, why = usable_cpus()
    layout = choose(cpus, threads, workers)
    if device == "cpu" or (device == "auto" and cuda_devices() == 0):
        return Layout(layout.workers, layout.threads, f"{layout.reason} ({why})")
    # One stream of batches keeps a GPU busy; more workers only add copies of the model to it.
    return Layout(
        max(workers, 1), layout.threads, f"CUDA device; {layout.reason} ({why})", "cuda", "float16"
    )


def cuda_devices() -> int:
    """The number of CUDA devices that the engine can use."""
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())


def usable_cpus(root: Path = Path("/")) -> tuple[int, str]:
    """The whole CPUs this process may use, at least 1, and what limits them.

    The least of the machine's CPUs, the affinity mask and the quotas of the process's control
    group and all groups around it (version 1 and 2), rounded down. `root` is where /proc and /sys
    are looked up.
    """
    count = os.cpu_count() or 1
    limits: list[tuple[float, str]] = [(count, "all of the machine")]
    if sys.platform == "linux":
        limits.append((len(os.sched_getaffinity(0)), "CPU affinity"))
        limits += [(quota, "control group quota") for quota in _quotas(root)]
    least, why = min(limits, key=lambda limit: limit[0])
    return max(int(least), 1), why


def _quotas(root: Path) -> Iterator[float]:
    for folder, version in control_groups(root, "cpu"):
        quota = _quota_v2(folder) if version == 2 else _quota_v1(folder)
        if quota is not None and quota > 0:
            yield quota


def control_groups(root: Path, controller: str) -> Iterator[tuple[Path, int]]:
    """The folders of this process's control groups, inner ones first, and their version.

    Of version 1 those that can limit what `controller` ("cpu", "memory") names.
    """
    mount = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            # A hybrid machine mounts version 2 one level deeper.
            bases, version = [mount, mount / "unified"], 2
        elif controller in controllers.split(","):
            bases, version = [mount / controllers, mount / controller, mount / "cpu,cpuacct"], 1
        else:
            continue
        # Inside a container the path may be the host's; the folders that do not exist are skipped
        # and the mount point itself is then the container's group.
        parts = [part for part in path.split("/") if part not in ("", "..")]
        for base in bases:
            for depth in range(len(parts), -1, -1):
                folder = base.joinpath(*parts[:depth])
                if folder.is_dir():
                    yield folder, version


def _quota_v2(folder: Path) -> float | None:
    quota, _, period = _text(folder / "cpu.max").partition(" ")
    return _ratio(quota, period)


def _quota_v1(folder: Path) -> float | None:
    quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
    return _ratio(quota, period)


def _ratio(quota: str, period: str) -> float | None:
    try:
        return int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
