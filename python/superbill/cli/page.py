"""An answer for people: codes, proof, questions, and the note with its evidence marked; colours where the terminal has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

import superbill

# Marks that stay where colours are off.
OPEN, CLOSE = "⟦", "⟧"
MARK = "bold black on bright_yellow"
WIDTH = 132
ACTIONS = {"release": "green", "review": "yellow", "query": "cyan", "hold": "red"}
SEVERITIES = {"error": "red", "review": "yellow", "info": "cyan"}


def page() -> Console:
    """The terminal as wide as it is; wide enough for a table where the output goes elsewhere."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def table(answers: Iterable[tuple[str, dict[str, Any], superbill.CodedEncounter]]) -> None:
    """One row an encounter: name, type, codes, what to do next."""
    rows = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("encounter", "type", "diagnoses", "procedures", "then"):
        rows.add_column(column, header_style="bold", no_wrap=column == "encounter", overflow="fold")
    for name, encounter, coded in answers:
        diagnoses = " ".join(d.code for d in coded.diagnoses)
        procedures = " ".join(with_modifiers(p) for p in coded.procedures)
        action = coded.disposition.action if coded.disposition else ""
        rows.add_row(name, encounter.get("type", ""), diagnoses, procedures, Text(action, style=ACTIONS.get(action, "")))
    console = page()
    console.print(rows)
    console.print("\n`superbill demo NAME` shows one with its proof.", style="dim")


def with_modifiers(procedure: Any) -> str:
    """`29881-RT`, `12002*2`."""
    code = "-".join([procedure.code, *procedure.modifiers])
    return f"{code}*{procedure.units}" if procedure.units > 1 else code


def show(encounter: dict[str, Any], coded: superbill.CodedEncounter) -> None:
    """The whole answer, with the proof of every code."""
    console = page()
    for title, items in (("Diagnoses", coded.diagnoses), ("Procedures", coded.procedures)):
        if items:
            console.print(title, style="bold")
            for item in items:
                show_item(console, item)
    if coded.findings:
        console.print("Findings", style="bold")
        for finding in coded.findings:
            style = SEVERITIES.get(finding.severity, "")
            line = Text.assemble(
                "  ",
                (finding.severity, style),
                f" {finding.rule}: {finding.message}",
                (f"  [{finding.citation}]", "dim"),
            )
            console.print(line)
    if coded.queries:
        console.print("To ask the provider", style="bold")
        for query in coded.queries:
            console.print(Text(f"  {query.about}: {', '.join(query.missing)}"))
            for option in query.options:
                console.print(Text(f"    - {option}"))
    if disposition := coded.disposition:
        reasons = f": {'; '.join(disposition.reasons)}" if disposition.reasons else ""
        console.print(Text.assemble(("Disposition ", "bold"), (disposition.action, ACTIONS.get(disposition.action, "")), reasons))
    if knowledge := coded.knowledge:
        releases = ", ".join(f"{r.feed} {r.version}" for r in knowledge.releases)
        console.print(Text(f"Knowledge {knowledge.hash[:12]}: {releases}", style="dim"))
    for document in encounter.get("documents", []):
        console.print(Text(f"\n{document['id']}", style="bold"))
        console.print(marked(document["text"], evidence(coded, document["id"])))


def show_item(console: Console, item: Any) -> None:
    """One code with its steps."""
    is_procedure = hasattr(item, "modifiers")
    code = with_modifiers(item) if is_procedure else item.code
    place = f" -> {','.join(map(str, item.pointers))}" if is_procedure else ""
    sure = f"{item.confidence / 10:.0f} %"
    console.print(Text.assemble("  ", (f"{code:<10}", "bold cyan"), f" {item.description}{place}", (f"  {sure}", "dim")))
    for step in item.because:
        said = f' "{" ".join(step.span.text.split())}"' if step.span else ""
        console.print(Text(f"             {step.kind}: {step.text}{said}", style="dim"))
    for other in item.alternatives if not is_procedure else ():
        console.print(Text(f"             not {other.code}: {other.why_not}", style="dim"))


def evidence(coded: superbill.CodedEncounter, document_id: str) -> list[tuple[int, int]]:
    """Spans of a document that codes rest on, joined where they touch."""
    of_items = [item.evidence for item in coded.diagnoses] + [item.evidence for item in coded.procedures]
    spans = sorted({(e.start, e.end) for found in of_items for e in found if e.document_id == document_id})
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def marked(text: str, spans: list[tuple[int, int]]) -> Text:
    """The text with its spans between marks, and coloured where the terminal has colours."""
    page, at = Text(), 0
    for start, end in spans:
        page.append(text[at:start])
        page.append(f"{OPEN}{text[start:end]}{CLOSE}", style=MARK)
        at = end
    page.append(text[at:])
    return page


def show_check(claim: dict[str, Any], check: superbill.Check, *, explain: bool) -> None:
    """The lines of a claim, each with what was found of it; the findings with their rows where asked."""
    console = page()
    lines = {line.get("id") or str(number): line for number, line in enumerate(claim.get("lines", []), 1)}
    lines |= {line.get("id") or f"h{number}": line for number, line in enumerate(claim.get("history", []), 1)}
    denied = check.denied
    for name, line in lines.items():
        code = "-".join([line.get("code", ""), *line.get("modifiers", [])])
        units = f"*{line['units']}" if line.get("units", 1) != 1 else ""
        state = ("not payable", SEVERITIES["error"]) if name in denied else ("", "")
        console.print(Text.assemble(f"{name:>4}  {code + units:<22} {line.get('date', '')}  ", state))
    if not check.findings:
        console.print("nothing was found", style="green")
    for finding in check.findings:
        about = f" (lines {' '.join(finding.lines)})" if finding.lines else ""
        console.print(Text.assemble((finding.severity, SEVERITIES.get(finding.severity, "")), f" {finding.rule}{about}: {finding.message}"))
        if explain:
            until = f" to {finding.end}" if finding.end else ""
            console.print(f"    {finding.release}; from {finding.effective}{until}", style="dim")
            console.print(f"    {finding.citation}", style="dim")
        if finding.remedy and explain:
            console.print(f"    remedy: {finding.remedy}")
    show_repairs(console, check, explain=explain)


def show_repairs(console: Console, check: superbill.Check, *, explain: bool) -> None:
    """What can lawfully be done about the errors, and what has to be asked."""
    if check.search == "stopped" and not check.repairs:
        console.print("no repair was found before the search had to stop", style="yellow")
    for number, repair in enumerate(check.repairs, 1):
        unproven = "" if repair.proven else " (a repair that departs less may exist)"
        console.print(Text.assemble((f"repair {number}", "bold"), f"{unproven}: {'; '.join(change.message for change in repair.changes)}"))
        for fact in repair.rests_on:
            console.print(f"    rests on: {fact.kind} (lines {' '.join(fact.lines)})", style="dim")
        if explain:
            for change in repair.changes:
                console.print(f"    {change.citation}", style="dim")
            cleared = ", ".join(f"{finding.rule} ({' '.join(finding.lines)})" for finding in repair.clears)
            console.print(f"    clears: {cleared}", style="dim")
    for query in check.queries:
        console.print(Text.assemble(("ask", "bold"), f": {query.about} {' / '.join(query.options)}"))
