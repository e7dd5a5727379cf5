"""`scriba serve`: the service."""

import argparse
import shlex
from contextlib import ExitStack
from pathlib import Path

import scriba
from scriba.cli.first_key import NAME, first_key
from scriba.cli.parser import settings_of
from scriba.cli.worker import blobs_of, diarizing, return_memory, working
from scriba.settings import Settings
from scriba.speech import cpu
from scriba.speech.catalogue import find
from scriba.storage import Resources, open_store

_PATH = "/speech/recognition/conversation/cognitiveservices/v1?language=en-US"


def serve(arguments: argparse.Namespace) -> int:
    """Run the service until it is told to stop."""
    return_memory()
    settings = settings_of(arguments)
    find(settings.model)

    from scriba.cli.assessor import assessor_of
    from scriba.cli.model_pool import other_models
    from scriba.cli.served_model import open_recognizers
    from scriba.jobs.captions import captions
    from scriba.server.run import run

    layout = cpu.detect(settings.threads, settings.workers, settings.device)
    with ExitStack() as stack:
        store = open_store(
            settings.data_dir,
            settings.database_url,
            settings.secret,
            upgrade=settings.auto_upgrade,
        )
        stack.callback(store.close)
        key = first_key(Resources(store), settings.data_dir)
        diarize = diarizing(settings)
        print(f"Scriba {scriba.__version__}: loading the model", flush=True)
        owner, recognizer, base = open_recognizers(settings, layout, settings.max_pending)
        stack.callback(owner.close)
        blobs = blobs_of(store, settings)
        others = stack.enter_context(other_models(settings, store, owner, blobs))
        jobs = None
        if settings.worker:
            # Ends before the recogniser closes, so that nothing is taken for failed.
            jobs = stack.enter_context(working(settings, store, recognizer, blobs, diarize, others))
        assessor = assessor_of()
        if assessor is not None:
            stack.callback(assessor.close)
            assessor.warm()
        run(
            settings,
            recognizer,
            store,
            pool=others.pool,
            jobs=jobs,
            blobs=blobs,
            diarize=diarize,
            captions=captions,
            assessor=assessor,
            base=base,
            on_started=lambda address: print(
                greeting(settings, layout, address, key, recognizer.model_name), flush=True
            ),
        )
    return 0


def greeting(
    settings: Settings, layout: cpu.Layout, address: str, key: str | None, model: str
) -> str:
    """What a start prints: address, key, and a command that works as pasted."""
    lines = [
        f"Model    {model}",
        f"Compute  {describe(layout)}",
        f"Data     {settings.data_dir}",
        f"Jobs     {'done here' if settings.worker else 'left to `scriba worker`'}",
        f"Address  {address}",
    ]
    if key is None:
        lines += [
            "Key      use one of yours (`scriba keys list`), or get a new one with "
            f"`scriba keys rotate {NAME}` or `scriba keys create NAME`",
        ]
    else:
        lines += [f"Key      {key}", "", "Try it:", "", f"  {curl_line(address, key)}"]
    return "\n".join([*lines, ""])


def describe(layout: cpu.Layout) -> str:
    """The layout in words."""
    workers = f"{layout.workers} worker{'s' if layout.workers > 1 else ''}"
    threads = f"{layout.threads} thread{'s' if layout.threads > 1 else ''}"
    return f"{workers} of {threads} on {layout.device}, {layout.compute_type}: {layout.reason}"


def curl_line(address: str, key: str) -> str:
    """A shell command that sends the recording which comes with Scriba."""
    words = ["curl", "-H", f"Ocp-Apim-Subscription-Key: {key}", "-H", "Content-Type: audio/wav"]
    words += ["--data-binary", f"@{sample()}", f"{address}{_PATH}"]
    return shlex.join(words)


def sample() -> Path:
    """The path of the recording which comes with Scriba."""
    return Path(scriba.__file__).parent / "data" / "quilter.wav"
