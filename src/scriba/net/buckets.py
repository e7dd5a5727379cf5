"""Objects of S3 buckets that the operator allows, with the operator's own credentials (AWS_*)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from obstore import exceptions
from obstore.store import S3Store

from scriba.errors import (
    AccessDenied,
    AddressRefused,
    AnswerRefused,
    AnswerTooLarge,
    InvalidAddress,
    Unreachable,
)
from scriba.net.azure import Item
from scriba.net.reserve import Reserve

_STEP = 8 << 20


def list_bucket(address: str, allowed: tuple[str, ...]) -> Iterator[Item]:
    """The objects under `s3://BUCKET/PREFIX`, by name; raises NetworkError and its kinds."""
    bucket, prefix = _parts(address, allowed)
    prefix = prefix.strip("/")
    with _translated(address):
        for page in _store(bucket).list(prefix or None):
            for entry in page:
                key, size = str(entry["path"]), int(entry["size"])
                name = key[len(prefix) :].lstrip("/") if prefix else key
                if name and not key.endswith("/"):
                    yield Item(name, f"s3://{bucket}/{quote(key)}", size)


def fetch_object(address: str, allowed: tuple[str, ...], to: Path, max_bytes: int) -> int:
    """Write the object `s3://BUCKET/KEY` to `to` and return its size; raises NetworkError."""
    bucket, key = _parts(address, allowed)
    if not key:
        raise InvalidAddress(f"{address[:200]} names no object")
    with _translated(address):
        result = _store(bucket).get(key)
        if int(result.meta["size"]) > max_bytes:
            raise AnswerTooLarge(f"{address} holds more than {max_bytes} bytes")
        reserve = Reserve(to.parent, int(result.meta["size"]))
        size = 0
        with to.open("wb") as file:
            for block in result.stream(min_chunk_size=_STEP):
                data = memoryview(block)
                reserve.before(data.nbytes)
                size += file.write(data)
        return size


def _parts(address: str, allowed: tuple[str, ...]) -> tuple[str, str]:
    parts = urlsplit(address)
    key = unquote(parts.path).lstrip("/")
    if not parts.netloc or "@" in parts.netloc or ".." in key.split("/") or "\0" in key:
        raise InvalidAddress(f"{address[:200]}; use s3://BUCKET/KEY")
    wanted = f"s3://{parts.netloc}/{key}"
    for prefix in allowed:
        # As a folder: s3://bucket/calls allows s3://bucket/calls/1.wav, not s3://bucket/calls2.
        if wanted.rstrip("/") == prefix.rstrip("/") or wanted.startswith(prefix.rstrip("/") + "/"):
            return parts.netloc, key
    raise AddressRefused(
        f"{address[:200]} is in none of the buckets that the operator allows "
        "(SCRIBA_ALLOWED_SOURCES)"
    )


def _store(bucket: str) -> S3Store:
    # Given options take the place of those in the environment, this one included.
    plain = os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", ""))
    return S3Store(
        bucket,
        client_options={
            "connect_timeout": "10s",
            "timeout": "3600s",
            "allow_http": plain.startswith("http://"),
        },
        retry_config={"max_retries": 3},
    )


@contextmanager
def _translated(address: str) -> Iterator[None]:
    # The text of obstore's errors is left out: it may hold a signature or a key's id.
    shown = address[:200]
    try:
        yield
    except (FileNotFoundError, exceptions.NotFoundError):
        raise AnswerRefused(f"{shown} does not exist", status=404) from None
    except (
        PermissionError,
        exceptions.PermissionDeniedError,
        exceptions.UnauthenticatedError,
    ):
        raise AccessDenied(f"{shown} is not open to this service") from None
    except exceptions.BaseError:
        raise Unreachable(f"{shown}: the object store did not answer", temporary=True) from None
