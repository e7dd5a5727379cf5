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
