"""From the recogniser's text to its four forms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise

from scriba.speech.forms.assembly import Atom, Piece, group_pieces
from scriba.speech.forms.context import Guarded, check
from scriba.speech.forms.engine import ContextEngine, Replacement
from scriba.speech.forms.english.engine import ENGLISH
from scriba.speech.forms.english.lexicon import NON_SPEECH, NON_SPEECH_KINDS
from scriba.speech.forms.english.numbers import NUMERALS
from scriba.speech.forms.english.words import word_set
from scriba.speech.forms.groups import Forms, Group, Profanity, Punctuation
from scriba.speech.forms.masking import mask
from scriba.speech.forms.punctuation import punctuate
from scriba.speech.forms.rules import FormattingRules
from scriba.speech.forms.tokens import APOSTROPHES, Token, holds, lowered, pieces, token
from scriba.speech.forms.unspaced import unspaced_groups
from scriba.speech.language import is_unspaced

_STRONG = frozenset('.?!;:()[]{}…—–"“”«»¿¡|/')
# Capitalised words that begin a sentence; other capitals after "p.m." may be names.
_STARTERS = word_set(
    "the a an and but so then we he she it they you this that these those there here what when "
    "where why how who if my your his her our their in on at after before now yes no please "
    "it's that's we'll he'll she'll they'll let's do does did is are was were can could would "
    "i'll i'm i've"
)


@lru_cache(maxsize=256)
def _engine(locale: str) -> ContextEngine:
    if locale.lower().split("-")[0] == "en":
        return ENGLISH
    # Loading a language's engine takes memory; only the languages in use are loaded.
    from scriba.speech.forms.engines import engine_for

    return Guarded(engine_for(locale))


def _annotation(tokens: Sequence[Token], at: int) -> int:
    """How many tokens a note such as "[music]" or "(laughs)" at `at` takes; 0 for speech."""
    item = tokens[at]
    if not item.lead and item.core:
        return 0
    if not item.core:
        if not item.raw or set(item.raw) - set("♪♫"):
            return 0
        count = _note(tokens, at + 1, item.raw[0])
        return count + 1 if count else 1
    closing = {"[": "]", "(": ")", "*": "*", "♪": "♪", "<": ">"}.get(item.lead[0])
    return _note(tokens, at, closing) if closing else 0


def _note(tokens: Sequence[Token], at: int, closing: str) -> int:
    """How many tokens from `at` tell of sounds up to the `closing` mark; 0 for speech."""
    sounds = False
    for count, item in enumerate(tokens[at : at + 5], 1):
        word = item.core.lower()
        sounds = sounds or word in NON_SPEECH
        if word and word not in NON_SPEECH and word not in NON_SPEECH_KINDS:
            return 0
        if closing in item.trail or (not word and closing in item.raw):
            return count if sounds else 0
    return 0


def _sentence_end(tokens: Sequence[Token], last: int) -> bool:
    """Whether a sentence ends with token `last`, whose dot may be an abbreviation's."""
    if last + 1 >= len(tokens):
        return True
    following = tokens[last + 1]
    return following.capital and following.core.translate(APOSTROPHES).lower() in _STARTERS


def _atoms(tokens: Sequence[Token], engine: ContextEngine) -> list[Atom]:
    atoms: list[Atom] = []
    at = 0
    while at < len(tokens):
        item = tokens[at]
        skipped = _annotation(tokens, at)
        if skipped:
            atoms.append(Atom([], "", at, at + skipped))
            at += skipped
            continue
        found = engine.spoken(tokens, at) if item.core else None
        if found and found.count <= len(tokens) - at:
            last = at + found.count - 1
            core = " ".join(_between(tokens, at, last))
            text = core if found.written is None else found.written
            words = [word for word in found.words if word]
            trail = tokens[last].trail
            if found.written is not None and _closes(core, trail):
                trail = trail[1:]
            lead = item.lead
            if found.written is not None and lead.endswith("(") and ")" in core:
                lead = lead[:-1]
            atom = Atom(words, text, at, last + 1, lead, trail, fixed=True)
            atom.dotted = found.dotted and tokens[last].trail.startswith(".")
            if atom.dotted and _sentence_end(tokens, last):
                atom.ends = True
            atoms.append(atom)
            at = last + 1
            continue
        atoms += _plain(item, at)
        at += 1
    return atoms


def _between(tokens: Sequence[Token], first: int, last: int) -> list[str]:
    """The texts of tokens `first` to `last` without the outer punctuation."""
    if first == last:
        return [tokens[first].core]
    middle = [tokens[at].raw for at in range(first + 1, last)]
    return [
        tokens[first].core + tokens[first].trail,
        *middle,
        tokens[last].lead + tokens[last].core,
    ]


def _closes(core: str, trail: str) -> bool:
    return trail.startswith(")") and "(" in core


def _plain(item: Token, at: int) -> list[Atom]:
    """A token that is said as it is written, one atom for each of its hyphenated words."""
    parts = pieces(item.core)
    if not parts:
        return [Atom([], item.core, at, at + 1, item.lead, item.trail)]
    atoms = []
    for index, (text, glue) in enumerate(parts):
        atom = Atom([lowered(text)], text, at, at + 1)
        atom.glue = glue
        if index == 0:
            atom.lead = item.lead
        if index == len(parts) - 1:
            atom.trail, atom.glue = item.trail, ""
        atoms.append(atom)
    # The source's own apostrophes stay in the display.
    if len(parts) == 1 and len(parts[0][0]) == len(item.core):
        atoms[0].text = item.core
    return atoms


def _break(before: Atom, after: Atom) -> str:
    if before.glue:
        return "" if before.glue in "-\u2010\u2011" else "."
    trail = before.trail
    if before.dotted:
        if before.ends:
            return "."
        trail = trail[1:]
    if trail in ("...", "…") and not after.lead:
        return ","
    marks = set(trail + after.lead)
    if marks & _STRONG:
        return "."
    if "," in marks:
        return ","
    if marks & set("-"):
        return "."
    if (before.fixed and after.number) or (after.number and after.text[0].isalpha()):
        # A written name such as "B2B" is whole: "a B2B company" spells no "AB2B".
        return "|"
    figures = before.number or after.number
    numbers = before.words[-1] in NUMERALS or before.number
    meets = after.words[0] in NUMERALS or after.number
    return "|" if figures and numbers and meets else ""


def _flatten(atoms: Sequence[Atom]) -> tuple[list[str], list[str], list[int]]:
    """The spoken words, the breaks before them, and the atom each belongs to."""
    words: list[str] = []
    breaks: list[str] = []
    owners: list[int] = []
    previous: Atom | None = None
    silent = False
    for index, atom in enumerate(atoms):
        if not atom.words:
            silent = silent or bool(atom.lead + atom.trail)
            continue
        between = "" if previous is None else _break(previous, atom)
        breaks.append("." if silent and previous is not None else between)
        breaks += [""] * (len(atom.words) - 1)
        words += atom.words
        owners += [index] * len(atom.words)
        previous, silent = atom, False
    breaks.append("")
    return words, breaks, owners


def _capitals(atoms: Sequence[Atom], owners: Sequence[int]) -> list[bool] | None:
    """Whether each spoken word had a capital; None for text in one case throughout."""
    text = "".join(atom.text for atom in atoms)
    if text.islower() or text.isupper():
        return None
    return [not atoms[owner].text[:1].islower() for owner in owners]


def _replace(
    atoms: Sequence[Atom],
    owners: Sequence[int],
    replacements: Sequence[Replacement],
    *,
    strict: bool,
) -> list[Piece]:
    """The atoms as pieces of written text, replaced where whole atoms are covered.

    `strict`: figures of the source must come back as they stood; a grammar may read them anew.
    """
    covered: dict[int, tuple[int, str]] = {}
    for item in check(replacements, len(owners)):
        first, last = owners[item.start], owners[item.end - 1]
        whole = (item.start == 0 or owners[item.start - 1] != first) and (
            item.end == len(owners) or owners[item.end] != last
        )
        standing = first == last and atoms[first].fixed
        # "5 or 10 dollars" is "$5 or $10": the sign alone is added to written figures.
        figures = [atom.text for atom in atoms[first : last + 1] if atom.number]
        if strict and not all(holds(item.text, text) for text in figures):
            continue
        if whole and (not standing or item.text[1:] == atoms[first].text):
            covered[first] = (last, _cased(item.text, atoms[first : last + 1]))
    done: list[Piece] = []
    at = 0
    while at < len(atoms):
        if at in covered:
            last, text = covered[at]
            done.append(Piece(atoms[at : last + 1], text, replaced=True))
            at = last + 1
        else:
            done.append(Piece(atoms[at : at + 1], atoms[at].text, replaced=atoms[at].fixed))
            at += 1
    return done


def _cased(text: str, atoms: Sequence[Atom]) -> str:
    """A code of spelled letters as the source wrote them: "B twelve" -> B12."""
    letters = [atom.text for atom in atoms if len(atom.text) == 1 and atom.text.isalpha()]
    spelled = letters and all(letter.isupper() for letter in letters) and text.isalnum()
    shouted = len(letters) < len(atoms) and "".join(atom.text for atom in atoms).isupper()
    return text.upper() if spelled or shouted else text


def _groups(text: str, locale: str) -> list[Group]:
    if is_unspaced(locale):
        engine = _engine(locale)
        return unspaced_groups(text.split(), engine)
    tokens = [token(raw) for raw in text.split()]
    engine = _engine(locale)
    atoms = _atoms(tokens, engine)
    words, breaks, owners = _flatten(atoms)
    found = engine.written(words, breaks, _capitals(atoms, owners))
    replaced = _replace(atoms, owners, found, strict=engine is not ENGLISH)
    return group_pieces(replaced)


def render(
    text: str,
    locale: str,
    profanity: Profanity = "masked",
    punctuation: Punctuation = "automatic",
    rules: FormattingRules | None = None,
) -> Forms:
    """The lexical, ITN, masked ITN and display forms of a recogniser's `text`.

    `profanity` says what happens to profanity in the masked ITN and the display: masked with
    asterisks, removed, in <profanity> tags, or raw. `punctuation` says where that of the display
    comes from (`punctuation.punctuate`). Any text is accepted; an unknown locale changes nothing.
    With automatic punctuation a display always ends as a sentence does: words without a mark at
    their end get a full stop. `rules` are those of a custom model.
    """
    groups = _groups(_ended(text, locale), locale)
    if _engine(locale) is ENGLISH:
        groups = _titled(groups)
    capital = punctuation in ("automatic", "dictatedAndAutomatic")
    if punctuation != "automatic":
        groups = punctuate(groups, locale, punctuation, unspaced=is_unspaced(locale))
    if not rules:
        return mask(groups, locale, profanity, capital=capital)
    groups = rules.apply(groups, locale, _numbers, capitals=capital)
    also = partial(rules.profane, locale=locale)
    return mask(groups, locale, profanity, capital=capital, also=also)


@lru_cache(maxsize=256)
def _numbers(locale: str) -> Mapping[tuple[str, ...], str]:
    """The numbers to a hundred and the hundreds as a locale says them; of English none."""
    engine = _engine(locale)
    if engine is ENGLISH:
        return {}
    said = {}
    for number in [*range(100, 1000, 100), *range(99, -1, -1)]:
        found = engine.spoken([Token("", str(number), "")], 0)
        if found:
            said[tuple(found.words)] = str(number)
    return said


_TITLES = frozenset(("Dr.", "Mr.", "Mrs.", "Ms.", "Prof."))


def _titled(groups: list[Group]) -> list[Group]:
    """The groups with a capital on a name that follows a title."""
    named = groups[:1]
    for before, group in pairwise(groups):
        title = before.display[-1:]
        if title and title[0] in _TITLES and group.display and group.display[0].islower():
            first, *rest = group.display
            group = replace(group, display=(first[0].upper() + first[1:], *rest))
        named.append(group)
    return named


def _ended(text: str, locale: str) -> str:
    """The text with a full stop if it ends without a mark; Thai and its like have none."""
    language = locale.lower().split("-")[0]
    if not text or not text[-1].isalnum() or language in ("th", "lo", "km", "my"):
        return text
    if is_unspaced(locale):
        return text + "。"
    return text + ("।" if language in ("hi", "mr", "ne", "bn", "as", "pa") else ".")


def itn(words: Sequence[str], locale: str) -> str:
    """Spoken words as written text, without punctuation to go by."""
    lowered = [word.lower() for word in words]
    done: list[str] = []
    at = 0
    for item in check(_engine(locale).written(lowered, [""] * (len(lowered) + 1)), len(lowered)):
        done += [*lowered[at : item.start], item.text.rstrip(",")]
        at = item.end
    return " ".join(done + lowered[at:])


def tn(text: str, locale: str) -> str:
    """Written text as spoken lower-case words without punctuation."""
    return mask(_groups(text, locale), locale, "raw").lexical
