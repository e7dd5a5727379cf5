import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from referencing import Registry, Resource

from scriba.jobs.results import Outcome, ResultWriter, report, shape
from scriba.resources.versions import Version
from scriba.speech.forms import Forms
from scriba.speech.results import Hypothesis, Phrase, Word

SCHEMAS = {
    Version.V3_0: "v3",
    Version.V3_1: "v3_1",
    Version.V3_2: "v3_2",
    Version.PREVIEW_2024_05: "v3_2",
    Version.V2024_11: "v2024-11-15",
    Version.V2025_10: "v2024-11-15",
}


def schema_errors(version: Version, document: Any) -> list[str]:
    """What a result file breaks of the schema of its version."""
    folder = Path(__file__).parent / "schemas"
    documents = [json.loads(path.read_text("utf-8-sig")) for path in folder.glob("*.json")]
    registry: Registry[Any] = Registry().with_resources(
        (each["$id"], Resource.from_contents(each)) for each in documents
    )
    [chosen] = [
        each for each in documents if each["$id"].endswith(f"_{SCHEMAS[version]}.schema.json")
    ]
    validator = jsonschema.Draft7Validator(chosen, registry=registry)
    return [error.message for error in validator.iter_errors(document)]


def phrase(start: float = 0.5, end: float = 2.25, speaker: int | None = None) -> Phrase:
    words = (Word("Hello,", start, 1.0, 0.75), Word("Bob.", 1.0, end, 1.0))
    lexical = (Word("hello", start, 1.0, 0.75), Word("bob", 1.0, end, 1.0))
    best = Hypothesis(
        0.875, Forms("hello bob", "hello bob", "hello bob", "Hello, Bob."), words, lexical
    )
    second = Hypothesis(0.5, Forms("hello bop", "hello bop", "hello bop", "Hello, bop."))
    return Phrase(start, end, (best, second), "en-US", speaker)


def written(
    folder: Path,
    version: Version,
    phrases: Iterable[tuple[int, Phrase]],
    channels: tuple[int, ...] = (0,),
    locale: str = "en-US",
    **asked: bool,
) -> dict[str, Any]:
    wanted = {"words": True, "display_words": True, "locales": True, **asked}
    target = folder / "result"
    with ResultWriter(folder / "body", shape(version, **wanted), locale, channels) as writer:
        for channel, each in phrases:
            writer.add(channel, each)
        size = writer.finish(target, "https://a/b.wav", 93784.5, datetime(2026, 1, 2, tzinfo=UTC))
    assert size == target.stat().st_size
    assert [path.name for path in folder.iterdir()] == ["result"]
    document: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return document


@pytest.mark.parametrize("version", list(Version))
def test_results_keep_the_schema_of_their_version(version: Version, tmp_path: Path) -> None:
    document = written(tmp_path, version, [(0, phrase(speaker=2)), (1, phrase(3.0, 4.0))], (0, 1))
    assert schema_errors(version, document) == []


def test_the_check_against_the_schema_can_fail(tmp_path: Path) -> None:
    document = written(tmp_path, Version.V2024_11, [(0, phrase())])
    del document["recognizedPhrases"][0]["offsetMilliseconds"]
    assert schema_errors(Version.V2024_11, document)
    assert not schema_errors(Version.V3_2, document)


def test_a_result_in_full(tmp_path: Path) -> None:
    document = written(tmp_path, Version.V3_2, [(0, phrase(speaker=2))])
    assert document["source"] == "https://a/b.wav"
    assert document["timestamp"] == "2026-01-02T00:00:00Z"
    assert document["durationInTicks"] == 937845000000
    assert document["duration"] == "P1DT2H3M4.5S"
    [found] = document["recognizedPhrases"]
    assert list(found) == [
        *("recognitionStatus", "channel", "speaker", "locale", "offset", "duration"),
        *("offsetInTicks", "durationInTicks", "nBest"),
    ]
    assert (found["speaker"], found["locale"]) == (2, "en-US")
    assert (found["offset"], found["duration"]) == ("PT0.5S", "PT1.75S")
    assert (found["offsetInTicks"], found["durationInTicks"]) == (5000000, 17500000)
    best, second = found["nBest"]
    assert [word["word"] for word in best["words"]] == ["hello", "bob"]
    assert [word["displayText"] for word in best["displayWords"]] == ["Hello,", "Bob."]
    assert best["words"][1]["offsetInTicks"] == 10000000
    assert best["words"][0]["confidence"] == 0.75
    assert second["display"] == "Hello, bop."
    assert "words" not in second


def test_only_what_was_asked_for_is_there(tmp_path: Path) -> None:
    document = written(
        tmp_path,
        Version.V3_2,
        [(0, phrase())],
        words=False,
        display_words=False,
        locales=False,
    )
    [found] = document["recognizedPhrases"]
    assert not {"speaker", "locale"} & set(found)
    assert not {"words", "displayWords"} & set(found["nBest"][0])
    assert "durationMilliseconds" not in document


def test_v3_0_has_no_display_words(tmp_path: Path) -> None:
    [found] = written(tmp_path, Version.V3_0, [(0, phrase())])["recognizedPhrases"]
    assert "displayWords" not in found["nBest"][0]
    assert "locale" not in found


def test_channels_are_combined_each_for_itself(tmp_path: Path) -> None:
    phrases = [(0, phrase()), (1, phrase(1.0, 2.0)), (0, phrase(3.0, 4.0))]
    document = written(tmp_path, Version.V3_1, phrases, (0, 1, 2))
    combined = {each["channel"]: each for each in document["combinedRecognizedPhrases"]}
    assert combined[0]["display"] == "Hello, Bob. Hello, Bob."
    assert combined[1]["lexical"] == "hello bob"
    assert combined[2]["maskedITN"] == ""


def test_languages_without_spaces_are_combined_without(tmp_path: Path) -> None:
    forms = Forms("你好", "你好", "你好", "你好。")
    said = Phrase(0.0, 1.0, (Hypothesis(0.9, forms),), "zh-CN")
    document = written(tmp_path, Version.V3_1, [(0, said), (0, said)], locale="zh-CN")
    assert document["combinedRecognizedPhrases"][0]["display"] == "你好。你好。"


def test_silence_gives_an_empty_result(tmp_path: Path) -> None:
    document = written(tmp_path, Version.V2025_10, [])
    assert document["recognizedPhrases"] == []
    assert document["combinedRecognizedPhrases"][0]["display"] == ""
    assert schema_errors(Version.V2025_10, document) == []


def test_drafts_are_gone_when_writing_fails(tmp_path: Path) -> None:
    form = shape(Version.V3_2, words=False, display_words=False, locales=False)
    with pytest.raises(KeyError), ResultWriter(tmp_path / "body", form, "en-US", (0,)) as writer:
        writer.add(1, phrase())
    assert list(tmp_path.iterdir()) == []


def test_report() -> None:
    outcomes = [Outcome("https://a/b.wav"), Outcome("c.wav", "InvalidAudioFormat", "It is a text.")]
    assert json.loads(report(Version.V3_2, outcomes)) == {
        "successfulTranscriptionsCount": 1,
        "failedTranscriptionsCount": 1,
        "details": [
            {"source": "https://a/b.wav", "status": "Succeeded"},
            {
                "source": "c.wav",
                "status": "Failed",
                "errorMessage": "It is a text.",
                "errorKind": "InvalidAudioFormat",
            },
        ],
    }
    assert "sourceUrl" in json.loads(report(Version.V3_0, outcomes))["details"][0]
