"""The specification of an endpoint, there and back."""

import json

from scriba.resources.endpoint import EndpointSpec


def test_json_and_back() -> None:
    spec = EndpointSpec("m", "p", 3600.0, True, True, {"timeToLive": "PT1H"})
    assert EndpointSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert EndpointSpec.from_json({}) == EndpointSpec()
