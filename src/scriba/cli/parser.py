"""The commands and their flags. Nothing heavy is imported before a command runs."""

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from scriba import __version__

if TYPE_CHECKING:
    from scriba.settings import Settings

_PROFANITY = ("masked", "removed", "raw")


def build_parser() -> argparse.ArgumentParser:
    """The parser; the parsed arguments have `run`, which takes them and returns an exit code."""
    common = argparse.ArgumentParser(add_help=False)
    folders = common.add_argument_group("folders")
    for flag, about in (
        ("--data-dir", "data of this service (SCRIBA_DATA_DIR)"),
        ("--model-dir", "downloaded models (SCRIBA_MODEL_DIR)"),
    ):
        # Without a default, so that the flag counts before the command's name as well as after.
        folders.add_argument(flag, type=Path, metavar="DIR", help=about, default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog="scriba",
        parents=[common],
        description="A speech-to-text service for your own machines that speaks the Azure Speech "
        "API.",
        epilog="Every flag has a setting: see docs/settings.md. `scriba COMMAND --help` tells "
        "more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"scriba {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, about: str, function: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about, parents=[common])
        made.set_defaults(run=_later(function))
        return made

    serve = command("serve", "Run the service.", "serve:serve")
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default 8080)")
    serve.add_argument(
        "--tls-cert", type=Path, metavar="FILE", help="serve TLS with this certificate (PEM)"
    )
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key (PEM)")
    serve.add_argument("--model", help="model to recognise with (default base)")
    serve.add_argument(
        "--model-manifest",
        metavar="FILE_OR_URL",
        help="serve the model that this manifest lists (SCRIBA_MODEL_MANIFEST)",
    )

    worker = command(
        "worker",
        "Do durable work (batch transcriptions, webhooks) without HTTP.",
        "worker:worker",
    )
    worker.add_argument("--model", help="model to recognise with (default base)")

    _add_jobs(commands, common)
    _add_keys(commands, common)
    _add_db(commands, common)
    _add_models(commands, common)
    _add_train(command)
    _add_bench(commands, common)

    transcribe = command("transcribe", "Turn recordings into text.", "transcribe:transcribe")
    transcribe.add_argument("files", nargs="+", type=Path, metavar="FILE")
    transcribe.add_argument("--language", default="en-US", help="what is spoken (default en-US)")
    transcribe.add_argument("--model", help="model to recognise with (default base)")
    transcribe.add_argument("--profanity", choices=_PROFANITY, default="masked")
    transcribe.add_argument(
        "--format", choices=("text", "json", "detailed", "srt", "vtt"), default="text"
    )
    transcribe.add_argument(
        "--output-dir",
        type=Path,
        metavar="DIR",
        help="write a file for each recording there instead of standard output",
    )

    forms = command(
        "forms",
        "Read sentences, one a line; write their four forms, a JSON object a line.",
        "forms:forms",
    )
    forms.add_argument("--language", default="en-US", help="their locale (default en-US)")
    forms.add_argument("--profanity", choices=_PROFANITY, default="masked")
    forms.add_argument(
        "--rules",
        type=Path,
        metavar="FILE",
        help="output formatting data to apply; what is wrong in it goes to standard error",
    )

    doctor = command("doctor", "Check this installation and say what is missing.", "doctor:doctor")
    doctor.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


def settings_of(arguments: argparse.Namespace) -> "Settings":
    """The settings of the environment with the flags given; raises SettingsError."""
    from scriba.settings import Settings, load_settings

    flags = {
        name: value for name, value in vars(arguments).items() if name in Settings.model_fields
    }
    return load_settings(**flags)


def _add_keys(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    about = "Manage resources and their keys; changes count at once, also in a running service."
    group = commands.add_parser(
        "keys", help="Manage resources and their keys.", description=about, parents=[common]
    )
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def action(name: str, about: str, takes_name: bool = True) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=about, description=about, parents=[common])
        made.set_defaults(run=_later(f"keys:{name}"))
        if takes_name:
            made.add_argument("name", metavar="NAME", help="name of the resource")
        made.add_argument("--json", action="store_true", help="answer in JSON")
        return made

    create = action("create", "Make a resource with two keys.")
    create.add_argument("--region", help="Azure region it answers under (default: any)")
    update = action("update", "Change the limits or the file storage of a resource.")
    for made in (create, update):
        made.add_argument(
            "--limits", choices=("s0", "none"), help="what it may ask for: Azure's S0, or anything"
        )
        made.add_argument(
            "--storage",
            metavar="URL",
            help="where its files are kept: a folder, s3://BUCKET/PREFIX, az://CONTAINER/PREFIX, "
            "the SAS URL of an Azure container, or none for the service's own storage",
        )
    update.add_argument(
        "--moved",
        action="store_true",
        help="its files have been copied to the new storage, under the same paths",
    )
    action("list", "List the resources.", takes_name=False)
    action("show", "Show a resource; keys cannot be read again, only their ends.")
    rotate = action("rotate", "Replace a key; the old one stops working at once.")
    rotate.add_argument("--key", type=int, choices=(1, 2), default=1, help="which (default 1)")
    action("delete", "Delete a resource with its keys, transcriptions and files.")


def _add_db(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    about = "Upgrade the database, or say which version it has."
    group = commands.add_parser("db", help=about, description=about, parents=[common])
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, about in (
        ("upgrade", "Bring the tables up to date; nothing that is stored is lost."),
        ("status", "Say which version the database has; exit code 1 if it is to be upgraded."),
    ):
        made = actions.add_parser(name, help=about, description=about, parents=[common])
        made.set_defaults(run=_later(f"db:{name}"))
        made.add_argument("--json", action="store_true", help="answer in JSON")


def _add_jobs(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    about = "Look after batch transcriptions, also while the service runs."
    group = commands.add_parser("jobs", help=about, description=about, parents=[common])
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, about in (
        ("list", "List the jobs, the newest last."),
        ("show", "Show a job and its recordings."),
        ("cancel", "End a job that waits or runs; it counts as failed."),
        ("retry", "Do what failed in a failed or succeeded job again."),
    ):
        made = actions.add_parser(name, help=about, description=about, parents=[common])
        made.set_defaults(run=_later(f"jobs:{name}"))
        if name == "list":
            made.add_argument("--status", help="only those of this status, such as Running")
            made.add_argument("--resource", metavar="NAME", help="only those of this resource")
        else:
            made.add_argument("id", metavar="ID", help="id of the transcription")
        made.add_argument("--json", action="store_true", help="answer in JSON")


def _add_models(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    about = "List, fetch and check models."
    group = commands.add_parser("models", help=about, description=about, parents=[common])
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, about, nargs in (
        ("list", "List the models of the catalogue.", None),
        ("pull", "Fetch models (default: the one of the settings).", "*"),
        ("verify", "Hash the files of models again (default: all that are here).", "*"),
    ):
        made = actions.add_parser(name, help=about, description=about, parents=[common])
        made.set_defaults(run=_later(f"models:{name}"))
        if nargs:
            made.add_argument("names", nargs=nargs, metavar="MODEL")
        else:
            made.add_argument("--json", action="store_true", help="answer in JSON")


def _add_bench(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    about = "Measure how good this installation is on labelled recordings."
    group = commands.add_parser("bench", help=about, description=about, parents=[common])
    actions = group.add_subparsers(title="what", metavar="WHAT", required=True)
    about = "Score readings that experts have scored, and say how far both agree."
    made = actions.add_parser("pronunciation", help=about, description=about, parents=[common])
    made.set_defaults(run=_later("bench:pronunciation"))
    made.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        required=True,
        help="a folder laid out as speechocean762: labels.jsonl and the recordings it names",
    )
    made.add_argument(
        "--predictions", type=Path, metavar="FILE", help="write a JSON line for each reading"
    )


def _add_train(command: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    made = command(
        "train",
        "Train a model on your own data, compare it with its base, and put it behind an endpoint.",
        "train:train",
    )
    made.add_argument("name", metavar="NAME", help="what the model is called")
    made.add_argument("--locale", required=True, help="what is spoken, such as en-US")
    for flag, about in (
        ("--acoustic", "recordings with a transcript: an archive or a folder (needs torch)"),
        ("--text", "sentences that are said, one a line"),
        ("--markdown", "structured text: lists and sentences that use them"),
        ("--pronunciation", "how words are said: written form, tab, spoken form"),
        ("--formatting", "rules for how text is written"),
    ):
        made.add_argument(
            flag,
            type=Path,
            metavar="PATH",
            action="append",
            default=[],
            help=f"{about}; repeatable",
        )
    made.add_argument(
        "--test",
        type=Path,
        metavar="PATH",
        help="recordings with a transcript, held back: prints a table before and after",
    )
    made.add_argument("--base", metavar="MODEL", help="model of the catalogue to train from")
    made.add_argument(
        "--weight", type=_percent, default=30, metavar="PERCENT", help="share of your data (30)"
    )
    made.add_argument("--no-endpoint", action="store_true", help="only make the model")
    made.add_argument("--resource", default="default", help="whose it is (default: default)")


def _percent(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 100:
        return int(text)
    raise argparse.ArgumentTypeError("a number from 1 to 100 is needed")


def _later(function: str) -> Callable[[argparse.Namespace], int]:
    module, _, name = function.partition(":")

    def run(arguments: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"scriba.cli.{module}"), name)(arguments))

    return run
