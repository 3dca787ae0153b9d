"""The tables as dicts, and what each says on a day. Nothing is resolved ahead of a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

PTP_SETTINGS = ("practitioner", "hospital")
MUE_SETTINGS = ("practitioner", "outpatient_hospital", "dme_supplier")
# G codes of the type of laboratory services that are no test: specimens, tracings, sleep studies, anticoagulation, a vessel mapped.
NO_TESTS = frozenset({*("G0471", "G2023", "G2024"), *("G0403", "G0404", "G0405", "G0398", "G0399", "G0400"), "G0248", "G0249", "G0365"})
# G codes of other types that are one: blood in stool, antibodies to HIV.
TESTS_OF_OTHER_TYPES = frozenset({"G0328", "G0432", "G0433", "G0435"})
INDICATORS = ("status", "pctc", "glob", "mult", "bilat", "asst", "cosurg", "team")


@cache
def end_of_quarter(first: date) -> date:
    """The last day of a release, unless a later one comes before."""
    month = (first.month - 1) // 3 * 3 + 3
    return (date(first.year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)


class Edit(NamedTuple):
    """A row of the PTP table (ncci.md 1.1). No last day: still active."""

    effective: date
    deletion: date | None
    indicator: int

    def active(self, on: date) -> bool:
        """ncci.md 2.2: indicator 9 and an edit deleted on its first day never applied; the deletion date is the last day in force."""
        return (
            self.indicator != 9
            and self.effective <= on
            and (self.deletion is None or on <= self.deletion)
            and not (self.deletion is not None and self.deletion == self.effective)
        )


@dataclass
class Ptp:
    """One setting. Every release has the whole history (ncci.md 1.1): the newest one answers for every day up to its end."""

    releases: dict[date, dict[tuple[str, str], list[Edit]]] = field(default_factory=dict)

    def add(self, release: date, column1: str, column2: str, edit: Edit) -> None:
        self.releases.setdefault(release, {}).setdefault((column1, column2), []).append(edit)

    def covers(self, on: date) -> bool:
        return bool(self.releases) and on <= end_of_quarter(max(self.releases))

    def pairs(self) -> dict[tuple[str, str], list[Edit]]:
        """Rows of the newest release; all of them, in the order of the file."""
        return self.releases[max(self.releases)] if self.releases else {}


class Limit(NamedTuple):
    """A row of the MUE table (ncci.md 1.2)."""

    units: int
    adjudication: int


@dataclass
class Mue:
    """One setting. Rows have no dates: a release holds from its first day to the day before the next, and no longer than its quarter."""

    releases: dict[date, dict[str, Limit]] = field(default_factory=dict)

    def release(self, on: date) -> dict[str, Limit] | None:
        """The release that covers the day."""
        begun = [first for first in self.releases if first <= on]
        return self.releases[max(begun)] if begun and on <= end_of_quarter(max(begun)) else None


class AddOnRow(NamedTuple):
    """A row of the add-on table (ncci.md 1.3). No primary: the contractor says which."""

    primary: str | None
    type: int
    effective: date | None
    end: date | None


@dataclass
class AddOns:
    """Rows have dates of their own, so that the newest release that says them tells the days of a row's whole history."""

    releases: dict[date, dict[str, list[AddOnRow]]] = field(default_factory=dict)
    # What `history` answered, since every line of every claim asks.
    asked: dict[str, list[AddOnRow]] = field(default_factory=dict, compare=False)

    def add(self, release: date, code: str, row: AddOnRow) -> None:
        self.releases.setdefault(release, {}).setdefault(code, []).append(row)

    def covers(self, on: date) -> bool:
        return bool(self.releases) and on <= end_of_quarter(max(self.releases))

    def rows(self, code: str, on: date) -> list[AddOnRow]:
        """Rows of an add-on code in force on the day; none where it is no add-on code, or where no release covers the day."""
        if code not in self.asked:
            self.asked[code] = self.history(code)
        known = self.asked[code]
        if not known or not self.covers(on):
            return []
        return [r for r in known if (r.effective is None or r.effective <= on) and (r.end is None or on <= r.end)]

    def history(self, code: str) -> list[AddOnRow]:
        """Every row that was ever published of a code, with the days on which it holds.

        Of several releases the newest that says days is believed. A row ends at the latest when a release no longer has it;
        one without a first day begins with the first release that has it, or is as old as the first loaded one.
        """
        found = []
        having = [(release, row) for release in sorted(self.releases) for row in self.releases[release].get(code, [])]
        for key in dict.fromkeys(row[:2] for _, row in having):
            same = [(release, row) for release, row in having if row[:2] == key]
            dates = [(row.effective, row.end) for _, row in same if row.effective]
            effective, end = dates[-1] if dates else (None, None)
            first, last = same[0][0], same[-1][0]
            if effective is None and first > min(self.releases):
                effective = first
            after = [release for release in self.releases if release > last]
            if after:
                dropped = min(after) - timedelta(days=1)
                end = min(end, dropped) if end else dropped
            found.append(AddOnRow(*key, effective, end))
        return found


@dataclass
class Pfs:
    """Indicators of the fee schedule by name, release and code; a file without a column says nothing of it."""

    columns: dict[str, dict[date, dict[str, str]]] = field(default_factory=dict)
    listed: dict[date, set[str]] = field(default_factory=dict)

    def value(self, column: str, code: str, on: date) -> str:
        """The indicator on the day, by the nearest release; empty where there is none."""
        releases = self.columns.get(column, {})
        if not releases:
            return ""
        begun = [first for first in releases if first <= on]
        return releases[max(begun) if begun else min(releases)].get(code, "")


class Named(NamedTuple):
    """A code or modifier of HCPCS Level II: first and last day, types of service."""

    added: date | None
    terminated: date | None
    types: tuple[str, ...] = ()


@dataclass
class Hcpcs:
    """Codes or modifiers by release."""

    releases: dict[date, dict[str, Named]] = field(default_factory=dict)

    def newest(self, name: str) -> Named | None:
        """What the newest release that has it says."""
        having = [first for first, names in self.releases.items() if name in names]
        return self.releases[max(having)][name] if having else None

    def holds(self, name: str, on: date) -> bool:
        """Whether it is in force: from the day it was added to the day it was terminated, or until a release no longer has it."""
        known = self.newest(name)
        if known is None or (known.added and on < known.added) or (known.terminated and on > known.terminated):
            return False
        begun = [first for first in self.releases if first <= on]
        dropped = bool(begun) and name not in self.releases[max(begun)] and any(name in self.releases[first] for first in begun)
        return not dropped


@dataclass
class Tables:
    """Everything that was read."""

    ptp: dict[str, Ptp] = field(default_factory=lambda: {s: Ptp() for s in PTP_SETTINGS})
    mue: dict[str, Mue] = field(default_factory=lambda: {s: Mue() for s in MUE_SETTINGS})
    add_on: AddOns = field(default_factory=AddOns)
    pfs: Pfs = field(default_factory=Pfs)
    codes: Hcpcs = field(default_factory=Hcpcs)
    modifiers: Hcpcs = field(default_factory=Hcpcs)
    # Codes that some table names, without saying when they hold.
    mentioned: set[str] = field(default_factory=set)

    def standing(self, code: str, on: date) -> str:
        """`unknown`, `valid` or `not_on_date`. HCPCS tells the days of its codes, the fee schedule those of the rest, other tables none."""
        if self.codes.newest(code):
            return "valid" if self.codes.holds(code, on) else "not_on_date"
        releases = self.pfs.listed
        if any(code in listed for listed in releases.values()):
            begun = [first for first in releases if first <= on]
            return "valid" if code in releases[max(begun) if begun else min(releases)] else "not_on_date"
        return "valid" if code in self.mentioned else "unknown"

    def is_laboratory(self, code: str) -> bool:
        """ncci.md 2.4, 91: 8xxxx, and laboratory codes of G, U and M (of several analytes).

        HCPCS tells the G codes by their type of service, which is too coarse: it counts specimens, tracings and sleep studies too.
        """
        if code[0] == "G":
            known = self.codes.newest(code)
            return code in TESTS_OF_OTHER_TYPES or (known is not None and "5" in known.types and code not in NO_TESTS)
        return (code.startswith("8") and code.isdigit()) or code[0] == "U" or code[-1] in "UM"
