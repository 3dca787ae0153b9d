"""Medically unlikely edits (ncci.md 3)."""

from __future__ import annotations

from edit_oracle.claims import Finding, Line, same_provider
from edit_oracle.codes import OTHER_ROLE, SECOND_LINE
from edit_oracle.lines import MUE_TABLE
from edit_oracle.tables import Tables


def findings(claimed: list[Line], before: list[Line], setting: str, tables: Tables) -> set[Finding]:
    """Line by line of the claim: its own units, then those of the day, as its provider's lines make them."""
    found: set[Finding] = set()
    if setting not in MUE_TABLE:
        return found
    table = tables.mue[MUE_TABLE[setting]]
    for line in claimed:
        release = table.release(line.date)
        if release is None:
            continue
        limit = release.get(line.code)
        if limit is None:
            # ncci.md 1.2: no row is no limit known, not no limit.
            if line.units > 1:
                found.add(Finding("mue.not_published", "info", (line.id,), (line.code,)))
            continue
        of_claim = [other for other in claimed if other is line or same_day(line, other, setting)]
        of_history = [other for other in before if same_day(line, other, setting)]
        ids = tuple(other.id for other in of_claim + of_history)
        over = sum(other.units for other in of_claim + of_history) > limit.units
        if limit.adjudication == 1:
            if line.units > limit.units:
                found.add(Finding("mue.line", "error", (line.id,), (line.code,), (line.id,)))
            within = all(other.units <= limit.units for other in of_claim + of_history)
            # What was billed before came first.
            later = [other for other in (of_history + of_claim)[1:] if not other.history]
            if within and over and any(not other.carries(*SECOND_LINE) for other in later):
                found.add(Finding("mue.second_line", "review", ids, (line.code,)))
        elif over:
            found.add(Finding("mue.day", "error", ids, (line.code,), tuple(other.id for other in of_claim)))
    return found


def same_day(line: Line, other: Line, setting: str) -> bool:
    """Same code, day, provider, and the same role: an assistant's or co-surgeon's line is another provider's."""
    return (
        line.code == other.code
        and line.date == other.date
        and same_provider(line, other, setting)
        and set(line.modifiers) & OTHER_ROLE == set(other.modifiers) & OTHER_ROLE
    )
