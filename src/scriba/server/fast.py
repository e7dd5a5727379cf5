"""Fast transcription: `POST /speechtotext/transcriptions:transcribe`."""

from starlette.responses import Response

from scriba.resources.versions import Version
from scriba.server.errors import ApiError
from scriba.server.operation import Call, Operation, answer
from scriba.server.schemas.fast import TimeNames, result
from scriba.server.schemas.shapes import SHAPES
from scriba.server.tokens import SPEECH

_REASONS = {
    "AudioLengthLimitExceeded": "too_long",
    "EmptyAudioFile": "bad_audio",
    "InvalidAudioFormat": "bad_audio",
    "BadChannelConfiguration": "bad_audio",
}

_PREVIEW_NAMES = TimeNames("offset", "duration")


async def transcribe(call: Call) -> Response:
    """`POST /transcriptions:transcribe`."""
    services = call.services
    try:
        with services.limits.recognition(call.caller):
            definition, transcript = await services.fast.transcribe(
                call.request, call.caller.resource_id, audio_url=call.version >= Version.V2025_10
            )
    except ApiError as error:
        reason = _REASONS.get(error.inner_code or "", "limit" if error.status == 429 else None)
        if reason is not None:
            services.metrics.rejected.labels(reason).inc()
        raise
    services.metrics.fast_audio_seconds.observe(transcript.seconds)
    for note in definition.notes:
        call.note(note)
    names = TimeNames() if SHAPES[call.version].milliseconds else _PREVIEW_NAMES
    return answer(result(transcript.channels, transcript.seconds, names))


OPERATIONS = [
    Operation(
        "Transcriptions_Transcribe",
        "POST",
        "/transcriptions:transcribe",
        transcribe,
        frozenset(version for version in Version if not version.in_path),
        limit="fast",
        scope=SPEECH,
    )
]
