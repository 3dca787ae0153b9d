"""Rows as files in the publishers' formats, so that the compiler of the engine and the readers of the oracle read the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from edit_oracle.codes import CPT_MODIFIERS, RANKS
from edit_oracle.readers import Source, read_text
from edit_oracle.tables import Tables
from sources import PTP_HEADER

# Rows by table; in JSON, as the vectors have them:
#   releases: first days of quarters; every table is published in each of them
#   ptp: {setting: [[column 1, column 2, effective, deletion, indicator]]}
#   mue: {setting: [[code, units, adjudication]]}
#   add_on: [[add-on code, primary, type, effective, end]]
#   pfs: [{"code": .., "glob": .., ...}], hcpcs: [[code, added, terminated]], modifiers: the same of modifiers beside the usual ones
Rows = dict[str, Any]

MONTHS = {1: "Jan", 4: "Apr", 7: "Jul", 10: "Oct"}
PTP_NAMES = {"practitioner": "ccipra", "hospital": "ccioph"}
MUE_NAMES = {
    "practitioner": "Practitioner Services",
    "outpatient_hospital": "Outpatient Hospital Services",
    "dme_supplier": "DME Supplier Services",
}
ADJUDICATION = {1: "1 Line Edit", 2: "2 Date of Service Edit: Policy", 3: "3 Date of Service Edit: Clinical"}
# Level II modifiers that the rules name, with their first days where the rules turn on them.
MODIFIERS = [
    *([m, "20020101", ""] for m in sorted({*RANKS, "GG"} - CPT_MODIFIERS - {"XE", "XS", "XP", "XU", "JZ", "FT"})),
    *([m, "20150101", ""] for m in ("XE", "XS", "XP", "XU")),
    ["JZ", "20230101", ""],
    ["FT", "20220101", ""],
]
INDICATORS = {"pctc": "9", "glob": "XXX", "mult": "0", "bilat": "9", "asst": "9", "cosurg": "9", "team": "9"}


def quarter(release: date) -> str:
    return f"{release.year}q{(release.month + 2) // 3}"


def ptp_text(rows: Iterable[Sequence[str]]) -> str:
    return PTP_HEADER + "".join(f"{c1}\t{c2}\t\t{first}\t{last}\t{indicator}\tMisuse\r\n" for c1, c2, first, last, indicator in rows)


def mue_text(setting: str, rows: Iterable[tuple[str, int, int]]) -> str:
    head = f'"A notice\n\nof the licence",,,\n"HCPCS/\nCPT Code",{MUE_NAMES[setting]} MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
    return head + "".join(f"{code},{units},{ADJUDICATION[adjudication]},CMS Policy\n" for code, units, adjudication in rows)


def add_on_text(rows: Iterable[Sequence[str]]) -> str:
    return "add_on_code\tprimary_code\taoc_edit_type\teffective_date\tend_date\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows)


def pfs_text(rows: Iterable[dict[str, str]]) -> str:
    head = (
        ",,A schedule,,,,,,,,,\n,,,STATUS,WORK,PCTC,GLOB,MULT,BILAT,ASST,CO-,TEAM\n"
        "HCPCS,MOD,DESCRIPTION,CODE,RVU,IND,DAYS,PROC,SURG,SURG,SURG,SURG\n"
    )
    said = ({"status": "A", **INDICATORS, **row} for row in rows)
    line = "{code},,REDACTED,{status},0.00,{pctc},{glob},{mult},{bilat},{asst},{cosurg},{team}\n"
    return head + "".join(line.format(**row) for row in said)


def hcpcs_text(codes: Iterable[Sequence[str]], modifiers: Iterable[Sequence[str]]) -> str:
    head = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,TOS1,COV,ADD DT,ACT EFF DT,TERM DT,ACTION CD\n"
    said = [(3, c[0], c[1], c[2], c[3] if len(c) > 3 else "1") for c in codes] + [(7, *m, "") for m in modifiers]
    return head + "".join(
        f"{code:>5},0010,{kind},Invented {code},Invented,{types},C,{added},{added},{terminated},N\n"
        for kind, code, added, terminated, types in said
    )


def contents(rows: Rows) -> list[tuple[str, date, str, str]]:
    """Kind, release, file name and text of every file. A table without rows has one of a code that no claim has: its release is known."""
    files = []
    for release in map(date.fromisoformat, rows["releases"]):
        q, month = quarter(release), MONTHS[release.month]
        for setting, name in PTP_NAMES.items():
            edits = rows.get("ptp", {}).get(setting) or [["X9999", "X9998", "19960101", "*", "1"]]
            files.append((f"ptp {setting}", release, f"{name}-{q}-f1.txt", ptp_text(edits)))
        for setting, words in MUE_NAMES.items():
            limits = rows.get("mue", {}).get(setting) or [["X9999", 1, 2]]
            name = f"MCR_MUE_{words.replace(' ', '')}_Eff_{release:%m-%d-%Y}.csv"
            files.append((f"mue {setting}", release, name, mue_text(setting, limits)))
        added = rows.get("add_on") or [["X9997", "X9999", 1, "19960101", ""]]
        files.append(("add_on", release, f"ncci_aoc_{q}.tsv", add_on_text(added)))
        schedule = rows.get("pfs") or [{"code": "X9999"}]
        files.append(("pfs", release, f"PPRRVU{release.year}_{month}_nonQPP.csv", pfs_text(schedule)))
        names = hcpcs_text(rows.get("hcpcs", []), MODIFIERS + rows.get("modifiers", []))
        files.append(("hcpcs", release, f"HCPC{release.year}_{month.upper()}_ANWEB.csv", names))
    return files


def write(folder: Path, rows: Rows) -> list[Source]:
    """Writes the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for _, _, name, content in contents(rows):
        (folder / name).write_bytes(content.encode())
    return [Source(kind, release, folder / name) for kind, release, name, _ in contents(rows)]


def in_memory(rows: Rows) -> Tables:
    """The tables of the rows, by way of the same text."""
    tables = Tables()
    for kind, release, _, content in contents(rows):
        read_text(kind, release, content, tables)
    return tables
