"""What lists and texts change in what is heard, on real recordings."""

from dataclasses import replace
from pathlib import Path

import pytest

from scriba.customization.language import adapt
from scriba.speech import Bundle, PhraseList, Recognizer, decode_file
from scriba.speech.adaptation import Adaptation
from scriba.speech.cpu import Layout
from scriba.speech.engine import Clip
from scriba.speech.whisper import Whisper

LAYOUT = Layout(1, 2, "test")

PROMPTS = """Introduzca su contrasena y oprima gato.
La contrasena es incorrecta.
Su contrasena ha sido cambiada.
Clave incorrecta, intente otra vez.
La extension es incorrecta. Por favor intente de nuevo.
"""


@pytest.fixture(scope="module")
def base(base_model: Path) -> Whisper:
    return Whisper(base_model, LAYOUT)


@pytest.fixture(scope="module")
def learnt(base: Whisper, tmp_path_factory: pytest.TempPathFactory) -> Adaptation:
    target = tmp_path_factory.mktemp("model")
    adapt(base, "es-MX", target, text=PROMPTS)
    found = Adaptation.load(target, locale="es-MX")
    assert found is not None
    return found


def clip(recordings: Path, name: str, language: str) -> Clip:
    return Clip(next(decode_file(recordings / f"{name}.flac")), language)


def test_what_was_read_is_heard(base: Whisper, recordings: Path, learnt: Adaptation) -> None:
    plain = clip(recordings, "es-password-8k", "es")
    before, after = base.transcribe([plain, replace(plain, adaptation=learnt)])
    assert "contrasena" not in before.guesses[0].text.lower()
    assert after.guesses[0].text.lower().startswith("contrasena incorrecta")
    assert " ".join(word.text for word in after.words) == after.guesses[0].text


def test_other_speech_stays_as_it_is(base: Whisper, recordings: Path, learnt: Adaptation) -> None:
    other = replace(learnt, locale="en-US")
    plain = clip(recordings, "en-quilter", "en")
    clips = [plain, replace(plain, adaptation=other), replace(plain, adaptation=learnt)]
    before, after, foreign = base.transcribe(clips)
    assert before.guesses[0] == after.guesses[0] == foreign.guesses[0]


def test_a_listed_phrase_is_heard_and_an_unheard_one_is_not(
    base: Whisper, recordings: Path
) -> None:
    plain = clip(recordings, "en-quilter", "en")
    listed = replace(plain, phrases=PhraseList(("Quilter", "Kwilter", "Zarathustra")))
    (found,) = base.transcribe([listed])
    assert "Quilter" in found.guesses[0].text
    assert "Zarathustra" not in found.guesses[0].text


def test_the_model_expects_what_people_say(base: Whisper) -> None:
    usual, strange, empty = base.expected(["going to the house", "going the to house", ""], "en")
    assert [word for word, _ in usual] == ["going", "to", "the", "house"]
    assert sum(chance for _, chance in usual) > sum(chance for _, chance in strange)
    assert empty == []


def test_a_model_of_ones_own_hears_what_it_has_read(
    base: Whisper, recordings: Path, learnt: Adaptation, tmp_path: Path
) -> None:
    learnt.save(tmp_path)
    Bundle.write(tmp_path, base=base.name, locale="es-MX", weight=30)
    recognizer = Recognizer(base, layout=LAYOUT)
    try:
        audio = clip(recordings, "es-password-8k", "es").audio
        own = recognizer.of(Bundle.read(tmp_path))
        texts = [
            each.recognize(audio, language="es-MX").phrases[0].best.forms.display
            for each in (recognizer, own)
        ]
        assert "contrasena" not in texts[0].lower()
        assert texts[1].startswith("Contrasena incorrecta")
    finally:
        recognizer.close()
