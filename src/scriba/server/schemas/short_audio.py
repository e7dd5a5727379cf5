"""What the query of a short-audio request asks for, and its header for pronunciation."""

from dataclasses import dataclass
from typing import TypeVar

from scriba.errors import UnsupportedLocale
from scriba.server.errors import ApiError
from scriba.server.schemas import pronunciation
from scriba.server.schemas.pronunciation import AssessmentRequest
from scriba.server.schemas.recognition import Format
from scriba.speech.forms import Profanity
from scriba.speech.language import locale

MAX_SECONDS = 60.0

_FORMATS: dict[str, Format] = {"simple": "simple", "detailed": "detailed"}
_PROFANITY: dict[str, Profanity] = {"masked": "masked", "removed": "removed", "raw": "raw"}
_BOOLEANS = {"true": True, "false": False}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    language: str
    format: Format = "simple"
    profanity: Profanity = "masked"
    store_audio: bool = False
    cid: str | None = None
    assessment: AssessmentRequest | None = None

    @property
    def seconds(self) -> float:
        """What the audio may last."""
        return MAX_SECONDS if self.assessment is None else pronunciation.MAX_SECONDS


def parse_query(items: list[tuple[str, str]]) -> Asked:
    """Read the query; raises ApiError 400. Names and values count without regard to case."""
    given: dict[str, str] = {}
    for name, value in items:
        name, value = name.lower(), value.strip()
        if given.get(name, value).lower() != value.lower() and name in _KNOWN:
            raise ApiError(400, f"The query parameter '{name}' is given twice with two values.")
        given[name] = value
    if not given.get("language"):
        raise ApiError(
            400, "The query parameter 'language' is required, for example ?language=en-US."
        )
    try:
        tag = locale(given["language"]).tag
    except UnsupportedLocale as error:
        raise ApiError(400, str(error)) from error
    return Asked(
        language=tag,
        format=_one_of(_FORMATS, "format", given.get("format", "simple")),
        profanity=_one_of(_PROFANITY, "profanity", given.get("profanity", "masked")),
        store_audio=_one_of(_BOOLEANS, "storeAudio", given.get("storeaudio", "false")),
        cid=given.get("cid") or None,
    )


_KNOWN = frozenset({"language", "format", "profanity", "cid", "storeaudio"})


def _one_of(values: dict[str, T], name: str, value: str) -> T:
    try:
        return values[value.lower()]
    except KeyError:
        raise ApiError(
            400, f"The query parameter '{name}' must be one of: {', '.join(values)}."
        ) from None
