"""HTTP/2 by hand, as no well-behaved client speaks it."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    """One frame."""
    return struct.pack(">I", len(content))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + content


def headers(stream: int, path: str, more: dict[str, str] | None = None) -> bytes:
    """The headers of a gRPC call, each as a literal that is not indexed (RFC 7541, 6.2.2)."""
    fields = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost", "te": "trailers"}
    fields |= {"content-type": "application/grpc"} | (more or {})
    block = b"".join(b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode() for name, value in fields.items())
    return frame(HEADERS, END_HEADERS, stream, block)


def connect(port: int, timeout: float = 10) -> socket.socket:
    """A connection that has said hello."""
    wire = socket.create_connection(("127.0.0.1", port), timeout)
    wire.sendall(PREFACE + frame(SETTINGS, 0, 0))
    return wire


def frames(wire: socket.socket) -> Iterator[tuple[int, int, int, bytes]]:
    """What comes, until the other side closes or says nothing more."""

    def exactly(length: int) -> bytes:
        content = b""
        while len(content) < length:
            part = wire.recv(length - len(content))
            if not part:
                raise ConnectionResetError
            content += part
        return content

    try:
        while True:
            head = exactly(9)
            length = int.from_bytes(head[:3], "big")
            yield head[3], head[4], int.from_bytes(head[5:9], "big") & 0x7FFFFFFF, exactly(length)
    except (ConnectionError, TimeoutError):
        return
