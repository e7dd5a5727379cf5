"""Learns to tell phones apart from the encoder's states. Needs torch.

Nobody has marked when each phone was said, so it begins with phones spread evenly over what is
loud, learns them, aligns anew with what it has learnt, and so on: Viterbi training, as of a hybrid
model from a flat start. Phones that the experts heard as wrong teach nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as f

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import SILENCE, Alignment, align
from scriba.pronunciation.phones import PHONES, VOWELS, bare
from scriba.pronunciation.training.corpus import Reading
from scriba.pronunciation.training.encoded import Encoded

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

ROUNDS = 4
"""Times that it learns and aligns; fewer where alignments are given."""

_WIDTH = 256
_BATCH = 16
_RATE = 1e-3
_LAST_RATE = 3e-4
_WRONG = 1.0
"""Phones scored below this, of 2, are not learnt from."""
_PRIOR = 0.7
"""How much of a phone's frequency is taken from its posterior: all of it favours rare phones."""
_LOUD = 30.0
"""dB below the loudest frames (95th percentile) down to which a frame counts as speech at first."""
_IGNORED = -100
_COLUMNS = {phone: column for column, phone in enumerate(PHONES)}


class PhoneNet(nn.Module):
    """Encoder states (n, frames, width) to log posteriors and likelihoods (n, frames, 40)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, _WIDTH)
        self.around = nn.Conv1d(_WIDTH, _WIDTH, 3, padding=1)
        self.last = nn.Linear(_WIDTH, SILENCE + 1)
        self.drop = nn.Dropout(0.2)
        self.prior: Tensor
        self.register_buffer("prior", torch.zeros(SILENCE + 1))

    def logits(self, states: Tensor) -> Tensor:
        x = self.drop(f.gelu(self.first(self.norm(states))))
        x = x + f.gelu(self.around(x.transpose(1, 2)).transpose(1, 2))
        found: Tensor = self.last(self.drop(x))
        return found

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor]:
        posteriors = torch.log_softmax(self.logits(states), -1)
        return posteriors, posteriors - _PRIOR * self.prior


@dataclass(frozen=True)
class Corpus:
    """Readings with their encoded sound."""

    readings: Sequence[Reading]
    encoded: Encoded


def sound(net: PhoneNet, encoded: Encoded, number: int) -> Sound:
    """What `Acoustics.hear` would give for a recording."""
    states = encoded.states_of(number)
    with torch.inference_mode():
        posteriors, likelihoods = net(torch.from_numpy(states)[None])
    return Sound(states, posteriors[0].numpy(), likelihoods[0].numpy(), encoded.energy_of(number))


def learn(
    corpus: Corpus,
    numbers: Sequence[int],
    seed: int,
    given: dict[int, Labels] | None = None,
    rounds: int = ROUNDS,
) -> tuple[PhoneNet, dict[int, Labels]]:
    """Learn from the recordings `numbers`; the net, and the phone of each of their frames."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    # Those with fewer frames than phones cannot be aligned.
    numbers = [
        each
        for each in numbers
        if corpus.encoded.frames(each) >= 2 * sum(map(len, corpus.readings[each].phones))
    ]
    net = PhoneNet(corpus.encoded.states.shape[1])
    optimiser = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=0.01)
    labels = dict(given) if given else {each: flat(corpus, each) for each in numbers}
    taught = dict(labels)
    for turn in range(rounds):
        if turn == rounds - 1:
            for group in optimiser.param_groups:
                group["lr"] = _LAST_RATE
        net.train()
        for some in _batches(corpus.encoded, numbers, chance):
            states, targets = _padded(corpus.encoded, some, taught)
            loss = f.cross_entropy(
                net.logits(states).flatten(0, 1), targets.flatten(), label_smoothing=0.05
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        net.eval()
        net.prior.copy_(_prior(labels[each] for each in numbers))
        if turn < rounds - 1 or given is None:
            for each in numbers:
                found = aligned(sound(net, corpus.encoded, each), corpus.readings[each])
                labels[each] = frames(found, corpus.encoded.frames(each))
                taught[each] = _taught(labels[each], found, corpus.readings[each])
    return net, labels


def aligned(heard: Sound, reading: Reading) -> Alignment:
    """The reading's own phones, aligned."""
    return align(heard.likelihoods, [[word] for word in reading.phones])


def frames(found: Alignment, count: int) -> Labels:
    """The column of each of `count` frames."""
    labels = np.full(count, SILENCE)
    for phone in found.phones:
        labels[phone.start : phone.end] = _COLUMNS[bare(phone.symbol)]
    return labels


def flat(corpus: Corpus, number: int) -> Labels:
    """The phones spread evenly over the loud frames, vowels longer than consonants."""
    energy = corpus.encoded.energy_of(number)
    loud = np.flatnonzero(energy > np.percentile(energy, 95) - _LOUD)
    phones = [bare(phone) for word in corpus.readings[number].phones for phone in word]
    if len(loud) < len(phones):
        loud = np.arange(len(energy))
    lengths = np.cumsum([1.5 if phone in VOWELS else 1.0 for phone in phones])
    place = (np.arange(len(loud)) + 0.5) / len(loud)
    labels = np.full(len(energy), SILENCE)
    columns = np.array([_COLUMNS[phone] for phone in phones])
    labels[loud] = columns[np.searchsorted(lengths / lengths[-1], place)]
    return labels


def export(net: PhoneNet, file: Path) -> None:
    """Write the net as ONNX."""
    width = net.first.in_features
    torch.onnx.export(
        net.eval(),
        (torch.zeros(1, 100, width),),
        str(file),
        input_names=["states"],
        output_names=["log_posteriors", "likelihoods"],
        dynamic_axes={name: {1: "frames"} for name in ("states", "log_posteriors", "likelihoods")},
        opset_version=17,
        dynamo=False,
    )


def _taught(labels: Labels, found: Alignment, reading: Reading) -> Labels:
    if reading.phone_scores is None:
        return labels
    scores = [score for word in reading.phone_scores for score in word]
    taught = labels.copy()
    for phone, score in zip(found.phones, scores, strict=True):
        if score < _WRONG:
            taught[phone.start : phone.end] = _IGNORED
    return taught


def _prior(labels: Iterator[Labels]) -> Tensor:
    counts = np.bincount(np.concatenate(list(labels)), minlength=SILENCE + 1) + 1
    return torch.from_numpy(np.log(counts / counts.sum())).float()


def _batches(
    encoded: Encoded, numbers: Sequence[int], chance: np.random.Generator
) -> Iterator[list[int]]:
    """Recordings of like length together, or most of a batch would be padding."""
    lengths = {each: encoded.frames(each) + 20 * chance.random() for each in numbers}
    order = sorted(numbers, key=lambda each: lengths[each])
    starts = np.arange(0, len(order), _BATCH)
    for start in chance.permutation(starts):
        yield order[start : start + _BATCH]


def _padded(
    encoded: Encoded, some: Sequence[int], labels: dict[int, Labels]
) -> tuple[Tensor, Tensor]:
    longest = max(encoded.frames(each) for each in some)
    states = torch.zeros(len(some), longest, encoded.states.shape[1])
    targets = torch.full((len(some), longest), _IGNORED)
    for row, each in enumerate(some):
        count = encoded.frames(each)
        states[row, :count] = torch.from_numpy(encoded.states_of(each))
        targets[row, :count] = torch.from_numpy(labels[each])
    return states, targets
