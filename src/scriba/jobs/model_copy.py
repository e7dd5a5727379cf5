"""Sending a model to another Scriba host: it is offered there, and fetched by that host."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from scriba.errors import InvalidAddress, NetworkError
from scriba.jobs.entity_work import Refused, Watch
from scriba.jobs.patience import Patience
from scriba.net.answer import Answer, check_status
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, Problem, Status, now
from scriba.resources.versions import BASE

AUTHORIZATION = "X-Scriba-Copy-Authorization"
"""The header that holds what the other host gave out."""

_PATH = f"{BASE}/copies"
_NETWORK_SECONDS = 300.0
_POLL_SECONDS = 2.0
_TOTAL_SECONDS = 30.0
LINKS_LAST = timedelta(hours=24)
"""As long as the addresses of the files that are offered are good for."""
_TOO_LONG = Problem(
    "InternalCommunicationFailed", "The other host has not fetched the model within a day."
)


class Client(Protocol):
    """The guarded client, `scriba.net.client.Client`."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        total: float | None = None,
    ) -> Answer: ...


@dataclass(frozen=True)
class Copies:
    """Sends models; an `entity_work.Work`."""

    client: Client
    steady: Patience
    poll_seconds: float = _POLL_SECONDS

    def __call__(self, entity: Entity, folder: Path, watch: Watch) -> dict[str, Any]:
        """Offer the model and wait until the other host has it; raises Refused."""
        spec = entity.spec
        headers = {AUTHORIZATION: spec["authorization"], "Content-Type": "application/json"}
        content = json.dumps(spec["sent"]).encode()
        try:
            address = _address(spec["endpoint"])
            told = self._ask("POST", address, headers, content)
            given_up = entity.created + LINKS_LAST
            while not Status(told["status"]).ended:
                if now() > given_up:
                    raise Refused(_TOO_LONG)
                watch.check()
                time.sleep(self.poll_seconds)
                told = self._ask("GET", address, headers, None)
        except NetworkError as error:
            why = without_secrets(str(error)).rstrip(".")
            message = f"The other host cannot be reached. {why}."
            raise Refused(Problem("InternalCommunicationFailed", message)) from None
        if told["status"] == Status.FAILED:
            problem = told.get("error") or {}
            raise Refused(
                Problem(
                    str(problem.get("code", "InvalidModel"))[:80],
                    f"The other host failed. {str(problem.get('message', ''))[:1000]}".strip(),
                )
            )
        return {"link": str(told["link"])[:2048]}

    def _ask(
        self, method: str, address: str, headers: Mapping[str, str], content: bytes | None
    ) -> dict[str, Any]:
        def send() -> Answer:
            answer = self.client.request(
                method, address, headers=headers, content=content, total=_TOTAL_SECONDS
            )
            if answer.status == 429 or answer.status >= 500:
                check_status(address, answer)
            return answer

        found = self.steady(send, network=_NETWORK_SECONDS)
        told = _json(found.body)
        if found.status not in (200, 201):
            message = told.get("message", f"It answered {found.status}.")
            raise Refused(Problem("InvalidModel", f"The other host refused. {str(message)[:1000]}"))
        if told.get("status") not in set(Status) or "link" not in told:
            raise Refused(
                Problem("InvalidModel", "The other host's answer is not that of a Scriba host.")
            )
        return told


def _address(endpoint: str) -> str:
    """Where the host of an API takes models: beside the paths of that API."""
    parts = urlsplit(endpoint)
    prefix, found, _ = parts.path.partition(BASE)
    if not found:
        raise InvalidAddress(f"targetResourceEndpoint has no {BASE} in its path")
    return urlunsplit((parts.scheme, parts.netloc, prefix + _PATH, "", ""))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
