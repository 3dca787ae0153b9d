"""Diagnoses of the invented visit notes of tests/visits_diagnoses: `python benches/visits_diagnoses.py [ROUND] [--errors]`.

Micro precision, recall and F1 of whole codes and of categories, professional setting, scope `encounter`, embedded default base. A code
that is as right (`accept`) counts as the one of the gold in whose place it stands; one that a coder may leave out (`optional`) counts
neither way.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bootstrap import Counts, counts, f1, interval

import superbill

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "visits_diagnoses"
DAY = "2026-05-04"
Visit = dict[str, Any]


def visits(name: str) -> Iterator[Visit]:
    yield from tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["visit"]


def encounter(visit: Visit) -> dict[str, Any]:
    """The note as an Encounter."""
    return {
        "id": visit["id"],
        "type": visit["type"],
        "setting": "professional",
        "date_of_service": DAY,
        "patient": {"sex": visit["sex"], "birth_date": str(visit["born"])},
        "documents": [{"id": "note", "text": visit["text"].strip()}],
    }


def told(visit: Visit, coded: superbill.CodedEncounter) -> tuple[set[str], set[str]]:
    """The codes of the gold, and those found, each equivalent written as the gold writes it."""
    gold, found = set(visit["diagnoses"]), {d.code for d in coded.diagnoses}
    for code, as_right in visit.get("accept", {}).items():
        if code not in found and found & set(as_right):
            found = found - set(as_right) | {code}
    optional = set(visit.get("optional", []))
    return gold - optional, found - optional


def measure(name: str, *, errors: bool) -> tuple[list[Counts], list[Counts]]:
    """Counts a note of whole codes and of categories."""
    kb = superbill.open()
    full, category = [], []
    for visit in visits(name):
        coded = kb.code(encounter(visit))
        gold, found = told(visit, coded)
        full.append(counts(gold, found))
        category.append(counts({code[:3] for code in gold}, {code[:3] for code in found}))
        if errors and gold != found:
            print(visit["id"], "missed", sorted(gold - found))
            for d in coded.diagnoses:
                if d.code in found - gold:
                    print(f"    too many {d.code} {d.description} <- {' | '.join(e.text for e in d.evidence[:2])}")
    return full, category


def main(arguments: list[str]) -> None:
    names = [a for a in arguments if not a.startswith("--")] or sorted(file.stem for file in FOLDER.glob("*.toml"))
    for name in names:
        for level, by_note in zip(("full", "category"), measure(name, errors="--errors" in arguments), strict=True):
            hits, extra, missed = (sum(column) for column in zip(*by_note, strict=True))
            low, high = interval(by_note)
            share = f"P {hits / (hits + extra):.2f} R {hits / (hits + missed):.2f}"
            print(f"{name:<10} {len(by_note):>3} notes  {level:<8} {f1(by_note):.3f} ({low:.3f} to {high:.3f})  {share}")


if __name__ == "__main__":
    main(sys.argv[1:])
