"""Modifiers of a line by themselves (modifiers.md 11 and 12)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edit_oracle.claims import Finding, Line
from edit_oracle.codes import (
    ANESTHESIA,
    CPT_MODIFIERS,
    DISTINCT,
    GLOBAL_PROCEDURE,
    PHYSICAL_STATUS,
    RANKS,
    is_anesthesia,
    is_cpt_procedure,
    is_visit,
    takes,
)
from edit_oracle.global_surgery import in_global_period
from edit_oracle.tables import Tables

# modifiers.md 12, MOD_CONFLICT.
CONFLICTS = [("JW", "JZ"), ("GA", "GZ"), ("GA", "GY"), ("53", "52"), ("73", "74"), ("76", "77"), ("95", "93")]


def findings(claimed: list[Line], before: list[Line], setting: str, tables: Tables) -> list[Finding]:
    found = []
    for line in claimed:
        found += [Finding(rule, "error", (line.id,), (line.code,)) for rule in rules(line, claimed, tables)]
        needs_period = [m for m in ("24", *GLOBAL_PROCEDURE) if line.carries(m)]
        # Periods after surgery are of practitioners (see `global_surgery.findings`).
        if setting == "professional" and any(not in_global_period(line, m, claimed + before, setting, tables) for m in needs_period):
            found.append(Finding("mod.no_global", "review", (line.id,), (line.code,)))
        if out_of_order(line):
            found.append(Finding("mod.order", "info", (line.id,), (line.code,)))
    return found


def rules(line: Line, claimed: list[Line], tables: Tables) -> Iterator[str]:
    """Rules of section 12 that the line breaks."""
    if any(not known(m, line, tables) for m in line.modifiers):
        yield "mod.unknown"
    if len(set(line.modifiers)) < len(line.modifiers):
        yield "mod.duplicate"
    if any(line.carries(m) and not takes(line.code, m) for m in ("24", "25", "57", "27", "FT")):
        yield "mod.not_em"
    if not_allowed(line, tables):
        yield "mod.not_allowed"
    if component(line, tables):
        yield "mod.pctc"
    if (line.carries("LT") and line.carries("RT")) or (line.carries("50") and line.carries("LT", "RT")):
        yield "mod.laterality"
    if sum(line.carries(m) for m in GLOBAL_PROCEDURE) > 1:
        yield "mod.global_conflict"
    if any(line.carries(a) and line.carries(b) for a, b in CONFLICTS) or (line.code == "77427" and line.carries("59")):
        yield "mod.conflict"
    # A surgery center says 49 as its specialty; a surgeon who works in one (place of service 24) may say 50.
    if line.carries("50") and (tables.pfs.value("bilat", line.code, line.date) == "2" or line.units > 1 or line.specialty == "49"):
        yield "mod.bilateral"
    if mammography(line, claimed):
        yield "mod.mammography"
    if line.carries("PT") and (not is_cpt_procedure(line.code) or line.carries("33")):
        yield "mod.preventive"


# Modifiers of CPT that are younger than the tables (modifiers.md 7).
FIRST_YEARS = {"93": 2022, "95": 2017}


def known(modifier: str, line: Line, tables: Tables) -> bool:
    """CPT's own, or in force on the day by the list of HCPCS."""
    if not re.fullmatch("[A-Z0-9]{2}", modifier):
        return False
    if line.date.year < FIRST_YEARS.get(modifier, 0):
        return False
    return modifier in CPT_MODIFIERS or tables.modifiers.holds(modifier, line.date)


def not_allowed(line: Line, tables: Tables) -> bool:
    """The code does not take the modifier: by what it is, or by an indicator of the fee schedule."""

    def says(column: str, *values: str) -> bool:
        return tables.pfs.value(column, line.code, line.date) in values

    add_on = line.carries("51") and bool(tables.add_on.rows(line.code, line.date))
    return (
        (is_visit(line.code) and line.carries("51", *DISTINCT))
        or add_on
        or (line.carries("50") and says("bilat", "0", "2", "9"))
        or (line.carries("80", "81", "82", "AS") and says("asst", "1"))
        or (line.carries("62") and says("cosurg", "0"))
        or (line.carries("66") and says("team", "0"))
    )


def component(line: Line, tables: Tables) -> bool:
    """26 and TC, by the PC/TC indicator: 1 takes either, 6 takes 26, every other none."""
    if line.carries("26") and line.carries("TC"):
        return True
    indicator = tables.pfs.value("pctc", line.code, line.date)
    if not indicator:
        return False
    return (line.carries("26") and indicator not in {"1", "6"}) or (line.carries("TC") and indicator != "1")


def mammography(line: Line, claimed: list[Line]) -> bool:
    """A diagnostic mammogram needs GG, and the screening one 59 or XU, where both are done on a day."""
    diagnostic = {"77065", "77066"}
    of_day = {other.code for other in claimed if other.date == line.date}
    if line.code in diagnostic:
        return "77067" in of_day and not line.carries("GG")
    return line.code == "77067" and bool(diagnostic & of_day) and not line.carries("59", "XU")


def out_of_order(line: Line) -> bool:
    """Section 11: by rank, those of a rank in any order; modifiers that the table does not rank are passed over."""

    def rank(modifier: str) -> int:
        # Who gave it is first on a line of anesthesia, the state of the patient comes after it.
        if is_anesthesia(line.code) and (modifier in ANESTHESIA or modifier in PHYSICAL_STATUS):
            return int(modifier in PHYSICAL_STATUS)
        return RANKS[modifier]

    ranks = [rank(m) for m in line.modifiers if m in RANKS]
    return ranks != sorted(ranks)
