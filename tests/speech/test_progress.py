import os
import subprocess
import sys

import pytest

from scriba.speech.progress import Progress

BAR = """
from scriba.speech.progress import Progress
with Progress(4 << 20, "weights", print) as progress:
    progress.at(1 << 20)
    progress.add(3 << 20)
"""


def test_without_a_terminal_a_line_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    lines: list[str] = []
    with Progress(200, "weights", lines.append) as progress:
        for second in range(12):
            clock[0] = float(second)
            progress.add(10)
    assert lines == ["weights: 35 %"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("columns", [0, 120])
def test_a_bar_on_a_terminal(columns: int) -> None:
    import fcntl
    import struct
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    subprocess.run([sys.executable, "-c", BAR], stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert "weights" in shown
    assert "100%" in shown
