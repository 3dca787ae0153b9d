"""Add-on codes (ncci.md 4)."""

from __future__ import annotations

from edit_oracle.claims import Finding, Line, same_provider
from edit_oracle.tables import Tables


def primaries(line: Line, everyone: list[Line], setting: str, tables: Tables) -> list[Line]:
    """Lines with a listed primary code: same provider, same day.

    Critical care 99292 may stand beside 99291 of another day, or of a colleague of group and specialty, who is the same provider here.
    """
    listed = {row.primary for row in tables.add_on.rows(line.code, line.date) if row.primary}
    found = []
    for other in everyone:
        other_day_too = line.code == "99292" and other.code == "99291"
        same_day = other.date == line.date or other_day_too
        if other.code in listed and other is not line and same_day and same_provider(line, other, setting):
            found.append(other)
    return found


def findings(claimed: list[Line], before: list[Line], setting: str, tables: Tables, denied: set[str]) -> list[Finding]:
    """First what stands without a primary; then what stands beside denied ones alone, until nothing more is denied."""
    found = []
    denied = set(denied)
    everyone = claimed + before
    waiting = []
    for line in claimed:
        types = {row.type for row in tables.add_on.rows(line.code, line.date)}
        if not types:
            continue
        present = primaries(line, everyone, setting, tables)
        if 1 in types and not present:
            found.append(Finding("addon.no_primary", "error", (line.id,), (line.code,), (line.id,)))
            denied.add(line.id)
        elif 1 in types:
            waiting.append((line, present))
        elif 2 in types or not present:
            found.append(Finding("addon.payer_list", "review", (line.id,), (line.code,)))
    changed = True
    while changed:
        changed = False
        for line, present in list(waiting):
            if all(other.id in denied for other in present):
                found.append(Finding("addon.primary_denied", "error", (line.id,), (line.code,), (line.id,)))
                denied.add(line.id)
                waiting.remove((line, present))
                changed = True
    return found
