import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriba.speech.diarization.clustering import ClusterOptions, cluster

Vectors = npt.NDArray[np.float32]


def people(count: int, each: int, spread: float = 0.5, seed: int = 0) -> tuple[Vectors, Vectors]:
    """(count * each, 192) unit vectors around `count` directions, and these directions."""
    rng = np.random.default_rng(seed)
    middles = np.linalg.qr(rng.normal(size=(192, count)))[0].T
    noise = rng.normal(size=(count, each, 192)) / np.sqrt(192)
    vectors = (middles[:, None] + spread * noise).reshape(-1, 192)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), middles.astype(np.float32)


def ones(vectors: Vectors) -> Vectors:
    return np.full(len(vectors), 2.0, np.float32)


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_directions_are_found(count: int) -> None:
    vectors, middles = people(count, 20)
    found = cluster(vectors, ones(vectors))
    assert len(found) == count
    assert np.abs(np.sort((found @ middles.T).max(axis=1)) - 1).max() < 0.05
    assert sorted((found @ middles.T).argmax(axis=1)) == list(range(count))


def test_more_than_fit_at_once_are_found_as_well() -> None:
    vectors, middles = people(6, 1200)
    order = np.random.default_rng(2).permutation(len(vectors))
    found = cluster(vectors[order], ones(vectors))
    assert sorted((found @ middles.T).argmax(axis=1)) == list(range(6))


def test_many_without_any_likeness_still_end() -> None:
    vectors = np.random.default_rng(3).normal(size=(5000, 192)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert 1 <= len(cluster(vectors, ones(vectors), most=4)) <= 4


@given(
    st.integers(1, 6), st.integers(1, 6), st.integers(1, 8), st.integers(0, 4), st.integers(0, 99)
)
@settings(max_examples=40, deadline=None)
def test_limits_are_kept(count: int, each: int, least: int, more: int, seed: int) -> None:
    vectors, _ = people(count, each, seed=seed)
    found = cluster(vectors, ones(vectors), least=least, most=least + more)
    assert min(least, len(vectors)) <= len(found) <= least + more
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-4)


def test_little_speech_that_resembles_somebody_is_theirs() -> None:
    vectors, middles = people(2, 20)
    stray = middles[:1] * 0.42 + middles[1:] * 0.1
    rest = np.zeros((1, 192), np.float32)
    rest[0] = np.random.default_rng(5).normal(size=192)
    rest -= (rest @ middles.T) @ middles
    stray = stray + rest / np.linalg.norm(rest) * np.sqrt(1 - 0.42**2 - 0.01)
    both = np.concatenate([vectors, stray]).astype(np.float32)
    seconds = np.append(ones(vectors), np.float32(1.0))
    options = ClusterOptions(same=0.45, brief=3.0, stray=0.25)
    assert len(cluster(both, seconds, options=options)) == 2
    seconds[-1] = 10.0
    assert len(cluster(both, seconds, options=options)) == 3
