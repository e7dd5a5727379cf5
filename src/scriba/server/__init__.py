"""HTTP: the Azure Speech API over a recogniser and a store. Knows no models and no SQL."""

from scriba.server.app import create_app
from scriba.server.run import run

__all__ = ["create_app", "run"]
