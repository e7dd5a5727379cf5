"""Every benchmark on the `report` part, one after the other: `make bench DATA=...`.

python -m bench.all --data ../shared/data
"""

import argparse
import subprocess
import sys
from pathlib import Path

NAMES = [
    "accuracy",
    "verdicts",
    "speed",
    "load",
    "forms",
    "diarization",
    "identification",
    "phrase_lists",
    "jobs",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=NAMES, action="append")
    arguments = parser.parse_args()
    failed = []
    for name in arguments.only or NAMES:
        print(f"\n== bench.{name}", flush=True)
        command = [sys.executable, "-m", f"bench.{name}", "--data", str(arguments.data)]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
