"""Base models: those of the catalogue, once for every locale that they recognise."""

from datetime import datetime

from starlette.responses import Response

from scriba.resources.base_model import CREATED, BaseModel
from scriba.resources.entity import Status
from scriba.server.entity_files import link_lifetime
from scriba.server.errors import ApiError
from scriba.server.filters import ENTITIES, matches
from scriba.server.models import MODELS, base_files, present
from scriba.server.operation import Call, Operation, answer
from scriba.server.paging import page_of, paginated
from scriba.server.schemas import shapes


def get_all(call: Call) -> Response:
    """`GET /models/base`."""
    page = page_of(call, ENTITIES)
    found = [
        base
        for base in call.services.base_models.list()
        if page.where is None or matches(page.where, _values(base))
    ]
    return paginated(
        call,
        page,
        [MODELS, "base"],
        lambda skip, top: found[skip : skip + top],
        lambda base: _written(call, base),
    )


def get(call: Call) -> Response:
    """`GET /models/base/{id}`."""
    return answer(_written(call, _base(call)))


def manifest(call: Call) -> Response:
    """`GET /models/base/{id}/manifest`: the model's files, as far as they are on this server."""
    base = _base(call)
    minutes = shapes.SHAPES[call.version].milliseconds
    lifetime = link_lifetime(call, required=minutes)
    files = base_files(call, base, lifetime)
    place = shapes.Place(call.host, call.version)
    model = base.model
    return answer(
        {
            "model": {"self": place.base_model(base.id)},
            "modelFiles": files,
            # Older versions allow nothing but objects here.
            "properties": {
                "source": {
                    "format": "CTranslate2",
                    "repository": model.repository,
                    "revision": model.revision,
                    "licence": model.licence,
                },
            },
        }
    )


def _base(call: Call) -> BaseModel:
    base = call.services.base_models.get(call.id())
    if base is None:
        raise ApiError(404, "There is no base model of this id; GET /models/base lists them.")
    return base


def _written(call: Call, base: BaseModel) -> dict[str, object]:
    place = shapes.Place(call.host, call.version)
    models = call.services.base_models
    # Locales that the running model does not know are refused, whatever model is named.
    usable = models.usable(base) and base.locale.tag in models.locales()
    return shapes.base_model(place, base, usable, present(call, base))


def _values(base: BaseModel) -> dict[str, str | datetime | None]:
    return {
        "displayName": base.display_name,
        "description": base.description,
        "locale": base.locale.tag,
        "status": Status.SUCCEEDED.value,
        "createdDateTime": CREATED,
        "lastActionDateTime": CREATED,
    }


OPERATIONS = [
    Operation("Models_ListBaseModels", "GET", "/models/base", get_all),
    Operation("Models_GetBaseModel", "GET", "/models/base/{id}", get),
    Operation("Models_GetBaseModelManifest", "GET", "/models/base/{id}/manifest", manifest),
]
