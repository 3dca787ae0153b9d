"""`superbill serve`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from superbill import _core
from superbill.cli.options import add_json, add_knowledge_base, print_json
from superbill.default import cache_file, installed_release, open_default, packs


def add_commands(commands: Any) -> None:
    """Adds `serve`."""
    serve = commands.add_parser("serve", help="serve superbill.v1.Coding over gRPC on this machine until interrupted")
    serve.add_argument("--address", default="127.0.0.1:50051", metavar="IP:PORT", help="port 0 takes a free one (default: %(default)s)")
    serve.add_argument("--threads", type=int, default=0, metavar="N", help="encounters coded at once (default: one a core)")
    add_knowledge_base(serve)
    add_json(serve)
    serve.set_defaults(run=run_serve)


def knowledge_base_file(options: argparse.Namespace) -> Path:
    """The file to serve; the default one is built first where it is missing.

    Raises:
        KnowledgeBaseError: the default one could not be kept.
    """
    if options.kb is not None:
        return Path(options.kb)
    path = cache_file(installed_release(), packs())
    if not path.exists():
        open_default()
    return path


def run_serve(options: argparse.Namespace) -> int:
    """Serves until SIGINT or SIGTERM."""

    def listening(address: str) -> None:
        if options.json:
            print_json({"listening": address})
        else:
            print(f"listening on {address}")
        sys.stdout.flush()

    _core.serve(knowledge_base_file(options), options.address, listening, threads=options.threads)
    return 0
