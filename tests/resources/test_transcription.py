"""The specification of a transcription, there and back."""

import json

from scriba.resources.transcription import Identification, Speakers, TranscriptionSpec


def test_json_and_back() -> None:
    spec = TranscriptionSpec(
        content_urls=("https://example.com/a.wav", "https://example.com/b.wav"),
        model="m",
        words=True,
        channels=(1,),
        profanity="tags",
        diarization=Speakers(2, 5),
        identification=Identification(("en-US", "de-DE"), "single", {"de-DE": "m2"}),
        time_to_live=3600.0,
        asked={"timeToLive": "PT1H"},
    )
    assert TranscriptionSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_what_is_absent_takes_its_default() -> None:
    assert TranscriptionSpec.from_json({}) == TranscriptionSpec()
    assert TranscriptionSpec.from_json(TranscriptionSpec().to_json()) == TranscriptionSpec()
