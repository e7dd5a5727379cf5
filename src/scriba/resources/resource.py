"""A resource: a name, a region and two subscription keys."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from scriba.errors import InvalidName
from scriba.resources.limits import Limits

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as stored; of each key only the last four characters are known (`hint1/2`).

    `region` None means that the resource answers under any region's host name, `limits` None that
    it has none. `storage` is the address of its own storage of files, which may hold a signature;
    None means the service's. Times are UTC; `rotated1` and `rotated2` are None until that key is
    rotated.
    """

    id: str
    name: str
    region: str | None
    hint1: str
    hint2: str
    created: datetime
    rotated1: datetime | None = None
    rotated2: datetime | None = None
    limits: Limits | None = None
    storage: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CreatedResource:
    """A new resource with its keys, which cannot be read again."""

    id: str
    name: str
    region: str | None
    key1: str = field(repr=False)
    key2: str = field(repr=False)


def new_key() -> str:
    """A subscription key: 32 hexadecimal digits, as Azure's are, 128 bits of randomness."""
    return secrets.token_hex(16)


def validate_name(name: str) -> str:
    """The name unchanged; raises InvalidName unless it is 1 to 64 of A-Z a-z 0-9 `.` `_` `-`."""
    if not _NAME.fullmatch(name):
        raise InvalidName(
            f"{name[:80]!r}; use 1 to 64 letters, digits, '.', '_' or '-', "
            "with a letter or digit at both ends"
        )
    return name
