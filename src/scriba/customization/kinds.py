"""The kinds of datasets, spelled as the API does."""

from collections.abc import Mapping
from enum import StrEnum


class DatasetKind(StrEnum):
    """What a dataset holds."""

    LANGUAGE = "Language"
    ACOUSTIC = "Acoustic"
    PRONUNCIATION = "Pronunciation"
    AUDIO_FILES = "AudioFiles"
    LANGUAGE_MARKDOWN = "LanguageMarkdown"
    OUTPUT_FORMATTING = "OutputFormatting"


MAX_BYTES: Mapping[DatasetKind, int] = {
    DatasetKind.LANGUAGE: 200 << 20,
    DatasetKind.ACOUSTIC: 2 << 30,
    DatasetKind.PRONUNCIATION: 1 << 20,
    DatasetKind.AUDIO_FILES: 2 << 30,
    DatasetKind.LANGUAGE_MARKDOWN: 200 << 20,
    DatasetKind.OUTPUT_FORMATTING: 10 << 20,
}
"""Bytes that the file of a dataset may have."""
