"""Procedure-to-procedure edits (ncci.md 2)."""

from __future__ import annotations

from datetime import date

from edit_oracle.claims import Claim, Finding, Line, pairs, same_provider
from edit_oracle.codes import ANATOMIC, DISTINCT, GLOBAL_PROCEDURE, X_ALONE, is_visit, takes
from edit_oracle.global_surgery import in_global_period
from edit_oracle.lines import PTP_TABLE
from edit_oracle.tables import Tables

# CR 11168: from this day 59 and X{EPSU} may sit on either line of a pair, before on column 2 alone (ncci.md 2.4).
EITHER_LINE = date(2019, 7, 1)
# Contract, ptp.supported.
SUPPORTING = {"separate_site", "separate_session", "separate_practitioner", "separate_lesion", "laterality"}


def findings(claim: Claim, claimed: list[Line], before: list[Line], tables: Tables) -> list[Finding]:
    """ncci.md 2.5."""
    setting = claim["setting"]
    if setting not in PTP_TABLE:
        return []
    table = tables.ptp[PTP_TABLE[setting]]
    edits = table.pairs()
    found = []
    for a, b in pairs(claimed, before):
        if a.code == b.code or a.date != b.date or not table.covers(a.date):
            continue
        rows = [row for row in edits.get((a.code, b.code), []) if row.active(a.date)]
        if not rows or not same_provider(a, b, setting):
            continue
        lines, codes = (a.id, b.id), (a.code, b.code)
        indicators = {row.indicator for row in rows}
        if len(indicators) > 1:
            found.append(Finding("ptp.rows_disagree", "info", lines, codes))
        # ncci.md 2.2: the most restrictive of several; 2.3: 0 is never bypassed.
        if 0 in indicators:
            found.append(Finding("ptp.denied", "error", lines, codes, (b.id,)))
        elif bypasses(a, b, claimed + before, setting, tables):
            rule, severity = ("ptp.supported", "info") if supported(claim, a, b) else ("ptp.bypassed", "review")
            found.append(Finding(rule, severity, lines, codes))
        elif set(a.modifiers) & ANATOMIC and set(a.modifiers) & ANATOMIC == set(b.modifiers) & ANATOMIC:
            found.append(Finding("ptp.same_site", "review", lines, codes))
        else:
            found.append(Finding("ptp.denied", "error", lines, codes, (b.id,)))
    return found


def supported(claim: Claim, a: Line, b: Line) -> bool:
    facts = claim.get("facts") or []
    return any(fact["kind"] in SUPPORTING and (a.id in fact["lines"] or b.id in fact["lines"]) for fact in facts)


def bypasses(a: Line, b: Line, everyone: list[Line], setting: str, tables: Tables) -> bool:
    """Whether a modifier on one of the lines bypasses an edit of indicator 1; `a` is column 1."""
    return (
        distinct_service(a, a.date >= EITHER_LINE)
        or distinct_service(b, True)
        or different_sites(a, b)
        or any(
            for_visit(line, other, everyone, setting, tables)
            or for_procedure(line, everyone, setting, tables)
            or for_laboratory(line, tables)
            or for_facility_visit(line, setting)
            for line, other in ((a, b), (b, a))
        )
    )


def distinct_service(line: Line, may_sit_here: bool) -> bool:
    """59, XE, XS, XP, XU: never on a visit or 77427, and not 59 beside an X on one line."""
    if not may_sit_here or is_visit(line.code) or line.code == "77427":
        return False
    if line.carries("59") and line.carries(*X_ALONE):
        return False
    return line.carries(*DISTINCT)


def different_sites(a: Line, b: Line) -> bool:
    """Anatomic modifiers: the lines have to point to different sites. A line without a site, such as a visit, is at no other one."""
    of_a, of_b = set(a.modifiers) & ANATOMIC, set(b.modifiers) & ANATOMIC
    return bool(of_a and of_b) and of_a != of_b


def for_visit(line: Line, other: Line, everyone: list[Line], setting: str, tables: Tables) -> bool:
    """25, 57 and 24 on the visit: 57 beside a procedure of 90 days, 25 beside any other, 24 inside the period of an earlier one."""
    major = tables.pfs.value("glob", other.code, other.date) == "090"
    if line.carries("25") and takes(line.code, "25") and not major:
        return True
    if line.carries("57") and takes(line.code, "57") and major:
        return True
    return line.carries("24") and takes(line.code, "24") and in_global_period(line, "24", everyone, setting, tables)


def for_procedure(line: Line, everyone: list[Line], setting: str, tables: Tables) -> bool:
    """58, 78, 79 on a procedure in a global period."""
    if is_visit(line.code):
        return False
    return any(line.carries(m) and in_global_period(line, m, everyone, setting, tables) for m in GLOBAL_PROCEDURE)


def for_laboratory(line: Line, tables: Tables) -> bool:
    return line.carries("91") and tables.is_laboratory(line.code)


def for_facility_visit(line: Line, setting: str) -> bool:
    """27: separate visits of one day in a hospital outpatient department."""
    return setting == "outpatient_facility" and line.carries("27") and is_visit(line.code)
