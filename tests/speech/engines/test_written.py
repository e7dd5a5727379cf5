"""Reading written numbers out, and writing them again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.forms.engines import engine_for
from scriba.speech.forms.engines.readings import READINGS
from scriba.speech.forms.engines.written import read_out, read_pieces


@pytest.mark.parametrize(
    ("language", "span", "spoken"),
    [
        ("de", "23", "dreiundzwanzig"),
        ("de", "8:30", "acht dreißig"),
        ("de", "8:30 Uhr", "acht uhr dreißig"),
        ("de", "23,50 €", "dreiundzwanzig euro fünfzig"),
        ("de", "25.07.2012", "fünfundzwanzigster juli zweitausendzwölf"),
        ("de", "25.", "fünfundzwanzigsten"),
        ("de", "Dr.", "doktor"),
        ("de", "-5", "minus fünf"),
        ("de", "0176", "null eins sieben sechs"),
        ("de", "anna@beispiel.de", "anna at beispiel punkt de"),
        ("fr", "8h30", "huit heures trente"),
        ("fr", "10 000", "dix mille"),
        ("fr", "3e", "troisième"),
        ("es", "$23", "veintitrés dólares"),
        ("pt", "R$ 23,50", "vinte e três reais e cinquenta centavos"),
        ("it", "23", "ventitré"),
        ("pt", "R$ 0,20", "vinte centavos"),
        ("pt", "2 h", "duas horas"),
        ("it", "3,14", "tre virgola quattordici"),
        ("it", "www.nvidia.com", "w w w punto nvidia punto com"),
        ("ru", "5%", "пять процентов"),
        ("ru", "3,5%", "три целых пять десятых процента"),
        ("tr", "%50", "yüzde elli"),
        ("sv", "23 kr", "tjugotre kronor"),
        ("da", "2012", "to tusind og tolv"),
    ],
)
def test_spans_are_read_out(language: str, span: str, spoken: str) -> None:
    words = read_out(span, language)
    assert words is not None
    assert " ".join(words) == spoken


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("de-DE", "23"),
        ("de-DE", "1998"),
        ("de-DE", "8:30 Uhr"),
        ("de-DE", "23,50 €"),
        ("de-DE", "12.500 €"),
        ("de-DE", "3,5 %"),
        ("fr-FR", "99"),
        ("fr-FR", "71"),
        ("fr-FR", "12 300"),
        ("fr-FR", "8 h 30"),
        ("fr-FR", "23,50 €"),
        ("es-ES", "23 €"),
        ("es-ES", "10.000"),
        ("pt-BR", "R$ 23,50"),
        ("pt-BR", "3,5%"),
        ("it-IT", "1998"),
        ("it-IT", "3,5%"),
        ("it-IT", "3,14"),
        ("fr-FR", "3,14"),
        ("it-IT", "www.nvidia.com"),
        ("de-DE", "anna@beispiel.de"),
        ("ru-RU", "8:30"),
        ("tr-TR", "%3,5"),
        ("id-ID", "2020"),
        ("nl-NL", "45.678"),
        ("ja-JP", "123"),
        ("zh-CN", "12345"),
        ("ko-KR", "123"),
    ],
)
def test_what_is_read_out_is_written_the_same_way(locale: str, text: str) -> None:
    engine = engine_for(locale)
    assert engine is not None
    words = engine.tn(text)
    assert words is not None
    assert not any(character.isdigit() for character in "".join(words))
    (one,) = engine.itn(words)
    assert (one.start, one.end, one.text) == (0, len(words), text)


def test_what_is_no_number_is_read_piece_by_piece() -> None:
    assert read_pieces("B12", "de") == ["b", "zwölf"]
    assert read_pieces("Haus", "de") is None


@pytest.mark.parametrize(
    ("locale", "span", "spoken"),
    [
        ("de-DE", "2003-03-02", "zweiter märz zweitausenddrei"),
        ("de-DE", "200 km/h", "zweihundert kilometer pro stunde"),
        ("es-ES", "3.ª", "tercera"),
        ("es-ES", "1 €", "un euro"),
        ("pt-BR", "5 km", "cinco quilômetros"),
    ],
)
def test_grammars_read_the_rest(locale: str, span: str, spoken: str) -> None:
    engine = engine_for(locale)
    assert engine is not None
    assert engine.tn(span) == spoken.split()


def test_the_sign_of_the_decimals_is_the_place_s() -> None:
    assert read_out("1,500", "es", point_decimals=True) == ["mil", "quinientos"]
    spoken = read_out("3.5%", "es", point_decimals=True)
    assert spoken is not None
    assert " ".join(spoken) == "tres punto cinco por ciento"
    assert read_out("1,500.50", "es") == ["mil", "quinientos", "coma", "cinco", "cero"]
    assert read_out("1.500", "es") == ["mil", "quinientos"]


def test_what_is_said_as_written_is_none() -> None:
    assert read_out("haus", "de") is None
    assert read_out("Haus.", "de") is None
    assert read_out("", "de") is None
    assert read_out("23", "xx") is None


@given(st.sampled_from(sorted(READINGS)), st.text(max_size=80))
def test_any_text_is_harmless(language: str, span: str) -> None:
    words = read_out(span, language)
    assert words is None or all(words)


@given(st.sampled_from(sorted(READINGS)), st.from_regex(r"[-€$%]?[0-9., :/h]{1,70}[€%]?"))
def test_any_run_of_digits_is_harmless(language: str, span: str) -> None:
    words = read_out(span, language)
    assert words is None or all(words)
