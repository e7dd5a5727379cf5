"""What fast transcription refuses, in the codes that were published for it."""

import logging

from scriba.errors import (
    AudioError,
    AudioTooLong,
    BadChannels,
    EmptyAudio,
    NetworkError,
    NoAudioFrames,
    UnsupportedLocale,
)
from scriba.server.errors import ApiError
from scriba.server.multipart import BadForm
from scriba.server.transcriber import MAX_SECONDS

log = logging.getLogger("scriba.server")


def _bad(message: str, inner_code: str, target: str | None = None, status: int = 400) -> ApiError:
    # What comes from elsewhere may go on after a colon and then ends without a full stop.
    return ApiError(status, f"{message.rstrip('.')}.", inner_code=inner_code, target=target)


def form_error(error: BadForm) -> ApiError:
    """What a form was refused for."""
    if error.status == 415:
        return ApiError(415, error.message, target=error.target)
    return _bad(error.message, "InvalidRequestBodyFormat", error.target, error.status)


def too_large(most: int) -> ApiError:
    """The audio has more than `most` bytes."""
    return _bad(f"The audio is larger than {most >> 20} MiB.", "QuotaViolation", "audio", 413)


def without_audio(audio_url: bool) -> ApiError:
    """Neither audio nor, where `audio_url` allows it, an address came."""
    way = ", or 'audioUrl' in the part 'definition'"
    way = way if audio_url else "; 'audioUrl' in its place needs the version 2025-10-15"
    return _bad(f"The form has no part named 'audio'{way}.", "EmptyAudioFile", "audio")


def no_room(error: OSError) -> ApiError:
    """The disk takes no more; the log says why."""
    log.error("an upload cannot be kept: %s", error)
    return ApiError(503, "The server has no room to keep the audio; try again later.")


def work_error(error: Exception) -> ApiError:
    """What became of the work: an AudioError, UnsupportedLocale, NetworkError or OSError."""
    if isinstance(error, UnsupportedLocale):
        return _bad(str(error), "InvalidLocale", "definition.locales")
    if isinstance(error, NetworkError):
        return _bad(str(error), "InvalidRecordingsUri", "definition.audioUrl")
    if isinstance(error, EmptyAudio | NoAudioFrames):
        return _bad(str(error), "EmptyAudioFile", "audio")
    if isinstance(error, AudioTooLong):
        hours = f"{MAX_SECONDS / 3600:g}"
        return _bad(
            f"The audio is longer than {hours} hours; a batch transcription takes it.",
            "AudioLengthLimitExceeded",
            "audio",
        )
    if isinstance(error, BadChannels):
        return _bad(str(error), "BadChannelConfiguration", "definition.channels")
    if isinstance(error, AudioError):
        return _bad(str(error), "InvalidAudioFormat", "audio")
    assert isinstance(error, OSError)
    return no_room(error)
