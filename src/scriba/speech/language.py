"""The locales that can be recognised: what Azure lists and Whisper's 99 languages cover."""

from dataclasses import dataclass
from functools import cache

from scriba.errors import UnsupportedLocale


@dataclass(frozen=True, slots=True)
class Locale:
    """A language as spoken in a place.

    `tag` is the BCP 47 tag as Azure writes it, `name` its English name, `whisper` the code of
    Whisper's language token, `script` the ISO 15924 code of the script that its text is displayed
    in, and `spaced` says whether that script puts spaces between words.
    """

    tag: str
    name: str
    whisper: str
    script: str
    spaced: bool

    @property
    def language(self) -> str:
        """The primary language subtag: "nb" of "nb-NO"."""
        return self.tag.split("-", 1)[0]


# One language a line: subtag, Whisper's code, script, English name, regions. Where the two codes
# differ Whisper uses an old code (jw, tl) or a wider one: "no" is trained on Bokmål, and Wu and
# Cantonese are written with the token for Chinese, since models before large-v3 have no other.
_LANGUAGES = """
af af Latn Afrikaans | ZA
am am Ethi Amharic | ET
ar ar Arab Arabic | AE BH DZ EG IL IQ JO KW LB LY MA OM PS QA SA SY TN YE
as as Beng Assamese | IN
az az Latn Azerbaijani | AZ
bg bg Cyrl Bulgarian | BG
bn bn Beng Bengali | IN
bs bs Latn Bosnian | BA
ca ca Latn Catalan | ES
cs cs Latn Czech | CZ
cy cy Latn Welsh | GB
da da Latn Danish | DK
de de Latn German | AT CH DE
el el Grek Greek | GR
en en Latn English | AU CA GB GH HK IE IN KE NG NZ PH SG TZ US ZA
es es Latn Spanish | AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV US UY VE
et et Latn Estonian | EE
eu eu Latn Basque | ES
fa fa Arab Persian | IR
fi fi Latn Finnish | FI
fil tl Latn Filipino | PH
fr fr Latn French | BE CA CH FR
gl gl Latn Galician | ES
gu gu Gujr Gujarati | IN
he he Hebr Hebrew | IL
hi hi Deva Hindi | IN
hr hr Latn Croatian | HR
hu hu Latn Hungarian | HU
hy hy Armn Armenian | AM
id id Latn Indonesian | ID
is is Latn Icelandic | IS
it it Latn Italian | CH IT
ja ja Jpan Japanese | JP
jv jw Latn Javanese | ID
ka ka Geor Georgian | GE
kk kk Cyrl Kazakh | KZ
km km Khmr Khmer | KH
kn kn Knda Kannada | IN
ko ko Kore Korean | KR
lo lo Laoo Lao | LA
lt lt Latn Lithuanian | LT
lv lv Latn Latvian | LV
mk mk Cyrl Macedonian | MK
ml ml Mlym Malayalam | IN
mn mn Cyrl Mongolian | MN
mr mr Deva Marathi | IN
ms ms Latn Malay | MY
mt mt Latn Maltese | MT
my my Mymr Burmese | MM
nb no Latn Norwegian Bokmål | NO
ne ne Deva Nepali | NP
nl nl Latn Dutch | BE NL
pa pa Guru Punjabi | IN
pl pl Latn Polish | PL
ps ps Arab Pashto | AF
pt pt Latn Portuguese | BR PT
ro ro Latn Romanian | RO
ru ru Cyrl Russian | RU
si si Sinh Sinhala | LK
sk sk Latn Slovak | SK
sl sl Latn Slovenian | SI
so so Latn Somali | SO
sq sq Latn Albanian | AL
sr sr Cyrl Serbian | RS
sv sv Latn Swedish | SE
sw sw Latn Swahili | KE TZ
ta ta Taml Tamil | IN
te te Telu Telugu | IN
th th Thai Thai | TH
tr tr Latn Turkish | TR
uk uk Cyrl Ukrainian | UA
ur ur Arab Urdu | IN
uz uz Latn Uzbek | UZ
vi vi Latn Vietnamese | VN
wuu zh Hans Wu Chinese | CN
yue zh Hans Cantonese | CN
zh zh Hans Mandarin Chinese | CN CN-shandong CN-sichuan HK TW
"""

_REGIONS = """
AE United Arab Emirates; AF Afghanistan; AL Albania; AM Armenia; AR Argentina; AT Austria;
AU Australia; AZ Azerbaijan; BA Bosnia and Herzegovina; BE Belgium; BG Bulgaria; BH Bahrain;
BO Bolivia; BR Brazil; CA Canada; CH Switzerland; CL Chile; CN China; CN-shandong Shandong, China;
CN-sichuan Sichuan, China; CO Colombia; CR Costa Rica; CU Cuba; CZ Czechia; DE Germany; DK Denmark;
DO Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia; EG Egypt; ES Spain; ET Ethiopia;
FI Finland; FR France; GB United Kingdom; GE Georgia; GH Ghana; GQ Equatorial Guinea; GR Greece;
GT Guatemala; HK Hong Kong SAR; HN Honduras; HR Croatia; HU Hungary; ID Indonesia; IE Ireland;
IL Israel; IN India; IQ Iraq; IR Iran; IS Iceland; IT Italy; JO Jordan; JP Japan; KE Kenya;
KH Cambodia; KR Korea; KW Kuwait; KZ Kazakhstan; LA Laos; LB Lebanon; LK Sri Lanka; LT Lithuania;
LV Latvia; LY Libya; MA Morocco; MK North Macedonia; MM Myanmar; MN Mongolia; MT Malta; MX Mexico;
MY Malaysia; NG Nigeria; NI Nicaragua; NL Netherlands; NO Norway; NP Nepal; NZ New Zealand;
OM Oman; PA Panama; PE Peru; PH Philippines; PL Poland; PR Puerto Rico; PS Palestinian Authority;
PT Portugal; PY Paraguay; QA Qatar; RO Romania; RS Serbia; RU Russia; SA Saudi Arabia; SE Sweden;
SG Singapore; SI Slovenia; SK Slovakia; SO Somalia; SV El Salvador; SY Syria; TH Thailand;
TN Tunisia; TR Türkiye; TW Taiwan; TZ Tanzania; UA Ukraine; US United States; UY Uruguay;
UZ Uzbekistan; VE Venezuela; VN Vietnam; YE Yemen; ZA South Africa
"""

# What Whisper's token alone does not say: these places read Chinese otherwise than zh-CN does.
_EXCEPTIONS = {
    "zh-HK": ("Chinese (Cantonese, Traditional, Hong Kong SAR)", "Hant"),
    "zh-TW": ("Chinese (Taiwanese Mandarin, Traditional, Taiwan)", "Hant"),
}

_UNSPACED_SCRIPTS = frozenset({"Hans", "Hant", "Jpan", "Khmr", "Laoo", "Mymr", "Thai"})

# Azure recognises these, but Whisper has never been trained on them.
_WITHOUT_MODEL = {"ga-ie": "Irish", "or-in": "Odia", "zu-za": "isiZulu"}


def locale(tag: str) -> Locale:
    """The locale that `tag` ("de-DE", in any case) names; `UnsupportedLocale` for any other."""
    found = _by_tag().get(tag.lower())
    if found is None:
        raise UnsupportedLocale(_complaint(tag))
    return found


def locales() -> list[Locale]:
    """All locales that can be recognised, in the order of their tags."""
    return sorted(_by_tag().values(), key=lambda one: one.tag.lower())


def is_unspaced(tag: str) -> bool:
    """Whether words are written without spaces between them in a language or locale.

    `tag` is "zh", "zh-TW" or any other, in any case; what nobody lists is taken for spaced.
    """
    return tag.lower().split("-")[0] in _unspaced()


def usual(whisper: str) -> Locale | None:
    """The locale to name where only the language was heard; None for one without any locale.

    `whisper` is the code of Whisper's language token.
    """
    return _by_language().get(whisper)


def _complaint(tag: str) -> str:
    shown = repr(tag if len(tag) <= 40 else tag[:40] + "…")
    lowered = tag.lower()
    if lowered in _WITHOUT_MODEL:
        reason = f"{shown}: the model does not know {_WITHOUT_MODEL[lowered]}"
    elif siblings := [one.tag for one in locales() if one.language == lowered.split("-")[0]]:
        best = _USUAL.get(siblings[0].split("-")[0], siblings[0])
        reason = f"{shown} is not a locale that Azure lists for speech to text; try {best!r}"
    else:
        reason = f"{shown} is not a locale that Azure lists for speech to text and the model knows"
    return f"{reason}. docs/locales.md lists all that are supported"


_USUAL = {
    "ar": "ar-EG",
    "de": "de-DE",
    "en": "en-US",
    "es": "es-ES",
    "fr": "fr-FR",
    "it": "it-IT",
    "nl": "nl-NL",
    "pt": "pt-BR",
    "sw": "sw-KE",
    "zh": "zh-CN",
}


@cache
def _by_tag() -> dict[str, Locale]:
    regions = dict(
        entry.strip().split(" ", 1) for entry in " ".join(_REGIONS.split("\n")).split(";")
    )
    table: dict[str, Locale] = {}
    for line in _LANGUAGES.strip().splitlines():
        head, places = line.split(" | ")
        language, whisper, script, name = head.split(" ", 3)
        for place in places.split():
            tag = f"{language}-{place}"
            full, written = _EXCEPTIONS.get(tag, (f"{name} ({regions[place]})", script))
            table[tag.lower()] = Locale(
                tag, full, whisper, written, written not in _UNSPACED_SCRIPTS
            )
    return table


@cache
def _unspaced() -> frozenset[str]:
    return frozenset(one.language for one in locales() if not one.spaced)


@cache
def _by_language() -> dict[str, Locale]:
    table: dict[str, Locale] = {}
    for one in sorted(locales(), key=lambda each: each.tag != _USUAL.get(each.language)):
        table.setdefault(one.whisper, one)
    return table
