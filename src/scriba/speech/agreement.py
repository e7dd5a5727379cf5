"""What two decodings of one piece of speech agree on."""

from collections.abc import Sequence

from scriba.speech.engine import TimedWord


def agreed(one: Sequence[TimedWord], other: Sequence[TimedWord]) -> int:
    """How many words two texts have in common from their beginning, but for case and marks."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if plain(a.text) != plain(b.text):
            break
        count += 1
    return count


def plain(text: str) -> str:
    """A word without case and marks."""
    return "".join(char for char in text.lower() if char.isalnum())
