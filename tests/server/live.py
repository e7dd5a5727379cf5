"""The real thing: `scriba serve` as a process, and a TLS door in front of it."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

SHORT = "/speech/recognition/conversation/cognitiveservices/v1"


class Live:
    """A `scriba serve` process on an empty data folder, with the key of its first resource."""

    def __init__(self, data_dir: Path, *options: str, **environment: str) -> None:
        self.data_dir = data_dir
        self.environment = {**os.environ, **environment}
        command = ["serve", "--port", "0", "--data-dir", str(data_dir), *options]
        with (data_dir.parent / f"{data_dir.name}.log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scriba", *command],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self.environment,
            )
        self.printed = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if "Try it" in line:
                break
        self.address = self._field("Address")
        self.key = self._field("Key")
        self.port = int(self.address.rsplit(":", 1)[1])

    def _field(self, name: str) -> str:
        lines = [line.split() for line in self.printed.splitlines()]
        return next(words[1] for words in lines if words and words[0] == name)

    def scriba(self, *arguments: str) -> str:
        """Run another `scriba` command on the same data folder."""
        done = subprocess.run(
            [sys.executable, "-m", "scriba", *arguments, "--data-dir", str(self.data_dir)],
            capture_output=True,
            text=True,
            check=True,
            env=self.environment,
        )
        return done.stdout

    def post(self, data: Any, mode: str = "conversation", **query: str) -> requests.Response:
        """Recognise `data`."""
        return requests.post(
            self.address + SHORT.replace("conversation", mode),
            params={"language": "en-US", **query},
            headers={"Ocp-Apim-Subscription-Key": self.key, "Content-Type": "audio/wav"},
            data=data,
            timeout=120,
        )

    def get(self, path: str) -> requests.Response:
        """GET with the key."""
        headers = {"Ocp-Apim-Subscription-Key": self.key}
        return requests.get(self.address + path, headers=headers, timeout=120)

    def stop(self) -> int:
        """End it politely; its exit code."""
        self.process.terminate()
        try:
            self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        return int(self.process.returncode)


class TlsDoor:
    """Takes TLS connections and passes their bytes to a port, as a proxy in front would."""

    def __init__(self, context: ssl.SSLContext, target: int) -> None:
        self._context = context
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with (
            suppress(OSError),
            self._context.wrap_socket(plain, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", self._target)) as inside,
        ):
            back = threading.Thread(target=_copy, args=(inside, outside), daemon=True)
            back.start()
            _copy(outside, inside)
            back.join(60)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
