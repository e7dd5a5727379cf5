import subprocess
import sys
from pathlib import Path

from scriba.jobs.slot import Slot


def test_a_name_is_the_same_after_a_restart_and_never_another_ones(tmp_path: Path) -> None:
    first, second = Slot(tmp_path), Slot(tmp_path)
    names = first.name, second.name
    assert len(set(names)) == 2
    assert first.scratch != second.scratch
    first.close()
    again = Slot(tmp_path)
    assert again.name == names[0]
    again.close()
    again.close()
    second.close()


def test_other_folders_have_other_names(tmp_path: Path) -> None:
    one, two = Slot(tmp_path / "a"), Slot(tmp_path / "b")
    assert one.name != two.name
    one.close()
    two.close()


def test_a_killed_process_gives_its_place_back_and_its_drafts_go(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib; from scriba.jobs.slot import Slot;"
        "slot = Slot(pathlib.Path(sys.argv[1])); (slot.scratch / 'draft').touch();"
        "print(slot.name, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == -9
    slot = Slot(tmp_path)
    assert slot.name == done.stdout.strip()
    assert list(slot.scratch.iterdir()) == []
    slot.close()
