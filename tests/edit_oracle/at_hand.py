"""The published tables beside the repository, with generated dates on the PTP rows; made-up ones where they are not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from edit_oracle import publish
from edit_oracle.dated import Row, dated, made_up, subset
from edit_oracle.readers import Source, ptp_rows, text

# Read where they lie, never copied into the repository.
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
QUARTER = date(2024, 7, 1)
SEED = 20261127

# Codes whose pairs are known case by case (ncci.md 7): scopes, skin, spine, imaging, laboratory, infusion, visits.
NUMBERS = """
29870 29871 29873 29874 29875 29876 29877 29879 29880 29881 29882 29888 G0289 29822 29823 29826 29827 45378 45380 45381 45382
45384 45385 45390 45398 43235 43239 43247 43248 43249 43251 43255 45330 43200 11102 11103 11104 11105 11106 11107 17000 17003
17004 11402 12001 12002 12011 12031 12032 12042 13120 13121 13122 14000 17311 88305 11719 11720 11721 11055 11042 97597 10060
10061 10180 47562 47563 47600 44950 44955 44970 49320 49591 44005 49505 49650 58571 58660 44140 22612 22614 22630 22633 63047
63042 22830 27447 20610 20611 64447 76942 77002 77003 52000 51702 52332 52310 58558 58555 31237 31231 66982 66984 92002 92004
92012 92014 71045 71046 74176 74177 70450 70470 76700 76705 93306 93307 93000 93005 93010 93458 93454 77065 77066 77067 77427
64483 62323 80053 80048 80061 83721 85025 85027 85007 81001 81003 84484 96365 96366 96367 96372 96374 96375 96413 96360 96361
36000 36415 94640 94664 94060 98940 97140 97161 97164 97110 97530 99202 99203 99211 99212 99213 99214 99215 99221 99222 99223
99238 99283 99284 99285 99291 99292 99417 G0439 G0402 G0463 G2211 29125 36556 31500 90471 90472 90791 94002 G0102 27236 25605
27786
"""
AROUND = set(NUMBERS.split())

OTHERS = [
    ("mue practitioner", date(2024, 7, 1), "ncci/ncci_mue_practitioner_2024q3.tsv.gz"),
    ("mue outpatient_hospital", date(2024, 7, 1), "ncci/ncci_mue_outpatient_hospital_2024q3.tsv.gz"),
    ("mue practitioner", date(2026, 4, 1), "ncci/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv"),
    ("add_on", date(2024, 7, 1), "ncci/ncci_aoc_2024q3.tsv.gz"),
    ("add_on", date(2026, 7, 1), "ncci/ncci_aoc_2026q3.tsv"),
    ("pfs", date(2024, 1, 1), "pfs/PPRRVU_rvu24a_jan_nodesc.tsv.gz"),
    ("pfs", date(2024, 7, 1), "pfs/PPRRVU_rvu24c_jul_nodesc.tsv.gz"),
    ("pfs", date(2026, 4, 1), "pfs/PPRRVU2026_Apr_nonQPP_global_bilat.tsv"),
    ("hcpcs", date(2025, 10, 1), "hcpcs/HCPC2025_OCT_ANWEB.xlsx"),
]


def sources(folder: Path, which: str) -> list[Source]:
    """Files for both, written to a temporary folder or read where they lie.

    `full`: every published row; `part`: some thousand pairs; `made_up`: tables that nobody published.
    """
    if which == "made_up":
        return publish.write(folder, made_up(SEED, date(2026, 7, 1)))
    folder.mkdir(parents=True, exist_ok=True)
    files = [Source(kind, release, DATA / name) for kind, release, name in OTHERS]
    for setting, name in publish.PTP_NAMES.items():
        parts = sorted((DATA / "ncci").glob(f"{name}-{publish.quarter(QUARTER)}-f*.zip"))
        if which == "full":
            written = [(part.stem, dated(rows(part), SEED + at, QUARTER)) for at, part in enumerate(parts)]
        else:
            chosen = subset((row for part in parts for row in rows(part, AROUND)), AROUND, SEED, 3000)
            written = [(parts[0].stem, dated(chosen, SEED, QUARTER))]
        for stem, of in written:
            path = folder / f"{stem}.txt"
            path.write_text(publish.ptp_text(of), encoding="latin-1", newline="")
            files.append(Source(f"ptp {setting}", QUARTER, path))
    return files


def rows(part: Path, around: set[str] | None = None) -> Iterator[Row]:
    """Rows of a published file; of column 1 codes that are wanted."""
    for column1, column2, _, effective, deletion, indicator, _ in ptp_rows(text(part)):
        if around is None or column1 in around:
            yield column1, column2, effective, deletion, indicator
