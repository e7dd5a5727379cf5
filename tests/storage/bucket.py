"""A stand-in for S3: one bucket in memory, which checks the signature of each request.

Source: Amazon S3 API reference (REST operations, "Authenticating Requests: AWS Signature Version
4"). It knows what Scriba's object store client uses, and refuses the rest.
"""

import hashlib
import hmac
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

ID, SECRET, REGION = "test-id", "test-secret", "eu-test-1"
Blob = tuple[bytes, dict[str, str]]


class Bucket:
    """A running server with the bucket `files`; `fail` is a status that it answers with."""

    def __init__(self) -> None:
        self.blobs: dict[str, Blob] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.fail: int | None = None
        bucket = self

        class Handler(_Handler):
            of = bucket

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    of: ClassVar[Bucket]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Write no log."""

    def handle_one(self) -> None:
        """Check the signature, then do what is asked."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if self.of.fail is not None:
            self._answer(self.of.fail, b"<Error><Code>Told</Code></Error>")
        elif not self._signed(parts.path, query):
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        else:
            _, _, key = unquote(parts.path).lstrip("/").partition("/")
            self._do(key, query, body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

    def _do(self, key: str, query: dict[str, str], body: bytes) -> None:
        blobs, what = self.of.blobs, self.command
        if what == "POST" and "delete" in query:
            keys = re.findall(rb"<Key>([^<]*)</Key>", body)
            for found in keys:
                blobs.pop(unescape(found.decode()), None)
            gone = b"".join(b"<Deleted><Key>%b</Key></Deleted>" % key for key in keys)
            self._answer(200, b"<DeleteResult>%b</DeleteResult>" % gone)
        elif what == "POST" and "uploads" in query:
            upload = f"upload{len(self.of.parts)}"
            self.of.parts[upload] = {}
            blobs[f"\0{upload}"] = (b"", self._attributes())
            self._answer(
                200,
                "<InitiateMultipartUploadResult>"
                f"<UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
        elif what == "PUT" and "uploadId" in query:
            self.of.parts[query["uploadId"]][int(query["partNumber"])] = body
            self._answer(200, b"", {"ETag": _tag(body)})
        elif what == "POST" and "uploadId" in query:
            given = self.of.parts.pop(query["uploadId"])
            whole = b"".join(given[number] for number in sorted(given))
            blobs[key] = (whole, blobs.pop(f"\0{query['uploadId']}")[1])
            self._answer(
                200,
                "<CompleteMultipartUploadResult>"
                f"<ETag>{_tag(whole)}</ETag></CompleteMultipartUploadResult>".encode(),
            )
        elif what == "PUT":
            blobs[key] = (body, self._attributes())
            self._answer(200, b"", {"ETag": _tag(body)})
        elif what == "GET" and "list-type" in query:
            self._list(query.get("prefix", ""))
        elif what == "DELETE":
            blobs.pop(key, None)
            self._answer(204, b"")
        elif what in ("GET", "HEAD") and key in blobs:
            self._send(*blobs[key])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def _attributes(self) -> dict[str, str]:
        names = ("Content-Type", "Content-Disposition")
        return {name: self.headers[name] for name in names if name in self.headers}

    def _send(self, data: bytes, attributes: dict[str, str]) -> None:
        wanted = self.headers.get("If-Match")
        headers = {**attributes, "ETag": _tag(data), "Last-Modified": _DATE}
        if wanted is not None and wanted != _tag(data):
            self._answer(412, b"")
            return
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked is None:
            self._answer(200, data, headers)
            return
        first, last = int(asked[1]), min(int(asked[2]), len(data) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        self._answer(206, data[first : last + 1], headers)

    def _list(self, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size><ETag>{_tag(data)}</ETag>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key, (data, _) in sorted(self.of.blobs.items())
            if key.startswith(prefix)
        )
        self._answer(200, f"<ListBucketResult>{found}</ListBucketResult>".encode())

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _signed(self, path: str, query: dict[str, str]) -> bool:
        given = self.headers.get("Authorization")
        if given is not None:
            found = re.fullmatch(
                r"AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)",
                given,
            )
            if found is None:
                return False
            credential, names, signature = found.groups()
            time, payload = self.headers["x-amz-date"], self.headers["x-amz-content-sha256"]
            rest = query
        else:
            if "X-Amz-Signature" not in query:
                return False
            credential, names = query["X-Amz-Credential"], query["X-Amz-SignedHeaders"]
            signature, time = query["X-Amz-Signature"], query["X-Amz-Date"]
            payload = "UNSIGNED-PAYLOAD"
            rest = {name: value for name, value in query.items() if name != "X-Amz-Signature"}
        asked = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
            for name, value in sorted(rest.items())
        )
        headers = "".join(
            f"{name}:{' '.join(self.headers.get(name, '').split())}\n" for name in names.split(";")
        )
        request = "\n".join([self.command, path, asked, headers, names, payload])
        _, _, scope = credential.partition("/")
        text = "\n".join(
            ["AWS4-HMAC-SHA256", time, scope, hashlib.sha256(request.encode()).hexdigest()]
        )
        key = f"AWS4{SECRET}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), hashlib.sha256)
        wanted = hmac.digest(key, text.encode(), hashlib.sha256).hex()
        return credential.startswith(f"{ID}/") and hmac.compare_digest(wanted, signature)


_DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


def _tag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'
