"""`superbill index` and `superbill pcs`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import superbill
from superbill.cli.options import add_date, add_json, add_knowledge_base, knowledge_base, print_json

INDEXES = ("icd10cm", "external", "neoplasm", "drug", "icd10pcs")
# What is below a main term can be hundreds of entries; `--json` and Python have all of them.
MOST_BELOW = 12


def add_commands(commands: Any) -> None:
    """Adds `index` and `pcs`."""
    index = commands.add_parser("index", help="what an alphabetic index, or the table of neoplasms or drugs, says of a term")
    index.add_argument("term", nargs="+", help="words of a term, in any order; a path such as 'Fracture, femur, neck'")
    index.add_argument("--index", choices=INDEXES, default="icd10cm", help="which index (default: %(default)s)")
    index.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many (default: %(default)s)")
    index.set_defaults(run=run_index)

    pcs = commands.add_parser("pcs", help="what the characters of an ICD-10-PCS code say, and what the next one may be")
    pcs.add_argument("prefix", help="a code or the beginning of one")
    pcs.set_defaults(run=run_pcs)

    for command in (index, pcs):
        add_date(command, required=True)
        add_knowledge_base(command)
        add_json(command)


def as_dict(entry: superbill.IndexEntry) -> dict[str, Any]:
    """The fields of an entry for JSON."""
    names = ("index", "path", "nonessential", "code", "complete", "manifestation", "see", "see_also", "use", "cells", "children")
    return {name: getattr(entry, name) for name in (*names, "unmatched", "release", "covered")}


def run_index(options: argparse.Namespace) -> int:
    """Prints the entries found; 1 where there is none."""
    found = knowledge_base(options).index_lookup(" ".join(options.term), options.date, index=options.index, limit=options.limit)
    if options.json:
        print_json([as_dict(entry) for entry in found])
        return 0 if found else 1
    for entry in found:
        show(entry)
    if found and found[0].unmatched:
        print(f"superbill: not accounted for: {' '.join(found[0].unmatched)}", file=sys.stderr)
    if found and not found[0].covered:
        print(f"superbill: no loaded release of this index covers {options.date}: that of {found[0].release} answers", file=sys.stderr)
    if not found:
        print(f"superbill: {' '.join(options.term)}: no main term of the index is among these words", file=sys.stderr)
    return 0 if found else 1


def show(entry: superbill.IndexEntry) -> None:
    """One entry for people."""
    code = "" if entry.code is None else entry.code if entry.complete else f"{entry.code}-"
    second = f" [{entry.manifestation}]" if entry.manifestation else ""
    modifiers = f" {entry.nonessential}" if entry.nonessential else ""
    print(f"{', '.join(entry.path)}{modifiers}  {code}{second}".rstrip())
    for name, references in (("see", entry.see), ("see also", entry.see_also)):
        for text, path, target in references:
            leads = f" -> {', '.join(path)} {target or ''}".rstrip() if path else ""
            print(f"  {name} {text}{leads}")
    for value in entry.use:
        print(f"  use {value}")
    for heading, cell, whole in entry.cells:
        print(f"  {heading:<40} {'--' if cell is None else cell if whole else f'{cell}-'}")
    below = entry.children
    if below:
        more = f"; and {len(below) - MOST_BELOW} more" if len(below) > MOST_BELOW else ""
        print(f"  below: {'; '.join(below[:MOST_BELOW])}{more}")


def run_pcs(options: argparse.Namespace) -> int:
    """Prints what the characters say and what may come next; 1 where no code starts with them."""
    kb = knowledge_base(options)
    axes, following = kb.pcs_axes(options.prefix, options.date), kb.pcs_complete(options.prefix, options.date)
    if options.json:
        print_json({"axes": axes, "next": following})
    else:
        for character, axis, label in axes:
            print(f"{character}  {axis:<24} {label}")
        for character, axis, label in following:
            print(f"{'.' * len(axes)}{character}  {axis:<24} {label}")
        if not axes and not following:
            print(f"superbill: {options.prefix}: the tables make no code that starts so on {options.date}", file=sys.stderr)
    return 0 if axes or following else 1
