"""The process that a model is trained in: it takes its memory with it when it ends.

It ends when its parent is gone, however that went: its standard input is a pipe that nobody else
holds, and ends with the parent. What it says are lines of JSON: how far it is, what goes into the
training log, and in the end what came of it or one sentence on what went wrong.

    python -m scriba.customization.child < an order, as one line of JSON
"""

import errno
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

from scriba.customization.order import Order
from scriba.errors import (
    DatasetError,
    ModelError,
    ScribaError,
    TrainingFailed,
    UnsupportedLocale,
)

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_NICE = 10
_MEMORY, _GONE, _FAILED = 3, 4, 1
"""What the child exits with."""
_KINDS = {
    kind.__name__: kind for kind in (DatasetError, ModelError, TrainingFailed, UnsupportedLocale)
}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_MOST_LINES = 5000
_LAST_BYTES = 4000
_OUT_OF_MEMORY = (
    "allocate memory",
    "out of memory",
    "failed to map segment",
    "bad_alloc",
    "can't start new thread",
)
"""What libraries say whose request for memory was refused."""


@dataclass
class Done:
    """What came of an order: figures of its sides, and the lines of the training log."""

    figures: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def run(order: Order, progress: Callable[[float, str], None], check: Callable[[], None]) -> Done:
    """Carry out an order in a process of its own.

    `check` is called twice a second and may raise, which ends the process. Raises DatasetError,
    ModelError, UnsupportedLocale, or TrainingFailed.
    """
    environment = dict(os.environ)
    # Threads that wait for each other by spinning take the CPU from what the service recognises.
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # torch makes a folder for programs that it compiles, and would leave it in /tmp.
    environment.setdefault("TORCHINDUCTOR_CACHE_DIR", str(order.work / "torch"))
    with tempfile.TemporaryFile(dir=order.work) as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        lines: queue.Queue[bytes | None] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(asdict(order), default=str).encode() + b"\n")
                process.stdin.flush()
            return _listen(process, order, lines, progress, check)
        except TrainingFailed:
            errors.seek(max(0, errors.seek(0, os.SEEK_END) - _LAST_BYTES))
            _log.warning("a training failed: %s", errors.read().decode(errors="replace"))
            raise
        finally:
            process.kill()
            process.wait()
            reader.join()
            process.stdout.close()
            with suppress(BrokenPipeError):
                process.stdin.close()


def _read(stream: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _listen(
    process: "subprocess.Popen[bytes]",
    order: Order,
    lines: "queue.Queue[bytes | None]",
    progress: Callable[[float, str], None],
    check: Callable[[], None],
) -> Done:
    done = Done()
    while True:
        check()
        try:
            line = lines.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            raise TrainingFailed(_reason(process.wait(), order.memory))
        said: dict[str, Any] = json.loads(line)
        if "result" in said:
            done.figures = dict(said["result"])
            return done
        if "error" in said:
            raise _error(said)
        if "log" in said:
            if len(done.lines) < _MOST_LINES:
                now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                done.lines.append(f"{now} {said['log']}")
        else:
            progress(float(said["share"]), str(said["text"]))


def _error(said: dict[str, Any]) -> ScribaError:
    if said["kind"] == DatasetError.__name__:
        return DatasetError(said["error"], code=said["code"])
    return _KINDS.get(said["kind"], TrainingFailed)(said["error"])


def _reason(code: int, memory: int) -> str:
    if code == _MEMORY:
        return f"it needs more memory than the {memory >> 20} MB that it may take"
    if code == -9:
        return "its process was killed, which systems do when memory runs out"
    return f"its process ended early ({code})"


class _Told(logging.Handler):
    """What the training logs, told to the parent."""

    def __init__(self, say: Callable[..., None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(log=record.getMessage())


def main() -> int:
    """What the child does."""
    # Whatever prints must not come between the lines that the parent reads.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**what: object) -> None:
        out.write(json.dumps(what) + "\n")
        out.flush()

    try:
        order = Order.from_json(json.loads(sys.stdin.buffer.readline()))
        _end_with_the_parent()
        with suppress(OSError):
            os.nice(_NICE)
        from scriba.customization import course

        # Libraries that are refused memory while they are loaded fail in ways of their own.
        _bound(order.memory)
        log = logging.getLogger("scriba.customization")
        log.setLevel(logging.INFO)
        log.addHandler(_Told(say))
        say(result=course.carry_out(order, lambda share, text: say(share=share, text=text)))
    except MemoryError:
        return _MEMORY
    except ScribaError as error:
        if _out_of_memory(error):
            return _MEMORY
        kind = next((each for each in _KINDS if type(error).__name__ == each), "TrainingFailed")
        first = (type(error).__doc__ or "").strip().splitlines()[0].rstrip(".")
        code = error.code if isinstance(error, DatasetError) else None
        say(kind=kind, error=str(error).removeprefix(f"{first}: "), code=code)
        return _FAILED
    except Exception as error:
        logging.getLogger(__name__).exception("unexpected")
        if _out_of_memory(error):
            return _MEMORY
        if isinstance(error, OSError) and error.errno in _FULL:
            say(kind="TrainingFailed", error="the disk that it works on is full")
            return _FAILED
        name = type(error).__name__
        say(kind="TrainingFailed", error=f"unexpected {name}; the service's log says more")
        return _FAILED
    return 0


def _out_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError) or any(text in str(error) for text in _OUT_OF_MEMORY):
            return True
        error = error.__cause__
    return False


def _end_with_the_parent() -> None:
    def wait() -> None:
        # Not through `sys.stdin`: its lock would be held when the interpreter shuts down.
        while os.read(0, 1):
            pass
        os._exit(_GONE)

    threading.Thread(target=wait, daemon=True).start()


def _bound(memory: int) -> None:
    """Let this process take `memory` bytes at most, where the system can see to that (Linux)."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        # What the system itself refuses comes as an error, not as the end of another process.
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


if __name__ == "__main__":
    sys.exit(main())
