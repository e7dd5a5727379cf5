"""The service under use: waits after the last byte in real time, memory over many requests.

    python -m bench.load --data ../shared/data

Real time: recordings of 10 to 20 s are sent at the speed at which they were spoken, in pieces of
100 ms; what counts is the wait between the last byte and the answer. Memory: 500 requests in eight
at a time, every container and language mixed; resident memory after each hundred, at once and
after ten seconds of rest (the service gives freed memory back every five).
"""

import random
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import requests

from bench.baseline import spoken
from bench.data import Row, load, parser, speech_rows, split
from bench.service import Service
from bench.speed import wav

PATH = "/speech/recognition/conversation/cognitiveservices/v1"


def real_time(service: Service, rows: list[Row]) -> list[float]:
    """Seconds between the last byte and the answer, of each row."""
    waits = []
    for row in rows:
        body = wav(load(row.path))
        sent = 0.0

        def pieces(body: bytes = body) -> Iterator[bytes]:
            nonlocal sent
            begun = time.perf_counter()
            for i in range(0, len(body), 3200):
                time.sleep(max(0.0, begun + i / 32_000 - time.perf_counter()))
                yield body[i : i + 3200]
            sent = time.perf_counter()

        answer = requests.post(
            service.address + PATH,
            params={"language": spoken(row).tag},
            headers={"Ocp-Apim-Subscription-Key": service.key},
            data=pieces(),
        )
        waits.append(time.perf_counter() - sent)
        answer.raise_for_status()
    return waits


def memory(service: Service, rows: list[Row]) -> Iterator[tuple[int, int, int]]:
    """Requests so far, and resident bytes at once and after a rest; after 100, 200 ... 500."""
    order = random.Random(3).choices(rows, k=500)

    def one(row: Row) -> int:
        each = spoken(row)
        return requests.post(
            service.address + PATH,
            params={"language": each.tag if each else "en-US", "format": "detailed"},
            headers={"Ocp-Apim-Subscription-Key": service.key},
            data=row.path.read_bytes(),
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        for done in range(100, 501, 100):
            statuses = list(pool.map(one, order[done - 100 : done]))
            assert set(statuses) <= {200, 400}, statuses
            busy = service.resident
            time.sleep(10)
            yield done, busy, service.resident


def main() -> None:
    arguments = parser(__doc__).parse_args()
    rows = split(speech_rows(arguments.data), arguments.part)
    timed = [r for r in rows if r.text and spoken(r) and 10 <= r.seconds <= 20]
    timed = random.Random(4).sample(timed, min(20, len(timed)))
    with Service() as service:
        waits = real_time(service, timed)
        print(
            f"real time, n={len(waits)}: wait after the last byte, median "
            f"{statistics.median(waits):.2f} s, largest {max(waits):.2f} s"
        )
    with Service() as service:
        for done, busy, rested in memory(service, rows):
            sizes = f"{busy / 2**20:.0f} MiB, rested {rested / 2**20:.0f} MiB"
            print(f"resident after {done} requests: {sizes}", flush=True)


if __name__ == "__main__":
    main()
