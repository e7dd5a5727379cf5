"""An HTTP server of a few files for tests, which can cut, crawl, count and misbehave."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FileServer:
    """`files` by path; `requests` notes (path, Range header) of each GET.

    `cut` ends so many long answers after half of what they owe; `delay` sleeps between
    blocks; `ranges` False ignores Range headers.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    cut: int = 0
    delay: float = 0.0
    ranges: bool = True
    url: str = ""

    def asked(self, path: str) -> list[str | None]:
        return [header for name, header in self.requests if name == path]


@contextmanager
def serving(server: FileServer) -> Iterator[FileServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            server.requests.append((self.path, wanted))
            server.headers.append(dict(self.headers))
            content = server.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(wanted[6:].split("-")[0]) if wanted and server.ranges else 0
            if start and start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            kind = "application/json" if content[:1] == b"{" else "text/html"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            owed = content[start:]
            if server.cut > 0 and len(owed) > 1000:
                server.cut -= 1
                owed = owed[: len(owed) // 2]
            for at in range(0, len(owed), 1 << 14):
                try:
                    self.wfile.write(owed[at : at + (1 << 14)])
                except OSError:
                    return
                time.sleep(server.delay)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
