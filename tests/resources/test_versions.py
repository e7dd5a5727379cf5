import pytest

from scriba.resources.entity import Kind
from scriba.resources.versions import PLURALS, Version, entity_url, url

HOST = "http://127.0.0.1:8080"
ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def test_versions_are_in_the_order_they_came_out() -> None:
    names = ["v3.0", "v3.1", "v3.2", "2024-05-15-preview", "2024-11-15", "2025-10-15"]
    versions = list(Version)
    assert [version.value for version in versions] == names
    assert max(versions) is Version.V2025_10
    assert min(versions) is Version.V3_0
    for i, one in enumerate(versions):
        for j, other in enumerate(versions):
            assert (one < other, one <= other, one > other, one >= other, one == other) == (
                i < j,
                i <= j,
                i > j,
                i >= j,
                i == j,
            )
    assert len(set(versions)) == 6


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("v3.2", Version.V3_2),
        ("V3.2", Version.V3_2),
        (" 2024-05-15-PREVIEW ", Version.PREVIEW_2024_05),
        ("v3.3", None),
        ("2024-05-15", None),
        ("", None),
        ("V3_2", None),
    ],
)
def test_a_version_is_found_by_its_name(text: str, found: Version | None) -> None:
    assert Version.parse(text) is found


def test_addresses_have_the_version_where_it_belongs() -> None:
    assert (
        entity_url(HOST, Version.V3_2, Kind.TRANSCRIPTION, ID)
        == f"{HOST}/speechtotext/v3.2/transcriptions/{ID}"
    )
    assert (
        entity_url(HOST, Version.V2024_11, Kind.TRANSCRIPTION, ID, "files")
        == f"{HOST}/speechtotext/transcriptions/{ID}/files?api-version=2024-11-15"
    )
    assert (
        url(f"{HOST}/", Version.V3_0, "models", query="skip=5")
        == f"{HOST}/speechtotext/v3.0/models?skip=5"
    )
    assert (
        url(HOST, Version.V2025_10, "models", query="skip=5")
        == f"{HOST}/speechtotext/models?skip=5&api-version=2025-10-15"
    )
    assert {version for version in Version if version.in_path} == {
        Version.V3_0,
        Version.V3_1,
        Version.V3_2,
    }


def test_every_kind_has_a_segment() -> None:
    assert set(PLURALS) == set(Kind)
    assert len(set(PLURALS.values())) == len(Kind)
