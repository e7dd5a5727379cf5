"""Whatever stands in place of an address is refused or not reached, and never anything else."""

import socket
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriba.errors import NetworkError
from scriba.net.azure import blob_url
from scriba.net.client import Client
from scriba.net.policy import Policy
from scriba.net.redact import redacted, without_secrets
from scriba.resources.webhook import challenge_url
from scriba.server.reading import url_problem

TEXTS = st.text(max_size=60) | st.text(alphabet="/:@?#[]%.&=\\ \t\n0x1abé①", max_size=30)
SCHEMES = st.sampled_from(["http://", "https://"])
URLS = TEXTS | st.builds(str.__add__, SCHEMES, TEXTS)


def _nobody(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


@given(URLS, URLS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_addresses(url: str, name: str) -> None:
    redacted(url)
    without_secrets(url)
    with suppress(NetworkError):
        blob_url(url, name)
    client = Client(Policy(), resolve=_nobody)
    with suppress(NetworkError):
        client.request("GET", url)
    client.close()
    if url_problem(url) is None:
        with suppress(NetworkError):
            Client(Policy(), resolve=_nobody).request("POST", challenge_url(url, "0" * 32))


@given(st.text(alphabet="abc", min_size=24, max_size=32), URLS)
def test_a_signature_is_never_shown(secret: str, url: str) -> None:
    url = url.split("#")[0]
    joined = f"{url}{'&' if '?' in url else '?'}sig={secret}"
    shown = redacted(joined)
    assert secret not in shown or secret in url
