"""The output formatting of a model: custom ITN, rewriting, profanity, and tests of them.

    #itn
    JO:\\d00
    #rewrite
    covered 19<TAB>COVID-19
    #profanity
    xyz
    #test
    j o five hundred<TAB>JO:500

Source of the format: Microsoft, "How to prepare display text format training data for custom
speech".
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scriba.speech.forms import custom_itn, wordings
from scriba.speech.forms.automaton import Automaton
from scriba.speech.forms.groups import Group
from scriba.speech.forms.patterns import PatternError, parse
from scriba.speech.forms.tokens import shown
from scriba.speech.forms.wordings import Wordings
from scriba.speech.language import is_unspaced

MAX_LINES = {"itn": 200, "rewrite": 1_000, "profanity": 1_000, "test": 1_000}
"""Lines of each section at most; the format sets no number for tests."""

MAX_PROBLEMS = 10_000
"""Lines that may be wrong before the rest is not read."""

_LONGEST = 500
_HEADING = re.compile(r"#\s*([a-z]+)\s*:?\s*", re.IGNORECASE)
_GRAMMAR = frozenset(".,?、!:;？。，¿¡।؟،")


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """A line of formatting data that is not used: its number, a word for the reason, the reason."""

    line: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleTest:
    """What is said, and how it is to be displayed; `line` is where the test stands."""

    line: int = field(compare=False)
    lexical: str
    display: str


@dataclass(frozen=True)
class FormattingRules:
    """Rules for the display of what is heard; immutable, and safe to use from many threads."""

    itn: tuple[str, ...] = ()
    rewrites: tuple[tuple[str, str], ...] = ()
    profanity: tuple[str, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    patterns: Automaton = field(default_factory=Automaton, compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> "tuple[FormattingRules, list[RuleProblem]]":
        """The rules of a text, and what is wrong with the lines that are left out."""
        return cls.parse_lines(enumerate(text.removeprefix("\ufeff").splitlines(), 1))

    @classmethod
    def parse_lines(
        cls, lines: Iterable[tuple[int, str]]
    ) -> "tuple[FormattingRules, list[RuleProblem]]":
        """The same for numbered lines; after `MAX_PROBLEMS` wrong ones no more are read."""
        reader = _Reader()
        for number, line in lines:
            if len(reader.problems) >= MAX_PROBLEMS:
                reason = f"{MAX_PROBLEMS:,} lines are wrong; the rest is not read"
                reader.problems.append(RuleProblem(number, "TooManyProblems", reason))
                break
            reader.read(number, line.strip())
        return reader.rules(), reader.problems

    def __bool__(self) -> bool:
        return bool(self.itn or self.rewrites or self.profanity)

    def apply(
        self,
        groups: Sequence[Group],
        locale: str,
        numbers: Callable[[str], custom_itn.Numbers],
        *,
        capitals: bool,
    ) -> list[Group]:
        """The groups with custom ITN and rewritten; profanity is left to `profane`.

        `numbers` gives those of a locale, `capitals` says whether a beginning of a sentence has
        one. The ITN form has the custom ITN, the display also what is rewritten.
        """
        done = list(groups)
        unspaced = is_unspaced(locale)
        if len(self.patterns) and unspaced:
            done = custom_itn.in_text(done, self.patterns)
        elif len(self.patterns):
            done = custom_itn.apply(done, self.patterns, locale, numbers(locale))
        if self.rewrites and unspaced:
            return wordings.rewrite_unspaced(done, self._rewrites[True])
        if self.rewrites:
            return wordings.rewrite(done, self._rewrites[False], capitals=capitals)
        return done

    def profane(self, words: Sequence[str], locale: str) -> list[list[tuple[int, int]]]:
        """Where in each of the words the rules see profanity, as half-open spans."""
        if is_unspaced(locale):
            listed = self._profanity[True]
            return [[(one.start, one.end) for one in listed.find_in(word)] for word in words]
        spans: list[list[tuple[int, int]]] = [[] for _ in words]
        for found in self._profanity[False].find(words):
            for at in range(found.start, found.end):
                spans[at] = [_core(words[at])]
        return spans

    @cached_property
    def _rewrites(self) -> dict[bool, Wordings]:
        return {flag: Wordings(self.rewrites, unspaced=flag) for flag in (False, True)}

    @cached_property
    def _profanity(self) -> dict[bool, Wordings]:
        entries = [(phrase, "") for phrase in self.profanity]
        return {flag: Wordings(entries, unspaced=flag) for flag in (False, True)}

    def __str__(self) -> str:
        """The rules as formatting data again."""
        sections = {
            "itn": self.itn,
            "rewrite": ["\t".join(pair) for pair in self.rewrites],
            "profanity": self.profanity,
            "test": [f"{test.lexical}\t{test.display}" for test in self.tests],
        }
        parts = ["\n".join([f"#{name}", *lines, ""]) for name, lines in sections.items() if lines]
        return "".join(parts)


def _core(word: str) -> tuple[int, int]:
    item = shown(word)
    return len(item.lead), len(item.lead) + len(item.core)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[RuleProblem] = []
        self._section = ""
        self._patterns = Automaton()
        self._itn: list[str] = []
        self._rewrites: dict[str, tuple[str, str]] = {}
        self._profanity: dict[str, str] = {}
        self._tests: list[RuleTest] = []

    def rules(self) -> FormattingRules:
        return FormattingRules(
            tuple(self._itn),
            tuple(self._rewrites.values()),
            tuple(self._profanity.values()),
            tuple(self._tests),
            self._patterns,
        )

    def read(self, number: int, line: str) -> None:
        if not line:
            return
        if found := _HEADING.fullmatch(line):
            self._section = found[1].lower()
            if self._section not in MAX_LINES:
                known = ", ".join(f"#{name}" for name in MAX_LINES)
                self._problem(number, "UnknownSection", f"{line!r} is none of {known}")
            return
        if not self._section:
            self._problem(number, "NoSection", "the line stands above the first section (#itn ...)")
        elif self._section not in MAX_LINES:
            self._problem(number, "UnknownSection", f"#{self._section} is no section")
        elif self._count() >= MAX_LINES[self._section]:
            most = f"#{self._section} has at most {MAX_LINES[self._section]:,} lines"
            self._problem(number, "TooManyLines", most)
        elif len(line) > 2 * _LONGEST:
            self._problem(number, "TooLong", f"a line has at most {2 * _LONGEST:,} characters")
        else:
            self._rule(number, line)

    def _count(self) -> int:
        kept = {
            "itn": self._itn,
            "rewrite": self._rewrites,
            "profanity": self._profanity,
            "test": self._tests,
        }
        return len(kept[self._section])

    def _problem(self, number: int, code: str, reason: str) -> None:
        self.problems.append(RuleProblem(number, code, reason))

    def _rule(self, number: int, line: str) -> None:
        match self._section:
            case "itn":
                self._pattern(number, line)
            case "profanity":
                self._phrase(number, line)
            case section:
                left, tab, right = line.partition("\t")
                left, right = left.strip(), right.strip()
                if not tab or not left or not right or "\t" in right:
                    what = (
                        "the old and the new wording"
                        if section == "rewrite"
                        else ("what is said and how it is displayed")
                    )
                    self._problem(number, "InvalidRule", f"expected {what} with one tab between")
                elif section == "rewrite":
                    self._rewrite(number, left, right)
                else:
                    self._tests.append(RuleTest(number, left, right))

    def _pattern(self, number: int, line: str) -> None:
        try:
            if line in self._itn:
                raise PatternError("the same pattern stands there already")
            self._patterns.add(parse(line))
            self._itn.append(line)
        except PatternError as error:
            self._problem(number, "InvalidPattern", str(error))

    def _rewrite(self, number: int, old: str, new: str) -> None:
        bare = _bare(old)
        if not any(map(str.isalnum, bare)):
            self._problem(number, "InvalidRule", "the old wording holds no letter or figure")
        elif bare in self._rewrites:
            self._problem(number, "Duplicate", "the old wording stands there already")
        else:
            self._rewrites[bare] = (old, new)

    def _phrase(self, number: int, phrase: str) -> None:
        bare = _bare(phrase)
        if set(phrase) & _GRAMMAR:
            self._problem(number, "InvalidPhrase", "a phrase has no punctuation")
        elif not any(map(str.isalnum, bare)):
            self._problem(number, "InvalidPhrase", "the phrase holds no letter or figure")
        elif bare in self._profanity:
            self._problem(number, "Duplicate", "the phrase stands there already")
        else:
            self._profanity[bare] = phrase


def _bare(phrase: str) -> str:
    """A phrase as it is compared: its words in any case, without punctuation around them."""
    return " ".join((shown(word).core or word).casefold() for word in phrase.split())
