"""TLS with a certificate of one's own, and programs that know only the name of a region."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from ..server.live import Live
from .client import CLIENTS, Client, missing
from .recordings import Recordings

# What programs that are told nothing but a region ask, by the SDK and by what is done.
NAMES = ("localhost", "westus.stt.speech.microsoft.com", "westus.api.cognitive.microsoft.com")


@dataclass(frozen=True, slots=True)
class Certificate:
    """An authority, and a chain and key that it issued for `NAMES`."""

    authority: Path
    chain: Path
    key: Path
    public: str

    @property
    def options(self) -> list[str]:
        return ["--tls-cert", str(self.chain), "--tls-key", str(self.key)]

    @property
    def environment(self) -> dict[str, str]:
        """Makes the SDKs for Python and for node trust the authority."""
        return {"SSL_CERT_FILE": str(self.authority), "NODE_EXTRA_CA_CERTS": str(self.authority)}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    authority = trustme.CA()
    issued = authority.issue_cert(*NAMES)
    made = Certificate(folder / "ca.pem", folder / "chain.pem", folder / "key.pem", _public(issued))
    authority.cert_pem.write_to_path(str(made.authority))
    for blob in issued.cert_chain_pems:
        blob.write_to_path(str(made.chain), append=True)
    issued.private_key_pem.write_to_path(str(made.key))
    return made


def _public(issued: trustme.LeafCert) -> str:
    """The hash by which Chromium is told to trust a key."""
    key = load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


@pytest.fixture(scope="module")
def secure(
    certificate: Certificate, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    assert tiny_model.is_dir()
    folder = tmp_path_factory.mktemp("secure") / "data"
    running = Live(folder, "--model", "tiny.en", *certificate.options)
    yield running
    assert running.stop() == 0


@pytest.fixture(params=CLIENTS)
def trusting(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[Client]:
    """SDKs that trust the authority."""
    if why := missing(request.param):
        pytest.skip(why)
    made = Client(request.param, **certificate.environment)
    yield made
    made.close()


def test_own_certificate(
    trusting: Client, secure: Live, certificate: Certificate, recordings: Recordings
) -> None:
    job = {
        "host": f"wss://localhost:{secure.port}",
        "key": secure.key,
        "language": "en-US",
        "steps": [{"do": "once"}],
        "trusted_key": certificate.public,
        **recordings.joined("en-quilter").job,
    }
    told = trusting.run(job)
    (result,) = told.results("result")
    assert "apostle of the middle classes" in result.text, told


def test_certificates_that_are_not_trusted(
    secure: Live, recordings: Recordings, client: Client
) -> None:
    job = {
        "host": f"wss://localhost:{secure.port}",
        "key": secure.key,
        "language": "en-US",
        "steps": [{"do": "once"}],
        **recordings.joined("en-quilter").job,
    }
    told = client.run(job)
    assert told.canceled["error"] == "ConnectionFailure", told


def test_only_a_region(
    tmp_path: Path, certificate: Certificate, tiny_model: Path, recordings: Recordings
) -> None:
    """The names of a region lead here, as a DNS server or a hosts file of one's own has it."""
    assert tiny_model.is_dir()
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed")
    # A network of one's own, where port 443 is free and every name is ours.
    fenced = [unshare, "--map-root-user", "--net", "--mount"]
    if subprocess.run([*fenced, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no namespaces can be made here")
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 " + " ".join(NAMES) + "\n", encoding="utf-8")
    job = {
        "region": "westus",
        "language": "en-US",
        "steps": [{"do": "once"}],
        "trusted_key": certificate.public,
        **recordings.joined("en-quilter").job,
    }
    asked = {
        "hosts": str(hosts),
        "data": str(tmp_path / "data"),
        "options": ["--model", "tiny.en", "--port", "443", *certificate.options],
        "environment": certificate.environment,
        "clients": [name for name in CLIENTS if missing(name) is None],
        "job": job,
    }
    done = subprocess.run(
        [*fenced, sys.executable, "-m", "tests.sdk.region", json.dumps(asked)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert list(said) == asked["clients"]
    for name, texts in said.items():
        assert any("apostle of the middle classes" in text for text in texts), (name, texts)
