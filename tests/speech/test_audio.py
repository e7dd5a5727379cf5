"""The decoder as its callers see it: what it accepts, what it refuses, and why."""

import io
import json
import random
import struct
import threading
import tracemalloc
import wave

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.errors import AudioError, AudioTooLong, EmptyAudio, NoAudioFrames, UnsupportedAudio
from scriba.speech.audio import SAMPLE_RATE, AudioDecoder, decode_file, duration_of


def wav(samples: np.ndarray, rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def float_wav(samples: np.ndarray) -> bytes:
    body = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, SAMPLE_RATE, SAMPLE_RATE * 4, 4, 32)
    return b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + form + b"data\xff\xff\xff\xff" + body


def decode(data: bytes, step: int = 1 << 20, max_seconds: float | None = None) -> np.ndarray:
    decoder = AudioDecoder(max_seconds=max_seconds)
    parts = [decoder.feed(data[at : at + step]) for at in range(0, len(data), step)]
    return np.concatenate([*parts, decoder.finish()])


def test_16_khz_mono_passes_unchanged(speech):
    got = decode(wav(speech))
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, (speech / 32768).astype(np.float32))


def test_wav_samples_come_with_the_bytes(speech):
    decoder = AudioDecoder()
    data = wav(speech)
    for at in range(0, 20_000, 1_000):
        decoder.feed(data[at : at + 1_000])
    assert decoder.seconds == pytest.approx((20_000 - 44) / 2 / SAMPLE_RATE)
    decoder.close()


@settings(max_examples=25, deadline=None)
@given(rate=st.sampled_from([8_000, 11_025, 22_050, 44_100, 48_000]), step=st.integers(1, 4_000))
def test_pieces_give_what_the_whole_gives(rate, step, speech):
    stereo = np.stack([speech[:12_000], speech[-12_000:]], axis=1)
    data = wav(stereo, rate, channels=2)
    np.testing.assert_allclose(decode(data, step), decode(data), atol=1e-6)


def test_channels_are_averaged(recordings):
    with av.open(str(recordings / "en-two-channels.flac")) as file:
        both = np.concatenate([f.to_ndarray().reshape(-1, 2) for f in file.decode(audio=0)])
    expected = both.astype(np.float64).mean(axis=1) / 32768
    np.testing.assert_allclose(decode(wav(both, channels=2)), expected, atol=1e-6)
    data = (recordings / "en-two-channels.flac").read_bytes()
    np.testing.assert_allclose(decode(data), expected, atol=1e-6)


def test_every_recording_decodes_to_its_length(recordings):
    for line in (recordings / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        path = recordings / row["path"]
        size = sum(block.size for block in decode_file(path))
        assert size / SAMPLE_RATE == pytest.approx(row["duration_s"], abs=0.01)
        assert duration_of(path) == pytest.approx(row["duration_s"], abs=0.01)


def test_floats_that_are_no_samples_are_cleaned():
    samples = np.array([0.5, np.nan, np.inf, -np.inf, 7.0, -7.0, -0.25] * 100)
    got = decode(float_wav(samples))[:7]
    np.testing.assert_array_equal(got, np.float32([0.5, 0, 1, -1, 1, -1, -0.25]))


def test_no_bytes():
    with pytest.raises(EmptyAudio, match="No audio data received"):
        AudioDecoder().finish()
    decoder = AudioDecoder()
    assert decoder.feed(b"").size == 0
    with pytest.raises(EmptyAudio):
        decoder.finish()
    with pytest.raises(EmptyAudio):
        list(decode_file(io.BytesIO(b"")))


def test_a_header_alone():
    with pytest.raises(NoAudioFrames):
        decode(wav(np.zeros(0)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not audio at all", "this is text: 'not audio at all'"),
        (b'{"DisplayText": "hello"}', "this is text"),
        (b"<!DOCTYPE html><html>" + b"x" * 2_000, "this is text"),
        ("Grüße aus Köln, это не звук".encode() * 40, "this is text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a PNG image"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "a JPEG image"),
        (b"%PDF-1.7\n" + bytes(100), "a PDF"),
        (b"PK\x03\x04" + bytes(100), "a ZIP"),
        (bytes(50_000), "raw PCM needs a WAV header"),
        (b"\0", "raw PCM needs a WAV header"),
        (b"RIFF\x24\0\0\0WAVE", "ends before its 'fmt ' chunk"),
        (b"RIFF\x24\0\0\0", "no audio container"),
        (b"RIFF\x24\0\0\0WEBP" + bytes(100), "no audio container"),
        (b"OggS\0\2", "no audio container"),
        (b"OggS" + bytes(200), "ogg file ends before its audio"),
        (b"fLaC" + bytes(200), "flac"),
        (b"ID3\x04\0\0\0\0\x7f\x7f" + bytes(100), "no audio container"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(100), "more tags"),
        (b"ID3\x04\0\0\0\0\0\0" * 100, "more tags"),
    ],
)
@pytest.mark.parametrize("step", [1, 1 << 20])
def test_what_is_not_audio_is_refused_with_the_reason(data, reason, step):
    with pytest.raises(UnsupportedAudio, match=reason):
        decode(data, step if len(data) < 3_000 else 1 << 20)


def test_what_never_becomes_a_stream_is_given_up_soon():
    decoder = AudioDecoder()
    sizes = [decoder.feed(b"\xff").size for _ in range(16_383)]
    assert not any(sizes)
    with pytest.raises(UnsupportedAudio, match="no audio container"):
        decoder.feed(b"\xff" * 20_000)


def test_raw_pcm_of_speech_is_not_taken_for_anything(recordings):
    for name in ("en-quilter", "en-harvard-8k", "noise-room", "dial-tone"):
        samples = np.concatenate(list(decode_file(recordings / f"{name}.flac")))
        for kind in ("<i2", ">i2", "u1"):
            raw = (samples * (32767 if kind != "u1" else 127)).astype(kind).tobytes()
            for offset in range(0, len(raw), 20_011):
                with pytest.raises(UnsupportedAudio):
                    decode(raw[offset:])


def test_random_bytes_are_never_audio():
    chance = random.Random(7)
    for size in [1, 2, 11, 12, 100, 5_000, 100_000] * 30:
        with pytest.raises(UnsupportedAudio):
            decode(chance.randbytes(size))
    # also not when they begin as an MPEG frame does
    for size in [100, 5_000, 100_000] * 20:
        with pytest.raises(UnsupportedAudio):
            decode(b"\xff\xfb\x90\x00" + chance.randbytes(size))


@settings(max_examples=100, deadline=None)
@given(
    magic=st.sampled_from(
        [
            *(b"OggS\0\2", b"fLaC\0\0\0\x22", b"\x1a\x45\xdf\xa3", b"#!AMR\n", b"caff\0\1\0\0"),
            *(
                b"\0\0\0\x18ftypM4A ",
                b"FORM\0\0\1\0AIFFCOMM",
                b".snd\0\0\0\x18",
                b"ID3\3\0\0\0\0\0\0",
            ),
            *(b"RIFF\0\0\0\0AVI LIST", b"riff\x2e\x91\xcf\x11", b"wvpk", b"FLV\1\5", b"NIST_1A\n"),
            *(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"RIFF\0\0\0\0WAVE", b"\xff\xf1\x50\x80"),
        ]
    ),
    rest=st.binary(max_size=3_000),
    step=st.sampled_from([100, 4_000]),
)
def test_bytes_behind_a_magic_raise_nothing_else(magic, rest, step):
    try:
        got = decode(magic + rest, step, max_seconds=60)
    except AudioError:
        return
    assert np.isfinite(got).all()


def test_the_limit_counts_what_came_and_not_what_the_header_says(speech):
    long = wav(np.tile(speech, 20)[: 20 * SAMPLE_RATE])
    assert decode(long, max_seconds=20).size == 20 * SAMPLE_RATE
    with pytest.raises(AudioTooLong, match="more than 10 seconds"):
        AudioDecoder(max_seconds=10).feed(long[: 10 * SAMPLE_RATE * 2 + 100])
    lying = bytearray(wav(speech))
    lying[40:44] = struct.pack("<I", 0x7FFFFFF0)
    assert decode(bytes(lying), max_seconds=10).size == speech.size


def test_after_an_error_or_the_end_the_decoder_is_closed(speech):
    decoder = AudioDecoder()
    with pytest.raises(UnsupportedAudio):
        decoder.feed(b"{" + b" " * 1_000)
    with pytest.raises(ValueError, match="closed"):
        decoder.feed(b"more")
    decoder = AudioDecoder()
    decoder.feed(wav(speech))
    decoder.finish()
    with pytest.raises(ValueError, match="closed"):
        decoder.finish()
    decoder.close()


def test_many_at_once(recordings):
    data = (recordings / "en-brooklyn.flac").read_bytes()
    expected = decode(data)
    results: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: results.append(decode(data, 3_000))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 16
    assert all(np.array_equal(result, expected) for result in results)
    assert not [thread for thread in threading.enumerate() if thread.name == "audio-decoder"]


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_files_come_in_blocks_of_the_length_asked_for(rate, tmp_path, speech):
    path = tmp_path / "long.wav"
    path.write_bytes(wav(np.tile(speech, 3), rate))
    blocks = list(decode_file(path, block_seconds=2.0))
    assert {block.size for block in blocks[:-1]} == {32_000}
    assert 0 < blocks[-1].size <= 32_000
    np.testing.assert_allclose(np.concatenate(blocks), decode(path.read_bytes()), atol=1e-6)
    assert duration_of(path) == pytest.approx(3 * speech.size / rate, abs=1e-4)
    with pytest.raises(AudioTooLong):
        list(decode_file(path, max_seconds=3 * speech.size / rate - 0.01))


def test_a_wav_with_a_foreign_codec_from_a_file(encode, tmp_path):
    path = tmp_path / "adpcm.wav"
    path.write_bytes(encode("wav", "adpcm_ms", 8_000))
    got = np.concatenate(list(decode_file(str(path))))
    np.testing.assert_array_equal(got, decode(path.read_bytes()))


def test_a_file_is_read_from_where_it_stands(speech):
    file = io.BytesIO(b"header of something else" + wav(speech))
    file.seek(24)
    assert sum(block.size for block in decode_file(file)) == speech.size
    assert not file.closed


def test_a_file_of_nothing_but_tags():
    with pytest.raises(UnsupportedAudio, match="more tags"):
        next(decode_file(io.BytesIO(b"ID3\x04\0\0\0\0\0\0" * 100)))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        next(decode_file(tmp_path / "none.wav"))
    assert duration_of(tmp_path / "none.wav") is None


@pytest.mark.parametrize("content", [b"", b"text", b"RIFF\0\0\0\0WAVE", b"OggS" + bytes(99)])
def test_a_duration_that_nothing_tells_is_none(content, tmp_path):
    (tmp_path / "file").write_bytes(content)
    assert duration_of(tmp_path / "file") is None


def test_the_duration_of_a_header_that_lies_is_bounded_by_the_file(tmp_path, speech):
    lying = bytearray(wav(speech))
    lying[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "lying.wav").write_bytes(lying)
    expected = speech.size / SAMPLE_RATE
    assert duration_of(tmp_path / "lying.wav") == pytest.approx(expected, abs=0.01)


def test_the_sample_that_is_shipped(recordings):
    sample = recordings.parents[1] / "samples" / "quilter.wav"
    assert duration_of(sample) == pytest.approx(5.855)


class LongFile(io.RawIOBase):
    """A WAV of silence of any length that is nowhere."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self._header = wav(np.zeros(0))
        self._size = len(self._header) + 2 * SAMPLE_RATE * seconds
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        size = min(size, self._size - self._at)
        data = (self._header[self._at :] + bytes(size))[:size]
        self._at += size
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at


def test_ten_hours_take_no_more_memory_than_a_minute():
    tracemalloc.start()
    total = sum(block.size for block in decode_file(LongFile(36_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 36_000 * SAMPLE_RATE
    assert peak < 20e6
