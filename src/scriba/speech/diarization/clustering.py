"""Which embeddings are the same speaker's: agglomerative clustering with average linkage."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]

_BLOCK = 1000
"""Items that are clustered at once; memory and time grow with its square."""


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How speakers are told apart; chosen on `dev` (`bench/diarization.py`).

    Clusters are joined while their average similarity (cosine, weighted by seconds) is at least
    `same`. That holds for clear recordings, in which a tenth of all pairs are less similar than
    `common`; a telephone or a room that lends all voices a sound in common makes them all more
    similar, and `same` rises by `rise` for each of that, by `most` at most. One with less than
    `brief` seconds of speech is a speaker only if it is less similar than `stray` to all that have
    more.
    """

    same: float = 0.38
    common: float = 0.1
    rise: float = 0.8
    most: float = 0.14
    brief: float = 3.0
    stray: float = 0.25


@dataclass(frozen=True, slots=True)
class _Tree:
    """Merges of items in the order of falling similarity: `pairs` (n - 1, 2), `similarities`."""

    pairs: npt.NDArray[np.intp]
    similarities: npt.NDArray[np.float64]


def cluster(
    vectors: Vectors,
    seconds: npt.NDArray[np.float32],
    *,
    least: int = 1,
    most: int | None = None,
    options: ClusterOptions | None = None,
) -> Vectors:
    """The speakers' mean embeddings (speakers, dimensions), each of length 1.

    `vectors` (n, dimensions) are unit vectors that stand for `seconds` (n,) of speech. There are at
    least `least` speakers, as far as there are as many vectors, and at most `most`.
    """
    options = options or ClusterOptions()
    same = _threshold(vectors, options)
    sums = vectors * seconds[:, None]
    weights = seconds.astype(np.float64)
    while len(sums) > _BLOCK:
        # What is certainly one speaker's becomes one item, block by block.
        before = len(sums)
        sums, weights = _condensed(sums, weights, (1 + same) / 2)
        if len(sums) > 0.9 * before:
            sums, weights = _condensed(sums, weights, same)
            break
    if len(sums) > 2 * _BLOCK:
        heaviest = np.argsort(-weights, kind="stable")[: 2 * _BLOCK]
        sums, weights = sums[heaviest], weights[heaviest]
    tree = _agglomerate(sums, weights)
    count = 1 + int((tree.similarities < same).sum())
    labels = _cut(tree, count, len(sums))
    labels = _without_brief(labels, sums, weights, options)
    count = int(labels.max()) + 1
    wanted = max(count, min(least, len(sums)))
    if most is not None:
        wanted = min(wanted, most)
    if wanted > count:
        labels = _split(tree, wanted, sums, weights)
    elif wanted < count:
        labels = _merged(labels, wanted, sums, weights)
    return _unit(_summed(sums, labels))


def grouped(vectors: Vectors, seconds: npt.NDArray[np.float32], count: int) -> Labels:
    """Labels (n,), from 0, of `count` groups of the vectors (n, dimensions) that are most alike.

    There must be at least `count` vectors; each stands for `seconds` (n,) of speech.
    """
    tree = _agglomerate(vectors * seconds[:, None], seconds.astype(np.float64))
    return _cut(tree, count, len(vectors))


def _threshold(vectors: Vectors, options: ClusterOptions) -> float:
    """The similarity from which clusters are one speaker's in this recording."""
    some = vectors[:: 1 + len(vectors) // _BLOCK]
    pairs = (some @ some.T)[np.triu_indices(len(some), 1)]
    if not len(pairs):
        return options.same
    beyond = float(np.quantile(pairs, 0.1)) - options.common
    return options.same + min(options.most, options.rise * max(0.0, beyond))


def _condensed(
    sums: Vectors, weights: npt.NDArray[np.float64], same: float
) -> tuple[Vectors, npt.NDArray[np.float64]]:
    found_sums, found_weights = [], []
    for first in range(0, len(sums), _BLOCK):
        part, heavy = sums[first : first + _BLOCK], weights[first : first + _BLOCK]
        tree = _agglomerate(part, heavy)
        labels = _cut(tree, 1 + int((tree.similarities < same).sum()), len(part))
        found_sums.append(_summed(part, labels))
        found_weights.append(np.bincount(labels, heavy))
    return np.concatenate(found_sums), np.concatenate(found_weights)


def _agglomerate(sums: Vectors, weights: npt.NDArray[np.float64]) -> _Tree:
    """Join all items, the nearest pair first, by chains of nearest neighbours.

    With average linkage such chains find the same tree as a search for the best pair each time
    (Murtagh 1983), in time that grows with the square of the items. The average similarity of all
    pairs across two clusters is the product of their sums over the product of their weights.
    """
    n = len(sums)
    similar = (sums @ sums.T).astype(np.float64) / np.outer(weights, weights)
    np.fill_diagonal(similar, -np.inf)
    mass = weights.astype(np.float64).copy()
    alive = np.ones(n, np.bool_)
    merges: list[tuple[float, int, int]] = []
    chain: list[int] = []
    for _ in range(n - 1):
        if not chain:
            chain.append(int(np.argmax(alive)))
        while True:
            here = chain[-1]
            near = int(np.argmax(similar[here]))
            if len(chain) > 1 and similar[here, chain[-2]] >= similar[here, near]:
                break
            chain.append(near)
        a, b = chain.pop(), chain.pop()
        merges.append((float(similar[a, b]), a, b))
        row = (mass[a] * similar[a] + mass[b] * similar[b]) / (mass[a] + mass[b])
        row[a] = -np.inf
        similar[a], similar[:, a] = row, row
        similar[b], similar[:, b] = -np.inf, -np.inf
        mass[a] += mass[b]
        alive[b] = False
    merges.sort(key=lambda merge: -merge[0])
    return _Tree(
        np.array([(a, b) for _, a, b in merges], np.intp).reshape(-1, 2),
        np.array([height for height, _, _ in merges]),
    )


def _cut(tree: _Tree, count: int, n: int) -> Labels:
    """Labels (n,) of the tree's items when `count` clusters are left."""
    parent = np.arange(n)

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = int(parent[item])
        return item

    for a, b in tree.pairs[: n - count]:
        parent[root(int(b))] = root(int(a))
    roots = np.array([root(item) for item in range(n)])
    return _numbered(roots)


def _without_brief(
    labels: Labels, sums: Vectors, weights: npt.NDArray[np.float64], options: ClusterOptions
) -> Labels:
    """Give clusters of little speech to the most similar one of more, unless they resemble none."""
    masses = _masses(labels, weights)
    # A short recording is made of little speech; there half of a fair share is enough.
    brief = min(options.brief, 0.5 * float(masses.sum()) / len(masses))
    large = np.flatnonzero(masses >= brief)
    similar = _similarities(labels, sums, masses, large)
    similar[large] = -np.inf
    near = similar.max(axis=1) >= options.stray
    target = np.where(near, large[similar.argmax(axis=1)], np.arange(len(masses)))
    return _numbered(target[labels])


def _merged(labels: Labels, count: int, sums: Vectors, weights: npt.NDArray[np.float64]) -> Labels:
    """Join clusters until `count` are left; those of little speech give way to the others."""
    masses = _masses(labels, weights)
    fair = 0.25 * float(masses.sum()) / len(masses)
    large = np.flatnonzero(masses >= fair)
    if len(large) < count:
        large = np.sort(np.argsort(-masses, kind="stable")[:count])
    similar = _similarities(labels, sums, masses, large)
    target = large[similar.argmax(axis=1)]
    target[large] = large
    labels = _numbered(target[labels])
    tree = _agglomerate(_summed(sums, labels), _masses(labels, weights))
    return _cut(tree, count, int(labels.max()) + 1)[labels]


def _split(tree: _Tree, count: int, sums: Vectors, weights: npt.NDArray[np.float64]) -> Labels:
    """Cut the tree so that `count` clusters hold a fair amount of speech, if any cut does."""
    n = len(sums)
    fallback = _cut(tree, count, n)
    for clusters in range(count, min(n, 4 * count + 8) + 1):
        labels = _cut(tree, clusters, n)
        masses = _masses(labels, weights)
        if (masses >= 0.1 * masses.sum() / count).sum() >= count:
            return _merged(labels, count, sums, weights)
    return fallback


def _similarities(
    labels: Labels, sums: Vectors, masses: npt.NDArray[np.float64], columns: Labels
) -> npt.NDArray[np.float64]:
    """The average similarity (clusters, columns) of all clusters to those in `columns`."""
    totals = _summed(sums, labels) / masses[:, None]
    similar: npt.NDArray[np.float64] = (totals @ totals[columns].T).astype(np.float64)
    similar[columns, np.arange(len(columns))] = -np.inf
    return similar


def _masses(labels: Labels, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.bincount(labels, weights).astype(np.float64)


def _numbered(labels: Labels) -> Labels:
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def _summed(vectors: Vectors, labels: Labels) -> Vectors:
    totals = np.zeros((int(labels.max()) + 1, vectors.shape[1]), np.float32)
    np.add.at(totals, labels, vectors)
    return totals


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
