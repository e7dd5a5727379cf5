from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import QueueFull, UnsupportedLocale
from scriba.speech import SAMPLE_RATE, Options, PhraseList, Recognizer, Status, combine, decode_file
from scriba.speech.cpu import Layout

LAYOUT = Layout(1, 2, "test")


def read(recordings: Path, name: str) -> np.ndarray:
    return np.concatenate(list(decode_file(recordings / f"{name}.flac")))


def alike(one: str, other: str) -> bool:
    """Whether at most a word in five differs."""
    return SequenceMatcher(None, one.split(), other.split()).ratio() >= 0.8


@pytest.fixture(scope="module")
def base(base_model: Path) -> Iterator[Recognizer]:
    made = Recognizer(base_model, layout=LAYOUT)
    yield made
    made.close()


def test_a_sentence(base: Recognizer, recordings: Path) -> None:
    audio = read(recordings, "en-jfk-stereo")
    heard = base.recognize(audio, language="en-US")
    assert heard.status is Status.SUCCESS
    assert heard.duration == pytest.approx(len(audio) / SAMPLE_RATE)
    best = combine(heard).best
    assert "ask not what your country can do for you" in best.forms.lexical
    assert best.forms.display.endswith(".")
    assert best.confidence > 0.7


def test_words_are_the_display_and_lie_within_the_phrase(
    base: Recognizer, recordings: Path
) -> None:
    heard = base.recognize(read(recordings, "en-hale"), language="en-US")
    for phrase in heard.phrases:
        assert [w.text for w in phrase.best.words] == phrase.best.forms.display.split()
        times = [t for w in phrase.best.words for t in (w.start, w.end)]
        assert times == sorted(times)
        assert phrase.start <= times[0]
        assert times[-1] <= phrase.end <= heard.duration
        assert all(0 < w.confidence < 1 for w in phrase.best.words)


def test_the_n_best_list_differs_in_some_form(base: Recognizer, recordings: Path) -> None:
    heard = base.recognize(read(recordings, "en-accented-1"), language="en-US")
    nbest = combine(heard).nbest
    assert 2 <= len(nbest) <= 5
    assert len({h.forms for h in nbest}) == len(nbest)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("silence", Status.INITIAL_SILENCE),
        ("dial-tone", Status.BABBLE),
        ("noise-room", Status.BABBLE),
    ],
)
def test_no_words_without_speech(
    base: Recognizer, recordings: Path, name: str, status: Status
) -> None:
    heard = base.recognize(read(recordings, name), language="en-US")
    assert (heard.status, heard.phrases) == (status, ())


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5])
def test_next_to_nothing_is_silence(base: Recognizer, seconds: float) -> None:
    audio = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    assert base.recognize(audio, language="en-US").status is Status.INITIAL_SILENCE


@pytest.mark.parametrize("name", ["de-portal", "fr-consulat", "ja-jitsuzai", "ru-number-8k"])
def test_another_language_is_no_match(base: Recognizer, recordings: Path, name: str) -> None:
    heard = base.recognize(read(recordings, name), language="en-US")
    assert heard.status is Status.NO_MATCH
    assert heard.phrases == ()
    assert heard.speech is not None


@pytest.mark.parametrize("name", ["en-accented-1", "en-accented-2", "en-seven-8k", "en-harvard-8k"])
def test_accents_and_telephones_are_matched(base: Recognizer, recordings: Path, name: str) -> None:
    assert base.recognize(read(recordings, name), language="en-US").status is Status.SUCCESS


def test_a_stream_gives_what_the_whole_gives(base: Recognizer, recordings: Path) -> None:
    audio = read(recordings, "en-harvard-8k")
    whole = base.recognize(audio, language="en-US")
    stream = base.stream(language="en-US", words=True)
    for i in range(0, len(audio), 1600):
        stream.feed(audio[i : i + 1600])
    found = stream.finish().result(60).phrases
    assert [(p.start, p.end) for p in found] == [(p.start, p.end) for p in whole.phrases]
    # Batches of other sizes round differently, which may turn a close decision.
    for ours, theirs in zip(found, whole.phrases, strict=True):
        assert alike(ours.best.forms.lexical, theirs.best.forms.lexical)
    stream.cancel()
    assert base.pending == 0


def test_a_long_recording_comes_phrase_by_phrase(base: Recognizer, recordings: Path) -> None:
    once = read(recordings, "en-harvard-8k")
    audio = np.concatenate([once, np.zeros(2 * SAMPLE_RATE, np.float32)] * 3)
    blocks = (audio[i : i + 30 * SAMPLE_RATE] for i in range(0, len(audio), 30 * SAMPLE_RATE))
    phrases = list(base.transcribe(blocks, Options(language="en-US")))
    starts = [p.start for p in phrases]
    assert starts == sorted(starts)
    assert starts[-1] > 70
    assert phrases[-1].end <= len(audio) / SAMPLE_RATE
    text = " ".join(p.best.forms.lexical for p in phrases)
    assert text.count("gold ring") == 3


def test_a_queue_that_is_full_says_so_and_recovers(base_model: Path) -> None:
    recognizer = Recognizer(base_model, layout=LAYOUT, max_pending=1)
    first = recognizer.stream(language="en-US")
    with pytest.raises(QueueFull):
        recognizer.stream(language="en-US")
    first.cancel()
    first.cancel()
    second = recognizer.stream(language="en-US")
    assert second.finish().result(10).status is Status.INITIAL_SILENCE
    assert recognizer.pending == 0
    recognizer.close()


def test_a_cancelled_stream_has_no_result(base: Recognizer, recordings: Path) -> None:
    stream = base.stream(language="en-US")
    stream.feed(read(recordings, "en-hale"))
    pending = stream.finish()
    stream.cancel()
    assert pending.cancelled() or pending.done()
    assert base.pending == 0


@pytest.mark.parametrize("tag", ["en", "xx-XX", ""])
def test_unknown_locales_are_refused(base: Recognizer, tag: str) -> None:
    with pytest.raises(UnsupportedLocale):
        base.stream(language=tag)
    assert base.pending == 0


def test_a_model_of_one_language_refuses_others(tiny_model: Path, recordings: Path) -> None:
    recognizer = Recognizer(tiny_model, layout=LAYOUT)
    with pytest.raises(UnsupportedLocale, match=r"tiny\.en"):
        recognizer.stream(language="de-DE")
    heard = recognizer.recognize(read(recordings, "en-wizard"), language="en-GB")
    assert heard.status is Status.SUCCESS
    recognizer.check()
    recognizer.close()


def mixed(recordings: Path, *names: str) -> np.ndarray:
    """Recordings one after the other, with half a second between."""
    pause = np.zeros(SAMPLE_RATE // 2, np.float32)
    return np.concatenate([part for name in names for part in (read(recordings, name), pause)])


def test_lexical_words_have_times_beside_the_display_words(
    base: Recognizer, recordings: Path
) -> None:
    (phrase,) = base.transcribe([read(recordings, "en-time")], Options(language="en-US"))
    assert [w.text for w in phrase.best.lexical_words] == phrase.best.forms.lexical.split()
    assert [w.text for w in phrase.best.words] == phrase.best.forms.display.split()
    times = [t for w in phrase.best.lexical_words for t in (w.start, w.end)]
    assert times == sorted(times)
    assert phrase.start <= times[0] <= times[-1] <= phrase.end
    assert phrase.language == "en-US"
    assert phrase.speaker is None


def test_without_words_there_are_none(base: Recognizer, recordings: Path) -> None:
    options = Options(language="en-US", words=False)
    (phrase,) = base.transcribe([read(recordings, "en-time")], options)
    assert phrase.best.forms.display
    assert phrase.best.words == phrase.best.lexical_words == ()


def test_a_language_for_each_phrase(base: Recognizer, recordings: Path) -> None:
    audio = mixed(recordings, "de-kerstin", "en-hale", "fr-consulat", "de-portal")
    options = Options(
        candidates=("fr-CA", "en-GB", "en-US", "de-DE", "it-IT"), identification="continuous"
    )
    phrases = list(base.transcribe([audio], options))
    changes = [
        p.language for i, p in enumerate(phrases) if not i or p.language != phrases[i - 1].language
    ]
    assert changes == ["de-DE", "en-GB", "fr-CA", "de-DE"]
    assert [p.start for p in phrases] == sorted(p.start for p in phrases)


@pytest.mark.parametrize(
    ("name", "language"), [("de-kerstin", "de-DE"), ("ja-jitsuzai", "ja-JP"), ("en-hale", "en-US")]
)
def test_one_language_for_the_recording(
    base: Recognizer, recordings: Path, name: str, language: str
) -> None:
    audio = read(recordings, name)
    for candidates in (("en-US", "de-DE", "ja-JP"), ()):
        found = list(base.transcribe([audio], Options(candidates=candidates)))
        assert {p.language for p in found} == {language}
        asked = list(base.transcribe([audio], Options(language=language)))
        assert alike(found[0].best.forms.lexical, asked[0].best.forms.lexical)


def test_speech_in_no_candidate_is_kept_with_little_confidence(
    base: Recognizer, recordings: Path
) -> None:
    audio = read(recordings, "ja-jitsuzai")
    (phrase,) = base.transcribe([audio], Options(candidates=("en-US", "de-DE")))
    assert phrase.language in ("en-US", "de-DE")
    assert phrase.best.confidence < 0.3
    assert list(base.transcribe([audio], Options(language="en-US"))) == []


def test_dictation_and_tags_reach_the_phrases(base: Recognizer, recordings: Path) -> None:
    audio = read(recordings, "en-hale")
    (plain,) = base.transcribe([audio], Options(language="en-US"))
    (bare,) = base.transcribe([audio], Options(language="en-US", punctuation="none"))
    assert plain.best.forms.display.endswith(".")
    assert not set(bare.best.forms.display) & set(".,?!")
    assert bare.best.forms.lexical == plain.best.forms.lexical


def test_candidates_that_a_model_lacks_are_refused_before_anything_is_read(
    tiny_model: Path,
) -> None:
    recognizer = Recognizer(tiny_model, layout=LAYOUT)
    with pytest.raises(UnsupportedLocale, match=r"tiny\.en does not know de-DE"):
        recognizer.transcribe(iter(()), Options(candidates=("en-US", "de-DE")))
    # All that it knows is English: there is nothing to identify.
    assert list(recognizer.transcribe([np.zeros(16_000, np.float32)], Options())) == []
    recognizer.close()


def displayed(recognizer: Recognizer, audio: np.ndarray, phrases: PhraseList | None) -> str:
    options = Options(language="en-US", phrases=phrases)
    return " ".join(p.best.forms.display for p in recognizer.transcribe([audio], options))


def test_a_listed_phrase_is_written_where_it_sounds_like_what_is_said(
    base: Recognizer, recordings: Path
) -> None:
    audio = read(recordings, "en-quilter")
    listed = PhraseList(("Contoso", "Quillter", "Rehaan"))
    assert "Mr. Quillter is the apostle" in displayed(base, audio, listed)
    (phrase,) = base.transcribe([audio], Options(language="en-US", phrases=listed))
    assert phrase.best.forms.lexical.startswith("mister quillter is")
    assert [w.text for w in phrase.best.words] == phrase.best.forms.display.split()


@pytest.mark.parametrize("phrases", [("Contoso", "Rehaan", "gossip girl"), ()])
def test_other_phrases_change_nothing(
    base: Recognizer, recordings: Path, phrases: tuple[str, ...]
) -> None:
    audio = read(recordings, "en-quilter")
    assert displayed(base, audio, PhraseList(phrases)) == displayed(base, audio, None)


def test_a_list_without_weight_is_none(base: Recognizer, recordings: Path) -> None:
    audio = read(recordings, "en-quilter")
    listed = PhraseList(("Quillter",), weight=0.0)
    assert displayed(base, audio, listed) == displayed(base, audio, None)
