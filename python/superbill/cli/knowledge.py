"""`superbill kb build | info | verify`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import superbill
from superbill import _core
from superbill.cli.options import add_json, print_json
from superbill.default import Sources, installed_release, packs, read_pack, release_day

CPT = "cpt/"


def add_commands(commands: Any) -> None:
    """Adds `kb`."""
    kb = commands.add_parser("kb", help="build, describe and check knowledge bases").add_subparsers(required=True, metavar="ACTION")

    build = kb.add_parser("build", help="compile an ICD-10-CM release and packs into one file")
    build.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where the file goes")
    build.add_argument("--tabular", type=Path, metavar="XML", help="ICD-10-CM tabular list (default: of simple-icd-10-cm)")
    build.add_argument("--codes", type=Path, metavar="TXT", help="list of valid codes that goes with it")
    build.add_argument("--effective", metavar="DAY", help="first day of the release, where the file name does not say it")
    build.add_argument("--pack", type=Path, action="append", default=[], metavar="TOML", help="a pack of your own; may be repeated")
    build.add_argument("--without-cpt", action="store_true", help="leave the CPT procedure families out")
    build.set_defaults(run=run_build)

    info = kb.add_parser("info", help="what is in a file and how old it is")
    verify = kb.add_parser("verify", help="check a file whole; exit code 2 where it cannot be used")
    for command, run in ((info, run_info), (verify, run_verify)):
        command.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a knowledge base file (default: the built-in one)")
        command.set_defaults(run=run)
    for command in (build, info, verify):
        add_json(command)


def sources(options: argparse.Namespace) -> Sources:
    """The release that the options name, or the installed one.

    Raises:
        BuildError: only one of the two files is named, or the day is not known.
    """
    if options.tabular is None and options.codes is None:
        installed = installed_release()
        return Sources(installed.tabular, installed.codes, options.effective or installed.effective)
    if options.tabular is None or options.codes is None:
        raise _core.BuildError("--tabular and --codes go together: the list of valid codes must be of the same release")
    return Sources(options.tabular, options.codes, options.effective or release_day(options.tabular.name))


def run_build(options: argparse.Namespace) -> int:
    """Builds a file and describes it."""
    from rich.console import Console

    release = sources(options)
    contents = [pack for pack in packs() if not (options.without_cpt and pack[0].startswith(CPT))]
    contents += [read_pack(path, path.name) for path in options.pack]
    started = time.monotonic()
    console = Console(stderr=True)
    with console.status(f"compiling {release.tabular.name} and {len(contents)} packs"):
        image = _core.build(release.tabular, release.codes, release.effective, contents)
        _core.write(options.output, image)
    print(f"superbill: built in {time.monotonic() - started:.1f} s", file=sys.stderr)
    describe(superbill.open(options.output), options.json)
    return 0


def run_info(options: argparse.Namespace) -> int:
    """Describes a file."""
    describe(superbill.open(options.file), options.json)
    return 0


def run_verify(options: argparse.Namespace) -> int:
    """Opens a file, which checks its length, its hash and every table in it."""
    kb = superbill.open(options.file)
    if options.json:
        print_json({"hash": kb.hash, "sound": True})
    else:
        print(f"sound: {kb.hash}")
    return 0


def describe(kb: superbill.KnowledgeBase, as_json: bool) -> None:
    """What is in a knowledge base."""
    fields = ("id", "version", "effective", "end", "citation")
    facts: dict[str, Any] = {
        "hash": kb.hash,
        "format": _core.FORMAT_VERSION,
        "bytes": kb.size,
        "codes": kb.code_count,
        "billable": kb.billable_count,
        "terms": kb.phrase_count,
        "families": kb.family_count,
        "releases": [dict(zip(fields, release, strict=True)) for release in kb.releases],
    }
    if as_json:
        print_json(facts)
        return
    for name in ("hash", "format", "bytes", "codes", "billable", "terms", "families"):
        print(f"{name:<10} {facts[name]}")
    for release in facts["releases"]:
        print(f"  {release['id']:<34} {release['version']}  {release['effective']} to {release['end']}  {release['citation']}")
