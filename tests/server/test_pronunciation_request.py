"""What the header Pronunciation-Assessment may say, and what not."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.pronunciation.assessment import AssessmentOptions
from scriba.server.errors import ApiError
from scriba.server.schemas.pronunciation import (
    HEADER,
    Alphabet,
    AssessmentRequest,
    Dimension,
    Grading,
    Granularity,
    check_language,
    of_header,
)


def header(**parameters: Any) -> str:
    return base64.b64encode(json.dumps(parameters).encode()).decode()


def test_without_the_header_nothing_is_asked() -> None:
    assert of_header([]) is None


def test_the_published_defaults() -> None:
    assert of_header(["e30="]) == AssessmentRequest(
        AssessmentOptions("", False, False, 0),
        Grading.FIVE_POINT,
        Granularity.PHONEME,
        Dimension.BASIC,
        Alphabet.SAPI,
    )
    nothing = dict.fromkeys(("ReferenceText", "GradingSystem", "EnableMiscue", "ScenarioId"))
    assert of_header([header(**nothing)]) == of_header(["e30="])


def test_everything_that_can_be_said() -> None:
    value = header(
        ReferenceText="Good morning.",
        GradingSystem="HundredMark",
        Granularity="fulltext",
        Dimension="Comprehensive",
        EnableMiscue="True",
        EnableProsodyAssessment=True,
        PhonemeAlphabet="ipa",
        NBestPhonemeCount=5,
        ScenarioId="{6d1a4f1c-52bd-4a6e-9e53-0f2d0f0e6f5a}",
        Unknown={"of": "no concern"},
    )
    assert of_header([value]) == AssessmentRequest(
        AssessmentOptions("Good morning.", True, True, 5),
        Grading.HUNDRED_MARK,
        Granularity.FULL_TEXT,
        Dimension.COMPREHENSIVE,
        Alphabet.IPA,
    )


@pytest.mark.parametrize("text", ["Good morning.", "a", "ab", "abc", "naïve café ☕?>~", "5 €"])
def test_every_kind_of_base64(text: str) -> None:
    data = json.dumps({"referenceText": text}, ensure_ascii=False).encode()
    values = {
        each
        for encoded in (base64.b64encode(data), base64.urlsafe_b64encode(data))
        for each in (encoded.decode(), encoded.decode().rstrip("="), f" {encoded.decode()} ")
    }
    found = {of_header([value]) for value in values}
    assert len(found) == 1
    (request,) = found
    assert request is not None
    assert request.options.reference == text


@pytest.mark.parametrize(("value", "expected"), [(True, True), ("TRUE", True), ("false", False)])
def test_booleans_are_json_or_texts(value: Any, expected: bool) -> None:
    found = of_header([header(EnableMiscue=value)])
    assert found is not None
    assert found.options.miscue is expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is empty"),
        ("!!!", "is not base64"),
        ("bnVsbA==", "is null; it must be a JSON object"),
        ("a", "is not base64"),
        (base64.b64encode(b"\xff\xfe").decode(), "is not UTF-8"),
        (base64.b64encode(b"{").decode(), "is not valid JSON"),
        (base64.b64encode(b"[]").decode(), "must be a JSON object"),
        (header(ReferenceText=7), "ReferenceText must be a string"),
        (header(ReferenceText="?!"), "ReferenceText has no word"),
        (header(ReferenceText="おはようございます"), "ReferenceText has no word"),
        (header(ReferenceText="a" * 5001), "ReferenceText may have 5000 characters, and has 5001"),
        (header(GradingSystem="TenPoint"), "GradingSystem must be one of: FivePoint, HundredMark"),
        (header(GradingSystem=5), "GradingSystem must be a string"),
        (header(Granularity="Letter"), "Granularity must be one of: Phoneme, Word, FullText"),
        (header(Dimension="Full"), "Dimension must be one of: Basic, Comprehensive"),
        (header(PhonemeAlphabet="ARPA"), "PhonemeAlphabet must be one of: SAPI, IPA"),
        (header(EnableMiscue="yes"), "EnableMiscue must be one of: true, false"),
        (header(EnableMiscue=1), "EnableMiscue must be true or false"),
        (header(EnableProsodyAssessment=[]), "EnableProsodyAssessment must be true or false"),
        (header(NBestPhonemeCount=-1), "NBestPhonemeCount must be a number from 0 to 39"),
        (header(NBestPhonemeCount=1.5), "NBestPhonemeCount must be a whole number from 0 to 39"),
        (header(NBestPhonemeCount="many"), "NBestPhonemeCount must be a number from 0 to 39"),
        (header(ScenarioId="mine"), "ScenarioId must be a GUID"),
    ],
)
def test_what_is_malformed_is_named(value: str, said: str) -> None:
    with pytest.raises(ApiError) as caught:
        of_header([value])
    assert caught.value.status == 400
    assert HEADER in caught.value.message
    assert said in caught.value.message


def outcome(value: str) -> AssessmentRequest | str:
    """The request, or why it is refused."""
    try:
        found = of_header([value])
    except ApiError as error:
        return f"{error.status}: {error.message}"
    assert found is not None
    return found


@given(st.text(max_size=200))
def test_no_header_makes_anything_else_than_a_request_or_a_refusal(value: str) -> None:
    found = outcome(value)
    assert isinstance(found, AssessmentRequest) or found.startswith("400: ")
    assert isinstance(found, AssessmentRequest) or HEADER in found


@given(
    st.dictionaries(
        st.sampled_from(
            ["ReferenceText", "GradingSystem", "EnableMiscue", "NBestPhonemeCount", "ScenarioId"]
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=9)
        | st.lists(st.integers(), max_size=2),
    )
)
def test_no_value_makes_anything_else_either(parameters: dict[str, Any]) -> None:
    found = outcome(header(**parameters))
    if isinstance(found, str):
        assert found.startswith((f"400: {HEADER}.", f"400: The header {HEADER} "))
        assert any(name in found for name in parameters)
    assert not isinstance(found, AssessmentRequest) or 0 <= found.options.nbest_phonemes <= 39


@pytest.mark.parametrize("value", ["\x00", "Good \x00", "\ud800"])
def test_a_text_that_cannot_be_stored_is_named(value: str) -> None:
    found = outcome(header(ReferenceText=value))
    assert found == (
        f"400: The header {HEADER} is not valid JSON: "
        "the field 'ReferenceText' holds a NUL or half of a surrogate pair."
    )


def test_a_language_that_is_not_measured_is_refused() -> None:
    check_language("en-US")
    check_language("en-us")
    for language in ("en-GB", "fr-FR", None):
        with pytest.raises(ApiError, match="en-US only"):
            check_language(language)
