"""The settings of Scriba: one class; each field is also an environment variable SCRIBA_*."""

from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from scriba.errors import SettingsError

PREFIX = "SCRIBA_"


def _data_dir() -> Path:
    return user_data_path("scriba", appauthor=False)


def _model_dir() -> Path:
    return user_cache_path("scriba", appauthor=False) / "models"


class Settings(BaseSettings):
    """Everything an operator may set. A command line flag wins over the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", validate_default=True
    )

    data_dir: Path = Field(
        default_factory=_data_dir,
        description="Folder of the database, the secret and all other data of this service.",
    )
    model_dir: Path = Field(
        default_factory=_model_dir,
        description="Folder of the downloaded models; data folders may share it.",
    )
    model: str = Field(
        default="base",
        min_length=1,
        description="Model to recognise with: an id or alias that `scriba models list` shows.",
    )
    speaker_model: Path | None = Field(
        default=None,
        description="Model that compares voices where speakers are told apart: an ONNX file of "
        "wespeaker, 3D-Speaker or sherpa-onnx, or a folder that holds one; unset: the one that "
        "comes with Scriba.",
    )
    model_manifest: str | None = Field(
        default=None,
        repr=False,
        description="Manifest of a model to serve in place of `model`: a file, or the address that "
        "`GET /models/ID/manifest` of another service answers; fetched once.",
    )
    model_manifest_key: str | None = Field(
        default=None,
        repr=False,
        description="Key of the service whose manifest is fetched from an address.",
    )
    models_memory: int = Field(
        default=0,
        ge=0,
        description="Bytes of memory for models beside the running one, by the size of their "
        "files; 0 takes a quarter of the memory of the machine or container, at least 512 MiB.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address to listen on. 0.0.0.0 listens on all IPv4 addresses.",
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    tls_cert: Path | None = Field(
        default=None,
        description="Certificate to serve TLS with, a PEM file with the chain; needs `tls_key`.",
    )
    tls_key: Path | None = Field(
        default=None, description="Private key of the certificate, a PEM file without a password."
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="Database, `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`; "
        "unset: SQLite in the data folder.",
    )
    auto_upgrade: bool = Field(
        default=True,
        description="Bring an older database up to date at start; if false, a start on one says "
        "so and ends, and `scriba db upgrade` does it.",
    )
    storage: str | None = Field(
        default=None,
        repr=False,
        description="Where files are kept: a folder, `s3://BUCKET/PREFIX`, `az://CONTAINER/PREFIX` "
        "or the SAS URL of an Azure container; unset: the folder `files` in the data folder.",
    )
    secret: str | None = Field(
        default=None,
        repr=False,
        description="Secret of at least 32 characters that keys are hashed and tokens signed "
        "with, the same on every host that shares a database; unset: made on first start and "
        "kept in the data folder.",
    )
    cors_origins: str = Field(
        default="",
        description="Web origins that browsers may call from, separated by commas; `*` allows "
        "all, empty none.",
    )
    max_pending: int = Field(
        default=128,
        ge=1,
        description="Requests that may wait for the recogniser; a further one gets a 429.",
    )
    max_fast: int = Field(
        default=32,
        ge=1,
        description="Fast transcriptions that may be sent, wait or be at work at once; a further "
        "one gets a 429.",
    )
    max_sessions: int = Field(
        default=600,
        ge=1,
        description="Connections of Speech SDKs at once; a further one gets a 503.",
    )
    max_upload_bytes: int = Field(
        default=300 << 20,
        ge=1,
        description="Largest audio that fast transcription takes, in bytes.",
    )
    workers: int = Field(
        default=0,
        ge=0,
        description="Recognitions computed at the same time; 0 chooses by the CPU limit.",
    )
    threads: int = Field(
        default=0, ge=0, description="CPU threads of each worker; 0 chooses by the CPU limit."
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="Where to compute; `auto` takes a CUDA device if there is one."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe messages to log."
    )
    body_timeout: float = Field(
        default=30.0,
        gt=0,
        description="Seconds that a client may stay silent while it sends a request's body.",
    )
    idle_timeout: float = Field(
        default=300.0,
        gt=0,
        description="Seconds that a connection of a Speech SDK may stay without a recognition, or "
        "a recognition without audio.",
    )
    drain_timeout: float = Field(
        default=30.0,
        ge=0,
        description="Seconds that running requests are given to finish after SIGTERM.",
    )
    trust_forwarded: bool = Field(
        default=False,
        description="Take host and scheme from `X-Forwarded-*`; only behind a proxy that sets "
        "them.",
    )
    allow_private_addresses: str = Field(
        default="",
        description="Addresses beside public ones that content URLs, containers and webhooks may "
        "lead to: networks separated by commas, or `true` for all; empty none.",
    )
    allowed_sources: str = Field(
        default="",
        description="Folders (whole paths) and `s3://BUCKET/PREFIX` that recordings may be taken "
        "from, separated by commas; empty none. They are open to every key of this service.",
    )
    max_download_bytes: int = Field(
        default=5 << 30, ge=1, description="Largest recording that is fetched, in bytes."
    )
    download_timeout: float = Field(
        default=3600.0, gt=0, description="Seconds that fetching one recording may take."
    )
    stall_timeout: float = Field(
        default=30.0,
        gt=0,
        description="Seconds that another host may stay silent while it is asked for something.",
    )

    worker: bool = Field(
        default=True,
        description="Whether `scriba serve` does the durable work as well; `scriba worker` does "
        "it elsewhere.",
    )
    files_at_once: int = Field(
        default=12,
        ge=1,
        le=256,
        description="Recordings of batch transcriptions that a worker has in hand at once.",
    )

    @field_validator("data_dir", "model_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("speaker_model", "tls_cert", "tls_key")
    @classmethod
    def _absolute_file(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("storage")
    @classmethod
    def _absolute_folder(cls, value: str | None) -> str | None:
        if value is None or "://" in value:
            return value
        return str(Path(value).expanduser().absolute())

    @field_validator("log_level", "device", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment, with `overrides` that are not None in their place.

    Raises SettingsError, which names each wrong variable without repeating a secret.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("; ".join(_problem(item, given) for item in error.errors())) from None


def _problem(item: Any, given: dict[str, Any]) -> str:
    name = str(item["loc"][0])
    shown = f"--{name.replace('_', '-')}" if name in given else PREFIX + name.upper()
    return f"{shown}: {item['msg'][:1].lower()}{item['msg'][1:]}"
