"""How written numbers are read in each language: the words around the digits."""

from dataclasses import dataclass, field, replace

# One, few (2 to 4, where the language counts so), many.
Plural = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The words for the signs of one language.

    `code` is num2words' name of the language, `decimal` the sign before the decimals and `point`
    how it is said; `minutes` and `hours` are said after the two parts of a time of day, `between`
    stands between them. `currencies` are the names by sign; `cents` joins what follows the name,
    which is `cent` where that is said.
    `of` links the parts of a date. `clock`: the word for "o'clock" is also written ("8:30 Uhr").
    `signs` are other signs that are said, `abbreviations` those that end in a dot.
    """

    code: str
    decimal: str
    point: str
    percent: Plural
    minus: str
    currencies: dict[str, Plural] = field(default_factory=dict)
    hours: Plural = ("", "", "")
    between: str = ""
    minutes: Plural = ("", "", "")
    cents: str = ""
    cent: Plural = ("", "", "")
    of: str = ""
    clock: bool = False
    signs: dict[str, str] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)


def _same(word: str) -> Plural:
    return word, word, word


def _two(one: str, many: str) -> Plural:
    return one, many, many


READINGS = {
    "de": Reading(
        "de",
        ",",
        "komma",
        _same("prozent"),
        "minus",
        {"€": _same("euro"), "$": _same("dollar"), "£": _same("pfund"), "CHF": _same("franken")},
        hours=_same("uhr"),
        clock=True,
        signs={"&": "und", "+": "plus", "§": "paragraf"},
        abbreviations={
            "dr.": "doktor",
            "prof.": "professor",
            "nr.": "nummer",
            "ca.": "circa",
            "bzw.": "beziehungsweise",
            "z.b.": "zum beispiel",
            "d.h.": "das heißt",
            "u.a.": "unter anderem",
            "usw.": "und so weiter",
            "evtl.": "eventuell",
        },
    ),
    "fr": Reading(
        "fr",
        ",",
        "virgule",
        _same("pour cent"),
        "moins",
        {
            "€": _two("euro", "euros"),
            "$": _two("dollar", "dollars"),
            "£": _two("livre sterling", "livres sterling"),
        },
        hours=_two("heure", "heures"),
        signs={"&": "et", "+": "plus", "mme": "madame", "mlle": "mademoiselle"},
        abbreviations={
            "m.": "monsieur",
            "mm.": "messieurs",
            "dr.": "docteur",
            "etc.": "et cetera",
        },
    ),
    "es": Reading(
        "es",
        ",",
        "coma",
        _same("por ciento"),
        "menos",
        {
            "€": _two("euro", "euros"),
            "$": _two("dólar", "dólares"),
            "£": _two("libra", "libras"),
        },
        between="y",
        cents="con",
        of="de",
        signs={"&": "y", "+": "más"},
        abbreviations={
            "sr.": "señor",
            "sra.": "señora",
            "srta.": "señorita",
            "dr.": "doctor",
            "dra.": "doctora",
            "ud.": "usted",
            "uds.": "ustedes",
            "etc.": "etcétera",
        },
    ),
    "pt": Reading(
        "pt_BR",
        ",",
        "vírgula",
        _same("por cento"),
        "menos",
        {
            "€": _two("euro", "euros"),
            "R$": _two("real", "reais"),
            "$": _two("dólar", "dólares"),
            "£": _two("libra", "libras"),
        },
        hours=_two("hora", "horas"),
        between="e",
        cents="e",
        cent=_two("centavo", "centavos"),
        of="de",
        signs={"&": "e", "+": "mais"},
        abbreviations={
            "sr.": "senhor",
            "sra.": "senhora",
            "dr.": "doutor",
            "dra.": "doutora",
            "etc.": "et cetera",
        },
    ),
    "it": Reading(
        "it",
        ",",
        "virgola",
        _same("per cento"),
        "meno",
        {
            "€": _same("euro"),
            "$": _two("dollaro", "dollari"),
            "£": _two("sterlina", "sterline"),
        },
        between="e",
        cents="e",
        signs={"&": "e", "+": "più"},
        abbreviations={
            "sig.": "signor",
            "dott.": "dottor",
            "prof.": "professor",
            "ecc.": "eccetera",
        },
    ),
    "ru": Reading(
        "ru",
        ",",
        "",
        ("процент", "процента", "процентов"),
        "минус",
        {
            "₽": ("рубль", "рубля", "рублей"),
            "€": _same("евро"),
            "$": ("доллар", "доллара", "долларов"),
        },
        hours=("час", "часа", "часов"),
        minutes=("минута", "минуты", "минут"),
        signs={"&": "и", "+": "плюс"},
    ),
    "uk": Reading(
        "uk",
        ",",
        "кома",
        ("відсоток", "відсотки", "відсотків"),
        "мінус",
        {"₴": ("гривня", "гривні", "гривень"), "€": _same("євро")},
    ),
    "nl": Reading(
        "nl",
        ",",
        "komma",
        _same("procent"),
        "min",
        {"€": _same("euro"), "$": _same("dollar"), "£": _same("pond")},
        hours=_same("uur"),
        clock=True,
        signs={"&": "en", "+": "plus"},
        abbreviations={
            "dr.": "dokter",
            "dhr.": "de heer",
            "mevr.": "mevrouw",
            "nr.": "nummer",
            "enz.": "enzovoort",
        },
    ),
    "sv": Reading(
        "sv",
        ",",
        "komma",
        _same("procent"),
        "minus",
        {"kr": _two("krona", "kronor"), "€": _same("euro"), "$": _same("dollar")},
        signs={"&": "och", "+": "plus"},
        abbreviations={"nr.": "nummer", "dr.": "doktor"},
    ),
    "da": Reading("da", ",", "komma", _same("procent"), "minus", {"kr": _two("krone", "kroner")}),
    "nb": Reading("no", ",", "komma", _same("prosent"), "minus", {"kr": _two("krone", "kroner")}),
    "pl": Reading(
        "pl",
        ",",
        "przecinek",
        _same("procent"),
        "minus",
        {"zł": ("złoty", "złote", "złotych"), "€": _same("euro")},
    ),
    "cs": Reading("cs", ",", "celá", ("procento", "procenta", "procent"), "minus"),
    "sk": Reading("sk", ",", "celých", ("percento", "percentá", "percent"), "mínus"),
    "fi": Reading(
        "fi", ",", "pilkku", _two("prosentti", "prosenttia"), "miinus", {"€": _two("euro", "euroa")}
    ),
    "hu": Reading("hu", ",", "egész", _same("százalék"), "mínusz", {"Ft": _same("forint")}),
    "ro": Reading("ro", ",", "virgulă", _same("la sută"), "minus", {"€": _same("euro")}),
    "ca": Reading("ca", ",", "coma", _same("per cent"), "menys", {"€": _two("euro", "euros")}),
    "sl": Reading("sl", ",", "celih", _same("odstotkov"), "minus", {"€": _same("evrov")}),
    "sr": Reading("sr", ",", "zapeta", _same("posto"), "minus"),
    "lt": Reading("lt", ",", "kablelis", _same("procentų"), "minus"),
    "lv": Reading("lv", ",", "komats", _same("procenti"), "mīnus"),
    "tr": Reading(
        "tr", ",", "virgül", _same("yüzde"), "eksi", {"₺": _same("lira"), "€": _same("euro")}
    ),
    "id": Reading("id", ",", "koma", _same("persen"), "minus", {"Rp": _same("rupiah")}),
    "he": Reading("he", ".", "נקודה", _same("אחוז"), "מינוס"),
    "fa": Reading("fa", ".", "ممیز", _same("درصد"), "منفی"),
}

_POINT_WORDS = {"de": "punkt", "es": "punto", "it": "punto"}


def reading_for(language: str, point_decimals: bool = False) -> Reading | None:
    """The reading of a language, for places where the point parts the decimals on request."""
    reading = READINGS.get(language)
    if reading is None or not point_decimals:
        return reading
    return replace(reading, decimal=".", point=_POINT_WORDS.get(language, reading.point))
