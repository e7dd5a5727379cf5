"""Evaluations in JSON: what is read, and what is answered."""

from typing import Any

from scriba.customization.kinds import DatasetKind
from scriba.evaluation.score import Score, figures
from scriba.resources.base_model import BaseModels
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Entity, Kind
from scriba.resources.evaluation import SIDES, EvaluationSpec, score_of
from scriba.resources.versions import Version
from scriba.server.schemas.common import Named, Reader, error_of
from scriba.server.schemas.model import model_url
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import Place, common

_EVALUATED = (DatasetKind.ACOUSTIC, DatasetKind.AUDIO_FILES)


def read_new(body: Any, version: Version, references: References) -> tuple[Named, EvaluationSpec]:
    """Read the parsed body of a create; raises ApiError 400 with all that is wrong."""
    reader = Reader(body, version, references)
    fields = reader.fields
    models = []
    for name in ("model1", "model2"):
        reader.required(name, "InvalidModel")
        models.append(references.any_model(fields, name, reader.tag))
    reader.required("dataset", "InvalidDataset")
    dataset = references.entity(fields, "dataset", Kind.DATASET, reader.tag, ended=True)
    if dataset is not None and (kind := DatasetSpec.from_json(dataset.spec).kind) not in _EVALUATED:
        fields.complain(
            f"dataset: models are compared on recordings, with transcripts (Acoustic) or without "
            f"(AudioFiles); this is a dataset of the kind {kind}",
            "InvalidTest",
            "dataset",
        )
    properties = reader.properties()
    for name in ("transcription1", "transcription2"):
        fields.raw(name)
    named = reader.named(
        properties, silent={name.lower() for side in SIDES for name in _names(side)}
    )
    model1, model2 = models
    assert model1 is not None
    assert model2 is not None
    assert dataset is not None
    return named, EvaluationSpec(model1, model2, dataset.id, named.project)


def evaluation(place: Place, entity: Entity, bases: BaseModels) -> dict[str, Any]:
    """An evaluation; its figures are -1 until it has run."""
    spec = EvaluationSpec.from_json(entity.spec)
    body: dict[str, Any] = {
        "self": place.entity(Kind.EVALUATION, entity.id),
        "model1": {"self": model_url(place, spec.model1, bases)},
        "model2": {"self": model_url(place, spec.model2, bases)},
        "dataset": {"self": place.entity(Kind.DATASET, spec.dataset)},
    }
    for side in SIDES:
        id = entity.result.get(f"transcription{side}")
        if id is not None:
            body[f"transcription{side}"] = {"self": place.entity(Kind.TRANSCRIPTION, id)}
    body["links"] = {"files": place.entity(Kind.EVALUATION, entity.id, "files")}
    properties: dict[str, Any] = {}
    for side in SIDES:
        score = score_of(entity.result, side)
        properties |= _figures(score, side, tokens=place.shape.output_formats)
    body["properties"] = properties | error_of(entity)
    if spec.project is not None and place.shape.projects:
        body["project"] = {"self": place.entity(Kind.PROJECT, spec.project)}
    return body | common(entity)


def _names(side: str) -> list[str]:
    return list(_figures(Score(), side, tokens=True))


def _figures(score: Score | None, side: str, *, tokens: bool) -> dict[str, Any]:
    return {
        f"{name}{side}": value
        for name, value in figures(score).items()
        if tokens or "token" not in name.lower()
    }
