"""Imports, trainings and evaluations whose server is killed with -9 in the middle.

    python -m bench.training_faults --data ../shared/data [--only import|blocks|form|training|...]

`scriba serve` on SQLite with tiny.en and recordings of `data/speech`, killed at moments spread over
the time that the work takes undisturbed, each time over work of its own, and started again on the
same port and data. import: an archive by address; blocks: the same sent by blocks, gone on with
after each kill; form: one that is cut while it is sent; training: on recordings where torch is
there (`make train-deps`), else on text; evaluation: of a trained model against its base; stubborn:
an evaluation killed each time it has begun.

Counted is what must not be: work that neither succeeds nor fails with a reason, results other than
undisturbed ones, files of a model that differ from its list or are missing, processes that outlive
the server, files that are nobody's.
"""

import hashlib
import importlib.util
import json
import sqlite3
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from bench.data import Row, parser, speech_rows, split
from bench.house import House, housed, until

_BOUND = 900.0
"""Seconds that a work may take after a kill, many times what it takes undisturbed."""
_BLOCK = 256 << 10
_SENTENCES = "Turn the {} valve to the left.\nThe {} valve is to be closed at night.\n"
_PARTS = ("upper", "lower", "brass", "Kessler", "bypass", "relief", "needle", "Ormsby")


class Stage:
    """A server that is killed and started again, and what its clients know."""

    def __init__(self, house: House, kills: int) -> None:
        self.house = house
        self.kills = kills
        self.counts: Counter[str] = Counter()
        self._process = house.serve()

    def kill(self) -> None:
        """End the server as a loss of power would, count what outlives it, and start it again."""
        self._process.kill()
        self._process.wait()
        self.counts["kills"] += 1
        with suppress(RuntimeError):
            until(lambda: not self._alive(), 15)
        self.counts["processes left"] += self._alive()
        self._process = self.house.serve()

    def stop(self) -> None:
        """End the server politely."""
        self._process.terminate()
        self._process.wait(120)
        self.counts["processes left"] += self._alive()

    def url(self, path: str) -> str:
        return f"{self.house.address}/speechtotext/v3.2/{path}"

    def ended(self, entity: str) -> Any:
        """An entity once it has ended; None where it does not."""
        with suppress(RuntimeError):
            until(lambda: self.house.get(entity)["status"] in ("Succeeded", "Failed"), _BOUND)
        found = self.house.get(entity)
        self.counts[found["status"]] += 1
        if found["status"] == "Failed":
            self.counts["failed without a reason"] += not _reason(found)
            print(f"  failed: {_reason(found)}", flush=True)
        elif found["status"] != "Succeeded":
            self.counts["hung"] += 1
            return None
        return found

    def spread(self, begin: Callable[[], str], same: Callable[[Any], object]) -> str:
        """Kill over new work at each of several moments; the address of the undisturbed one."""
        since = time.monotonic()
        first = begin()
        wanted = same(self.ended(first))
        seconds = time.monotonic() - since
        moments = [seconds * (n + 0.5) / self.kills for n in range(self.kills)]
        print(f"  undisturbed {seconds:.1f} s", flush=True)
        for moment in moments:
            one = begin()
            time.sleep(moment)
            self.kill()
            since = time.monotonic()
            found = self.ended(one)
            after = time.monotonic() - since
            print(f"  killed at {moment:.1f} s, ended {after:.1f} s after the start", flush=True)
            if found is not None and found["status"] == "Succeeded":
                self.counts["other results"] += same(found) != wanted
        return first

    def _alive(self) -> int:
        """Processes of this house; the mark is in their environment."""
        mark = f"SCRIBA_DATA_DIR={self.house.folder / 'data'}".encode()
        alive = 0
        for place in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                alive += mark in place.read_bytes().split(b"\0")
        return alive


def _reason(entity: Any) -> str:
    return str(entity["properties"].get("error", {}).get("message", ""))


def _dataset(stage: Stage, kind: str, path: Path) -> str:
    asked = {
        "kind": kind,
        "displayName": "faults",
        "locale": "en-US",
        "contentUrl": f"file://{path.absolute()}",
    }
    return str(stage.house.post("datasets", asked)["self"])


def _counts(dataset: Any) -> object:
    names = ("acceptedLineCount", "rejectedLineCount", "duration")
    return [dataset["properties"].get(name) for name in names]


def imports(stage: Stage, material: Path) -> None:
    """An archive of recordings, fetched from its address."""
    stage.spread(lambda: _dataset(stage, "Acoustic", material / "many.zip"), _counts)


def blocks(stage: Stage, material: Path) -> None:
    """Blocks that are sent until the server is gone, then those that it does not have."""
    data = (material / "many.zip").read_bytes()
    pieces = {
        f"{number:08d}": data[at : at + _BLOCK]
        for number, at in enumerate(range(0, len(data), _BLOCK))
    }
    asked = {"kind": "Acoustic", "displayName": "faults", "locale": "en-US"}
    dataset = str(stage.house.post("datasets", asked)["self"])
    key = {"Ocp-Apim-Subscription-Key": stage.house.key}
    for number in range(stage.kills):
        killer = threading.Timer(0.05 + 0.1 * number, stage.kill)
        killer.start()
        with suppress(requests.RequestException):
            for name in _missing(stage, dataset, pieces):
                address = f"{dataset}/blocks"
                requests.put(
                    address, params={"blockid": name}, data=pieces[name], headers=key, timeout=60
                ).raise_for_status()
        killer.join()
    for name in _missing(stage, dataset, pieces):
        stage.counts["blocks gone on with"] += 1
        requests.put(
            f"{dataset}/blocks",
            params={"blockid": name},
            data=pieces[name],
            headers=key,
            timeout=60,
        ).raise_for_status()
    commit = [{"kind": "Latest", "id": name} for name in pieces]
    requests.post(
        f"{dataset}/blocks:commit", json=commit, headers=key, timeout=60
    ).raise_for_status()
    stage.kill()
    found = stage.ended(dataset)
    wanted = stage.ended(_dataset(stage, "Acoustic", material / "many.zip"))
    stage.counts["other results"] += found is None or _counts(found) != _counts(wanted)


def _missing(stage: Stage, dataset: str, pieces: dict[str, bytes]) -> list[str]:
    there = stage.house.get(f"{dataset}/blocks")
    known = {
        block["name"]: block["size"]
        for listed in there.values()
        if isinstance(listed, list)
        for block in listed
    }
    wrong = [name for name, size in known.items() if size != len(pieces[name])]
    stage.counts["half blocks"] += len(wrong)
    return [name for name in pieces if name not in known]


def form(stage: Stage, material: Path) -> None:
    """A form that comes slowly while the server is killed."""
    key = {"Ocp-Apim-Subscription-Key": stage.house.key}
    data = (material / "many.zip").read_bytes()
    before = len(stage.house.get(stage.url("datasets?top=100"))["values"])
    for number in range(stage.kills):
        killer = threading.Timer(0.3 + 0.3 * number, stage.kill)
        killer.start()
        with suppress(requests.RequestException):
            requests.post(
                stage.url("datasets/upload"),
                data=_slowly(data),
                headers=key | {"Content-Type": "multipart/form-data; boundary=xyz"},
                timeout=60,
            )
            stage.counts["taken whole"] += 1
        killer.join()
    after = stage.house.get(stage.url("datasets?top=100"))["values"]
    stage.counts["half datasets"] += len(after) - before


def _slowly(data: bytes) -> Iterator[bytes]:
    for name, value in (("kind", "Acoustic"), ("displayName", "faults"), ("locale", "en-US")):
        yield f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    head = '--xyz\r\nContent-Disposition: form-data; name="data"; filename="a.zip"\r\n\r\n'
    yield head.encode()
    for at in range(0, len(data), 1 << 14):
        yield data[at : at + (1 << 14)]
        time.sleep(0.1)
    yield b"\r\n--xyz--\r\n"


def _trained(stage: Stage, material: Path) -> Callable[[], str]:
    """What asks for a model of text, and of recordings where those can be trained on."""
    datasets = [_dataset(stage, "Language", material / "text.txt")]
    if importlib.util.find_spec("torch") is not None:
        datasets.append(_dataset(stage, "Acoustic", material / "few.zip"))
    for each in datasets:
        stage.ended(each)
    asked = {
        "displayName": "faults",
        "locale": "en-US",
        "datasets": [{"self": each} for each in datasets],
    }
    return lambda: str(stage.house.post("models", asked)["self"])


def training(stage: Stage, material: Path) -> None:
    """Models, each of whose files has to be what its list says."""
    stage.spread(_trained(stage, material), lambda model: sound(stage, model))
    for model in stage.house.get(stage.url("models?top=100"))["values"]:
        if model["status"] == "Succeeded":
            stage.counts["half models"] += not sound(stage, model)


def sound(stage: Stage, model: Any) -> bool:
    """Whether all files of a model are there and as its list says."""
    listed = stage.house.get(model["links"]["manifest"])["modelFiles"]
    contents = {}
    for file in listed:
        answer = requests.get(file["contentUrl"], timeout=60)
        answer.raise_for_status()
        contents[file["name"]] = answer.content
    wanted = json.loads(contents["model.json"])["files"]
    return bool(wanted) and all(
        name in contents and hashlib.sha256(contents[name]).hexdigest() == about["sha256"]
        for name, about in wanted.items()
    )


def _evaluated(stage: Stage, material: Path) -> Callable[[], str]:
    dataset = _dataset(stage, "Acoustic", material / "few.zip")
    listed = stage.house.get(stage.url("models/base?filter=locale eq 'en-US'"))
    base = listed["values"][0]["self"]
    own = _trained(stage, material)()
    for each in (dataset, own):
        found = stage.ended(each)
        if found is None or found["status"] != "Succeeded":
            raise RuntimeError(f"there is nothing to evaluate with: {each} did not succeed")
    asked = {
        "displayName": "faults",
        "locale": "en-US",
        "model1": {"self": base},
        "model2": {"self": own},
        "dataset": {"self": dataset},
    }
    return lambda: str(stage.house.post("evaluations", asked)["self"])


def evaluation(stage: Stage, material: Path) -> None:
    """Evaluations, whose figures have to be those of an undisturbed one."""
    stage.spread(_evaluated(stage, material), lambda found: found["properties"])


def stubborn(stage: Stage, material: Path) -> None:
    """One evaluation, killed each time it has begun: given up in the end, with a reason."""
    one = _evaluated(stage, material)()
    for _ in range(8):
        until(lambda: stage.house.get(one)["status"] != "NotStarted", _BOUND)
        # Long enough for it to be taken up, too short to end.
        time.sleep(0.5)
        if stage.house.get(one)["status"] != "Running":
            break
        stage.kill()
    stage.ended(one)


def left(stage: Stage) -> Counter[str]:
    """What lies in the data folder, and is nobody's, once all work has ended."""
    data = stage.house.folder / "data"
    drafts = [
        *(data / "workers").glob("[0-9]*/*"),
        *(data / "incoming").glob("*"),
        *(data / "models").glob(".*.partial"),
        *(stage.house.folder / "tmp").glob("*"),
    ]
    blobs = {
        str(path.relative_to(data / "files"))
        for path in (data / "files").rglob("*")
        if path.is_file() and path.relative_to(data / "files").parts[0] != ".drafts"
    }
    database = sqlite3.connect(data / "scriba.db")
    try:
        rows = "SELECT blob FROM files UNION SELECT blob FROM blocks WHERE blob IS NOT NULL"
        listed = {blob for (blob,) in database.execute(rows)}
    finally:
        database.close()
    for what in (*map(str, drafts), *(f"blob {each}" for each in blobs - listed)):
        print(f"  left: {what}", flush=True)
    return Counter(
        {
            "drafts left": len(drafts),
            # They go a day later, as other servers may write to the same folder.
            "unfinished blobs, kept for a day": len(list((data / "files" / ".drafts").glob("*"))),
            "stray blobs": len(blobs - listed),
            "missing blobs": len(listed - blobs),
        }
    )


def prepared(rows: list[Row], folder: Path) -> Path:
    """The files that datasets are made of."""
    folder.mkdir()
    (folder / "text.txt").write_text("".join(_SENTENCES.format(a, a) for a in _PARTS))
    for name, some in (("many.zip", rows), ("few.zip", rows[:24])):
        with zipfile.ZipFile(folder / name, "w") as packed:
            lines = []
            for number, row in enumerate(some):
                packed.write(row.path, f"{number:04}{row.path.suffix}")
                lines.append(f"{number:04}{row.path.suffix}\t{row.text}\n")
            packed.writestr("trans.txt", "".join(lines))
    return folder


_FAULTS: dict[str, Callable[[Stage, Path], None]] = {
    "import": imports,
    "blocks": blocks,
    "form": form,
    "training": training,
    "evaluation": evaluation,
    "stubborn": stubborn,
}


def main() -> None:
    asked = parser(__doc__, "dev")
    asked.add_argument("--only", choices=_FAULTS, action="append")
    asked.add_argument("--kills", type=int, default=6, help="of each kind of work (default 6)")
    asked.add_argument("--count", type=int, default=150, help="recordings (default 150)")
    arguments = asked.parse_args()
    rows = [
        row
        for row in split(speech_rows(arguments.data), arguments.part)
        if row.locale.startswith("en") and row.text and row.seconds <= 12
    ][: arguments.count]
    for name, fault in _FAULTS.items():
        if arguments.only is not None and name not in arguments.only:
            continue
        print(f"{name}, {arguments.kills} kills, {len(rows)} recordings", flush=True)
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "tmp").mkdir()
            material = prepared(rows, folder / "material")
            with housed(folder, folder, TMPDIR=str(folder / "tmp")) as house:
                stage = Stage(house, arguments.kills)
                fault(stage, material)
                stage.stop()
                stage.counts.update(left(stage))
        told = ", ".join(f"{what} {number}" for what, number in sorted(stage.counts.items()))
        print(f"{name}: {told}", flush=True)


if __name__ == "__main__":
    main()
