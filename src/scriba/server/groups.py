"""What the operations of all kinds of entities have in common: one group of handlers a kind."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from starlette.responses import Response

from scriba.errors import BlobError, EntityNotFound
from scriba.net.redact import without_secrets
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.filters import And, Condition
from scriba.resources.project import MEMBERS
from scriba.resources.versions import PLURALS, Version
from scriba.server.entity_files import entity_file, entity_files
from scriba.server.errors import ApiError, Complaints
from scriba.server.filters import ENTITIES, Filterable
from scriba.server.operation import Call, Operation, answer
from scriba.server.paging import page_of, paginated, readable, retry_after
from scriba.server.reading import Fields
from scriba.server.schemas.common import read_project
from scriba.server.schemas.references import References
from scriba.server.schemas.shapes import SHAPES
from scriba.server.schemas.update import read_update

_STORAGE_RETRY = "10"
_AT_WORK = (Status.NOT_STARTED, Status.RUNNING)


class New(Protocol):
    """What the readers of requests make: what is asked of a new entity."""

    @property
    def display_name(self) -> str: ...
    @property
    def locale(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def custom_properties(self) -> dict[str, str]: ...
    @property
    def notes(self) -> Sequence[str]: ...


Written = Callable[[Call, Entity], dict[str, Any]]
Revise = Callable[[Call, Entity, Fields, References], Mapping[str, Any]]
"""From the fields of a PATCH to what changes in the spec; what is wrong becomes a complaint."""


def _usual(_: Version) -> Filterable:
    return ENTITIES


def _soon(_: Call, entity: Entity) -> dict[str, str]:
    return retry_after([entity])


def _never(_: Call, __: Entity) -> str | None:
    return None


def _nothing(_: Call, __: Entity, ___: Fields, ____: References) -> Mapping[str, Any]:
    return {}


def _statuses(_: Entity) -> Collection[Status]:
    return _AT_WORK


@dataclass(frozen=True)
class Group:
    """The handlers that list, read, change and delete the entities of a kind, and their files.

    `write` makes the answer's JSON and `retry` the headers that say when to ask again. `revise`
    reads the fields of a PATCH that are the kind's own, by the names in `own` (lower case).
    `kept` tells why an entity cannot be deleted now, `busy` in which statuses it is at work.
    """

    kind: Kind
    write: Written
    filterable: Callable[[Version], Filterable] = _usual
    retry: Callable[[Call, Entity], dict[str, str]] = _soon
    own: frozenset[str] = frozenset()
    revise: Revise = _nothing
    kept: Callable[[Call, Entity], str | None] = _never
    busy: Callable[[Entity], Collection[Status]] = _statuses

    @property
    def plural(self) -> str:
        """The kind's segment in paths."""
        return PLURALS[self.kind]

    def references(self, call: Call) -> References:
        """Looks up what the call refers to."""
        services = call.services
        return References(
            services.base_models, services.entities, call.caller.resource_id, call.version
        )

    def new(
        self,
        call: Call,
        named: New,
        spec: Mapping[str, Any],
        status: Status = Status.NOT_STARTED,
    ) -> Entity:
        """A new entity of the caller's, not yet kept; what is to be noted is noted."""
        for note in named.notes:
            call.note(note)
        at = now()
        return Entity(
            id=new_id(),
            resource_id=call.caller.resource_id,
            kind=self.kind,
            version=call.version.value,
            host=call.host,
            display_name=named.display_name,
            locale=named.locale,
            status=status,
            created=at,
            last_action=at,
            description=named.description,
            custom_properties=named.custom_properties,
            spec=dict(spec),
        )

    def created(self, call: Call, entity: Entity) -> Response:
        """The answer 201 to a request that made an entity."""
        body = self.write(call, entity)
        return answer(body, 201, {"Location": body["self"], **self.retry(call, entity)})

    def get_all(self, call: Call) -> Response:
        """`GET /KIND`."""
        return self.page(call, [self.plural])

    def page(self, call: Call, path: list[str], only: Condition | None = None) -> Response:
        """A page of the caller's entities, of those for which `only` holds."""
        page = page_of(call, self.filterable(call.version))
        where = readable(call, page.where)
        if only is not None:
            where = And((where, only))

        def fetch(skip: int, top: int) -> list[Entity]:
            return call.services.entities.list(
                self.kind, call.caller.resource_id, skip=skip, top=top, where=where
            )

        return paginated(call, page, path, fetch, lambda each: self.write(call, each))

    def get(self, call: Call) -> Response:
        """`GET /KIND/{id}`."""
        entity = self.entity(call)
        return answer(self.write(call, entity), headers=self.retry(call, entity))

    def update(self, call: Call) -> Response:
        """`PATCH /KIND/{id}`."""
        entity = self.entity(call)
        own = self.own
        if self.kind in MEMBERS:
            own |= {"project"}
        complaints = Complaints()
        fields = Fields(call.body, complaints)
        references = self.references(call)
        spec = dict(self.revise(call, entity, fields, references))
        if "project" in own and "project" in fields:
            project = read_project(fields, references, call.version, entity.locale)
            if SHAPES[call.version].projects:
                spec["project"] = project
        rest = call
        if isinstance(call.body, Mapping):
            others = {name: item for name, item in call.body.items() if name.lower() not in own}
            rest = replace(call, body=others)
        changes = read_update(rest, entity, self.write(call, entity), complaints)

        def change(old: Entity) -> Any:
            # The spec as it is now: others may have changed it since it was read above.
            return {**changes, "spec": {**old.spec, **spec}} if spec else changes

        try:
            entity = call.services.entities.edit(self.kind, entity.id, entity.resource_id, change)
        except EntityNotFound:
            raise self.absent() from None
        return answer(self.write(call, entity), headers=self.retry(call, entity))

    def delete(self, call: Call) -> Response:
        """`DELETE /KIND/{id}`; one that is not there is no error, one at work or in use is."""
        services, resource_id = call.services, call.caller.resource_id
        try:
            entity = self.entity(call)
        except ApiError as error:
            if error.status == 404:
                return Response(status_code=204)
            raise
        busy = self.busy(entity)
        if entity.status in busy:
            raise self._at_work(call, entity)
        if (why := self.kept(call, entity)) is not None:
            raise ApiError(409, why, inner_code="InUseViolation")
        try:
            # Blobs first: rows without blobs can be removed again, blobs without rows never are.
            services.blobs(resource_id).delete_prefix(f"{resource_id}/{entity.id}")
        except BlobError as error:
            raise ApiError(
                503,
                f"The {self.kind} stays, as its files cannot be removed now; delete it again "
                f"later. {without_secrets(str(error))}.",
                {"Retry-After": _STORAGE_RETRY},
                inner_code="InaccessibleCustomerStorage",
            ) from error
        if not services.entities.delete(self.kind, entity.id, resource_id, unless=busy):
            try:
                entity = self.entity(call)
            except ApiError as error:
                if error.status == 404:
                    return Response(status_code=204)
                raise
            raise self._at_work(call, entity)
        return Response(status_code=204)

    def _at_work(self, call: Call, entity: Entity) -> ApiError:
        return ApiError(
            409,
            f"The {self.kind} is {entity.status}; it can be deleted once it has succeeded or "
            "failed.",
            self.retry(call, entity),
            inner_code="DeleteNotAllowed",
        )

    def get_files(self, call: Call) -> Response:
        """`GET /KIND/{id}/files`."""
        entity = self.entity(call)
        return entity_files(call, entity, self.retry(call, entity))

    def get_file(self, call: Call) -> Response:
        """`GET /KIND/{id}/files/{fileId}`."""
        return entity_file(call, self.entity(call))

    def locales(self, call: Call) -> Response:
        """`GET /KIND/locales`: those that the service recognises."""
        return answer(sorted(call.services.base_models.locales()))

    def entity(self, call: Call, name: str = "id") -> Entity:
        """The entity that the path names; raises ApiError 404, and 400 for a newer version's."""
        try:
            entity = call.services.entities.get(self.kind, call.id(name), call.caller.resource_id)
        except EntityNotFound:
            raise self.absent() from None
        made = Version.parse(entity.version)
        if made is not None and made > call.version:
            raise ApiError(
                400,
                f"Version {call.version} of the API cannot access this {self.kind}: it was made "
                f"with {made}, which is the oldest that can.",
                inner_code="InvalidParameterValue",
                target="api-version",
            )
        return entity

    def absent(self) -> ApiError:
        """There is none of this id."""
        return ApiError(404, f"There is no {self.kind} of this id.")

    def operations(
        self,
        prefix: str,
        versions: frozenset[Version] = frozenset(Version),
        *,
        files: frozenset[Version] | None = frozenset(Version),
        one: str = "",
        listed: str = "List",
        locales: bool = True,
    ) -> list[Operation]:
        """The rows of the API; `prefix` begins the names of operations, as in `Datasets_Get`.

        `files` are the versions in which the kind has files, `one` and `listed` what the
        operations on one and on all are called where they are named unusually.
        """
        path = f"/{self.plural}"
        rows = [
            Operation(f"{prefix}_{listed}", "GET", path, self.get_all, versions),
            Operation(f"{prefix}_Get{one}", "GET", f"{path}/{{id}}", self.get, versions),
            Operation(
                f"{prefix}_Update", "PATCH", f"{path}/{{id}}", self.update, versions, body="json"
            ),
            Operation(f"{prefix}_Delete", "DELETE", f"{path}/{{id}}", self.delete, versions),
        ]
        if locales:
            name = f"{prefix}_ListSupportedLocales"
            rows.append(Operation(name, "GET", f"{path}/locales", self.locales, versions))
        if files:
            below = f"{path}/{{id}}/files"
            rows += [
                Operation(f"{prefix}_ListFiles", "GET", below, self.get_files, files),
                Operation(f"{prefix}_GetFile", "GET", f"{below}/{{fileId}}", self.get_file, files),
            ]
        return rows


def user_of(
    call: Call,
    id: str,
    kinds: Collection[Kind],
    named: Callable[[Entity], Collection[str | None]],
) -> Entity | None:
    """One of the caller's entities that has work left and, as `named` says, uses another."""
    found = call.services.entities.at_work_with(kinds, call.caller.resource_id, id)
    return next((each for each in found if id in named(each)), None)


def schemes(call: Call) -> tuple[str, ...]:
    """The schemes that addresses of recordings and of data may have."""
    found = ["https", "http"]
    for entry in call.services.settings.allowed_sources.split(","):
        if entry.strip():
            found.append("s3" if entry.strip().startswith("s3://") else "file")
    return tuple(dict.fromkeys(found))
