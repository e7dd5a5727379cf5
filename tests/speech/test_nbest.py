import pytest

from scriba.speech.forms import Forms, Group
from scriba.speech.nbest import combine, distinct, join_forms
from scriba.speech.results import Hypothesis, Phrase, Recognition, Status


def hypothesis(text: str, confidence: float) -> Hypothesis:
    words = tuple(text.split())
    groups = tuple(Group((i, i + 1), (w,), (w,), (w,)) for i, w in enumerate(words))
    return Hypothesis(confidence, Forms(text, text, text, text, groups))


def recognition(*phrases: list[Hypothesis]) -> Recognition:
    made = tuple(Phrase(3.0 * i, 3.0 * i + 2, tuple(p)) for i, p in enumerate(phrases))
    return Recognition(Status.SUCCESS, 9.0, made)


def test_one_phrase_is_itself() -> None:
    only = recognition([hypothesis("a", 0.9), hypothesis("b", 0.8)])
    assert combine(only) == only.phrases[0]


def test_the_best_combination_comes_first_and_the_cheapest_change_second() -> None:
    both = combine(
        recognition(
            [hypothesis("a b", 0.9), hypothesis("a c", 0.4)],
            [hypothesis("d e", 0.8), hypothesis("d f", 0.75)],
        )
    )
    assert [h.forms.lexical for h in both.nbest] == ["a b d e", "a b d f", "a c d e", "a c d f"]
    assert (both.start, both.end) == (0.0, 5.0)
    assert both.best.confidence == pytest.approx(0.85)


def test_confidence_is_weighted_by_words() -> None:
    both = combine(recognition([hypothesis("a b c", 1.0)], [hypothesis("d", 0.2)]))
    assert both.best.confidence == pytest.approx(0.8)


def test_groups_point_at_the_joined_source() -> None:
    both = combine(recognition([hypothesis("a b", 0.9)], [hypothesis("c d", 0.9)]))
    assert [g.source for g in both.best.forms.groups] == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_many_phrases_stay_cheap_and_within_five() -> None:
    many = recognition(*[[hypothesis(f"{i}{j}", 1 - j / 10) for j in range(5)] for i in range(20)])
    assert len(combine(many).nbest) == 5


def test_distinct_drops_what_shows_nothing_new() -> None:
    found = distinct([hypothesis("a", 0.9), hypothesis("a", 0.8), hypothesis("b", 0.7)])
    assert [(h.forms.lexical, h.confidence) for h in found] == [("a", 0.9), ("b", 0.7)]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("Hello.", "World.", "Hello. World."),
        ("你好。", "再见。", "你好。再见。"),
        ("今日は2024", "年です", "今日は2024年です"),
        ("カタカナ", "ひらがな", "カタカナひらがな"),
        ("我用 Windows", "很好", "我用 Windows 很好"),
        ("안녕하세요.", "반갑습니다.", "안녕하세요. 반갑습니다."),
        ("สวัสดีครับ", "ขอบคุณ", "สวัสดีครับ ขอบคุณ"),
        ("", "你好", "你好"),
    ],
)
def test_texts_are_joined_as_their_script_is_written(first: str, second: str, joined: str) -> None:
    one = join_forms([Forms(text, text, text, text) for text in (first, second)])
    assert {one.lexical, one.itn, one.masked_itn, one.display} == {joined}
