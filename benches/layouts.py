"""Diagnoses on re-laid-out copies of the visible visit notes: `python benches/layouts.py [FOLDER]`.

The words stay; headings, lists and line breaks change. The loss against the notes as written says what the engine owes to layout alone.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

from accuracy import VISITS, full_base, measure, rows

import superbill
from dictionary import CORPORA

HEADING = re.compile(r"^[A-Z][A-Z ,/&]{2,}$")


def sections(text: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        if HEADING.match(line.strip()):
            found.append((line.strip(), []))
        elif line.strip():
            found[-1][1].append(line.strip())
    return found


def plain(line: str) -> str:
    return re.sub(r"^(?:[•\-*]|\d+[.)])\s*", "", line)


def inline(text: str) -> str:
    """Headings with a colon, the text behind them."""
    return "\n\n".join(f"{head.capitalize()}: " * bool(head) + "\n".join(body) for head, body in sections(text))


def paragraphs(text: str) -> str:
    """Each section one paragraph, as dictated: no lists, no lines."""
    return "\n\n".join(f"{head}: " * bool(head) + " ".join(map(plain, body)) for head, body in sections(text))


def one_paragraph(text: str) -> str:
    return " ".join(f"{head}: " * bool(head) + " ".join(map(plain, body)) for head, body in sections(text))


def wrapped(text: str) -> str:
    """Lines broken at 60 characters, as a fixed form has them."""
    return "\n".join("\n".join(textwrap.wrap(line, 60)) if line.strip() else "" for line in text.splitlines())


def assessment_first(text: str) -> str:
    parts = sections(text)
    first = [p for p in parts if "ASSESSMENT" in p[0] or "IMPRESSION" in p[0] or p[0] == "PLAN"]
    return "\n\n".join("\n".join([head, "", *body]) for head, body in first + [p for p in parts if p not in first])


def unbulleted(text: str) -> str:
    return "\n".join(plain(line.strip()) for line in text.splitlines())


def headless(text: str) -> str:
    """No headings at all; sections are paragraphs."""
    return "\n\n".join("\n".join(body) for _, body in sections(text))


LAYOUTS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "inline headings": inline,
    "paragraphs": paragraphs,
    "one paragraph": one_paragraph,
    "wrapped lines": wrapped,
    "assessment first": assessment_first,
    "no bullets": unbulleted,
    "no headings": headless,
}


def main() -> None:
    kb = superbill.KnowledgeBase.open(full_base(Path(sys.argv[1]))) if len(sys.argv) > 1 else superbill.open()
    notes = rows(CORPORA / "acibench.jsonl")
    for name, lay in LAYOUTS.items():
        print(f"{name:<18} {measure(kb, [{**row, 'text': lay(row['text'])} for row in notes], VISITS, errors=False)}", flush=True)


if __name__ == "__main__":
    main()
