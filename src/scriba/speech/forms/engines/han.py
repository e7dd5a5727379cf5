"""Writing numbers spoken in Chinese or Japanese, whose numerals are characters inside the text."""

import re
from collections.abc import Callable, Sequence

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.engines.numerals import CHARACTERS, figures, spelled_digits, value

# A run of numeral characters is taken whole: a part of one is never a number.
_RUN = f"(?<![{CHARACTERS}])([{CHARACTERS}]+)(?![{CHARACTERS}])"
_MINUS = "(负|負|マイナス)?"

_CHINESE_UNITS = (
    "公里|千米|公斤|千克|厘米|毫米|米|吨|度|岁|歲|元|块钱|塊錢|美元|欧元|歐元|英镑|英鎊|日元|"
    "小时|小時|分钟|分鐘|秒|倍|%|年(?!级|級)|号|號|点|點"
)
_JAPANESE_UNITS = (
    "円|年|日|時|秒|歳|才|階|号|番目|回|個|台|冊|枚|キロ|メートル|センチ|ミリ|グラム|"
    "パーセント|%|度|倍|点|ドル|ユーロ|人目|ヶ月|か月|カ月|週間|時間|分間"
)
# Numerals inside words that count nothing.
_CHINESE_WORDS = (
    f"(?<![{CHARACTERS}点點])十分(?!钟|鐘|之)|"
    "十足|十字|十全十美|十有八九|十之八九|百分百|七七八八|五十步笑百步|千千万万"
)
_JAPANESE_WORDS = (
    f"(?<![{CHARACTERS}時午])十分(?!間|前|後|の|過|ほど)|"
    "八百屋|八百長|十字|百合|千葉|六本木|十人十色|九十九里|一時的|一番"
)

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


class HanItn:
    """Inverse text normalisation of Chinese or Japanese, word by word of `text.split()`."""

    def __init__(self, japanese: bool) -> None:
        self._japanese = japanese
        self._rules = _japanese_rules() if japanese else _chinese_rules()
        self._words = re.compile(_JAPANESE_WORDS if japanese else _CHINESE_WORDS)

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The words with numbers in figures. A number never reaches across a space."""
        return [
            Replacement(index, index + 1, written)
            for index, word in enumerate(words)
            if (written := self.write(word)) != word
        ]

    def write(self, text: str) -> str:
        """`text` with its numbers in figures."""
        parts: list[str] = []
        start = 0
        for kept in self._words.finditer(text):
            parts += [self._ruled(text[start : kept.start()]), kept[0]]
            start = kept.end()
        return "".join([*parts, self._ruled(text[start:])])

    def _ruled(self, text: str) -> str:
        for pattern, write in self._rules:
            text = pattern.sub(write, text)
        return text


def _sign(minus: str | None) -> str:
    return "-" if minus else ""


def _number(run: str, japanese: bool) -> str | None:
    return figures(run, japanese) or (spelled_digits(run) if len(run) > 1 else None)


def _all(found: re.Match[str], template: str, japanese: bool) -> str:
    """The template with each group written in figures; the match itself if one is no number."""
    written = [_number(run, japanese) for run in found.groups()]
    return found[0] if None in written else template.format(*written)


def _fraction(found: re.Match[str], japanese: bool) -> str:
    minus, *runs = found.groups()
    written = [figures(run, japanese) for run in runs]
    return found[0] if None in written else f"{_sign(minus)}{written[1]}/{written[0]}"


def _decimal(found: re.Match[str], japanese: bool) -> str:
    minus, whole, tenths, scale = found.groups()
    before, after = value(whole, japanese), spelled_digits(tenths)
    if before is None or after is None:
        return found[0]
    return f"{_sign(minus)}{before}.{after}{scale or ''}"


def _percent(found: re.Match[str], japanese: bool) -> str:
    minus, whole, tenths = found.groups()
    before = _number(whole, japanese)
    after = spelled_digits(tenths) if tenths else ""
    if before is None or after is None:
        return found[0]
    return f"{_sign(minus)}{before}{'.' + after if after else ''}%"


def _cardinal(found: re.Match[str], japanese: bool) -> str:
    minus, run = found.groups()
    if len(run) == 1 and not minus:
        return found[0]
    digits = spelled_digits(run)
    if digits is not None and len(run) > 1:
        # Two digits side by side are "two or three"; three and more are a number read out.
        return _sign(minus) + digits if len(run) > 2 and not re.search("[两兩]", run) else found[0]
    written = figures(run, japanese)
    return found[0] if written is None else _sign(minus) + written


def _month(found: re.Match[str]) -> str:
    number = value(found[1])
    return f"{number}月" if number and number <= 12 else found[0]


def _clock(found: re.Match[str]) -> str:
    hour, minute, second = found.groups()
    parts = [value(run.lstrip("零〇") or "零") for run in (hour, minute, second) if run]
    if any(part is None or part > 60 for part in parts):
        return found[0]
    return f"{parts[0]}:" + ":".join(f"{part:02d}" for part in parts[1:])


def _chinese_rules() -> list[Rule]:
    digit = "[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
    return [
        (
            re.compile(rf"{_RUN}又{_RUN}分之{_RUN}"),
            lambda found: _all(found, "{0}又{2}/{1}", False),
        ),
        (
            re.compile(rf"{_MINUS}百分之{_RUN}(?:[点點]({digit}+))?"),
            lambda found: _percent(found, False),
        ),
        (re.compile(rf"{_MINUS}{_RUN}分之{_RUN}"), lambda found: _fraction(found, False)),
        (re.compile(rf"{_RUN}[点點]{_RUN}分(?:{_RUN}秒)?(?!之)"), _clock),
        (
            re.compile(rf"{_RUN}[点點]([一二两兩三])刻"),
            lambda found: _all(found, "{0}点{1}刻", False),
        ),
        (
            re.compile(rf"{_RUN}([点點])(?=半|钟|鐘|整)"),
            lambda found: (figures(found[1]) or found[1]) + found[2],
        ),
        (
            re.compile(
                rf"{_MINUS}(?<![{CHARACTERS}])([{CHARACTERS}]+)[点點]({digit}+)([万萬亿億兆])?"
                rf"(?![{CHARACTERS}])"
            ),
            lambda found: _decimal(found, False),
        ),
        (re.compile(rf"{_RUN}月"), _month),
        (re.compile(rf"(?<=月){_RUN}(?=[日号號])"), lambda found: _all(found, "{0}", False)),
        (
            re.compile(f"(?<![{CHARACTERS}])({digit}{{2}}|{digit}{{4}})年(?![级級])"),
            lambda found: f"{spelled_digits(found[1])}年",
        ),
        (re.compile(f"(?<!第){_MINUS}{_RUN}"), lambda found: _cardinal(found, False)),
        (
            re.compile(f"(?<=第)()([{CHARACTERS}]{{2,}})(?![{CHARACTERS}])"),
            lambda found: _cardinal(found, False),
        ),
        (
            re.compile(f"(?<![第{CHARACTERS}几幾数數])([二三四五六七八九十])(?={_CHINESE_UNITS})"),
            lambda found: str(value(found[1])),
        ),
        (
            re.compile(f"(?<![第{CHARACTERS}几幾数數])(十)(?=[个個人名位次天只隻本张張件条條家])"),
            lambda found: "10",
        ),
        (re.compile(f"(?<![第{CHARACTERS}])(一)(?=[号號])"), lambda _: "1"),
    ]


def _japanese_rules() -> list[Rule]:
    digit = "[零〇一二三四五六七八九]"
    return [
        (
            re.compile(rf"{_MINUS}{_RUN}(?:点({digit}+))?(?:パーセント|%)"),
            lambda found: _percent(found, True),
        ),
        (re.compile(rf"{_MINUS}{_RUN}分の{_RUN}"), lambda found: _fraction(found, True)),
        (re.compile(rf"{_RUN}時{_RUN}分"), lambda found: _all(found, "{0}時{1}分", True)),
        (re.compile(rf"{_RUN}時(?=半|前|過|ごろ|頃|から|まで|に|$)"), lambda found: _hour(found)),
        (
            re.compile(
                rf"{_MINUS}(?<![{CHARACTERS}])([{CHARACTERS}]+)点({digit}+)([万億兆])?"
                rf"(?![{CHARACTERS}])"
            ),
            lambda found: _decimal(found, True),
        ),
        (re.compile(rf"{_RUN}月"), _month),
        (re.compile(rf"(?<=月){_RUN}日"), lambda found: _all(found, "{0}日", True)),
        (re.compile(rf"第{_RUN}"), lambda found: _all(found, "第{0}", True)),
        (re.compile(f"{_MINUS}{_RUN}"), lambda found: _cardinal(found, True)),
        (
            re.compile(f"(?<![{CHARACTERS}])([二三四五六七八九十百千])(?={_JAPANESE_UNITS})"),
            lambda found: str(value(found[1], True)),
        ),
        (
            re.compile(f"(?<![{CHARACTERS}])([十百千])(?=人|名|個|本|分)"),
            lambda found: str(value(found[1], True)),
        ),
    ]


def _hour(found: re.Match[str]) -> str:
    number = value(found[1], True)
    return f"{number}時" if number is not None and number <= 24 and found[1] != "一" else found[0]
