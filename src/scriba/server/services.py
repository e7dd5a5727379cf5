"""What the operations of the management API run on, put together once by the application."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from scriba.resources.base_model import BaseModels
from scriba.server.auth import Authenticator
from scriba.server.fast_service import FastService
from scriba.server.health import Health
from scriba.server.interfaces import JobQueue, ServerSettings, Speech
from scriba.server.limits import Limiter
from scriba.server.metrics import Metrics
from scriba.storage import Store
from scriba.storage.blobs import BlobsOf
from scriba.storage.entities import Entities
from scriba.storage.files import Files
from scriba.storage.inputs import Inputs
from scriba.storage.links import Links


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running service; all may be used from any thread.

    `jobs` is None where this process takes no work, `threads` is where handlers run that block.
    """

    settings: ServerSettings
    store: Store
    speech: Speech
    authenticator: Authenticator
    limits: Limiter
    metrics: Metrics
    health: Health
    jobs: JobQueue | None
    base_models: BaseModels
    entities: Entities
    files: Files
    inputs: Inputs
    blobs: BlobsOf
    links: Links
    fast: FastService
    threads: ThreadPoolExecutor
