"""`superbill kb build | fetch | info | diff | verify`."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import superbill
from superbill import _core
from superbill.cli import fetching
from superbill.cli.options import add_json, day, print_json
from superbill.default import installed_release, packs, read_pack
from superbill.totals import totals

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

CPT = "cpt/"
# Rejected rows beyond this tell a person no more; `--json` and Python have those that the report keeps.
MOST_TOLD = 20


def add_commands(commands: Any) -> None:
    """Adds `kb`."""
    kb = commands.add_parser("kb", help="build, describe and check knowledge bases").add_subparsers(required=True, metavar="ACTION")

    build = kb.add_parser("build", help="compile official files, as they were downloaded, and packs into one file")
    build.add_argument("sources", nargs="*", type=Path, metavar="SOURCE", help="files or folders (default: the installed ICD-10-CM)")
    build.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where the file goes")
    build.add_argument("--base", type=Path, metavar="FILE", help="put packs on a built knowledge base; everything else is copied")
    build.add_argument("--pack", type=Path, action="append", default=[], metavar="TOML", help="a pack of your own; may be repeated")
    build.add_argument(
        "--release",
        action="append",
        default=[],
        metavar="FEED=DAY",
        help="first day of a release, where no file name says it; may be repeated",
    )
    build.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="FILE|FEED",
        help="accept a file with rejected rows, or releases of a feed with less than was published; may be repeated",
    )
    build.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="LICENCE",
        help="a licence that you have and accept for the files of this build: ama-cpt; typed each time",
    )
    build.add_argument("--without-cpt", action="store_true", help="leave the CPT procedure families out")
    build.add_argument("--without-packs", action="store_true", help="leave all packs out: codes and tables alone, which reads no notes")
    build.set_defaults(run=run_build)

    fetching.add_command(kb)

    diff = kb.add_parser("diff", help="what changed from one knowledge base to another, or between two days of one")
    diff.add_argument("before", type=Path, metavar="BEFORE")
    diff.add_argument("after", type=Path, metavar="AFTER", nargs="?", help="default: BEFORE on another day")
    diff.add_argument("--from", dest="before_day", type=day, metavar="DAY", help="the day on which BEFORE is looked at (default: its last)")
    diff.add_argument("--to", dest="after_day", type=day, metavar="DAY", help="the day on which AFTER is looked at (default: its last)")
    diff.set_defaults(run=run_diff)
    add_json(diff)

    info = kb.add_parser("info", help="what is in a file and how old it is")
    verify = kb.add_parser("verify", help="check a file whole; exit code 2 where it cannot be used")
    for command, run in ((info, run_info), (verify, run_verify)):
        command.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a knowledge base file (default: the built-in one)")
        command.set_defaults(run=run)
    for command in (build, info, verify):
        add_json(command)


def run_build(options: argparse.Namespace) -> int:
    """Builds a file and describes it; 1 where rows were rejected that nobody allowed."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    contents = [] if options.without_packs or options.base else packs()
    contents = [pack for pack in contents if not (options.without_cpt and pack[0].startswith(CPT))]
    contents += [read_pack(path, path.name) for path in options.pack]
    if options.base and options.sources:
        raise _core.BuildError("--base takes packs alone: build the sources first, then put packs on what was built")
    started = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    report: dict[str, Any] = {"files": [], "rejects": []}
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("compiling")
        if options.base:
            image = _core.overlay(superbill.open(options.base), contents)
        else:
            tabular, codes, effective = installed_release()
            installed = (str(tabular), str(codes), effective)
            progress = partial(tell, bar, task)
            image, told = _core.build_sources(
                options.sources, contents, releases=releases(options), accept=options.accept, installed=installed, progress=progress
            )
            report = json.loads(told)
    unread = [file for file in report["files"] if file["rejected"] and file["file"] not in options.allow]
    compared = [] if options.base else totals(superbill.KnowledgeBase.from_bytes(image))
    report["totals"] = [total._asdict() for total in compared]
    short = [total for total in compared if not total.whole and total.feed not in options.allow]
    if not unread and not short:
        _core.write(options.output, image)
    tell_report(report)
    if unread:
        names = ", ".join(file["file"] for file in unread)
        raise _core.BuildError(f"rows were rejected in {names}: nothing was written; accept a file as it is with --allow NAME")
    if short:
        first = short[0]
        told = f"{first.found:,} {first.counted}, {first.published:,} published"
        raise _core.BuildError(
            f"{first.feed} of {first.effective} is not whole ({told}): nothing was written; download it again, or accept it "
            f"with --allow {first.feed}"
        )
    print(f"superbill: built in {time.monotonic() - started:.1f} s", file=sys.stderr)
    describe(superbill.open(options.output), options.json, report)
    return 0


def tell(bar: Progress, task: TaskID, name: str) -> None:
    """Shows which file is being read."""
    bar.update(task, description=f"reading {name}")


def tell_report(report: dict[str, Any]) -> None:
    """Rejected rows and files that were not read, for people."""
    for reject in report["rejects"][:MOST_TOLD]:
        print(f"superbill: {reject['file']}:{reject['line']}: {reject['problem']}", file=sys.stderr)
    if len(report["rejects"]) > MOST_TOLD:
        print(f"superbill: and {len(report['rejects']) - MOST_TOLD} more", file=sys.stderr)
    for total in report["totals"]:
        verdict = (
            "as published" if total["found"] == total["published"] else f"not the {total['published']:,} published ({total['citation']})"
        )
        print(f"superbill: {total['feed']} {total['effective']}: {total['found']:,} {total['counted']}, {verdict}", file=sys.stderr)
    for file in report["files"]:
        # What `kb fetch` writes beside the files is no news.
        if file["note"] and file["file"] != "fetched.json":
            print(f"superbill: {file['file']}: {file['note']}", file=sys.stderr)


def releases(options: argparse.Namespace) -> dict[str, str]:
    """`--release FEED=DAY` as a dict.

    Raises:
        BuildError: one of them has no `=`.
    """
    pairs = [said.partition("=") for said in options.release]
    if wrong := [feed for feed, equals, _ in pairs if not equals]:
        raise _core.BuildError(f"--release {wrong[0]}: expected FEED=YYYY-MM-DD")
    return {feed: day for feed, _, day in pairs}


def run_diff(options: argparse.Namespace) -> int:
    """Prints what changed; 1 where nothing did."""
    before = superbill.open(options.before)
    after = superbill.open(options.after) if options.after else before
    days = (options.before_day or last_day(before), options.after_day or last_day(after))
    told = _core.diff(before, days[0], after, days[1])
    changes = json.loads(told)
    if options.json:
        print(told)
        return 0 if any(changes.values()) else 1
    for system in changes["codes"]:
        flipped = [d["code"] for d in system["deleted"] if d["header"]]
        headers = sum(r["header"] for r in system["revised"])
        print(f"{system['system']}: +{len(system['added'])} -{len(system['deleted'])}", end="")
        print(f", titles revised: {len(system['revised']) - headers} of codes and {headers} of headers", end="")
        print(f"; headers now: {' '.join(flipped) or 'none'}")
        for code in system["added"]:
            print(f"  + {code}")
        for deleted in system["deleted"]:
            instead = f" -> {' '.join(deleted['successors'])}" if deleted["successors"] else " (header now)" if deleted["header"] else ""
            print(f"  - {deleted['code']}{instead}")
        for revised in system["revised"]:
            print(f"  ~ {revised['code']}: {revised['before']} -> {revised['after']}")
    for changed in changes["properties"]:
        name = f"{changed['name']} {changed['qualifier']}".strip()
        print(f"  ~ {changed['code']} {name}: {changed['before'] or '-'} -> {changed['after'] or '-'}")
    for setting in changes["edits"]:
        print(f"{setting['setting']} edits: +{setting['added']} -{setting['removed']} ~{setting['changed']}")
        for pair in setting["pairs"][:MOST_TOLD]:
            indicators = f"{told_indicator(pair['before'])} -> {told_indicator(pair['after'])}"
            print(f"  {pair['column1']}/{pair['column2']}: {indicators}")
        if len(setting["pairs"]) > MOST_TOLD:
            print(f"  and {len(setting['pairs']) - MOST_TOLD} more: --json has all")
    return 0 if any(changes.values()) else 1


def told_indicator(indicator: int | None) -> str:
    """A modifier indicator, or that no edit is in force."""
    return "none" if indicator is None else f"indicator {indicator}"


def last_day(kb: superbill.KnowledgeBase) -> str:
    """The last day that the ICD-10-CM releases of a knowledge base cover, or those of its first system."""
    days = [last for _, _, _, last in kb.systems if last]
    return days[0] if days else datetime.date.today().isoformat()


def run_info(options: argparse.Namespace) -> int:
    """Describes a file."""
    describe(superbill.open(options.file), options.json)
    return 0


def run_verify(options: argparse.Namespace) -> int:
    """Checks every byte of a file."""
    kb = superbill.open(options.file)
    kb.verify()
    if options.json:
        print_json({"hash": kb.hash, "sound": True})
    else:
        print(f"sound: {kb.hash}")
    return 0


def describe(kb: superbill.KnowledgeBase, as_json: bool, report: dict[str, Any] | None = None) -> None:
    """What is in a knowledge base, from which files, and how old it is; in JSON with the report of its building."""
    source = ("feed", "effective", "end", "file", "sha256", "rows", "rejected")
    pack = ("id", "version", "effective", "end", "citation")
    today = datetime.date.today()
    facts: dict[str, Any] = {
        "hash": kb.hash,
        "format": _core.FORMAT_VERSION,
        "bytes": kb.size,
        "terms": kb.phrase_count,
        "families": kb.family_count,
        "systems": [system_facts(kb, *row) for row in kb.systems],
        "sources": [dict(zip(source, row, strict=True)) for row in kb.sources],
        "packs": [dict(zip(pack, row, strict=True)) for row in kb.releases],
    }
    for row in facts["sources"]:
        row["age"] = age(row["effective"], row["end"], today)
    if as_json:
        print_json(facts | ({"report": report} if report else {}))
        return
    for name in ("hash", "format", "bytes", "terms", "families"):
        print(f"{name:<10} {facts[name]}")
    for row in facts["systems"]:
        covered = f"{row['first']} to {row['last']}" if row["first"] else "no release lists it whole"
        print(f"  {row['system']:<22} {row['codes']:>7} codes, {row['valid']:>7} valid on {row['on']}; {covered}")
    for row in facts["sources"]:
        rejected = f", {row['rejected']} rejected" if row["rejected"] else ""
        print(f"  {row['feed']:<22} {row['effective']} to {row['end']}  {row['rows']:>9} rows{rejected}  {row['file']}  ({row['age']})")
    for row in facts["packs"]:
        print(f"  {row['id']:<34} {row['version']}  {row['citation']}")


def system_facts(kb: superbill.KnowledgeBase, system: str, codes: int, first: str | None, last: str | None) -> dict[str, Any]:
    """Counts of a system on the last day that its releases cover."""
    on = last or datetime.date.today().isoformat()
    return {"system": system, "codes": codes, "valid": kb.billable_count(on, system=system), "on": on, "first": first, "last": last}


def age(effective: str, end: str, today: datetime.date) -> str:
    """How old a release is, and whether its time is over."""
    days = (today - datetime.date.fromisoformat(effective)).days
    if days < 0:
        return f"in force in {-days} days"
    if today.isoformat() > end:
        return f"{days} days old; its time ended on {end}, so a newer release is in force"
    return f"{days} days old"
