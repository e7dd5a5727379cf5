"""Wordings found in a display: longest first, whole words, within a sentence."""

from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.forms.groups import Group
from scriba.speech.forms.wordings import Found, Wordings, rewrite


def _groups(text: str) -> list[Group]:
    return [
        Group((at, at + 1), (word.lower(),), (word.lower(),), (word,))
        for at, word in enumerate(text.split())
    ]


def _spoken(entries: dict[str, str]) -> Wordings:
    return Wordings(entries.items(), unspaced=False)


def test_the_longest_is_taken_and_none_overlap() -> None:
    wordings = _spoken({"a": "1", "a b": "2", "b c d": "3", "a b x y": "4"})
    assert wordings.find(["A,", "b", "c", "d", "a"]) == [Found(0, 2, "2"), Found(4, 5, "1")]


def test_a_wording_ends_with_its_sentence() -> None:
    wordings = _spoken({"come here": "x"})
    assert wordings.find(["They", "come.", "Here", "we", "are."]) == []
    assert wordings.find(["They", "come", "here."]) == [Found(1, 3, "x")]


def test_signs_of_a_script_without_spaces() -> None:
    wordings = Wordings([("苹果", "x"), ("苹果公司", "y")], unspaced=True)
    assert wordings.find_in("苹果公司的苹果") == [Found(0, 4, "y"), Found(5, 7, "x")]


def test_many_wordings_with_one_beginning_take_no_square_of_time() -> None:
    wordings = _spoken({" ".join(["a"] * size) + f" b{size}": "x" for size in range(1, 1000)})
    assert wordings.find(["a"] * 1000) == []


@given(st.lists(st.sampled_from(["a", "b,", "C.", "-", "d"]), max_size=12))
def test_groups_are_joined_where_a_wording_goes_over_several(words: list[str]) -> None:
    groups = _groups(" ".join(words))
    done = rewrite(groups, _spoken({"a b": "one", "c d": "two words", "d": "D"}), capitals=True)
    assert [word for group in done for word in group.lexical] == [word.lower() for word in words]
    spans = [group.source for group in done]
    assert [start for start, _ in spans] == [0, *[end for _, end in spans]][: len(spans)]
