"""Speech that comes with Scriba, to see what training does to what it was not about."""

from pathlib import Path

from scriba.speech.language import locale

_FOLDER = Path(__file__).with_name("data")


def general_speech(tag: str) -> tuple[tuple[Path, Path], ...]:
    """The audio.zip and trans.txt in the language of a locale; () where there are none."""
    name = f"general-{locale(tag).language}"
    pair = (_FOLDER / f"{name}.zip", _FOLDER / f"{name}.txt")
    return (pair,) if all(path.is_file() for path in pair) else ()
