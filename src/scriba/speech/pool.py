"""Models loaded on first use, within a budget of memory, and given up by last use.

A cold model never keeps a warm one waiting: it is loaded on a thread of its own, and who asks for
it waits for that alone. Where the budget is full of models in use, the next one gets its turn: of
those in use one is no longer lent after a while, and makes room when its users are done.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from scriba.errors import ModelError, ModelsBusy, ScribaError
from scriba.speech.bundle import WEIGHTS, Bundle
from scriba.speech.lease import Lease, abandon, fail
from scriba.speech.pooled import Asked, Counts, Need, Pooled, SharedEngine, own_size
from scriba.speech.recognizer import Recognizer

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds that a cold model waits for room before who asked for it is told so."""

TURN = 1.0
"""Seconds that a cold model waits before one in use is made to leave."""

RESIDENCE = 5.0
"""Seconds that a model is lent at least before it is made to leave while it is in use."""

_MOST_LOADING = 16
_MOST_MODELS = 256
"""Models that are kept at once, also of those that hardly take memory."""
_MOST_WAITING = 256
_POLL = 0.5
_CLOSE_SECONDS = 10.0


class PoolClosed(ScribaError):
    """The models are being given up: the process ends."""


class Pool:
    """The models of a process beside the one that `recognizer` runs; all share its lanes.

    `locate` finds the bundle of a model by its id, which may take time; `base_folder` the weights
    of a base model by its id in the catalogue. Both raise ModelError, or what else went wrong. All
    models together take `budget` bytes at most, by the size of their files.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        locate: Callable[[str], Bundle],
        base_folder: Callable[[str], Path],
        budget: int,
    ) -> None:
        self._recognizer = recognizer
        self._locate = locate
        self._base_folder = base_folder
        self._budget = budget
        self._changed = threading.Condition()
        self._models: dict[str, Pooled] = {}
        self._engines: dict[str, SharedEngine] = {}
        self._bytes = 0
        self._queue: deque[Pooled] = deque()
        """Models that wait for room, in their order."""
        self._held: list[dict[str, int]] = []
        """The models that somebody may keep for hours, with their bytes."""
        self._counts = Counts()
        self._building = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._closed = False

    @property
    def counts(self) -> Counts:
        """What the pool holds and has done."""
        with self._changed:
            ready = sum(1 for each in self._models.values() if each.speech is not None)
            return replace(self._counts, models=ready, bytes=self._bytes)

    def request(self, id: str, *, long: bool = False) -> "Future[Lease]":
        """Ask for a model without waiting; give a lease back, and `abandon` what is not awaited.

        With `long` it may be kept for minutes, and is not asked to make room meanwhile. The future
        fails with ModelError where the model cannot be loaded, for this request only:
        the next one tries again; with ModelsBusy where there was no room for it in time. Raises
        ModelsBusy where too many wait, PoolClosed.
        """
        request: Future[Lease] = Future()
        with self._changed:
            if self._closed:
                raise PoolClosed
            model = self._models.get(id)
            if model is None or model.speech is None or model.leaves:
                self._wait_for(id, model, Asked(request, long))
                return request
            lease = self._lend(model, long)
        request.set_result(lease)
        return request

    @contextmanager
    def get(
        self, ids: Sequence[str], *, hours: bool = False, check: Callable[[], None] = lambda: None
    ) -> Iterator[list[Recognizer]]:
        """Wait for models, and have them for as long as the context lasts.

        With `hours` that may be long, so there has to be room beside them: all models kept so take
        half of the budget together, or only one caller keeps some. Such a caller waits where all
        is busy. `check` is called now and then while waiting and may raise. Raises what `request`
        and its future do.
        """
        with ExitStack() as stack:
            if hours and ids:
                sizes = self._hold(ids, check)
                stack.callback(self._let_go, sizes)
            yield [stack.enter_context(self._await(id, patient=hours, check=check)) for id in ids]

    def close(self) -> None:
        """Lend nothing more, and fail who waits. Idempotent."""
        waiting: list[Asked] = []
        with self._changed:
            self._closed = True
            for model in self._models.values():
                waiting += model.waiting
                model.waiting = []
            threads = list(self._threads)
            self._changed.notify_all()
        for each in waiting:
            fail(each.future, PoolClosed())
        for thread in threads:
            thread.join(_CLOSE_SECONDS)

    def _await(self, id: str, *, patient: bool, check: Callable[[], None]) -> Lease:
        request: Future[Lease] | None = None
        try:
            while True:
                try:
                    request = request or self.request(id)
                    return request.result(_POLL)
                except ModelsBusy:
                    request = None
                    if not patient:
                        raise
                    time.sleep(_POLL)
                except TimeoutError:
                    if request is not None and request.done():
                        continue
                check()
        except BaseException:
            if request is not None:
                abandon(request)
            raise

    def _wait_for(self, id: str, model: Pooled | None, asked: Asked) -> None:
        if sum(len(each.waiting) for each in self._models.values()) >= _MOST_WAITING:
            raise ModelsBusy(f"{_MOST_WAITING} requests wait for models to be loaded")
        if model is None:
            if len(self._threads) >= _MOST_LOADING:
                raise ModelsBusy(f"{_MOST_LOADING} models are being loaded")
            model = self._models[id] = Pooled(id)
            self._start(model)
        model.waiting.append(asked)

    def _start(self, model: Pooled) -> None:
        thread = threading.Thread(target=self._load, args=(model,), name="model-load", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _load(self, model: Pooled) -> None:
        try:
            try:
                self._publish(model, *self._loaded(model))
            except BaseException as error:
                self._give_up(model, error)
        finally:
            with self._changed:
                self._threads.discard(threading.current_thread())

    def _loaded(self, model: Pooled) -> tuple[Recognizer, float]:
        """A model's recogniser, with room taken for it, and the seconds that it took."""
        begun = time.monotonic()
        need = self._need(model.id)
        before = time.monotonic() - begun
        engine, mine = self._reserve(model, need)
        begun = time.monotonic()
        if engine is None:
            with self._building:
                speech = self._recognizer.of(need.bundle)
        else:
            if mine:
                self._build(engine)
            weights = engine.loaded.result()
            with self._building:
                speech = self._recognizer.of(need.bundle, weights)
        return speech, before + time.monotonic() - begun

    def _build(self, engine: SharedEngine) -> None:
        try:
            # One at a time: more would only take turns, and take the CPU from who is warm.
            with self._building:
                loaded = self._recognizer.load(engine.folder)
        except BaseException as error:
            with self._changed:
                del self._engines[engine.key]
            engine.loaded.set_exception(error)
        else:
            engine.since = time.monotonic()
            engine.loaded.set_result(loaded)

    def _need(self, id: str) -> Need:
        bundle = self._locate(id)
        trained = bundle.files.get(WEIGHTS)
        own = own_size(bundle)
        if bundle.weights is not None and trained is not None:
            return Need(bundle, own, f"model:{id}", bundle.weights, trained.size)
        if bundle.base == self._recognizer.model_name:
            return Need(bundle, own)
        folder = self._base_folder(bundle.base)
        try:
            size = (folder / WEIGHTS).stat().st_size
        except OSError as error:
            raise ModelError(f"{folder / WEIGHTS}: {error.strerror or error}") from error
        return Need(bundle, own, f"base:{bundle.base}", folder, size)

    def _reserve(self, model: Pooled, need: Need) -> tuple[SharedEngine | None, bool]:
        """Take room for a model; its weights, and whether they are this caller's to load."""
        if need.own + need.weights > self._budget:
            raise ModelError(
                f"it takes {(need.own + need.weights) / 1e6:.0f} MB, and all models together may "
                f"take {self._budget / 1e6:.0f} MB: raise SCRIBA_MODELS_MEMORY"
            )
        begun = time.monotonic()
        dropped: list[object] = []
        with self._changed:
            self._queue.append(model)
            try:
                while not (self._queue[0] is model and self._fits(need, dropped)):
                    if self._closed:
                        raise PoolClosed
                    waited = time.monotonic() - begun
                    if waited > PATIENCE:
                        raise ModelsBusy(f"no room for another within {PATIENCE:.0f} s")
                    if waited > TURN and self._queue[0] is model:
                        self._ask_one_to_leave()
                    self._changed.wait(_POLL / 2)
                return self._take(model, need)
            finally:
                given = self._stay() if self._queue[0] is model else []
                self._queue.remove(model)
                self._changed.notify_all()
                _answer(given)

    def _fits(self, need: Need, dropped: list[object]) -> bool:
        """Whether there is room now; the least recently used that nobody uses make some."""
        while True:
            there = need.key is not None and need.key in self._engines
            wanted = need.own + (0 if there else need.weights)
            if self._bytes + wanted <= self._budget:
                return True
            idle = [
                each for each in self._models.values() if each.speech is not None and not each.users
            ]
            if not idle:
                return False
            dropped.append(self._drop(min(idle, key=lambda each: each.used)))

    def _take(self, model: Pooled, need: Need) -> tuple[SharedEngine | None, bool]:
        model.need = need
        self._bytes += need.own
        if need.key is None or need.folder is None:
            return None, False
        engine = self._engines.get(need.key)
        mine = engine is None
        if engine is None:
            engine = self._engines[need.key] = SharedEngine(need.key, need.folder, need.weights)
            self._bytes += need.weights
        engine.models.add(model.id)
        model.engine = engine
        return engine, mine

    def _ask_one_to_leave(self) -> None:
        """Of the weights in use, lend those no more that were there longest."""
        held = {id for sizes in self._held for id in sizes}
        now = time.monotonic()
        chosen = [
            each
            for each in self._engines.values()
            if now - each.since >= RESIDENCE
            and not each.models & held
            and not any(self._models[id].long for id in each.models)
        ]
        if chosen and not any(model.leaves for model in self._models.values()):
            for id in min(chosen, key=lambda each: each.since).models:
                model = self._models[id]
                # One that is being loaded has not been lent yet.
                model.leaves = model.speech is not None

    def _stay(self) -> "list[tuple[Future[Lease], Lease]]":
        """What was asked to leave and is still in use may stay: its room is not waited for."""
        given = []
        for model in self._models.values():
            if model.leaves:
                model.leaves = False
                given += self._lend_all(model)
        return given

    def _lend_all(self, model: Pooled) -> "list[tuple[Future[Lease], Lease]]":
        """A lease for each who waits for a model that is there."""
        given = [
            (each.future, self._lend(model, each.long))
            for each in model.waiting
            if each.future.set_running_or_notify_cancel()
        ]
        model.waiting = []
        return given

    def _publish(self, model: Pooled, speech: Recognizer, seconds: float) -> None:
        dropped: list[object] = []
        with self._changed:
            model.speech = speech
            model.used = time.monotonic()
            given = self._lend_all(model)
            self._count(loads=1, seconds=seconds)
            while len(self._models) > _MOST_MODELS and (oldest := self._oldest(model)) is not None:
                dropped.append(self._drop(oldest))
            self._changed.notify_all()
        _answer(given)
        log.info("the model %s is loaded, in %.1f s", model.id, seconds)

    def _oldest(self, beside: Pooled) -> Pooled | None:
        idle = [
            each
            for each in self._models.values()
            if each.speech is not None and not each.users and each is not beside
        ]
        return min(idle, key=lambda each: each.used, default=None)

    def _give_up(self, model: Pooled, error: BaseException) -> None:
        """Fail who waits for a model; the next who asks has it loaded anew."""
        with self._changed:
            waiting, model.waiting = model.waiting, []
            self._models.pop(model.id, None)
            self._free(model)
            if not isinstance(error, ModelsBusy | PoolClosed):
                self._count(failures=1)
            self._changed.notify_all()
        if not isinstance(error, ScribaError):
            log.error("the model %s cannot be loaded", model.id, exc_info=error)
            error = ModelError(f"{model.id} cannot be loaded")
        for each in waiting:
            fail(each.future, error)

    def _lend(self, model: Pooled, long: bool) -> Lease:
        assert model.speech is not None
        model.users += 1
        model.long += long
        model.used = time.monotonic()
        return Lease(model.speech, lambda: self._returned(model, long))

    def _returned(self, model: Pooled, long: bool) -> None:
        dropped: object = None
        with self._changed:
            model.users -= 1
            model.long -= long
            model.used = time.monotonic()
            if model.leaves and not model.users:
                dropped = self._drop(model)
            self._changed.notify_all()
        del dropped

    def _drop(self, model: Pooled) -> object:
        """Give up a model; what is returned frees its memory when nobody refers to it any more."""
        kept = model.speech
        model.speech = None
        del self._models[model.id]
        self._free(model)
        self._count(evictions=1)
        if model.waiting and not self._closed:
            # They came after it was told to leave.
            again = self._models[model.id] = Pooled(model.id, model.waiting)
            self._start(again)
        return kept

    def _free(self, model: Pooled) -> None:
        """Give back the room that was taken for a model."""
        if model.need is not None:
            self._bytes -= model.need.own
            model.need = None
        engine, model.engine = model.engine, None
        if engine is not None:
            engine.models.discard(model.id)
            if not engine.models:
                self._bytes -= engine.size
                if self._engines.get(engine.key) is engine:
                    del self._engines[engine.key]

    def _hold(self, ids: Sequence[str], check: Callable[[], None]) -> dict[str, int]:
        """Wait until these models may be kept for hours."""
        sizes = {}
        for id in ids:
            need = self._need(id)
            sizes[id] = need.own + need.weights
        while True:
            with self._changed:
                together = {id: size for held in (*self._held, sizes) for id, size in held.items()}
                if not self._held or sum(together.values()) <= self._budget / 2:
                    self._held.append(sizes)
                    return sizes
                self._changed.wait(_POLL)
                if self._closed:
                    raise PoolClosed
            # Not with the lock: it may ask a database, and warm models are lent meanwhile.
            check()

    def _let_go(self, sizes: dict[str, int]) -> None:
        with self._changed:
            self._held = [each for each in self._held if each is not sizes]
            self._changed.notify_all()

    def _count(
        self, *, loads: int = 0, failures: int = 0, evictions: int = 0, seconds: float = 0.0
    ) -> None:
        was = self._counts
        self._counts = Counts(
            loads=was.loads + loads,
            failures=was.failures + failures,
            evictions=was.evictions + evictions,
            seconds=was.seconds + seconds,
        )


def _answer(given: "list[tuple[Future[Lease], Lease]]") -> None:
    for request, lease in given:
        request.set_result(lease)
