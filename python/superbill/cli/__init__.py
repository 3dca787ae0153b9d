"""The command line: `superbill demo | code | check | rules | template | lookup | search | match | index | pcs | translate | kb | serve`.

Exit codes: 0 done; 1 something could not be coded, a code is unknown, or a claim has errors; 2 the request or the input cannot be used.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from superbill import SuperbillError, __version__
from superbill.cli import claims, classification, coding, knowledge, rules, service, templates, terminology, translation

DONE, PARTLY, UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    options = parser().parse_args(arguments)
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


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; each sets `run`, which takes the options and returns the exit code."""
    main = argparse.ArgumentParser(prog="superbill", description="Codes clinical encounters, with proof.")
    main.add_argument("--version", action="version", version=f"superbill {__version__}")
    commands = main.add_subparsers(required=True, metavar="COMMAND")
    for module in (coding, claims, rules, templates, terminology, classification, translation, knowledge, service):
        module.add_commands(commands)
    return main
