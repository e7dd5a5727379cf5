"""The database and the files: where everything that lasts is kept."""

from scriba.storage.entities import Entities
from scriba.storage.files import Files
from scriba.storage.inputs import Input, Inputs
from scriba.storage.resources import Resources
from scriba.storage.secret import Secret
from scriba.storage.store import Store, open_store

__all__ = [
    "Entities",
    "Files",
    "Input",
    "Inputs",
    "Resources",
    "Secret",
    "Store",
    "open_store",
]
