"""`superbill template`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from superbill.cli.options import add_json, add_knowledge_base, knowledge_base, print_json

ELEMENT = ("id", "title", "required", "decides")


def add_commands(commands: Any) -> None:
    """Adds `template`."""
    template = commands.add_parser("template", help="what the documentation of a type of encounter has in it, and what it decides")
    template.add_argument("type", nargs="?", metavar="TYPE", help="as office_visit; all types where absent")
    add_knowledge_base(template)
    add_json(template)
    template.set_defaults(run=run_template)


def run_template(options: argparse.Namespace) -> int:
    """Prints the template of a type, or every type with its title; 1 where there is no such type."""
    templates = knowledge_base(options).templates
    if options.type is None:
        types = sorted((kind, title) for kinds, title, _, _ in templates for kind in kinds)
        if options.json:
            print_json([{"type": kind, "title": title} for kind, title in types])
        else:
            print("\n".join(f"{kind:<18} {title}" for kind, title in types))
        return 0
    for kinds, title, citation, elements in templates:
        if options.type in kinds:
            if options.json:
                rows = [dict(zip(ELEMENT, element, strict=True)) for element in elements]
                print_json({"type": options.type, "title": title, "citation": citation, "elements": rows})
            else:
                print(f"{title} ({citation})\n")
                for identity, name, required, decides in elements:
                    print(f"{'required' if required else 'where told':<11} {identity:<24} {name}\n{'':<36} decides {decides}")
            return 0
    print(f"superbill: no template {options.type}; `superbill template` has them all", file=sys.stderr)
    return 1
