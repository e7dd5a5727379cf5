"""The server's secret."""

import threading
from pathlib import Path

import pytest

from scriba.errors import SecretError
from scriba.storage import Secret
from scriba.storage.secret import load_secret


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    first = load_secret(tmp_path)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert load_secret(tmp_path).derive("a") == first.derive("a")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret"]


def test_threads_that_start_together_agree(tmp_path: Path) -> None:
    found: list[bytes] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        found.append(load_secret(tmp_path).derive("a"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_without_hard_links_it_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(1, "no hard links here")

    monkeypatch.setattr("os.link", no_links)
    first = load_secret(tmp_path)
    assert load_secret(tmp_path).derive("a") == first.derive("a")


def test_purposes_have_keys_of_their_own() -> None:
    secret = Secret("x" * 32)
    derived = {secret.derive("a"), secret.derive("b"), b"x" * 32}
    assert len(derived) == 3
    assert "x" * 32 not in repr(secret)


def test_a_short_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="at least 32"):
        load_secret(tmp_path, "short")
    (tmp_path / "secret").write_text("short")
    with pytest.raises(SecretError, match="at least 32"):
        load_secret(tmp_path)
