"""Tables for generated claims: the published PTP rows under generated dates, a small part of them, or wholly made-up tables.

The true dates of the PTP rows at hand are lost (see the README of the data beside the repository), so that half of them get windows here.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from edit_oracle.publish import Rows
from edit_oracle.tables import end_of_quarter

# Column 1, column 2, effective, deletion, indicator: as they stand in the file.
Row = tuple[str, str, str, str, str]

ENDS = ["20041231", "20180630", "20191231", "20221231", "20231231"]
STARTS = ["19960101", "20100101", "20190701", "20200101", "20240101"]


def compact(day: date) -> str:
    return f"{day:%Y%m%d}"


def dated(rows: Iterable[Row], seed: int, quarter: date) -> Iterator[Row]:
    """Lays windows on half of the rows, the same for a seed; many begin or end inside the quarter that starts on `quarter`."""
    rng = random.Random(seed)
    length = (end_of_quarter(quarter) - quarter).days + 1
    days = [compact(quarter + timedelta(days=n)) for n in range(length)]
    for row in rows:
        if rng.random() < 0.5:
            yield row
        else:
            yield from windows(row, rng, days)


def windows(row: Row, rng: random.Random, days: list[str]) -> list[Row]:
    """Rows in the place of one."""
    column1, column2, _, _, indicator = row
    given = indicator if indicator != "9" else "1"
    start, end = rng.choice(STARTS), rng.choice(ENDS)
    first = rng.randrange(len(days) - 1)
    last = rng.randrange(first + 1, len(days))
    other = "0" if given == "1" else "1"

    def of(effective: str, deletion: str, said: str = given) -> Row:
        return column1, column2, effective, deletion, said

    shapes = [
        [of(start, "*")],
        [of("19960101", end)],
        # Begins, ends, or both, in the quarter.
        [of(days[first], "*")],
        [of(start, days[last])],
        [of(days[first], days[last])],
        # Deleted on its first day, by either indicator: never in force.
        [of(days[first], days[first], "9")],
        [of(days[first], days[first])],
        # Such a row before or after one that is in force (13121/13120).
        [of(start, start, "9"), of(start, "*")],
        [of(start, "*"), of(start, start, "9")],
        # Ended and added again, with another indicator, on the next day or overlapping.
        [of("19960101", days[first], other), of(days[last], "*")],
        [of("19960101", days[last], other), of(days[first], "*")],
        # The columns changed places.
        [(column2, column1, "19960101", days[first], given), of(days[last], "*")],
    ]
    return rng.choice(shapes)


def subset(rows: Iterable[Row], around: set[str], seed: int, most: int) -> list[Row]:
    """Pairs among the codes, and of their other pairs as many as make `most`."""
    among: list[Row] = []
    beside: list[Row] = []
    for row in rows:
        if row[0] in around:
            (among if row[1] in around else beside).append(row)
    rng = random.Random(seed)
    rng.shuffle(beside)
    return among + beside[: max(0, most - len(among))]


# Codes that rules name stand in made-up tables by their own numbers; the others are numbers that were drawn.
VISITS = ["99203", "99212", "99213", "99214", "99222", "99232", "99283", "99291", "99417", "98001", "G0463", "G0439"]
NAMED = ["92004", "92014", "77427", "77065", "77066", "77067", "99292"]


def made_up(seed: int, quarter: date) -> Rows:
    """Tables that nobody published, in the shapes of those that are: for where the published ones are not at hand."""
    rng = random.Random(seed)
    procedures = [str(n) for n in rng.sample(range(10004, 70000), 110)]
    imaging = [str(n) for n in rng.sample(range(70010, 77000), 20)]
    laboratory = [str(n) for n in rng.sample(range(80047, 89399), 25)] + [f"{n:04}U" for n in rng.sample(range(1, 400), 5)]
    medicine = [str(n) for n in rng.sample(range(93000, 98000), 20)]
    drugs = [f"J{n:04}" for n in rng.sample(range(100, 9999), 10)]
    services = [f"G{n:04}" for n in rng.sample(range(1000, 9999), 10)]
    anesthesia = [f"{n:05}" for n in rng.sample(range(100, 2000), 4)]
    every = [*procedures, *imaging, *laboratory, *medicine, *drugs, *services, *anesthesia, *VISITS, *NAMED]

    columns1 = procedures + imaging + laboratory + medicine + ["99291", "G0439"]
    pairs = {("77066", "77067"), ("77065", "77067"), *((p, v) for p in procedures for v in rng.sample(VISITS + NAMED[:2], 3))}
    while len(pairs) < 3000:
        column1, column2 = rng.choice(columns1), rng.choice(every)
        if column1 != column2 and (column2, column1) not in pairs:
            pairs.add((column1, column2))
    rows = [(a, b, "19960101", "*", rng.choices("109", (75, 22, 3))[0]) for a, b in sorted(pairs)]
    hospital = [(a, b, first, last, rng.choice("10")) for a, b, first, last, _ in rng.sample(rows, 2000)]

    def limits() -> list[tuple[str, int, int]]:
        return [(code, rng.choice([0, 1, 1, 1, 2, 2, 3, 4, 6]), rng.choice([1, 2, 2, 3, 3])) for code in every if rng.random() < 0.85]

    added = procedures[:20] + services[:3]
    add_on: list[tuple[str, str, int, str, str]] = [("99292", "99291", 1, "20130401", ""), ("99417", "99214", 1, "20210101", "")]
    for at, code in enumerate(added):
        kind = 2 if at % 7 == 5 else 3 if at % 7 == 6 else 1
        primaries = rng.sample(procedures[5:60], rng.randrange(1, 5)) if kind != 2 else []
        primaries += ["CCCCC"] if kind != 1 else []
        days = rng.choice([("20130401", ""), ("20130401", ""), ("20200101", "20231231"), (compact(quarter + timedelta(days=30)), "")])
        add_on += [(code, primary, kind, *days) for primary in primaries if primary != code]

    def indicators(code: str) -> dict[str, str]:
        if code in procedures[:20]:
            return {"code": code, "glob": "ZZZ", "pctc": "0", "bilat": "0", "asst": "0", "cosurg": "0", "team": "0"}
        if code in procedures:
            drawn = {name: rng.choice("012") for name in ("asst", "cosurg", "team")}
            return {"code": code, "glob": rng.choice(["000", "010", "090", "090"]), "pctc": "0", "bilat": rng.choice("011123"), **drawn}
        if code in imaging or code in NAMED[3:6]:
            return {"code": code, "pctc": "1", "bilat": rng.choice("0023"), "asst": "0", "cosurg": "0", "team": "0"}
        if code in medicine:
            return {"code": code, "glob": rng.choice(["000", "XXX", "XXX"]), "pctc": rng.choice("0123456789"), "bilat": "0"}
        if code in laboratory:
            return {"code": code, "status": "X", "pctc": rng.choice("99968")}
        return {"code": code, "pctc": "0" if code in VISITS else "9", "bilat": "0" if code in VISITS else "9"}

    ended, begun = compact(quarter + timedelta(days=40)), compact(quarter + timedelta(days=50))
    hcpcs = [[code, "20020101", "", "1"] for code in drugs + services + ["G0463", "G0439"]]
    hcpcs[1][2], hcpcs[2][1], hcpcs[-3][3] = ended, begun, "5"
    return {
        "releases": [quarter.isoformat()],
        "ptp": {
            "practitioner": list(dated(rows, seed, quarter)),
            "hospital": list(dated(hospital, seed + 1, quarter)),
        },
        "mue": {"practitioner": limits(), "outpatient_hospital": limits()},
        "add_on": add_on,
        "pfs": [indicators(code) for code in every if code not in drugs],
        "hcpcs": hcpcs,
        "modifiers": [["JG", "20180101", "20241231"], ["ZX", begun, ""]],
    }
