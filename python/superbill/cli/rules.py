"""`superbill rules list` and `superbill rules show`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from superbill.cli.options import add_json, add_knowledge_base, knowledge_base, print_json

FIELDS = ("id", "severity", "title", "message", "citation", "remedy", "effective", "end", "pack", "version")


def add_commands(commands: Any) -> None:
    """Adds `rules`."""
    rules = commands.add_parser("rules", help="the rules that claims are edited by").add_subparsers(required=True, metavar="ACTION")
    listed = rules.add_parser("list", help="every rule in one line")
    listed.set_defaults(run=run_list)
    show = rules.add_parser("show", help="one rule: what it says, on whose word, since when, from which pack")
    show.add_argument("id", metavar="ID", help="as ptp.denied")
    show.set_defaults(run=run_show)
    for command in (listed, show):
        add_knowledge_base(command)
        add_json(command)


def run_list(options: argparse.Namespace) -> int:
    """Prints every rule."""
    rules = [dict(zip(FIELDS, rule, strict=True)) for rule in knowledge_base(options).rules]
    if options.json:
        print_json(rules)
    else:
        for rule in rules:
            print(f"{rule['id']:<26} {rule['severity']:<7} {rule['title']}")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Prints one rule; 1 where there is none of that id."""
    found = [dict(zip(FIELDS, rule, strict=True)) for rule in knowledge_base(options).rules if rule[0] == options.id]
    if not found:
        print(f"superbill: no rule {options.id}; `superbill rules list` has them all", file=sys.stderr)
        return 1
    (rule,) = found
    if options.json:
        print_json(rule)
        return 0
    print(f"{rule['id']}  {rule['severity']}")
    print(f"  {rule['title']}")
    for name in ("message", "remedy", "citation"):
        if rule[name]:
            print(f"  {name}: {rule[name]}")
    until = f" to {rule['end']}" if rule["end"] else ""
    print(f"  in force from {rule['effective']}{until}")
    print(f"  pack: {rule['pack']} {rule['version']}")
    return 0
