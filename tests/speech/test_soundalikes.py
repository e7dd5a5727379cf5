"""Entries that a key is like."""

from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.soundalikes import SIMILAR, Soundalikes
from scriba.speech.sounds import distance, sounds

NAMES = ["Zarathustra", "Kubernetes", "Constantinople", "Catherine", "apomorphine"]
INDEX = Soundalikes.of([sounds(name) for name in NAMES])


def found(text: str) -> list[str]:
    (entries,) = INDEX.find([sounds(text)])
    return [NAMES[entry] for entry, _ in sorted(entries, key=lambda each: each[1])]


def test_what_sounds_alike_is_found() -> None:
    assert found("sarah toostra") == ["Zarathustra"]
    assert found("cube or netties") == ["Kubernetes"]


def test_what_does_not_is_not() -> None:
    assert found("weather forecast") == []
    assert found("") == []


@given(st.lists(st.text("abdeklmnorst5", min_size=1, max_size=8), unique=True, max_size=30))
def test_distances_are_right_and_each_key_finds_itself(keys: list[str]) -> None:
    index = Soundalikes.of(keys)
    for own, (key, entries) in enumerate(zip(keys, index.find(keys), strict=True)):
        for entry, share in entries:
            other = keys[entry]
            assert share <= SIMILAR
            assert abs(share - distance(key, other) / max(len(key), len(other))) < 1e-4
        assert len(key) < 2 or (own, 0.0) in entries
