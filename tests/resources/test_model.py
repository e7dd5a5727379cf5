"""The specification of a model, and until when it is good."""

import json
from datetime import UTC, datetime

import pytest

from scriba.resources.model import CopiedFrom, ModelSpec, transcription_ends


def test_json_and_back() -> None:
    spec = ModelSpec(
        "own",
        "base",
        ("d1", "d2"),
        "text",
        70,
        "p",
        CopiedFrom("m", "r", ({"name": "model.json", "url": "https://example.com", "size": 3},)),
        {"email": "a@example.com"},
    )
    assert ModelSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert ModelSpec.from_json({"base": "b"}) == ModelSpec("b")
    assert ModelSpec("b").weight == 30


@pytest.mark.parametrize(
    ("created", "ends"),
    [
        ("2026-01-15", "2028-01-15"),
        ("2026-01-16", "2028-04-15"),
        ("2026-07-01", "2028-07-15"),
        ("2026-10-16", "2029-01-15"),
        ("2028-02-29", "2030-04-15"),
    ],
)
def test_transcription_ends_two_years_after_the_quarter(created: str, ends: str) -> None:
    at = datetime.fromisoformat(f"{created}T12:34:56").replace(tzinfo=UTC)
    assert transcription_ends(at) == datetime.fromisoformat(ends).replace(tzinfo=UTC)
