"""Output formatting data: rules and their tests, at the import."""

from pathlib import Path

from scriba.customization import formatting_data
from scriba.customization.imported import Findings
from scriba.speech.forms.rules import FormattingRules

DATA = r"""
#itn
JO:\d00
(open
#rewrite
covered 19<TAB>COVID-19
no tab
#profanity
xyz
#test
j o five hundred<TAB>JO:500
covered nineteen is a virus<TAB>COVID-19 is a virus
we see acme<TAB>We see ACME
mask xyz<TAB>mask ***
""".replace("<TAB>", "\t")


def _accept(tmp_path: Path, text: bytes, locale: str = "en-US") -> tuple[str, Findings]:
    source, target, findings = tmp_path / "in", tmp_path / "out", Findings()
    source.write_bytes(text)
    formatting_data.accept(source, target, locale, findings, lambda: None)
    return target.read_text("utf-8"), findings


def test_what_is_wrong_is_named_and_failed_tests_say_what_came_out(tmp_path: Path) -> None:
    text, findings = _accept(tmp_path, DATA.encode("utf-8-sig"))
    assert [(item.line, item.code) for item in findings.rejections] == [
        (4, "InvalidPattern"),
        (7, "InvalidRule"),
        (13, "TestFailed"),
    ]
    assert findings.accepted == 6
    reason = "'we see acme' is displayed 'We see acme.', not 'We see ACME'"
    assert findings.rejections[2].reason == reason
    rules, problems = FormattingRules.parse(text)
    assert problems == []
    assert (rules.itn, rules.profanity) == (("JO:\\d00",), ("xyz",))


def test_a_line_that_cannot_be_decoded(tmp_path: Path) -> None:
    _, findings = _accept(tmp_path, b"#profanity\nfoo\n\xe4b\n")
    assert [(item.line, item.code) for item in findings.rejections] == [(3, "NoUtf8WithBom")]
    assert findings.accepted == 1


def test_tests_are_run_in_the_language_of_the_data(tmp_path: Path) -> None:
    text = "#itn\nJO:\\d00\n#test\nj o fünfhundert\tJO:500\n".encode()
    assert _accept(tmp_path, text, "de-DE")[1].rejected == 0
    assert _accept(tmp_path, text, "en-US")[1].codes == {"TestFailed": 1}


def test_rules_of_several_datasets_are_one_and_what_is_too_much_is_said() -> None:
    first = "#itn\n" + "".join(f"A{i:03}\n" for i in range(150)) + "#profanity\nxyz\n"
    second = "#itn\n" + "".join(f"B{i:03}\n" for i in range(80)) + "A001\n#rewrite\none\t1\n"
    third = "#rewrite\nONE\t2\ntwo\t2\n#profanity\nxyz\nabc\n#test\none\t1\n"
    rules, left_out = formatting_data.joined([first, second, third])
    assert len(rules.itn) == len(rules.patterns) == 200
    assert rules.itn[-1] == "B049"
    assert rules.rewrites == (("one", "1"), ("two", "2"))
    assert rules.profanity == ("xyz", "abc")
    assert len(rules.tests) == 1
    assert left_out == [
        "of #itn 30 left out: #itn has at most 200 lines",
        "of #rewrite 1 left out: the old wording stands there already",
    ]


def test_very_many_datasets_lose_nothing_but_what_is_too_much() -> None:
    texts = ["#rewrite\n" + "".join(f"old {n} {i}\tnew\n" for i in range(1000)) for n in range(13)]
    rules, left_out = formatting_data.joined([*texts, "#profanity\nxyz\n"])
    assert (len(rules.rewrites), rules.profanity) == (1000, ("xyz",))
    assert left_out == ["of #rewrite 12,000 left out: #rewrite has at most 1,000 lines"]
