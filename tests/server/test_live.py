"""The service as its users run it, with the real default model."""

import io
import json
import re
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import requests

from .live import Live


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


def _is_quilter(body: dict[str, object]) -> bool:
    expected = _words("quilter is the apostle of the middle classes and we are glad to welcome")
    return len(expected - _words(str(body["DisplayText"]))) <= 2


def test_whole_and_chunked_bodies_say_the_same(live: Live, sample: Path) -> None:
    data = sample.read_bytes()
    whole = live.post(data, format="detailed").json()
    chunked = live.post(
        (data[at : at + 1024] for at in range(0, len(data), 1024)), format="detailed"
    ).json()
    assert whole == chunked
    assert whole["RecognitionStatus"] == "Success"
    assert _is_quilter(whole)
    assert whole["NBest"][0]["Display"] == whole["DisplayText"]
    assert 2 <= len(whole["NBest"]) <= 5
    forms = [tuple(list(each.values())[1:]) for each in whole["NBest"]]
    assert len(set(forms)) == len(forms)
    with wave.open(str(sample)) as file:
        length = file.getnframes() * 10_000_000 // file.getframerate()
    assert 0 <= whole["Offset"] < whole["Offset"] + whole["Duration"] <= length


def _encoded(sample: Path, container: str, codec: str, rate: int) -> bytes:
    """The sample in another container."""
    buffer = io.BytesIO()
    with av.open(str(sample)) as source, av.open(buffer, "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate)
        stream.layout = "mono"
        resampler = av.AudioResampler(
            format=stream.codec_context.format or "s16", layout="mono", rate=rate
        )
        for frame in source.decode(audio=0):
            for each in resampler.resample(frame):
                each.pts = None
                target.mux(stream.encode(each))
        target.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("ogg", "libopus", 48000),
        ("webm", "libopus", 48000),
        ("flac", "flac", 16000),
        ("mp3", "libmp3lame", 44100),
        ("mp4", "aac", 44100),
        ("amr", "libopencore_amrnb", 8000),
        ("wav", "pcm_f32le", 48000),
        ("wav", "pcm_alaw", 8000),
        ("wav", "pcm_mulaw", 8000),
    ],
)
def test_formats(live: Live, sample: Path, container: str, codec: str, rate: int) -> None:
    try:
        data = _encoded(sample, container, codec, rate)
    except (ValueError, av.FFmpegError) as error:
        pytest.skip(f"this PyAV cannot write {codec}: {error}")
    body = live.post(data).json()
    assert body["RecognitionStatus"] == "Success"
    assert _is_quilter(body)


def test_a_wav_cut_short(live: Live, sample: Path) -> None:
    data = sample.read_bytes()
    body = live.post(data[: len(data) // 2]).json()
    assert body["RecognitionStatus"] == "Success"
    assert "quilter" in body["DisplayText"].lower()


def test_silence(live: Live, data: Path) -> None:
    body = live.post((data / "silence.flac").read_bytes(), format="detailed").json()
    assert body == {
        "RecognitionStatus": "InitialSilenceTimeout",
        "Offset": 200_000_000,
        "Duration": 0,
    }


@pytest.mark.parametrize("name", ["dial-tone.flac", "noise-room.flac"])
def test_noise_has_no_words(live: Live, data: Path, name: str) -> None:
    body = live.post((data / name).read_bytes()).json()
    assert body["RecognitionStatus"] in ("InitialSilenceTimeout", "BabbleTimeout", "NoMatch")
    assert "DisplayText" not in body


@pytest.mark.parametrize(
    ("name", "language"),
    [("de-kerstin.flac", "de-DE"), ("fr-consulat.flac", "fr-FR"), ("ja-jitsuzai.flac", "ja-JP")],
)
def test_other_languages(live: Live, data: Path, name: str, language: str) -> None:
    body = live.post((data / name).read_bytes(), language=language).json()
    assert body["RecognitionStatus"] == "Success"
    assert body["DisplayText"]


def test_keys_made_and_rotated_while_it_runs(live: Live, sample: Path) -> None:
    def status(key: str, host: str = "localhost") -> int:
        headers = {"Ocp-Apim-Subscription-Key": key, "Host": host}
        return requests.get(f"{live.address}/status", headers=headers, timeout=30).status_code

    made = json.loads(live.scriba("keys", "create", "west", "--region", "westus", "--json"))
    assert set(made) >= {"name", "region", "key1", "key2"}
    assert status(made["key1"]) == status(made["key2"]) == 200
    assert status(made["key1"], "westus.stt.speech.example.com") == 200
    assert status(made["key1"], "eastus.stt.speech.example.com") == 401
    live.scriba("keys", "rotate", "west")
    assert 401 in (status(made["key1"]), status(made["key2"]))
    live.scriba("keys", "delete", "west")
    assert status(made["key1"]) == status(made["key2"]) == 401


def test_ready(live: Live) -> None:
    answer = requests.get(f"{live.address}/ready", timeout=60)
    assert answer.status_code == 200
    assert answer.json()["model"]


def test_random_bytes_in_a_wav_do_no_harm(live: Live) -> None:
    noise = np.random.default_rng(1).integers(-32768, 32767, 32000).astype("<i2").tobytes()
    header = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0"
    answer = live.post(header + b"data\xff\xff\xff\xff" + noise)
    assert answer.status_code == 200
    assert answer.json()["RecognitionStatus"] != "Success"
