import struct
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import ModelError
from scriba.speech.audio import decode_file
from scriba.speech.embedders import OnnxEmbedder, load_embedder
from scriba.speech.embedders.fbank import fbank
from scriba.speech.resample import SAMPLE_RATE, Samples


def load(path: Path) -> Samples:
    return np.concatenate(list(decode_file(path)))


def test_a_voice_resembles_itself_more_than_others(data: Path) -> None:
    embedder = load_embedder()
    halves = {}
    for name in ("en-hale", "de-kerstin", "fr-consulat", "en-wizard"):
        samples = load(data / f"{name}.flac")
        middle = len(samples) // 2
        halves[name] = (embedder.embed(samples[:middle]), embedder.embed(samples[middle:]))
    own = [float(a @ b) for a, b in halves.values()]
    others = [float(halves[a][0] @ halves[b][1]) for a in halves for b in halves if a != b]
    assert min(own) > 0.5 > max(others)


def test_loudness_does_not_change_a_voice(data: Path) -> None:
    samples = load(data / "en-hale.flac")
    embedder = load_embedder()
    assert float(embedder.embed(samples) @ embedder.embed(samples * 0.1)) > 0.98


@pytest.mark.parametrize("length", [0, 1, 399, 400, 5000, 16000])
def test_any_length_has_an_embedding(length: int) -> None:
    samples = np.random.default_rng(0).normal(0, 0.05, length).astype(np.float32)
    voice = load_embedder().embed(samples)
    assert voice.shape == (192,)
    assert np.isfinite(voice).all()
    assert np.linalg.norm(voice) == pytest.approx(1, abs=1e-4)


def test_silence_has_an_embedding() -> None:
    assert np.isfinite(load_embedder().embed(np.zeros(SAMPLE_RATE, np.float32))).all()


def test_features_have_the_energy_of_a_tone_in_its_band() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    for hertz, band in ((300, 10), (1000, 27), (4000, 60)):
        features = fbank((0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32))
        assert features.shape == (98, 80)
        assert abs(int(features.mean(axis=0).argmax()) - band) <= 1


def test_features_are_kaldis() -> None:
    time = np.arange(4000) / SAMPLE_RATE
    chirp = 0.3 * np.sin(2 * np.pi * (200 + 6000 * time) * time)
    samples = (chirp + 0.05 * np.cos(np.arange(4000) ** 2 % 977)).astype(np.float32)
    # torchaudio 2.x: compliance.kaldi.fbank(samples[None], num_mel_bins=80, dither=0)
    expected = [
        [-7.0623, -4.9591, -1.6132, 0.9685],
        [-9.1517, -8.4624, 1.8869, 0.9578],
        [-10.3928, -5.1618, -1.5099, 0.9791],
    ]
    features = fbank(samples)
    assert features.shape == (23, 80)
    assert features[[0, 11, 22]][:, [0, 20, 40, 79]] == pytest.approx(np.array(expected), abs=2e-3)


def test_features_of_less_than_a_frame_are_none() -> None:
    assert fbank(np.zeros(399, np.float32)).shape == (0, 80)


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: bytes | str | int) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def value_info(name: str, *shape: int | str) -> bytes:
    dimensions = b"".join(
        field(1, field(1, size) if isinstance(size, int) else field(2, size)) for size in shape
    )
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dimensions)))


def wespeaker_like(path: Path, rank: int = 3, **metadata: str) -> Path:
    """An ONNX file with the interface of wespeaker's: the mean of its features is the voice."""
    axes = field(1, "axes") + field(8, varint(1)) + field(20, 7)
    keep = field(1, "keepdims") + field(3, 0) + field(20, 2)
    node = field(1, "feats") + field(2, "embs") + field(4, "ReduceMean") + field(5, axes)
    node += field(5, keep)
    shape: tuple[int | str, ...] = ("B", "T", 80) if rank == 3 else ("B", "T")
    graph = field(1, node) + field(2, "voice") + field(11, value_info("feats", *shape))
    graph += field(12, value_info("embs", "B", 80) if rank == 3 else value_info("embs", "B"))
    model = field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))
    for key, text in metadata.items():
        model += field(14, field(1, key) + field(2, text))
    path.write_bytes(model)
    return path


def speech(seconds: float = 1.0) -> Samples:
    count = int(seconds * SAMPLE_RATE)
    return np.random.default_rng(1).normal(0, 0.05, count).astype(np.float32)


def test_a_file_of_wespeaker_gets_centred_features(tmp_path: Path) -> None:
    embedder = OnnxEmbedder(wespeaker_like(tmp_path / "a.onnx"))
    # The mean of features whose mean was subtracted is nothing: only rounding is left.
    raw = fbank(speech() * np.float32(32768))
    voice = embedder.embed(speech())
    assert voice.shape == (80,)
    centred = (raw - raw.mean(axis=0)).mean(axis=0)
    assert np.abs(centred).max() < 1e-4


@pytest.mark.parametrize(("normalize", "scale"), [("0", 32768.0), ("1", 1.0)])
def test_metadata_says_how_loud_samples_are(tmp_path: Path, normalize: str, scale: float) -> None:
    path = wespeaker_like(
        tmp_path / "b.onnx",
        normalize_samples=normalize,
        feature_normalize_type="",
        sample_rate="16000",
    )
    expected = fbank(speech() * np.float32(scale)).mean(axis=0)
    expected /= np.linalg.norm(expected)
    assert OnnxEmbedder(path).embed(speech()) == pytest.approx(expected, abs=1e-4)


def test_files_that_do_not_fit_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(struct.pack("<I", 7))
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        OnnxEmbedder(broken)
    with pytest.raises(ModelError, match=r"missing\.onnx"):
        OnnxEmbedder(tmp_path / "missing.onnx")
    with pytest.raises(ModelError, match="filterbank"):
        OnnxEmbedder(wespeaker_like(tmp_path / "flat.onnx", rank=2))
    with pytest.raises(ModelError, match="8000 Hz"):
        OnnxEmbedder(wespeaker_like(tmp_path / "slow.onnx", sample_rate="8000"))
