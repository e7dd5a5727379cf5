"""Learns how experts score: from features of phones to scores of phones, words, sentences.

A small transformer over the phones of a sentence, as GOPT (arXiv 2205.03432); several of them, each
begun from another seed, are averaged. Needs torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as f

from scriba.pronunciation.features import PHONE, READING, Features
from scriba.pronunciation.phones import PHONES

Floats = NDArray[np.float32]

_PLACES = 64
_HEADS = 4
_BATCH = 25


@dataclass(frozen=True)
class Settings:
    """How it is learnt; chosen on the first of five parts of the speakers."""

    width: int = 96
    layers: int = 3
    drop: float = 0.2
    states_drop: float = 0.3
    rate: float = 1e-3
    passes: int = 10
    members: int = 3
    figures: bool = True
    states: bool = True


@dataclass(frozen=True)
class Example:
    """Features with the scores they should get: `phones` 0 to 2, `words` and `sentence` 0 to 10.

    What is not to be learnt from is nan.
    """

    features: Features
    phones: Floats
    words: Floats
    sentence: Floats


class _Block(nn.Module):
    def __init__(self, width: int, drop: float) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.joined = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.between = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(drop), nn.Linear(2 * width, width)
        )
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, width = x.shape[0], x.shape[2]
        split = self.joined(self.before(x)).chunk(3, -1)
        query, key, value = (
            each.reshape(batch, -1, _HEADS, width // _HEADS).transpose(1, 2) for each in split
        )
        weights = query @ key.transpose(2, 3) * (width // _HEADS) ** -0.5 + mask[:, None, None]
        y = (self.drop(torch.softmax(weights, -1)) @ value).transpose(1, 2)
        x = x + self.drop(self.out(y.reshape(batch, -1, width)))
        return x + self.drop(self.feed(self.between(x)))


class ScoreNet(nn.Module):
    """Features of a batch of readings to scores, phones 0 to 2, the others 0 to 2 for 0 to 10."""

    def __init__(self, width: int, settings: Settings, reading: tuple[Floats, Floats]) -> None:
        super().__init__()
        size = settings.width
        self.settings = settings
        self.phone = nn.Embedding(len(PHONES), size)
        self.place = nn.Parameter(torch.randn(_PLACES, size) * 0.02)
        self.figures = nn.Linear(PHONE, size)
        self.norm = nn.LayerNorm(width)
        self.states = nn.Linear(width, size)
        self.states_drop = nn.Dropout(settings.states_drop)
        self.blocks = nn.ModuleList(_Block(size, settings.drop) for _ in range(settings.layers))
        self.last = nn.LayerNorm(size)
        self.phones_out = nn.Linear(size, 1)
        self.words_out = nn.Linear(size, 1)
        self.look = nn.Linear(size, 4)
        self.sentence = nn.Sequential(
            nn.Linear(size + READING, size), nn.GELU(), nn.Dropout(settings.drop)
        )
        self.sentence_out = nn.Parameter(torch.randn(4, size) * size**-0.5)
        self.sentence_bias = nn.Parameter(torch.full((4,), 1.5))
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", torch.from_numpy(reading[0]))
        self.register_buffer("spread", torch.from_numpy(reading[1]))
        nn.init.constant_(self.phones_out.bias, 1.8)
        nn.init.constant_(self.words_out.bias, 1.8)

    def forward(
        self,
        phones: Tensor,
        figures: Tensor,
        states: Tensor,
        reading: Tensor,
        shares: Tensor,
        mask: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """`shares` (n, phones, words): what part of each word a phone is; `mask` (n, phones): 0,
        and a large negative number where there is no phone."""
        place = torch.cumsum(torch.ones_like(phones[0]), 0).clamp(max=_PLACES) - 1
        x = self.phone(phones) + self.place[place]
        if self.settings.figures:
            x = x + self.figures(figures)
        if self.settings.states:
            x = x + self.states(self.states_drop(self.norm(states)))
        for block in self.blocks:
            x = block(x, mask)
        x = self.last(x)
        each = self.phones_out(x)[..., 0]
        words = (self.words_out(x).transpose(1, 2) @ shares)[:, 0]
        looks = torch.softmax(self.look(x) + mask[..., None], 1).transpose(1, 2) @ x
        whole = ((reading - self.mean) / self.spread)[:, None].expand(-1, 4, -1)
        heard = self.sentence(torch.cat((looks, whole), -1))
        sentence = (heard * self.sentence_out).sum(-1) + self.sentence_bias
        return each, words, sentence


class Committee(nn.Module):
    """The mean of several nets."""

    def __init__(self, members: Sequence[ScoreNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        found = [member(*given) for member in self.members]
        return tuple(torch.stack(each).mean(0) for each in zip(*found, strict=True))


@dataclass(frozen=True)
class _Batch:
    given: tuple[Tensor, ...]
    phones: Tensor
    words: Tensor
    sentence: Tensor


def learn(examples: Sequence[Example], settings: Settings, seed: int = 0) -> Committee:
    """Learn from examples, each member with another seed."""
    reading = np.stack([example.features.reading for example in examples])
    scale = reading.mean(axis=0), reading.std(axis=0) + 1e-3
    members = []
    for member in range(settings.members):
        members.append(_learn(examples, settings, 100 * seed + member, scale))
    return Committee(members).eval()


def _learn(
    examples: Sequence[Example], settings: Settings, seed: int, scale: tuple[Floats, Floats]
) -> ScoreNet:
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    net = ScoreNet(examples[0].features.states.shape[1], settings, scale)
    optimiser = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=0.05)
    steps = settings.passes * (len(examples) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=steps, pct_start=0.15
    )
    for _ in range(settings.passes):
        order = chance.permutation(len(examples))
        for start in range(0, len(order) - _BATCH + 1, _BATCH):
            batch = _batch([examples[each] for each in order[start : start + _BATCH]])
            found = net(*batch.given)
            wanted = (batch.phones, batch.words / 5, batch.sentence / 5)
            losses = [_loss(a, b) for a, b in zip(found, wanted, strict=True)]
            optimiser.zero_grad()
            torch.stack(losses).sum().backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return net.eval()


def score(net: nn.Module, some: Features) -> tuple[Floats, Floats, Floats]:
    """Scores of phones (0 to 2), of words and of the sentence (0 to 10), as the net gives them."""
    nothing = np.zeros(0, np.float32)
    batch = _batch([Example(some, nothing, nothing, nothing)])
    with torch.inference_mode():
        phones, words, sentence = net(*batch.given)
    return phones[0].numpy(), words[0].numpy() * 5, sentence[0].numpy() * 5


def export(net: nn.Module, width: int, file: Path) -> None:
    """Write the net as ONNX, for one reading at a time."""
    example = (
        torch.zeros(1, 6, dtype=torch.long),
        torch.zeros(1, 6, PHONE),
        torch.zeros(1, 6, width),
        torch.zeros(1, READING),
        torch.zeros(1, 6, 2),
        torch.zeros(1, 6),
    )
    phones = {name: {1: "phones"} for name in ("phones", "figures", "states", "mask")}
    torch.onnx.export(
        net.eval(),
        example,
        str(file),
        input_names=["phones", "figures", "states", "reading", "shares", "mask"],
        output_names=["phone_scores", "word_scores", "sentence_scores"],
        dynamic_axes={
            **phones,
            "shares": {1: "phones", 2: "words"},
            "phone_scores": {1: "phones"},
            "word_scores": {1: "words"},
        },
        opset_version=17,
        dynamo=False,
    )


def _loss(found: Tensor, wanted: Tensor) -> Tensor:
    known = ~torch.isnan(wanted)
    return f.mse_loss(found[known], wanted[known]) if known.any() else found.sum() * 0.0


def _batch(examples: Sequence[Example]) -> _Batch:
    count = len(examples)
    longest = max(len(each.features.phones) for each in examples)
    most = max(int(each.features.words[-1]) + 1 for each in examples)
    phones = torch.zeros(count, longest, dtype=torch.long)
    figures = torch.zeros(count, longest, PHONE)
    states = torch.zeros(count, longest, examples[0].features.states.shape[1])
    reading = torch.zeros(count, READING)
    shares = torch.zeros(count, longest, most)
    mask = torch.full((count, longest), -1e9)
    wanted = (
        torch.full((count, longest), torch.nan),
        torch.full((count, most), torch.nan),
        torch.full((count, 4), torch.nan),
    )
    for row, example in enumerate(examples):
        some = example.features
        size = len(some.phones)
        phones[row, :size] = torch.from_numpy(some.phones)
        figures[row, :size] = torch.from_numpy(some.figures)
        states[row, :size] = torch.from_numpy(some.states)
        reading[row] = torch.from_numpy(some.reading)
        words = torch.from_numpy(some.words)
        shares[row, torch.arange(size), words] = 1 / torch.bincount(words)[words].float()
        mask[row, :size] = 0.0
        for into, values in zip(
            wanted, (example.phones, example.words, example.sentence), strict=True
        ):
            into[row, : len(values)] = torch.from_numpy(values)
    return _Batch((phones, figures, states, reading, shares, mask), *wanted)
