"""Is it alive, is it ready, is this key valid."""

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from scriba.errors import ScribaError
from scriba.server.auth import Authenticator
from scriba.server.errors import ApiError
from scriba.server.interfaces import Speech
from scriba.storage import Store

log = logging.getLogger("scriba.server")

SERVICE = "speech-to-text"

_CHECK_SECONDS = 10.0
_FRESH_SECONDS = 1.0
_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: None in `problem` means that all is well."""

    problem: str | None = None


class Probe:
    """Runs a check that may block, at most one at a time, and never waits for it too long.

    A finding is good for a second, so that many callers cost one check. Where the check is slow,
    real work that succeeded lately is as good a sign: `seconds_since_success` tells of it.
    """

    def __init__(
        self,
        check: Callable[[], None],
        name: str,
        seconds: float = _CHECK_SECONDS,
        seconds_since_success: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._check = check
        self._name = name
        self._seconds = seconds
        self._seconds_since_success = seconds_since_success
        self._running: asyncio.Future[Finding] | None = None
        self._found: Finding | None = None
        self._found_at = 0.0

    async def __call__(self) -> Finding:
        """The finding; a check that does not end in time is a problem, not a wait."""
        if self._found is not None and time.monotonic() - self._found_at < _FRESH_SECONDS:
            return self._found
        if self._running is None or self._running.done():
            self._running = self._start()
        done, _ = await asyncio.wait({self._running}, timeout=min(_PATIENCE, self._seconds))
        if not done and self._seconds_since_success() < self._seconds:
            # The check stands in line behind real work, and that work gets done.
            return Finding()
        if not done:
            done, _ = await asyncio.wait({self._running}, timeout=self._seconds)
        if not done:
            return Finding(f"the {self._name} did not answer within {self._seconds:g} s")
        self._found, self._found_at = self._running.result(), time.monotonic()
        return self._found

    def _start(self) -> "asyncio.Future[Finding]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Finding] = loop.create_future()

        def settle(finding: Finding) -> None:
            if not future.done():
                future.set_result(finding)

        def work() -> None:
            finding = Finding()
            try:
                self._check()
            except Exception as error:
                known = isinstance(error, ScribaError)
                log.error("the check of the %s failed: %s", self._name, error, exc_info=not known)
                finding = Finding(str(error) if known else f"the {self._name} failed; see the log")
            try:
                loop.call_soon_threadsafe(settle, finding)
            except RuntimeError:
                log.debug("the check of the %s ended after the server", self._name)

        # A daemon: an engine that hangs must not keep the process from ending.
        threading.Thread(target=work, name=f"check-{self._name}", daemon=True).start()
        return future


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the service that can fail; without one that is `vital` nothing works at all."""

    name: str
    type: str
    probe: Probe
    vital: bool = False


class Health:
    """The endpoints for operators and for what watches over the service.

    `storage` and `jobs` check the file storage and the job queue as `Store.check` does the
    database; a service without one of them leaves it out.
    """

    def __init__(
        self,
        speech: Speech,
        store: Store,
        authenticator: Authenticator,
        draining: Callable[[], bool],
        seconds_since_success: Callable[[], float],
        *,
        storage: Callable[[], None] | None = None,
        jobs: Callable[[], None] | None = None,
    ) -> None:
        self._speech = speech
        self._authenticator = authenticator
        self._draining = draining
        self._engine = Probe(speech.check, "engine", seconds_since_success=seconds_since_success)
        self._components = [
            Component("Database", store.engine.dialect.name, Probe(store.check, "database"), True)
        ]
        if storage is not None:
            self._components.append(Component("Storage", "files", Probe(storage, "file storage")))
        self._components.append(Component("Recogniser", speech.model_name, self._engine))
        if jobs is not None:
            self._components.append(Component("JobQueue", "jobs", Probe(jobs, "job queue")))

    async def problem(self) -> str | None:
        """Why no audio can be recognised now, None when it can."""
        if self._draining():
            return "the server is shutting down"
        return (await self._engine()).problem

    async def components(self) -> dict[str, Any]:
        """The state of the service and of its parts, as the API writes it; each part is asked."""
        findings = await asyncio.gather(*(each.probe() for each in self._components))
        status = "Healthy"
        problems, parts = [], []
        for component, finding in zip(self._components, findings, strict=True):
            part = {"name": component.name, "type": component.type, "status": "Healthy"}
            if finding.problem is not None:
                part |= {"status": "Unhealthy", "message": finding.problem}
                problems.append(finding.problem)
                status = "Unhealthy" if component.vital or status == "Unhealthy" else "Degraded"
            parts.append(part)
        body: dict[str, Any] = {"status": status, "components": parts}
        return body | {"message": "; ".join(problems)} if problems else body

    async def ready(self, _: Request) -> Response:
        """`GET /ready`: 200 when a small input went through the engine, else 503."""
        problem = await self.problem()
        body = {"service": SERVICE, "ready": "ready", "model": self._speech.model_name}
        if problem is None:
            return JSONResponse(body)
        body |= {"ready": "not ready", "message": problem}
        return JSONResponse(body, 503, {"Retry-After": "2"})

    async def healthz(self, _: Request) -> Response:
        """`GET /healthz`: 200 while this process runs and reaches its database, else 503."""
        body = await self.components()
        return JSONResponse(body, 503 if body["status"] == "Unhealthy" else 200)

    async def status(self, request: Request) -> Response:
        """`GET /status`: whether the key or token sent is valid at this host."""
        try:
            caller = await self._authenticator.caller(request)
        except ApiError as error:
            body = {"service": SERVICE, "apiStatus": "Invalid", "apiStatusMessage": error.message}
            return JSONResponse(body, error.status, error.headers)
        return JSONResponse(
            {
                "service": SERVICE,
                "apiStatus": "Valid",
                "apiStatusMessage": "The key or token is valid.",
                "resource": caller.name,
                "region": caller.region,
            }
        )
