"""Whisper in torch, held against CTranslate2."""

from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from scriba.customization.guessing import Task
from scriba.customization.network import Shape, decode, encode, logits, remember
from scriba.customization.weights import is_multilingual, read_weights
from scriba.speech.audio import decode_file
from scriba.speech.mel import log_mel

torch = pytest.importorskip("torch", reason="torch is not installed: make train-deps")


def test_computes_what_ctranslate2_computes(tiny_model: Path, sample: Path) -> None:
    weights = read_weights(tiny_model / "model.bin")
    shape = Shape.of(weights)
    tensors = {name: torch.from_numpy(array) for name, array in weights.floats().items()}
    features = log_mel(next(decode_file(sample)), 1200)[None]
    model = ctranslate2.models.Whisper(str(tiny_model), device="cpu", compute_type="float32")
    states = model.encode(ctranslate2.StorageView.from_array(features), to_cpu=True)
    task = Task(tiny_model, "en", multilingual=is_multilingual(weights))
    result = model.generate(states, [list(task.prompt)], beam_size=1)[0].sequences_ids[0]
    assert "quilter" in task.text(result).lower()
    with torch.no_grad():
        ours = encode(tensors, shape, torch.from_numpy(features))
        assert np.abs(ours.numpy() - np.array(states)).max() < 0.01
        tokens = torch.tensor([[*task.prompt, *result]])
        heard = decode(tensors, shape, tokens, remember(tensors, shape, ours))
        likely = logits(tensors, heard)[0].argmax(-1).tolist()
    start = len(task.prompt) - 1
    assert likely[start:] == [*result, task.end]
