"""The forms of sentences in other languages than English."""

import unicodedata

import pytest

from scriba.speech.forms import render
from scriba.speech.forms.engines import tn_kind
from scriba.speech.language import locales

# Locale, text, lexical, display.
SENTENCES = [
    (
        "de-DE",
        "Der Zug fährt um 9:20 Uhr.",
        "der zug fährt um neun uhr zwanzig",
        "Der Zug fährt um 9:20 Uhr.",
    ),
    (
        "de-DE",
        "Am 3. Oktober 1994, im 20. Jahrhundert.",
        "am dritten oktober neunzehnhundertvierundneunzig im zwanzigsten jahrhundert",
        "Am 3. Oktober 1994, im 20. Jahrhundert.",
    ),
    (
        "de-DE",
        "Er ist 30. Dann ging er.",
        "er ist dreißig dann ging er",
        "Er ist 30. Dann ging er.",
    ),
    (
        "de-DE",
        "Das kostet 12,50 Euro, 1 Stunde für 3 km.",
        "das kostet zwölf euro fünfzig eine stunde für drei kilometer",
        "Das kostet 12,50 €, 1 Stunde für 3 km.",
    ),
    (
        "de-DE",
        "Die 70er kosteten 3 Mio. Euro, z.B. hier.",
        "die siebziger kosteten drei millionen euro zum beispiel hier",
        "Die 70er kosteten 3 Mio. Euro, z.B. hier.",
    ),
    (
        "fr-FR",
        "Le train de 7 h 15 roule à 200 km/h.",
        "le train de sept heures quinze roule à deux cents kilomètres heure",
        "Le train de 7 h 15 roule à 200 km/h.",
    ),
    (
        "fr-FR",
        "Mme Roy est née au XXe siècle, 5-6 ans après.",
        "madame roy est née au vingtième siècle cinq à six ans après",
        "Mme Roy est née au XXe siècle, 5-6 ans après.",
    ),
    (
        "fr-FR",
        "Appelez le +33 6 98 76 54 32.",
        "appelez le plus trente trois six quatre vingt dix huit soixante seize cinquante quatre "
        "trente deux",
        "Appelez le +33 6 98 76 54 32.",
    ),
    (
        "es-ES",
        "El 1 de abril, 31 años, 1 hora y 200 casas.",
        "el primero de abril treinta y un años una hora y doscientas casas",
        "El 1 de abril, 31 años, 1 hora y 200 casas.",
    ),
    (
        "es-ES",
        "Llame al 600 111 222 en el siglo XXI.",
        "llame al seis cero cero uno uno uno dos dos dos en el siglo veintiuno",
        "Llame al 600 111 222 en el siglo XXI.",
    ),
    (
        "es-MX",
        "Presione 1 para oír 1 grabación o 1 nota.",
        "presione uno para oír una grabación o una nota",
        "Presione 1 para oír 1 grabación o 1 nota.",
    ),
    (
        "it-IT",
        "Premere 1 per 1 ora, 1 casa.",
        "premere uno per un'ora una casa",
        "Premere 1 per 1 ora, 1 casa.",
    ),
    (
        "de-DE",
        "Drücken Sie 1 für 1 Minute, 1 Tag.",
        "drücken sie eins für eine minute ein tag",
        "Drücken Sie 1 für 1 Minute, 1 Tag.",
    ),
    ("es-MX", "Son $30.", "son treinta pesos", "Son $30."),
    ("es-PR", "Son $30.", "son treinta dólares", "Son $30."),
    (
        "it-IT",
        "Alle nove e quaranta, ventun gradi, il 1 giugno.",
        "alle nove e quaranta ventun gradi il primo giugno",
        "Alle 9:40, 21 gradi, il 1 giugno.",
    ),
    (
        "it-IT",
        "Due virgola tre per cento di tremila euro.",
        "due virgola tre per cento di tremila euro",
        "2,3% di 3.000 euro.",
    ),
    (
        "pt-BR",
        "São 2 horas, 8% de R$ 3,5 milhões.",
        "são duas horas oito por cento de três vírgula cinco milhões de reais",
        "São 2 horas, 8% de R$ 3,5 milhões.",
    ),
    (
        "pt-BR",
        "Escreva para oi@teste.com.br ou veja www.teste.com.br.",
        "escreva para oi arroba teste ponto com ponto br ou veja w w w ponto teste ponto com "
        "ponto br",
        "Escreva para oi@teste.com.br ou veja www.teste.com.br.",
    ),
    ("tr-TR", "Bu %8 demek.", "bu yüzde sekiz demek", "Bu %8 demek."),
    ("ja-JP", "2,300円は40%です。", "二千三百円は四十パーセントです", "2,300円は40%です。"),
    ("zh-CN", "价格2,300元。", "价格两千三百元", "价格2,300元。"),
]


@pytest.mark.parametrize(("tag", "text", "lexical", "display"), SENTENCES)
def test_forms(tag: str, text: str, lexical: str, display: str) -> None:
    forms = render(text, tag)
    assert (forms.lexical, forms.display) == (lexical, display)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("fr-FR", "C'est 3 millions €."),
        ("pt-BR", "Custa R$ 3 mil."),
        ("de-DE", "Es endete 3:1 vor 1.250 Leuten."),
        ("it-IT", "Costa €20, circa 1.500 metri."),
        ("es-MX", "Cuesta $1,500.50 pesos."),
        ("sv-SE", "Jag har 25 äpplen för 100 kr."),
    ],
)
def test_figures_of_the_source_keep_their_digits(tag: str, text: str) -> None:
    shown = render(text, tag).display
    source = "".join(char for char in text if char.isdigit())
    assert "".join(char for char in shown if char.isdigit()) == source


WRITTEN = (
    "5 25 105 1990 12345 1.234 1,234.56 3,5 0,05 -7 5% 12,5_% €5 5_€ $20 19,99_€ 8:30 8h30 17:45 "
    "25.12.2023 25/12/2023 2º 1er 21st 1/2 ½ 5_km 20_°C 100_km/h 06_12_34_56_78 +49_176_1234567 "
    "555-1234 10-15 3:1 B12 10.0.0.1 007 2+2=4 5_&_6 ٢٥ २५"
)
READ = sorted({one.tag.split("-")[0] for one in locales() if tn_kind(one.tag)})


@pytest.mark.parametrize("language", READ)
def test_a_lexical_form_holds_no_figures(language: str) -> None:
    tag = next(one.tag for one in locales() if one.tag.split("-")[0] == language)
    for text in WRITTEN.replace("_", "\u00a0").split(" "):
        for char in render(f"x {text} y", tag).lexical:
            assert not char.isnumeric() or unicodedata.category(char) == "Lo", text
            assert unicodedata.category(char)[0] not in "SPC" or char in "'\u200c", text
