"""Diagnoses and assertion on every visible evaluation set in one go: `python benches/accuracy.py [FOLDER] [--quick] [--only NAME]`.

Two knowledge bases: the embedded default, and one with the Alphabetic Index of FY2017, the Disease Ontology and the tabular list of
FY2017 (`full.kb` in FOLDER, by default a new temporary folder; it is built where it does not stand there). CodiEsp is coded with scope
`all` and the date of its code set, 2017-06-01. Intervals are 95 % bootstrap intervals over notes. `--errors NAME` lists what is missed and
what is too much, note by note, for reading errors one by one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bootstrap import counts, f1, interval

import superbill
from dictionary import CORPORA
from superbill import KnowledgeBase

DATA = CORPORA.parent / "data"
SOURCES = [
    "icd10cm_xml/fy2017/icd10cm_index_2017.zip",
    "icd10cm_xml/fy2017/icd10cm_tabular_2017.zip",
    "synonyms/doid/DO_cancer_slim.obo.gz",
    "synonyms/doid/DO_infectious_disease_slim.obo.gz",
    "synonyms/doid/DO_rare_slim.obo.gz",
    "synonyms/doid/ICD10inDO.tsv",
    "synonyms/mondo/mondo_exactmatch_icd10cm.sssom.tsv",
]
VISITS, CASES = ("office_visit", "2026-05-04", "encounter"), ("discharge_summary", "2017-06-01", "all")
SETS = [
    ("acibench default", "acibench.jsonl", "default", VISITS),
    ("acibench with Index", "acibench.jsonl", "full", VISITS),
    ("codiesp_dev", "codiesp_dev.jsonl.gz", "full", CASES),
    ("codiesp_train", "codiesp_train.jsonl.gz", "full", CASES),
]


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def full_base(folder: Path) -> Path:
    """The base with the Index and the open synonyms."""
    path = folder / "full.kb"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        dated = [f"--release={feed}=2025-01-01" for feed in ("disease_ontology", "disease_ontology_table", "mondo")]
        sources = [str(DATA / source) for source in SOURCES]
        subprocess.run([sys.executable, "-m", "superbill", "kb", "build", *sources, *dated, "-o", str(path)], check=True)
    return path


def encounter(row: dict[str, Any], kind: tuple[str, str, str]) -> dict[str, Any]:
    document = {"id": "note", "text": row["text"]}
    return {
        "id": row["id"],
        "type": kind[0],
        "setting": "professional",
        "date_of_service": kind[1],
        "scope": kind[2],
        "documents": [document],
    }


def measure(kb: KnowledgeBase, notes: list[dict[str, Any]], kind: tuple[str, str, str], *, errors: bool) -> str:
    answers = kb.code_many([encounter(row, kind) for row in notes])
    told = []
    for level, length in (("full", None), ("category", 3)):
        by_note = []
        for row, answer in zip(notes, answers, strict=True):
            gold = {g["code"][:length] for g in row["gold"] if g["system"] == "ICD-10-CM"}
            if not gold:
                continue
            found = {d.code[:length]: d for d in answer.diagnoses}  # type: ignore[union-attr]
            by_note.append(counts(gold, set(found)))
            if errors and length is None:
                spans = {code: " | ".join(e.text for e in d.evidence[:2]) for code, d in found.items()}
                print(row["id"], "hit", sorted(gold & set(found)), "missed", sorted(gold - set(found)))
                for code in sorted(set(found) - gold):
                    print(f"    too many {code} {found[code].description} <- {spans[code]}")
        hits, extra, missed = (sum(column) for column in zip(*by_note, strict=True))
        low, high = interval(by_note)
        told.append(f"{level} {f1(by_note):.3f} ({low:.3f} to {high:.3f}) P {hits / (hits + extra):.2f} R {hits / (hits + missed):.2f}")
    return "  ".join(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true", help="the first 200 notes of each set")
    parser.add_argument("--only", default="", help="sets whose name begins so")
    parser.add_argument("--errors", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        for name, corpus, base, kind in SETS:
            if name.startswith(asked.only):
                kb = superbill.open() if base == "default" else KnowledgeBase.open(full_base(folder))
                notes = rows(CORPORA / corpus)[: 200 if asked.quick else None]
                print(f"{name:<20} {measure(kb, notes, kind, errors=asked.errors)}  {len(notes)} notes", flush=True)
    if not asked.only:
        subprocess.run([sys.executable, str(Path(__file__).with_name("assertion.py"))], check=True)


if __name__ == "__main__":
    main()
