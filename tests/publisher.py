"""A publisher of files on this machine: an HTTP server on loopback that cuts, fails, changes and redirects as a test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit


@dataclass
class File:
    """What is at an address. `statuses` are answered first, one a request; `cut` bodies end there, one a request."""

    content: bytes = b""
    etag: str = ""
    last_modified: str = ""
    ranges: bool = True
    length: bool = True
    to: str = ""
    statuses: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


class Asked(NamedTuple):
    """A request, and how many bytes of body were sent for it."""

    path: str
    headers: dict[str, str]
    sent: int


class Publisher:
    """Files by path, and what was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.files: dict[str, File] = {}
        self.asked: list[Asked] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


class Handler(BaseHTTPRequestHandler):
    publisher: Publisher
    timeout = 10

    def log_message(self, format: str, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        file = self.publisher.files.get(urlsplit(self.path).path)
        asked = {name.lower(): value for name, value in self.headers.items()}
        status, body, headers = answer(file, asked)
        sent = body if file is None or not file.cut or not body else body[: file.cut.pop(0)]
        self.publisher.asked.append(Asked(self.path, asked, len(sent)))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if file is None or file.length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        # Who asked may hang up, which is its right.
        with suppress(ConnectionError):
            self.wfile.write(sent)


def answer(file: File | None, asked: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers, as a publisher that keeps to RFC 9110 answers."""
    if file is None:
        return 404, b"no such page", {}
    if file.statuses or file.to:
        return (file.statuses.pop(0), b"in a moment", file.headers) if file.statuses else (302, b"", {"Location": file.to})
    headers = dict(file.headers)
    headers |= {"ETag": file.etag} if file.etag else {}
    headers |= {"Last-Modified": file.last_modified} if file.last_modified else {}
    if file.etag and asked.get("if-none-match") == file.etag:
        return 304, b"", headers
    start = int(asked.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
    same = asked.get("if-range") in (file.etag or None, file.last_modified or None)
    if not (file.ranges and start and same):
        return 200, file.content, headers
    if start >= len(file.content):
        return 416, b"", headers
    return 206, file.content[start:], {"Content-Range": f"bytes {start}-{len(file.content) - 1}/{len(file.content)}"} | headers


@contextmanager
def publishing() -> Iterator[Publisher]:
    """Publishes on a free port until the block ends."""

    class Bound(Handler):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Bound) as server:
        server.daemon_threads = True
        Bound.publisher = Publisher(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Bound.publisher
        finally:
            server.shutdown()
            thread.join(10)
