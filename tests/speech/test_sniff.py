"""Telling containers apart by their first bytes."""

import pytest

from scriba.errors import UnsupportedAudio
from scriba.speech.sniff import Container, sniff

# 64 kbit/s at 16 kHz, MPEG 2 layer III: 288 bytes a frame
MP3_FRAME = b"\xff\xf3\x88\xc4" + bytes(284)


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"OggS\0\2" + bytes(10), "ogg"),
        (b"\0\0\0\x20ftypisom", "mov"),
        (b"\x12\x34\x56\x78mdat" + bytes(4), "mov"),
        (MP3_FRAME * 4, "mp3"),
        (bytes(700) + MP3_FRAME * 5, "mp3"),
        (b"the tail of a frame \xff" + MP3_FRAME * 5, "mp3"),
    ],
)
def test_known_beginnings(head, demuxer):
    found = sniff(head, final=False)
    assert found is not None
    assert found.demuxer == demuxer


@pytest.mark.parametrize("head", [b"", b"OggS", b"RIFF\0\0", MP3_FRAME * 3, b"short text"])
def test_more_is_awaited(head):
    assert sniff(head, final=False) is None


def test_a_tag_is_to_be_skipped():
    assert sniff(b"ID3\4\0\0\0\0\2\1", final=False) == Container("", skip=10 + 257)
    assert sniff(b"ID3\4\0\x10\0\0\2\1", final=False) == Container("", skip=20 + 257)


def test_two_frames_are_enough_when_they_are_all():
    found = sniff(MP3_FRAME * 2, final=True)
    assert found is not None
    assert found.demuxer == "mp3"
    with pytest.raises(UnsupportedAudio):
        sniff(MP3_FRAME, final=True)


@pytest.mark.parametrize("text", ["The free world is listening", "A wide field", '[{"moov": 1}]'])
def test_words_that_are_also_box_names(text):
    with pytest.raises(UnsupportedAudio, match="this is text"):
        sniff(text.encode() * 60, final=False)
    with pytest.raises(UnsupportedAudio, match="this is text"):
        sniff(text.encode(), final=True)


def test_frames_that_disagree_are_no_stream():
    other = b"\xff\xfb\x90\x00" + bytes(413)
    with pytest.raises(UnsupportedAudio):
        sniff((MP3_FRAME + other) * 5, final=True)
