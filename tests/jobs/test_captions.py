import json
from pathlib import Path
from typing import Any

import pytest

from scriba.jobs.captions import captions
from scriba.resources.versions import Version

from .test_results import phrase, written


def result(tmp_path: Path, *phrases: Any, **options: Any) -> bytes:
    channels = tuple(sorted({channel for channel, _ in phrases})) or (0,)
    document = written(tmp_path, Version.V3_2, phrases, channels, **options)
    return json.dumps(document).encode()


def test_subtitles_have_the_times_of_the_words(tmp_path: Path) -> None:
    made = result(tmp_path, (0, phrase()), (0, phrase(4.0, 6.5)))
    assert captions(made, "srt") == (
        "1\n00:00:00,500 --> 00:00:02,250\nHello, Bob.\n\n"
        "2\n00:00:04,000 --> 00:00:06,500\nHello, Bob.\n\n"
    )
    assert captions(made, "vtt").startswith("WEBVTT\n\n00:00:00.500 --> 00:00:02.250\nHello, Bob.")


def test_subtitles_without_words_spread_the_text(tmp_path: Path) -> None:
    made = result(tmp_path, (0, phrase()), display_words=False)
    assert "00:00:00,500 --> 00:00:02,250\nHello, Bob." in captions(made, "srt")


def test_what_is_said_at_once_is_shown_at_once(tmp_path: Path) -> None:
    made = result(tmp_path, (0, phrase()), (1, phrase(1.0, 2.0)), (0, phrase(4.0, 6.5)))
    times = [line for line in captions(made, "srt").splitlines() if "-->" in line]
    assert times == [
        "00:00:00,500 --> 00:00:02,250",
        "00:00:01,000 --> 00:00:02,000",
        "00:00:04,000 --> 00:00:06,500",
    ]


def test_text_says_who_speaks(tmp_path: Path) -> None:
    alone = result(tmp_path, (0, phrase()))
    assert captions(alone, "txt") == "Hello, Bob.\n"
    speakers = result(tmp_path, (0, phrase(speaker=1)), (0, phrase(3.0, 4.0, speaker=2)))
    assert captions(speakers, "txt") == "Speaker 1: Hello, Bob.\nSpeaker 2: Hello, Bob.\n"
    parties = result(tmp_path, (0, phrase()), (1, phrase(3.0, 4.0)))
    assert captions(parties, "txt") == "Channel 0: Hello, Bob.\nChannel 1: Hello, Bob.\n"


def test_rttm_has_a_line_for_each_phrase(tmp_path: Path) -> None:
    made = result(tmp_path, (0, phrase(speaker=2)), (1, phrase(3.0, 4.25)))
    assert captions(made, "rttm").splitlines() == [
        "SPEAKER b.wav 1 0.500 1.750 <NA> <NA> speaker2 <NA> <NA>",
        "SPEAKER b.wav 2 3.000 1.250 <NA> <NA> channel1 <NA> <NA>",
    ]


@pytest.mark.parametrize("form", ["srt", "vtt", "txt", "rttm"])
def test_silence_has_no_captions(tmp_path: Path, form: str) -> None:
    assert captions(result(tmp_path), form).replace("WEBVTT", "").strip() == ""


def test_other_forms_are_not_known(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        captions(result(tmp_path), "docx")
