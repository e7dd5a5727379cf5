"""Why a recording could not be transcribed: the API's codes and sentences for people."""

import re

from scriba.errors import (
    AccessDenied,
    AudioError,
    AudioTooLong,
    BadChannels,
    BlobError,
    EmptyAudio,
    ModelError,
    NetworkError,
    NoAudioFrames,
    ScribaError,
    UnsupportedLocale,
)
from scriba.net.redact import without_secrets
from scriba.net.reserve import FULL, NoRoom
from scriba.net.sources import problem
from scriba.resources.entity import Kind, Problem

_EXCERPT = re.compile(r"this is text: .*", re.DOTALL)

_CODES: tuple[tuple[type[ScribaError], str], ...] = (
    (EmptyAudio, "EmptyAudioFile"),
    (NoAudioFrames, "EmptyAudioFile"),
    (AudioTooLong, "AudioLengthLimitExceeded"),
    (BadChannels, "BadChannelConfiguration"),
    (AudioError, "InvalidAudioFormat"),
    (UnsupportedLocale, "InvalidLocale"),
    (ModelError, "InvalidModel"),
    (BlobError, "ServiceUnavailable"),
)

UNEXPECTED = Problem("InternalServerError", "The recording could not be processed.")
DEADLY = Problem(
    "InternalServerError",
    "The recording could not be processed: each time that it was tried, the process was ended.",
)
NO_ROOM = Problem(
    "ServiceUnavailable",
    "The recording is larger than the room on this service's disk. Send it compressed or in parts, "
    "or ask the operator for a larger disk.",
)
UNREADABLE = Problem(
    "InternalServerError",
    "What was asked for cannot be read from this service's database any more. Make the "
    "transcription again.",
)
UNEXPECTED_JOB = Problem(
    "InternalServerError",
    "The transcription could not be worked on; the operator of this service finds the reason in "
    "its log.",
)
EMPTY = Problem("InvalidData", "The container holds no recordings.")


def too_many(count: int, most: int) -> Problem:
    """A resource may not have so many files in a job."""
    return Problem(
        "ExceededNumberOfRecordingsUris",
        f"The container holds {count} files, and the limit of this resource is {most} files a "
        "batch transcription.",
    )


def of_error(error: Exception) -> Problem | None:
    """The problem that an error is to its recording; None for an error nobody foresaw."""
    if isinstance(error, NetworkError):
        code, message = problem(error)
        return Problem(code, without_secrets(message))
    if isinstance(error, NoRoom):
        return NO_ROOM
    for kind, code in _CODES:
        if isinstance(error, kind):
            # What an address answered is not shown: it may be one that only this host can reach.
            said = _EXCERPT.sub("this is text", without_secrets(str(error)))
            return Problem(code, f"{said.rstrip('.')}.")
    return None


def of_listing(error: NetworkError) -> Problem:
    """Why a container could not be listed."""
    said = without_secrets(str(error)).rstrip(".")
    if isinstance(error, AccessDenied):
        return Problem(
            "InvalidRecordingsUri", f"Authentication failed for the recordings container. {said}."
        )
    return Problem("InvalidRecordingsUri", f"The recordings container cannot be used. {said}.")


def of_destination(error: NetworkError) -> Problem:
    """Why a result could not be written to the client's container."""
    said = without_secrets(str(error)).rstrip(".")
    return Problem("InvalidParameterValue", f"The destination container cannot be written. {said}.")


def of_all(problems: list[Problem]) -> Problem:
    """Why a transcription failed of which every recording failed."""
    first = problems[0]
    if len(problems) == 1:
        return first
    code = first.code if len({each.code for each in problems}) == 1 else "InvalidData"
    return Problem(
        code,
        f"None of the {len(problems)} recordings could be transcribed; the report has the reason "
        f"of each. The first: {first.message}",
    )


def unexpected(kind: Kind) -> Problem:
    """Why work on an entity failed that nobody foresaw."""
    return Problem(
        "InternalServerError",
        f"The {kind.value} could not be worked on; the operator of this service finds the reason "
        "in its log.",
    )


def of_work(error: Exception, kind: Kind) -> Problem:
    """Why work on an entity ended that its storage or the disk kept from going on."""
    if isinstance(error, OSError) and error.errno in FULL:
        return Problem(
            "ServiceUnavailable",
            f"The {kind.value} needs more room than this service's disk has. Make it smaller, or "
            "ask the operator for a larger disk.",
        )
    return of_error(error) or unexpected(kind)


def deadly(kind: Kind) -> Problem:
    """Work on an entity ended the process again and again."""
    return Problem(
        "InternalServerError",
        f"The {kind.value} could not be worked on: each time that it was tried, the process was "
        "ended. The operator of this service may give it more memory.",
    )


def of_content(error: NetworkError) -> Problem:
    """Why the data of a dataset could not be fetched."""
    said = without_secrets(str(error)).rstrip(".")
    if isinstance(error, AccessDenied):
        return Problem("InvalidParameterValue", f"Authentication failed for `contentUrl`. {said}.")
    return Problem("InvalidParameterValue", f"`contentUrl` cannot be fetched. {said}.")
