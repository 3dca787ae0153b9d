"""All rules in the order of the contract."""

from __future__ import annotations

from edit_oracle import add_on, global_surgery, lines, modifiers, mue, ptp
from edit_oracle.claims import Claim, Finding, history
from edit_oracle.claims import lines as lines_of
from edit_oracle.tables import Tables


def edit(claim: Claim, tables: Tables) -> set[Finding]:
    """Everything that the rules find on a claim."""
    setting = claim["setting"]
    before = history(claim)
    found: set[Finding] = set()

    # A line that fails the line checks takes no part in anything further.
    claimed = []
    for line in lines_of(claim):
        wrong = lines.check(line, tables)
        found.update(wrong)
        if not wrong:
            claimed.append(line)
    found.update(lines.uncovered(claimed, setting, tables))

    found.update(modifiers.findings(claimed, before, setting, tables))

    pairs = set(ptp.findings(claim, claimed, before, tables))
    units = mue.findings(claimed, before, setting, tables)
    denied = {id for finding in pairs | units for id in finding.denied}
    added = add_on.findings(claimed, before, setting, tables, denied)

    # ncci.md 2.5: column 1 has to be payable itself, but for other edits of its own kind.
    otherwise_denied = {id for finding in [*units, *added] for id in finding.denied}
    pairs = {finding for finding in pairs if finding.lines[0] not in otherwise_denied}

    found |= pairs | units
    found.update(added)
    found.update(global_surgery.findings(claimed, before, setting, tables, pairs))
    return found
