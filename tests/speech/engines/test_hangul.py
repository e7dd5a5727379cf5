"""Numbers in Korean words."""

import pytest

from scriba.speech.forms.engines.hangul import HangulItn

_KEPT = (
    "나는 이 사람을 본 일이 있다|이분은 누구세요|사원이 왔다|그만 해|이만 가겠습니다|"
    "만 나이|도시에서 왔다|구두를 샀다|천 조각|일시|오이 하나"
)


def written(text: str) -> str:
    words = text.split()
    for one in HangulItn().itn(words):
        words[one.start] = one.text
    return " ".join(words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("이천이십사년 오월 육일에 만났다", "2024년 5월 6일에 만났다"),
        ("오천 원입니다", "5000 원입니다"),
        ("백만 달러", "100만 달러"),
        ("두시 삼십분에", "2시 30분에"),
        ("십오 퍼센트", "15 퍼센트"),
        ("공일공 일이삼사 오육칠팔", "010 1234 5678"),
        ("이천십년시월십일", "2010년10월10일"),
        ("십점오", "10.5"),
        ("백분의구십구", "99/100"),
        ("삼만오천칠백", "35700"),
        ("아홉번째", "9번째"),
    ],
)
def test_numbers(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize("text", _KEPT.split("|"))
def test_words_stay(text: str) -> None:
    assert written(text) == text
