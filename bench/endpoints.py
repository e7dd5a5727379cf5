"""Endpoints of several models in one process: warm ones while cold ones load.

    python -m bench.endpoints --data ../shared/data

Thirty endpoints over five models (the weights of tiny.en, each with a rule of its own by which its
answers are known), with memory for three; the recording is the one that comes with Scriba.
Requests are sent one after the other, as by one caller:

- the service's own model, and a warm endpoint, alone;
- the same warm endpoint while another caller asks for the models in turn, so that one of them is
  loaded almost all the time;
- the same while that caller asks for one warm model as often, which is the load without the loads;
- the first answer of a cold model, and the models that were loaded and given up meanwhile.

Then ten callers ask all endpoints at once, and every answer is held against its model.
"""

import itertools
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests

import scriba
from bench.data import parser
from bench.house import House
from scriba.resources.base_model import BaseModels
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.model import ModelSpec
from scriba.settings import load_settings
from scriba.speech import Bundle
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch
from scriba.storage import Entities, Resources, open_store
from scriba.storage.model_files import FOLDER

PATH = "/speech/recognition/conversation/cognitiveservices/v1"
NAMES = ("ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO")
WORD = "the"
BASE = "tiny.en"


def deploy(data_dir: Path, base: Path) -> dict[str, list[str]]:
    """Six endpoints of each of five models, by what the model writes."""
    store = open_store(data_dir)
    owner = Resources(store).get("bench").id
    bound = BaseModels(BASE).default("en-US")
    assert bound is not None

    def create(kind: Kind, spec: dict[str, object]) -> str:
        at, done = now(), Status.SUCCEEDED
        made = Entity(
            new_id(), owner, kind, "2025-10-15", "", "bench", "en-US", done, at, at, spec=spec
        )
        Entities(store).create(made)
        return made.id

    endpoints = {}
    for name in NAMES:
        id = create(Kind.MODEL, ModelSpec(bound.id).to_json())
        folder = data_dir / FOLDER / id
        folder.mkdir(parents=True)
        for file in find(BASE).files:
            try:
                os.link(base / file.name, folder / file.name)
            except OSError:
                shutil.copyfile(base / file.name, folder / file.name)
        (folder / "formatting.md").write_text(f"#rewrite\n{WORD}\t{name}\n", encoding="utf-8")
        Bundle.write(folder, base=BASE, locale="en-US")
        endpoints[name] = [create(Kind.ENDPOINT, EndpointSpec(id).to_json()) for _ in range(6)]
    store.close()
    return endpoints


class Callers:
    """Asks a service, and counts answers that another model gave."""

    def __init__(self, house: House, clip: bytes) -> None:
        self._house = house
        self._clip = clip
        self.wrong = 0
        self.busy = 0

    def ask(self, cid: str | None = None, name: str | None = None) -> float:
        """Seconds to an answer, in which only `name` may stand."""
        begun = time.perf_counter()
        answer = requests.post(
            self._house.address + PATH,
            params={"language": "en-US"} | ({"cid": cid} if cid else {}),
            headers={"Ocp-Apim-Subscription-Key": self._house.key},
            data=self._clip,
            timeout=120,
        )
        took = time.perf_counter() - begun
        if answer.status_code == 429:
            self.busy += 1
        else:
            answer.raise_for_status()
            found = [each for each in NAMES if each in answer.json()["DisplayText"]]
            self.wrong += found != ([name] if name else [])
        return took

    def metric(self, name: str) -> float:
        """A figure of the service."""
        text = requests.get(f"{self._house.address}/metrics", timeout=60).text
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name))


@contextmanager
def meanwhile(call: Callable[[], object], every: float) -> Iterator[None]:
    """Another caller at work."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            call()
            stopping.wait(every)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def line(what: str, seconds: list[float]) -> None:
    """One row of figures."""
    ordered = sorted(seconds)
    late = ordered[int(0.95 * (len(ordered) - 1))]
    print(
        f"{what:44} {len(ordered):4} {1000 * statistics.median(ordered):7.0f} {1000 * late:7.0f} "
        f"{1000 * ordered[-1]:7.0f}",
        flush=True,
    )


def measure(callers: Callers, endpoints: dict[str, list[str]], count: int) -> None:
    """All figures."""
    warm, *others = NAMES
    by_turns = itertools.cycle(others)

    def again(name: str) -> float:
        return callers.ask(endpoints[name][0], name)

    def warm_ones() -> list[float]:
        return [again(warm) for _ in range(count)]

    print(f"{'':44} {'n':>4} {'median':>7} {'95 %':>7} {'longest':>7}   ms")
    callers.ask()
    line("the service's own model", [callers.ask() for _ in range(count)])
    line("a cold model, first answer", [again(name) for name in NAMES])
    again(warm)
    line("a warm endpoint, alone", warm_ones())
    again(others[0])
    with meanwhile(lambda: again(others[0]), 0.05):
        line("... while another caller asks a warm one", warm_ones())
    before = callers.metric("scriba_model_loads_total")
    with meanwhile(lambda: again(next(by_turns)), 0.05):
        line("... while another caller asks cold ones", warm_ones())
    loads = callers.metric("scriba_model_loads_total") - before
    print(f"    {loads:.0f} models were loaded meanwhile")

    asked = [(cid, name) for name, cids in endpoints.items() for cid in cids] * 2
    random.Random(1).shuffle(asked)
    begun = time.perf_counter()
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda one: callers.ask(*one), asked))
    took = time.perf_counter() - begun
    print(
        f"thirty endpoints, ten callers: {len(asked)} requests in {took:.0f} s, {callers.busy} of "
        f"them told to come again; answers of another model in all of this: {callers.wrong}"
    )
    seconds = callers.metric("scriba_model_load_seconds_total")
    loads = callers.metric("scriba_model_loads_total")
    print(f"a load took {seconds / loads:.2f} s on average, of {loads:.0f}")


def main() -> None:
    made = parser(__doc__ or "")
    made.add_argument("--count", type=int, default=30, help="requests of each kind")
    arguments = made.parse_args()
    base = fetch(find(BASE), load_settings().model_dir)
    memory = 3 * (base / "model.bin").stat().st_size + 100_000
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), arguments.data.resolve(), SCRIBA_MODELS_MEMORY=str(memory))
        endpoints = deploy(Path(folder) / "data", base)
        house.serve()
        try:
            measure(
                Callers(
                    house, (Path(scriba.__file__).parent / "data" / "quilter.wav").read_bytes()
                ),
                endpoints,
                arguments.count,
            )
        finally:
            for process in house.running:
                process.terminate()
                process.wait(60)


if __name__ == "__main__":
    main()
