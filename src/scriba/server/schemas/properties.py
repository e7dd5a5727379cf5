"""Reading `properties` of a request for a transcription, as its version writes them."""

from collections.abc import Collection
from typing import Any

from scriba.resources.durations import parse_duration
from scriba.resources.transcription import (
    Identification,
    IdentificationMode,
    ProfanityFilter,
    Punctuation,
    Speakers,
)
from scriba.resources.versions import Version
from scriba.server.reading import Fields, url_problem
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import (
    HOUR,
    LONGEST_TO_LIVE,
    MODES,
    PROFANITY,
    PUNCTUATION,
    SHAPES,
    Shape,
)

MAX_CANDIDATES = 10
MAX_SPEAKERS = 35
MAX_CHANNEL = 7
_CHANNEL_TEXTS = tuple(str(number) for number in range(MAX_CHANNEL + 1))

# What other versions have: ignoring it would leave undone what was asked for.
_ELSEWHERE = {
    "timetolive": ("timeToLive", "timeToLiveHours"),
    "timetolivehours": ("timeToLiveHours", "timeToLive"),
    "diarizationenabled": ("diarizationEnabled", "diarization.enabled"),
    "diarization": ("diarization", "diarizationEnabled, or v3.1 and newer"),
    "languageidentification": ("languageIdentification", "v3.1 and newer"),
    "displayformwordleveltimestampsenabled": (
        "displayFormWordLevelTimestampsEnabled",
        "v3.1 and newer",
    ),
}
_READ_ONLY = frozenset({"duration", "durationmilliseconds", "error"})


class PropertiesReader:
    """Reads the properties of one version; `notes` takes what is to be told to the client.

    `ignored` are the fields that are no properties of any version.
    """

    def __init__(self, version: Version, references: References, notes: list[str]) -> None:
        self._shape: Shape = SHAPES[version]
        self._version = version
        self._references = references
        self._notes = notes
        self.ignored: list[str] = []

    def read(self, fields: Fields, tag: str | None, asked: dict[str, Any]) -> dict[str, Any]:
        """The fields of a TranscriptionSpec; what is to be echoed as it came goes to `asked`."""
        shape = self._shape
        wanted: dict[str, Any] = {}
        _put(wanted, "words", fields.flag("wordLevelTimestampsEnabled"))
        if shape.display_words:
            _put(wanted, "display_words", fields.flag("displayFormWordLevelTimestampsEnabled"))
        punctuation: Punctuation | None = fields.choice("punctuationMode", PUNCTUATION)
        _put(wanted, "punctuation", punctuation)
        profanity: ProfanityFilter | None = fields.choice("profanityFilterMode", PROFANITY)
        _put(wanted, "profanity", profanity)
        _put(wanted, "channels", self._channels(fields))
        _put(wanted, "diarization", self._diarization(fields, asked))
        if shape.identification:
            _put(wanted, "identification", self._identification(fields, tag))
        _put(wanted, "time_to_live", self._time_to_live(fields, asked))
        destination = fields.text("destinationContainerUrl", most=16_384)
        if destination:
            if (problem := url_problem(destination)) is not None:
                path = fields.path("destinationContainerUrl")
                fields.complain(f"{path} {problem}", name="destinationContainerUrl")
            wanted["destination"] = destination.strip()
        if fields.text("email", most=320):
            self._notes.append("properties.email has no effect: Scriba sends no mail")
        self._complain_of_others(fields)
        self.ignored = fields.ignored(_READ_ONLY)
        return wanted

    def _channels(self, fields: Fields) -> tuple[int, ...] | None:
        path = fields.path("channels")
        found = fields.raw("channels")
        if found is None:
            return None
        if isinstance(found, list):
            # As forms and environment variables write them, and fast transcription takes them.
            found = [int(each) if each in _CHANNEL_TEXTS else each for each in found]
        if (
            not isinstance(found, list)
            or not found
            or any(type(each) is not int or not 0 <= each <= MAX_CHANNEL for each in found)
            or len(set(found)) != len(found)
        ):
            fields.complain(
                f"{path} must be a list of different channel numbers from 0 to {MAX_CHANNEL}",
                "InvalidChannels",
                "channels",
            )
            return None
        return tuple(sorted(found))

    def _diarization(self, fields: Fields, asked: dict[str, Any]) -> Speakers | None:
        if self._shape.diarization == "flag":
            return Speakers(1, 2) if fields.flag("diarizationEnabled") else None
        inner = fields.object("diarization")
        if self._shape.diarization == "maximum":
            if inner is None:
                return None
            enabled = inner.flag("enabled")
            most = inner.integer("maxSpeakers", 2, MAX_SPEAKERS)
            asked["diarization"] = {"enabled": enabled is not False}
            _put(asked["diarization"], "maxSpeakers", most)
            if "speakers" in inner:
                inner.complain(
                    f"{inner.path('speakers')} is not part of version {self._version}; "
                    "use maxSpeakers",
                    name="speakers",
                )
            return None if enabled is False else Speakers(1, most)
        on = fields.flag("diarizationEnabled")
        if inner is None:
            return Speakers(1, 2) if on else None
        for name in ("maxSpeakers", "enabled"):
            if inner.raw(name):
                inner.complain(
                    f"{inner.path(name)} is not part of version {self._version}; use "
                    "diarizationEnabled and diarization.speakers",
                    name=name,
                )
        speakers = inner.object("speakers")
        if speakers is None:
            inner.complain(f"the field {inner.path('speakers')} is required", name="speakers")
            return None
        least = speakers.integer("minCount", 1, MAX_SPEAKERS)
        most = speakers.integer("maxCount", 1, MAX_SPEAKERS)
        if least is not None and most is not None and least > most:
            speakers.complain(f"{speakers.path('minCount')} is larger than maxCount")
        echoed: dict[str, int] = {}
        _put(echoed, "minCount", least)
        _put(echoed, "maxCount", most)
        asked["diarization"] = {"speakers": echoed}
        if not on:
            self._notes.append(
                "properties.diarization has no effect without diarizationEnabled: true"
            )
            return None
        return Speakers(least or 1, most)

    def _identification(self, fields: Fields, tag: str | None) -> Identification | None:
        inner = fields.object("languageIdentification")
        if inner is None:
            return None
        mode: IdentificationMode = "continuous"
        if self._shape.identification_mode:
            mode = inner.choice("mode", MODES) or mode
        elif inner.raw("mode") not in (None, "Continuous"):
            inner.complain(
                f"{inner.path('mode')} is not part of version {self._version}; use v3.2 or newer",
                name="mode",
            )
        name = "candidateLocales"
        path = inner.path(name)
        texts = inner.items(name, str, "locales", 500)
        if texts is None:
            if inner.raw(name) is None:
                inner.complain(f"the field {path} is required", name=name)
            return None
        tags = [self._references.tag(inner, f"{name}[{i}]", text) for i, text in enumerate(texts)]
        candidates = tuple(dict.fromkeys(each for each in tags if each is not None))
        if None not in tags:
            self._count_candidates(inner, candidates, mode, tag)
        models = self._mapping(inner, candidates)
        return Identification(candidates, mode, models)

    def _count_candidates(
        self, inner: Fields, candidates: Collection[str], mode: str, tag: str | None
    ) -> None:
        path = inner.path("candidateLocales")
        if len(candidates) < 2:
            inner.complain(
                f"{path} must hold at least two different locales", name="candidateLocales"
            )
        elif mode == "continuous" and len({*candidates, tag or ""} - {""}) > MAX_CANDIDATES:
            inner.complain(
                f"{path} may hold at most {MAX_CANDIDATES} locales in Continuous mode, the locale "
                "of the transcription included; in Single mode any number",
                name="candidateLocales",
            )

    def _mapping(self, inner: Fields, candidates: Collection[str]) -> dict[str, str]:
        mapping = inner.object("speechModelMapping")
        found: dict[str, str] = {}
        for name in mapping.names() if mapping is not None else ():
            assert mapping is not None
            tag = next((each for each in candidates if each.lower() == name.lower()), None)
            if tag is None:
                mapping.complain(
                    f"{mapping.path(name[:80])} is not one of candidateLocales", name=name[:80]
                )
            elif (model := self._references.any_model(mapping, name, tag)) is not None:
                found[tag] = model
        return found

    def _time_to_live(self, fields: Fields, asked: dict[str, Any]) -> float | None:
        least = self._shape.least_to_live
        name = "timeToLiveHours" if self._shape.milliseconds else "timeToLive"
        path = fields.path(name)
        if fields.raw(name) is None:
            if least is not None:
                fields.complain(f"the field {path} is required", "InvalidTimeToLive", name)
            return None
        if self._shape.milliseconds:
            hours = fields.integer(name, 6, 744, "InvalidTimeToLive")
            return None if hours is None else hours * HOUR
        text = fields.text(name, most=64, code="InvalidTimeToLive")
        if text is None:
            return None
        try:
            seconds = parse_duration(text)
        except ValueError as error:
            fields.complain(f"{path}: {error}", "InvalidTimeToLive", name)
            return None
        lowest = least or 0.0
        if not lowest <= seconds <= LONGEST_TO_LIVE:
            shown = "6 hours (PT6H)" if least else "0"
            fields.complain(
                f"{path} must be between {shown} and 31 days (P31D)", "InvalidTimeToLive", name
            )
            return None
        asked["timeToLive"] = text
        return seconds or None

    def _complain_of_others(self, fields: Fields) -> None:
        for name in fields.unread():
            found = _ELSEWHERE.get(name.lower())
            if found is None or fields.peek(name) in (None, False):
                continue
            own, use = found
            fields.complain(
                f"{fields.path(own)} is not part of version {self._version}; use {use}", name=own
            )


def _put(target: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        target[name] = value
