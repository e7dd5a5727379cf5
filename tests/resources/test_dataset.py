"""The specification of a dataset, there and back."""

import json

from scriba.customization.kinds import DatasetKind
from scriba.resources.dataset import MAX_BYTES, DatasetResult, DatasetSpec


def test_json_and_back() -> None:
    spec = DatasetSpec(
        DatasetKind.LANGUAGE_MARKDOWN,
        "blocks",
        waits=True,
        project="p",
        text_normalization="None",
        asked={"email": "a@example.com"},
    )
    again = DatasetSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert again.kind is DatasetKind.LANGUAGE_MARKDOWN
    assert DatasetSpec.from_json({"kind": "Acoustic"}) == DatasetSpec(DatasetKind.ACOUSTIC)


def test_every_kind_has_a_bound() -> None:
    assert set(MAX_BYTES) == set(DatasetKind)


def test_a_result_that_is_not_there_yet() -> None:
    assert DatasetResult.from_json({}) == DatasetResult(0, 0, None)
    assert DatasetResult.from_json(DatasetResult(3, 1, 2.5).to_json()) == DatasetResult(3, 1, 2.5)
