"""Tables of an MP4 that claim more than a file can hold."""

import io
import struct

import pytest

from scriba.errors import UnsupportedAudio
from scriba.speech.audio import decode_file
from scriba.speech.mp4 import check_sample_tables


def changed(data: bytes, table: bytes, offset: int, *numbers: int) -> bytes:
    out = bytearray(data)
    at = out.index(table) + 4 + offset
    struct.pack_into(f">{len(numbers)}I", out, at, *numbers)
    return bytes(out)


def check(data: bytes) -> None:
    check_sample_tables(io.BytesIO(data))


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_true_tables_pass(encode, codec):
    check(encode("mov", codec, 44_100))


@pytest.mark.parametrize("size", [1, 4])
def test_samples_of_one_size_that_are_not_there(encode, size):
    bomb = changed(encode("mp4", "aac", 44_100), b"stsz", 4, size, 50_000_000)
    with pytest.raises(UnsupportedAudio, match="claim more samples"):
        check(bomb)
    with pytest.raises(UnsupportedAudio, match="claim more samples"):
        list(decode_file(io.BytesIO(bomb)))


def test_runs_of_samples_that_are_not_there(encode):
    with pytest.raises(UnsupportedAudio, match="claim more samples"):
        check(changed(encode("mp4", "aac", 44_100), b"stts", 8, 2**31, 1_024))


def test_hours_of_pcm_are_no_claim(encode):
    pcm = encode("mov", "pcm_s16le", 44_100)
    check(changed(changed(pcm, b"stsz", 8, 400_000_000), b"stts", 8, 400_000_000, 1))
    with pytest.raises(UnsupportedAudio, match="claim more samples"):
        check(changed(pcm, b"stsz", 8, 400_000_000).replace(b"stts", b"none"))


def test_a_fragment_that_claims_too_much():
    trun = struct.pack(">I4sII", 16, b"trun", 0, 100_000_000)
    with pytest.raises(UnsupportedAudio, match="claim more samples"):
        check(struct.pack(">I4s", 8 + len(trun), b"moof") + trun)


def test_tables_are_found_in_odd_places_and_not_in_the_media():
    table = b"stsz" + struct.pack(">III", 0, 1, 50_000_000)
    for kind in (b"udta", b"free", b"\0\0\0\0", b"hoov"):
        with pytest.raises(UnsupportedAudio):
            check(struct.pack(">I4s", 8 + len(table), kind) + table)
    check(struct.pack(">I4s", 8 + len(table), b"mdat") + table)
    check(struct.pack(">I4sQ", 1, b"mdat", 16 + len(table)) + table)


@pytest.mark.parametrize("data", [b"", b"\0" * 7, b"\0\0\0\3mdat", b"\0\0\0\1mdat", b"\0" * 100])
def test_stumps_are_no_trouble(data):
    check(data)
