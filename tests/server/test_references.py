"""What requests refer to: own models where a transcription names its model."""

import pytest

from scriba.resources.entity import Entity
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.storage import Store

from .api import Api, local, minimal
from .custom import OPERATIONS, Custom, base, reference


@pytest.mark.parametrize("version", [Version.V3_2, Version.V2024_11])
def test_transcriptions_with_own_models(api: Api, custom: Custom, version: Version) -> None:
    english, german = custom.model(), custom.model(locale="de-DE")
    properties = {
        **minimal(version).get("properties", {}),
        "languageIdentification": {
            "candidateLocales": ["en-US", "de-DE"],
            "speechModelMapping": {"de-DE": reference(german), "en-US": base()},
        },
    }
    answer = api.create(version, model=reference(english), properties=properties)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert local(body["model"]["self"]).split("?")[0].endswith(f"/models/{english.id}")
    mapping = body["properties"]["languageIdentification"]["speechModelMapping"]
    assert mapping["de-DE"]["self"].split("?")[0].endswith(f"/models/{german.id}")
    assert "/models/base/" in mapping["en-US"]["self"]
    spec = TranscriptionSpec.from_json(api.jobs.submitted[-1].spec)
    assert spec.model == english.id
    assert spec.identification is not None
    assert spec.identification.models["de-DE"] == german.id
    assert api.ask("DELETE", f"/models/{german.id}").status_code == 409


def test_own_models_that_cannot_be_used(store: Store, api: Api, custom: Custom) -> None:
    def code(model: Entity, locale: str = "en-US") -> str:
        answer = api.create(model=reference(model), locale=locale)
        assert answer.status_code == 400
        return str(answer.json()["innerError"]["code"])

    assert code(custom.model(ended=False)) == "InvalidModel"
    assert code(custom.model(), locale="de-DE") == "ModelMismatch"
    with Api(store, api.settings.data_dir, name="stranger", operations=OPERATIONS) as stranger:
        assert code(Custom(stranger).model()) == "InvalidModel"
