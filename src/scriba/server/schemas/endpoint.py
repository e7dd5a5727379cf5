"""Endpoints in JSON: what is read, and what is answered."""

from typing import Any

from scriba.resources.base_model import BaseModels
from scriba.resources.durations import iso_duration, parse_duration
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Entity, Kind
from scriba.resources.versions import Version
from scriba.server.reading import Fields
from scriba.server.schemas.common import Named, Reader, error_of
from scriba.server.schemas.model import model_url
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import LONGEST_TO_LIVE, SHAPES, Place, common

_MODES = ("interactive", "conversation", "dictation")
_RECOGNITION = "/speech/recognition/{mode}/cognitiveservices/v1?cid={id}"
_NEW_NAME, _OLD_NAME = "contentLoggingEnabled", "loggingEnabled"
_SUSPENDED = "suspended"
"""Beyond Azure: true while the endpoint refuses to recognise, and else absent."""


def read_new(body: Any, version: Version, references: References) -> tuple[Named, EndpointSpec]:
    """Read the parsed body of a create; raises ApiError 400 with all that is wrong."""
    reader = Reader(body, version, references)
    model = references.any_model(reader.fields, "model", reader.tag)
    reader.elsewhere("text", "a model that was trained with it")
    properties = reader.properties()
    logging, to_live, asked = False, None, None
    if properties is not None:
        logging = _logging(properties) or False
        asked, to_live = _time_to_live(reader, properties)
    named = reader.named(properties)
    spec = EndpointSpec(
        model,
        named.project,
        to_live,
        logging,
        asked={} if asked is None else {"timeToLive": asked},
    )
    return named, spec


def _logging(properties: Fields) -> bool | None:
    """Published under one name for reading and another for changing; either is taken."""
    new, old = properties.flag(_NEW_NAME), properties.flag(_OLD_NAME)
    return old if new is None else new


def _time_to_live(reader: Reader, properties: Fields) -> tuple[str | None, float | None]:
    name = "timeToLive"
    path = properties.path(name)
    if not reader.shape.classic:
        if properties.raw(name) is not None:
            properties.complain(
                f"{path} is not part of version {reader.version}; delete the endpoint instead",
                "InvalidTimeToLive",
                name,
            )
        return None, None
    text = properties.text(name, most=64, code="InvalidTimeToLive")
    if not text:
        return None, None
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        properties.complain(f"{path}: {error}", "InvalidTimeToLive", name)
        return None, None
    if not 0 <= seconds <= LONGEST_TO_LIVE:
        properties.complain(
            f"{path} must be between 0 and 31 days (P31D)", "InvalidTimeToLive", name
        )
        return None, None
    return text, seconds or None


def revise(
    entity: Entity, fields: Fields, references: References, version: Version
) -> dict[str, Any]:
    """What a PATCH changes in the spec: the model, and whether content is logged."""
    found: dict[str, Any] = {}
    if "model" in fields:
        found["model"] = references.any_model(fields, "model", entity.locale)
    properties = fields.object("properties")
    if properties is None:
        return found
    if (logging := _logging(properties)) is not None:
        found["logging"] = logging
    spec = EndpointSpec.from_json(entity.spec)
    for name in properties.unread():
        given = properties.peek(name)
        if given is None or _as_read(name, given, spec, version):
            continue
        instead = f"{_NEW_NAME} can"
        if name.lower() == _SUSPENDED:
            instead = f"POST /endpoints/{entity.id}:suspend and :resume do that"
        properties.complain(
            f"{properties.path(name)} cannot be changed by PATCH; {instead}",
            "UnsupportedDelta",
            name,
        )
    return found


def _as_read(name: str, given: Any, spec: EndpointSpec, version: Version) -> bool:
    """Whether a field that cannot change is sent back as it was read."""
    if name.lower() == "timetolive" and SHAPES[version].classic:
        return bool(given == _shown(spec))
    if name.lower() == _SUSPENDED:
        return given is spec.suspended
    return name.lower() in ("error", "email")


def _shown(spec: EndpointSpec) -> str | None:
    if spec.time_to_live is None:
        return None
    return str(spec.asked.get("timeToLive") or iso_duration(spec.time_to_live))


def endpoint(place: Place, entity: Entity, bases: BaseModels) -> dict[str, Any]:
    """An endpoint, with the addresses at which it recognises."""
    spec = EndpointSpec.from_json(entity.spec)
    body: dict[str, Any] = {"self": place.entity(Kind.ENDPOINT, entity.id)}
    if spec.model is not None:
        body["model"] = {"self": model_url(place, spec.model, bases)}
    body["links"] = _links(place, entity)
    properties: dict[str, Any] = {_OLD_NAME: spec.logging}
    if spec.suspended:
        # Only then, for clients that take nothing but what was published.
        properties[_SUSPENDED] = True
    if place.shape.classic and (to_live := _shown(spec)) is not None:
        properties["timeToLive"] = to_live
    body["properties"] = properties | error_of(entity)
    if spec.project is not None and place.shape.projects:
        body["project"] = {"self": place.entity(Kind.PROJECT, spec.project)}
    return body | common(entity)


def _links(place: Place, entity: Entity) -> dict[str, str]:
    rest = {
        mode: place.host.rstrip("/") + _RECOGNITION.format(mode=mode, id=entity.id)
        for mode in _MODES
    }
    # http:// becomes ws://, and https:// wss://.
    sockets = {mode: f"ws{address.removeprefix('http')}" for mode, address in rest.items()}
    if not place.shape.classic:
        return {"webSocket": sockets["conversation"]}
    links = {f"rest{mode.capitalize()}": address for mode, address in rest.items()}
    links |= {f"webSocket{mode.capitalize()}": address for mode, address in sockets.items()}
    return links | {"logs": place.entity(Kind.ENDPOINT, entity.id, "files", "logs")}
