"""Transcriptions through the job system: results, reports, bad files, on both databases."""

import json
from typing import Any

from scriba.resources.entity import Entity, Status
from scriba.resources.file import FileKind
from scriba.storage.files import Files

from .conftest import Bench


def contents(bench: Bench, entity: Entity) -> dict[str, Any]:
    """The documents of a transcription by name."""
    blobs = bench.blobs(entity.resource_id)
    files = Files(bench.store).list(entity.id, top=20_000)
    return {file.name: json.loads(b"".join(blobs.read(file.blob))) for file in files}


def test_one_url_gives_a_result_and_a_report(bench: Bench, recordings: str) -> None:
    url = f"{recordings}/en-quilter.flac?sig=SECRET"
    entity = bench.create(content_urls=(url,), words=True, display_words=True, time_to_live=3600.0)
    bench.work().submit(entity)
    ended = bench.ended(entity)
    assert ended.status is Status.SUCCEEDED, ended.error
    assert ended.result["seconds"] > 1
    assert ended.expires is not None
    assert ended.expires > ended.last_action
    documents = contents(bench, entity)
    assert sorted(documents) == ["contenturl_0.json", "report.json"]
    result = documents["contenturl_0.json"]
    assert "quilter" in result["combinedRecognizedPhrases"][0]["lexical"].lower()
    assert "SECRET" not in json.dumps(documents)
    assert documents["report.json"]["successfulTranscriptionsCount"] == 1
    kinds = {file.name: file.kind for file in Files(bench.store).list(entity.id)}
    assert kinds["report.json"] is FileKind.TRANSCRIPTION_REPORT
    assert kinds["contenturl_0.json"] is FileKind.TRANSCRIPTION
