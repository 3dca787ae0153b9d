"""Claims seeded from the rows of the tables: what hits an edit, what just misses it, and what stands around it.

A claim is a function of the tables, the seed and its number, so that any part of a run can be repeated alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from edit_oracle.claims import Claim
from edit_oracle.codes import ANATOMIC, DISTINCT, RANKS, is_visit
from edit_oracle.tables import Edit, Tables, end_of_quarter

Json = dict[str, Any]

ONE_DAY = timedelta(days=1)
ANATOMICS = sorted(ANATOMIC)
DISTINCTS = sorted(DISTINCT)
RANKED = sorted(RANKS)
# Wrong in itself: of no list, too long, ended, not begun.
STRANGE = ["Z9", "RTX", "5", "JG", "ZX", "GG", "32", "Q5"]
# Modifiers that may not meet, or not on every code.
WORDS = """
50|50|50 LT|LT RT|26|TC|26 TC|80|AS|82|62|66|51|JW JZ|JW|GA GZ|GA GY|GX GY|53 52|73 74|76 77|95 93|PT|33 PT|33|58 78|78 79|58 79
RT RT|26 RT|RT 26|22 QK|QK P3|P3 QK|GP CQ|FT|27|25|57|24|59|XU 59|XE XS|91|KX XU|51 59|59 51
"""
TOGETHER = [modifiers.split() for line in WORDS.split("\n") for modifiers in line.split("|") if modifiers]
FACTS = ["separate_site", "separate_session", "separate_practitioner", "separate_lesion", "laterality"]
# Days from a procedure to what comes after it, at and beside the ends of its period.
AFTER = [0, 1, 1, 5, 9, 10, 11, 12, 30, 89, 90, 91, 92]
ODD_DAYS = [date(2019, 6, 30), date(2019, 7, 1), date(2014, 12, 31), date(2018, 6, 30), date(2021, 12, 31)]

PROVIDERS = [
    {},
    {"npi": "1234567893"},
    {"npi": "1234567893", "group": "G1", "specialty": "orthopedics"},
    {"npi": "1234567893", "group": "G1", "specialty": "orthopedics"},
]
OTHERS = [
    {"npi": "1999999984", "group": "G1", "specialty": "orthopedics"},
    {"npi": "1999999984", "group": "G1", "specialty": "cardiology"},
    {"npi": "1888888884", "group": "G2", "specialty": "orthopedics"},
    {"npi": "1888888884"},
    {"group": "G1", "specialty": "orthopedics"},
    {"group": "G1"},
    {},
]


class Pools:
    """Codes of the tables by what they can show, and the quarter that all tables cover."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.first = max(tables.ptp["practitioner"].releases)
        self.last = end_of_quarter(self.first)
        self.days = (self.last - self.first).days + 1
        self.edits = {setting: ptp.pairs() for setting, ptp in tables.ptp.items()}
        self.pairs = {setting: sorted(edits) for setting, edits in self.edits.items()}
        codes = sorted({code for pair in self.pairs["practitioner"] for code in pair})
        of_glob = {code: tables.pfs.value("glob", code, self.first) for code in codes}
        self.visits = [code for code in codes if is_visit(code)] or ["99213"]
        self.procedures = {days: [c for c in codes if of_glob[c] == days and not is_visit(c)] for days in ("000", "010", "090")}
        self.all_procedures = [code for of in self.procedures.values() for code in of]
        self.laboratory = [code for code in codes if tables.is_laboratory(code)] or codes
        self.codes = codes
        known = set(codes)
        covering = {setting: mue.release(self.first) or {} for setting, mue in tables.mue.items()}
        self.limits = {
            setting: {
                mai: sorted(code for code, limit in release.items() if limit.adjudication == mai and (mai == 1 or code in known))
                for mai in (1, 2, 3)
            }
            for setting, release in covering.items()
        }
        self.units = {setting: {code: limit.units for code, limit in release.items()} for setting, release in covering.items()}
        newest = tables.add_on.releases[max(tables.add_on.releases)]
        self.add_ons = sorted(newest)
        self.primaries = {code: sorted({row.primary for row in rows if row.primary}) for code, rows in newest.items()}
        self.of_primary: dict[str, list[str]] = {}
        for code, primaries in self.primaries.items():
            for primary in primaries:
                self.of_primary.setdefault(primary, []).append(code)
        # Column 2 codes that have add-ons: where a denial cascades.
        self.cascades = [pair for pair in self.pairs["practitioner"] if pair[1] in self.of_primary]
        dated = sorted(
            code for release in tables.codes.releases.values() for code, named in release.items() if named.terminated or named.added
        )
        self.dated = dated or codes


def claims(pools: Pools, seed: int, start: int, count: int) -> Iterator[Claim]:
    """Claims by number, from `start` on."""
    for number in range(start, start + count):
        yield Builder(pools, random.Random(seed * 1_000_003 + number)).claim(str(number))


class Builder:
    """One claim in the making."""

    def __init__(self, pools: Pools, rng: random.Random) -> None:
        self.pools = pools
        self.rng = rng
        self.setting = rng.choices(["professional", "outpatient_facility", "inpatient_facility"], (66, 30, 4))[0]
        self.ptp = "hospital" if self.setting == "outpatient_facility" else "practitioner"
        self.mue = "outpatient_hospital" if self.setting == "outpatient_facility" else "practitioner"
        self.day = self.some_day()
        self.provider = rng.choice(PROVIDERS)
        # Whether lines of others stand among those of the provider.
        self.mixed = rng.random() < 0.25
        self.lines: list[Json] = []
        self.history: list[Json] = []

    def some_day(self) -> date:
        draw, pools = self.rng.random(), self.pools
        if draw < 0.88:
            return pools.first + timedelta(days=self.rng.randrange(pools.days))
        if draw < 0.94:
            return self.rng.choice(ODD_DAYS)
        return pools.first + timedelta(days=self.rng.randrange(-3000, 200))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def add(self, code: str, *modifiers: str, units: int = 1, day: date | None = None, before: bool = False) -> Json:
        """A line of the claim, or of the history."""
        line: Json = {"code": code, "units": units, "date": (day or self.day).isoformat(), "modifiers": list(modifiers)}
        provider = self.rng.choice(OTHERS) if self.mixed and self.chance(0.3) else self.provider
        if provider:
            line["provider"] = dict(provider)
        if self.chance(0.3):
            line["place_of_service"] = self.rng.choice(["11", "22", "24"])
        (self.history if before else self.lines).append(line)
        return line

    def claim(self, id: str) -> Claim:
        for _ in range(self.rng.choice([1, 1, 2, 2, 3])):
            self.rng.choices(SCENARIOS, WEIGHTS)[0](self)
        if self.chance(0.3):
            for _ in range(self.rng.randrange(1, 6)):
                self.add(self.rng.choice(self.pools.codes))
        if not self.lines:
            self.lines, self.history = self.history[:1], self.history[1:]
        self.rng.shuffle(self.lines)
        del self.lines[10:]
        for at, line in enumerate(self.lines, 1):
            line["id"] = str(at)
        for at, line in enumerate(self.history, 1):
            line["id"] = f"h{at}"
        claim: Claim = {"id": id, "setting": self.setting, "lines": self.lines}
        if self.history:
            claim["history"] = self.history
        if self.chance(0.2):
            ids = [line["id"] for line in self.lines + self.history]
            named = self.rng.sample(ids, self.rng.randrange(1, min(3, len(ids)) + 1))
            claim["facts"] = [{"kind": self.rng.choice(FACTS), "lines": named, "evidence": "as documented"}]
        return claim

    # Scenarios.

    def pair(self) -> None:
        """Both codes of an edit, on a day that its dates make interesting, with or without what bypasses it."""
        column1, column2 = self.rng.choice(self.pools.pairs[self.ptp])
        if self.chance(0.7):
            self.day = self.day_of(self.rng.choice(self.pools.edits[self.ptp][column1, column2]))
        of_1, of_2 = self.bypass(column1, column2)
        before = self.rng.choice([None, None, None, None, 1, 2])
        self.add(column1, *of_1, before=before == 1)
        self.add(column2, *of_2, before=before == 2, units=self.rng.choice([1, 1, 1, 2]))
        if self.chance(0.1):
            self.add(column2, *self.bypass(column1, column2)[1])

    def day_of(self, edit: Edit) -> date:
        """Inside, on the first or last day, or one day beside; near the quarter where the edit is not."""
        days = [edit.effective, edit.effective - ONE_DAY, edit.effective + ONE_DAY]
        if edit.deletion:
            days += [edit.deletion, edit.deletion + ONE_DAY, edit.deletion - ONE_DAY, edit.deletion, edit.deletion + ONE_DAY]
        near = [day for day in days if self.pools.first <= day <= self.pools.last]
        if near:
            return self.rng.choice(near)
        return self.rng.choice(days) if self.chance(0.1) else self.day

    def bypass(self, column1: str, column2: str) -> tuple[list[str], list[str]]:
        """Modifiers of both lines: none, good ones, and those that are often taken for good."""
        rng = self.rng
        anatomic, other = rng.sample(ANATOMICS, 2)
        distinct, period = rng.choice(DISTINCTS), rng.choice(["58", "78", "79"])
        of_visit = [rng.choice(["25", "57", "24", "27", "FT"])]
        no_bypass = rng.choice(["50", "76", "77", "51", "22", "26", "52", "80", "KX"])
        both: tuple[list[str], list[str]] = rng.choice(
            [
                *[([], [])] * 3,
                ([distinct], []),
                ([], [distinct]),
                rng.choice([([anatomic], [anatomic]), ([anatomic], [other]), ([], [anatomic]), ([anatomic, other], [anatomic])]),
                (["LT"], [rng.choice(["LT", "RT"])]),
                (of_visit, []) if is_visit(column1) and rng.random() < 0.7 else ([], of_visit),
                ([], [no_bypass]),
                rng.choice([([], ["91"]), (["91"], [])]),
                rng.choice([([period], []), ([], [period])]),
                ([], rng.choice([["XS", "59"], ["59", "LT"], ["LT", "59"], ["59", "59"]])),
                ([], ["25"]) if is_visit(column2) else ([], ["59"]),
            ]
        )
        if period in both[0] + both[1] and rng.random() < 0.6:
            self.earlier()
        return both

    def earlier(self) -> Json:
        """A procedure before the day of the claim, at or beside the end of its period; on the claim or billed before."""
        days = self.rng.choice(["010", "090", "090", "000"])
        code = self.rng.choice(self.pools.procedures[days] or self.pools.all_procedures)
        back = self.rng.choice([n for n in AFTER if (days == "090") == (n > 12) or n in (1, 5)])
        modifiers = [self.rng.choice(["78", "58", "79", "RT"])] if self.chance(0.15) else []
        return self.add(code, *modifiers, day=self.day - timedelta(days=back), before=self.chance(0.7))

    def units_of_day(self) -> None:
        """Units at, under and over a value; on one line or several, with modifiers or without, today or billed before."""
        mai = self.rng.choice([1, 2, 3, 3])
        code = self.rng.choice(self.pools.limits[self.mue][mai] or self.pools.codes)
        value = self.pools.units[self.mue].get(code, 1)
        total = max(1, value + self.rng.choice([-1, 0, 0, 1, 1, 2, value]))
        parts = self.rng.choice([1, 1, 2, 2, 3])
        for at in range(parts):
            units = max(1, total // parts + (1 if at < total % parts else 0))
            modifiers = self.rng.choice([[], [], ["59"], ["76"], ["91"], ["RT"], ["80"], ["XS"], ["62"]])
            self.add(code, *modifiers, units=units, before=self.chance(0.15))

    def without_value(self) -> None:
        """A code whose value is not published, or may not be."""
        self.add(self.rng.choice(self.rng.choice([self.pools.codes, self.pools.dated])), units=self.rng.choice([1, 2, 3]))

    def add_on(self) -> None:
        """An add-on code with or without a primary: of the day, of another, of another provider, billed before."""
        code = self.rng.choice([*self.rng.choices(self.pools.add_ons, k=9), "99292"])
        self.add(code, *(["51"] if self.chance(0.1) else []))
        primaries = self.pools.primaries.get(code)
        if primaries and self.chance(0.6):
            day = self.day if self.chance(0.8) else self.day + timedelta(days=self.rng.choice([-1, 1]))
            self.add(self.rng.choice(primaries), day=day, before=self.chance(0.25))

    def cascade(self) -> None:
        """An add-on code whose primary is column 2 of an edit, and what hangs on the add-on."""
        if not self.pools.cascades:
            return
        column1, column2 = self.rng.choice(self.pools.cascades)
        added = self.rng.choice(self.pools.of_primary[column2])
        self.add(column1, units=self.rng.choice([1, 1, 1, 40]))
        self.add(column2, *(["59"] if self.chance(0.2) else []), before=self.chance(0.1))
        self.add(added)
        if self.chance(0.3):
            self.add(self.rng.choice(self.pools.primaries[added]))

    def visit(self) -> None:
        """A visit and a procedure: on one day, the day before it, or in its period."""
        modifiers = self.rng.choice([[], [], ["25"], ["57"], ["24"], ["24", "25"], ["59"], ["27"]])
        code = self.rng.choice(self.pools.visits)
        if self.chance(0.5):
            self.add(code, *modifiers)
            self.earlier()
            return
        procedure = self.rng.choice(self.pools.procedures[self.rng.choice(["000", "010", "090"])] or self.pools.all_procedures)
        day = self.day + timedelta(days=self.rng.choice([0, 0, 0, 1, 2]))
        self.add(code, *modifiers)
        self.add(procedure, day=day, before=self.chance(0.2))

    def later(self) -> None:
        """A procedure in the period of an earlier one."""
        earlier = self.earlier()
        code = earlier["code"] if self.chance(0.3) else self.rng.choice(self.pools.all_procedures)
        modifiers = self.rng.choice([[], [], ["58"], ["78"], ["79"], ["76"], ["77"], ["59"], ["79", "RT"], ["RT", "79"]])
        self.add(code, *modifiers)

    def modifiers(self) -> None:
        """Modifiers that contradict each other, the code or the order."""
        code = self.rng.choice(self.rng.choice([self.pools.codes, self.pools.all_procedures, self.pools.visits, self.pools.laboratory]))
        modifiers = list(self.rng.choice(TOGETHER))
        if self.chance(0.2):
            modifiers.append(self.rng.choice(STRANGE))
        if self.chance(0.3):
            modifiers += self.rng.sample(RANKED, self.rng.randrange(1, 3))
        if self.chance(0.3):
            self.rng.shuffle(modifiers)
        self.add(code, *modifiers[:4], units=self.rng.choice([1, 1, 1, 2]))

    def named(self) -> None:
        """Codes that rules name."""
        if self.chance(0.4):
            self.add(self.rng.choice(["77065", "77066"]), *self.rng.choice([[], ["GG"], ["26", "GG"]]))
            self.add("77067", *self.rng.choice([[], ["59"], ["XU"], ["XS"]]), day=self.day + (ONE_DAY if self.chance(0.2) else timedelta()))
        elif self.chance(0.5):
            self.add("99292")
            if self.chance(0.8):
                day = self.day - timedelta(days=self.rng.choice([0, 0, 1, 3]))
                self.add("99291", *self.rng.choice([[], ["25"]]), day=day, before=self.chance(0.4))
        else:
            self.add("77427", *self.rng.choice([[], ["59"], ["XU"]]))
            self.add(self.rng.choice(["92004", "92014"]), *self.rng.choice([[], ["25"], ["57"], ["24"], ["59"]]))

    def bad(self) -> None:
        """Lines that cannot be edited, beside whatever else there is."""
        kind = self.rng.randrange(3)
        if kind == 0:
            self.add(f"X{self.rng.randrange(7000, 8000)}", units=self.rng.choice([0, 1, 2]))
        elif kind == 1:
            self.add(self.rng.choice(self.pools.codes), units=0)
        else:
            self.add(self.rng.choice(self.pools.dated))


SCENARIOS: list[Callable[[Builder], None]] = [
    Builder.pair,
    Builder.units_of_day,
    Builder.without_value,
    Builder.add_on,
    Builder.cascade,
    Builder.visit,
    Builder.later,
    Builder.modifiers,
    Builder.named,
    Builder.bad,
]
WEIGHTS = [36, 14, 3, 8, 6, 10, 8, 12, 2, 3]
