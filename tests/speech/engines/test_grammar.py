"""Writing spoken numbers with the grammars of nine languages."""

import threading

import pytest

from scriba.speech.forms.engines import grammar
from scriba.speech.forms.engines.grammar import GrammarItn


def written(text: str, tag: str) -> str:
    words = text.split()
    parts, at = [], 0
    for one in GrammarItn(tag).itn(words):
        assert at <= one.start < one.end <= len(words)
        parts += [*words[at : one.start], one.text]
        at = one.end
    return " ".join(parts + words[at:])


WRITTEN = {
    "de-DE": [
        ("das kostet dreiundzwanzig euro", "das kostet 23 €"),
        ("wir kommen um acht uhr dreißig", "wir kommen um 8:30 Uhr"),
        ("am fünfundzwanzigsten juli zweitausendzwölf", "am 25. Juli 2012"),
        ("am fünfundzwanzig juli zweitausendzwölf", "am 25. Juli 2012"),
        ("juli zweitausendzwölf", "juli 2012"),
        ("am ersten januar", "am 1. januar"),
        ("zwei millionen euro", "2 Millionen €"),
        ("drei komma fünf prozent", "3,5 %"),
        ("anna punkt b at beispiel punkt de", "anna.b@beispiel.de"),
        ("fünfundzwanzigtausend einwohner", "25.000 einwohner"),
        ("zwei stunden und zehn minuten", "2 stunden und 10 minuten"),
        ("drei pfund", "3 pfund"),
    ],
    "de-CH": [("drei dollar fünfzig", "3.50 $")],
    "fr-FR": [
        ("ça coûte vingt trois euros", "ça coûte 23 €"),
        ("ça coûte vingt-trois euros", "ça coûte 23 €"),
        ("le vingt-cinq juillet deux mille douze", "le 25 juillet 2012"),
        ("le premier mai", "le 1er mai"),
        ("la troisième fois", "la 3e fois"),
        ("douze mille trois cents euros", "12 300 €"),
        ("vingt-trois livres", "23 livres"),
        ("soixante et onze", "71"),
    ],
    "es-ES": [
        ("cuesta veintitrés euros", "cuesta 23 €"),
        ("cuesta veintitrés dólares", "cuesta 23 $"),
        ("son las ocho y media", "son las 8:30"),
        ("el primero de mayo", "el 1 de mayo"),
        ("w w w punto ejemplo punto com", "www.ejemplo.com"),
        ("diez pesos mexicanos", "10 pesos mexicanos"),
    ],
    "es-MX": [
        ("cuesta veintitrés dólares", "cuesta $23"),
        ("veintinueve dólares cincuenta centavos", "$29.50"),
        ("veinticinco mil personas", "25,000 personas"),
    ],
    "pt-BR": [
        ("custa vinte e três reais", "custa R$ 23"),
        ("primeiro de maio", "1º de maio"),
        ("dois milhões de euros", "2 milhões de euros"),
    ],
    "it-IT": [
        ("sono le otto e mezza", "sono le 8:30"),
        ("il venticinque luglio duemiladodici", "il 25 luglio 2012"),
        ("tre virgola cinque per cento", "3,5%"),
    ],
    "ru-RU": [("двадцать пятого июля две тысячи двенадцатого года", "25 июля 2012 года")],
    "tr-TR": [("yüzde elli", "%50"), ("yirmi üç kişi", "23 kişi")],
    "vi-VN": [("hai mươi ba quyển sách", "23 quyển sách")],
    "id-ID": [("dua puluh ribu rupiah", "20.000 rupiah")],
}

KEPT = {
    "de-DE": "ein haus und eine katze|zum ersten mal|der dritte mann|tausend dank|meine nummer|"
    "er ist einer von uns|ein paar leute|eineinhalb stunden|frau schmidt zum beispiel",
    "fr-FR": "un chat et une maison|la première fois|mille mercis|madame dupont|à midi|"
    "une seconde s'il vous plaît|il fait un quart d'heure de marche|elle est seconde",
    "es-ES": "un gato y una casa|un segundo por favor|mil gracias|uno por uno|la segunda puerta|"
    "usted habla español|el cuarto de baño|"
    "veintitrés euros y tres coma cinco por ciento|entre dos y quince",
    "pt-BR": "um gato e uma casa|um segundo por favor|segunda feira|a primeira vez|"
    "um real problema",
    "it-IT": "un gatto e una casa|un secondo per favore|tu sei bello|mille grazie|il primo giorno",
    "ru-RU": "один кот|я люблю свою семью|ещё раз|в первый раз",
    "tr-TR": "bir kedi|masanın altı|yüz yüze|yemek yedi|bin bir gece",
    "id-ID": "pertama kali|kedua orang|satu kucing",
    "vi-VN": "một con mèo|không một ai biết|năm nay",
}


@pytest.mark.parametrize(
    ("tag", "spoken", "expected"),
    [(tag, *case) for tag, cases in WRITTEN.items() for case in cases],
)
def test_numbers_are_written_as_the_locale_does(tag: str, spoken: str, expected: str) -> None:
    assert written(spoken, tag) == expected


@pytest.mark.parametrize(
    ("tag", "text"), [(tag, text) for tag, texts in KEPT.items() for text in texts.split("|")]
)
def test_words_that_count_nothing_stay(tag: str, text: str) -> None:
    assert written(text, tag) == text


def test_a_grammar_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> str:
        raise RuntimeError

    monkeypatch.setattr("scriba.speech.forms.engines.grammar.rewriter", lambda _: fails)
    # A text of its own: what the grammar once wrote is kept.
    assert written("neunundsiebzig rosen", "de-DE") == "neunundsiebzig rosen"


def test_odd_words_are_harmless() -> None:
    for tag in WRITTEN:
        for text in ('"', "{ } \\ : 23", "a" * 5000, "drei " * 300, "tokens { cardinal }"):
            written(text, tag)


def test_threads_do_not_disturb_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser of itntext holds the state of one call: calls that overlap would mix texts."""
    uncached = grammar._rewritten.__wrapped__
    monkeypatch.setattr("scriba.speech.forms.engines.grammar._rewritten", uncached)
    cases = WRITTEN["de-DE"] * 10
    wrong: list[str] = []

    def work() -> None:
        for spoken, expected in cases:
            found = written(spoken, "de-DE")
            if found != expected:
                wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
