"""The client and the sources of a process, as the settings want them."""

from typing import Protocol

from scriba.net.client import Client
from scriba.net.policy import Policy
from scriba.net.sources import Sources


class OutgoingSettings(Protocol):
    """The settings that this room reads, as `scriba.settings.Settings` has them."""

    @property
    def allow_private_addresses(self) -> str: ...
    @property
    def allowed_sources(self) -> str: ...
    @property
    def max_download_bytes(self) -> int: ...
    @property
    def download_timeout(self) -> float: ...
    @property
    def stall_timeout(self) -> float: ...


def open_client(settings: OutgoingSettings) -> Client:
    """The guarded client; close it at the end. Raises SettingsError."""
    return Client(
        Policy.parse(settings.allow_private_addresses),
        stall=settings.stall_timeout,
        total=settings.download_timeout,
    )


def open_sources(settings: OutgoingSettings, client: Client) -> Sources:
    """Where recordings may come from; raises SettingsError."""
    return Sources(client, settings.allowed_sources, max_bytes=settings.max_download_bytes)
