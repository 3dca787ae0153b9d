"""`superbill rules list | show | test | simulate`."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import superbill
from superbill import _core
from superbill.cli.claims import batches, claims_of_file
from superbill.cli.coding import id_of
from superbill.cli.options import add_json, add_knowledge_base, knowledge_base, print_json
from superbill.default import read_pack

Json = dict[str, Any]

FIELDS = ("id", "severity", "title", "message", "citation", "remedy", "effective", "end", "pack", "version", "level", "overrides")


def add_commands(commands: Any) -> None:
    """Adds `rules`."""
    rules = commands.add_parser("rules", help="the rules that claims are edited by").add_subparsers(required=True, metavar="ACTION")
    listed = rules.add_parser("list", help="every rule in one line")
    listed.set_defaults(run=run_list)
    show = rules.add_parser("show", help="one rule: what it says, on whose word, since when, from which pack, and what it overrides")
    show.add_argument("id", metavar="ID", help="as ptp.denied")
    show.set_defaults(run=run_show)
    test = rules.add_parser("test", help="compile a pack of a payer or site, look for conflicts, and run its own examples")
    simulate = rules.add_parser("simulate", help="which claims a pack would change, before it goes live")
    for command, run in ((test, run_test), (simulate, run_simulate)):
        command.add_argument("pack", type=Path, metavar="PACK", help="a pack (TOML)")
        command.set_defaults(run=run)
    simulate.add_argument("claims", metavar="CLAIMS", help="a file of claims, .jsonl or .csv")
    simulate.add_argument("--setting", default="professional", help="setting of the claims of a .csv (default: %(default)s)")
    for command in (listed, show, test, simulate):
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
    for name in ("message", "remedy", "citation", "level"):
        if rule[name]:
            print(f"  {name}: {rule[name]}")
    if isinstance(rule["overrides"], list) and rule["overrides"]:
        print(f"  overrides: {' '.join(rule['overrides'])}")
    until = f" to {rule['end']}" if rule["end"] else ""
    print(f"  in force from {rule['effective']}{until}")
    print(f"  pack: {rule['pack']} {rule['version']}")
    return 0


def with_pack(kb: superbill.KnowledgeBase, path: Path) -> superbill.KnowledgeBase:
    """The knowledge base with a pack put on it.

    Raises:
        BuildError: the pack does not compile, or conflicts with another; the message names the rules.
    """
    return superbill.KnowledgeBase.from_bytes(_core.overlay(kb, [read_pack(path, path.name)]))


def told(check: superbill.Check) -> list[str]:
    """Findings as examples write them: rule, lines, and the lines denied after an arrow; without what tables do not reach."""
    return [
        " ".join([finding.rule, *finding.lines, *(["->", *finding.denied] if finding.denied else [])])
        for finding in check.findings
        if finding.rule != "line.no_release"
    ]


def run_test(options: argparse.Namespace) -> int:
    """Runs the examples of a pack; 1 where one does not come out as it says."""
    kb = with_pack(knowledge_base(options), options.pack)
    examples = tomllib.loads(options.pack.read_text(encoding="utf-8")).get("example", [])
    failed: list[Json] = []
    for number, example in enumerate(examples, 1):
        found = sorted(told(kb.edit(example["claim"])))
        if found != sorted(example["expect"]):
            failed.append({"example": number, "expected": sorted(example["expect"]), "found": found})
    if options.json:
        print_json({"examples": len(examples), "failed": failed})
    else:
        for failure in failed:
            print(f"example {failure['example']}: expected {failure['expected']}, found {failure['found']}")
        print(f"{len(examples)} examples, {len(failed)} failed")
    return 1 if failed else 0


def run_simulate(options: argparse.Namespace) -> int:
    """Prints the claims that a pack would change: findings that come and go."""
    before = knowledge_base(options)
    after = with_pack(before, options.pack)
    seen = changed = 0
    for claims in batches(claims_of_file(options.claims, options.setting)):
        for claim, old, new in zip(claims, before.edit_many(claims), after.edit_many(claims), strict=True):
            seen += 1
            if not isinstance(old, superbill.Check) or not isinstance(new, superbill.Check):
                print(json.dumps({"id": id_of(claim), "error": str(new)}))
                continue
            gone, come = differences(old, new)
            if gone or come:
                changed += 1
                tell_change(new.claim_id, gone, come, options.json)
    print(f"superbill: {changed} of {seen} claims would change", file=sys.stderr)
    return 0


def differences(old: superbill.Check, new: superbill.Check) -> tuple[list[str], list[str]]:
    """Findings that one check has and the other has not."""
    before, after = told(old), told(new)
    return [text for text in before if text not in after], [text for text in after if text not in before]


def tell_change(claim: str, gone: list[str], come: list[str], as_json: bool) -> None:
    """One claim that would change."""
    if as_json:
        print_json({"claim_id": claim, "gone": gone, "come": come})
    else:
        print("\n".join(marked(claim, gone, come)))


def marked(claim: str, gone: list[str], come: list[str]) -> Iterator[str]:
    """The claim, then findings that go and come."""
    yield claim or "(no id)"
    yield from (f"  - {text}" for text in gone)
    yield from (f"  + {text}" for text in come)
