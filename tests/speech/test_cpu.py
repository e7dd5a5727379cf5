from pathlib import Path

import pytest

from scriba.speech import cpu


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A root folder to write control groups into, of a machine with 16 CPUs."""
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(16)), raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_without_limits_all_cpus_count(machine: Path) -> None:
    assert cpu.usable_cpus(machine) == (16, "all of the machine")


def test_the_affinity_mask_counts(monkeypatch: pytest.MonkeyPatch, machine: Path) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 3, 4}, raising=False)
    assert cpu.usable_cpus(machine) == (3, "CPU affinity")


@pytest.mark.parametrize(
    ("quota", "cpus"),
    [("200000 100000", 2), ("250000 100000", 2), ("50000 100000", 1), ("max 100000", 16)],
)
def test_a_version_2_quota_is_rounded_down(machine: Path, quota: str, cpus: int) -> None:
    _write(machine / "proc/self/cgroup", "0::/\n")
    _write(machine / "sys/fs/cgroup/cpu.max", quota + "\n")
    assert cpu.usable_cpus(machine)[0] == cpus


def test_the_tightest_of_nested_groups_counts(machine: Path) -> None:
    _write(machine / "proc/self/cgroup", "0::/system.slice/scriba.service\n")
    _write(machine / "sys/fs/cgroup/system.slice/cpu.max", "300000 100000")
    _write(machine / "sys/fs/cgroup/system.slice/scriba.service/cpu.max", "max 100000")
    assert cpu.usable_cpus(machine) == (3, "control group quota")


def test_a_container_that_sees_the_host_s_path(machine: Path) -> None:
    _write(machine / "proc/self/cgroup", "0::/kubepods/pod1/abc\n")
    _write(machine / "sys/fs/cgroup/cpu.max", "400000 100000")
    assert cpu.usable_cpus(machine)[0] == 4


def test_a_version_1_quota(machine: Path) -> None:
    _write(machine / "proc/self/cgroup", "3:memory:/x\n4:cpu,cpuacct:/docker/abc\n")
    group = machine / "sys/fs/cgroup/cpu,cpuacct/docker/abc"
    _write(group / "cpu.cfs_quota_us", "150000")
    _write(group / "cpu.cfs_period_us", "50000")
    assert cpu.usable_cpus(machine)[0] == 3
    _write(group / "cpu.cfs_quota_us", "-1")
    assert cpu.usable_cpus(machine)[0] == 16


@pytest.mark.parametrize("content", ["", "x y z", "100000", "100000 0", "0 100000", "\xff"])
def test_nonsense_in_a_quota_is_no_limit(machine: Path, content: str) -> None:
    _write(machine / "proc/self/cgroup", "nonsense\n0::/../..\n")
    _write(machine / "sys/fs/cgroup/cpu.max", content)
    assert cpu.usable_cpus(machine)[0] == 16


@pytest.mark.parametrize("cpus", range(1, 65))
def test_a_layout_never_takes_more_than_there_is(cpus: int) -> None:
    layout = cpu.choose(cpus)
    assert 1 <= layout.workers * layout.threads <= cpus
    assert str(cpus) in layout.reason


def test_what_is_set_is_kept() -> None:
    layout = cpu.choose(8, threads=3, workers=5)
    assert (layout.workers, layout.threads) == (5, 3)
    assert "workers=5, threads=3 as set" in layout.reason
    assert cpu.choose(8, workers=4).threads == 2
    assert cpu.choose(8, threads=8).workers == 1
    assert cpu.choose(2, threads=4).workers == 1


def test_a_cuda_device_is_taken_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, machine: Path
) -> None:
    monkeypatch.setattr(cpu, "cuda_devices", lambda: 1)
    assert cpu.detect().device == "cuda"
    assert cpu.detect().compute_type == "float16"
    assert cpu.detect(device="cpu").device == "cpu"
    monkeypatch.setattr(cpu, "cuda_devices", lambda: 0)
    assert cpu.detect().device == "cpu"
