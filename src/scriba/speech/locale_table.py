"""The table of docs/locales.md, made from the code: `python -m scriba.speech.locale_table`."""

from scriba.speech.forms.engines import itn_kind, tn_kind
from scriba.speech.forms.profanity import profanity_for
from scriba.speech.language import Locale, locales


def locale_table() -> str:
    """The locales as a Markdown table, one row each, with what exists for every one of them."""
    rows = [
        "| locale | language | Whisper | script | numbers written (ITN) | read out | profanity |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*rows, *map(_row, locales())]) + "\n"


def _row(one: Locale) -> str:
    english = one.language == "en"
    cells = (
        f"`{one.tag}`",
        one.name,
        f"`{one.whisper}`",
        one.script,
        ("own rules" if english else _ITN[itn_kind(one.tag)]),
        ("own rules" if english else _TN[tn_kind(one.tag)]),
        str(len(profanity_for(one.tag)) or "—"),
    )
    return f"| {' | '.join(cells)} |"


_ITN = {
    "damga": "`damga`",
    "itntext": "`itntext`",
    "characters": "own rules",
    "num2words": "cardinals",
    "": "—",
}
_TN = {"num2words": "`num2words`", "kitten": "`kitten`", "": "—"}

if __name__ == "__main__":
    print(locale_table(), end="")
