"""The errors of Scriba: one tree. The first line of a class's docstring is its message."""


class ScribaError(Exception):
    """Something went wrong."""

    def __init__(self, detail: str = "") -> None:
        message = (type(self).__doc__ or "").strip().splitlines()[0]
        super().__init__(f"{message.rstrip('.')}: {detail}" if detail else message)


class AudioError(ScribaError):
    """The audio cannot be used."""


class EmptyAudio(AudioError):
    """No audio data received."""


class UnsupportedAudio(AudioError):
    """Unsupported audio format."""


class NoAudioFrames(AudioError):
    """The audio holds no whole frame."""


class AudioTooLong(AudioError):
    """The audio is longer than this operation accepts."""


class UnsupportedLocale(ScribaError):
    """The language is not supported."""


class QueueFull(ScribaError):
    """The recogniser has as much work as it accepts; try again shortly."""


class ModelError(ScribaError):
    """The model cannot be used."""
