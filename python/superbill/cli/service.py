"""`superbill serve`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from superbill import _core, kept
from superbill.cli.options import add_json, print_json
from superbill.default import installed_release, open_default


def add_commands(commands: Any) -> None:
    """Adds `serve`."""
    serve = commands.add_parser(
        "serve",
        help="serve the engine over gRPC until interrupted",
        description="A flag is taken before its environment variable (--tls-cert: SUPERBILL_TLS_CERT), that before the file (tls.cert), "
        "that before the default.",
    )
    serve.add_argument("--config", metavar="FILE", help="settings in TOML (or SUPERBILL_CONFIG)")
    serve.add_argument("--check", action="store_true", help="print the settings and where each comes from, and start nothing")
    for name, default, about in _core.SERVER_SETTINGS:
        flag = "--" + name.replace(".", "-").replace("_", "-")
        if default in {"true", "false"}:
            # A switch; with a value as well, since one that is on elsewhere must be turned off somehow.
            serve.add_argument(flag, dest=name, nargs="?", const="true", metavar="BOOL", help=f"{about} (default: {default})")
        else:
            serve.add_argument(flag, dest=name, metavar="VALUE", help=about + (f" (default: {default})" if default else ""))
    add_json(serve)
    serve.set_defaults(run=run_serve)


def default_file() -> Path:
    """The built-in knowledge base, built first where it is missing.

    Raises:
        KnowledgeBaseError: it could not be kept.
    """
    release = installed_release()
    path = Path(kept.file_of(str(release.tabular), str(release.codes)))
    if not path.exists():
        open_default()
    return path


def run_serve(options: argparse.Namespace) -> int:
    """Serves until SIGINT or SIGTERM."""
    names = ["config", *(name for name, _, _ in _core.SERVER_SETTINGS)]
    flags = [(name, value) for name in names if (value := getattr(options, name)) is not None]
    settings = _core.server_settings(flags)
    if options.check:
        return check(settings, json=options.json)

    def listening(address: str, metrics: str | None) -> None:
        if options.json:
            print_json({"listening": address, "metrics": metrics})
        else:
            print(f"listening on {address}")
            if metrics is not None:
                print(f"metrics on {metrics}")
        sys.stdout.flush()

    chosen = {name: value for name, value, _ in settings}["kb"]
    _core.serve(flags, chosen or default_file(), listening)
    return 0


def check(settings: list[tuple[str, str, str]], *, json: bool) -> int:
    """Prints what a server would be started with."""
    if json:
        print_json([{"name": name, "value": value, "origin": origin} for name, value, origin in settings])
    else:
        for name, value, origin in settings:
            print(f"{name:<30} {value or '-':<24} {origin}")
    return 0
