"""Own models in JSON: what is read, and what is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scriba.resources.base_model import BaseModel, BaseModels
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Entity, Kind
from scriba.resources.model import DEFAULT_WEIGHT, ModelSpec, transcription_ends
from scriba.resources.versions import Version
from scriba.server.reading import Fields
from scriba.server.schemas.common import Named, Reader, error_of
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import TRAINING, Place, common, moment

MAX_DATASETS = 100
MAX_TEXT_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class Bases:
    """What a model may be made of: the base models, and which of them are on this server."""

    models: BaseModels
    present: Callable[[BaseModel], bool]


def read_new(
    body: Any, version: Version, references: References, bases: Bases
) -> tuple[Named, ModelSpec]:
    """Read the parsed body of a create; raises ApiError 400 with all that is wrong."""
    reader = Reader(body, version, references)
    base = _base(reader, bases)
    datasets = _datasets(reader)
    text = _text(reader)
    properties = reader.properties()
    weight = _weight(reader, properties)
    if not datasets and text is None and not reader.complaints:
        fitting = "datasets or text" if reader.shape.classic else "datasets"
        reader.fields.complain(f"give {fitting} to train the model with", name="datasets")
    named = reader.named(properties, silent={"deprecationdates", "features"})
    assert base is not None
    model, root = base
    spec = ModelSpec(model, root, tuple(each.id for each in datasets), text, weight, named.project)
    return named, spec


def _base(reader: Reader, bases: Bases) -> tuple[str, str] | None:
    """The model that is given, or else the locale's default, and the base model below it."""
    fields, name = reader.fields, "baseModel"
    if fields.peek(name) is None:
        found = bases.models.default(reader.tag) if reader.tag else None
        id = found.id if found is not None else None
        if id is None and reader.tag is not None:
            fields.complain(f"there is no base model for {reader.tag}", "InvalidBaseModel", name)
    else:
        id = reader.references.base_or_own(fields, name, reader.tag, "InvalidBaseModel")
    if id is None:
        return None
    base = bases.models.get(id)
    root = id if base is not None else reader.references.root(id)
    below = bases.models.get(root)
    if below is None or not bases.present(below):
        called = below.model.id if below is not None else root
        fields.complain(
            f"baseModel: the files of the model {called} are not on this server; its operator "
            f"fetches them with `scriba models pull {called}`",
            "InvalidBaseModel",
            name,
        )
        return None
    return id, root


def _datasets(reader: Reader) -> list[Entity]:
    fields, name = reader.fields, "datasets"
    given = fields.items(name, dict, "references", MAX_DATASETS) or []
    found: list[Entity] = []
    for i, each in enumerate(given):
        inner = Fields({f"{name}[{i}]": each}, reader.complaints)
        entity = reader.references.entity(
            inner, f"{name}[{i}]", Kind.DATASET, reader.tag, ended=True
        )
        if entity is None:
            continue
        kind = DatasetSpec.from_json(entity.spec).kind
        if kind not in TRAINING:
            inner.complain(
                f"{name}[{i}]: a dataset of the kind {kind} has no transcripts to train with",
                "InvalidDataset",
                f"{name}[{i}]",
            )
        elif entity.id not in {other.id for other in found}:
            found.append(entity)
    return found


def _text(reader: Reader) -> str | None:
    if not reader.shape.classic:
        reader.elsewhere("text", "a dataset of the kind Language")
        return None
    text = reader.fields.text("text", most=MAX_TEXT_BYTES)
    if text is not None and len(text.encode()) > MAX_TEXT_BYTES:
        reader.fields.complain(
            f"the field text is longer than {MAX_TEXT_BYTES} bytes; use a dataset", name="text"
        )
    return text if text and text.strip() else None


def _weight(reader: Reader, properties: Fields | None) -> int:
    name = "customModelWeightPercent"
    if properties is None:
        return DEFAULT_WEIGHT
    if not reader.shape.features:
        if properties.raw(name) is not None:
            properties.complain(
                f"{properties.path(name)} is not part of version {reader.version}; use v3.1 or "
                "newer",
                name=name,
            )
        return DEFAULT_WEIGHT
    return properties.integer(name, 1, 100) or DEFAULT_WEIGHT


def model(place: Place, entity: Entity, bases: BaseModels) -> dict[str, Any]:
    """An own model."""
    spec, shape = ModelSpec.from_json(entity.spec), place.shape
    id = entity.id
    links = {"manifest": place.entity(Kind.MODEL, id, "manifest")}
    if place.version is Version.V3_0:
        links[shape.copy_link] = place.entity(Kind.MODEL, id, "copyto")
    else:
        links[shape.copy_link] = place.action(Kind.MODEL, id, shape.copy_link.lower())
        links["files"] = place.entity(Kind.MODEL, id, "files")
    body: dict[str, Any] = {
        "self": place.entity(Kind.MODEL, id),
        "baseModel": {"self": model_url(place, spec.base, bases)},
        "links": links,
        "properties": _properties(place, entity, spec),
    }
    if spec.datasets:
        body["datasets"] = [{"self": place.entity(Kind.DATASET, each)} for each in spec.datasets]
    if spec.text is not None and shape.classic:
        body["text"] = spec.text
    if spec.project is not None and shape.projects:
        body["project"] = {"self": place.entity(Kind.PROJECT, spec.project)}
    return body | common(entity)


def model_url(place: Place, id: str, bases: BaseModels) -> str:
    """The address of a base model or an own one."""
    return place.base_model(id) if bases.get(id) else place.entity(Kind.MODEL, id)


def _properties(place: Place, entity: Entity, spec: ModelSpec) -> dict[str, Any]:
    shape = place.shape
    body: dict[str, Any] = {
        "deprecationDates": {"transcriptionDateTime": moment(transcription_ends(entity.created))}
    }
    if shape.features:
        body["customModelWeightPercent"] = spec.weight
        features: dict[str, Any] = {}
        for name in (
            ("supportsTranscriptionsSubmit", "supportsTranscriptionsTranscribe")
            if shape.operations_apart
            else ("supportsTranscriptions",)
        ):
            features[name] = True
        features["supportsEndpoints"] = True
        features["supportsTranscriptionsOnSpeechContainers"] = False
        if shape.output_formats:
            features["supportedOutputFormats"] = ["Lexical", "Display"]
        body["features"] = features
    return body | error_of(entity)
