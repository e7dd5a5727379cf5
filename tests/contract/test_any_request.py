"""Whatever a client sends is answered: made as asked, or refused with reasons, never a 500."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scriba.resources.versions import Version

from ..server.api import HOST, Api, minimal
from .swagger import swagger

_SETTINGS = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_FIELDS = [
    *("displayName", "locale", "description", "contentUrls", "contentContainerUrl", "dataset"),
    *("model", "project", "customProperties", "properties", "self", "bogus"),
]
_PROPERTIES = [
    *("wordLevelTimestampsEnabled", "displayFormWordLevelTimestampsEnabled", "channels"),
    *("punctuationMode", "profanityFilterMode", "diarizationEnabled", "diarization", "email"),
    *("languageIdentification", "timeToLive", "timeToLiveHours", "destinationContainerUrl"),
    *("speakers", "minCount", "maxCount", "enabled", "maxSpeakers", "mode", "candidateLocales"),
    *("speechModelMapping", "error", "duration"),
]
_TEXTS = [
    *("en-US", "de-DE", "None", "Tags", "Continuous", "Single", "P2D", "PT0S", "Automatic"),
    *("https://example.com/a.wav", "https://e.com/models/base/x", "file:///etc/passwd"),
]
_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-1, 50),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(_TEXTS),
)
_VALUE: st.SearchStrategy[Any] = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(_PROPERTIES) | st.text(max_size=5), inner, max_size=5),
        st.builds(lambda value: {"self": value}, inner),
    ),
    max_leaves=12,
)
_CHANGES = st.dictionaries(st.sampled_from(_FIELDS), _VALUE, max_size=5)
_WANTED = st.dictionaries(st.sampled_from(_PROPERTIES), _VALUE, max_size=6)


@pytest.mark.parametrize("version", Version)
def test_any_request_for_a_transcription(api: Api, version: Version) -> None:
    document = swagger(version)
    path = "/transcriptions" if version.in_path else "/transcriptions:submit"
    statuses = set()

    @_SETTINGS
    @given(changes=_CHANGES, wanted=_WANTED)
    def check(changes: dict[str, Any], wanted: dict[str, Any]) -> None:
        body = minimal(version) | changes
        if isinstance(body.get("properties", {}), dict):
            body["properties"] = {**body.get("properties", {}), **wanted}
        answer = api.ask("POST", path, version, json=body)
        statuses.add(answer.status_code)
        assert answer.status_code in (201, 400), answer.text
        made = document.check(answer, "POST", path)
        if answer.status_code == 201:
            again = api.get(made["self"])
            assert again.json() == made

    check()
    assert statuses == {201, 400}


@_SETTINGS
@given(body=st.one_of(_VALUE, _CHANGES), merge=st.booleans())
def test_any_change(api: Api, body: Any, merge: bool) -> None:
    entity = api.jobs.submitted[0] if api.jobs.submitted else api.created()
    kind = "merge-patch+json" if merge else "json"
    answer = api.ask(
        "PATCH",
        f"/transcriptions/{entity.id}",
        content=json.dumps(body),
        headers={"Content-Type": f"application/{kind}"},
    )
    assert answer.status_code in (200, 400), answer.text
    swagger(Version.V3_2).check(answer, "PATCH", "/transcriptions/{id}")


@_SETTINGS
@given(
    query=st.dictionaries(
        st.sampled_from(["skip", "top", "filter", "sasValidityInSeconds", "api-version", "x"]),
        st.text(max_size=12) | st.integers(-5, 2**40).map(str) | st.just("name eq 'a'"),
        max_size=4,
    ),
    path=st.sampled_from(["/transcriptions", "/models/base", "/models", "FILES"]),
)
def test_any_query(api: Api, query: dict[str, str], path: str) -> None:
    entity = api.jobs.submitted[0] if api.jobs.submitted else api.created()
    path = path.replace("FILES", f"/transcriptions/{entity.id}/files")
    answer = api.get(path, params=query)
    assert answer.status_code in (200, 400), answer.text
    published = path.replace(entity.id, "{id}")
    swagger(Version.V3_2).check(answer, "GET", published)


_SEGMENT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        ["transcriptions", "models", "base", "files", "..", "%00", "%2F", ":submit", ":", "locales"]
    ),
)


@_SETTINGS
@given(segments=st.lists(_SEGMENT, max_size=5), method=st.sampled_from(["GET", "POST", "DELETE"]))
def test_any_path(api: Api, segments: list[str], method: str) -> None:
    path = quote("/".join(segments), safe="/:%")
    for prefix in ("/speechtotext/", "/speechtotext/v3.2/", "/speechtotext/content/"):
        answer = api.ask(method, f"{HOST}{prefix}{path}", content=b"{}")
        assert answer.status_code < 500, answer.text
        assert answer.status_code < 300 or "code" in answer.json()
