"""Output formatting: sections, custom ITN, rewriting and profanity in the four forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.forms import render
from scriba.speech.forms.rules import FormattingRules

RULES = r"""
#itn
JO:\d00
\d\d\d-\d\d\d
{zippy>ZPI}-\d\d
(AB|CD)-(\d)+
Space: 1999
#rewrite
covered 19<TAB>COVID-19
gottfried leibniz<TAB>Gottfried Leibniz
ipod<TAB>iPod
we will<TAB>we'll
we will see<TAB>let us wait
acme<TAB>Acme Inc.
#profanity
xyz
abc lmn
#test
j o five hundred<TAB>JO:500
""".replace("<TAB>", "\t")


@pytest.fixture(scope="module")
def rules() -> FormattingRules:
    made, problems = FormattingRules.parse(RULES)
    assert problems == []
    return made


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("cadence one oh five one fifteen", "Cadence 105-115."),
        ("watching space nineteen ninety nine", "Watching Space: 1999."),
        ("We ordered JO 500, today.", "We ordered JO:500, today."),
        ("We ordered J.O. 500 today.", "We ordered JO:500 today."),
        ("we ordered j o five zero zero", "We ordered JO:500."),
        ("jo five double oh", "JO:500."),
        ('He said "jo 500".', 'He said "JO:500".'),
        ("Zippy twenty two", "ZPI-22."),
        ("A B nine or C D twenty two", "AB-9 or CD-22."),
        # A sentence ends between the letters and the figures.
        ("I said jo. 500 people came.", "I said jo. 500 people came."),
        # Figures of a larger number are not taken apart.
        ("1050115 people", "1050115 people."),
        ("We have 105,115 people.", "We have 105,115 people."),
        ("It is 10.5115 exactly.", "It is 10.5115 exactly."),
    ],
)
def test_custom_itn(rules: FormattingRules, text: str, display: str) -> None:
    forms = render(text, "en-US", rules=rules)
    assert forms.display == display
    assert forms.lexical == render(text, "en-US").lexical


def test_custom_itn_is_in_the_itn_forms(rules: FormattingRules) -> None:
    forms = render("order jo five hundred", "en-US", rules=rules)
    assert (forms.itn, forms.masked_itn) == ("order JO:500", "order JO:500")


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("covered nineteen is a virus", "COVID-19 is a virus."),
        ("This is Covered 19, a virus.", "This is COVID-19, a virus."),
        ("my name is gottfried leibniz, you know", "My name is Gottfried Leibniz, you know."),
        ("iPod. Ipod.", "iPod. iPod."),
        ("Is it? We will see. Yes, we will.", "Is it? Let us wait. Yes, we'll."),
        ("I like acme. Do you like acme?", "I like Acme Inc. Do you like Acme Inc.?"),
        ("It is covered. 19 came.", "It is covered. 19 came."),
    ],
)
def test_rewriting(rules: FormattingRules, text: str, display: str) -> None:
    forms = render(text, "en-US", rules=rules)
    assert forms.display == display
    assert forms.itn == render(text, "en-US").itn


@pytest.mark.parametrize(
    ("mode", "display"),
    [
        ("masked", "Mask *** and *** ***."),
        ("removed", "Mask and."),
        (
            "tags",
            "Mask <profanity>xyz</profanity> and <profanity>Abc</profanity> "
            "<profanity>lmn</profanity>.",
        ),
        ("raw", "Mask xyz and Abc lmn."),
    ],
)
def test_profanity(rules: FormattingRules, mode: str, display: str) -> None:
    text = "Mask xyz and Abc lmn."
    assert render(text, "en-US", mode, rules=rules).display == display  # type: ignore[arg-type]


def test_dictated_lines_stay(rules: FormattingRules) -> None:
    text = "We like acme, new line, jo five hundred new line xyz new line acme period."
    forms = render(text, "en-US", "tags", "dictatedAndAutomatic", rules)
    assert forms.display == ("We like Acme Inc.,\nJO:500\n<profanity>Xyz</profanity>\nAcme Inc.")


def test_a_part_of_a_profane_phrase_is_none(rules: FormattingRules) -> None:
    assert render("The abc is fine.", "en-US", rules=rules).display == "The abc is fine."


def test_base_profanity_stays(rules: FormattingRules) -> None:
    assert render("Shit xyz.", "en-US", rules=rules).display == "**** ***."


@pytest.mark.parametrize(
    ("locale", "text", "display"),
    [
        ("de-DE", "Bestellung J O fünfhundert bitte", "Bestellung JO:500 bitte."),
        ("de-DE", "eins null fünf eins eins fünf", "105-115."),
        ("fr-FR", "c d vingt deux", "CD-22."),
        ("es-ES", "zippy veintidós", "ZPI-22."),
    ],
)
def test_numbers_of_other_languages(
    rules: FormattingRules, locale: str, text: str, display: str
) -> None:
    assert render(text, locale, rules=rules).display == display


def test_scripts_without_spaces() -> None:
    text = "#itn\n\\d\\d\\d-\\d\\d\\d\n#rewrite\n苹果\tApple\n#profanity\n好的\n"
    rules, problems = FormattingRules.parse(text)
    assert problems == []
    forms = render("我要订购五百个苹果。好的", "zh-CN", rules=rules)
    assert forms.display == "我要订购500个Apple。**。"
    assert render("东京105115号", "zh-CN", rules=rules).display == "东京105-115号。"
    assert render("东京1051157号", "zh-CN", rules=rules).display == "东京1051157号。"


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("JO:500", 1, "NoSection"),
        ("#other\nx", 1, "UnknownSection"),
        ("#other\nx", 2, "UnknownSection"),
        ("#itn\n(a", 2, "InvalidPattern"),
        ("#itn\na\na", 3, "InvalidPattern"),
        ("#rewrite\na b", 2, "InvalidRule"),
        ("#rewrite\na\tb\tc", 2, "InvalidRule"),
        ("#rewrite\n\tb", 2, "InvalidRule"),
        ("#rewrite\n...\tb", 2, "InvalidRule"),
        ("#rewrite\nA b\tx\na, B\ty", 3, "Duplicate"),
        ("#profanity\na.b", 2, "InvalidPhrase"),
        ("#profanity\n--", 2, "InvalidPhrase"),
        ("#profanity\nx\nX", 3, "Duplicate"),
        ("#test\nno tab", 2, "InvalidRule"),
        ("#rewrite\n" + "x" * 1001 + "\ty", 2, "TooLong"),
        ("#itn\n" + "".join(f"A{n}\n" for n in range(201)), 202, "TooManyLines"),
        ("#profanity\n" + "".join(f"a{n}\n" for n in range(1001)), 1002, "TooManyLines"),
    ],
)
def test_each_line_that_is_wrong_is_named(text: str, line: int, code: str) -> None:
    _, problems = FormattingRules.parse(text)
    assert (line, code) in [(problem.line, problem.code) for problem in problems]


def test_a_file_of_nothing_but_wrong_lines_is_not_read_to_its_end() -> None:
    _, problems = FormattingRules.parse("#test\n" + "no tab\n" * 20_000)
    assert len(problems) == 10_001
    assert problems[-1].code == "TooManyProblems"


def test_rules_are_written_as_they_are_read(rules: FormattingRules) -> None:
    assert FormattingRules.parse(str(rules)) == (rules, [])


def test_two_files_of_rules_are_one(rules: FormattingRules) -> None:
    both, problems = FormattingRules.parse("\ufeff#ITN\r\nMM:760\r\n" + str(rules))
    assert problems == []
    assert render("m m seven sixty", "en-US", rules=both).display == "MM:760."
    assert render("jo six hundred", "en-US", rules=both).display == "JO:600."


_WORDS = (
    "jo J.O. 500 five hundred zippy twenty two, covered 19 19. we will see xyz abc lmn a B "
    "one oh double [music] (laughs) ... - $5 acme"
)
_SAID = st.lists(st.sampled_from(_WORDS.split()), max_size=14).map(" ".join)


@given(_SAID, st.sampled_from(["masked", "removed", "tags", "raw"]))
def test_the_groups_still_cover_the_source(rules: FormattingRules, text: str, mode: str) -> None:
    forms = render(text, "en-US", mode, rules=rules)  # type: ignore[arg-type]
    at = 0
    for group in forms.groups:
        assert group.source[0] == at
        at = group.source[1]
    assert at == len(text.split())
    assert forms.lexical == " ".join(word for group in forms.groups for word in group.lexical)
    assert forms.lexical == render(text, "en-US").lexical
