"""Global periods of procedures (modifiers.md 4) and what falls into them (contract, global.*)."""

from __future__ import annotations

from datetime import timedelta

from edit_oracle.claims import Finding, Line, same_provider
from edit_oracle.codes import GLOBAL_PROCEDURE, is_visit
from edit_oracle.tables import Tables

# modifiers.md 4.1: days that follow the day of the procedure.
FOLLOWING = {"010": 10, "090": 90}
ONE_DAY = timedelta(days=1)


def days(line: Line, tables: Tables) -> str:
    """Global days of a procedure, 000, 010 or 090; empty for a visit and for every other code."""
    stated = "" if is_visit(line.code) else tables.pfs.value("glob", line.code, line.date)
    return stated if stated in {"000", "010", "090"} else ""


def opened(line: Line, everyone: list[Line], setting: str, tables: Tables) -> list[Line]:
    """Procedures of the same provider on an earlier day in whose period of 10 or 90 days the line falls.

    A procedure with 78 opens none of its own, and an add-on code never does (modifiers.md 4.2, ncci.md 4).
    """
    found = []
    for procedure in everyone:
        if procedure.date < line.date and same_provider(procedure, line, setting) and not procedure.carries("78"):
            following = FOLLOWING.get(days(procedure, tables))
            if following is None or tables.add_on.rows(procedure.code, procedure.date):
                continue
            if line.date <= procedure.date + timedelta(days=following):
                found.append(procedure)
    return found


def in_global_period(line: Line, modifier: str, everyone: list[Line], setting: str, tables: Tables) -> bool:
    """Whether 24, 58, 78 or 79 has what it speaks of: an open period; for 58 also another procedure of the day that decided this one.

    ncci.md 2.4 (58, 78, 79), modifiers.md 4.2 and vector 14 of 13.
    """
    if opened(line, everyone, setting, tables):
        return True
    return modifier == "58" and any(
        other is not line and other.date == line.date and same_provider(other, line, setting) and days(other, tables) != ""
        for other in everyone
    )


def findings(claimed: list[Line], before: list[Line], setting: str, tables: Tables, said: set[Finding]) -> list[Finding]:
    """Visits and procedures of the claim beside the procedures of claim and history. `said`: what PTP found already.

    The package is one of practitioners' payment: a facility bills each visit (modifiers.md 4, CMS Global Surgery booklet).
    """
    if setting != "professional":
        return []
    everyone = claimed + before
    denied = {finding.lines for finding in said if finding.rule == "ptp.denied"}
    found = []
    for line in claimed:
        if is_visit(line.code):
            found += same_day(line, everyone, setting, tables, denied)
            found += visit_inside(line, everyone, setting, tables)
        elif days(line, tables):
            found += procedure_inside(line, everyone, setting, tables)
    return found


def same_day(visit: Line, everyone: list[Line], setting: str, tables: Tables, denied: set[tuple[str, ...]]) -> list[Finding]:
    """modifiers.md 1.1, rows 1 to 4: 57 for a procedure of 90 days on the day or the day after, 25 for one of 0 or 10 days on the day."""
    found = []
    for procedure in everyone:
        if not same_provider(procedure, visit, setting):
            continue
        of = days(procedure, tables)
        minor = of in {"000", "010"} and procedure.date == visit.date and not visit.carries("25")
        major = of == "090" and procedure.date in {visit.date, visit.date + ONE_DAY} and not visit.carries("57")
        already = {(procedure.id, visit.id), (visit.id, procedure.id)} & denied
        if (minor or major) and not already:
            found.append(Finding("global.visit_same_day", "review", (procedure.id, visit.id), (procedure.code, visit.code)))
    return found


def visit_inside(visit: Line, everyone: list[Line], setting: str, tables: Tables) -> list[Finding]:
    """modifiers.md 1.1, rows 5 and 6. 25 or 57 are enough where they speak of a procedure of the same day."""
    if visit.carries("24"):
        return []
    # A procedure of 90 days counts from the day before it.
    of_the_day = any(
        days(p, tables) and same_provider(p, visit, setting)
        for p in everyone
        if p.date == visit.date or (p.date == visit.date + ONE_DAY and days(p, tables) == "090")
    )
    if visit.carries("25", "57") and of_the_day:
        return []
    inside = opened(visit, everyone, setting, tables)
    return [Finding("global.visit_inside", "error", (p.id, visit.id), (p.code, visit.code)) for p in inside]


def procedure_inside(later: Line, everyone: list[Line], setting: str, tables: Tables) -> list[Finding]:
    """modifiers.md 4.2."""
    if later.carries(*GLOBAL_PROCEDURE):
        return []
    found = []
    for earlier in opened(later, everyone, setting, tables):
        repeated = earlier.code == later.code and later.carries("76", "77")
        if not repeated:
            found.append(Finding("global.procedure_inside", "error", (earlier.id, later.id), (earlier.code, later.code)))
    return found
