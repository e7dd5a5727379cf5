"""The specification of a project, there and back."""

import json

from scriba.resources.project import ProjectSpec


def test_json_and_back() -> None:
    spec = ProjectSpec("foundry")
    assert ProjectSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert ProjectSpec.from_json({}) == ProjectSpec()
