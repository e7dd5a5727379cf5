from scriba.server.sdk.intake import Arrivals, Intake
from scriba.speech.live_options import LiveOptions

from ..fakes import FakeLive, FakeSpeech
from .client import wav


def test_audio_goes_to_the_recogniser_and_to_who_listens() -> None:
    live = FakeLive(FakeSpeech(), LiveOptions(), lambda _: None)
    heard: list[int] = []
    intake = Intake(live, lambda samples: heard.append(samples.size))
    data = wav(2.0, 8000)
    for at in range(0, len(data), 1000):
        intake.feed(data[at : at + 1000])
    intake.finish()
    assert live.samples == sum(heard)
    assert abs(live.samples - 32000) <= 1
    assert intake.seconds == 2.0
    assert live.finished.is_set()


def test_nothing_is_fed_after_the_end() -> None:
    live = FakeLive(FakeSpeech(), LiveOptions(), lambda _: None)
    intake = Intake(live, lambda _: None)
    intake.close()
    intake.feed(wav(1.0))
    intake.finish()
    assert live.cancelled.is_set()
    assert live.samples == 0
    assert not live.finished.is_set()


def test_when_audio_came() -> None:
    now = 100.0
    arrivals = Arrivals(lambda: now)
    assert arrivals.since(0.0) is None
    for second in range(1, 6):
        now = 100.0 + second
        arrivals.add(float(second))
    now = 110.0
    assert arrivals.since(0.5) == 9.0
    assert arrivals.since(3.0) == 7.0
    assert arrivals.since(4.5) == 5.0
    assert arrivals.since(5.5) is None
