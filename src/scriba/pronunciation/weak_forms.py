"""Small words as they are said within a sentence, without stress, where the dictionary has none."""

_WEAK = """
am: AH0 M
an: AH0 N
and: AH0 N, EH0 N
as: AH0 Z
at: AH0 T
be: B IH0
because: B IH0 K AH0 Z
been: B AH0 N
but: B AH0 T
can: K AH0 N
could: K AH0 D
did: D AH0 D
do: D UH0, D AH0
does: D AH0 Z
for: F ER0
from: F R AH0 M
had: HH AH0 D, AH0 D
has: HH AH0 Z, AH0 Z
have: HH AH0 V, AH0 V
he: IY0
her: HH ER0, ER0
him: HH IH0 M, IH0 M
his: HH IH0 Z, IH0 Z
just: JH AH0 S T, JH IH0 S T
must: M AH0 S T
not: N AH0 T
of: AH0 V, AH0
on: AH0 N
or: ER0
our: AA0 R
shall: SH AH0 L
she: SH IH0
should: SH AH0 D
so: S AH0
some: S AH0 M
than: DH AH0 N
that: DH AH0 T
the: DH AH0, DH IY0
them: DH AH0 M, AH0 M
then: DH AH0 N
there: DH ER0
to: T AH0, T UH0
us: AH0 S
was: W AH0 Z
were: W ER0
what: W AH0 T
will: W AH0 L
with: W IH0 TH, W AH0 DH
would: W AH0 D
you: Y AH0, Y UH0
your: Y ER0
"""


def _read(text: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    rows = (line.split(":") for line in text.strip().splitlines())
    return {word: tuple(tuple(way.split()) for way in ways.split(",")) for word, ways in rows}


WEAK_FORMS: dict[str, tuple[tuple[str, ...], ...]] = _read(_WEAK)
"""Words and their weak forms, the usual one first."""
