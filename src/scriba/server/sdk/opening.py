"""What a turn is recognised with: the models that it names, and whose logs it goes to."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from scriba.server.interfaces import Speech
from scriba.server.log_writer import LogWriter, Owner
from scriba.server.model_use import Deployment, ModelUse
from scriba.server.sdk.asked import Asked
from scriba.server.sdk.phrase_tape import PhraseTape
from scriba.server.tokens import Caller
from scriba.speech.live_events import Final


@dataclass(frozen=True, slots=True)
class Opened:
    """A recogniser for a turn. `asked` is complete: the endpoint has said the language."""

    asked: Asked
    speech: Speech
    deployments: Mapping[str, Deployment]


async def opened(asked: Asked, caller: Caller, models: ModelUse, held: ExitStack) -> Opened:
    """Find the models that a turn names; what is lent is given back when `held` is closed.

    Raises ApiError where an endpoint cannot take it, and as `ModelUse.speech` does.
    """
    found: dict[str, Deployment] = {}
    for tag, endpoint in asked.models.items():
        found[tag] = await _deployment(models, endpoint, caller, tag)
    if asked.cid is not None:
        named = await _deployment(models, asked.cid, caller, asked.language)
        found[named.locale] = named
        if not asked.identifies:
            asked = replace(asked, language=named.locale)
    locales = asked.candidates or ((asked.language,) if asked.language else ())
    names = {tag: each.model for tag, each in found.items() if each.model is not None}
    speech = await models.speech(names, locales, held)
    return Opened(asked, speech, found)


async def _deployment(
    models: ModelUse, endpoint: str, caller: Caller, tag: str | None
) -> Deployment:
    return await asyncio.to_thread(models.deployment, endpoint, caller.resource_id, tag)


class PhraseLog:
    """Keeps audio and result of each phrase where that is asked for; `tape` hears all audio.

    Of an endpoint the endpoint's own setting decides, and not what the turn asks.
    """

    def __init__(self, opened: Opened, caller: Caller, logs: LogWriter) -> None:
        self._opened = opened
        self._caller = caller
        self._logs = logs
        any_logging = any(each.logging for each in opened.deployments.values())
        base = opened.asked.store_audio
        self.tape = PhraseTape() if base or any_logging else None

    def phrase(self, final: Final, body: dict[str, Any]) -> None:
        """Keep a phrase, soon."""
        if self.tape is None or final.phrase is None:
            return
        locale = final.phrase.language or self._opened.asked.language or ""
        deployment = self._opened.deployments.get(locale)
        tape = self.tape.cut(final.start, final.end)
        wanted = deployment.logging if deployment is not None else self._opened.asked.store_audio
        if wanted:
            endpoint_id = deployment.endpoint_id if deployment is not None else None
            owner = Owner(self._caller, endpoint_id, locale)
            self._logs.put(owner, datetime.now(UTC), tape, body)
