import json
import subprocess
import sys
from pathlib import Path

SCRIBA = [sys.executable, "-m", "scriba"]


def _forms(text: bytes, *words: str) -> list[dict[str, str]]:
    done = subprocess.run([*SCRIBA, "forms", *words], input=text, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_a_line_in_is_a_line_out() -> None:
    answers = _forms("five pencils.\n\nzwölf\n\n".encode())
    assert len(answers) == 4
    assert answers[0]["lexical"] == "five pencils"
    assert answers[0]["itn"] == "5 pencils"
    assert answers[0]["display"] == "5 pencils."
    assert all(list(answer) == ["lexical", "itn", "maskedItn", "display"] for answer in answers)
    assert set(answers[1].values()) == {""}


def test_profanity_and_language_are_passed_on() -> None:
    (masked,) = _forms(b"this is shit\n")
    (raw,) = _forms(b"this is shit\n", "--profanity", "raw")
    assert "shit" not in masked["display"]
    assert "shit" in raw["display"]
    (german,) = _forms("fünf Bleistifte\n".encode(), "--language", "de-DE")
    assert german["lexical"] == "fünf bleistifte"


def test_bytes_that_are_not_text_get_an_answer() -> None:
    assert len(_forms(b"\xff\xfe\x00 caf\xe9\nten\n")) == 2


def test_each_line_is_answered_before_the_next_is_sent() -> None:
    with subprocess.Popen([*SCRIBA, "forms"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        for word in ("one", "two"):
            run.stdin.write(f"{word} apples\n".encode())
            run.stdin.flush()
            assert json.loads(run.stdout.readline())["lexical"] == f"{word} apples"
        run.stdin.close()
    assert run.returncode == 0


def test_rules_are_applied_and_what_is_wrong_in_them_is_said(tmp_path: Path) -> None:
    rules = tmp_path / "rules.md"
    rules.write_text("#itn\nJO:\\d00\n(a\n#test\njo one\tJO:100\n", "utf-8")
    done = subprocess.run(
        [*SCRIBA, "forms", "--rules", str(rules)], input=b"j o five hundred\n", capture_output=True
    )
    assert json.loads(done.stdout)["display"] == "JO:500."
    first, second = done.stderr.decode().splitlines()
    assert 'line 3: a "(" is not closed at 3' in first
    assert "line 5: 'jo one' is displayed 'Jo one.', not 'JO:100'" in second


def test_an_unknown_language_is_refused() -> None:
    done = subprocess.run(
        [*SCRIBA, "forms", "--language", "xx-YY"], input=b"", capture_output=True, text=False
    )
    assert done.returncode == 1
    assert b"xx-YY" in done.stderr
