"""500 connections of the Speech SDK's kind that are abused and gone: what they leave behind.

    python -m bench.connections --count 500 --rounds 3

Each round opens so many connections, twenty at a time, and does with them what
`tests.reliability.abuse` lists: garbage frames, messages in the wrong order, huge headers, no
audio, half a frame; three in ten are not closed before the round ends. A client that behaves
recognises the same recording all the while, and after it. Printed are its answers, how long they
took compared with a service at rest, and the service's open files, threads and resident memory.
"""

import argparse
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.reliability.abuse import abuse, recognise

from bench.service import Service

SAMPLE = Path(__file__).parents[1] / "samples" / "quilter.wav"


def left(service: Service) -> str:
    """Open files, threads and memory of the service."""
    own = Path(f"/proc/{service.pid}")
    files, threads = (sum(1 for _ in (own / name).iterdir()) for name in ("fd", "task"))
    return f"{files} files, {threads} threads, {service.resident / 2**20:.0f} MiB"


def abused(service: Service, wav: bytes, count: int) -> tuple[list[str], list[float]]:
    """What the good client is told while `count` connections are abused, and its seconds."""
    said: list[str] = []
    seconds: list[float] = []
    over = threading.Event()

    def good() -> None:
        while not over.is_set():
            begun = time.perf_counter()
            said.append(recognise(service.port, service.key, wav))
            seconds.append(time.perf_counter() - begun)

    client = threading.Thread(target=good)
    client.start()
    try:
        with ThreadPoolExecutor(20) as pool:
            jobs = [pool.submit(abuse, service.port, service.key, wav, i) for i in range(count)]
            wires = [job.result() for job in jobs]
    finally:
        over.set()
        client.join()
    for wire in wires:
        if wire is not None:
            with suppress(OSError):
                wire.socket.close()
    return said, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    wav = SAMPLE.read_bytes()
    wrong = 0
    with Service() as service:
        expected = recognise(service.port, service.key, wav)
        alone = []
        for _ in range(5):
            begun = time.perf_counter()
            recognise(service.port, service.key, wav)
            alone.append(time.perf_counter() - begun)
        rest = statistics.median(alone)
        print(f"at rest: {left(service)}; the good client took {rest:.2f} s (median of 5)")
        for number in range(1, arguments.rounds + 1):
            said, seconds = abused(service, wav, arguments.count)
            time.sleep(10)
            wrong += sum(each != expected for each in said)
            print(
                f"after round {number} of {arguments.count}: {left(service)}; the good client was "
                f"told the same {sum(each == expected for each in said)} of {len(said)} times, "
                f"median {statistics.median(seconds) / rest:.1f}, "
                f"largest {max(seconds) / rest:.1f} times as long as at rest",
                flush=True,
            )
        wrong += recognise(service.port, service.key, wav) != expected
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
