"""`scriba models`: the catalogue, and the folder of models."""

import argparse
import json
import sys
from pathlib import Path

from scriba.cli.parser import settings_of
from scriba.settings import Settings
from scriba.speech import model_cache
from scriba.speech.catalogue import MODELS, find
from scriba.speech.fetch import fetch


def ready_model(settings: Settings) -> Path:
    """The folder of the model of the settings, fetched if it is absent.

    A model that is there but damaged is refused with a ModelError rather than replaced unasked.
    """
    model = find(settings.model)
    if model.folder(settings.model_dir).exists():
        return model_cache.load(model, settings.model_dir)
    return fetch(model, settings.model_dir)


def list(arguments: argparse.Namespace) -> int:
    """Print the catalogue, a model a line, and which models are here."""
    settings = settings_of(arguments)
    rows = [
        {
            "id": model.id,
            "aliases": model.aliases,
            "size": model.size,
            "languages": model.languages,
            "licence": model.licence,
            "source": f"{model.repository}@{model.revision}",
            "present": model_cache.present(model, settings.model_dir),
        }
        for model in MODELS
    ]
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return 0
    for model, row in zip(MODELS, rows, strict=True):
        here = "here" if row["present"] else "not fetched"
        languages = ", ".join(model.languages) if model.languages else "99 languages"
        print(f"{model.id:10} {model.size / 1e6:6.0f} MB  {here:12} {languages:13} {model.licence}")
    return 0


def pull(arguments: argparse.Namespace) -> int:
    """Fetch models, or mend those that are damaged, and print their folders."""
    settings = settings_of(arguments)
    models = [find(name) for name in arguments.names or [settings.model]]
    for model in models:
        print(fetch(model, settings.model_dir))
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Hash models again and print what is wrong; 1 if anything is."""
    settings = settings_of(arguments)
    models = [find(name) for name in arguments.names]
    if not models:
        models = [model for model in MODELS if model.folder(settings.model_dir).exists()]
    if not models:
        print(f"no model in {settings.model_dir}; run `scriba models pull`", file=sys.stderr)
        return 1
    failed = False
    for model in models:
        problems = model_cache.verify(model, settings.model_dir)
        failed = failed or bool(problems)
        print(f"{model.id}: {'; '.join(problems) if problems else 'as in the catalogue'}")
        if problems:
            print(f"run `scriba models pull {model.id}` to mend it", file=sys.stderr)
    return 1 if failed else 0
