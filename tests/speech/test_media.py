"""Compressed audio: every container, as it arrives and whole; damaged, cut off, hostile."""

import io
import random
import threading

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.errors import AudioError, AudioTooLong, NoAudioFrames, UnsupportedAudio
from scriba.speech.audio import SAMPLE_RATE, AudioDecoder, decode_file

# container, codec, rate, layout, bit rate, least similarity to the original below 3.4 kHz
FORMATS = {
    "wav-adpcm-ima": ("wav", "adpcm_ima_wav", 16_000, "mono", None, 0.99),
    "wav-adpcm-ms": ("wav", "adpcm_ms", 16_000, "stereo", None, 0.99),
    "wav-mp3": ("wav", "libmp3lame", 16_000, "mono", None, 0.98),
    "wav-g722": ("wav", "g722", 16_000, "mono", None, 0.99),
    "wav-g726": ("wav", "adpcm_g726", 8_000, "mono", None, 0.98),
    "ogg-opus": ("ogg", "libopus", 16_000, "mono", None, 0.99),
    "ogg-opus-stereo": ("ogg", "libopus", 48_000, "stereo", None, 0.99),
    "ogg-vorbis": ("ogg", "vorbis", 44_100, "stereo", None, 0.99),
    "flac": ("flac", "flac", 16_000, "mono", None, 0.9999),
    "flac-44k-stereo": ("flac", "flac", 44_100, "stereo", None, 0.999),
    "mp3": ("mp3", "libmp3lame", 44_100, "stereo", None, 0.99),
    "mp3-8k": ("mp3", "libmp3lame", 8_000, "mono", 24_000, 0.97),
    "mp2": ("mp2", "mp2", 16_000, "mono", None, 0.99),
    "webm-opus": ("webm", "libopus", 48_000, "mono", None, 0.99),
    "matroska-aac": ("matroska", "aac", 48_000, "mono", None, 0.99),
    "adts-aac": ("adts", "aac", 16_000, "mono", 48_000, 0.98),
    "mp4-aac": ("mp4", "aac", 44_100, "mono", None, 0.98),
    "3gp-aac": ("3gp", "aac", 16_000, "mono", 48_000, 0.98),
    "m4a-alac": ("ipod", "alac", 44_100, "stereo", None, 0.999),
    "mov-pcm": ("mov", "pcm_s16le", 44_100, "mono", None, 0.999),
    "mpegts-aac": ("mpegts", "aac", 48_000, "mono", None, 0.98),
    "wma": ("asf", "wmav2", 44_100, "stereo", 128_000, 0.99),
    "amr": ("amr", "libopencore_amrnb", 8_000, "mono", 12_200, 0.5),
    "caf": ("caf", "pcm_s16be", 16_000, "mono", None, 0.9999),
    "aiff": ("aiff", "pcm_s24be", 22_050, "stereo", None, 0.999),
    "au": ("au", "pcm_mulaw", 8_000, "mono", None, 0.99),
    "w64": ("w64", "pcm_s24le", 16_000, "mono", None, 0.9999),
    "wavpack": ("wv", "wavpack", 16_000, "mono", None, 0.99),
    "avi-mp3": ("avi", "libmp3lame", 44_100, "mono", None, 0.99),
    "flv-mp3": ("flv", "libmp3lame", 44_100, "mono", None, 0.99),
}
_WHOLE = ("mp4", "3gp", "m4a", "mov", "caf", "aiff", "w64", "avi", "wavpack", "wma")
_LONG_BLOCKS = ("wavpack", "ogg-vorbis")  # as FFmpeg writes them, seconds long
STREAMING = [name for name in FORMATS if not name.startswith((*_WHOLE, *_LONG_BLOCKS))]
SECONDS = 4.0


@pytest.fixture(scope="module")
def files(encode) -> dict[str, bytes]:
    return {
        name: encode(container, codec, rate, layout, SECONDS, bits)
        for name, (container, codec, rate, layout, bits, _) in FORMATS.items()
    }


@pytest.fixture(autouse=True)
def no_thread_left():
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "audio-decoder"]


def decode(data: bytes, step: int = 1 << 20, max_seconds: float | None = None) -> np.ndarray:
    decoder = AudioDecoder(max_seconds=max_seconds)
    parts = [decoder.feed(data[at : at + step]) for at in range(0, len(data), step)]
    return np.concatenate([*parts, decoder.finish()])


def likeness(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Correlation of two signals below 3.4 kHz at their best alignment, and b's delay in s."""
    size, finer = 1 << 17, 8
    spectra = [np.fft.rfft(signal, size) for signal in (a, b)]
    for spectrum in spectra:
        spectrum[np.fft.rfftfreq(size, 1 / SAMPLE_RATE) > 3_400] = 0
    power = [2 * np.sum(np.abs(spectrum) ** 2) / size for spectrum in spectra]
    cross = np.fft.irfft(spectra[1] * np.conj(spectra[0]), size * finer) * finer
    best = int(np.argmax(cross))
    delay = best if best < size * finer // 2 else best - size * finer
    return float(cross[best] / np.sqrt(power[0] * power[1])), delay / finer / SAMPLE_RATE


def loudness(signal: np.ndarray) -> np.ndarray:
    """Levels in 20 bands below 3.4 kHz every 32 ms, which do not depend on phase as AMR does."""
    frames = signal[: signal.size // 512 * 512].reshape(-1, 512) * np.hanning(512)
    power = np.abs(np.fft.rfft(frames))[:, 5:105].reshape(-1, 20, 5) ** 2
    return np.log10(power.sum(axis=2) + 1e-3)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_back_what_was_said(name, files, speech):
    original = speech[: round(SECONDS * SAMPLE_RATE)] / 32768
    least = FORMATS[name][-1]
    got = decode(files[name])
    assert got.dtype == np.float32
    assert abs(got.size / SAMPLE_RATE - SECONDS) < 0.13
    similarity, delay = likeness(original, got)
    assert similarity > least
    assert abs(delay) < 0.11
    assert abs(np.std(got[:60_000]) / np.std(original[:60_000]) - 1) < 0.15
    late = round(delay * SAMPLE_RATE)
    levels = loudness(original[max(0, -late) :][:60_000]), loudness(got[max(0, late) :][:60_000])
    assert np.corrcoef(levels[0].ravel(), levels[1].ravel())[0, 1] > 0.95


@pytest.mark.parametrize("name", FORMATS)
def test_pieces_and_whole_are_the_same(name, files):
    whole = decode(files[name])
    np.testing.assert_array_equal(decode(files[name], 777), whole)
    from_file = np.concatenate(list(decode_file(io.BytesIO(files[name]), block_seconds=1.0)))
    # Only with the whole file at hand does the MP3 reader know how much padding ends it.
    common = min(whole.size, from_file.size)
    assert max(whole.size, from_file.size) - common < 2_400
    np.testing.assert_allclose(from_file[: common - 200], whole[: common - 200], atol=1e-6)


@pytest.mark.parametrize("name", STREAMING)
def test_samples_come_while_the_bytes_arrive(name, files):
    data = files[name]
    decoder = AudioDecoder()
    feed_all(decoder, data[: len(data) * 3 // 4], 500)
    decoder.close()
    assert decoder.seconds > 0.25 * SECONDS


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_off_is_used_as_far_as_it_goes(name, files):
    data = files[name]
    if name in ("mp4-aac", "3gp-aac", "m4a-alac", "mov-pcm"):
        with pytest.raises(UnsupportedAudio):  # what says where the samples are comes last
            decode(data[: len(data) * 3 // 5])
    elif name not in _LONG_BLOCKS:
        size = decode(data[: len(data) * 3 // 5]).size
        assert 0.2 * SECONDS * SAMPLE_RATE < size < 0.8 * SECONDS * SAMPLE_RATE


def test_an_mp4_with_its_header_in_front(encode, files):
    front = encode("mp4", "aac", 44_100, "mono", SECONDS, None, "faststart")
    assert front.find(b"moov") < front.find(b"mdat")
    np.testing.assert_array_equal(decode(front), decode(files["mp4-aac"]))


def test_a_fragmented_mp4(encode, speech):
    fragments = encode("mp4", "aac", 44_100, "mono", SECONDS, None, "empty_moov+frag_every_frame")
    assert fragments.count(b"moof") > 10
    assert likeness(speech[: round(SECONDS * SAMPLE_RATE)] / 32768, decode(fragments))[0] > 0.98


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "flv-mp3"])
def test_damage_in_the_middle_is_skipped(name, encode):
    container, codec, rate, layout, bits, _ = FORMATS[name]
    data = bytearray(encode(container, codec, rate, layout, 20.0, bits))
    middle = len(data) // 2
    data[middle : middle + 100] = random.Random(1).randbytes(100)
    assert decode(bytes(data), 5_000).size > 14 * SAMPLE_RATE  # a Matroska cluster is 5 s


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("pieces", [1, 40])
def test_the_limit_stops_the_decoding(name, pieces, files):
    data = files[name]
    with pytest.raises(AudioTooLong, match="more than 2 seconds"):
        decode(data, -(-len(data) // pieces), max_seconds=2.0)
    assert decode(data, max_seconds=SECONDS).size


def feed_all(decoder: AudioDecoder, data: bytes, step: int) -> None:
    for at in range(0, len(data), step):
        decoder.feed(data[at : at + step])


@pytest.mark.parametrize("name", STREAMING)
def test_the_limit_needs_no_more_bytes(name, files):
    data = files[name]
    with pytest.raises(AudioTooLong):
        feed_all(AudioDecoder(max_seconds=1.0), data[: len(data) * 9 // 10], 500)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.5, 1.0])
def test_a_client_that_leaves_leaves_nothing_behind(name, share, files):
    decoder = AudioDecoder(max_seconds=60)
    decoder.feed(files[name][: round(len(files[name]) * share)])
    decoder.close()
    decoder.close()


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(FORMATS)),
    seed=st.integers(0, 2**32),
    changes=st.integers(1, 40),
    early=st.booleans(),
    cut=st.booleans(),
)
def test_damaged_files_raise_nothing_but_audio_errors(name, seed, changes, early, cut, files):
    chance = random.Random(seed)
    data = bytearray(files[name])
    end = min(len(data), 600) if early else len(data)
    for _ in range(changes):
        data[chance.randrange(end)] = chance.choice([0, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    if cut:
        del data[chance.randrange(len(data)) :]
    try:
        got = decode(bytes(data), chance.choice([300, 5_000, 1 << 20]), max_seconds=60)
    except AudioError:
        return
    assert np.isfinite(got).all()
    assert np.abs(got).max(initial=0) <= 1
    assert got.size <= 61 * SAMPLE_RATE


def silent_flac(seconds: int, rate: int = 16_000, layout: str = "mono") -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="flac") as file:
        stream = file.add_stream("flac", rate=rate)
        stream.layout = layout
        for _ in range(seconds):
            silence = np.zeros((1, rate * stream.codec_context.channels), np.int16)
            frame = av.AudioFrame.from_ndarray(silence, format="s16", layout=layout)
            frame.sample_rate = rate
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def test_a_small_file_of_much_silence_stops_at_the_limit():
    bomb = silent_flac(600, 96_000, "7.1")
    assert len(bomb) < 4_000_000
    with pytest.raises(AudioTooLong):
        decode(bomb, max_seconds=10)


def test_too_much_in_one_piece_needs_decode_file(monkeypatch):
    monkeypatch.setattr("scriba.speech.media._MAX_PENDING_SAMPLES", 10 * SAMPLE_RATE)
    data = silent_flac(30)
    with pytest.raises(AudioTooLong, match="in one piece"):
        decode(data)
    assert decode(data, 500).size == 30 * SAMPLE_RATE
    assert sum(block.size for block in decode_file(io.BytesIO(data))) == 30 * SAMPLE_RATE


def test_an_image_in_the_tag_of_an_mp3_is_no_matter(files):
    picture = b"APIC" + (20_000).to_bytes(4, "big") + b"\0\0" + b"\xff\xfb\x90\x00" * 5_000
    size = len(picture)
    tag = b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + picture
    plain = decode(files["mp3"])
    np.testing.assert_array_equal(decode(tag + files["mp3"], 999), plain)
    np.testing.assert_array_equal(decode(tag + tag + files["mp3"]), plain)
    got = np.concatenate(list(decode_file(io.BytesIO(tag + files["mp3"]))))
    assert abs(got.size - plain.size) < 2_400


def film(container: str, sound: np.ndarray | None) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        video = file.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        audio = file.add_stream("aac", rate=16_000) if sound is not None else None
        for second in range(4):
            for _ in range(10):
                image = np.random.default_rng(second).integers(0, 255, (64, 64, 3), np.uint8)
                file.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            if audio is not None:
                samples = sound[None, second * 16_000 : (second + 1) * 16_000]
                frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
                frame.sample_rate = 16_000
                file.mux(audio.encode(frame))
        for stream in (video, audio):
            if stream is not None:
                file.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize("container", ["matroska", "mp4", "mpegts"])
def test_the_sound_of_a_film(container, speech):
    original = speech[: 4 * SAMPLE_RATE] / 32768
    assert likeness(original, decode(film(container, speech), 4_000))[0] > 0.98


@pytest.mark.parametrize("container", ["matroska", "mp4"])
def test_a_film_without_sound(container):
    with pytest.raises(UnsupportedAudio, match="holds no audio track"):
        decode(film(container, None))


def test_what_holds_no_audio_is_not_read_for_ever(files):
    size = 60_000
    note = b"\x12" + size.to_bytes(3, "big") + bytes(7 + size) + (size + 11).to_bytes(4, "big")
    decoder = AudioDecoder()
    decoder.feed(files["flv-mp3"])
    with pytest.raises(UnsupportedAudio, match="held no audio"):
        feed_all(decoder, note * 600, 1 << 20)


def test_what_follows_the_end_is_not_kept(files):
    decoder = AudioDecoder()
    decoder.feed(files["au"])
    stream = decoder._stream
    assert stream is not None
    stream._ended = True  # as when the container itself says that it is over
    for _ in range(20):
        decoder.feed(bytes(1 << 20))
        assert len(stream._bytes) <= 1 << 20
    decoder.close()


def test_closing_from_elsewhere_ends_a_call_in_progress():
    data = silent_flac(3_000)
    decoder = AudioDecoder()
    caught: list[Exception] = []

    def run() -> None:
        try:
            feed_all(decoder, data, 300)
            decoder.finish()
        except ValueError as error:
            caught.append(error)

    client = threading.Thread(target=run)
    client.start()
    decoder.close()
    client.join()
    assert all("closed" in str(error) for error in caught)


@pytest.mark.parametrize("call", ["feed", "finish"])
def test_what_fails_because_of_closing_is_no_fault_of_the_audio(call, files, monkeypatch):
    decoder = AudioDecoder()
    decoder.feed(files["flac"][:2_000])

    def broken(data: bytes, final: bool) -> list[object]:
        decoder.close()
        raise NoAudioFrames("there is nothing behind the header")

    monkeypatch.setattr(decoder, "_take", broken)
    with pytest.raises(ValueError, match="closed meanwhile"):
        decoder.feed(b"more") if call == "feed" else decoder.finish()


def test_tiny_packets_are_refused(encode):
    data = bytearray(encode("mov", "pcm_s16le", 44_100))
    data[data.index(b"stts") + 19] = 2  # samples of two ticks: FFmpeg makes a packet of each
    with pytest.raises(UnsupportedAudio, match="tiny packets"):
        decode(bytes(data))


@pytest.mark.parametrize("name", ["ogg-opus", "flac", "webm-opus", "mp4-aac", "caf"])
def test_nothing_but_damage_behind_the_header(name, files):
    data = files[name]
    start = {"ogg-opus": 200, "flac": 100, "webm-opus": 400, "mp4-aac": 48, "caf": 0}[name]
    with pytest.raises((UnsupportedAudio, NoAudioFrames)):
        decode(data[: max(start, 12)] + random.Random(3).randbytes(4_000))


def test_a_header_and_nothing_else(files):
    ogg, webm = files["ogg-opus"], files["webm-opus"]
    comments = ogg.index(b"OggS", 4)
    for header in (
        ogg[: ogg.index(b"OggS", comments + 4)],
        webm[: webm.index(b"\x1f\x43\xb6\x75")],
    ):
        with pytest.raises(UnsupportedAudio, match="ends before its audio"):
            decode(header)


def test_the_decoder_opens_nothing_but_what_it_was_given(tmp_path, files):
    secret = tmp_path / "secret.flac"
    secret.write_bytes(files["flac"])
    lists = [
        f"ffconcat version 1.0\nfile '{secret}'\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{secret}\n#EXT-X-ENDLIST\n",
        f"<?xml version='1.0'?><MPD><BaseURL>{secret}</BaseURL></MPD>",
    ]
    for playlist in lists:
        with pytest.raises(UnsupportedAudio, match="this is text"):
            decode(playlist.encode() + b" " * 2_000)
