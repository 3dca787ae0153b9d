"""Options that several commands share."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import superbill

if TYPE_CHECKING:
    from superbill.client import Client


def add_knowledge_base(command: argparse.ArgumentParser) -> None:
    """`--kb`: which knowledge base answers."""
    command.add_argument("--kb", type=Path, metavar="FILE", help="knowledge base file (default: the built-in one)")


def add_json(command: argparse.ArgumentParser) -> None:
    """`--json`: output for programs."""
    command.add_argument("--json", action="store_true", help="print JSON")


def add_date(command: argparse.ArgumentParser, *, required: bool) -> None:
    """`--date`: the day that decides which release answers."""
    command.add_argument("--date", type=day, required=required, metavar="DAY", help="date of service: YYYY-MM-DD, or `today`")


def day(text: str) -> str:
    """A calendar date; `today` is printed, since it changes the answer from day to day."""
    if text == "today":
        text = datetime.date.today().isoformat()
        print(f"superbill: date {text}", file=sys.stderr)
        return text
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError("expected YYYY-MM-DD or today") from None


def knowledge_base(options: argparse.Namespace) -> superbill.KnowledgeBase:
    """The knowledge base that `--kb` names, or the default one."""
    return superbill.open(options.kb)


def add_server(command: argparse.ArgumentParser) -> None:
    """`--server`, and how it is reached."""
    command.add_argument("--server", metavar="ADDR", help="HOST:PORT or unix:PATH of a server that does the work")
    command.add_argument("--tls-ca", type=Path, metavar="FILE", help="authorities of the server's certificate; speaks TLS")
    command.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate of this client")
    command.add_argument("--tls-key", type=Path, metavar="FILE", help="and its key")
    command.add_argument("--token-file", type=Path, metavar="FILE", help="bearer token, read at each call")


def engine(options: argparse.Namespace) -> superbill.KnowledgeBase | Client:
    """What answers: the server of `--server`, else the knowledge base in this process."""
    if options.server is None:
        return knowledge_base(options)
    if options.kb is not None:
        raise superbill.SuperbillError("--kb: a server answers from its own knowledge base")
    try:
        from superbill.client import Client, Tls
    except ImportError:
        raise superbill.SuperbillError('--server needs grpcio: pip install "superbill[client]"') from None
    tls = Tls(options.tls_ca, options.tls_cert, options.tls_key) if options.tls_ca or options.tls_cert else None
    path: Path | None = options.token_file
    token = None if path is None else lambda: path.read_text(encoding="utf-8").strip()
    return Client(options.server, tls=tls, token=token)


def print_json(value: Any) -> None:
    """One JSON value on a line."""
    import msgspec

    print(msgspec.json.encode(value).decode())
