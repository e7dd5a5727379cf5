"""The database: where resources and their keys are kept."""

from scriba.storage.resources import Resources
from scriba.storage.secret import Secret
from scriba.storage.store import Store, open_store

__all__ = ["Resources", "Secret", "Store", "open_store"]
