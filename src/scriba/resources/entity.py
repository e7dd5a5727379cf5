"""What every thing that the management API keeps has in common."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an entity is."""

    TRANSCRIPTION = "transcription"
    WEBHOOK = "webhook"
    DATASET = "dataset"
    MODEL = "model"
    EVALUATION = "evaluation"
    ENDPOINT = "endpoint"
    PROJECT = "project"
    COPY = "copy"
    """The operation that copies a model to another host."""
    AUTHORIZATION = "authorization"
    """What a resource gave out so that a model may be copied to it."""


class Status(StrEnum):
    """How far its work is; the values are the API's."""

    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self in (Status.SUCCEEDED, Status.FAILED)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something failed: one of the API's codes, and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of a resource.

    `version` is the API version it was made in and `host` the scheme, host and port that the
    client called then, from which addresses in webhook payloads are built. `spec` is what was
    asked and `result` what the work found, both JSON with names of their kind. Times are UTC;
    `last_action` is when the current status was entered. `expires` is when it is removed, set
    when its work ends.
    """

    id: str
    resource_id: str
    kind: Kind
    version: str
    host: str
    display_name: str
    locale: str | None
    status: Status
    created: datetime
    last_action: datetime
    description: str | None = None
    custom_properties: dict[str, str] = field(default_factory=dict)
    spec: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    error: Problem | None = None
    expires: datetime | None = None


def new_id() -> str:
    """An identifier for a new entity."""
    return str(uuid.uuid4())


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)
