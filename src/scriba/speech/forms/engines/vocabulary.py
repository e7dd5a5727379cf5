"""Which words of a language speak of a number, and which only look as if they did."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The number words of one language, lower case.

    `numbers` matches one word (or one part of a hyphenated one) that can only mean a number;
    articles and words with a second meaning are left out of it, so that alone they stay words.
    `scales` matches a word that holds "thousand" or more. `thanks` are the words before which
    "a thousand" is no count. `joiners` are "and" and the decimal signs. `at` and `dot` are how
    e-mail addresses are spoken.
    """

    numbers: re.Pattern[str]
    scales: re.Pattern[str]
    at: frozenset[str]
    dot: frozenset[str]
    joiners: frozenset[str]
    thanks: frozenset[str] = field(default_factory=frozenset)
    months: tuple[str, ...] = ()

    def is_number(self, word: str) -> bool:
        return any(self.numbers.fullmatch(part) for part in word.split("-"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _any(text: str) -> re.Pattern[str]:
    return re.compile("|".join(text.split()))


_GERMAN = (
    "null|eins?|eine|zwei|zwo|drei|vier|fünf|sechs?|sieben|sieb|acht|neun|zehn|elf|zwölf|zwan|und|"
    "ßig|zig|uhr|hundert|tausend|millionen|million|milliarden|milliarde|billionen|billion|billiarden?"
)

VOCABULARIES = {
    "de": Vocabulary(
        # "ein" and "und" begin number words; alone they are an article and a conjunction.
        re.compile(
            rf"(?!(?:eins?|eine|und)$)(?:{_GERMAN})+(?:s?t(?:e[nrsm]?|els?))?"
            r"|halb|viertel|erste[nrsm]?|dritte[nrsm]?|drittel|uhr|cent|komma"
        ),
        re.compile(r".*(?:tausend|milli|billi).*"),
        _words("at ät klammeraffe"),
        _words("punkt"),
        _words("und komma punkt"),
        _words("dank mal"),
        _listed(
            "januar jänner februar märz april mai juni juli august september oktober november "
            "dezember"
        ),
    ),
    "fr": Vocabulary(
        _any(
            "zéro deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
            "seize vingts? trente quarante cinquante soixante septante huitante octante nonante "
            "cents? mille millions? milliards? billions? trillions? \\w+ièmes? tiers quarts? "
            "premier première midi minuit"
        ),
        _any("mille millions? milliards? billions? trillions?"),
        _words("arobase arrobase at"),
        _words("point"),
        _words("et virgule point"),
        _words("mercis excuses fois"),
        _listed(
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
        ),
    ),
    "es": Vocabulary(
        _any(
            "cero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
            "dieci\\w+ veint\\w+ treint\\w+ cuarent\\w+ cincuent\\w+ sesent\\w+ setent\\w+ "
            "ochent\\w+ novent\\w+ cien ciento\\w* \\w+cient[oa]s quinient[oa]s mil mill[oó]n\\w* "
            "bill[oó]n\\w* trill[oó]n\\w* cuatrill[oó]n\\w* primero décim[oa] decimo\\w+ "
            "\\w*[gt][eé]sim[oa]\\w* undécim[oa] duodécim[oa] medi[oa] cuarto eme"
        ),
        _any("mil \\w+ill[oó]n(?:es)?"),
        _words("arroba"),
        _words("punto"),
        _words("y con coma punto"),
        _words("gracias disculpas perdones veces"),
        _listed(
            "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre "
            "noviembre diciembre"
        ),
    ),
    "pt": Vocabulary(
        _any(
            "zero dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze "
            "quatorze quinze dez[ae]\\w+ dezoito vinte trinta quarenta cinquenta sessenta setenta "
            "oitenta noventa cem cento\\w* duzent[oa]s trezent[oa]s \\w+cent[oa]s quinhent[oa]s "
            "mil milh\\w+ bilh\\w+ bili\\w+ trilh\\w+ quatrilh\\w+ primeiro décim[oa] "
            "\\w*[gt]ésim[oa] undécim[oa] meia meio centavos?"
        ),
        _any("mil \\w*[mbtd]r?ilh(?:ão|ões)"),
        _words("arroba"),
        _words("ponto"),
        _words("e com vírgula ponto"),
        _words("obrigados desculpas vezes"),
        _listed(
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
            "dezembro"
        ),
    ),
    "it": Vocabulary(
        re.compile(
            r"zero|due|tre|quattro|cinque|sette|otto|nove|dieci|undici|dodici|tredici|quattordici"
            r"|quindici|sedici|dicias\w+|diciotto|diciannove|(?:vent|trent|quarant|cinquant|sessant"
            r"|settant|ottant|novant)\w*|\w*cento\w*|\w*mil[ae]\w*|mille|milion[ei]|miliard[oi]"
            r"|primo|decimo|\w+esim[oaie]"
        ),
        re.compile(r".*mila.*|mille.*|milion[ei]|miliard[oi]"),
        _words("chiocciola"),
        _words("punto"),
        _words("e virgola punto"),
        _words("grazie scuse volte"),
        _listed(
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
            "dicembre"
        ),
    ),
    "ru": Vocabulary(
        # Without "семью", which is "family" as often as "with seven".
        re.compile(
            r"ноль|нуля|два|две|двух|двум|двумя|три|тр[её]х|тр[её]м|тремя|четыр\w+|пят[ьи]|пятью"
            r"|шест[ьи]|шестью|сем[ьи]|вос[ье]м[ьи]\w*|девят[ьи]\w*|десят\w+|\w+надцат\w+|двадцат\w+"
            r"|тридцат\w+|сорок|сорока|сороков\w+|пятьдесят\w*|пятидесят\w+|шестьдесят\w*"
            r"|шестидесят\w+|семьдесят\w*|семидесят\w+|восьмидесят\w+|девяност\w+|сто|ста|двести"
            r"|триста|четыреста|\w+сот|тысяч\w*|миллион\w*|миллиард\w*|полтора|полторы"
            r"|перв(?:ое|ого)|втор(?:ое|ого)|треть(?:е|его)|четв[её]рт\w+|пят(?:ое|ого)"
            r"|шест(?:ое|ого)|седьм(?:ое|ого)|сот\w+"
        ),
        re.compile(r"тысяч\w*|миллион\w*|миллиард\w*"),
        _words("собака собачка"),
        _words("точка"),
        _words("и целых целая точка запятая"),
    ),
    "tr": Vocabulary(
        # Without altı (also "under"), yedi ("ate"), yüz ("face"), bin ("mount"), kırk ("break"),
        # which count only beside another number.
        re.compile(
            r"sıfır|iki|üç|dört|beş|sekiz|dokuz|on|yirmi|otuz|elli|altmış|yetmiş|seksen|doksan"
            r"|milyon|milyar|trilyon|yüzde|buçuk|çeyrek|birinci|ikinci|üçüncü|dördüncü|beşinci"
            r"|altıncı|yedinci|sekizinci|dokuzuncu|onuncu|yirminci|otuzuncu|yüzüncü|bininci"
        ),
        _any("milyon milyar trilyon"),
        _words("et"),
        _words("nokta"),
        _words("virgül nokta"),
    ),
    "id": Vocabulary(
        _any(
            "nol dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas seratus seribu "
            "belas puluh ratus ribu juta miliar triliun"
        ),
        _any("ribu seribu juta miliar triliun"),
        _words("at"),
        _words("titik"),
        _words("koma titik"),
        _words("terima"),
    ),
    "vi": Vocabulary(
        _any(
            "không hai ba bốn tư lăm sáu bảy tám chín mười mươi mốt trăm nghìn ngàn triệu tỷ tỉ "
            "phẩy phần chấm cộng năm một nhất rưỡi giờ"
        ),
        _any("nghìn ngàn triệu tỷ tỉ"),
        _words("a-còng"),
        _words("chấm"),
        _words("phẩy chấm"),
    ),
}
