"""`superbill check`."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import superbill
from superbill.cli.coding import id_of, source, write_line
from superbill.cli.options import add_date, add_json, add_knowledge_base, knowledge_base

Json = dict[str, Any]

DONE, PARTLY = 0, 1
BATCH = 256
SHORTHAND = re.compile(r"(?P<code>[0-9A-Za-z]+)(?P<modifiers>(?:-[0-9A-Za-z]{2})*)(?:\*(?P<units>[0-9]{1,9}))?(?:@(?P<date>[0-9-]{10}))?")
COLUMNS = ("claim", "line", "code", "modifiers", "units", "date", "npi", "group", "specialty", "place_of_service", "pointers")


def add_commands(commands: Any) -> None:
    """Adds `check`."""
    check = commands.add_parser(
        "check",
        help="check a claim, or a file of claims, against the published edits",
        description=(
            "Lines are CODE[-MOD...][*UNITS][@DATE], as 29881-RT or 97110-GP*2. A file ends in .json (one Claim), .jsonl (one Claim a "
            f"line) or .csv (columns {', '.join(COLUMNS)}; lines of one claim follow each other). Exit code 1 where an error is found."
        ),
    )
    check.add_argument("lines", nargs="+", metavar="LINE", help="a line, or a file of claims")
    add_date(check, required=False)
    check.add_argument(
        "--setting", default="professional", help="professional, outpatient_facility, inpatient_facility (default: %(default)s)"
    )
    check.add_argument("--dx", action="append", default=[], metavar="CODE", help="a diagnosis, in the order of the claim; may be repeated")
    check.add_argument(
        "--history", action="append", default=[], metavar="LINE", help="a line of the patient billed before; may be repeated"
    )
    check.add_argument("--explain", action="store_true", help="the row, release, citation and remedy of each finding")
    check.add_argument(
        "--repair", action="store_true", help="for files of claims: tell lawful repairs and what to ask too, as is told of one claim"
    )
    check.add_argument("--threads", type=int, default=0, metavar="N", help="threads for files (default: one a core)")
    add_knowledge_base(check)
    add_json(check)
    check.set_defaults(run=run_check)


def line(text: str, date: str | None) -> Json:
    """A line in shorthand: `29881-RT`, `97110-GP*2`, `99213@2026-03-02`.

    Raises:
        ClaimError: it is of another form, or no date is said.
    """
    found = SHORTHAND.fullmatch(text)
    if found is None:
        raise superbill.ClaimError("a line is CODE[-MOD...][*UNITS][@DATE], as 29881-RT or 97110-GP*2")
    day = found["date"] or date
    if day is None:
        raise superbill.ClaimError(
            "a line has no date of service: say it with --date YYYY-MM-DD (or --date today), or @YYYY-MM-DD on the line"
        )
    modifiers = [modifier for modifier in found["modifiers"].split("-") if modifier]
    return {"code": found["code"].upper(), "modifiers": modifiers, "units": int(found["units"] or 1), "date": day}


def run_check(options: argparse.Namespace) -> int:
    """Checks one claim or a file; 1 where an error is found or a claim cannot be checked."""
    first = options.lines[0]
    if len(options.lines) == 1 and (first == "-" or Path(first).suffix in {".json", ".jsonl", ".csv"}):
        return check_file(first, options)
    claim = {
        "setting": options.setting,
        "diagnoses": [{"code": code} for code in options.dx],
        "lines": [line(text, options.date) for text in options.lines],
        "history": [line(text, options.date) for text in options.history],
    }
    return tell(claim, knowledge_base(options).check(claim), options)


def check_file(name: str, options: argparse.Namespace) -> int:
    """Checks a file of claims; a claim that cannot be checked gives `{"id", "error"}` in its place and the run goes on."""
    if Path(name).suffix == ".json":
        with source(name) as file:
            content = file.read()
        check = knowledge_base(options).check(content)
        return tell(json.loads(content), check, options)
    kb = knowledge_base(options)
    many = kb.check_many if options.repair else kb.edit_many
    failed = False
    for batch in batches(claims_of_file(name, options.setting)):
        for claim, answer in zip(batch, many(batch, threads=options.threads), strict=True):
            if isinstance(answer, superbill.Check):
                failed |= answer.severity == "error"
                write_line(answer.to_json())
            else:
                failed = True
                write_line(json.dumps({"id": id_of(claim), "error": str(answer)}).encode())
    return PARTLY if failed else DONE


def claims_of_file(name: str, setting: str) -> Iterator[bytes]:
    """The claims of a file as JSON: lines of JSON, or rows of a CSV of one setting.

    Raises:
        ClaimError: a CSV has other columns, or a cell is no number.
    """
    with source(name) as file:
        if Path(name).suffix == ".csv":
            yield from (json.dumps(claim).encode() for claim in claims_of(io.TextIOWrapper(file, "utf-8-sig", newline=""), setting))
        else:
            yield from (text for text in file if text.strip())


def batches(claims: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Claims, some at a time."""
    waiting = iter(claims)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def claims_of(file: io.TextIOBase, setting: str) -> Iterator[Json]:
    """Claims of a CSV, one row a line of a claim; rows of one claim follow each other.

    Raises:
        ClaimError: a column is missing or unknown, or a cell is no number; the message names row and column.
    """
    rows = csv.DictReader(file)
    unknown = set(rows.fieldnames or ()) - set(COLUMNS)
    if unknown or not {"code", "date"} <= set(rows.fieldnames or ()):
        raise superbill.ClaimError(f"expected columns among {', '.join(COLUMNS)}, with code and date")
    claim: Json | None = None
    for number, row in enumerate(rows, 2):
        if claim is None or row.get("claim", "") != claim["id"]:
            if claim is not None:
                yield claim
            claim = {"id": row.get("claim") or "", "setting": setting, "lines": []}
        claim["lines"].append(line_of(row, number))
    if claim is not None:
        yield claim


def line_of(row: dict[str, str], number: int) -> Json:
    """A line of a claim from a row of a CSV."""

    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    def whole(name: str, text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise superbill.ClaimError(f"row {number}, {name}: expected a whole number from 0")
        return int(text)

    fields: Json = {"code": cell("code"), "modifiers": cell("modifiers").replace("-", " ").split(), "date": cell("date")}
    fields["units"] = whole("units", cell("units") or "1")
    fields["pointers"] = [whole("pointers", pointer) for pointer in cell("pointers").split()]
    if cell("line"):
        fields["id"] = cell("line")
    if cell("place_of_service"):
        fields["place_of_service"] = cell("place_of_service")
    provider = {name: cell(name) for name in ("npi", "group", "specialty") if cell(name)}
    return fields | ({"provider": provider} if provider else {})


def tell(claim: Json, check: superbill.Check, options: argparse.Namespace) -> int:
    """Prints one check; 1 where an error is found."""
    if options.json:
        write_line(check.to_json())
    else:
        from superbill.cli import page

        page.show_check(claim, check, explain=options.explain)
    return PARTLY if check.severity == "error" else DONE
