"""Writing numbers spoken in Korean: whole words that are a number, with their unit and particle."""

import re
from collections.abc import Sequence

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.engines.numerals import spelled_digits, value

_SINO = str.maketrans("영공일이삼사오육칠팔구십백천만억조", "零零一二三四五六七八九十百千万亿兆")
_CHINESE = str.maketrans("万亿兆", "만억조")
_NATIVE = {
    "한": 1,
    "두": 2,
    "세": 3,
    "네": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
    "열": 10,
    "열한": 11,
    "열두": 12,
}
_MONTHS = {"유": 6, "시": 10}

_RUN = "[영공일이삼사오육칠팔구십백천만억조]+"
_UNIT = (
    "년|월|일|시|분|초|원|달러|엔|유로|퍼센트|프로|킬로미터|킬로그램|킬로|센티미터|미터|그램|리터|"
    "도|살|세|명|개|번|번째|층|호|페이지|시간|분간|개월|주|배|점|평|톤"
)
_METRIC = (
    "킬로미터|킬로그램|센티미터|밀리미터|미터|그램|톤|리터|볼트|기가바이트|테라바이트|메가바이트"
)
_PARTICLE = (
    "은|는|이|가|을|를|에|에서|에는|의|도|로|으로|와|과|까지|부터|쯤|정도|입니다|이에요|예요|이다|"
    "이고|만|씩|후|전|이라고|라고"
)
_NUMBER = re.compile(f"(마이너스)?({_RUN})(?:점({_RUN}))?({_UNIT})?((?:{_PARTICLE})*)")
_HOUR = re.compile(f"({'|'.join(sorted(_NATIVE, key=len, reverse=True))})시(.*)")
_MONTH = re.compile(f"(유|시|[일이삼사오육칠팔구]|십|십일|십이)월((?:{_PARTICLE})*)")
_DAY = re.compile(f"({_RUN})일((?:{_PARTICLE})*)")
_FRACTION = re.compile(f"(마이너스)?({_RUN})분의({_RUN})((?:{_PARTICLE})*)")
_ORDINAL = re.compile(f"({'|'.join(_NATIVE)})번째((?:{_PARTICLE})*)")
# Units that stand for themselves: after them a number of one character is a number.
_AMOUNT = re.compile(f"(?:원|달러|유로|엔|퍼센트|{_METRIC}|년|월|일)(?:{_PARTICLE})*")
_WRITTEN_UNITS = {"퍼센트": "%", "프로": "%"}


class HangulItn:
    """Inverse text normalisation of Korean, which writes a number and its unit as one word."""

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The words that are a number, alone or with a unit and particles, in figures."""
        found: list[Replacement] = []
        for index, word in enumerate(words):
            following = words[index + 1] if index + 1 < len(words) else ""
            before = found[-1].text if found and found[-1].end == index else ""
            written = _day(word, "월" in before) or _write(word, following)
            if written and written != word:
                found.append(Replacement(index, index + 1, written))
        return found


def _day(word: str, dated: bool) -> str | None:
    """A day of the month, whose last syllable is also the digit one: 육일, 이십오일."""
    found = _DAY.fullmatch(word)
    run = found[1].translate(_SINO) if found else ""
    number = value(run, japanese=True)
    if not found or not number or number > 31 or not (dated or "十" in run):
        return None
    return f"{number}일{found[2]}"


def _write(word: str, following: str) -> str | None:
    if hour := _HOUR.fullmatch(word):
        rest = _write(hour[2], "") if hour[2] else ""
        return f"{_NATIVE[hour[1]]}시{rest or hour[2]}"
    if month := _MONTH.fullmatch(word):
        number = _MONTHS.get(month[1]) or value(month[1].translate(_SINO), japanese=True)
        return f"{number}월{month[2]}"
    if fraction := _FRACTION.fullmatch(word):
        parts = [value(run.translate(_SINO), japanese=True) for run in fraction.group(2, 3)]
        sign = "-" if fraction[1] else ""
        return None if None in parts else f"{sign}{parts[1]}/{parts[0]}{fraction[4]}"
    if ordinal := _ORDINAL.fullmatch(word):
        return f"{_NATIVE[ordinal[1]]}번째{ordinal[2]}"
    for unit in ("년", "월", "시", "분"):
        # "이천십년시월십일": the parts of a date said without a pause.
        head, mark, tail = word.partition(unit)
        if mark and tail and len(head) > 1:
            first = _write(head + mark, "")
            # After a month the last syllable is the day and not one more digit.
            last = (_day(tail, True) if unit == "월" else None) or _write(tail, "")
            if first and last:
                return first + last
    found = _NUMBER.fullmatch(word)
    return _number(found, following) if found else None


def _number(found: re.Match[str], following: str) -> str | None:
    minus, run, tenths, unit, particles = found.groups()
    run = run.translate(_SINO)
    sign = "-" if minus else ""
    if tenths:
        digits, whole = spelled_digits(tenths.translate(_SINO)), value(run, japanese=True)
        if digits is None or whole is None:
            return None
        return f"{sign}{whole}.{digits}{_written(unit)}{particles}"
    read_out = spelled_digits(run)
    if read_out is not None:
        # One Sino-Korean digit is a syllable of countless words, two are "one or two".
        if len(run) > 2 and not particles:
            return f"{sign}{read_out}{_written(unit)}"
        if not (len(run) == 1 and (minus or (not unit and _AMOUNT.fullmatch(following)))):
            return None
        return f"{sign}{read_out}"
    alone = not unit and not _AMOUNT.fullmatch(following)
    if alone and (len(run) == 1 or run == "二万"):
        # 이만 is also "that is all".
        return None
    written = _figures(run)
    if written is None or (len(run) == 1 and unit not in {"원", "퍼센트", "달러"}):
        return None
    return f"{sign}{written.translate(_CHINESE)}{_written(unit)}{particles}"


def _figures(run: str) -> str | None:
    """ "120000" is written 12만, and what has other digits after the 만 in full."""
    if run.startswith("万"):
        # Ten thousand needs no "one" before it; alone the syllable is a particle.
        run = f"一{run}"
    if run[-1] in "万亿兆" and not set("万亿兆") & set(run[:-1]):
        head = value(run[:-1], japanese=True)
        return None if head is None else f"{head}{run[-1]}"
    number = value(run, japanese=True)
    return None if number is None else str(number)


def _written(unit: str | None) -> str:
    return _WRITTEN_UNITS.get(unit or "", unit or "")
