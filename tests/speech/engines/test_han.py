"""Numbers in Chinese and Japanese text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.forms.engines.han import HanItn
from scriba.speech.forms.engines.numerals import CHARACTERS, figures, value

_CHINESE = (
    "我有一个苹果|十分感谢|他一般不来|一起去吧|第一次|星期三|万一下雨|千万不要|三心二意|"
    "有一点困难|十五六岁|三四十个|三年级|等一下|百分百|一点也不|三个人"
)

_JAPANESE = "一人で行く|十分に|一番|一生懸命|万が一|八百屋|六本木|千葉県|一時的|三つ|四谷"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一万两千三百四十五", "12345"),
        ("三千五", "3500"),
        ("一百零五", "105"),
        ("八百万人", "800万人"),
        ("二零二四年五月六号", "2024年5月6号"),
        ("下午三点半", "下午3点半"),
        ("早上八点三十分", "早上8:30"),
        ("百分之二十三点五", "23.5%"),
        ("三分之一", "1/3"),
        ("一点五万元", "1.5万元"),
        ("负二十度", "-20度"),
        ("电话是一三八零零一三八零零零", "电话是13800138000"),
        ("五公里", "5公里"),
        ("第二十一章", "第21章"),
        ("十億", "10億"),
    ],
)
def test_chinese_numbers(text: str, expected: str) -> None:
    assert HanItn(japanese=False).write(text) == expected


@pytest.mark.parametrize("text", _CHINESE.split("|"))
def test_chinese_words_stay(text: str) -> None:
    assert HanItn(japanese=False).write(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三十五円です", "35円です"),
        ("二千二十四年五月六日", "2024年5月6日"),
        ("九時四十分", "9時40分"),
        ("午後三時半", "午後3時半"),
        ("百パーセント", "100%"),
        ("二十三点五", "23.5"),
        ("マイナス八分の五", "-5/8"),
        ("三万五千七百円", "3万5700円"),
        ("第三回", "第3回"),
        ("千円", "1000円"),
        ("十分間待つ", "10分間待つ"),
    ],
)
def test_japanese_numbers(text: str, expected: str) -> None:
    assert HanItn(japanese=True).write(text) == expected


@pytest.mark.parametrize("text", _JAPANESE.split("|"))
def test_japanese_words_stay(text: str) -> None:
    assert HanItn(japanese=True).write(text) == text


@given(st.text(alphabet=CHARACTERS + "点月日年分之の時第 a", max_size=40))
def test_any_run_of_numerals_is_harmless(text: str) -> None:
    for japanese in (False, True):
        for one in HanItn(japanese).itn(text.split()):
            assert one.end == one.start + 1
            assert one.text


@given(st.integers(min_value=1, max_value=99_999_999))
def test_every_number_is_read_back(number: int) -> None:
    num2words = pytest.importorskip("num2words")
    spoken = num2words.num2words(number, lang="ja")
    assert value(spoken, japanese=True) == number


def test_what_is_no_number_has_no_value() -> None:
    assert [value(run) for run in ("三四十", "百", "十五六", "一一", "")] == [None] * 5
    assert figures("两千三") == "2300"
