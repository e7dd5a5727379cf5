"""WAV in every sample format, in pieces of every size, with headers as wrong as they come."""

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.errors import AudioError, NoAudioFrames, UnsupportedAudio
from scriba.speech.wav import WavReader

PCM, FLOAT, ALAW, MULAW = 1, 3, 6, 7
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(kind: bytes, body: bytes, order: str = "<") -> bytes:
    return kind + struct.pack(f"{order}I", len(body)) + body + b"\0" * (len(body) % 2)


def fmt(tag=PCM, channels=1, rate=16_000, bits=16, order="<", block=None, extra=b"") -> bytes:
    block = channels * bits // 8 if block is None else block
    body = struct.pack(f"{order}HHIIHH", tag, channels, rate, rate * block % 2**32, block, bits)
    return chunk(b"fmt ", body + extra, order)


def riff(*chunks: bytes, magic=b"RIFF", order="<") -> bytes:
    body = b"".join(chunks)
    return magic + struct.pack(f"{order}I", 4 + len(body)) + b"WAVE" + body


def data(body: bytes, size: int | None = None, order="<") -> bytes:
    return b"data" + struct.pack(f"{order}I", len(body) if size is None else size) + body


def read(file: bytes, step: int = 1 << 20) -> np.ndarray:
    reader = WavReader()
    parts = [reader.feed(file[at : at + step]) for at in range(0, len(file), step)]
    parts.append(reader.finish())
    return np.concatenate([part for part in parts if part.size], axis=1)


def ramp(count: int = 400) -> np.ndarray:
    return (np.arange(count) * 157 % 60_000 - 30_000).astype(np.int16)


def exact(samples: np.ndarray) -> np.ndarray:
    return (samples.astype(np.float64) / 32768).astype(np.float32)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(
    ("tag", "bits", "tolerance"),
    [(PCM, 8, 1 / 128), (PCM, 16, 0), (PCM, 24, 0), (PCM, 32, 0), (FLOAT, 32, 0), (FLOAT, 64, 0)],
)
def test_every_linear_and_float_format(tag, bits, tolerance, extensible, order):
    samples = ramp()
    if tag == FLOAT:
        body = exact(samples).astype(f"{order}f{bits // 8}").tobytes()
    elif bits == 8:
        body = ((samples.astype(int) >> 8) + 128).astype(np.uint8).tobytes()
    else:
        wide = (samples.astype(np.int64) << (bits - 16)).astype(f"{order}i4" if bits > 16 else "i4")
        octets = wide.astype(f"{order}i4").view(np.uint8).reshape(-1, 4)
        keep = octets[:, : bits // 8] if order == "<" else octets[:, 4 - bits // 8 :]
        body = keep.tobytes()
    if extensible:
        tail = struct.pack(f"{order}HHIH", 22, bits, 4, tag) + GUID_TAIL
        header = fmt(0xFFFE, bits=bits, order=order, extra=tail)
    else:
        header = fmt(tag, bits=bits, order=order)
    magic = b"RIFF" if order == "<" else b"RIFX"
    file = riff(header, data(body, order=order), magic=magic, order=order)
    np.testing.assert_allclose(read(file)[0], exact(samples), atol=tolerance)


@pytest.mark.parametrize(("tag", "codec"), [(ALAW, "pcm_alaw"), (MULAW, "pcm_mulaw")])
def test_companded_codes_are_decoded_as_ffmpeg_decodes_them(tag, codec):
    import av

    codes = bytes(range(256))
    decoder = av.CodecContext.create(codec, "r")
    decoder.sample_rate, decoder.layout = 8000, "mono"
    expected = decoder.decode(av.Packet(codes))[0].to_ndarray()[0]
    got = read(riff(fmt(tag, rate=8000, bits=8), data(codes)))[0]
    np.testing.assert_array_equal(got, exact(expected))


def test_two_channels_stay_apart():
    left, right = ramp(), ramp()[::-1]
    body = np.stack([left, right], axis=1).astype("<i2").tobytes()
    got = read(riff(fmt(channels=2), data(body)))
    np.testing.assert_array_equal(got, exact(np.stack([left, right])))


@settings(deadline=None)
@given(
    cuts=st.lists(st.integers(0, 1200), max_size=12),
    bits=st.sampled_from([8, 16, 24, 32]),
    channels=st.integers(1, 3),
    junk=st.binary(max_size=70),
    tail=st.sampled_from([b"", b"\1", chunk(b"LIST", b"INFOx")]),
)
def test_cutting_the_stream_changes_nothing(cuts, bits, channels, junk, tail):
    body = (ramp(200).astype("<i2").tobytes() * 3)[: 1000 // (channels * 3) * channels * 3]
    file = riff(chunk(b"junk", junk), fmt(channels=channels, bits=bits), data(body), tail)
    whole = read(file)
    edges = sorted({0, *(min(cut, len(file)) for cut in cuts), len(file)})
    reader = WavReader()
    parts = [reader.feed(file[a:b]) for a, b in pairwise(edges)]
    reader.finish()
    np.testing.assert_array_equal(np.concatenate([p for p in parts if p.size], axis=1), whole)
    np.testing.assert_array_equal(read(file, 1), whole)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 10**6])
def test_sizes_of_streams_are_not_believed(size):
    samples = ramp()
    got = read(riff(fmt(), data(samples.tobytes(), size)))[0]
    np.testing.assert_array_equal(got, exact(samples))


def test_audio_that_the_size_does_not_count_is_audio():
    samples = ramp(2000)
    got = read(riff(fmt(), data(samples.tobytes(), 320)), step=97)[0]
    np.testing.assert_array_equal(got, exact(samples))


@pytest.mark.parametrize("kind", [b"LIST", b"id3 ", b"bext", b"_PMX"[1:] + b"x"])
@pytest.mark.parametrize("count", [400, 401])
def test_chunks_after_the_audio_are_not_audio(kind, count):
    body = (ramp(count) >> 8).astype(np.int8).tobytes()
    padding = b"\0" * (count % 2)
    file = riff(fmt(bits=8), data(body) + padding, chunk(kind, bytes(range(64))))
    assert read(file, 11).shape == (1, count)


def test_chunks_before_the_audio_are_skipped_whatever_their_size():
    samples = ramp()
    extra = [chunk(b"LIST", b"odd"), chunk(b"fact", b"1234"), chunk(b"JUNK", b"\0" * 5001)]
    got = read(riff(extra[0], fmt(), *extra[1:], data(samples.tobytes())), 13)[0]
    np.testing.assert_array_equal(got, exact(samples))


def test_an_odd_chunk_may_lack_its_pad_byte():
    unpadded = b"LIST" + struct.pack("<I", 3) + b"abc"
    assert read(riff(fmt(), unpadded, data(ramp().tobytes()))).shape == (1, 400)


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
@pytest.mark.parametrize("long_size", [800, 0])
def test_64_bit_wav(magic, long_size):
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, long_size, 400, 0))
    trailer = chunk(b"LIST", b"words after the audio.") if long_size else b""
    file = riff(ds64, fmt(), data(ramp().tobytes(), 0xFFFFFFFF) + trailer, magic=magic)
    assert read(file, 9).shape == (1, 400)


def test_a_giant_chunk_is_skipped_without_being_kept():
    reader = WavReader()
    reader.feed(riff(fmt()) + b"JUNK" + struct.pack("<I", 40 << 20))
    for _ in range(40):
        reader.feed(bytes(1 << 20))
        assert len(reader._buffer) < 16
    assert reader.feed(data(ramp().tobytes())).shape == (1, 400)


def test_endless_chunks_before_the_audio_are_refused():
    reader = WavReader()
    reader.feed(riff(fmt()) + b"JUNK" + struct.pack("<I", 0xFFFFFFF0))
    reader.feed(bytes(40 << 20))
    with pytest.raises(UnsupportedAudio, match="64 MB"):
        reader.feed(bytes(25 << 20))


@pytest.mark.parametrize("block", [0, 1, 4, 999])
def test_a_wrong_block_size_is_overruled_by_the_bits(block):
    samples = ramp()
    np.testing.assert_array_equal(
        read(riff(fmt(block=block), data(samples.tobytes())))[0], exact(samples)
    )


def test_a_body_cut_short_is_read_as_far_as_it_goes():
    file = riff(fmt(channels=2), data(ramp().tobytes()))
    assert read(file[:-301]).shape == (2, (800 - 301) // 4)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (fmt(rate=0), "0 samples a second"),
        (fmt(rate=3_999), "3999 samples a second"),
        (fmt(rate=4_000_000_000), "samples a second"),
        (fmt(channels=0, block=2), "0 channels"),
        (fmt(channels=9), "9 channels"),
        (fmt(bits=40), "40 bits"),
        (fmt(FLOAT, bits=16), "16 bits"),
        (chunk(b"fmt ", b"1234"), "4 bytes"),
        (b"fmt " + struct.pack("<I", 0x7FFFFFFF), "bytes"),
        (b"", "before its 'fmt ' chunk"),
    ],
)
def test_headers_that_cannot_be_used_say_why(header, reason):
    with pytest.raises(UnsupportedAudio, match=reason):
        read(riff(header, data(ramp().tobytes())))


@pytest.mark.parametrize("length", range(12, 44))
def test_a_header_cut_off_is_not_audio(length):
    reader = WavReader()
    reader.feed(riff(fmt(), data(ramp().tobytes()))[:length])
    with pytest.raises(UnsupportedAudio, match="ends before"):
        reader.finish()


@pytest.mark.parametrize("body", [b"", b"\1", b"\1\2\3"])
def test_no_whole_frame(body):
    reader = WavReader()
    assert reader.feed(riff(fmt(channels=2), data(body, 1000))).size == 0
    with pytest.raises(NoAudioFrames):
        reader.finish()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_header_raises_nothing_else(draw):
    file = bytearray(riff(chunk(b"LIST", b"abc"), fmt(), data(ramp(40).tobytes())))
    for _ in range(draw.draw(st.integers(1, 6))):
        file[draw.draw(st.integers(4, 63))] = draw.draw(st.integers(0, 255))
    from scriba.speech.wav import ForeignCodec

    try:
        samples = read(bytes(file), draw.draw(st.sampled_from([1, 7, 1000])))
    except (AudioError, ForeignCodec):
        return
    assert samples.dtype == np.float32
    assert samples.shape[1] <= 200
