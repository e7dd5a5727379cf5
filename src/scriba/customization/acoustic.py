"""Fine-tuning of a Whisper model on short utterances, in the contexts that Scriba decodes them in.

Scriba encodes a clip with little silence after it and continues it with ready-made states of
silence (`docs/recogniser.md`). Training does the same, without padding to 30 s. All layers are
trained but the embeddings; the result is mixed with the base (arXiv 2109.01903), which keeps what
the base knew.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from scriba.customization.batches import (
    Item,
    Plan,
    features,
    item_samples,
    mask,
    plain_batches,
    plan_batches,
)
from scriba.customization.corpus import Corpus
from scriba.customization.guessing import SILENCE_SECONDS, Task, context_after
from scriba.customization.network import Shape, decode, encode, logits, remember
from scriba.customization.weights import Array, Weights
from scriba.speech.mel import FRAMES_PER_SECOND
from scriba.speech.resample import Samples
from scriba.speech.whisper import WINDOW, DecodingOptions

if TYPE_CHECKING:
    from torch import Tensor

_PER_SECOND = FRAMES_PER_SECOND // 2
_MOST_TOKENS = 440
_IGNORED = -100
_HALF = 0.5
_MANY_UPDATES = 400


@dataclass(frozen=True)
class Schedule:
    """How a model is trained. `rate` is the highest step of AdamW, reached after a tenth; it is for
    a model of width 512, and less for wider ones and in less than 400 updates: a small corpus is
    soon known by heart.

    All utterances are passed `passes` times, small corpora more often (up to `most_passes`) until
    `updates` is reached. After `minutes` training ends.
    """

    rate: float = 2.5e-5
    passes: int = 4
    most_passes: int = 8
    updates: int = 120
    minutes: float = 45.0
    plan: Plan = field(default_factory=Plan)
    smoothing: float = 0.1
    """Of the probability, the part that all tokens share (label smoothing, arXiv 1512.00567): what
    a model is never to be sure of it does not learn by heart."""
    spoken: float = 0.1
    """Weight of hearing the language."""
    refresh: int = 40
    """Updates between two computations of the ready-made silence."""
    seed: int = 17
    threads: int = 0


@dataclass(frozen=True)
class Loss:
    """The loss a token after so many updates; None where nothing was trained or held out yet.

    `wrong` is the share of the tokens held out that are not the likeliest.
    """

    updates: int
    trained: float | None
    held_out: float | None
    wrong: float | None = None


@dataclass
class Learned:
    """What training gave: changed weights by name, and how it went."""

    weights: dict[str, Array]
    updates: int
    passes: int
    losses: list[Loss]
    stopped: str = "all passes"


Progress = Callable[[float, str], None]


class Trainer:
    """Trains one model on one corpus; `tokens` are the transcripts, without prompt and end."""

    def __init__(
        self,
        weights: Weights,
        corpus: Corpus,
        tokens: Sequence[Sequence[int]],
        task: Task,
        speech: Samples,
        schedule: Schedule,
        options: DecodingOptions | None = None,
    ) -> None:
        import torch

        torch.manual_seed(schedule.seed)
        if schedule.threads:
            torch.set_num_threads(schedule.threads)
        self._corpus, self._tokens, self._task = corpus, tokens, task
        self._schedule, self._options = schedule, options or DecodingOptions()
        self._rng = np.random.default_rng(schedule.seed)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._shape = Shape.of(weights)
        self._tensors = {
            name: torch.from_numpy(np.array(array)).to(self._device)
            for name, array in weights.floats().items()
        }
        self._trained = {
            name: tensor.requires_grad_()
            for name, tensor in self._tensors.items()
            if "embeddings" not in name and "position_encodings" not in name
        }
        self._bins = int(self._tensors["encoder/conv1/weight"].shape[1])
        self._speech = speech
        self._silence: Tensor | None = None
        # Half the digits are as good here, and with the right instructions faster.
        self._half = self._device.type == "cuda" or _has_bfloat16()

    def train(
        self,
        kept: Sequence[int],
        held: Sequence[int],
        progress: Progress = lambda share, text: None,
        check: Callable[[], None] = lambda: None,
    ) -> Learned:
        """Train on utterances `kept`, choosing the passes that do best on `held` (by number)."""
        import torch

        schedule = self._schedule
        per_pass = len(plan_batches(self._corpus, kept, schedule.plan, np.random.default_rng(0)))
        passes = min(
            schedule.most_passes, max(schedule.passes, math.ceil(schedule.updates / per_pass))
        )
        width = self._tensors["decoder/embeddings/weight"].shape[1]
        total = passes * per_pass
        rate = schedule.rate * 512 / width * min(1.0, math.sqrt(total / _MANY_UPDATES))
        optimiser = torch.optim.AdamW(
            list(self._trained.values()), lr=rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        learned = Learned({}, 0, 0, [])
        loss, best = self.loss(held, check) if held else (None, math.inf)
        learned.losses.append(Loss(0, None, loss, best if held else None))
        updates, started = 0, time.monotonic()
        limit = 60 * schedule.minutes
        for number in range(1, passes + 1):
            sums = [0.0, 0.0]
            for batch in plan_batches(self._corpus, kept, schedule.plan, self._rng):
                check()
                # Where the time will not do for all, the steps grow smaller sooner.
                spent = (time.monotonic() - started) / limit
                share = max(updates / total, spent)
                if share >= 1:
                    break
                for group in optimiser.param_groups:
                    group["lr"] = rate * _rate(share)
                if updates % schedule.refresh == 0:
                    self._refresh()
                loss, count = self._update(batch, optimiser)
                sums[0] += loss * count
                sums[1] += count
                updates += 1
                left = min(limit * spent / updates * (total - updates), limit * (1 - spent))
                text = f"pass {number} of {passes}, {math.ceil(left / 60)} min left"
                progress(max(updates / total, spent), text)
            self._refresh()
            trained = sums[0] / max(1.0, sums[1])
            loss, found = self.loss(held, check) if held else (None, -math.inf)
            learned.losses.append(Loss(updates, trained, loss, found if held else None))
            # Of equals, and without anything held out, the last is taken for the best.
            if found <= best:
                best, learned.updates, learned.passes = found, updates, number
                learned.weights = self._copy()
            # While steps are large a pass may bring nothing, and those after it much.
            elif learned.passes < number - 1 and updates > _HALF * total:
                learned.stopped = "no better on what was held out"
                break
            if time.monotonic() - started >= limit:
                learned.stopped = f"{schedule.minutes:g} minutes are over"
                break
        return learned

    def loss(
        self, numbers: Sequence[int], check: Callable[[], None] = lambda: None
    ) -> tuple[float, float]:
        """The mean loss a token of utterances, by number, and the share of tokens that are wrong.

        Wrong is a token that is not the likeliest after the right ones: words go with that, while
        the loss rises again as soon as a model is too sure of what it gets wrong.
        """
        import torch
        from torch.nn import functional as f

        if self._silence is None:
            self._refresh()
        total, wrong, count = 0.0, 0, 0
        with torch.no_grad():
            for batch in plain_batches(self._corpus, numbers, self._schedule.plan.seconds):
                check()
                scores, wanted, _ = self._forward(batch, augment=False)
                total += float(f.cross_entropy(scores, wanted, reduction="sum"))
                wrong += int((scores.argmax(-1) != wanted).sum())
                count += len(wanted)
        return total / max(1, count), wrong / max(1, count)

    def _update(self, batch: list[Item], optimiser: object) -> tuple[float, int]:
        import torch
        from torch.nn import functional as f

        assert isinstance(optimiser, torch.optim.Optimizer)
        optimiser.zero_grad(set_to_none=True)
        scores, wanted, spoken = self._forward(batch, augment=True)
        loss = f.cross_entropy(scores, wanted, label_smoothing=self._schedule.smoothing)
        (loss + self._schedule.spoken * spoken).backward()
        torch.nn.utils.clip_grad_norm_(list(self._trained.values()), 1.0)
        optimiser.step()
        return float(loss.detach()), len(wanted)

    def _forward(self, batch: list[Item], augment: bool) -> tuple[Tensor, Tensor, Tensor]:
        """The logits (tokens, vocabulary), what is wanted (tokens,), the loss of the language."""
        import torch
        from torch.nn import functional as f

        rng = self._rng if augment else None
        clips = [item_samples(self._corpus, item, rng, self._schedule.plan) for item in batch]
        length = self._length(clips)
        made = features(clips, length, self._bins)
        if rng is not None:
            mask(made, clips, self._schedule.plan, rng)
        tokens, wanted = self._texts(batch)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            states = encode(self._tensors, self._shape, torch.from_numpy(made).to(self._device))
            memory = self._memory(states, length)
            heard = decode(self._tensors, self._shape, tokens, memory)
            place = wanted != _IGNORED
            scores = logits(self._tensors, heard[place]).float()
            spoken = torch.zeros((), device=self._device)
            if self._task.language is not None:
                languages = list(self._task.languages)
                vectors = self._tensors["decoder/embeddings/weight"][languages]
                which = languages.index(self._task.language)
                spoken = f.cross_entropy(
                    f.linear(heard[:, 0], vectors).float(),
                    torch.full((len(batch),), which, device=self._device),
                )
        return scores, wanted[place], spoken

    def _texts(self, batch: list[Item]) -> tuple[Tensor, Tensor]:
        """What the decoder is given and what it should say: (clips, tokens) each."""
        import torch

        task = self._task
        texts = [
            [token for number in item.numbers for token in self._tokens[number]][:_MOST_TOKENS]
            for item in batch
        ]
        start = len(task.prompt)
        width = start + max(len(text) for text in texts)
        given = torch.full((len(batch), width), task.end)
        wanted = torch.full((len(batch), width), _IGNORED)
        for i, text in enumerate(texts):
            given[i, :start] = torch.tensor(task.prompt)
            given[i, start : start + len(text)] = torch.tensor(text)
            wanted[i, start - 1 : start + len(text)] = torch.tensor([*text, task.end])
        return given.to(self._device), wanted.to(self._device)

    def _memory(self, states: Tensor, length: float) -> list[Tensor]:
        """Keys and values of the clips' states and of the ready-made silence after them."""
        import torch

        assert self._silence is not None
        missing = context_after(length, states.shape[1], self._options)
        silence = self._silence[:, self._silence.shape[1] - missing :]
        # The silence is the same for all clips: its keys and values are computed once.
        return [
            torch.cat([own, shared.expand(len(states), -1, -1)], dim=1)
            for own, shared in zip(
                remember(self._tensors, self._shape, states),
                remember(self._tensors, self._shape, silence),
                strict=True,
            )
        ]

    def _length(self, clips: Sequence[Samples]) -> float:
        """Seconds that are encoded of the clips of a batch."""
        longest = max(len(clip) for clip in clips) / (FRAMES_PER_SECOND * 160)
        return min(max(longest + self._options.margin, self._options.least), WINDOW)

    def _refresh(self) -> None:
        """Compute the states of silence after speech with the encoder as it is now."""
        import torch

        made = torch.from_numpy(features([self._speech], WINDOW, self._bins)).to(self._device)
        with torch.no_grad(), torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            states = encode(self._tensors, self._shape, made)
        self._silence = states[:, -SILENCE_SECONDS * _PER_SECOND :].float()

    def _copy(self) -> dict[str, Array]:
        return {
            name: np.array(tensor.detach().float().cpu().numpy())
            for name, tensor in self._trained.items()
        }


def mixed(
    base: dict[str, Array], learned: dict[str, Array], encoder: float, decoder: float
) -> dict[str, Array]:
    """The learned weights moved towards the base: a share of 1 is what was learned, 0 the base."""
    shares = {"encoder": encoder, "decoder": decoder}
    return {
        name: np.asarray(
            base[name] + shares[name.partition("/")[0]] * (array - base[name]), np.float32
        )
        for name, array in learned.items()
    }


def _rate(share: float) -> float:
    """Up in the first tenth, then down to a twentieth, in straight lines."""
    return share / 0.1 if share < 0.1 else max(0.05, (1 - share) / 0.9)


def _has_bfloat16() -> bool:
    import torch

    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported and supported())
