"""Requests for transcriptions: what they may hold, what is refused, and how that is told."""

from typing import Any

import pytest

from scriba.resources.base_model import base_model_id
from scriba.resources.transcription import Identification, Speakers, TranscriptionSpec
from scriba.resources.versions import Version
from scriba.speech.catalogue import BASE, SMALL
from scriba.storage import Store

from .api import HOST, Api

OLD = [version for version in Version if version.in_path]
NEW = [version for version in Version if not version.in_path]


def _spec(api: Api, version: Version = Version.V3_2, **properties: Any) -> TranscriptionSpec:
    entity = api.created(version, properties=_properties(version, properties))
    return TranscriptionSpec.from_json(entity.spec)


def _properties(version: Version, properties: dict[str, Any]) -> dict[str, Any]:
    if version is Version.PREVIEW_2024_05:
        return {"timeToLive": "P2D", **properties}
    return {"timeToLiveHours": 48, **properties} if not version.in_path else properties


def _refused(api: Api, version: Version = Version.V3_2, **changes: Any) -> dict[str, Any]:
    answer = api.create(version, **changes)
    assert answer.status_code == 400, answer.text
    assert not api.jobs.submitted
    body: dict[str, Any] = answer.json()
    assert body["code"] == "InvalidRequest"
    assert body["innerError"]["message"] == body["message"]
    return body


@pytest.mark.parametrize(
    ("properties", "attribute", "value"),
    [
        ({"wordLevelTimestampsEnabled": True}, "words", True),
        ({"displayFormWordLevelTimestampsEnabled": True}, "display_words", True),
        ({"channels": [1]}, "channels", (1,)),
        ({"channels": [1, 0]}, "channels", (0, 1)),
        ({"punctuationMode": "None"}, "punctuation", "none"),
        ({"punctuationMode": "dictated"}, "punctuation", "dictated"),
        ({"punctuationMode": "Automatic"}, "punctuation", "automatic"),
        ({"profanityFilterMode": "None"}, "profanity", "raw"),
        ({"profanityFilterMode": "Tags"}, "profanity", "tags"),
        ({"profanityFilterMode": None}, "profanity", "masked"),
        (
            {"destinationContainerUrl": "https://e.com/c?sig=s"},
            "destination",
            "https://e.com/c?sig=s",
        ),
    ],
)
@pytest.mark.parametrize("version", [Version.V3_2, Version.V2024_11])
def test_properties(
    api: Api, version: Version, properties: dict[str, Any], attribute: str, value: object
) -> None:
    assert getattr(_spec(api, version, **properties), attribute) == value


@pytest.mark.parametrize(
    ("version", "properties", "speakers"),
    [
        (Version.V3_0, {"diarizationEnabled": True}, Speakers(1, 2)),
        (Version.V3_0, {"diarizationEnabled": False}, None),
        (Version.V3_2, {"diarizationEnabled": True}, Speakers(1, 2)),
        (
            Version.V3_2,
            {
                "diarizationEnabled": True,
                "diarization": {"speakers": {"minCount": 3, "maxCount": 5}},
            },
            Speakers(3, 5),
        ),
        (
            Version.V3_2,
            {"diarizationEnabled": True, "diarization": {"speakers": {"maxCount": 4}}},
            Speakers(1, 4),
        ),
        (Version.V3_2, {"diarization": {"speakers": {"minCount": 3, "maxCount": 5}}}, None),
        (Version.V2024_11, {"diarization": {"enabled": True}}, Speakers(1, None)),
        (Version.V2024_11, {"diarization": {"enabled": True, "maxSpeakers": 7}}, Speakers(1, 7)),
        (Version.V2024_11, {"diarization": {"maxSpeakers": 7}}, Speakers(1, 7)),
        (Version.V2025_10, {"diarization": {"enabled": False, "maxSpeakers": 7}}, None),
        (Version.V2025_10, {"diarization": None}, None),
        # As fast transcription takes them: an object alone turns it on, values may be strings.
        (Version.V2024_11, {"diarization": {}}, Speakers(1, None)),
        (
            Version.V2024_11,
            {"diarization": {"enabled": "true", "maxSpeakers": "2"}},
            Speakers(1, 2),
        ),
        (Version.V2025_10, {"diarization": {"enabled": "False", "maxSpeakers": "7"}}, None),
        (Version.V3_2, {"diarizationEnabled": "true"}, Speakers(1, 2)),
        (
            Version.V3_1,
            {
                "diarizationEnabled": " True ",
                "diarization": {"speakers": {"minCount": "3", "maxCount": "5"}},
            },
            Speakers(3, 5),
        ),
    ],
)
def test_diarization(
    api: Api, version: Version, properties: dict[str, Any], speakers: Speakers | None
) -> None:
    assert _spec(api, version, **properties).diarization == speakers


def test_a_range_of_speakers_without_the_flag_says_that_it_has_no_effect(api: Api) -> None:
    answer = api.create(properties={"diarization": {"speakers": {"maxCount": 5}}})
    assert answer.status_code == 201
    assert "diarizationEnabled" in answer.headers["X-Scriba-Note"]
    assert answer.json()["properties"]["diarization"] == {"speakers": {"maxCount": 5}}


def test_language_identification(api: Api) -> None:
    model = f"{HOST}/speechtotext/v3.2/models/{base_model_id(BASE, 'de-DE')}"
    asked = {
        "mode": "Single",
        "candidateLocales": ["en-us", "de-DE", "DE-de"],
        "speechModelMapping": {"de-de": {"self": model}},
    }
    spec = _spec(api, languageIdentification=asked)
    models = {"de-DE": base_model_id(BASE, "de-DE")}
    assert spec.identification == Identification(("en-US", "de-DE"), "single", models)
    assert _spec(
        api, Version.V3_1, languageIdentification={"candidateLocales": ["en-US", "de-DE"]}
    ).identification == Identification(("en-US", "de-DE"), "continuous", {})


ELEVEN = [
    "en-US",
    "de-DE",
    "fr-FR",
    "es-ES",
    "it-IT",
    "nl-NL",
    "pl-PL",
    "ru-RU",
    "sv-SE",
    "da-DK",
    "fi-FI",
]


def test_how_many_languages(api: Api) -> None:
    def asked(mode: str, locales: list[str], locale: str = "en-US") -> int:
        identification = {"mode": mode, "candidateLocales": locales}
        return api.create(
            locale=locale, properties={"languageIdentification": identification}
        ).status_code

    assert asked("Continuous", ELEVEN[:10]) == 201
    assert asked("Continuous", ELEVEN) == 400
    # The locale of the transcription counts, too.
    assert asked("Continuous", ELEVEN[1:11]) == 400
    assert asked("Single", ELEVEN) == 201
    assert asked("Single", ["en-US"]) == 400
    assert asked("Single", ["en-US", "en-us"]) == 400
    assert asked("Other", ELEVEN) == 400


@pytest.mark.parametrize(
    ("text", "seconds"), [("P2D", 172_800.0), ("PT30M", 1800.0), ("PT0S", None), (None, None)]
)
def test_time_to_live_of_older_versions(api: Api, text: str | None, seconds: float | None) -> None:
    assert _spec(api, timeToLive=text).time_to_live == seconds
    shown = api.get("/transcriptions").json()["values"][0]["properties"].get("timeToLive")
    assert shown == text


@pytest.mark.parametrize(
    ("version", "properties"),
    [
        (Version.V3_2, {"timeToLive": "P32D"}),
        (Version.V3_2, {"timeToLive": "-P1D"}),
        (Version.V3_2, {"timeToLive": "2 days"}),
        (Version.V3_2, {"timeToLive": 48}),
        (Version.PREVIEW_2024_05, {"timeToLive": None}),
        (Version.PREVIEW_2024_05, {"timeToLive": "PT5H"}),
        (Version.V2024_11, {"timeToLiveHours": 5}),
        (Version.V2024_11, {"timeToLiveHours": 745}),
        (Version.V2024_11, {"timeToLiveHours": "48.0"}),
        (Version.V2024_11, {"timeToLiveHours": "9" * 400}),
        (Version.V3_2, {"timeToLive": "PT1.5H1M"}),
        (Version.V2024_11, {"timeToLiveHours": 48.5}),
        (Version.V2025_10, {"timeToLiveHours": None}),
    ],
)
def test_times_to_live_that_are_refused(
    api: Api, version: Version, properties: dict[str, Any]
) -> None:
    body = _refused(api, version, properties={**_properties(version, {}), **properties})
    assert body["innerError"]["code"] in ("InvalidTimeToLive", "InvalidPayload")
    assert "timeToLive" in body["message"]


@pytest.mark.parametrize("version", [Version.V2024_11, Version.V2025_10])
def test_newer_versions_want_properties(api: Api, version: Version) -> None:
    assert "properties is required" in _refused(api, version, properties=...)["message"]


_URLS = {"contentUrls": ["https://example.com/a.wav"]}
_CONTAINER = {"contentContainerUrl": "https://example.com/c?sv=1&sig=x"}
_DATASET = {
    "dataset": {"self": f"{HOST}/speechtotext/v3.2/datasets/{'0' * 8}-0000-0000-0000-{'0' * 12}"}
}


@pytest.mark.parametrize(
    "sources",
    [
        {"contentUrls": ...},
        {"contentUrls": []},
        {"contentUrls": None},
        _URLS | _CONTAINER,
        _URLS | _DATASET,
        _CONTAINER | _DATASET | {"contentUrls": ...},
    ],
)
def test_exactly_one_source(api: Api, sources: dict[str, Any]) -> None:
    body = _refused(api, **sources)
    assert body["innerError"]["code"] == "OnlyOneOfUrlsOrContainerOrDataset"


def test_a_container_alone(api: Api) -> None:
    entity = api.created(contentUrls=None, **_CONTAINER)
    assert (
        TranscriptionSpec.from_json(entity.spec).container_url == _CONTAINER["contentContainerUrl"]
    )


@pytest.mark.parametrize(
    ("changes", "code", "part"),
    [
        ({"displayName": ...}, "InvalidPayload", "displayName is required"),
        ({"displayName": "  "}, "InvalidPayload", "must not be empty"),
        ({"displayName": 7}, "InvalidPayload", "must be a string"),
        ({"displayName": "x" * 1025}, "InvalidPayload", "longer than 1024"),
        ({"locale": ...}, "InvalidLocale", "locale is required"),
        ({"locale": "xx-XX"}, "InvalidLocale", "'xx-XX'"),
        ({"locale": "en"}, "InvalidLocale", "try 'en-US'"),
        ({"contentUrls": ["ftp://a/b"]}, "InvalidRecordingsUri", "contentUrls[0] must be"),
        ({"contentUrls": ["/etc/passwd"]}, "InvalidRecordingsUri", "contentUrls[0]"),
        ({"contentUrls": ["https://"]}, "InvalidRecordingsUri", "contentUrls[0]"),
        ({"contentUrls": ["https://[::1"]}, "InvalidRecordingsUri", "not a valid address"),
        ({"contentUrls": ["https://a:99999/"]}, "InvalidRecordingsUri", "not a valid address"),
        ({"contentUrls": ["https://a/b\tc"]}, "InvalidRecordingsUri", "a control"),
        ({"contentUrls": ["s3://bucket/key"]}, "InvalidRecordingsUri", "https:// or http://"),
        ({"contentUrls": ["file:///etc/passwd"]}, "InvalidRecordingsUri", "https:// or http://"),
        ({"contentUrls": ["https://a/" + "b" * 17_000]}, "InvalidRecordingsUri", "longer than"),
        ({"contentUrls": [7]}, "InvalidPayload", "list of addresses"),
        ({"contentUrls": ["https://a/b", None]}, "InvalidPayload", "contentUrls[1] is of another"),
        ({"contentUrls": "https://a/b"}, "InvalidPayload", "list of addresses"),
        ({"contentUrls": ["https://a/b"] * 1001}, "ExceededNumberOfRecordingsUris", "1000"),
        ({"customProperties": {str(n): "" for n in range(11)}}, "InvalidPayload", "10 entries"),
        ({"customProperties": {"x" * 65: ""}}, "InvalidPayload", "1 to 64"),
        ({"customProperties": {"x": "y" * 257}}, "InvalidPayload", "at most 256"),
        ({"customProperties": {"x": 1}}, "InvalidPayload", "must be a string"),
        ({"customProperties": []}, "InvalidPayload", "object of strings"),
        ({"properties": []}, "InvalidPayload", "must be an object"),
        ({"properties": {"channels": []}}, "InvalidChannels", "from 0 to 7"),
        ({"properties": {"channels": [0, 0]}}, "InvalidChannels", "different"),
        ({"properties": {"channels": [8]}}, "InvalidChannels", "from 0 to 7"),
        ({"properties": {"channels": [True]}}, "InvalidChannels", "channels"),
        ({"properties": {"channels": "0"}}, "InvalidChannels", "channels"),
        ({"properties": {"punctuationMode": "All"}}, "InvalidPayload", "one of: None, Dictated"),
        ({"properties": {"profanityFilterMode": "raw"}}, "InvalidPayload", "Removed, Tags"),
        ({"properties": {"diarizationEnabled": "yes"}}, "InvalidPayload", "true or false"),
        ({"properties": {"destinationContainerUrl": "x"}}, "InvalidPayload", "absolute address"),
        (
            {"project": {"self": f"{HOST}/speechtotext/v3.2/projects/1"}},
            "InvalidProject",
            "project",
        ),
        (_DATASET | {"contentUrls": None}, "InvalidDataset", "there is no dataset"),
    ],
)
def test_what_is_refused(api: Api, changes: dict[str, Any], code: str, part: str) -> None:
    body = _refused(api, **changes)
    assert body["innerError"]["code"] == code
    assert part in body["message"]


def test_values_in_strings_are_echoed_as_what_they_are(api: Api) -> None:
    asked = {
        "timeToLiveHours": "48",
        "wordLevelTimestampsEnabled": "TRUE",
        "channels": ["1", 0],
        "diarization": {"enabled": "true", "maxSpeakers": "2"},
    }
    told = api.create(Version.V2024_11, properties=asked).json()["properties"]
    assert told["timeToLiveHours"] == 48
    assert told["wordLevelTimestampsEnabled"] is True
    assert told["channels"] == [0, 1]
    assert told["diarization"] == {"enabled": True, "maxSpeakers": 2}


def test_each_address_that_is_wrong_is_named(api: Api) -> None:
    urls = ["https://a/b", "nowhere", "https://a/c", 7, "ftp://a/b"]
    body = _refused(api, contentUrls=urls)
    assert body["target"] == "contentUrls[3]"
    body = _refused(api, contentUrls=[each for each in urls if each != 7])
    assert [each["target"] for each in body["details"]] == ["contentUrls[1]", "contentUrls[3]"]
    assert "contentUrls[3] must be" in body["message"]


def test_of_many_complaints_the_rest_are_counted(api: Api) -> None:
    body = _refused(api, contentUrls=["x"] * 30)
    assert len(body["details"]) == 20
    assert body["message"].endswith("OR 10 more things are wrong.")


@pytest.mark.parametrize("value", ["null", "5", "[]", '"x"'])
def test_a_body_that_is_no_object_gets_one_complaint(api: Api, value: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.ask("POST", "/transcriptions", content=value, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["message"] == "The body must be a JSON object."


def test_a_number_of_thousands_of_digits(api: Api) -> None:
    body = b'{"displayName": "x", "properties": {"timeToLiveHours": ' + b"7" * 5000 + b"}}"
    headers = {"Content-Type": "application/json"}
    answer = api.ask("POST", "/transcriptions", content=body, headers=headers)
    assert answer.status_code == 400
    assert "a number has 5000 digits" in answer.json()["message"]
    assert "sys." not in answer.text


@pytest.mark.parametrize(
    ("properties", "part"),
    [
        ({"diarization": {}}, "diarization.speakers is required"),
        ({"diarization": {"speakers": {"minCount": 0}}}, "from 1 to 35"),
        ({"diarization": {"speakers": {"maxCount": 36}}}, "from 1 to 35"),
        ({"diarization": {"speakers": {"minCount": 5, "maxCount": 3}}}, "larger than maxCount"),
        ({"diarization": {"maxSpeakers": 5, "speakers": {}}}, "not part of version v3.2"),
        ({"languageIdentification": {}}, "candidateLocales is required"),
        ({"languageIdentification": {"candidateLocales": ["en-US", 1]}}, "list of locales"),
        ({"languageIdentification": {"candidateLocales": ["en-US", "x"]}}, "'x'"),
        (
            {
                "languageIdentification": {
                    "candidateLocales": ["en-US", "de-DE"],
                    "speechModelMapping": {"fr-FR": {"self": "https://a/models/1"}},
                }
            },
            "fr-FR is not one of candidateLocales",
        ),
    ],
)
def test_nested_properties_that_are_refused(
    api: Api, properties: dict[str, Any], part: str
) -> None:
    assert part in _refused(api, properties={"diarizationEnabled": True, **properties})["message"]


@pytest.mark.parametrize(
    ("version", "properties", "part"),
    [
        (Version.V3_0, {"diarization": {"speakers": {}}}, "diarizationEnabled, or v3.1"),
        (Version.V3_0, {"languageIdentification": {"candidateLocales": []}}, "v3.1 and newer"),
        (Version.V3_0, {"displayFormWordLevelTimestampsEnabled": True}, "v3.1 and newer"),
        (Version.V3_2, {"timeToLiveHours": 48}, "use timeToLive"),
        (Version.V2024_11, {"timeToLive": "P2D"}, "use timeToLiveHours"),
        (Version.V2024_11, {"diarizationEnabled": True}, "use diarization.enabled"),
        (Version.V2024_11, {"diarization": {"speakers": {}}}, "use maxSpeakers"),
        (
            Version.V3_1,
            {"languageIdentification": {"mode": "Single", "candidateLocales": ["en-US", "de-DE"]}},
            "v3.2 or newer",
        ),
    ],
)
def test_what_other_versions_have_is_not_passed_over(
    api: Api, version: Version, properties: dict[str, Any], part: str
) -> None:
    body = _refused(api, version, properties=_properties(version, properties))
    assert part in body["message"]
    assert f"version {version}" in body["message"]


def test_several_complaints_come_in_one_answer(api: Api) -> None:
    body = _refused(api, locale="xx", displayName=..., contentUrls=["x"])
    assert body["message"].count(" OR ") == 2
    assert body["innerError"]["code"] == "InvalidPayload"
    codes = {each["innerError"]["code"] for each in body["details"]}
    assert codes == {"InvalidPayload", "InvalidLocale", "InvalidRecordingsUri"}
    assert {each["target"] for each in body["details"]} == {
        "displayName",
        "locale",
        "contentUrls[0]",
    }


def test_what_has_no_effect_is_noted(api: Api) -> None:
    answer = api.create(
        properties={"email": "a@example.com", "bogus": 1, "error": {}, "duration": "PT1S"},
        unknown={"a": 1},
        status="Succeeded",
        model=None,
        project=None,
    )
    assert answer.status_code == 201
    note = answer.headers["X-Scriba-Note"]
    assert "sends no mail" in note
    assert "unknown" in note
    assert "properties.bogus" in note
    for silent in ("status", "duration", "model"):
        assert silent not in note
    assert "email" not in answer.json()["properties"]


def test_a_note_never_breaks_the_header(api: Api) -> None:
    answer = api.create(**{"a\r\nSet-Cookie: x": 1, "ü": 1})
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    assert "a??Set-Cookie" in answer.headers["X-Scriba-Note"]


def test_models(api: Api) -> None:
    def refused(address: str, locale: str = "en-US") -> tuple[str, str]:
        body = _refused(api, model={"self": address}, locale=locale)
        return body["innerError"]["code"], body["message"]

    base = f"{HOST}/speechtotext/v3.2/models/base"
    other = base_model_id(SMALL, "en-US")
    assert refused("x")[0] == "InvalidModelUri"
    assert refused(f"{base}/8a043172-65b7-4cf3-a8b5-4449efa5a0f1")[0] == "InvalidModel"
    assert refused(f"{base}/{base_model_id(BASE, 'de-DE')}")[0] == "ModelMismatch"
    code, message = refused(f"{base}/{other}")
    assert code == "InvalidModel"
    assert "scriba models pull" in message
    own = base_model_id(BASE, "en-US")
    for address in (
        f"{base}/{own}",
        f"{HOST}/speechtotext/models/base/{own}?api-version=2024-11-15",
        f"https://westus.api.cognitive.microsoft.com/speechtotext/v3.1/models/{own.upper()}",
    ):
        entity = api.created(model={"self": address})
        assert TranscriptionSpec.from_json(entity.spec).model == own


def test_a_model_of_one_language(store: Store, api: Api) -> None:
    api.speech.model_name = "tiny.en"
    with Api(store, api.settings.data_dir, name="english", model_name="tiny.en") as english:
        assert english.create(locale="en-GB").status_code == 201
        answer = english.create(locale="de-DE")
        assert answer.json()["innerError"]["code"] == "InvalidLocale"
        assert "tiny.en" in answer.json()["message"]
        locales = english.get("/transcriptions/locales").json()
        assert "en-US" in locales
        assert "de-DE" not in locales


def test_sources_that_the_operator_allows(store: Store, api: Api) -> None:
    allowed = "s3://calls/2026,/srv/audio"
    with Api(store, api.settings.data_dir, name="allowed", allowed_sources=allowed) as other:
        urls = ["s3://calls/2026/a.wav", "file:///srv/audio/a.wav", "https://e.com/a.wav"]
        assert other.create(contentUrls=urls).status_code == 201


def test_blanks_in_addresses_are_encoded(api: Api) -> None:
    entity = api.created(contentUrls=[" https://e.com/my call.wav?sv=1 "])
    spec = TranscriptionSpec.from_json(entity.spec)
    assert spec.content_urls == ("https://e.com/my%20call.wav?sv=1",)
