"""Who spoke when, and who said what."""

from scriba.speech.diarization.assignment import assign
from scriba.speech.diarization.diarizer import Diarizer, DiarizerOptions
from scriba.speech.diarization.live import LiveSpeakers
from scriba.speech.diarization.turns import Turn

__all__ = ["Diarizer", "DiarizerOptions", "LiveSpeakers", "Turn", "assign"]
