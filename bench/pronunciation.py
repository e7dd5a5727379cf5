"""Pronunciation assessment, measured where no expert is needed, and where they differ.

    python -m bench.pronunciation boundaries --data ../shared/data --part all
    python -m bench.pronunciation latency --data ../shared/data --part dev
    python -m bench.pronunciation natives --data ../shared/data --part report
    python -m bench.pronunciation figures --data ../shared/data --part report
    python -m bench.pronunciation groups --data ../shared/data --predictions FILE

What each measures, and on what, stands in `bench/boundaries.py`, `bench/extra_time.py`,
`bench/natives.py`, `bench/figures.py` and `bench/groups.py`. Planted errors are `bench.planted`'s,
agreement with experts `scriba bench pronunciation`'s. FILE is what `make train-pronunciation`
writes with `ARGS="--measure FILE"`: scores of speakers that nothing was learnt from.
"""

import argparse
from pathlib import Path

from scriba.pronunciation.acoustics import DATA


def main() -> None:
    made = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ways = made.add_subparsers(dest="way", required=True)
    parts = {"boundaries": "all", "latency": "dev", "natives": "report", "figures": "report"}
    for name, part in parts.items():
        way = ways.add_parser(name)
        way.add_argument("--data", type=Path, required=True, help="the folder of recordings")
        way.add_argument("--part", choices=["dev", "report", "all"], default=part)
        way.add_argument("--models", type=Path, default=DATA, help="the folder of the models")
        if name == "latency":
            way.add_argument("--most", type=int, default=40, help="recordings to take")
    groups = ways.add_parser("groups")
    groups.add_argument("--data", type=Path, required=True, help="the folder of recordings")
    groups.add_argument("--predictions", type=Path, required=True, help="JSON lines")
    groups.add_argument("--what", default="as shipped", help="which of the predictions")
    _run(made.parse_args())


def _run(asked: argparse.Namespace) -> None:
    # Each way needs something that the others do not: a library, a model, a file.
    if asked.way == "boundaries":
        from bench import boundaries

        boundaries.report(asked.data, asked.part, asked.models)
    elif asked.way == "latency":
        from bench import extra_time

        extra_time.report(asked.data, asked.part, asked.models, asked.most)
    elif asked.way == "natives":
        from bench import natives

        natives.report(asked.data, asked.part, asked.models)
    elif asked.way == "figures":
        from bench import figures

        figures.report(asked.data, asked.part, asked.models)
    else:
        from bench import groups

        groups.report(asked.data, asked.predictions, asked.what)


if __name__ == "__main__":
    main()
