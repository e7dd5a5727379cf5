"""Throughput and latency beside faster-whisper 1.2.1: same weights, int8, beam 5, two threads.

    python -m bench.speed --data ../shared/data

Each side runs in a process of its own on the same two CPUs, in turn, `--repeats` times; the ratios
are of runs next to each other, the median is what counts. Utterances (up to 15 s) are given to ours
all at once, to theirs one by one, as each takes them. Files of over a minute are joined from
recordings of one set. Latency is that of single recordings of 3 to 10 s through HTTP, over a warm
connection, beside one `transcribe()` call. What HTTP adds is the median difference of pairs: the
same recording through a server and to its recogniser directly, by turns in one process.
"""

import argparse
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path

import numpy as np
import requests

from bench.baseline import spoken
from bench.data import Row, load, speech_rows, split
from scriba.settings import load_settings
from scriba.speech.catalogue import find
from scriba.speech.fetch import fetch

CPUS = {0, 1}


def utterances(data: Path, part: str) -> list[Row]:
    """Recordings of up to 15 s with words, 120 of them."""
    rows = [r for r in split(speech_rows(data), part) if r.text and spoken(r) and r.seconds <= 15]
    return random.Random(1).sample(rows, min(120, len(rows)))


def requests_of(data: Path, part: str) -> list[Row]:
    """Recordings of 3 to 10 s with words, 40 of them."""
    rows = [r for r in split(speech_rows(data), part) if r.text and spoken(r)]
    rows = [r for r in rows if 3 <= r.seconds <= 10]
    return random.Random(2).sample(rows, min(40, len(rows)))


def files(data: Path, part: str) -> list[tuple[np.ndarray, str]]:
    """Recordings of over a minute, each with its locale: joined from those of a set."""
    rows = [r for r in split(speech_rows(data), part) if r.text and spoken(r)]
    made = []
    for name in sorted({(r.set, r.locale) for r in rows}):
        parts = [load(r.path) for r in rows if (r.set, r.locale) == name]
        audio = np.concatenate(parts)[: 120 * 16_000]
        if len(audio) > 60 * 16_000:
            made.append((audio, name[1]))
    return made


def wav(audio: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((audio * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def theirs(data: Path, part: str) -> dict[str, object]:
    from faster_whisper import WhisperModel

    folder = fetch(find("base"), load_settings().model_dir)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)

    def run(audio: np.ndarray, locale: str) -> float:
        begun = time.perf_counter()
        list(model.transcribe(audio, language=locale.split("-")[0], beam_size=5)[0])
        return time.perf_counter() - begun

    run(np.zeros(16_000, np.float32), "en-US")
    return {
        "utterances": sum(run(load(r.path), r.locale) for r in utterances(data, part)),
        "files": sum(run(*each) for each in files(data, part)),
        "requests": [run(load(r.path), r.locale) for r in requests_of(data, part)],
    }


def ours(data: Path, part: str) -> dict[str, object]:
    from concurrent.futures import ThreadPoolExecutor

    from scriba.speech import Options, Recognizer

    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))

    def tag(locale: str) -> str:
        return next(spoken(r).tag for r in speech_rows(data) if r.locale == locale and spoken(r))

    def one(audio: np.ndarray, locale: str) -> float:
        begun = time.perf_counter()
        recognizer.recognize(audio, language=locale, words=False)
        return time.perf_counter() - begun

    one(load(utterances(data, part)[0].path), "en-US")
    clips = [(load(r.path), spoken(r).tag) for r in utterances(data, part)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda each: one(*each), clips))
    found: dict[str, object] = {"utterances": time.perf_counter() - begun}
    long = [(audio, tag(locale)) for audio, locale in files(data, part)]
    begun = time.perf_counter()
    for audio, locale in long:
        blocks = (audio[i : i + 480_000] for i in range(0, len(audio), 480_000))
        list(recognizer.transcribe(blocks, Options(language=locale)))
    found["files"] = time.perf_counter() - begun
    recognizer.close()
    found["layout"] = f"{recognizer.layout.workers} x {recognizer.layout.threads} threads"
    return found


def over_http(data: Path, part: str) -> dict[str, object]:
    from bench.service import Service

    with Service() as service, requests.Session() as session:
        bodies = [(wav(load(r.path)), spoken(r).tag) for r in requests_of(data, part)]
        waits = [post(session, service.address, service.key, *each) for each in bodies[:1] + bodies]
        return {"requests": waits[1:]}


def paired(data: Path, part: str) -> dict[str, object]:
    from scriba.server.run import Server
    from scriba.speech import Recognizer
    from scriba.storage import Resources, open_store

    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))
    added = []
    with tempfile.TemporaryDirectory() as folder, requests.Session() as session:
        store = open_store(Path(folder))
        key = Resources(store).create("bench").key1
        server = Server(load_settings(port=0, data_dir=Path(folder)), recognizer, store)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        for row in requests_of(data, part):
            audio, tag = load(row.path), spoken(row).tag
            body = wav(audio)
            post(session, server.address, key, body, tag)
            differences = []
            for turn in range(4):
                taken = {}
                for side in ("engine", "http") if turn % 2 else ("http", "engine"):
                    begun = time.perf_counter()
                    if side == "http":
                        post(session, server.address, key, body, tag)
                    else:
                        recognizer.recognize(audio, language=tag, words=False)
                    taken[side] = time.perf_counter() - begun
                differences.append(taken["http"] - taken["engine"])
            added += differences
        server.should_exit = True
        thread.join()
        store.close()
    recognizer.close()
    return {"added": added}


def post(session: requests.Session, address: str, key: str, body: bytes, locale: str) -> float:
    """Seconds that one request took."""
    begun = time.perf_counter()
    answer = session.post(
        address + "/speech/recognition/conversation/cognitiveservices/v1",
        params={"language": locale},
        headers={"Ocp-Apim-Subscription-Key": key},
        data=body,
    )
    answer.raise_for_status()
    return time.perf_counter() - begun


SIDES = {"theirs": theirs, "ours": ours, "http": over_http, "paired": paired}


def run(side: str, data: Path, part: str) -> dict[str, object]:
    """One side in a process of its own, on the two CPUs."""
    command = [sys.executable, "-m", "bench.speed", "--data", str(data), "--part", part]
    done = subprocess.run([*command, "--side", side], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", choices=["dev", "report", "all"], default="report")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--side", choices=SIDES)
    arguments = parser.parse_args()
    if arguments.side:
        os.sched_setaffinity(0, CPUS & os.sched_getaffinity(0))
        print(json.dumps(SIDES[arguments.side](arguments.data, arguments.part)))
        return
    ratios: dict[str, list[float]] = {}
    for i in range(arguments.repeats):
        b, a, h, p = (run(side, arguments.data, arguments.part) for side in SIDES)
        median = {
            name: statistics.median(side["requests"])
            for name, side in zip("bh", (b, h), strict=True)
        }
        row = {
            "throughput, utterances up to 15 s (ours / theirs)": b["utterances"] / a["utterances"],
            "throughput, files over a minute (ours / theirs)": b["files"] / a["files"],
            "latency of a request through HTTP / transcribe()": median["h"] / median["b"],
            "HTTP over the engine, ms": 1000 * statistics.median(p["added"]),
            "median request, ms": 1000 * median["h"],
        }
        print(f"run {i + 1} ({a['layout']}):", {k: round(v, 3) for k, v in row.items()}, flush=True)
        for key, value in row.items():
            ratios.setdefault(key, []).append(value)
    for key, values in ratios.items():
        print(
            f"| {key} | {statistics.median(values):.2f} | {min(values):.2f} to {max(values):.2f} |"
        )


if __name__ == "__main__":
    main()
