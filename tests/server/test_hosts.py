"""Regions in host names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.server.hosts import region_of_host


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("westus.stt.speech.microsoft.com", "westus"),
        ("WESTUS.STT.SPEECH.EXAMPLE.COM", "westus"),
        ("my-lab.tts.speech.example.com:8443", "my-lab"),
        ("eastus2.s2s.speech.azure.cn", "eastus2"),
        ("westus.api.cognitive.microsoft.com", "westus"),
        ("westus.api.cognitive.example", "westus"),
        ("stt.speech.microsoft.com", None),
        ("speech.example.com", None),
        ("a.westus.stt.speech.example.com", None),
        ("westus.stt.speechless.example.com", None),
        ("westus.stt.speech.", None),
        ("-westus.stt.speech.example.com", None),
        ("localhost", None),
        ("127.0.0.1:8080", None),
        ("[::1]:8080", None),
        ("", None),
    ],
)
def test_region_of_host(host: str, region: str | None) -> None:
    assert region_of_host(host) == region


@given(st.text(max_size=80))
def test_any_text_is_a_host_of_some_region_or_none(host: str) -> None:
    region = region_of_host(host)
    assert region is None or host.strip().lower().startswith(region + ".")
