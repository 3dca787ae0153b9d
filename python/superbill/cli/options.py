"""Options that several commands share."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import Any

import superbill


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


def print_json(value: Any) -> None:
    """One JSON value on a line."""
    import msgspec

    print(msgspec.json.encode(value).decode())
