"""The pages on the API and on operations name everything that there is."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from scriba.resources.versions import BASE
from scriba.server.filters import ENTITIES, FILES, WEBHOOKS
from scriba.server.metrics import Metrics
from scriba.server.openapi import document
from scriba.server.recognition import MODES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("path", document()["paths"])
def test_every_path_has_its_place(path: str) -> None:
    for mode in MODES:
        path = path.replace(f"/{mode}/", f"/{{{'|'.join(MODES)}}}/")
    path = path.removeprefix(BASE).removeprefix("/{version}")
    assert f"{path}`" in (DOCS / "api.md").read_text(encoding="utf-8")


def test_every_query_parameter_and_status_is_explained() -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    operation = document()["paths"]["/speech/recognition/conversation/cognitiveservices/v1"]["post"]
    for parameter in operation["parameters"]:
        assert f"| `{parameter['name']}` |" in page
    for status in operation["responses"]:
        assert status in page


def test_every_metric_is_explained() -> None:
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    registry: CollectorRegistry = Metrics("model").registry
    ours = [metric for metric in registry.collect() if metric.name.startswith("scriba_")]
    assert len(ours) >= 9
    for metric in ours:
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        assert f"`{name}" in page


def test_the_filters_of_every_list_are_explained() -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    table = page[page.index("| list | properties |") :]
    for filterable in (ENTITIES, FILES, WEBHOOKS):
        for name in (*filterable.texts, *filterable.times, *filterable.names):
            assert f"`{name}`" in table
