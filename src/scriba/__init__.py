"""Scriba: a speech-to-text service that speaks the Azure Speech API."""

import os

# onnxruntime would send events to Microsoft and keep an identifier of the device; it looks once,
# before anything of it is used.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
