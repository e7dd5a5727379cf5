"""Learns to tell phones apart from the encoder's states. Needs torch.

It begins with the borders that `borders` finds, and aligns itself where that found none. Phones
that the experts heard as wrong teach nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as f

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.alignment import SILENCE, TooShort
from scriba.pronunciation.corpus import Utterance
from scriba.pronunciation.phones import PHONES, bare
from scriba.pronunciation.training.cuts import aligned
from scriba.pronunciation.training.encoded import Encoded

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
"""The column of PHONES, or SILENCE, of each frame."""

Borders = NDArray[np.int64]
"""The first frame of each phone and the one after its last: (phones, 2)."""

ROUNDS = 4
"""Passes over the readings; in the first half only over those whose borders are given."""

_WIDTH = 256
_BATCH = 16
_RATE = 1e-3
_LAST_RATE = 3e-4
_WRONG = 1.0
"""Phones scored below this, of 2, are not learnt from."""
_PRIOR = 0.7
"""How much of a phone's frequency is taken from its posterior: all of it favours rare phones."""
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

    readings: Sequence[Utterance]
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
    given: Mapping[int, Borders],
    rounds: int = ROUNDS,
) -> tuple[PhoneNet, dict[int, Borders]]:
    """Learn from the recordings `numbers`; the net, and the borders of their phones.

    `given` are borders that are known, by the number of the recording.
    """
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    net = PhoneNet(corpus.encoded.states.shape[1])
    optimiser = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=0.01)
    borders = {each: given[each] for each in numbers if each in given}
    for turn in range(rounds):
        if turn == rounds // 2:
            borders |= _missing(net, corpus, [each for each in numbers if each not in borders])
        if turn == rounds - 1:
            for group in optimiser.param_groups:
                group["lr"] = _LAST_RATE
        labels = {each: _labels(corpus, each, own) for each, own in borders.items()}
        net.train()
        for some in _batches(corpus.encoded, list(labels), chance):
            states, targets = _padded(corpus.encoded, some, labels)
            loss = f.cross_entropy(
                net.logits(states).flatten(0, 1), targets.flatten(), label_smoothing=0.05
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        net.eval()
        net.prior.copy_(_prior(iter(labels.values())))
    return net, borders


def _missing(net: PhoneNet, corpus: Corpus, numbers: Sequence[int]) -> dict[int, Borders]:
    """Borders by what was learnt so far; none of recordings too short for their text."""
    found = {}
    for each in numbers:
        heard = sound(net, corpus.encoded, each)
        try:
            phones = aligned(heard, [[word] for word in corpus.readings[each].phones])
        except TooShort:
            continue
        found[each] = np.array([(phone.start, phone.end) for phone in phones])
    return found


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


def _labels(corpus: Corpus, number: int, borders: Borders) -> Labels:
    """The column of each frame, _IGNORED in phones that were wrong."""
    reading = corpus.readings[number]
    columns = [_COLUMNS[bare(phone)] for word in reading.phones for phone in word]
    if reading.phone_scores is not None:
        scores = [score for word in reading.phone_scores for score in word]
        columns = [
            column if score >= _WRONG else _IGNORED
            for column, score in zip(columns, scores, strict=True)
        ]
    labels = np.full(corpus.encoded.frames(number), SILENCE)
    for column, (start, end) in zip(columns, borders.tolist(), strict=True):
        labels[start:end] = column
    return labels


def _prior(labels: Iterator[Labels]) -> Tensor:
    seen = np.concatenate(list(labels))
    counts = np.bincount(seen[seen != _IGNORED], minlength=SILENCE + 1) + 1
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
