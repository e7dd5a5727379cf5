"""Pages of lists: `skip`, `top`, and the link to what follows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.responses import Response

from scriba.resources.entity import Entity, now
from scriba.resources.filters import And, Comparison, Condition, Or
from scriba.resources.versions import Version, url
from scriba.server.errors import ApiError, Complaints
from scriba.server.filters import Filterable, parse_filter
from scriba.server.operation import Call, answer

DEFAULT_TOP = 100
MAX_TOP = 1000
_INT32 = 2**31 - 1
_SOONEST, _LATEST = 1, 60

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """What part of a list is asked for; `asked` is `top` as the client wrote it."""

    skip: int = 0
    top: int = DEFAULT_TOP
    asked: int | None = None
    where: Condition | None = None
    filter: str | None = None


def page_of(call: Call, allowed: Filterable) -> Page:
    """Read skip, top and filter; raises ApiError 400.

    A page holds at most MAX_TOP values however many are asked for; the link leads to the rest.
    """
    complaints = Complaints()
    skip = _number(call.query, "skip", 0, complaints)
    top = _number(call.query, "top", 1, complaints)
    complaints.check()
    text = call.query.get("filter")
    if text is not None and call.version < Version.V3_1:
        raise ApiError(
            400,
            "Lists cannot be filtered in version v3.0; use v3.1 or newer.",
            inner_code="UnsupportedFilter",
            target="filter",
        )
    if text is not None and " " not in text and "%20" in text:
        # The published examples hold filters that are encoded already, and so do clients made
        # from them, which encode them once more.
        text = text.replace("%20", " ")
    where = parse_filter(text, allowed) if text is not None and text.strip() else None
    return Page(skip or 0, min(top or DEFAULT_TOP, MAX_TOP), top, where, text)


def readable(call: Call, where: Condition | None) -> Condition:
    """`where`, and made in a version that the call's can read: its own or an older one."""
    versions = Or(
        tuple(
            Comparison("apiVersion", "eq", version.value)
            for version in Version
            if version <= call.version
        )
    )
    return versions if where is None else And((where, versions))


def paginated(
    call: Call,
    page: Page,
    path: Sequence[str],
    fetch: Callable[[int, int], Sequence[T]],
    write: Callable[[T], Any],
    headers: dict[str, str] | None = None,
    keep: Sequence[str] = (),
) -> Response:
    """Answer one page of `fetch(skip, top)`, each value written with `write`.

    The link to the next page repeats the parameters that shape the list, and those in `keep`.
    Where an entity of the page is at work, `Retry-After` says when to ask again.
    """
    found = fetch(page.skip, page.top + 1)
    waiting = retry_after(each for each in found[: page.top] if isinstance(each, Entity))
    body: dict[str, Any] = {"values": [write(value) for value in found[: page.top]]}
    if len(found) > page.top:
        asked: dict[str, str] = {"skip": str(page.skip + page.top)}
        asked["top"] = str(page.asked or page.top)
        if page.filter:
            asked["filter"] = page.filter
        asked |= {name: call.query[name.lower()] for name in keep if name.lower() in call.query}
        body["@nextLink"] = next_link(call, path, asked)
    return answer(body, headers={**waiting, **(headers or {})})


def retry_after(entities: Iterable[Entity]) -> dict[str, str]:
    """The header that says when to ask again, where one of these is not at its end.

    From 1 to 60 seconds: the longer nothing has changed, the longer nothing is likely to.
    """
    at = now()
    waited = [(at - each.last_action).total_seconds() for each in entities if not each.status.ended]
    if not waited:
        return {}
    return {"Retry-After": str(int(max(_SOONEST, min(_LATEST, min(waited) / 10))))}


def next_link(call: Call, path: Sequence[str], asked: Mapping[str, str]) -> str:
    """An absolute address below `/speechtotext` on the host that was called."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
    return url(call.host, call.version, *path, query=query)


def _number(query: Mapping[str, str], name: str, least: int, complaints: Complaints) -> int | None:
    text = query.get(name)
    if text is None or not text.strip():
        return None
    digits = text.strip()
    if (
        digits.isascii()
        and digits.isdigit()
        and len(digits) <= 10
        and (least <= int(digits) <= _INT32)
    ):
        return int(digits)
    complaints.add(
        "UnsupportedPagination",
        f"The query parameter '{name}' must be a whole number from {least} to {_INT32}.",
        name,
    )
    return None
