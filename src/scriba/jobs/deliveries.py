"""Tells webhooks what happened: from the outbox to their addresses, at least once each."""

import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from scriba.errors import EntityNotFound, ScribaError
from scriba.jobs.hook_call import call_hook
from scriba.net.client import Client
from scriba.resources.entity import Entity, Problem, Status, now
from scriba.resources.webhook import (
    CHALLENGE,
    WebhookSpec,
)
from scriba.storage import Store
from scriba.storage.deliveries import FAILED, PENDING, SUCCEEDED, Delivery, Outbox
from scriba.storage.webhooks import Webhooks

log = logging.getLogger("scriba.deliveries")

_FAILING = 3
_SLOW_SECONDS = 2.0
_LONGEST_REST = 300.0
_CODE = "InvalidCallbackUri"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds.

    A receiver has `answer` for one call; a claimed delivery is another worker's after `lease`; a
    delivery is given up after `window`, and forgotten `memory` after its end. The first rest
    after a failed try is about `first_rest` long, and each further one twice as long.
    """

    poll: float = 0.5
    answer: float = 15.0
    lease: float = 30.0
    window: float = 24 * 3600.0
    memory: float = 7 * 24 * 3600.0
    first_rest: float = 1.0
    housekeeping: float = 60.0


@dataclass(slots=True)
class _Receiver:
    """What this worker knows of a webhook's address: calls under way, failures in a row.

    `slow` says that the last call took long.
    """

    calls: int = 0
    failures: int = 0
    slow: bool = False
    rests_until: float = 0.0

    def room(self, at: float, most: int) -> int:
        """How many calls may begin: one that is slow or fails gets one at a time, with rests."""
        if self.failures >= _FAILING:
            return 0 if self.calls or at < self.rests_until else 1
        return max(0, (1 if self.slow else most) - self.calls)


class Deliveries:
    """Sends what is in the outbox, on threads of its own; several processes may do so at once.

    A webhook that is slow or dead takes few of the threads, and fewer the longer it fails, so
    that it holds up no other.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        *,
        patience: Patience = Patience(),
        threads: int = 64,
        each: int = 4,
    ) -> None:
        self._outbox = Outbox(store)
        self._webhooks = Webhooks(store)
        self._client = client
        self._patience = patience
        self._threads = threads
        self._each = each
        self._lock = threading.Lock()
        self._receivers: dict[str, _Receiver] = {}
        self._running = 0
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._pool: ThreadPoolExecutor | None = None
        self._dispatcher: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="webhook")
        self._dispatcher = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._dispatcher.start()

    def close(self) -> None:
        """Stop claiming, and wait for the calls under way."""
        self._stopping.set()
        self._wanted.set()
        if self._dispatcher is not None:
            self._dispatcher.join()
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def _run(self) -> None:
        cleaned, troubled = 0.0, False
        while not self._stopping.is_set():
            try:
                self._wanted.clear()
                if time.monotonic() - cleaned >= self._patience.housekeeping:
                    self._clean()
                    cleaned = time.monotonic()
                while not self._stopping.is_set() and self._dispatch():
                    pass
                troubled = False
            except Exception as error:
                # A database that is away for a while must neither end the loop nor fill the log.
                if not troubled:
                    unexpected = not isinstance(error, ScribaError)
                    log.warning("webhooks wait: %s", error, exc_info=unexpected)
                troubled = True
            self._wanted.wait(self._patience.poll)

    def _dispatch(self) -> bool:
        """Claim and begin to send; whether there may be more."""
        with self._lock:
            free = self._threads - self._running
            at = time.monotonic()
            rooms = {id: each.room(at, self._each) for id, each in self._receivers.items()}
        if free <= 0:
            return False
        busy = [id for id, room in rooms.items() if not room]
        found = self._outbox.claim(
            free, self._patience.lease, busy, lambda id: rooms.get(id, self._each)
        )
        assert self._pool is not None
        for delivery in found:
            with self._lock:
                receiver = self._receivers.setdefault(delivery.webhook_id, _Receiver())
                receiver.calls += 1
                self._running += 1
            self._pool.submit(self._handle, delivery)
        return bool(found)

    def _handle(self, delivery: Delivery) -> None:
        good: bool | None = None
        began = time.monotonic()
        try:
            good = self._deliver(delivery)
        except Exception as error:
            # The lease runs out, and the delivery is sent again.
            log.warning("delivery %s: %s", delivery.id, error, exc_info=error)
        finally:
            self._settle(delivery.webhook_id, good, time.monotonic() - began)
            self._wanted.set()

    def _settle(self, webhook_id: str, good: bool | None, seconds: float) -> None:
        recovered = False
        with self._lock:
            receiver = self._receivers[webhook_id]
            receiver.calls -= 1
            receiver.slow = seconds > _SLOW_SECONDS
            self._running -= 1
            if good:
                recovered = receiver.failures >= _FAILING
                receiver.failures = 0
            elif good is False:
                receiver.failures += 1
                rest = min(self._patience.first_rest * 2 ** min(receiver.failures, 10), 60.0)
                receiver.rests_until = time.monotonic() + rest * random.uniform(0.5, 1.0)  # noqa: S311
            if not receiver.calls and not receiver.failures and not receiver.slow:
                del self._receivers[webhook_id]
        if recovered:
            try:
                self._outbox.hurry(webhook_id)
            except ScribaError as error:
                log.warning("webhook %s: %s", webhook_id, error)

    def _deliver(self, delivery: Delivery) -> bool | None:
        """Send one delivery and put down how that ended; whether the receiver took it.

        None where there was nothing to send.
        """
        try:
            hook = self._webhooks.get(delivery.webhook_id)
        except EntityNotFound:
            self._outbox.drop(delivery)
            return None
        if delivery.event == CHALLENGE:
            return self._challenge(delivery, hook)
        if hook.status is not Status.SUCCEEDED:
            # Its address changed after the claim, and is to pass a challenge first.
            return None
        called = call_hook(self._client, delivery, hook, None, self._patience.answer)
        done = called.done
        if done.error is None:
            self._outbox.finish(delivery, done, SUCCEEDED)
            if hook.error is not None:
                self._webhooks.complain(hook.id, None)
            return True
        due = now() + timedelta(seconds=self._rest(delivery.tries, called.wait))
        self._outbox.finish(delivery, done, PENDING, due)
        log.info("webhook %s: %s failed: %s", hook.id, delivery.event, done.error)
        return False

    def _challenge(self, delivery: Delivery, hook: Entity) -> bool | None:
        web_url, token = delivery.payload["web_url"], delivery.payload["token"]
        spec = WebhookSpec.from_json(hook.spec)
        if spec.web_url != web_url or hook.status is not Status.NOT_STARTED:
            self._outbox.drop(delivery)
            return None
        called = call_hook(self._client, delivery, hook, token, self._patience.answer)
        done = called.done
        ends = delivery.created + timedelta(seconds=self._patience.window)
        due = now() + timedelta(seconds=self._rest(delivery.tries, called.wait))
        if done.error is not None and called.temporary and due < ends:
            if self._outbox.finish(delivery, done, PENDING, due):
                self._webhooks.complain(hook.id, _not_yet(done.error, ends), Status.NOT_STARTED)
            # No failure: a new address is to be challenged at once, however this one did.
            return None
        if done.error is not None:
            # First the webhook, so that no crash between the two leaves it without an outcome.
            self._webhooks.settle(hook.id, web_url, _challenge_failed(done.error))
            self._outbox.finish(delivery, done, FAILED)
            return False
        self._webhooks.settle(hook.id, web_url, None)
        self._outbox.finish(delivery, done, SUCCEEDED)
        return True

    def _rest(self, tries: int, wait: float) -> float:
        rest = min(self._patience.first_rest * 2.0 ** min(tries, 20), _LONGEST_REST)
        return max(rest * random.uniform(0.5, 1.0), wait)  # noqa: S311

    def _clean(self) -> None:
        at = now()
        counts = self._outbox.give_up(at - timedelta(seconds=self._patience.window))
        for id, count in counts.items():
            self._webhooks.complain(id, _given_up(count, at, self._patience.window))
            log.warning("webhook %s: %d events were not delivered", id, count)
        self._outbox.prune(at - timedelta(seconds=self._patience.memory))
        with self._lock:
            # What fails no longer because nothing is sent to it any more is forgotten.
            limit = time.monotonic() - 3600
            for id in [
                id
                for id, each in self._receivers.items()
                if not each.calls and each.rests_until < limit
            ]:
                del self._receivers[id]


def _not_yet(why: str, ends: datetime) -> Problem:
    return Problem(
        _CODE,
        f"The challenge has not been answered yet: {_sentence(why)} It is sent again until "
        f"{ends:%Y-%m-%dT%H:%M:%SZ}, and events wait for it; PATCH webUrl to have it sent now.",
    )


def _challenge_failed(why: str) -> Problem:
    return Problem(
        _CODE,
        f"The challenge failed: {_sentence(why)} "
        "PATCH webUrl, with the same address or another, to have it challenged again.",
    )


def _sentence(text: str) -> str:
    return text.rstrip(".") + "."


def _given_up(count: int, at: datetime, window: float) -> Problem:
    hours = window / 3600
    events = "1 event was" if count == 1 else f"{count} events were"
    return Problem(
        _CODE,
        f"{events} not delivered within {hours:g} hours and given up at {at:%Y-%m-%dT%H:%M:%SZ}; "
        "the webhook's deliveries say why. New events go on being sent.",
    )
