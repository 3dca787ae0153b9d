"""The command line: `superbill demo | code | check | rules | template | lookup | search | match | index | pcs | translate | kb | serve`.

Exit codes: 0 done; 1 something could not be coded, a code is unknown, or a claim has errors; 2 the request or the input cannot be used.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from superbill import SuperbillError, __version__

DONE, PARTLY, UNUSABLE = 0, 1, 2

MODULES = {
    "coding": ("demo", "code"),
    "claims": ("check",),
    "rules": ("rules",),
    "templates": ("template",),
    "terminology": ("lookup", "search", "match"),
    "classification": ("index", "pcs"),
    "translation": ("translate",),
    "knowledge": ("kb",),
    "service": ("serve",),
}
"""Modules of this package with their commands."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(given[0] if given else None).parse_args(given)
    try:
        code: int = options.run(options)
    except SuperbillError as error:
        print(f"superbill: {error}", file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:
        # The reader (`head`) has what it wants; what Python would flush at exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        print(f"superbill: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return 130
    return code


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands; each sets `run`, which takes the options and returns the exit code.

    With the name of a command only what its module has is known: importing them all takes longer than most commands do.
    """
    main = argparse.ArgumentParser(prog="superbill", description="Codes clinical encounters, with proof.")
    main.add_argument("--version", action="version", version=f"superbill {__version__}")
    commands = main.add_subparsers(required=True, metavar="COMMAND")
    known = [module for module, names in MODULES.items() if command in names]
    for module in known or MODULES:
        import_module(f"superbill.cli.{module}").add_commands(commands)
    return main
