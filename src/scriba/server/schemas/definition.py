"""The `definition` of a fast transcription: JSON in every shape that clients send it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from scriba.errors import UnsupportedLocale
from scriba.server.errors import ApiError, Complaints
from scriba.server.reading import parse_json, url_problem
from scriba.speech.forms import Profanity
from scriba.speech.language import locale
from scriba.speech.phrase_list import PhraseList

T = TypeVar("T")

MAX_SPEAKERS = 35
MAX_PHRASES = 1000
_LONGEST_PHRASE = 1000
_MOST_LOCALES = 200

_PROFANITY: dict[str, Profanity] = {
    "none": "raw",
    "masked": "masked",
    "removed": "removed",
    "tags": "tags",
}


@dataclass(frozen=True, slots=True)
class Diarization:
    """Speakers are to be told apart, at most `max_speakers` of them (None leaves it open)."""

    max_speakers: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What a request asks for.

    No `locales` means any language, one that language, several that each phrase is in one of them.
    `channels` are transcribed on their own; with none of them all are mixed. `models` names
    a model for a locale. `notes` say what was read and has no effect.
    """

    locales: tuple[str, ...] = ()
    profanity: Profanity = "masked"
    diarization: Diarization | None = None
    channels: tuple[int, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    phrase_list: PhraseList | None = None
    audio_url: str | None = None
    notes: tuple[str, ...] = ()


def parse_definition(data: bytes, *, audio_url: bool) -> Definition:
    """Read a definition's JSON; raises ApiError 400 with all that is wrong in it.

    Names count without regard to case, null is the same as nothing, and numbers and booleans may
    be written as strings, as forms and environment variables make them. `audio_url` says whether
    this version of the API knows that property.
    """
    return _Reader(_json(data)).definition(audio_url)


def _json(data: bytes) -> dict[str, Any]:
    if not data.strip():
        return {}
    try:
        value = parse_json(data)
    except ApiError as error:
        raise _bad_payload(error.message.replace("The body", "'definition'")) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _bad_payload("'definition' must be a JSON object.")
    return value


def _bad_payload(message: str) -> ApiError:
    return ApiError(400, message, inner_code="InvalidPayload", target="definition")


class _Wrong(Exception):
    def __init__(self, message: str, inner_code: str = "InvalidParameterValue") -> None:
        super().__init__(message)
        self.message = message
        self.inner_code = inner_code


class _Reader:
    """Reads the properties one by one, so that all that is wrong is told at once."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = {name.lower(): (name, value) for name, value in given.items()}
        self._complaints = Complaints()
        self._notes: list[str] = []

    def definition(self, audio_url: bool) -> Definition:
        none: tuple[str, ...] = ()
        mixed: tuple[int, ...] = ()
        locales = self._take("locales", _locales, none)
        diarization = self._take("diarization", self._diarization, None)
        channels = self._take("channels", _channels, mixed)
        if diarization is not None and len(channels) > 1:
            self._complain(
                "diarization",
                _Wrong(
                    "'diarization' works on one channel: leave out 'channels' to have them mixed, "
                    "or name one channel.",
                    "BadChannelConfiguration",
                ),
            )
        self._take("enhancedMode", self._enhanced_mode, None)
        read = Definition(
            locales=locales,
            profanity=self._take("profanityFilterMode", _profanity, "masked"),
            diarization=diarization,
            channels=channels,
            models=self._take("models", _models, {}),
            phrase_list=self._take("phraseList", _phrase_list, None),
            audio_url=self._take("audioUrl", _url, None) if audio_url else None,
        )
        if self._given:
            names = ", ".join(_shown(name) for name, _ in list(self._given.values())[:5])
            self._notes.append(f"ignored: {names}")
        self._complaints.check()
        return replace(read, notes=tuple(self._notes))

    def _take(self, name: str, read: Callable[[Any], T], default: T) -> T:
        _, value = self._given.pop(name.lower(), (name, None))
        if value is None:
            return default
        try:
            return read(value)
        except _Wrong as wrong:
            self._complain(name, wrong)
            return default

    def _complain(self, target: str, wrong: _Wrong) -> None:
        self._complaints.add(wrong.inner_code, wrong.message, f"definition.{target}")

    def _diarization(self, value: Any) -> Diarization | None:
        given = _object("diarization", value)
        enabled = _boolean("diarization.enabled", given.get("enabled"), default=True)
        most = given.get("maxspeakers")
        if most is not None:
            most = _integer("diarization.maxSpeakers", most)
            if not 2 <= most <= MAX_SPEAKERS:
                raise _Wrong(f"'diarization.maxSpeakers' must be from 2 to {MAX_SPEAKERS}.")
        return Diarization(most) if enabled else None

    def _enhanced_mode(self, value: Any) -> None:
        given = _object("enhancedMode", value)
        task = given.get("task")
        asks = [name for name in ("task", "targetLanguage", "prompt") if given.get(name.lower())]
        if not _boolean("enhancedMode.enabled", given.get("enabled"), default=bool(asks)):
            return
        if isinstance(task, str) and task.strip().lower() == "translate":
            raise _Wrong("'enhancedMode.task' must be 'transcribe': Scriba does not translate.")
        if task is not None and (not isinstance(task, str) or task.lower() != "transcribe"):
            raise _Wrong("'enhancedMode.task' must be 'transcribe'.")
        if given.get("targetlanguage"):
            raise _Wrong("'enhancedMode.targetLanguage' must be absent: Scriba does not translate.")
        if given.get("prompt"):
            raise _Wrong(
                "'enhancedMode.prompt' must be absent: the model takes no instructions. To have "
                "names and terms preferred, send them as 'phraseList'."
            )
        if given.get("model"):
            raise _Wrong("'enhancedMode.model' must be absent: there is no model to choose here.")
        self._notes.append("enhancedMode changes nothing: there is one mode")


def _locales(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _Wrong("'locales' must be a list of locales such as \"en-US\".", "InvalidLocale")
    if len(value) > _MOST_LOCALES:
        raise _Wrong(f"'locales' has more than {_MOST_LOCALES} entries.", "InvalidLocale")
    try:
        return tuple(dict.fromkeys(locale(each.strip()).tag for each in value))
    except UnsupportedLocale as error:
        raise _Wrong(f"{str(error).rstrip('.')}.", "InvalidLocale") from error


def _profanity(value: Any) -> Profanity:
    if isinstance(value, str) and value.strip().lower() in _PROFANITY:
        return _PROFANITY[value.strip().lower()]
    raise _Wrong("'profanityFilterMode' must be one of: None, Masked, Removed, Tags.")


def _channels(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise _Wrong("'channels' must be a list of 0, 1 or both.", "InvalidChannelSpecification")
    if not all(_number(each) in (0, 1) for each in value):
        raise _Wrong(
            "'channels' may hold 0 and 1: the first two channels can be transcribed on their own.",
            "InvalidChannelSpecification",
        )
    return tuple(sorted({int(_number(each)) for each in value}))


def _models(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise _Wrong("'models' must map locales to addresses of models.", "InvalidModelUri")
    try:
        return {locale(tag).tag: model for tag, model in value.items()}
    except UnsupportedLocale as error:
        raise _Wrong(f"{str(error).rstrip('.')}.", "InvalidLocale") from error


def _phrase_list(value: Any) -> PhraseList | None:
    given = _object("phraseList", value)
    phrases = given.get("phrases") or []
    if not isinstance(phrases, list) or not all(isinstance(each, str) for each in phrases):
        raise _Wrong("'phraseList.phrases' must be a list of strings.")
    if len(phrases) > MAX_PHRASES or any(len(each) > _LONGEST_PHRASE for each in phrases):
        raise _Wrong(
            f"'phraseList.phrases' may hold {MAX_PHRASES} phrases of {_LONGEST_PHRASE} characters."
        )
    weight = given.get("biasingweight")
    if weight is not None:
        weight = _number(weight)
        if not 0 <= weight <= 2:
            raise _Wrong("'phraseList.biasingWeight' must be a number from 0 to 2.")
    kept = tuple(dict.fromkeys(each.strip() for each in phrases if each.strip()))
    if not kept:
        return None
    return PhraseList(kept) if weight is None else PhraseList(kept, weight)


def _url(value: Any) -> str | None:
    if not isinstance(value, str):
        raise _Wrong("'audioUrl' must be a string.", "InvalidRecordingsUri")
    if not value.strip():
        return None
    problem = url_problem(value)
    if problem is not None:
        raise _Wrong(f"'audioUrl' {problem}.", "InvalidRecordingsUri")
    return value.strip()


def _object(name: str, value: Any) -> dict[str, Any]:
    """The members by their names in lower case."""
    if not isinstance(value, dict):
        raise _Wrong(f"'{name}' must be a JSON object.")
    return {member.lower(): each for member, each in value.items()}


def _boolean(name: str, value: Any, *, default: bool) -> bool:
    if value is None:
        return default
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().lower())
    if not isinstance(value, bool):
        raise _Wrong(f"'{name}' must be true or false.")
    return value


def _integer(name: str, value: Any) -> int:
    number = _number(value)
    if not number.is_integer():
        raise _Wrong(f"'{name}' must be a whole number.")
    return int(number)


def _number(value: Any) -> float:
    """A number, also one in a string; NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _shown(name: str) -> str:
    """A name from outside as a header may hold it."""
    return "".join(each if each.isascii() and each.isalnum() else "?" for each in name[:40])
