"""Audio and a reference text in, scores out. A library: it knows no server and no database."""

from scriba.pronunciation.assessment import (
    AssessedWord,
    Assessment,
    AssessmentOptions,
    Miscue,
    Phone,
    Prosody,
    Syllable,
)
from scriba.pronunciation.assessor import Assessor

__all__ = [
    "AssessedWord",
    "Assessment",
    "AssessmentOptions",
    "Assessor",
    "Miscue",
    "Phone",
    "Prosody",
    "Syllable",
]
