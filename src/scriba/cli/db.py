"""`scriba db`: the version of the database."""

import argparse
import json

from scriba.cli.parser import settings_of
from scriba.storage.store import connect
from scriba.storage.tables import HEAD


def upgrade(arguments: argparse.Namespace) -> int:
    """Bring the tables up to date and say from where to where."""
    settings = settings_of(arguments)
    store = connect(settings.data_dir, settings.database_url, settings.secret)
    try:
        before = store.revision()
        store.migrate()
    finally:
        store.close()
    if arguments.json:
        print(json.dumps({"from": before, "to": HEAD}, indent=2))
    elif before == HEAD:
        print(f"the database is up to date ({HEAD})")
    else:
        print(f"upgraded the database from {before or 'nothing'} to {HEAD}")
    return 0


def status(arguments: argparse.Namespace) -> int:
    """Print the version of the database; 1 where it is not the one that this Scriba needs."""
    settings = settings_of(arguments)
    store = connect(settings.data_dir, settings.database_url, settings.secret)
    try:
        found = store.revision()
        shown = store.engine.url.render_as_string(hide_password=True)
    finally:
        store.close()
    if arguments.json:
        print(json.dumps({"database": shown, "version": found, "needed": HEAD}, indent=2))
    else:
        print(f"database  {shown}")
        print(f"version   {found or 'none: it is empty'}")
        print(f"needed    {HEAD}")
        if found is None or found < HEAD:
            print("run `scriba db upgrade`")
        elif found > HEAD:
            print("it was made by a newer Scriba; upgrade Scriba")
    return 0 if found == HEAD else 1
