"""Messages on their way to one client, with a bound on how long it may leave them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

FULL = 256
"""Messages that may wait before no more audio is taken."""


class ClientTooSlow(Exception):
    """The client does not read what it is sent."""


class ClientLeft(Exception):
    """The client closed the connection."""


class Outbox:
    """Sends messages one by one, in order. A draft that waits is replaced by the next one.

    `send` returns when the message is on its way, and may wait for the client for `seconds`. Used
    on the event loop only.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], seconds: float) -> None:
        self._send = send
        self._seconds = seconds
        self._waiting: deque[tuple[str, bool]] = deque()
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether the client has to read before more is made for it."""
        return len(self._waiting) >= FULL

    def put(self, frame: str, *, draft: bool = False) -> None:
        """Send a message soon."""
        if draft and self._waiting and self._waiting[-1][1]:
            self._waiting.pop()
        self._waiting.append((frame, draft))
        self._changed.set()

    def close(self) -> None:
        """No more messages come: `run` ends when all are sent."""
        self._closed = True
        self._changed.set()

    def drop(self) -> None:
        """Nobody reads any more: `run` ends."""
        self._waiting.clear()
        self.close()

    async def run(self) -> None:
        """Send until closed; raises ClientTooSlow, and what `send` raises."""
        while True:
            while self._waiting:
                frame, _ = self._waiting.popleft()
                try:
                    # `wait_for` may swallow that the task is cancelled, and this would go on.
                    async with asyncio.timeout(self._seconds):
                        await self._send(frame)
                except TimeoutError:
                    raise ClientTooSlow(f"it read nothing for {self._seconds:g} s") from None
            if self._closed:
                return
            self._changed.clear()
            await self._changed.wait()
