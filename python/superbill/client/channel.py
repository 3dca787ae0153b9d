"""How a server is reached: address, TLS, token."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import grpc

import superbill

Token: TypeAlias = str | Callable[[], str]

LARGEST_MESSAGE = 64 << 20
OPTIONS: list[tuple[str, int | str]] = [
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    # A server that was restarted is there again within milliseconds.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
    # `Retries` asks again, with a budget over all calls.
    ("grpc.enable_retries", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
]


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: authorities of the server (else those of the system), and for mutual TLS this client's certificate and key.

    `name` is the name in the server's certificate where the address is another.
    """

    ca: Path | str | None = None
    cert: Path | str | None = None
    key: Path | str | None = None
    name: str | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """Reads the files."""

        def content(path: Path | str | None) -> bytes | None:
            return None if path is None else Path(path).read_bytes()

        return grpc.ssl_channel_credentials(content(self.ca), content(self.key), content(self.cert))

    def options(self) -> list[tuple[str, int | str]]:
        """Options of the channel."""
        return OPTIONS if self.name is None else [*OPTIONS, ("grpc.ssl_target_name_override", self.name)]


def options(address: str) -> list[tuple[str, int | str]]:
    """Options of a channel in plain text."""
    # Of a path grpcio makes an authority that servers of the Rust libraries refuse.
    return [*OPTIONS, ("grpc.default_authority", "localhost")] if address.startswith("unix:") else OPTIONS


def may_be_plain(address: str) -> bool:
    """Whether an address stays on this machine."""
    if address.startswith("unix:"):
        return True
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_plain(address: str, *, allowed: bool) -> None:
    """Raises SuperbillError for an address off this machine, unless plain text is allowed in so many words."""
    if not allowed and not may_be_plain(address):
        raise superbill.SuperbillError(
            f"{address}: notes of patients would cross the network in plain text: give tls=Tls(...), or plain_text_on_network=True"
        )


def metadata(token: Token | None) -> tuple[tuple[str, str], ...]:
    """Headers of a call; a token that is a function is asked for each time, so that it can be renewed."""
    if token is None:
        return ()
    return (("authorization", f"Bearer {token() if callable(token) else token}"),)
