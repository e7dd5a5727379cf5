"""Word lists, written as text."""


def word_list(text: str) -> list[str]:
    """The words of `text`, in order."""
    return text.split()


def word_set(text: str) -> frozenset[str]:
    """The words of `text`, without order."""
    return frozenset(text.split())
