"""The kinds of datasets, spelled as the API does."""

from enum import StrEnum


class DatasetKind(StrEnum):
    """What a dataset holds."""

    LANGUAGE = "Language"
    ACOUSTIC = "Acoustic"
    PRONUNCIATION = "Pronunciation"
    AUDIO_FILES = "AudioFiles"
    LANGUAGE_MARKDOWN = "LanguageMarkdown"
    OUTPUT_FORMATTING = "OutputFormatting"
