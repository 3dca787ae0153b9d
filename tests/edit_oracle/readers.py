"""The publishers' files, read into the tables row by row (layouts: ncci.md 1 and the publishers' own record layouts).

The day from which a release holds is given by whoever names the file: most files do not say it.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from edit_oracle.tables import AddOnRow, Edit, Limit, Mue, Named, Pfs, Ptp, Tables

CODE = re.compile(r"[A-Z0-9]{5}")
CONTRACTOR = "CCCCC"


class Source(NamedTuple):
    """A file: what it is, from which day it holds, and where it is.

    Kinds: `ptp practitioner`, `ptp hospital`, `mue practitioner`, `mue outpatient_hospital`, `mue dme_supplier`, `add_on`, `pfs`, `hcpcs`.
    """

    kind: str
    release: date
    path: Path


def read(sources: list[Source]) -> Tables:
    """Reads all of them."""
    tables = Tables()
    for source in sources:
        if source.path.suffix == ".xlsx":
            read_hcpcs(sheet(source.path), source.release, tables)
        else:
            read_text(source.kind, source.release, text(source.path), tables)
    return tables


def read_text(kind: str, release: date, content: str, tables: Tables) -> None:
    """Reads the text of a file."""
    name, _, setting = kind.partition(" ")
    if name == "ptp":
        read_ptp(content, release, tables.ptp[setting], tables.mentioned)
    elif name == "mue":
        read_mue(content, release, tables.mue[setting], tables.mentioned)
    elif name == "add_on":
        read_add_on(content, release, tables)
    elif name == "pfs":
        read_pfs(content, release, tables.pfs)
    else:
        read_hcpcs(csv.reader(io.StringIO(content)), release, tables)


def text(path: Path) -> str:
    """The text of a file, unpacked; publishers write it in Latin-1 or UTF-8, and nothing that is kept is beyond ASCII."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("latin-1")
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as package:
            (name,) = package.namelist()
            return package.read(name).decode("latin-1")
    return path.read_bytes().decode("latin-1")


@cache
def day(digits: str) -> date | None:
    """`yyyymmdd`, or the ordinal `yyyyddd` of add-on files; none for blank, `*`, 0 and the far end of time."""
    if digits in {"", "*", "0", "00000000", "9999365", "99991231"}:
        return None
    if len(digits) == 7:
        return date(int(digits[:4]), 1, 1) + timedelta(days=int(digits[4:]) - 1)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


@cache
def edit(effective: str, deletion: str, indicator: str) -> Edit:
    first = day(effective)
    assert first is not None
    return Edit(first, day(deletion), int(indicator))


def ptp_rows(content: str) -> Iterator[list[str]]:
    """Rows of a PTP file. What comes before the first is notice and header."""
    for line in content.splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) == 7 and CODE.fullmatch(cells[0]) and CODE.fullmatch(cells[1]) and len(cells[3]) == 8 and cells[3].isdigit():
            yield cells


def read_ptp(content: str, release: date, ptp: Ptp, mentioned: set[str]) -> None:
    for column1, column2, _, effective, deletion, indicator, _ in ptp_rows(content):
        ptp.add(release, column1, column2, edit(effective, deletion, indicator))
        mentioned.update((column1, column2))


def read_mue(content: str, release: date, mue: Mue, mentioned: set[str]) -> None:
    """The published CSV under its notice, or a table of the same columns."""
    delimiter = "\t" if content.startswith("hcpcs_code\t") else ","
    limits = mue.releases.setdefault(release, {})
    for cells in csv.reader(io.StringIO(content), delimiter=delimiter):
        if len(cells) >= 3 and CODE.fullmatch(cells[0].strip()) and cells[1].strip().isdigit():
            limits[cells[0].strip()] = Limit(int(cells[1]), int(cells[2].strip()[0]))
            mentioned.add(cells[0].strip())


def read_add_on(content: str, release: date, tables: Tables) -> None:
    tables.add_on.releases.setdefault(release, {})
    for row in csv.DictReader(io.StringIO(content), delimiter="\t"):
        primary = None if row["primary_code"] == CONTRACTOR else row["primary_code"]
        dates = day(row.get("effective_date") or ""), day(row.get("end_date") or "")
        tables.add_on.add(release, row["add_on_code"], AddOnRow(primary, int(row["aoc_edit_type"]), *dates))
        tables.mentioned.update(code for code in (row["add_on_code"], primary) if code)


PFS_COLUMNS = {
    "status": ("STATUS CODE", "status_code"),
    "pctc": ("PCTC IND", "pctc_ind"),
    "glob": ("GLOB DAYS", "glob_days"),
    "mult": ("MULT PROC", "mult_proc"),
    "bilat": ("BILAT SURG", "bilat_surg"),
    "asst": ("ASST SURG", "asst_surg"),
    "cosurg": ("CO- SURG", "co_surg"),
    "team": ("TEAM SURG", "team_surg"),
}


def read_pfs(content: str, release: date, pfs: Pfs) -> None:
    """Indicators of the rows without a modifier. The published header is spread over several rows, one word above the other."""
    rows = list(csv.reader(io.StringIO(content), delimiter="\t" if content.startswith("hcpcs\t") else ","))
    last = next(at for at, row in enumerate(rows) if row and row[0].lower() == "hcpcs")
    above = [row for row in rows[: last + 1] if sum(bool(cell.strip()) for cell in row) > 1]
    names = [" ".join(row[at].strip() for row in above if at < len(row) and row[at].strip()) for at in range(len(rows[last]))]
    modifier = next((at for at, name in enumerate(names) if name.lower() == "mod"), None)
    places = {column: at for column, said in PFS_COLUMNS.items() for at, name in enumerate(names) if name in said}
    listed = pfs.listed.setdefault(release, set())
    for row in rows[last + 1 :]:
        if not row or not CODE.fullmatch(row[0]):
            continue
        listed.add(row[0])
        for column, at in places.items():
            if (modifier is None or not row[modifier].strip()) and row[at].strip():
                pfs.columns.setdefault(column, {}).setdefault(release, {})[row[0]] = row[at].strip()


def read_hcpcs(rows: Iterator[list[str]], release: date, tables: Tables) -> None:
    header = [name.strip() for name in next(rows)]
    codes = tables.codes.releases.setdefault(release, {})
    modifiers = tables.modifiers.releases.setdefault(release, {})
    for cells in rows:
        row = dict(zip(header, cells, strict=False))
        types = tuple(filter(None, (row.get(f"TOS{n}", "").strip() for n in range(1, 6))))
        named = Named(day(row["ADD DT"].strip()), day(row["TERM DT"].strip()), types)
        (modifiers if row["RECID"].strip() == "7" else codes)[row["HCPC"].strip()] = named


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(path: Path) -> Iterator[list[str]]:
    """Cells of the first sheet of a workbook, row by row."""
    with zipfile.ZipFile(path) as book:
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(part.text or "" for part in item.iter(f"{SHEET}t")) for item in strings.iter(f"{SHEET}si")]
        rows = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{SHEET}row")
        for row in rows:
            cells: list[str] = []
            for cell in row.iter(f"{SHEET}c"):
                at = column(cell.attrib["r"])
                cells += [""] * (at + 1 - len(cells))
                value = cell.find(f"{SHEET}v")
                said = value.text or "" if value is not None else "".join(t.text or "" for t in cell.iter(f"{SHEET}t"))
                cells[at] = shared[int(said)] if cell.get("t") == "s" else said
            yield cells


def column(reference: str) -> int:
    """Place of the column of a cell: `AB12` is 27."""
    at = 0
    for letter in reference.rstrip("0123456789"):
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1
