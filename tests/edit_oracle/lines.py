"""Whether a line can be edited at all (contract, line.*)."""

from __future__ import annotations

from edit_oracle.claims import Finding, Line
from edit_oracle.tables import Tables

# Tables that a setting needs, by what they are to the contract: inpatient claims have no PTP and no MUE (ncci.md 2.1).
PTP_TABLE = {"professional": "practitioner", "outpatient_facility": "hospital"}
MUE_TABLE = {"professional": "practitioner", "outpatient_facility": "outpatient_hospital"}


def check(line: Line, tables: Tables) -> list[Finding]:
    """What keeps a line out of everything further; it is not payable as it stands."""
    standing = tables.standing(line.code, line.date)
    # Nothing further is said of a line whose code cannot be used.
    if standing == "unknown":
        rule = "line.code_unknown"
    elif standing == "not_on_date":
        rule = "line.code_not_on_date"
    elif line.units == 0:
        rule = "line.units"
    else:
        return []
    return [Finding(rule, "error", (line.id,), (line.code,), (line.id,))]


def uncovered(lines: list[Line], setting: str, tables: Tables) -> list[Finding]:
    """line.no_release: once a table, with all lines whose day no release of it covers."""
    found = []
    if setting in PTP_TABLE:
        ptp = tables.ptp[PTP_TABLE[setting]]
        found.append([line for line in lines if not ptp.covers(line.date)])
    if setting in MUE_TABLE:
        mue = tables.mue[MUE_TABLE[setting]]
        found.append([line for line in lines if mue.release(line.date) is None])
    found.append([line for line in lines if not tables.add_on.covers(line.date)])
    return [Finding("line.no_release", "review", tuple(x.id for x in of), ()) for of in found if of]
