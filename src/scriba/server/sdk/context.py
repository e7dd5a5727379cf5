"""Query, speech.config and speech.context to what a turn asks for.

Keys and values of enumerations count without regard to case; what nobody knows is ignored, and what
cannot be used is refused with a reason.
"""

from collections.abc import Mapping
from typing import Any

from scriba.errors import UnsupportedLocale
from scriba.server.errors import ApiError
from scriba.server.members import Members, chosen, number, wrong
from scriba.server.schemas import pronunciation
from scriba.server.schemas.pronunciation import LONGEST_PASSAGE, AssessmentRequest, Dimension
from scriba.server.schemas.recognition import Format
from scriba.server.sdk.asked import Asked
from scriba.speech import PhraseList, locale
from scriba.speech.forms import Profanity, Punctuation
from scriba.speech.live_options import Mode
from scriba.speech.options import Identification

CONTEXT = "speech.context"
CONFIG = "speech.config"

_ASSESSMENT = "pronunciationAssessment"

# What the native client writes where nobody chose a language.
_DEFAULT_LANGUAGE = "en-us"
_OPEN_RANGE = "und"

_MOST_LANGUAGES = 100
_MOST_GROUPS = 1000
_MOST_PHRASES = 5000
_LONGEST_PHRASE = 1000
_HOUR_MS = 3_600_000.0

_MODES: dict[str, Mode | None] = {
    "interactive": "interactive",
    "conversation": "conversation",
    "dictation": "dictation",
    "none": None,
}
_FORMATS: dict[str, Format] = {"simple": "simple", "detailed": "detailed"}
_PROFANITY: dict[str, Profanity] = {
    "masked": "masked",
    "removed": "removed",
    "raw": "raw",
    "tagged": "tags",
}
_PUNCTUATION: dict[str, Punctuation] = {
    "none": "none",
    "implicit": "automatic",
    "explicit": "dictated",
    "intelligent": "dictatedAndAutomatic",
}
_IDENTIFICATION: dict[str, Identification] = {
    "detectataudiostart": "single",
    "detectcontinuous": "continuous",
    "detectsegments": "continuous",
}
_SEGMENTATION = {
    "default": False,
    "normal": False,
    "disabled": False,
    "time": False,
    "custom": False,
    "semantic": True,
}
_SPEAKERS = {"none": False, "anonymous": True, "identity": True}
_BOOLEANS = {"true": True, "false": False}
_OF_WORDS = frozenset({"wordtimings", "words", "displaywords", "displaywordtimings"})


class Query:
    """The query of a connection; names count without regard to case, the first of several wins."""

    def __init__(self, items: list[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in items:
            self._values.setdefault(name.lower(), value.strip())

    def text(self, name: str) -> str | None:
        """A value; None where it is absent or empty."""
        return self._values.get(name.lower()) or None

    def one_of(self, name: str, values: Mapping[str, Any]) -> Any:
        """A value that is one of `values`; raises ApiError 400."""
        return chosen(self.text(name), values, f"The query parameter {name}")

    def milliseconds(self, name: str, least: float, most: float) -> float | None:
        """A time in seconds; raises ApiError 400."""
        found = number(self.text(name), least, most, f"The query parameter {name}")
        return None if not found else found / 1000


def mode_hint(config: bytes) -> Mode | None:
    """The mode that speech.config names; raises ApiError 400 where that is no JSON object."""
    return Members.of_json(config, CONFIG).one_of("recognition", _MODES)


def read(query: Query, hint: Mode | None, body: bytes) -> Asked:
    """What a turn asks for: speech.context goes before the query, and both before `hint`.

    The query's language stands against the one that the client writes when none was chosen. Raises
    ApiError 400.
    """
    context = Members.of_json(body, CONTEXT)
    detection = context.object("phraseDetection")
    _refuse_what_is_not_there(query, context, detection)
    mode = detection.one_of("mode", _MODES) or hint or "conversation"
    candidates, open_range, identification = _identification(query, context)
    cid = query.text("cid")
    words, word_confidence, form = _output(query, context)
    assessment = _assessment(context, detection)
    segmentation = _segmentation(detection, mode)
    enrichment = detection.object("enrichment")
    style = enrichment.object(mode)
    punctuation = style.one_of("punctuationMode", _PUNCTUATION)
    true_text = (query.text("postprocessing") or "").lower() == "truetext"
    between = style.one_of("intermediatePunctuationMode", _PUNCTUATION)
    speakers = detection.object("speakerDiarization")
    semantic = segmentation.one_of("mode", _SEGMENTATION)
    if semantic is None:
        semantic = query.one_of("segmentationStrategy", _SEGMENTATION)
    interim = context.object("phraseOutput").object("interimResults")
    stable = interim.number("stableThreshold", 0, 100) or number(
        query.text("stableIntermediateThreshold"),
        0,
        100,
        "The query parameter stableIntermediateThreshold",
    )
    return Asked(
        language=None if candidates or open_range else _language(query, detection, cid),
        mode=mode,
        # Scores have no place in a simple answer.
        format=form if assessment is None else "detailed",
        words=words,
        word_confidence=word_confidence,
        candidates=candidates,
        open_range=open_range,
        identification=identification,
        profanity=enrichment.one_of("profanity", _PROFANITY)
        or query.one_of("profanity", _PROFANITY)
        or "masked",
        punctuation=punctuation or query.one_of("punctuation", _PUNCTUATION),
        phrases=_phrase_list(context.object("dgi")),
        initial_silence=_milliseconds(detection, "initialSilenceTimeout", 0, _HOUR_MS)
        or query.milliseconds("initialSilenceTimeoutMs", 0, _HOUR_MS),
        end_silence=_milliseconds(detection, "trailingSilenceTimeout", 0, _HOUR_MS)
        or query.milliseconds("endSilenceTimeoutMs", 0, _HOUR_MS),
        segmentation_silence=_milliseconds(segmentation, "segmentationSilenceTimeoutMs", 100, 5000)
        or query.milliseconds("segmentationSilenceTimeoutMs", 100, 5000),
        longest=_milliseconds(segmentation, "segmentationForcedTimeoutMs", 1000, 120_000)
        or query.milliseconds("segmentationMaximumTimeMs", 1000, 120_000),
        semantic=bool(semantic),
        stable=max(1, int(stable or 1)),
        display_drafts=true_text or between not in (None, "none"),
        speakers=bool(speakers.one_of("mode", _SPEAKERS)),
        draft_speakers=bool(speakers.flag("diarizeIntermediates")),
        store_audio=bool(query.one_of("storeAudio", _BOOLEANS)),
        cid=cid,
        assessment=assessment,
        continues=assessment is not None and _continues(context),
        models=_models(detection),
    )


def _refuse_what_is_not_there(query: Query, context: Members, detection: Members) -> None:
    translates = any(
        (detection.object(name).text("action") or "").lower() == "translate"
        for name in ("onSuccess", "onInterim")
    )
    if translates or "translation" in context or query.text("to"):
        raise ApiError(
            400, "Scriba does not translate: use a SpeechRecognizer in the language that is spoken."
        )
    if "contentAssessment" in detection.object("enrichment"):
        raise ApiError(400, "Content assessment is not available: recognise without its topic.")


def _assessment(context: Members, detection: Members) -> AssessmentRequest | None:
    """How pronunciation is to be assessed, if it is."""
    for members in (detection.object("enrichment"), context):
        if _ASSESSMENT in members:
            found = Members(members.value(_ASSESSMENT), _ASSESSMENT)
            return pronunciation.read(found, Dimension.COMPREHENSIVE, LONGEST_PASSAGE)
    return None


def _continues(context: Members) -> bool:
    """Whether the audio goes on where another turn's was acknowledged."""
    streams = context.object("continuation").object("audio").value("streams")
    if not isinstance(streams, dict):
        return False
    offsets = (each.get("offset") for each in streams.values() if isinstance(each, dict))
    return any(str(offset or "0").strip("0") for offset in offsets)


def _language(query: Query, detection: Members, cid: str | None) -> str | None:
    in_query, in_context = query.text("language"), detection.text("language")
    if cid is not None:
        # It takes the place of the language, which the client's default says nothing about.
        return None if in_query is None else _tag(in_query)
    chosen_tag = in_context or in_query
    if in_query is not None and (in_context or "").lower() == _DEFAULT_LANGUAGE:
        chosen_tag = in_query
    if chosen_tag is None:
        raise ApiError(
            400, "A language is required, as ?language=en-US or in phraseDetection.language."
        )
    return _tag(chosen_tag)


def _tag(language: str) -> str:
    try:
        return locale(language).tag
    except UnsupportedLocale as error:
        # Shorter than the error's own words, which a close frame would cut.
        raise ApiError(
            400, f"The language {language[:20]!r} is not supported; docs/locales.md lists all."
        ) from error


def _identification(query: Query, context: Members) -> tuple[tuple[str, ...], bool, Identification]:
    """Candidate locales, whether any language is one, and how often it is asked."""
    identify = context.object("languageId")
    named = identify.list("languages", _MOST_LANGUAGES)
    if not all(isinstance(each, str) for each in named):
        raise wrong(f"{identify.where}.languages", "must be a list of locales")
    listed = query.text("lidEnabled") or ""
    if not named and listed.lower() not in ("true", "false"):
        named = [each for each in listed.split(",") if each.strip()][:_MOST_LANGUAGES]
    how = identify.one_of("mode", _IDENTIFICATION) or "single"
    if any(each.strip().lower() == _OPEN_RANGE for each in named):
        return (), True, how
    return tuple(dict.fromkeys(_tag(each.strip()) for each in named)), False, how


def _output(query: Query, context: Members) -> tuple[bool, bool, Format]:
    """Whether words are wanted, whether with their confidence, and the format."""
    output = context.object("phraseOutput")
    named = output.object("detailed").list("options", 100)
    options = {each.lower() for each in named if isinstance(each, str)}
    timed = query.one_of("wordLevelTimestamps", _BOOLEANS)
    sure = query.one_of("wordLevelConfidence", _BOOLEANS)
    detailed = "detailed" in (
        output.one_of("format", _FORMATS),
        query.one_of("format", _FORMATS),
    )
    confidence = bool(sure) or "wordconfidence" in options
    words = bool(timed) or confidence or bool(options & _OF_WORDS)
    return detailed and words, detailed and confidence, "detailed" if detailed else "simple"


def _segmentation(detection: Members, mode: Mode) -> Members:
    """The settings for this mode; a client that does not know its mode wrote them for another."""
    for each in (mode, *(name for name in _MODES if name != mode)):
        if "segmentation" in (found := detection.object(each)):
            return found.object("segmentation")
    return Members(None, "segmentation")


def _milliseconds(members: Members, name: str, least: float, most: float) -> float | None:
    found = members.number(name, least, most)
    return None if not found else found / 1000


def _phrase_list(dgi: Members) -> PhraseList | None:
    phrases: dict[str, None] = {}
    for group in dgi.list("groups", _MOST_GROUPS):
        items = Members(group, f"{dgi.where}.groups[]").list("items", _MOST_PHRASES)
        for item in items:
            text = Members(item, f"{dgi.where}.groups[].items[]").text("text") or ""
            if len(text) > _LONGEST_PHRASE:
                raise wrong(
                    f"{dgi.where}.groups[].items[].text",
                    f"may have {_LONGEST_PHRASE} characters, and has {len(text)}",
                )
            if text:
                phrases[text] = None
    if len(phrases) > _MOST_PHRASES:
        raise wrong(dgi.where, f"may have {_MOST_PHRASES} phrases, and has {len(phrases)}")
    weight = dgi.number("bias", 0, 2)
    if not phrases:
        return None
    return PhraseList(tuple(phrases)) if weight is None else PhraseList(tuple(phrases), weight)


def _models(detection: Members) -> dict[str, str]:
    where = f"{detection.where}.customModels[]"
    models: dict[str, str] = {}
    for entry in detection.list("customModels", _MOST_LANGUAGES):
        members = Members(entry, where)
        language, endpoint = members.text("language"), members.text("endpoint")
        if endpoint is None:
            continue
        if language is None:
            raise wrong(f"{where}.language", "is required")
        models[_tag(language)] = endpoint
    return models
