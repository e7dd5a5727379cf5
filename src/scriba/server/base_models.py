"""Models: the base models of the catalogue; own models come with custom speech."""

from datetime import datetime

from starlette.responses import Response

from scriba.resources.base_model import CREATED, BaseModel
from scriba.resources.entity import Status
from scriba.resources.versions import Version
from scriba.server.entity_files import link_lifetime
from scriba.server.errors import ApiError
from scriba.server.filters import ENTITIES, matches
from scriba.server.models import MODELS, base_files
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


def locales(call: Call) -> Response:
    """`GET /models/locales`: the locales that there are base models for."""
    return answer(sorted({base.locale.tag for base in call.services.base_models.list()}))


def get_own(call: Call) -> Response:
    """`GET /models`: there are no own models yet."""
    page = page_of(call, ENTITIES)
    return paginated(call, page, [MODELS], lambda skip, top: [], lambda each: each)


def get_no_own(call: Call) -> Response:
    """`/models/{id}` and what is below it: there are no own models yet."""
    if call.request.method == "DELETE":
        # Nothing of this id is there, which is what was asked for.
        return Response(status_code=204)
    raise ApiError(
        404,
        "There is no model of this id: own models come with custom speech, which is not "
        "available yet. GET /models/base lists the base models.",
    )


def create_own(_: Call) -> Response:
    """`POST /models` and its like."""
    raise ApiError(404, "Own models come with custom speech, which is not available yet.")


def _base(call: Call) -> BaseModel:
    base = call.services.base_models.get(call.id())
    if base is None:
        raise ApiError(404, "There is no base model of this id; GET /models/base lists them.")
    return base


def _written(call: Call, base: BaseModel) -> dict[str, object]:
    place = shapes.Place(call.host, call.version)
    return shapes.base_model(place, base, call.services.base_models.runs(base))


def _values(base: BaseModel) -> dict[str, str | datetime | None]:
    return {
        "displayName": base.display_name,
        "description": base.description,
        "locale": base.locale.tag,
        "status": Status.SUCCEEDED.value,
        "createdDateTime": CREATED,
        "lastActionDateTime": CREATED,
    }


_V3_0 = frozenset({Version.V3_0})
_V3_1 = frozenset({Version.V3_1})
_FILES = frozenset(Version) - _V3_0
_COPY = _FILES - _V3_1

OPERATIONS = [
    Operation("Models_ListBaseModels", "GET", "/models/base", get_all),
    Operation("Models_GetBaseModel", "GET", "/models/base/{id}", get),
    Operation("Models_GetBaseModelManifest", "GET", "/models/base/{id}/manifest", manifest),
    Operation("Models_ListSupportedLocales", "GET", "/models/locales", locales),
    Operation("Models_ListCustomModels", "GET", "/models", get_own),
    Operation("Models_Create", "POST", "/models", create_own),
    Operation("Models_AuthorizeCopy", "POST", "/models:authorizecopy", create_own, _COPY),
    Operation("Models_GetCustomModel", "GET", "/models/{id}", get_no_own),
    Operation("Models_Update", "PATCH", "/models/{id}", get_no_own),
    Operation("Models_Delete", "DELETE", "/models/{id}", get_no_own),
    Operation("Models_GetCustomModelManifest", "GET", "/models/{id}/manifest", get_no_own),
    Operation("Models_ListFiles", "GET", "/models/{id}/files", get_no_own, _FILES),
    Operation("Models_GetFile", "GET", "/models/{id}/files/{fileId}", get_no_own, _FILES),
    Operation("CopyModelToSubscription", "POST", "/models/{id}/copyto", get_no_own, _V3_0),
    Operation("Models_CopyTo", "POST", "/models/{id}:copyto", get_no_own, _V3_1),
    Operation("Models_Copy", "POST", "/models/{id}:copy", get_no_own, _COPY),
]
