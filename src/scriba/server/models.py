"""Own models: trained from a base model and data of one's own; their files and manifests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from scriba.resources.base_model import BaseModel
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.evaluation import EvaluationSpec
from scriba.resources.file import FileKind
from scriba.resources.filters import Comparison
from scriba.resources.model import ModelSpec
from scriba.resources.transcription import TranscriptionSpec
from scriba.resources.versions import Version
from scriba.server.entity_files import CONTENT, content_url, link_lifetime
from scriba.server.errors import ApiError
from scriba.server.groups import Group, user_of
from scriba.server.operation import Call, Operation, answer
from scriba.server.schemas import model as shapes
from scriba.server.schemas.shapes import SHAPES, Place
from scriba.speech import model_cache

MODELS = "models"
"""What stands for the resource in the addresses of base models' files."""

BASE_FOLDER = "base"
"""Where a manifest puts the files of the base model, for a model that has no weights of its own."""

_WEIGHTS = "model.bin"
_MOST_FILES = 1000
_USERS = (Kind.MODEL, Kind.EVALUATION, Kind.TRANSCRIPTION, Kind.COPY)


def create(call: Call) -> Response:
    """`POST /models`: trained as a job."""
    services = call.services
    bases = shapes.Bases(services.base_models, lambda base: present(call, base))
    named, spec = shapes.read_new(call.body, call.version, OWN_MODELS.references(call), bases)
    owner = call.caller.resource_id
    services.limits.room(call.caller, lambda: services.files.stored_bytes(owner))
    entity = OWN_MODELS.new(call, named, spec.to_json())
    services.entities.create(entity)
    if services.jobs is not None:
        services.jobs.submit(entity)
    return OWN_MODELS.created(call, entity)


def present(call: Call, base: BaseModel) -> bool:
    """Whether the files of a base model are on this server."""
    services = call.services
    return services.base_models.runs(base) or model_cache.present(
        base.model, services.settings.model_dir
    )


def manifest(call: Call) -> Response:
    """`GET /models/{id}/manifest`: all files that are needed to run the model elsewhere."""
    services = call.services
    entity = trained(call)
    lifetime = link_lifetime(call, required=SHAPES[call.version].milliseconds)
    spec = ModelSpec.from_json(entity.spec)
    blobs = services.blobs(entity.resource_id)
    bundle = services.files.list(
        entity.id, top=_MOST_FILES, where=Comparison("kind", "eq", FileKind.MODEL_BUNDLE.value)
    )
    files = [
        {"name": file.name, "contentUrl": content_url(call, blobs, file, lifetime)}
        for file in bundle
    ]
    base = services.base_models.get(spec.root)
    source: dict[str, Any] = {"format": "Scriba", "locale": entity.locale, "weight": spec.weight}
    if base is not None:
        source["base"] = {"id": base.model.id, "repository": base.model.repository}
        source["base"]["revision"] = base.model.revision
        if all(file.name != _WEIGHTS for file in bundle):
            files += [
                {"name": f"{BASE_FOLDER}/{each['name']}", "contentUrl": each["contentUrl"]}
                for each in base_files(call, base, lifetime)
            ]
    place = Place(call.host, call.version)
    return answer(
        {
            "model": {"self": place.entity(Kind.MODEL, entity.id)},
            "modelFiles": files,
            # Older versions allow nothing but objects here.
            "properties": {"source": source},
        }
    )


def base_files(call: Call, base: BaseModel, lifetime: timedelta | None) -> list[dict[str, str]]:
    """Name and signed address of each file of a base model; raises ApiError."""
    services = call.services
    if not model_cache.present(base.model, services.settings.model_dir):
        raise ApiError(
            404,
            f"The files of the model {base.model.id} are not on this server; its operator fetches "
            f"them with `scriba models pull {base.model.id}`.",
        )
    if lifetime is None:
        raise ApiError(
            400,
            "The files of models lie on this server, so their addresses need a signature; ask "
            "for at least one second.",
            inner_code="InvalidSasValidityDuration",
        )
    expires = datetime.now(UTC) + lifetime
    files = []
    for file in base.model.files:
        blob = f"{MODELS}/{base.id}/{file.name}"
        query = urlencode(services.links.sign(blob, expires))
        files.append({"name": file.name, "contentUrl": f"{call.host}{CONTENT}/{blob}?{query}"})
    return files


def trained(call: Call) -> Entity:
    """The model that the path names, which is ready; raises ApiError 409 where it is not."""
    entity = OWN_MODELS.entity(call)
    if entity.status is Status.SUCCEEDED:
        return entity
    raise ApiError(
        409,
        f"The model is {entity.status}; this needs one that has Succeeded.",
        OWN_MODELS.retry(call, entity),
        inner_code="ModelDeploymentNotCompleteState",
    )


def locales(call: Call) -> Response:
    """`GET /models/locales`: the locales that there are base models for."""
    return answer(sorted({base.locale.tag for base in call.services.base_models.list()}))


def _write(call: Call, entity: Entity) -> dict[str, Any]:
    return shapes.model(Place(call.host, call.version), entity, call.services.base_models)


def _kept(call: Call, entity: Entity) -> str | None:
    """Endpoints, also those that are suspended, and whatever is at work with it."""
    deployed = call.services.entities.list(
        Kind.ENDPOINT, entity.resource_id, top=1, where=Comparison("model", "eq", entity.id)
    )
    user = deployed[0] if deployed else user_of(call, entity.id, _USERS, _models_of)
    if user is None:
        return None
    if user.kind is Kind.ENDPOINT:
        return (
            f"The model is deployed by the endpoint {user.id}; delete that, or PATCH its model, "
            "first."
        )
    return (
        f"The model is in use by the {user.kind} {user.id}, which is {user.status}; delete it "
        "when that has ended."
    )


def _models_of(entity: Entity) -> set[str | None]:
    if entity.kind is Kind.MODEL:
        spec = ModelSpec.from_json(entity.spec)
        copied = spec.copied_from
        return {spec.base, copied.model_id if copied is not None else None}
    if entity.kind is Kind.EVALUATION:
        asked = EvaluationSpec.from_json(entity.spec)
        return {asked.model1, asked.model2}
    if entity.kind is Kind.COPY:
        return {entity.spec["model"]}
    wanted = TranscriptionSpec.from_json(entity.spec)
    models = wanted.identification.models if wanted.identification is not None else {}
    return {wanted.model, *models.values()}


OWN_MODELS = Group(Kind.MODEL, _write, kept=_kept)

_FILES = frozenset(Version) - {Version.V3_0}

OPERATIONS = [
    Operation("Models_Create", "POST", "/models", create, body="json"),
    Operation("Models_ListSupportedLocales", "GET", "/models/locales", locales),
    Operation("Models_GetCustomModelManifest", "GET", "/models/{id}/manifest", manifest),
    *OWN_MODELS.operations(
        "Models", files=_FILES, one="CustomModel", listed="ListCustomModels", locales=False
    ),
]
