import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.pronunciation.assessment import AssessmentOptions
from scriba.server.errors import ApiError
from scriba.server.schemas.pronunciation import (
    Alphabet,
    AssessmentRequest,
    Dimension,
    Grading,
    Granularity,
)
from scriba.server.sdk.asked import Asked
from scriba.server.sdk.context import Query, mode_hint, read
from scriba.speech import PhraseList
from scriba.speech.live_options import Mode


def asked(context: dict[str, Any] | None = None, hint: Mode | None = None, **query: str) -> Asked:
    body = json.dumps(context or {"phraseDetection": {"language": "en-us"}}).encode()
    return read(Query(list(query.items())), hint, body)


def detection(**members: Any) -> dict[str, Any]:
    return {"phraseDetection": {"language": "en-us", **members}}


def refusal(context: dict[str, Any], **query: str) -> str:
    with pytest.raises(ApiError) as caught:
        asked(context, **query)
    assert caught.value.status == 400
    assert len(caught.value.message.encode()) <= 123
    return caught.value.message


def test_a_plain_turn_of_the_native_client() -> None:
    context = {"phraseDetection": {"language": "en-us"}, "audio": {"streams": {"1": None}}}
    assert asked(context, language="en-us") == Asked(language="en-US")


def test_a_plain_turn_of_the_javascript_client() -> None:
    context = {"phraseDetection": {"language": "de-DE", "enrichment": {}}, "phraseOutput": {}}
    found = asked(context, language="de-DE", format="simple")
    assert found == Asked(language="de-DE")


@pytest.mark.parametrize("spelling", ["INTERACTIVE", "Interactive", "interactive"])
def test_the_mode_in_any_spelling(spelling: str) -> None:
    assert asked(detection(mode=spelling)).mode == "interactive"
    assert asked({"PHRASEDETECTION": {"Mode": spelling}}, language="en-US").mode == "interactive"


def test_the_context_s_mode_goes_before_the_hint() -> None:
    assert asked(detection(mode="Dictation"), hint="interactive").mode == "dictation"
    assert asked(hint="interactive").mode == "interactive"
    assert asked().mode == "conversation"


def test_the_hint_of_speech_config() -> None:
    assert mode_hint(b'{"context":{},"recognition":"Dictation"}') == "dictation"
    assert mode_hint(b'{"context":{"system":{}}}') is None
    assert mode_hint(b"") is None
    with pytest.raises(ApiError, match=r"speech\.config is not valid JSON"):
        mode_hint(b"{")


@pytest.mark.parametrize(
    ("in_query", "in_context", "language"),
    [
        (None, "fr-FR", "fr-FR"),
        ("fr-FR", None, "fr-FR"),
        ("de-DE", "fr-FR", "fr-FR"),
        ("de-DE", "en-us", "de-DE"),
        ("de-DE", "en-US", "de-DE"),
        (None, "en-us", "en-US"),
    ],
)
def test_which_language_counts(in_query: str | None, in_context: str | None, language: str) -> None:
    query = {} if in_query is None else {"Language": in_query}
    assert asked({"phraseDetection": {"language": in_context}}, **query).language == language


def test_a_language_is_required() -> None:
    assert "A language is required" in refusal({"phraseDetection": {}})


def test_an_unknown_language_is_named() -> None:
    assert "'xx-ZZ' is not supported" in refusal({"phraseDetection": {"language": "xx-ZZ"}})


def test_a_custom_endpoint_takes_the_place_of_the_language() -> None:
    found = asked(detection(), cid="1b6f3fbe-5e25-4f0c-b6f2-3c9f5d4b9a11")
    assert found.cid == "1b6f3fbe-5e25-4f0c-b6f2-3c9f5d4b9a11"
    assert found.language is None
    assert asked(detection(), cid="x", language="de-DE").language == "de-DE"


def test_detailed_output() -> None:
    options = {"options": ["WordTimings", "WordConfidence"]}
    found = asked({**detection(), "phraseOutput": {"format": "Detailed", "detailed": options}})
    assert (found.format, found.words, found.word_confidence) == ("detailed", True, True)
    bare = {**detection(), "phraseOutput": {"format": "Detailed", "detailed": {"options": []}}}
    assert (asked(bare).format, asked(bare).words) == ("detailed", False)
    assert asked(bare, wordLevelTimestamps="true").words
    simple = {**detection(), "phraseOutput": {"format": "Simple"}}
    assert asked(simple, format="detailed").format == "detailed"
    assert asked(simple, wordLevelTimestamps="true").words is False


@pytest.mark.parametrize("spelling", ["raw", "Raw", "RAW"])
def test_profanity(spelling: str) -> None:
    assert asked(detection(enrichment={"profanity": spelling})).profanity == "raw"
    assert asked(detection(), profanity=spelling).profanity == "raw"
    found = asked(detection(enrichment={"profanity": "Removed"}), profanity="raw")
    assert found.profanity == "removed"


@pytest.mark.parametrize(
    "dgi",
    [
        {"Groups": [{"Type": "Generic", "Items": [{"Text": "Contoso"}, {"Text": "two cups"}]}]},
        {"groups": [{"type": "Generic", "items": [{"text": "Contoso"}, {"text": "two cups"}]}]},
    ],
)
def test_phrase_lists_in_both_spellings(dgi: dict[str, Any]) -> None:
    phrases = ("Contoso", "two cups")
    assert asked({**detection(), "dgi": dgi}).phrases == PhraseList(phrases)
    weighed = asked({**detection(), "dgi": {**dgi, "bias": 1.5}})
    assert weighed.phrases == PhraseList(phrases, 1.5)


@pytest.mark.parametrize(
    ("how", "identification"),
    [("DetectAtAudioStart", "single"), ("DetectContinuous", "continuous"), (None, "single")],
)
def test_language_identification(how: str | None, identification: str) -> None:
    identify = {"languages": ["en-us", "de-DE"], "mode": how, "Priority": "PrioritizeLatency"}
    found = asked({"languageId": identify, "phraseDetection": {}}, language="en-us")
    assert found.candidates == ("en-US", "de-DE")
    assert found.language is None
    assert found.identification == identification
    assert found.identifies


def test_any_language_at_all() -> None:
    found = asked({"languageId": {"languages": ["UND"]}})
    assert (found.candidates, found.language, found.open_range) == ((), None, True)


def test_languages_in_the_query_alone() -> None:
    assert asked(detection(), lidEnabled="en-US,fr-FR").candidates == ("en-US", "fr-FR")
    assert asked(detection(), lidEnabled="true").language == "en-US"


def test_custom_models_of_languages() -> None:
    models = [{"language": "en-us", "endpoint": "aaa"}, {"language": "de-DE", "endpoint": ""}]
    assert asked(detection(customModels=models)).models == {"en-US": "aaa"}


def test_speakers() -> None:
    said = {"mode": "Anonymous", "diarizeIntermediates": "True", "audioOffsetMS": 0}
    found = asked(detection(speakerDiarization=said))
    assert (found.speakers, found.draft_speakers) == (True, True)
    said = {"mode": "Anonymous", "diarizeIntermediates": False}
    found = asked(detection(speakerDiarization=said))
    assert (found.speakers, found.draft_speakers) == (True, False)


def test_times_in_the_context_and_in_the_query() -> None:
    segmentation = {"segmentationSilenceTimeoutMs": 600, "segmentationForcedTimeoutMs": 20000}
    found = asked(
        detection(
            mode="DICTATION",
            initialSilenceTimeout=3000,
            trailingSilenceTimeout="800",
            DICTATION={"segmentation": {**segmentation, "mode": "Custom"}},
        )
    )
    assert found.initial_silence == 3.0
    assert found.end_silence == 0.8
    assert found.segmentation_silence == 0.6
    assert found.longest == 20.0
    assert not found.semantic
    query = {"initialSilenceTimeoutMs": "2000", "endSilenceTimeoutMs": "900"}
    found = asked(detection(), **query, segmentationSilenceTimeoutMs="700")
    assert (found.initial_silence, found.end_silence) == (2.0, 0.9)
    assert found.segmentation_silence == 0.7


def test_semantic_segmentation() -> None:
    assert asked(detection(INTERACTIVE={"segmentation": {"mode": "Semantic"}})).semantic
    assert asked(detection(), segmentationStrategy="Semantic").semantic
    assert not asked(detection(), segmentationStrategy="Default").semantic


def test_stable_drafts() -> None:
    interim = {"interimResults": {"resultType": "Auto", "stableThreshold": 3}}
    assert asked({**detection(), "phraseOutput": interim}).stable == 3
    assert asked(detection(), stableIntermediateThreshold="3").stable == 3


def test_true_text() -> None:
    style = {
        "punctuationMode": "Implicit",
        "disfluencyMode": "Removed",
        "intermediatePunctuationMode": "Implicit",
        "intermediatedisfluencymode": "Removed",
    }
    found = asked(detection(mode="INTERACTIVE", enrichment={"interactive": style}))
    assert found.display_drafts
    assert found.punctuation == "automatic"
    assert asked(detection(), postprocessing="TrueText").display_drafts


def test_dictation_takes_dictated_punctuation() -> None:
    assert asked(detection(mode="DICTATION")).live_options().punctuation == "dictatedAndAutomatic"
    assert asked(detection()).live_options().punctuation == "automatic"
    assert asked(detection(), punctuation="explicit").live_options().punctuation == "dictated"


def test_what_is_not_there_is_refused_clearly() -> None:
    assert "does not translate" in refusal({**detection(), "translation": {"targetLanguages": []}})
    assert "does not translate" in refusal(detection(onSuccess={"action": "Translate"}))
    assert "does not translate" in refusal(detection(), **{"from": "en-US", "to": "de"})
    assert "Content assessment" in refusal(detection(enrichment={"contentAssessment": {}}))


def test_pronunciation_assessment() -> None:
    assert asked(detection()).assessment is None
    native = {
        "dimension": "Comprehensive",
        "enableMiscue": True,
        "referenceText": "Good morning.",
        "gradingSystem": "HundredMark",
        "granularity": "Phoneme",
        "phonemeAlphabet": "IPA",
        "nbestPhonemeCount": 5,
    }
    found = asked(detection(enrichment={"pronunciationAssessment": native}))
    assert found.assessment == AssessmentRequest(
        AssessmentOptions("Good morning.", miscue=True, nbest_phonemes=5),
        Grading.HUNDRED_MARK,
        Granularity.PHONEME,
        Dimension.COMPREHENSIVE,
        Alphabet.IPA,
    )
    assert found.format == "detailed"
    assert not found.words
    assert found.live_options().words
    assert not found.continues
    plain = asked({**detection(), "PronunciationAssessment": {}}).assessment
    assert plain is not None
    assert plain.dimension is Dimension.COMPREHENSIVE
    assert plain.grading is Grading.FIVE_POINT
    wrong = {"pronunciationAssessment": {"granularity": "Letter"}}
    assert refusal(detection(enrichment=wrong)).startswith(
        "pronunciationAssessment.Granularity must be one of: Phoneme, Word, FullText"
    )


@pytest.mark.parametrize(("offset", "continues"), [("0", False), ("44000000", True), (None, False)])
def test_an_assessment_knows_whether_its_audio_goes_on(offset: Any, continues: bool) -> None:
    context = {
        **detection(enrichment={"pronunciationAssessment": {"referenceText": "Good morning."}}),
        "continuation": {"audio": {"streams": {"1": {"offset": offset}}}},
    }
    assert asked(context).continues is continues


@pytest.mark.parametrize(
    ("context", "place"),
    [
        ({"phraseDetection": []}, "speech.context.phraseDetection must be a JSON object"),
        (detection(mode="sprint"), "speech.context.phraseDetection.mode must be one of"),
        (detection(mode=7), "speech.context.phraseDetection.mode must be a string"),
        (detection(enrichment={"profanity": "loud"}), "enrichment.profanity must be one of"),
        (detection(initialSilenceTimeout=-1), "initialSilenceTimeout must be a number from 0"),
        (detection(initialSilenceTimeout="soon"), "initialSilenceTimeout must be a number"),
        (detection(initialSilenceTimeout=True), "initialSilenceTimeout must be a number"),
        ({**detection(), "dgi": {"bias": 3}}, "speech.context.dgi.bias must be a number from 0"),
        ({**detection(), "dgi": {"groups": {}}}, "speech.context.dgi.groups must be a list"),
        ({**detection(), "dgi": {"groups": [1]}}, "speech.context.dgi.groups[] must be a JSON"),
        ({"languageId": {"languages": [1]}}, "speech.context.languageId.languages must be"),
        ({"languageId": {"languages": ["en-US", "q"]}}, "The language 'q' is not supported"),
    ],
)
def test_wrong_values_are_refused_with_their_place(context: dict[str, Any], place: str) -> None:
    assert place in refusal(context)


def test_wrong_values_of_the_query_are_refused() -> None:
    assert "The query parameter format must be one of" in refusal(detection(), format="fancy")
    assert "initialSilenceTimeoutMs" in refusal(detection(), initialSilenceTimeoutMs="x")


def test_what_nobody_knows_is_ignored() -> None:
    found = asked({**detection(surprise={"a": 1}), "custom": [1], "continuation": {}}, whatever="1")
    assert found == Asked(language="en-US")


NAMES = [
    *("phraseDetection", "mode", "language", "dgi", "groups", "items", "languageId"),
    *("languages", "enrichment", "phraseOutput", "interimResults", "customModels"),
]
json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=20,
)


def read_or_refused(body: bytes) -> Asked | None:
    try:
        return read(Query([("language", "en-US")]), None, body)
    except ApiError:
        return None


@given(json_values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    found = read_or_refused(json.dumps(value).encode())
    assert found is None or found.live_options().mode == found.mode


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found = read_or_refused(data)
    assert found is None or found.language == "en-US"
