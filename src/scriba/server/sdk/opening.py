"""What a turn is recognised with: the models that it names, and whose logs it goes to."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from scriba.server.interfaces import Speech
from scriba.server.log_writer import LogWriter, Owner, Reel
from scriba.server.model_use import Deployment, ModelUse
from scriba.server.sdk.asked import Asked
from scriba.server.tokens import Caller
from scriba.speech.live_events import Final

_MARGIN = 0.3
"""Seconds around a phrase that are kept with it."""


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
    """Keeps audio and result of each phrase where that is asked for; `reel` hears all audio.

    Of an endpoint the endpoint's own setting decides, and not what the turn asks. `held` closes the
    reel.
    """

    def __init__(self, opened: Opened, caller: Caller, logs: LogWriter, held: ExitStack) -> None:
        self._opened = opened
        self._caller = caller
        self._logs = logs
        self._held = held
        self.reel: Reel | None = None
        self._kept = opened.asked.store_audio or any(
            each.logging for each in opened.deployments.values()
        )
        if self._kept:
            self.holding()

    def holding(self) -> Reel:
        """The reel, of which there is one from now on."""
        if self.reel is None:
            self.reel = self._logs.reel()
            self._held.callback(self.reel.close)
        return self.reel

    def phrase(self, final: Final, body: dict[str, Any]) -> None:
        """Keep a phrase, soon."""
        if self.reel is None or not self._kept or final.phrase is None:
            return
        locale = final.phrase.language or self._opened.asked.language or ""
        deployment = self._opened.deployments.get(locale)
        if deployment is None:
            wanted, endpoint_id = self._opened.asked.store_audio, None
        else:
            wanted, endpoint_id = deployment.logging, deployment.endpoint_id
        if wanted:
            tape = self.reel.cut(max(0.0, final.start - _MARGIN), final.end + _MARGIN)
            owner = Owner(self._caller, endpoint_id, locale)
            self._logs.put(owner, datetime.now(UTC), tape, body)
