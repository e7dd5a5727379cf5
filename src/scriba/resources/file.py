"""A file that belongs to an entity: a result, a report, data that was uploaded."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class FileKind(StrEnum):
    """What a file holds; the values are the API's."""

    DATASET_REPORT = "DatasetReport"
    AUDIO = "Audio"
    LANGUAGE_DATA = "LanguageData"
    PRONUNCIATION_DATA = "PronunciationData"
    ACOUSTIC_DATA_ARCHIVE = "AcousticDataArchive"
    ACOUSTIC_DATA_TRANSCRIPTION = "AcousticDataTranscriptionV2"
    TRANSCRIPTION = "Transcription"
    TRANSCRIPTION_REPORT = "TranscriptionReport"
    EVALUATION_DETAILS = "EvaluationDetails"
    MODEL_REPORT = "ModelReport"
    OUTPUT_FORMATTING_DATA = "OutputFormattingData"
    MODEL_BUNDLE = "ModelBundle"
    """A part of a trained model: shown by no list of files, but by the model's manifest."""


SHOWN = tuple(kind for kind in FileKind if kind is not FileKind.MODEL_BUNDLE)
"""The kinds that the API knows."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of an entity: `size` in bytes, `blob` its path in the resource's storage."""

    id: str
    entity_id: str
    name: str
    kind: FileKind
    size: int
    created: datetime
    blob: str
    content_type: str = "application/octet-stream"
    properties: dict[str, Any] = field(default_factory=dict)


def file_id(entity_id: str, name: str, kind: FileKind | None = None) -> str:
    """The identifier of an entity's file: the same name gives the same file.

    Recordings are apart: whoever sends one may call it as we call a report.
    """
    path = f"{kind}\0{name}" if kind is FileKind.AUDIO else name
    return str(uuid.uuid5(uuid.UUID(entity_id), path))


def blob_path(resource_id: str, entity_id: str, file_id: str) -> str:
    """Where a file's content lies; made of identifiers only, for names come from outside."""
    return f"{resource_id}/{entity_id}/{file_id}"
