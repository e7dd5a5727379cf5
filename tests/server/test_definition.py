import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.server.errors import ApiError
from scriba.server.schemas.definition import Definition, Diarization, parse_definition
from scriba.speech.phrase_list import PhraseList


def parse(value: Any, *, audio_url: bool = True) -> Definition:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return parse_definition(data, audio_url=audio_url)


def codes(error: ApiError) -> list[tuple[str | None, str | None]]:
    return [(each.target, each.inner_code) for each in error.details or (error,)]


@pytest.mark.parametrize("nothing", [b"", b"  ", b"{}", b"null", b"\xef\xbb\xbf{}"])
def test_nothing_asks_for_the_defaults(nothing: bytes) -> None:
    assert parse(nothing) == Definition()
    assert Definition().profanity == "masked"


def test_null_is_the_same_as_nothing() -> None:
    names = ["locales", "profanityFilterMode", "diarization", "channels", "models", "phraseList"]
    assert parse(dict.fromkeys([*names, "audioUrl", "enhancedMode"])) == Definition()


def test_the_definition_of_open_webui() -> None:
    found = parse(
        {
            "locales": ["en-US", "es-ES", "de-DE"],
            "diarization": {"maxSpeakers": "3", "enabled": True},
        }
    )
    assert found.locales == ("en-US", "es-ES", "de-DE")
    assert found.diarization == Diarization(3)


@pytest.mark.parametrize(
    ("given_as", "found"),
    [
        ({"maxSpeakers": 3}, Diarization(3)),
        ({"maxSpeakers": "35"}, Diarization(35)),
        ({"maxSpeakers": 2.0, "enabled": "true"}, Diarization(2)),
        ({"enabled": True}, Diarization()),
        ({}, Diarization()),
        ({"enabled": False, "maxSpeakers": 3}, None),
        ({"enabled": "False"}, None),
        (None, None),
    ],
)
def test_diarization(given_as: Any, found: Diarization | None) -> None:
    assert parse({"diarization": given_as}).diarization == found


@pytest.mark.parametrize("wrong", [1, 36, 0, -1, "x", "3.5", True, [3], 1e300, float("inf")])
def test_a_number_of_speakers_that_cannot_be(wrong: Any) -> None:
    with pytest.raises(ApiError, match="maxSpeakers"):
        parse(
            json.dumps({"diarization": {"maxSpeakers": wrong}})
            .replace("Infinity", "1e999")
            .encode()
        )


@pytest.mark.parametrize(
    ("given_as", "found"),
    [
        (["en-us", " de-DE", "en-US"], ("en-US", "de-DE")),
        ("en-US", ("en-US",)),
        ("en-US,de-DE", ("en-US", "de-DE")),
        ([], ()),
        ("", ()),
    ],
)
def test_locales(given_as: Any, found: tuple[str, ...]) -> None:
    assert parse({"locales": given_as}).locales == found


@pytest.mark.parametrize(
    ("given_as", "found"),
    [([0, 1], (0, 1)), (["1", "0", 1], (0, 1)), ([1.0], (1,)), ([], ())],
)
def test_channels(given_as: Any, found: tuple[int, ...]) -> None:
    assert parse({"channels": given_as}).channels == found


def test_phrases_to_prefer() -> None:
    given_as = {"phraseList": {"phrases": ["Contoso", " Rehaan ", "", "Contoso"]}}
    assert parse(given_as).phrase_list == PhraseList(("Contoso", "Rehaan"))
    given_as["phraseList"]["biasingWeight"] = "1.5"  # type: ignore[assignment]
    assert parse(given_as).phrase_list == PhraseList(("Contoso", "Rehaan"), 1.5)
    assert parse({"phraseList": {"phrases": []}}).phrase_list is None


@pytest.mark.parametrize(
    ("mode", "found"),
    [("None", "raw"), ("Masked", "masked"), ("removed", "removed"), ("TAGS", "tags")],
)
def test_profanity(mode: str, found: str) -> None:
    assert parse({"profanityFilterMode": mode}).profanity == found


def test_names_count_in_any_case() -> None:
    assert parse({"Locales": ["en-US"], "PHRASELIST": {"Phrases": ["a"]}}) == Definition(
        locales=("en-US",), phrase_list=PhraseList(("a",))
    )


def test_an_address_is_known_from_one_version_on() -> None:
    asked = {"audioUrl": "https://example.com/a.wav?sig=x"}
    assert parse(asked).audio_url == asked["audioUrl"]
    older = parse(asked, audio_url=False)
    assert (older.audio_url, older.notes) == (None, ("ignored: audioUrl",))


def test_what_is_not_known_is_said_and_not_dropped_in_silence() -> None:
    found = parse({"wordLevelTimestampsEnabled": True, "a\r\nb: c": 1})
    assert found.notes == ("ignored: wordLevelTimestampsEnabled, a??b??c",)


def test_enhanced_mode_that_changes_nothing_is_taken_with_a_note() -> None:
    assert parse({"enhancedMode": {"enabled": True, "task": "Transcribe"}}).notes
    assert parse({"enhancedMode": {"enabled": True}}).notes
    assert parse({"enhancedMode": {"enabled": False, "task": "translate"}}).notes == ()
    assert parse({"enhancedMode": {}}).notes == ()


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"task": "translate", "targetLanguage": "zh"}, "does not translate"),
        ({"enabled": True, "targetLanguage": "zh"}, "does not translate"),
        ({"enabled": True, "prompt": ["Output must be in lexical format."]}, "phraseList"),
        ({"enabled": True, "task": "summarize"}, "must be 'transcribe'"),
        ({"enabled": True, "task": 3}, "must be 'transcribe'"),
        ({"enabled": True, "model": "x"}, "no model to choose"),
        ({"enabled": 3}, "true or false"),
        ("on", "JSON object"),
    ],
)
def test_enhanced_mode_that_cannot_be_had_is_refused(asked: Any, why: str) -> None:
    with pytest.raises(ApiError, match=why) as error:
        parse({"enhancedMode": asked})
    assert codes(error.value) == [("definition.enhancedMode", "InvalidParameterValue")]


@pytest.mark.parametrize(
    ("asked", "target", "code"),
    [
        ({"locales": ["xx-XX"]}, "locales", "InvalidLocale"),
        ({"locales": [1]}, "locales", "InvalidLocale"),
        ({"locales": {"en-US": 1}}, "locales", "InvalidLocale"),
        ({"locales": ["en-US"] * 201}, "locales", "InvalidLocale"),
        ({"channels": [2]}, "channels", "InvalidChannelSpecification"),
        ({"channels": [-1]}, "channels", "InvalidChannelSpecification"),
        ({"channels": [True]}, "channels", "InvalidChannelSpecification"),
        ({"channels": [0.5]}, "channels", "InvalidChannelSpecification"),
        ({"channels": 0}, "channels", "InvalidChannelSpecification"),
        ({"profanityFilterMode": "Raw"}, "profanityFilterMode", "InvalidParameterValue"),
        ({"profanityFilterMode": 1}, "profanityFilterMode", "InvalidParameterValue"),
        ({"diarization": True}, "diarization", "InvalidParameterValue"),
        (
            {"diarization": {"maxSpeakers": 2}, "channels": [0, 1]},
            "diarization",
            "BadChannelConfiguration",
        ),
        ({"models": {"en-US": 1}}, "models", "InvalidModelUri"),
        ({"models": {"xx": "https://a"}}, "models", "InvalidLocale"),
        ({"models": []}, "models", "InvalidModelUri"),
        ({"phraseList": ["a"]}, "phraseList", "InvalidParameterValue"),
        ({"phraseList": {"phrases": "a"}}, "phraseList", "InvalidParameterValue"),
        ({"phraseList": {"phrases": ["a"] * 1001}}, "phraseList", "InvalidParameterValue"),
        ({"phraseList": {"biasingWeight": 2.1}}, "phraseList", "InvalidParameterValue"),
        ({"phraseList": {"biasingWeight": "much"}}, "phraseList", "InvalidParameterValue"),
        ({"audioUrl": "file:///etc/passwd"}, "audioUrl", "InvalidRecordingsUri"),
        ({"audioUrl": "nowhere"}, "audioUrl", "InvalidRecordingsUri"),
        ({"audioUrl": 3}, "audioUrl", "InvalidRecordingsUri"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_code(asked: Any, target: str, code: str) -> None:
    with pytest.raises(ApiError) as error:
        parse(asked)
    assert error.value.status == 400
    assert codes(error.value) == [(f"definition.{target}", code)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ApiError) as error:
        parse({"locales": ["xx"], "channels": [7], "profanityFilterMode": "?"})
    assert [target for target, _ in codes(error.value)] == [
        "definition.locales",
        "definition.channels",
        "definition.profanityFilterMode",
    ]
    assert " OR " in error.value.message


@pytest.mark.parametrize(
    "bad",
    [
        b'{ "locales":  "en-US"] }',
        b"[1]",
        b'"en-US"',
        b"\xff",
        b"[" * 200_000,
        b'{"locales": NaN}',
        b'{"phraseList": {"phrases": ["\\ud800"]}}',
        b'{"a": ' + b"1" * 5000 + b"}",
    ],
)
def test_what_is_no_definition(bad: bytes) -> None:
    with pytest.raises(ApiError) as error:
        parse(bad)
    assert codes(error.value) == [("definition", "InvalidPayload")]
    assert len(error.value.message) < 500


_names = st.sampled_from(
    [
        *("locales", "profanityFilterMode", "diarization", "channels", "models", "phraseList"),
        *("audioUrl", "enhancedMode", "enabled", "maxSpeakers", "phrases", "biasingWeight", "task"),
    ]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names | st.text(), inner),
)


@given(st.dictionaries(_names, _json))
def test_any_json_is_read_or_refused(value: dict[str, Any]) -> None:
    with contextlib.suppress(ApiError):
        parse(value)
