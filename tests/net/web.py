"""Web servers that behave as a test wants: well, badly, or not at all."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Web:
    """Serves `pages`: path -> a function that is given the request and writes its answer."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                web.requests.append(
                    (self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
                )
                length = int(self.headers.get("Content-Length", "0"))
                self.rfile.read(length)
                page = web.pages.get(self.path.partition("?")[0])
                with suppress(OSError):
                    if page is None:
                        send(self, 404, b"")
                    else:
                        page(self)

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def page(self, path: str, *answer: object, **headers: str) -> str:
        """Answer `path` with (status, body), and return its address."""
        status, body = answer
        assert isinstance(status, int)
        assert isinstance(body, bytes)
        self.pages[path] = lambda request: send(request, status, body, **headers)
        return self.address + path

    def stop(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer a request whole."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


class Raw:
    """A server that sends the same bytes to whoever connects, and then holds or closes."""

    def __init__(self, data: bytes, *, hold: bool = True, drip: float = 0.0) -> None:
        self._data, self._hold, self._drip = data, hold, drip
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection, suppress(OSError):
                connection.recv(65536)
                if self._drip:
                    for byte in self._data:
                        connection.sendall(bytes([byte]))
                        if self._over.wait(self._drip):
                            break
                else:
                    connection.sendall(self._data)
                if self._hold:
                    self._over.wait(30)

    def stop(self) -> None:
        """Close everything."""
        self._over.set()
        self._thread.join()
        self._listener.close()
