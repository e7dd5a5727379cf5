"""Write `splits.json`: which recordings are tuned on (`dev`) and which reported (`report`).

Recordings that share a speaker or a text always land in the same part. Run once, before the first
tuning; the result is kept in the repository.

    python -m bench.splits --data ../shared/data
"""

import argparse
import hashlib
import json
import re
from pathlib import Path

from bench.data import SPLITS, Row, accented_rows, speech_rows


def clusters(rows: list[Row]) -> list[list[Row]]:
    """Rows joined while they share a speaker or a (normalised) text."""
    parent = list(range(len(rows)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    seen: dict[str, int] = {}
    for i, row in enumerate(rows):
        keys = [f"speaker {row.speaker}"] if row.speaker else []
        words = re.sub(r"[\W_]+", " ", (row.text or "").lower()).strip()
        # Digits and single words recur across all speakers; joining on them would make one cluster.
        if len(words) > 20:
            keys.append(f"text {words}")
        for key in keys:
            parent[find(i)] = find(seen.setdefault(key, i))
    found: dict[int, list[Row]] = {}
    for i, row in enumerate(rows):
        found.setdefault(find(i), []).append(row)
    return list(found.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    parts: dict[str, list[str]] = {"dev": [], "report": []}
    filled: dict[tuple[str, str, str], int] = {}
    # Large clusters first, then each to the part that has less of its (set, locale) so far.
    ordered = sorted(
        clusters(speech_rows(data) + accented_rows(data)),
        key=lambda rows: (-len(rows), hashlib.sha256(rows[0].id.encode()).hexdigest()),
    )
    for rows in ordered:
        have = {
            part: sum(filled.get((part, row.set, row.locale), 0) for row in rows) for part in parts
        }
        total = {part: len(parts[part]) for part in parts}
        part = min(parts, key=lambda name: (have[name], total[name]))
        parts[part] += [row.id for row in rows]
        for row in rows:
            key = (part, row.set, row.locale)
            filled[key] = filled.get(key, 0) + 1
    SPLITS.write_text(json.dumps({k: sorted(v) for k, v in parts.items()}, indent=0) + "\n")
    print({part: len(names) for part, names in parts.items()})


if __name__ == "__main__":
    main()
