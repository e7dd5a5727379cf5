from pathlib import Path

import pytest

from scriba.speech.memory import LEAST, for_models, usable_memory


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "proc/self").mkdir(parents=True)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")


def test_the_machine_says_how_much_there_is(root: Path) -> None:
    assert usable_memory(root) == usable_memory(Path("/nowhere")) > 0


def test_a_limit_of_a_group_around_counts(root: Path) -> None:
    write(root / "proc/self/cgroup", "0::/pod/container\n")
    write(root / "sys/fs/cgroup/pod/container/memory.max", "max\n")
    write(root / "sys/fs/cgroup/pod/memory.max", f"{1 << 30}\n")
    assert usable_memory(root) == 1 << 30
    assert for_models(root) == LEAST


def test_a_limit_of_version_1_counts(root: Path) -> None:
    write(root / "proc/self/cgroup", "5:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n")
    write(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", f"{4 << 30}\n")
    assert usable_memory(root) == min(4 << 30, usable_memory(Path("/nowhere")))


def test_an_absurd_limit_is_none(root: Path) -> None:
    write(root / "proc/self/cgroup", "5:memory:/\n")
    write(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    assert usable_memory(root) == usable_memory(Path("/nowhere"))
