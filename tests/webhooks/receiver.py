"""A receiver of webhooks, as the sample for Azure is one: checks signatures, answers challenges."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Call:
    """A call that came in; `token` is that of a challenge."""

    event: str
    body: Any
    signature: str | None
    raw: bytes
    token: str | None
    path: str

    def signed_with(self, secret: str) -> bool:
        """Whether the signature is right, by the rule of the published sample."""
        message = self.raw if self.token is None else self.token.encode()
        wanted = hmac.new(secret.encode(), message, hashlib.sha256).digest()
        return self.signature == base64.b64encode(wanted).decode()


class Receiver:
    """Listens on 127.0.0.1; `answer` may be replaced by anything from a call to (status, body)."""

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Call] = []
        self.answer: Callable[[Call], tuple[int, bytes]] = self.polite
        self.headers: dict[str, str] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                raw = self.rfile.read(length)
                if len(raw) < length:
                    # The sender died between the headers and the body: no call came in.
                    self.close_connection = True
                    return
                token = parse_qs(urlsplit(self.path).query).get("validationToken", [None])[0]
                call = Call(
                    event=self.headers["X-MicrosoftSpeechServices-Event"],
                    body=json.loads(raw) if raw else None,
                    signature=self.headers["X-MicrosoftSpeechServices-Signature"],
                    raw=raw,
                    token=token,
                    path=self.path,
                )
                receiver.calls.append(call)
                status, body = receiver.answer(call)
                try:
                    self.send_response(status)
                    for name, value in receiver.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/hook"

    @staticmethod
    def polite(call: Call) -> tuple[int, bytes]:
        """What a good receiver answers."""
        return 200, (call.token or "").encode()

    def events(self) -> list[str]:
        """The names of the events that came, without challenges."""
        return [call.event for call in list(self.calls) if call.event != "Challenge"]

    def stop(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
