"""One call of a webhook: signed, bounded, and judged by its answer."""

import time
from dataclasses import dataclass

from scriba.errors import NetworkError
from scriba.net.answer import Answer
from scriba.net.client import Client
from scriba.net.redact import redacted
from scriba.resources.entity import Entity, now
from scriba.resources.webhook import WebhookSpec, body_of, challenge_url, headers_of
from scriba.storage.deliveries import Delivery, Try

_MAX_ANSWER = 16 << 10
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Called:
    """How a call went; `temporary` says that the same call may go well later.

    `wait` is for how long the receiver asked to be left alone, in seconds.
    """

    done: Try
    temporary: bool = False
    wait: float = 0.0


def call_hook(
    client: Client, delivery: Delivery, hook: Entity, token: str | None, seconds: float
) -> Called:
    """Send a delivery, which may take `seconds`.

    `token` is that of a challenge, which must come back as the body of the answer.
    """
    spec = WebhookSpec.from_json(hook.spec)
    url = spec.web_url if token is None else challenge_url(spec.web_url, token)
    body = body_of(delivery.payload["body"])
    started, clock = now(), time.monotonic()
    status: int | None = None
    temporary, wait = False, 0.0
    try:
        answer = client.request(
            "POST",
            url,
            headers=headers_of(delivery.event, body, spec, token),
            content=body,
            total=seconds,
            stall=seconds,
            max_bytes=_MAX_ANSWER,
        )
    except NetworkError as failure:
        error: str | None = str(failure)
        temporary = failure.temporary
    else:
        status = answer.status
        error = _complaint(spec.web_url, answer, token)
        temporary = status >= 500 or status in (408, 429)
        wait = _wait(answer)
    took = time.monotonic() - clock
    return Called(Try(delivery.tries + 1, started, took, status, error), temporary, wait)


def _wait(answer: Answer) -> float:
    asked = answer.headers.get("retry-after", "")
    plain = asked.isascii() and asked.isdecimal() and len(asked) < 6
    return min(float(asked), _LONGEST_WAIT) if plain else 0.0


def _complaint(web_url: str, answer: Answer, token: str | None) -> str | None:
    """What is wrong with an answer, None if nothing."""
    shown = redacted(web_url)
    if 300 <= answer.status < 400:
        return f"{shown} answered {answer.status}; redirects are not followed: give its new address"
    if not 200 <= answer.status < 300:
        return f"{shown} answered {answer.status}"
    if token is None:
        return None
    if answer.status != 200:
        return f"{shown} answered {answer.status}, and a challenge needs 200"
    if answer.body.strip(b' \r\n\t"\xef\xbb\xbf') != token.encode():
        return f"{shown} did not answer with the validationToken as the body"
    return None
