"""What is said of the 2,376 notes of MTSamples, by specialty: `python benches/specialties.py [--worst N] [--jsonl FILE]`.

Each note is an encounter of the type that its labels tell, and counts under every label of it. A note has no gold codes: the table
shows where the engine says much, little or nothing. `--worst` lists note ids by what is suspicious: most diagnoses a kilobyte, most
codes that exclude one another, an assessment of which nothing was coded. `--jsonl` writes a line a note, for comparing two builds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import superbill
from dictionary import CORPORA

# The first label that is there tells the type.
TYPES = [
    ("Discharge Summary", "discharge_summary"),
    ("Emergency Room Reports", "emergency"),
    ("Radiology", "radiology"),
    ("Consult - History and Phy.", "consultation"),
    ("SOAP / Chart / Progress Notes", "office_visit"),
    ("Office Notes", "office_visit"),
    ("Surgery", "operative_report"),
]
ASSESSED = re.compile(
    r"^[ \t]*((final |discharge |postoperative )?diagnos[ie]s|assessment|impression)\b",
    re.IGNORECASE | re.MULTILINE,
)
ACTIONS = ("release", "query", "review", "hold")
COLUMNS = ["specialty", "notes", "diagnoses", "procedures", "no diagnosis", "of these assessed", "queries", "findings", *ACTIONS]

Note = dict[str, Any]


def kind(labels: list[str]) -> str:
    return next((of for label, of in TYPES if label in labels), "office_visit")


def told(row: Note, answer: superbill.CodedEncounter) -> Note:
    """The figures of one note."""
    return {
        "id": row["id"],
        "type": kind(row["specialties"]),
        "size": len(row["text"]),
        "diagnoses": [d.code for d in answer.diagnoses],
        "procedures": [p.code for p in answer.procedures],
        "assessed": ASSESSED.search(row["text"]) is not None,
        "queries": len(answer.queries),
        "findings": [f.rule for f in answer.findings],
        "action": answer.disposition.action if answer.disposition else "",
    }


def table(rows: list[Note], notes: list[Note]) -> None:
    by: dict[str, list[Note]] = defaultdict(list)
    for row, note in zip(rows, notes, strict=True):
        for label in [*row["specialties"], "all"]:
            by[label].append(note)
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for label, of in sorted(by.items(), key=lambda item: (item[0] == "all", -len(item[1]), item[0])):
        count = len(of)
        none = [n for n in of if not n["diagnoses"]]
        actions = Counter(n["action"] for n in of)
        sums = [sum(len(n[field]) for n in of) for field in ("diagnoses", "procedures", "findings")]
        diagnoses, procedures, findings = (f"{total / count:.1f}" for total in sums)
        empty = [f"{100 * len(none) / count:.0f} %", sum(n["assessed"] for n in none)]
        queries = f"{sum(n['queries'] for n in of) / count:.1f}"
        shares = [f"{100 * actions[action] / count:.0f} %" for action in ACTIONS]
        print("| " + " | ".join(map(str, [label, count, diagnoses, procedures, *empty, queries, findings, *shares])) + " |")


def worst(notes: list[Note], most: int) -> None:
    excluded = [(sum(rule == "dx.excludes1" for rule in n["findings"]), n) for n in notes]
    silent = [n for n in notes if n["assessed"] and not n["diagnoses"] and not n["procedures"]]
    for title, ranked in (
        ("diagnoses a kilobyte", [(1000 * len(n["diagnoses"]) / max(n["size"], 500), n) for n in notes]),
        ("pairs of codes that exclude one another", [pair for pair in excluded if pair[0]]),
        ("an assessment without a code, by length", [(n["size"] / 1000, n) for n in silent]),
    ):
        print(f"\n{title}: {len(ranked)} notes")
        for value, note in sorted(ranked, key=lambda pair: (-pair[0], pair[1]["id"]))[:most]:
            print(f"  {note['id']:<12} {value:6.1f} {note['type']:<18} {' '.join(note['diagnoses'][:14])}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", type=int, default=0, metavar="N")
    parser.add_argument("--jsonl", type=Path)
    asked = parser.parse_args()
    with gzip.open(CORPORA / "mtsamples.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    visit = {"setting": "professional", "date_of_service": "2026-05-04"}
    batch = [visit | {"id": r["id"], "type": kind(r["specialties"]), "documents": [{"id": "note", "text": r["text"]}]} for r in rows]
    answers = superbill.open().code_many(batch)
    notes = [told(row, answer) for row, answer in zip(rows, answers, strict=True) if isinstance(answer, superbill.CodedEncounter)]
    if len(notes) < len(rows):
        print(f"{len(rows) - len(notes)} notes were not coded", file=sys.stderr)
        return 1
    table(rows, notes)
    if asked.worst:
        worst(notes, asked.worst)
    if asked.jsonl:
        asked.jsonl.write_text("".join(json.dumps(note) + "\n" for note in notes), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
