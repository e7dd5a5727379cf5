"""E-mail and web addresses as they are spoken: "anna punkt b at beispiel punkt de"."""

from collections.abc import Sequence

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.engines.vocabulary import Vocabulary


def addresses(words: Sequence[str], vocabulary: Vocabulary) -> list[Replacement]:
    """The e-mail and web addresses among spoken `words`, each as one replacement."""
    found: list[Replacement] = []
    for index, word in enumerate(words):
        if found and index < found[-1].end:
            continue
        if list(words[index : index + 3]) == ["w", "w", "w"]:
            end, site = _domain(words, index, vocabulary)
            if site.count(".") > 1:
                found.append(Replacement(index, end, site))
        if word not in vocabulary.at:
            continue
        start, local = _local_part(words, index, vocabulary)
        end, domain = _domain(words, index + 1, vocabulary)
        if local and "." in domain:
            found.append(Replacement(start, end, f"{local}@{domain}"))
    return found


def _local_part(words: Sequence[str], end: int, vocabulary: Vocabulary) -> tuple[int, str]:
    parts: list[str] = []
    start = end
    while start > 0 and _can_be_part(words[start - 1], vocabulary):
        start -= 1
        parts.insert(0, words[start])
        # Only spelled letters go on without a dot between them.
        while start > 0 and len(words[start]) == len(words[start - 1]) == 1:
            start -= 1
            parts.insert(0, words[start])
        if start < 2 or words[start - 1] not in vocabulary.dot:
            break
        start -= 1
        parts.insert(0, ".")
    if parts and parts[0] == ".":
        start, parts = start + 1, parts[1:]
    return start, "".join(parts)


def _domain(words: Sequence[str], start: int, vocabulary: Vocabulary) -> tuple[int, str]:
    parts: list[str] = []
    end = start
    last_whole = start, 0
    while end < len(words) and end - start < 12 and _can_be_part(words[end], vocabulary):
        if parts and parts[-1] != "." and not _spelled_on(words, end, parts):
            break
        parts.append(words[end])
        end += 1
        last_whole = end, len(parts)
        if end < len(words) and words[end] in vocabulary.dot:
            parts.append(".")
            end += 1
    end, length = last_whole
    return end, "".join(parts[:length])


def _spelled_on(words: Sequence[str], index: int, parts: Sequence[str]) -> bool:
    # "g mail": a spelled letter is followed by what it belongs to, but only before the last dot.
    alone = len(parts[-1]) == 1
    return alone and (len(words[index]) == 1 or "." not in parts)


def _can_be_part(word: str, vocabulary: Vocabulary) -> bool:
    return (
        word.isascii()
        and word.replace("-", "").isalnum()
        and word not in vocabulary.dot
        and word not in vocabulary.at
    )
