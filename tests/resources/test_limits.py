import json

import pytest

from scriba.resources.limits import BY_NAME, S0, Limits, Rate


@pytest.mark.parametrize(
    "limits", [S0, Limits(recognitions=0), Limits(fast=Rate(5, 2.5)), Limits(stored_bytes=1 << 45)]
)
def test_limits_survive_json(limits: Limits) -> None:
    assert Limits.from_json(json.loads(json.dumps(limits.to_json()))) == limits


def test_no_limits_are_none() -> None:
    assert Limits.from_json(None) is None
    assert Limits.from_json(Limits().to_json()) is None
    assert BY_NAME["none"] is None
    assert Limits().described() == []


def test_s0_is_what_azure_publishes() -> None:
    assert BY_NAME["s0"] is S0
    assert (S0.management, S0.fast) == (Rate(100, 10.0), Rate(300, 60.0))
    assert (S0.recognitions, S0.files_per_job) == (100, 10_000)
    assert S0.described()[:3] == [
        "100 management requests in 10 s",
        "300 fast transcriptions in 60 s",
        "100 recognitions at once",
    ]
