"""What a pronunciation assessment is asked for: by a header, or by an SDK's speech.context."""

import base64
import binascii
import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from scriba.pronunciation.assessment import AssessmentOptions
from scriba.server.errors import ApiError
from scriba.server.members import Members, wrong
from scriba.speech.language import locale

HEADER = "Pronunciation-Assessment"
LOCALE = "en-US"
"""The one language whose scores were measured."""

MAX_SECONDS = 30.0
LONGEST_TEXT = 5_000
"""Characters of a reference that is read in one go: more than anybody says in half a minute."""

LONGEST_PASSAGE = 20_000
"""Characters of a reference that is read phrase by phrase."""

MOST_RIVALS = 39
"""Phones that there are, so no list of rivals is longer."""

_SAID = re.compile(r"[a-z0-9]", re.IGNORECASE)


class Grading(StrEnum):
    """The scale of all scores."""

    FIVE_POINT = "FivePoint"
    HUNDRED_MARK = "HundredMark"


class Granularity(StrEnum):
    """The smallest thing that is scored."""

    PHONEME = "Phoneme"
    WORD = "Word"
    FULL_TEXT = "FullText"


class Dimension(StrEnum):
    """Whether accuracy is all that is told."""

    BASIC = "Basic"
    COMPREHENSIVE = "Comprehensive"


class Alphabet(StrEnum):
    """How phones are written."""

    SAPI = "SAPI"
    IPA = "IPA"


@dataclass(frozen=True, slots=True)
class AssessmentRequest:
    """An assessment that is asked for; `options` is what the assessor is told of it."""

    options: AssessmentOptions
    grading: Grading = Grading.FIVE_POINT
    granularity: Granularity = Granularity.PHONEME
    dimension: Dimension = Dimension.BASIC
    alphabet: Alphabet = Alphabet.SAPI


def of_header(values: Sequence[str]) -> AssessmentRequest | None:
    """Read the header as often as it was sent; None without it. Raises ApiError 400."""
    if not values:
        return None
    if len(values) > 1:
        raise ApiError(400, f"The header {HEADER} is given {len(values)} times; give it once.")
    where = f"The header {HEADER}"
    decoded = _decoded(values[0])
    if decoded.strip() == b"null":
        raise ApiError(400, f"{where} is null; it must be a JSON object.")
    members = Members.of_json(decoded, where)
    members.where = HEADER
    return read(members, Dimension.BASIC, LONGEST_TEXT)


def _decoded(value: str) -> bytes:
    text = "".join(value.split()).rstrip("=").replace("-", "+").replace("_", "/")
    if not text:
        raise ApiError(400, f"The header {HEADER} is empty; it must be JSON in base64.")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(
            400, f"The header {HEADER} is not base64; it must be JSON in base64."
        ) from None


def read(members: Members, dimension: Dimension, longest: int) -> AssessmentRequest:
    """Read the parameters; unknown ones are ignored. Raises ApiError 400 that names the wrong one.

    `dimension` counts where none is given, and `longest` is what the reference may have.
    """
    reference = members.text("ReferenceText") or ""
    if len(reference) > longest:
        raise wrong(
            f"{members.where}.ReferenceText",
            f"may have {longest} characters, and has {len(reference)}",
        )
    # Accents are of no account: what is left without them is a letter a to z or none.
    if reference and not _SAID.search(unicodedata.normalize("NFKD", reference)):
        raise wrong(f"{members.where}.ReferenceText", "has no word that is written with a to z")
    _check_scenario(members)
    return AssessmentRequest(
        AssessmentOptions(
            reference=reference,
            miscue=bool(members.flag("EnableMiscue")),
            prosody=bool(members.flag("EnableProsodyAssessment")),
            nbest_phonemes=_rivals(members),
        ),
        _one_of(members, "GradingSystem", Grading) or Grading.FIVE_POINT,
        _one_of(members, "Granularity", Granularity) or Granularity.PHONEME,
        _one_of(members, "Dimension", Dimension) or dimension,
        _one_of(members, "PhonemeAlphabet", Alphabet) or Alphabet.SAPI,
    )


def check_language(language: str | None) -> None:
    """Raise ApiError 400 where pronunciation in a language cannot be assessed."""
    if language is None or locale(language).tag != LOCALE:
        told = "a language that is to be found out" if language is None else language
        raise ApiError(400, f"Pronunciation is assessed in {LOCALE} only, not in {told}.")


E = TypeVar("E", bound=StrEnum)


def _one_of(members: Members, name: str, kind: type[E]) -> E | None:
    value = members.text(name)
    if value is None:
        return None
    for each in kind:
        if each.lower() == value.lower():
            return each
    raise wrong(f"{members.where}.{name}", f"must be one of: {', '.join(kind)}")


def _rivals(members: Members) -> int:
    found = members.number("NBestPhonemeCount", 0, MOST_RIVALS) or 0.0
    if found != int(found):
        raise wrong(
            f"{members.where}.NBestPhonemeCount", f"must be a whole number from 0 to {MOST_RIVALS}"
        )
    return int(found)


def _check_scenario(members: Members) -> None:
    scenario = members.text("ScenarioId")
    if scenario is None:
        return
    try:
        uuid.UUID(scenario)
    except ValueError:
        raise wrong(f"{members.where}.ScenarioId", "must be a GUID") from None
