"""Micro-F1 with its 95 % bootstrap interval over notes: `python benches/bootstrap.py GOLD.jsonl PREDICTED.jsonl`.

The point figures are those of the evaluation sets' own `score.py`; this adds how far they may be off.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

Counts = tuple[int, int, int]
SAMPLES = 2000


def rows(path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def counts(gold: set[str], found: set[str]) -> Counts:
    """Hits, false positives, false negatives."""
    return len(gold & found), len(found - gold), len(gold - found)


def f1(notes: list[Counts]) -> float:
    hits, extra, missed = (sum(column) for column in zip(*notes, strict=True))
    return 2 * hits / (2 * hits + extra + missed) if hits else 0.0


def interval(notes: list[Counts]) -> tuple[float, float]:
    chance = random.Random(1)
    figures = sorted(f1(chance.choices(notes, k=len(notes))) for _ in range(SAMPLES))
    return figures[int(SAMPLES * 0.025)], figures[int(SAMPLES * 0.975)]


def main(gold_file: str, predicted_file: str) -> None:
    predicted = {str(row["encounter_id"]): row for row in rows(predicted_file)}
    for level, length in (("full", None), ("category", 3)):
        notes = []
        for row in rows(gold_file):
            gold = {g["code"][:length] for g in row["gold"] if g["system"] == "ICD-10-CM"}  # type: ignore[attr-defined]
            if gold:
                diagnoses = predicted[str(row["id"])].get("diagnoses", [])
                notes.append(counts(gold, {d["code"][:length] for d in diagnoses}))  # type: ignore[attr-defined]
        low, high = interval(notes)
        print(f"{level:<9} micro-F1 {f1(notes):.3f}  95 % interval {low:.3f} to {high:.3f}  {len(notes)} notes")


if __name__ == "__main__":
    main(*sys.argv[1:])
