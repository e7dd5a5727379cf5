"""`scriba worker`: the durable work, without HTTP."""

import argparse
import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import scriba
from scriba.cli.parser import settings_of
from scriba.errors import ModelError, SettingsError
from scriba.resources.transcription import Speakers
from scriba.settings import Settings
from scriba.speech import cpu
from scriba.speech.catalogue import find
from scriba.storage import Store, open_store
from scriba.storage.blobs import BlobsOf, storage_url

if TYPE_CHECKING:
    from scriba.cli.model_pool import OtherModels
    from scriba.jobs.recording import Diarize, Speaking
    from scriba.jobs.runtime import Jobs
    from scriba.jobs.speech_of import Mixing
    from scriba.speech.embedders import Embedder

_TRIM_SECONDS = 5.0


def return_memory() -> None:
    """Make glibc give freed memory back; elsewhere nothing happens.

    By default it keeps a pool for each thread and holds on to what large requests freed. Trimming
    every few seconds costs requests nothing; lower thresholds for it made them slower by half.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallopt") or not hasattr(libc, "malloc_trim"):
        return
    arena_max = -8
    libc.mallopt(arena_max, 2)

    def trim() -> None:
        while True:
            time.sleep(_TRIM_SECONDS)
            libc.malloc_trim(0)

    threading.Thread(target=trim, name="trim", daemon=True).start()


def worker(arguments: argparse.Namespace) -> int:
    """Do durable work until told to stop."""
    return_memory()
    settings = settings_of(arguments)
    find(settings.model)

    from scriba.server.logs import configure_logs

    stop = threading.Event()
    with ExitStack() as stack:
        store = open_store(
            settings.data_dir,
            settings.database_url,
            settings.secret,
            upgrade=settings.auto_upgrade,
        )
        stack.callback(store.close)
        configure_logs(settings.log_level)
        print(f"Scriba {scriba.__version__}: loading the model", flush=True)
        stack.enter_context(own_work(settings, store, blobs_of(store, settings)))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        print("Working", flush=True)
        stop.wait()
    return 0


@contextmanager
def own_work(settings: Settings, store: Store, blobs: BlobsOf) -> "Iterator[None]":
    """Do durable work in this process, with a recogniser of its own, until the end."""
    from scriba.cli.model_pool import other_models
    from scriba.cli.served_model import open_recognizers

    layout = cpu.detect(settings.threads, settings.workers, settings.device)
    with ExitStack() as stack:
        telling_apart = diarizing(settings)
        owner, recognizer, _ = open_recognizers(settings, layout)
        stack.callback(owner.close)
        others = stack.enter_context(other_models(settings, store, owner, blobs))
        stack.enter_context(working(settings, store, recognizer, blobs, telling_apart, others))
        yield


@contextmanager
def working(
    settings: Settings,
    store: Store,
    speech: "Mixing",
    blobs: BlobsOf,
    diarize: "Diarize",
    others: "OtherModels",
) -> "Iterator[Jobs]":
    """The job worker of this process, at work until the end; its work in hand is left to others.

    Raises JobsError and SettingsError.
    """
    from scriba.jobs.custom_speech import CustomSpeech
    from scriba.jobs.runtime import Jobs
    from scriba.jobs.slot import Slot

    slot = Slot(settings.data_dir)
    custom = CustomSpeech(others.files, others.pool, others.model_dir)
    try:
        jobs = Jobs(settings, store, speech, slot=slot, blobs=blobs, diarize=diarize, custom=custom)
        try:
            jobs.start()
            yield jobs
        finally:
            jobs.close()
    finally:
        slot.close()


def blobs_of(store: Store, settings: Settings) -> BlobsOf:
    """Where the files of a service are kept."""
    return BlobsOf(store, storage_url(settings.storage, settings.data_dir))


def diarizing(settings: Settings) -> "Diarize":
    """What tells speakers apart, with the speaker model of the settings.

    Raises SettingsError where that cannot be loaded.
    """
    if settings.speaker_model is None:
        return diarize

    from scriba.speech.embedders import load_embedder

    try:
        embedder = load_embedder(settings.speaker_model)
    except ModelError as error:
        raise SettingsError(
            f"SCRIBA_SPEAKER_MODEL: {error}; unset it for the model that comes with Scriba"
        ) from None
    return partial(diarize, embedder=embedder)


def diarize(speakers: Speakers, *, embedder: "Embedder | None" = None) -> "Speaking":
    """Tells up to so many speakers of one recording apart, with `embedder` or Scriba's own."""
    from scriba.jobs.speakers import Diarization

    return Diarization(speakers, embedder)
