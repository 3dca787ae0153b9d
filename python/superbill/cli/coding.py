"""`superbill demo` and `superbill code`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import superbill
from superbill.cli.options import add_date, add_json, add_knowledge_base, add_server, engine, knowledge_base

DEMO = Path(__file__).parents[1] / "demo"
# Lines coded at once: enough to keep every core busy, few enough that answers come while the rest is read.
BATCH = 256
LARGEST_INPUT = 256 << 20


def add_commands(commands: Any) -> None:
    """Adds `demo` and `code`."""
    demo = commands.add_parser("demo", help="code a dozen encounters that come with Superbill")
    demo.add_argument("name", nargs="?", help="only the encounters whose file name has this in it, with their proof")
    add_knowledge_base(demo)
    add_json(demo)
    demo.set_defaults(run=run_demo)

    code = commands.add_parser(
        "code",
        help="code a note, an encounter or a file of encounters",
        description="A text needs --date; JSON is one Encounter; with --jsonl each line is one Encounter.",
    )
    code.add_argument("file", metavar="FILE", help="a file, or - for standard input")
    code.add_argument("--jsonl", action="store_true", help="JSON Lines in, one CodedEncounter a line out, in order")
    add_date(code, required=False)
    code.add_argument("--type", default="office_visit", help="encounter type of a text (default: %(default)s)")
    code.add_argument("--setting", default="professional", help="setting of a text (default: %(default)s)")
    code.add_argument("--threads", type=int, default=0, metavar="N", help="threads for --jsonl (default: one a core)")
    add_server(code)
    add_knowledge_base(code)
    add_json(code)
    code.set_defaults(run=run_code)


def run_demo(options: argparse.Namespace) -> int:
    """Codes the shipped encounters: a table of all, or the whole proof of those named."""
    files = [path for path in sorted(DEMO.glob("*.json")) if (options.name or "") in path.stem]
    if not files:
        raise superbill.SuperbillError(f"no demo has {options.name!r} in its name; `superbill demo` lists them")
    kb = knowledge_base(options)
    answers = []
    for path in files:
        encounter = path.read_bytes()
        answers.append((path.stem, json.loads(encounter), kb.code(encounter)))
    if options.json:
        for _, _, coded in answers:
            write_line(coded.to_json())
        return 0
    from superbill.cli import page

    if options.name:
        for _, encounter, coded in answers:
            page.show(encounter, coded)
    else:
        page.table(answers)
    return 0


def run_code(options: argparse.Namespace) -> int:
    """Codes one file."""
    with source(options.file) as file:
        if options.jsonl:
            return code_lines(file, options)
        content = file.read(LARGEST_INPUT + 1)
    if len(content) > LARGEST_INPUT:
        raise superbill.EncounterError(f"{options.file}: over the limit of {LARGEST_INPUT >> 20} MiB")
    encounter = as_encounter(content, options)
    coded = engine(options).code(encounter)
    if options.json:
        write_line(coded.to_json())
    else:
        from superbill.cli import page

        page.show(json.loads(encounter), coded)
    return 0


def source(name: str) -> BinaryIO:
    """The file to read; `-` is standard input."""
    return sys.stdin.buffer if name == "-" else Path(name).open("rb")


def as_encounter(content: bytes, options: argparse.Namespace) -> bytes:
    """The JSON of an encounter: the content where it is JSON already, else an encounter around the text.

    Raises:
        EncounterError: a text without a date, or not in UTF-8.
    """
    if content.lstrip()[:1] == b"{":
        return content
    if options.date is None:
        raise superbill.EncounterError("a text has no date of service: say it with --date YYYY-MM-DD (or --date today)")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise superbill.EncounterError(f"{options.file}: not UTF-8 at byte {error.start}") from None
    inpatient = options.setting == "inpatient_facility"
    return json.dumps(
        {
            "id": "" if options.file == "-" else Path(options.file).stem,
            "type": options.type,
            "setting": options.setting,
            "discharge_date" if inpatient else "date_of_service": options.date,
            "documents": [{"id": "note", "text": text}],
        }
    ).encode()


def code_lines(file: BinaryIO, options: argparse.Namespace) -> int:
    """Codes JSON Lines in order; a line that cannot be coded gives `{"id", "error"}` in its place and the run goes on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    kb = engine(options)
    total = sum(1 for line in file if line.strip()) if file.seekable() else None
    if total is not None:
        file.seek(0)
    columns = (TextColumn("coding"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    failed = 0
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("coding", total=total)
        for batch in batches(file):
            for line, answer in zip(batch, kb.code_many(batch, threads=options.threads), strict=True):
                if isinstance(answer, superbill.CodedEncounter):
                    write_line(answer.to_json())
                else:
                    failed += 1
                    write_line(json.dumps({"id": id_of(line), "error": str(answer)}).encode())
            progress.advance(task, len(batch))
    return 1 if failed else 0


def batches(file: BinaryIO) -> Iterator[list[bytes]]:
    """Lines that are not blank, some at a time."""
    lines = (line for line in file if line.strip())
    while batch := list(islice(lines, BATCH)):
        yield batch


def id_of(line: bytes) -> str | None:
    """The id of an encounter that could not be coded, where it can be read."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def write_line(content: bytes) -> None:
    """Bytes and a line end on standard output."""
    sys.stdout.buffer.write(content + b"\n")
    sys.stdout.buffer.flush()
