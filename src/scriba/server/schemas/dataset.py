"""Datasets in JSON: what is read, and what is answered."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scriba.customization.kinds import DatasetKind
from scriba.net.redact import redacted
from scriba.resources.dataset import MAX_BLOCKS, DatasetResult, DatasetSpec, TextNormalization
from scriba.resources.durations import iso_duration
from scriba.resources.entity import Entity, Kind, Status
from scriba.resources.versions import Version
from scriba.server.errors import ApiError, Complaints
from scriba.server.reading import Fields, url_problem
from scriba.server.schemas.common import Named, Reader, error_of
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import Place, common
from scriba.storage.blocks import Block, BlockKind

LONGEST_URL = 16_384
_LONGEST_NAME = 64
_LONGEST_ENCODED = 88

_NORMALIZATION: Mapping[str, TextNormalization] = {"Default": "Default", "None": "None"}
_BLOCK_KINDS: Mapping[str, BlockKind] = {
    "Committed": "Committed",
    "Uncommitted": "Uncommitted",
    "Latest": "Latest",
}


def read_new(
    body: Any, version: Version, references: References, schemes: tuple[str, ...] = ()
) -> tuple[Named, DatasetSpec]:
    """Read the parsed body of a create; raises ApiError 400 with all that is wrong.

    `schemes` are those that `contentUrl` may have; none where the data comes as a form. Without
    `contentUrl` the dataset waits for blocks, in versions that have these.
    """
    reader = Reader(body, version, references)
    kind = read_kind(reader)
    url = reader.fields.text("contentUrl", most=LONGEST_URL) if schemes else None
    # People write addresses as they see them, with blanks.
    url = url.strip().replace(" ", "%20") if url else None
    if url and (problem := url_problem(url, schemes)) is not None:
        reader.fields.complain(f"contentUrl {problem}", name="contentUrl")
    if schemes and not url and not reader.shape.blocks:
        reader.fields.complain(
            "the field contentUrl is required in version v3.0; newer ones take blocks as well",
            name="contentUrl",
        )
    properties = reader.properties()
    normalization = _normalization(reader, properties)
    silent = {"acceptedlinecount", "rejectedlinecount", "duration", "durationmilliseconds"}
    named = reader.named(properties, silent=silent)
    assert kind is not None
    spec = DatasetSpec(kind, project=named.project, text_normalization=normalization)
    if url:
        return named, replace(spec, content_url=url)
    return named, replace(spec, source="blocks" if schemes else "upload", waits=True)


def read_kind(reader: Reader) -> DatasetKind | None:
    """The kind, one of those that the version has."""
    known = {kind.value: kind for kind in reader.shape.dataset_kinds}
    text = reader.fields.text("kind", required=True, most=64)
    if text is None or (found := reader.fields.choice("kind", known)) is None:
        return None
    return found


def _normalization(reader: Reader, properties: Fields | None) -> TextNormalization:
    name = "textNormalizationKind"
    if properties is None or properties.raw(name) is None:
        return "Default"
    if not reader.shape.output_formats:
        properties.complain(
            f"{properties.path(name)} is not part of version {reader.version}; use v3.2 or newer",
            name=name,
        )
        return "Default"
    return properties.choice(name, _NORMALIZATION) or "Default"


def dataset(place: Place, entity: Entity) -> dict[str, Any]:
    """A dataset."""
    spec = DatasetSpec.from_json(entity.spec)
    body: dict[str, Any] = {"self": place.entity(Kind.DATASET, entity.id), "kind": spec.kind.value}
    if spec.content_url is not None:
        body["contentUrl"] = redacted(spec.content_url)
    links = {"files": place.entity(Kind.DATASET, entity.id, "files")}
    if spec.source == "blocks" and place.shape.blocks:
        blocks = place.entity(Kind.DATASET, entity.id, "blocks")
        links["commitBlocks"] = place.action(Kind.DATASET, entity.id, "commit", "blocks")
        links["listBlocks"] = blocks
        links["uploadBlocks"] = blocks
    body["links"] = links
    body["properties"] = _properties(place, entity, spec)
    if spec.project is not None and place.shape.projects:
        body["project"] = {"self": place.entity(Kind.PROJECT, spec.project)}
    return body | common(entity)


def _properties(place: Place, entity: Entity, spec: DatasetSpec) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if place.shape.output_formats:
        body["textNormalizationKind"] = spec.text_normalization
    if entity.status.ended:
        result = DatasetResult.from_json(entity.result)
        body["acceptedLineCount"] = result.accepted
        body["rejectedLineCount"] = result.rejected
        if result.seconds is not None:
            if place.shape.milliseconds:
                body["durationMilliseconds"] = round(result.seconds * 1000)
            else:
                body["duration"] = iso_duration(result.seconds)
    return body | error_of(entity)


def dataset_locales(version_kinds: Sequence[DatasetKind], tags: Sequence[str], apart: bool) -> Any:
    """The kinds of each locale, or the locales of each kind where they stand `apart`."""
    if apart:
        return {kind.value: list(tags) for kind in version_kinds}
    return {tag: [kind.value for kind in version_kinds] for tag in tags}


def read_block_id(text: str | None) -> str:
    """The name of a block, base64 of 1 to 64 bytes; raises ApiError 400."""
    if not text:
        raise _bad_block("The query parameter 'blockid' is required: base64 of 1 to 64 bytes.")
    # A plus that was not encoded arrives as a blank.
    text = text.replace(" ", "+")
    if len(text) > _LONGEST_ENCODED or not 1 <= _decoded(text) <= _LONGEST_NAME:
        raise _bad_block(
            f"The query parameter 'blockid' must be base64 of 1 to {_LONGEST_NAME} bytes; "
            f"{text[:100]!r} is not."
        )
    return text


def _decoded(text: str) -> int:
    try:
        return len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return 0


def _bad_block(message: str) -> ApiError:
    return ApiError(400, message, inner_code="InvalidParameterValue", target="blockid")


def read_block_list(body: Any) -> list[tuple[BlockKind, str]]:
    """The blocks to commit, in their order; raises ApiError 400 with all that is wrong."""
    complaints = Complaints()
    if not isinstance(body, list) or not body:
        complaints.add("InvalidPayload", 'The body must be a list of {"kind": ..., "id": ...}.')
        complaints.check()
    if len(body) > MAX_BLOCKS:
        complaints.add("InvalidPayload", f"The list names more than {MAX_BLOCKS} blocks.")
        complaints.check()
    found: list[tuple[BlockKind, str]] = []
    seen: set[str] = set()
    for i, each in enumerate(body):
        fields = Fields(each, complaints, f"[{i}]")
        kind = fields.choice("kind", _BLOCK_KINDS) if "kind" in fields else "Latest"
        id = fields.text("id", required=True, most=_LONGEST_ENCODED)
        if id is None or kind is None:
            continue
        if id in seen:
            fields.complain(f"the block {id!r} is named twice", name="id")
        seen.add(id)
        found.append((kind, id))
    complaints.check()
    return found


def blocks(found: Sequence[Block]) -> dict[str, Any]:
    """The blocks of a dataset."""

    def written(committed: bool) -> list[dict[str, Any]]:
        return [
            {"name": each.name, "size": each.size} for each in found if each.committed is committed
        ]

    return {"committedBlocks": written(True), "uncommittedBlocks": written(False)}


def waits(entity: Entity) -> bool:
    """Whether a dataset waits for its blocks."""
    return entity.status is Status.NOT_STARTED and DatasetSpec.from_json(entity.spec).waits
