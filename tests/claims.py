"""Claims as the tests write them, and small files in the publishers' formats, all invented, that they are edited by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sources
import superbill
from superbill import _core
from superbill.cli.claims import line
from superbill.default import KNOWLEDGE, read_pack

Json = dict[str, Any]

PAIRS = [
    ("11111", "11112", "20200101", "*", 1),
    ("11111", "11115", "20200101", "*", 0),
    ("11111", "11116", "20210101", "20211231", 1),
    ("11111", "11117", "20220101", "20220101", 9),
    ("11113", "11114", "20180101", "*", 1),
    # As NCCI has it: a row that never was beside the one that holds.
    ("13121", "13120", "19960101", "19960101", 9),
    ("13121", "13120", "19960101", "*", 0),
    ("11118", "99213", "20000101", "*", 1),
    ("44441", "99213", "20000101", "*", 1),
    ("11111", "33331", "20200101", "*", 0),
    ("22225", "11112", "20200101", "*", 1),
    # The columns changed places, and a pair ended and came back.
    ("15001", "15002", "20100101", "20180630", 1),
    ("15002", "15001", "20180701", "*", 1),
    ("15003", "15004", "20090101", "20191231", 1),
    ("15003", "15004", "20200101", "*", 0),
    ("15005", "15006", "20200101", "*", 1),
    ("15005", "15006", "20210101", "*", 0),
    ("85001", "85002", "20200101", "*", 1),
    ("77427", "11112", "20200101", "*", 1),
    ("45001", "45002", "20200101", "*", 1),
    # Of the knee, of biopsies and of injections as NCCI has them.
    ("29881", "29877", "20000101", "*", 0),
    ("29881", "29874", "20000101", "*", 0),
    ("29882", "29877", "20000101", "*", 0),
    ("29881", "G0289", "20030101", "*", 1),
    ("29882", "G0289", "20030101", "*", 1),
    ("11104", "11102", "20190101", "*", 0),
    ("45385", "45380", "20000101", "*", 1),
    ("20610", "76942", "20000101", "*", 1),
]
HOSPITAL_PAIRS = [("22221", "22223", "20200101", "*", 1), ("44441", "99213", "20200101", "*", 1)]
UNITS = {"22221": (2, 2), "22222": (2, 1), "22223": (2, 3), "22224": (30, 1), "22225": (1, 2), "36416": (0, 3)}
UNITS |= {"29881": (1, 2), "44444": (1, 2)}
ADD_ONS = [
    ("33332", "33331", 1, "", ""),
    ("33333", "33332", 1, "", ""),
    ("33334", "CCCCC", 2, "", ""),
    ("33335", "33331", 3, "", ""),
    ("33336", "33331", 1, "2024001", "2024366"),
    ("99292", "99291", 1, "", ""),
    ("33337", "22221", 1, "", ""),
    ("11103", "11102", 1, "", ""),
    ("11103", "11104", 1, "", ""),
    ("11103", "11106", 1, "", ""),
]
# Code, PC/TC, global days, bilateral, assistant, co-surgeons, team.
INDICATORS = [
    *((code, "0", "XXX", "0", "0", "0", "0") for code in ("11112", "99213", "99214", "99222", "99291", "22221", "99285")),
    ("11111", "0", "010", "0", "2", "0", "0"),
    ("11118", "0", "000", "0", "2", "0", "0"),
    ("44440", "0", "010", "1", "2", "1", "1"),
    ("44441", "0", "090", "1", "2", "2", "2"),
    ("44442", "0", "090", "1", "1", "1", "0"),
    ("44443", "0", "000", "1", "0", "0", "0"),
    *((code, "0", "XXX", "0", "9", "9", "9") for code in ("92004", "77066", "77067", "85001", "22222")),
    ("73070", "1", "XXX", "3", "0", "0", "0"),
    ("66984", "0", "090", "1", "2", "1", "0"),
    ("77777", "1", "XXX", "3", "9", "9", "9"),
    ("77778", "2", "XXX", "2", "9", "9", "9"),
    ("77779", "6", "XXX", "9", "9", "9", "9"),
    ("33332", "0", "ZZZ", "0", "2", "0", "0"),
    ("45001", "0", "000", "0", "0", "0", "0"),
    ("45002", "0", "000", "0", "0", "0", "0"),
    *((code, "0", "090", "1", "2", "0", "0") for code in ("29880", "29881", "29883")),
    ("20611", "0", "000", "1", "0", "0", "0"),
    ("44444", "0", "000", "1", "2", "0", "0"),
    ("93010", "2", "XXX", "0", "0", "0", "0"),
    # Unlike the schedule of the day has it, to tell the table from the list of the pack.
    ("69210", "0", "090", "1", "2", "0", "0"),
]
MODIFIERS = """
    LT RT E1 F1 F2 F5 F6 TA LC RC XE XS XP XU TC AS JW JZ GA GX GY GZ GG PT KX FT GP CQ GT
""".split()  # noqa: SIM905
HCPCS = [
    ("G0001", "20200101", ""),
    ("G0002", "20200101", "20251231"),
    ("G0289", "20030101", ""),
    ("J1745", "20000101", ""),
    ("G0121", "20010101", ""),
]


def pairs(rows: list[tuple[str, str, str, str, int]]) -> str:
    return sources.PTP_HEADER + "".join(
        f"{a}\t{b}\t\t{first}\t{last}\t{indicator}\tMisuse of column two\r\n" for a, b, first, last, indicator in rows
    )


def units(setting: str) -> str:
    rows = "".join(f"{code},{most},{mai} Edit,CMS Policy\n" for code, (most, mai) in UNITS.items())
    return f'"HCPCS/\nCPT Code",{setting} Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n{rows}'


def files() -> dict[str, str]:
    """Every table of the edits: pairs up to 2026, units of the first two quarters of 2026, add-on codes, indicators, modifiers."""
    listed = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,TERM DT,ACTION CD\n"
    listed += "".join(f"   {m},0010,7,Invented {m},Invented,19960101,,N\n" for m in MODIFIERS)
    listed += "".join(f"{code},0010,3,Invented {code},Invented,{first},{last},N\n" for code, first, last in HCPCS)
    schedule = "hcpcs\tmod\tstatus_code\tpctc_ind\tglob_days\tbilat_surg\tasst_surg\tco_surg\tteam_surg\n"
    schedule += "".join(f"{code}\t\tA\t" + "\t".join(said) + "\n" for code, *said in INDICATORS)
    add_ons = "add_on_code\tprimary_code\taoc_edit_type\teffective_date\tend_date\n"
    add_ons += "".join("\t".join(map(str, row)) + "\n" for row in ADD_ONS)
    return {
        "icd10cm_order_2026.txt": sources.OCTOBER_2025,
        "ccipra-v323r0-f1.txt": pairs(PAIRS),
        "ccioph-v323r0-f1.txt": pairs(HOSPITAL_PAIRS),
        "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv": units("Practitioner"),
        "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv": units("Practitioner"),
        "MCR_MUE_OutpatientHospitalServices_Eff_01-01-2026.csv": units("Outpatient Hospital"),
        "ncci_aoc_2026q4.tsv": add_ons,
        "PPRRVU2026_Jan.tsv": schedule,
        "HCPC2026_JAN_ANWEB.csv": listed,
    }


def image(folder: Path, *more: tuple[str, str]) -> bytes:
    """A knowledge base file of these files, the packs of editing, and more packs."""
    folder.mkdir(exist_ok=True)
    for name, text in files().items():
        (folder / name).write_bytes(text.encode())
    packs = [read_pack(path, path.relative_to(KNOWLEDGE).as_posix()) for path in sorted((KNOWLEDGE / "editing").glob("*.toml"))]
    built, report = _core.build_sources([folder / name for name in files()], [*packs, *more])
    assert '"rejects":[]' in report, report
    return built


def build(folder: Path, *more: tuple[str, str]) -> superbill.KnowledgeBase:
    """The same, opened."""
    return superbill.KnowledgeBase.from_bytes(image(folder, *more))


def claim(
    lines: list[Any], date: str = "2026-01-05", setting: str = "professional", history: list[Any] | None = None, **fields: Any
) -> Json:
    """A claim of lines in shorthand (`11112-59*2@2026-01-06`) or whole; ids are the places from 1."""

    def whole(given: Any) -> Json:
        return line(given, date) if isinstance(given, str) else {"units": 1, "date": date} | line(given["code"], date) | given

    return {"setting": setting, "lines": [whole(given) for given in lines], "history": [whole(given) for given in history or []], **fields}


def told(check: superbill.Check) -> list[str]:
    """Findings as vectors write them: rule, lines, and the lines denied after an arrow."""
    return [" ".join([f.rule, *f.lines, *(["->", *f.denied] if f.denied else [])]) for f in check.findings]
