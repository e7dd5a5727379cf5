"""Several models in one process: loaded once, kept within a budget, never mixed up."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import ModelError, ModelsBusy
from scriba.speech import Options, Recognizer
from scriba.speech import pool as pool_module
from scriba.speech.bundle import Bundle
from scriba.speech.catalogue import ModelFile
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip, Guess, Transcript
from scriba.speech.lease import Lease, abandon
from scriba.speech.pool import Pool, PoolClosed

SIZE = 1000


class Named:
    """An engine that says its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cost(self, clip: Clip) -> float:
        return 10.0

    def supports(self, language: str) -> bool:
        return True

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        return [Transcript((Guess(self.name, -0.1, 2),), (), 0.0, {"en": 1.0}) for _ in clips]


class Loading(Recognizer):
    """Loads engines that say the name of their folder, when the gate is open."""

    def __init__(self) -> None:
        super().__init__(Named("running"), layout=Layout(1, 1, "test"))
        self.loads: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.failing: set[str] = set()

    def load(self, folder: Path) -> Named:
        self.loads.append(folder.name)
        self.begun.release()
        assert self.gate.wait(30)
        if folder.name in self.failing:
            raise OSError("damaged")
        return Named(folder.name)


def trained(name: str, size: int = SIZE) -> Bundle:
    return Bundle("base", "en-US", 30, Path(name), {"model.bin": ModelFile("model.bin", size, "")})


class Room:
    """A pool over models `m0`, `m1` ..., of which each takes SIZE."""

    def __init__(self, folder: Path, models: int) -> None:
        self.recognizer = Loading()
        self.bundles = {f"m{i}": trained(f"m{i}") for i in range(20)}
        self.located: list[str] = []
        self.folder = folder
        self.pool = Pool(self.recognizer, self.locate, self.base, models * SIZE)

    def locate(self, id: str) -> Bundle:
        self.located.append(id)
        if id not in self.bundles:
            raise ModelError(f"there is no model {id}")
        return self.bundles[id]

    def base(self, id: str) -> Path:
        (self.folder / id).mkdir(exist_ok=True)
        (self.folder / id / "model.bin").write_bytes(b"x" * SIZE)
        return self.folder / id

    def close(self) -> None:
        self.recognizer.gate.set()
        self.pool.close()
        self.recognizer.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[int], Room]]:
    rooms: list[Room] = []

    def one(models: int) -> Room:
        rooms.append(Room(tmp_path, models))
        return rooms[-1]

    yield one
    for room in rooms:
        room.close()


def says(speech: Recognizer) -> str:
    return speech.model_name


def taken(pool: Pool, id: str) -> Lease:
    return pool.request(id).result(30)


def settled(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_model_is_loaded_on_first_use_and_kept(make: Callable[[int], Room]) -> None:
    room = make(3)
    for _ in range(3):
        with room.pool.get(["m1"]) as (speech,):
            assert says(speech) == "m1"
    assert room.recognizer.loads == ["m1"]
    counts = room.pool.counts
    assert (counts.models, counts.bytes, counts.loads, counts.evictions) == (1, SIZE, 1, 0)


def test_what_it_says_is_its_own(make: Callable[[int], Room]) -> None:
    room = make(3)
    sentence = np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)
    with room.pool.get(["m1", "m2"]) as (one, two):
        for speech, name in ((one, "m1"), (two, "m2"), (room.recognizer, "running")):
            found = list(speech.transcribe([sentence], Options("en-US")))
            assert all(p.best.forms.lexical == name for p in found)


def test_many_who_ask_at_once_share_one_load(make: Callable[[int], Room]) -> None:
    room = make(3)
    room.recognizer.gate.clear()
    requests = [room.pool.request("m1") for _ in range(20)]
    assert room.recognizer.begun.acquire(timeout=10)
    requests += [room.pool.request("m1") for _ in range(20)]
    room.recognizer.gate.set()
    for each in requests:
        with each.result(30) as speech:
            assert says(speech) == "m1"
    assert room.recognizer.loads == ["m1"]


def test_a_cold_model_keeps_no_warm_one_waiting(make: Callable[[int], Room]) -> None:
    room = make(3)
    taken(room.pool, "m1").release()
    room.recognizer.gate.clear()
    cold = room.pool.request("m2")
    assert room.recognizer.begun.acquire(timeout=10)
    warm = room.pool.request("m1")
    assert warm.done()
    warm.result().release()
    assert not cold.done()
    room.recognizer.gate.set()
    cold.result(30).release()


def test_the_one_last_used_longest_ago_makes_room(make: Callable[[int], Room]) -> None:
    room = make(2)
    for id in ("m1", "m2", "m1", "m3", "m1", "m2"):
        taken(room.pool, id).release()
    assert room.recognizer.loads == ["m1", "m2", "m3", "m2"]
    assert room.pool.counts.evictions == 2
    assert room.pool.counts.bytes == 2 * SIZE


def test_a_model_in_use_stays(make: Callable[[int], Room]) -> None:
    room = make(2)
    used = taken(room.pool, "m1")
    for id in ("m2", "m3", "m4"):
        taken(room.pool, id).release()
    again = room.pool.request("m1")
    assert again.done()
    assert again.result().speech is used.speech
    again.result().release()
    used.release()
    assert room.recognizer.loads == ["m1", "m2", "m3", "m4"]


def test_a_cold_model_waits_for_room_and_is_loaded_when_there_is_some(
    make: Callable[[int], Room],
) -> None:
    room = make(1)
    used = taken(room.pool, "m1")
    cold = room.pool.request("m2")
    settled(lambda: "m2" in room.located)
    time.sleep(0.1)
    assert not cold.done()
    used.release()
    with cold.result(30) as speech:
        assert says(speech) == "m2"


def test_models_that_are_always_in_use_take_turns(
    make: Callable[[int], Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriba.speech.pool.TURN", 0.05)
    monkeypatch.setattr("scriba.speech.pool.RESIDENCE", 0.1)
    room = make(1)
    first, wanted = taken(room.pool, "m1"), room.pool.request("m2")
    # Others go on asking for the first, so that it would never be idle.
    while (again := room.pool.request("m1")).done():
        again.result().release()
        time.sleep(0.01)
    abandon(again)
    later = room.pool.request("m1")
    first.release()
    with wanted.result(30) as speech:
        assert says(speech) == "m2"
    with later.result(30) as speech:
        assert says(speech) == "m1"
    assert room.recognizer.loads == ["m1", "m2", "m1"]


def test_who_waits_too_long_is_told_so(
    make: Callable[[int], Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriba.speech.pool.PATIENCE", 0.1)
    room = make(1)
    used = taken(room.pool, "m1")
    with pytest.raises(ModelsBusy, match="no room for another"):
        taken(room.pool, "m2")
    used.release()
    taken(room.pool, "m2").release()


def test_a_failure_is_that_requests_alone(make: Callable[[int], Room]) -> None:
    room = make(2)
    room.recognizer.failing.add("m1")
    for _ in range(2):
        with pytest.raises(ModelError, match="m1 cannot be loaded"):
            taken(room.pool, "m1")
    assert room.pool.counts.bytes == 0
    assert room.pool.counts.failures == 2
    room.recognizer.failing.clear()
    taken(room.pool, "m1").release()
    assert room.recognizer.loads == ["m1"] * 3


def test_a_model_that_is_not_there_is_said_to_be(make: Callable[[int], Room]) -> None:
    room = make(2)
    with pytest.raises(ModelError, match="there is no model nothing"):
        taken(room.pool, "nothing")


def test_a_model_larger_than_the_budget_is_refused(make: Callable[[int], Room]) -> None:
    room = make(2)
    room.bundles["m1"] = trained("m1", 3 * SIZE)
    with pytest.raises(ModelError, match="raise SCRIBA_MODELS_MEMORY"):
        taken(room.pool, "m1")
    taken(room.pool, "m2").release()


def test_models_without_weights_share_those_of_their_base(make: Callable[[int], Room]) -> None:
    room = make(1)
    for id in ("a", "b", "c"):
        room.bundles[id] = Bundle("small", "en-US")
    with room.pool.get(["a", "b", "c"]) as all:
        assert {says(speech) for speech in all} == {"small"}
    assert room.recognizer.loads == ["small"]
    assert room.pool.counts.bytes == SIZE
    # Another base needs the room of all three.
    taken(room.pool, "m1").release()
    assert room.pool.counts.models == 1


def test_a_failed_base_is_loaded_anew(make: Callable[[int], Room]) -> None:
    room = make(1)
    room.recognizer.failing.add("small")
    for id in ("a", "b"):
        room.bundles[id] = Bundle("small", "en-US")
        with pytest.raises(ModelError):
            taken(room.pool, id)
    room.recognizer.failing.clear()
    with room.pool.get(["a", "b"]) as (one, two):
        assert says(one) == says(two) == "small"
    assert room.pool.counts.bytes == SIZE


def test_the_running_model_takes_no_room(make: Callable[[int], Room]) -> None:
    room = make(1)
    room.bundles["base"] = Bundle("running")
    with room.pool.get(["base", "m1"]) as (base, other):
        assert (says(base), says(other)) == ("running", "m1")
    assert room.recognizer.loads == ["m1"]


def test_what_is_abandoned_is_given_back(make: Callable[[int], Room]) -> None:
    room = make(1)
    room.recognizer.gate.clear()
    left = room.pool.request("m1")
    abandon(left)
    room.recognizer.gate.set()
    settled(lambda: room.pool.counts.models == 1)
    late = room.pool.request("m1")
    abandon(late)
    taken(room.pool, "m2").release()
    assert room.recognizer.loads == ["m1", "m2"]


def test_a_lease_is_given_back_once(make: Callable[[int], Room]) -> None:
    room = make(1)
    one, two = taken(room.pool, "m1"), taken(room.pool, "m1")
    one.release()
    one.release()
    waiting = room.pool.request("m2")
    settled(lambda: "m2" in room.located)
    time.sleep(0.1)
    assert not waiting.done()
    two.release()
    waiting.result(30).release()


def test_who_keeps_models_for_hours_leaves_half_of_the_room(make: Callable[[int], Room]) -> None:
    room = make(4)
    entered: Future[None] = Future()
    checks = threading.Event()

    def third() -> None:
        with room.pool.get(["m3"], hours=True, check=checks.set):
            entered.set_result(None)

    with room.pool.get(["m1"], hours=True), room.pool.get(["m2"], hours=True):
        thread = threading.Thread(target=third)
        thread.start()
        assert checks.wait(10)
        assert not entered.done()
        with room.pool.get(["m1"], hours=True):
            for id in ("m4", "m5", "m6"):
                taken(room.pool, id).release()
    thread.join(30)
    assert entered.done()


def test_who_may_wait_for_hours_can_be_told_to_stop(make: Callable[[int], Room]) -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    room = make(1)
    with (
        room.pool.get(["m1"], hours=True),
        pytest.raises(Stop),
        room.pool.get(["m2"], hours=True, check=stop),
    ):
        pass
    taken(room.pool, "m2").release()


def test_who_asks_while_waiting_for_hours_keeps_no_warm_one_waiting(
    make: Callable[[int], Room],
) -> None:
    room = make(2)
    taken(room.pool, "m1").release()
    asking, answered = threading.Event(), threading.Event()

    def slow() -> None:
        asking.set()
        assert answered.wait(30)

    def third() -> None:
        with room.pool.get(["m2"], hours=True, check=slow):
            pass

    thread = threading.Thread(target=third)
    with room.pool.get(["m1"], hours=True):
        thread.start()
        assert asking.wait(10)
        warm = threading.Thread(target=lambda: taken(room.pool, "m1").release())
        warm.start()
        warm.join(10)
        late = warm.is_alive()
        answered.set()
    thread.join(30)
    warm.join(30)
    assert not late
    assert not thread.is_alive()


def test_who_may_wait_for_hours_waits_where_too_many_are_loaded(
    make: Callable[[int], Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_MOST_LOADING", 1)
    room = make(3)
    room.recognizer.gate.clear()
    cold = room.pool.request("m1")
    with pytest.raises(ModelsBusy):
        room.pool.request("m2")
    with room.pool.get(["m2"], hours=True, check=room.recognizer.gate.set) as (speech,):
        assert says(speech) == "m2"
    cold.result(30).release()


def test_closing_fails_who_waits(make: Callable[[int], Room]) -> None:
    room = make(1)
    used = taken(room.pool, "m1")
    waiting = room.pool.request("m2")
    room.pool.close()
    with pytest.raises(PoolClosed):
        waiting.result(30)
    with pytest.raises(PoolClosed):
        room.pool.request("m1")
    used.release()


def test_under_load_nobody_gets_another_model_and_the_budget_holds(
    make: Callable[[int], Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriba.speech.pool.TURN", 0.02)
    monkeypatch.setattr("scriba.speech.pool.RESIDENCE", 0.02)
    room = make(3)
    for i in range(5, 10):
        room.bundles[f"m{i}"] = Bundle("small" if i % 2 else "running", "en-US")
    failures: list[str] = []
    served: list[str] = []

    def caller(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            i = chance.randrange(10)
            wanted = f"m{i}" if i < 5 else room.bundles[f"m{i}"].base
            with room.pool.get([f"m{i}"], hours=chance.random() < 0.1) as (speech,):
                if says(speech) != wanted:
                    failures.append(f"{says(speech)} for {wanted}")
                if room.pool.counts.bytes > 3 * SIZE:
                    failures.append(f"{room.pool.counts.bytes} bytes")
                time.sleep(chance.random() * 0.01)
            served.append(wanted)

    threads = [threading.Thread(target=caller, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    assert len(served) == 12 * 40
    assert room.pool.counts.bytes <= 3 * SIZE
