"""Why a recording could not be transcribed: the API's codes and sentences for people."""

import re

from scriba.errors import (
    AccessDenied,
    AudioError,
    AudioTooLong,
    BadChannels,
    BlobError,
    EmptyAudio,
    NetworkError,
    NoAudioFrames,
    ScribaError,
    UnsupportedLocale,
)
from scriba.net.redact import without_secrets
from scriba.net.sources import problem
from scriba.resources.entity import Problem

_EXCERPT = re.compile(r"this is text: .*", re.DOTALL)

_CODES: tuple[tuple[type[ScribaError], str], ...] = (
    (EmptyAudio, "EmptyAudioFile"),
    (NoAudioFrames, "EmptyAudioFile"),
    (AudioTooLong, "AudioLengthLimitExceeded"),
    (BadChannels, "BadChannelConfiguration"),
    (AudioError, "InvalidAudioFormat"),
    (UnsupportedLocale, "InvalidLocale"),
    (BlobError, "ServiceUnavailable"),
)

UNEXPECTED = Problem("InternalServerError", "The recording could not be processed.")
DEADLY = Problem(
    "InternalServerError",
    "The recording could not be processed: each time that it was tried, the process was ended.",
)
EMPTY = Problem("InvalidData", "The container holds no recordings.")
UNKNOWN_DATASET = Problem("InvalidDataset", "Recordings cannot be taken from a dataset yet.")


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
