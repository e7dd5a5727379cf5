"""The OpenAPI document, and the server held against it."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis import checks
from starlette.routing import Route

from scriba.resources.versions import BASE
from scriba.server.app import OPERATIONS, create_app
from scriba.server.files import PATH as CONTENT
from scriba.server.model_receive import PATH as COPIES
from scriba.server.openapi import document
from scriba.speech.results import Recognition, Status

from ..server.conftest import Running
from ..server.fakes import FakeSettings, FakeSpeech
from ..server.live import SHORT

_CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
_DESCRIBED = [(path, method) for path, item in document()["paths"].items() for method in item]


def test_it_is_valid() -> None:
    validate(document())


def test_it_lists_every_route(server: Running, tmp_path: Path) -> None:
    app = create_app(FakeSettings(tmp_path), FakeSpeech(), server.store)
    routed = {route.path for route in app.routes if isinstance(route, Route)}
    described = set(document()["paths"])
    management = {path for path in described if path.startswith(BASE)} - {CONTENT, COPIES}
    assert routed - {BASE, BASE + "/{path:path}"} == described - management


def test_it_lists_every_operation_of_every_version() -> None:
    for operation in OPERATIONS:
        for version in operation.versions:
            path = BASE + ("/{version}" if version.in_path else "") + operation.path
            described = document()["paths"].get(path, {}).get(operation.method.lower())
            assert described is not None, (operation.method, path)
            named = next(
                each["schema"]["enum"]
                for each in described["parameters"]
                if each["name"] in ("version", "api-version")
            )
            assert version in named


def test_the_server_hands_it_out(server: Running) -> None:
    assert server.get("/swagger").json() == document()


@pytest.mark.parametrize(("path", "method"), _DESCRIBED)
def test_the_server_answers_as_it_says(server: Running, path: str, method: str) -> None:
    operation = schemathesis.openapi.from_dict(document())[path][method]

    @settings(
        max_examples=10 if path.startswith(BASE) else 20,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), good_key=st.booleans())
    def check(case: schemathesis.Case, good_key: bool) -> None:
        headers = {"Ocp-Apim-Subscription-Key": server.anywhere.key1} if good_key else {}
        case.call_and_validate(base_url=server.address, headers=headers, checks=_CHECKS)

    check()


@pytest.mark.parametrize("form", ["simple", "detailed"])
@pytest.mark.parametrize("status", [Status.SUCCESS, Status.NO_MATCH, Status.BABBLE])
def test_results_are_as_it_says(server: Running, form: str, status: Status) -> None:
    if status is not Status.SUCCESS:
        server.speech.result = Recognition(status, 2.0)
    answer = server.post(params={"language": "en-US", "format": form})
    assert answer.status_code == 200
    operation = schemathesis.openapi.from_dict(document())[SHORT]["post"]
    operation.validate_response(answer)


def test_a_failure_is_as_it_says(server: Running) -> None:
    server.speech.failure = RuntimeError()
    operation = schemathesis.openapi.from_dict(document())[SHORT]["post"]
    operation.validate_response(server.post())
