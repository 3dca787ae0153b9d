"""`superbill lookup`, `superbill search` and `superbill match`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import superbill
from superbill.cli.options import add_date, add_json, add_knowledge_base, knowledge_base, print_json

STANDINGS = {
    "valid": "billable",
    "header": "not billable: choose a code below it",
    "not_yet": "not billable yet",
    "expired": "not billable any more",
    "undated": "named by tables that do not say when it holds",
}


def add_commands(commands: Any) -> None:
    """Adds `lookup`, `search` and `match`."""
    lookup = commands.add_parser("lookup", help="what is known of a code on a day")
    lookup.add_argument("code", help="a code; of ICD-10-CM with or without its dot")
    lookup.add_argument("--system", metavar="SYSTEM", help="icd10cm, icd10pcs, cpt, hcpcs, ... (default: the one that has the code)")
    add_date(lookup, required=True)
    lookup.set_defaults(run=run_lookup)

    search = commands.add_parser("search", help="the best codes for words, typing errors put right")
    search.add_argument("words", nargs="+", help="words, or beginnings of words or of codes")
    search.add_argument(
        "--system",
        action="append",
        metavar="NAME",
        help="a code system; may be repeated (default: icd10cm, icd10pcs, cpt, hcpcs)",
    )
    search.add_argument("--headers", action="store_true", help="headers as well, which cannot stand on a claim")
    search.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many (default: %(default)s)")
    add_date(search, required=True)
    search.set_defaults(run=run_search)

    match = commands.add_parser("match", help="every term of a text that names codes, overlaps included")
    match.add_argument("file", metavar="FILE", help="a text file, or - for standard input")
    match.set_defaults(run=run_match)

    for command in (lookup, search, match):
        add_knowledge_base(command)
        add_json(command)


def as_dict(info: superbill.CodeInfo) -> dict[str, Any]:
    """The fields of a code for JSON."""
    names = ("code", "system", "description", "billable", "standing", "covered", "effective", "end", "parent", "children", "successors")
    facts = {name: getattr(info, name) for name in names}
    facts["attributes"] = [{"name": name, "qualifier": qualifier, "value": value} for name, qualifier, value in info.attributes]
    facts["add_on_to"] = [{"primary": primary, "edit_type": kind} for primary, kind in info.add_on_to]
    return facts


def run_lookup(options: argparse.Namespace) -> int:
    """Prints one code; 1 where it is unknown."""
    info = knowledge_base(options).lookup(options.code, options.date, system=options.system)
    if options.json:
        print_json(as_dict(info) if info else None)
    elif info is None:
        print(
            f"superbill: {options.code}: no such code in the releases that answer for {options.date}",
            file=sys.stderr,
        )
    else:
        interval = f"{info.effective or 'before the first release'} to {info.end or 'now'}"
        print(f"{info.code}  {info.description}")
        print(f"  {STANDINGS[info.standing]}; in force {interval}")
        if not info.covered:
            print(f"  no loaded release covers {options.date}: this is the nearest one")
        if info.parent:
            print(f"  above: {info.parent}")
        if info.children:
            print(f"  below: {' '.join(info.children)}")
        if info.successors:
            print(f"  in its place: {' '.join(info.successors)}")
        for name, qualifier, value in info.attributes:
            print(f"  {f'{name} {qualifier}'.strip():<40} {'yes' if value is True else value}")
        for primary, kind in info.add_on_to:
            print(f"  add-on code (type {kind}) beside {primary or 'what the contractor says'}")
    return 0 if info else 1


def run_search(options: argparse.Namespace) -> int:
    """Prints the codes found, one a line; 1 where there is none."""
    words = " ".join(options.words)
    kb = knowledge_base(options)
    found = kb.search(words, options.date, system=options.system, limit=options.limit, headers=options.headers)
    if options.json:
        print_json([as_dict(info) | {"system": info.system, "matched": info.matched} for info in found])
    else:
        if found and found[0].matched == "partial":
            print("superbill: no description has all the words: these have some", file=sys.stderr)
        several = len({info.system for info in found}) > 1
        for info in found:
            print(f"{info.code:<9} {info.system + ' ' if several else '':<{9 if several else 0}}{info.description}")
    return 0 if found else 1


def run_match(options: argparse.Namespace) -> int:
    """Prints the terms of a text, one a line: start, end, words, codes."""
    content = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise superbill.SuperbillError(f"{options.file}: not UTF-8 at byte {error.start}") from None
    found = knowledge_base(options).match(text)
    if options.json:
        print_json([{"start": m.start, "end": m.end, "text": text[m.start : m.end], "codes": m.codes} for m in found])
    else:
        for m in found:
            print(f"{m.start:>7} {m.end:>7}  {' '.join(text[m.start : m.end].split()):<40} {' '.join(m.codes)}")
    return 0
