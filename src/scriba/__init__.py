"""Scriba: a speech-to-text service that speaks the Azure Speech API."""

__version__ = "0.1.0"
