"""Punctuation that is dictated: "hello comma how are you question mark"."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scriba.speech.forms.english.words import word_set
from scriba.speech.forms.groups import Group

SENTENCE_ENDS = (".", "?", "!", "\n", "\n\n")
BREAKS = ("\n", "\n\n")
OPENING = ("“", "(")


@dataclass(frozen=True, slots=True)
class Mark:
    """Groups `first` to `last` (half-open) say the punctuation `text`.

    `plain` says that the words hardly mean anything else where they stand.
    """

    first: int
    last: int
    text: str
    plain: bool


# Commands of several words are seldom said otherwise; those of one word often are.
_COMMANDS = {
    "en": """
        , comma
        . period | full stop
        ? question mark
        ! exclamation mark | exclamation point
        : colon
        ; semicolon | semi colon
        \\n new line | newline
        \\p new paragraph
        “ open quote | open quotes
        ” close quote | close quotes | end quote | unquote
        ( open parenthesis | open parentheses
        ) close parenthesis | close parentheses
    """,
    "de": """
        , komma
        . punkt
        ? fragezeichen
        ! ausrufezeichen
        : doppelpunkt
        ; semikolon | strichpunkt
        \\n neue zeile
        \\p neuer absatz
    """,
    "fr": """
        , virgule
        . point | point final
        ? point d'interrogation
        ! point d'exclamation
        : deux points
        ; point virgule
        \\n à la ligne | nouvelle ligne
        \\p nouveau paragraphe
    """,
    "es": """
        , coma
        . punto | punto final | punto y seguido
        ? signo de interrogación | cierra interrogación | cerrar interrogación
        ! signo de exclamación | cierra exclamación | cerrar exclamación
        : dos puntos
        ; punto y coma
        \\n nueva línea
        \\p nuevo párrafo | punto y aparte
    """,
    "it": """
        , virgola
        . punto | punto fermo
        ? punto interrogativo
        ! punto esclamativo
        : due punti
        ; punto e virgola
        \\n nuova riga | a capo
        \\p nuovo paragrafo
    """,
    "pt": """
        , vírgula
        . ponto | ponto final
        ? ponto de interrogação
        ! ponto de exclamação
        : dois pontos
        ; ponto e vírgula
        \\n nova linha
        \\p novo parágrafo
    """,
}
_COMMON = (".", ":")
"""Marks whose names are common nouns as well: a period, a colon."""

_BREAKS = {"\\n": "\n", "\\p": "\n\n"}

# Before the name of a mark these make it a noun: "use a comma", "colon and semicolon".
_NOUN_BEFORE = word_set(
    "a an the this that these those no any each every some which what another and or of with "
    "without called his her its my your our their missing first second third last next "
    "ein eine einen einem einer der die das den dem des kein keine jeder jedes dieser dieses und "
    "oder mit ohne am zum im "
    "le la les l' un une des du ce cet cette chaque et ou avec sans au aucun quel "
    "el los las una uno del al este esta cada y o con sin ningún qué "
    "il lo i gli uno della dello questo quel ogni e con senza nessun "
    "o os um uma do da no na este cada ou com sem nenhum"
)
# After it these go on about it: "a comma is ...", "period of time".
_NOUN_AFTER = word_set(
    "is was are were means of goes has splice key sign symbol character separated "
    "ist war ist's wird est était sont es era son è era sono é era são de da do del d'"
)


@lru_cache(maxsize=64)
def _commands(language: str) -> dict[tuple[str, ...], str]:
    found = {}
    for line in _COMMANDS.get(language, "").split("\n"):
        sign, _, names = line.strip().partition(" ")
        for name in names.split("|"):
            if name.strip():
                found[tuple(name.split())] = _BREAKS.get(sign, sign)
    return found


def dictated(groups: Sequence[Group], locale: str, *, asked: bool) -> list[Mark]:
    """The marks that are dictated in `groups`.

    Where dictation was `asked` for, each name of a mark that is not used as a noun is one. Else
    only where it plainly is dictation: a phrase with two such names or more, or one of several
    words ("question mark") at the end of the phrase or set apart by pauses.
    """
    marks = _named(groups, locale.lower().split("-")[0], asked=asked)
    if asked or len(marks) > 1 or any(mark.plain for mark in marks):
        return marks
    return []


def _named(groups: Sequence[Group], language: str, *, asked: bool) -> list[Mark]:
    commands = _commands(language)
    longest = max(map(len, commands), default=0)
    marks: list[Mark] = []
    at = 0
    while at < len(groups):
        for count in range(min(longest, len(groups) - at), 0, -1):
            words = tuple(word for group in groups[at : at + count] for word in group.lexical)
            sign = commands.get(words)
            after_mark = marks[-1].text if marks and marks[-1].last == at else ""
            if sign and _is_mark(groups, (at, at + count), sign, after_mark):
                if not asked and sign in _COMMON and not _may_end(groups, at + count, commands):
                    continue
                plain = len(words) > 1 and _apart(groups, at, count)
                marks.append(Mark(at, at + count, sign, plain))
                at += count - 1
                break
        at += 1
    return marks


def _is_mark(groups: Sequence[Group], span: tuple[int, int], sign: str, after_mark: str) -> bool:
    """Whether words that name a mark are no noun, from the words before and after them."""
    first, last = span
    before = groups[first - 1].lexical[-1:] if first else ()
    after = groups[last].lexical[:1] if last < len(groups) else ()
    if after_mark and sign not in BREAKS + OPENING and after_mark not in ("”", ")"):
        return False
    if not after_mark and before and before[0] in _NOUN_BEFORE:
        return False
    if after and after[0] in _NOUN_AFTER:
        return False
    return not (before and after and _has_figure(groups[first - 1]) and _has_figure(groups[last]))


def _may_end(groups: Sequence[Group], last: int, commands: dict[tuple[str, ...], str]) -> bool:
    """Whether a sentence may end before group `last`: its first word has a capital, or none can."""
    if last == len(groups) or _ends("".join(groups[last - 1].display[-1:])):
        return True
    shown = "".join(groups[last].display[:1])
    return not shown[:1].islower() or any(groups[last].lexical == words[:1] for words in commands)


def _apart(groups: Sequence[Group], at: int, count: int) -> bool:
    """Whether the recogniser set the words apart, or the phrase ends with them."""
    before = [word for group in groups[max(0, at - 2) : at] for word in group.lexical]
    if not before or not _NOUN_BEFORE.isdisjoint(before[-2:]):
        return False
    set_off = "".join(groups[at - 1].display[-1:]), "".join(groups[at + count - 1].display[-1:])
    return at + count == len(groups) or all(map(_ends, set_off))


def _ends(word: str) -> bool:
    return word.endswith((".", ",", ";", ":", "?", "!"))


def _has_figure(group: Group) -> bool:
    return any(char.isdigit() for word in group.itn for char in word)
