"""ICD-10-PCS on CodiEsp: `python benches/inpatient.py [FOLDER] [--train] [--errors]`.

Cases are coded as stays in a hospital with scope `all` on 2017-06-01, the date of their code set, with the official tables of
ICD-10-PCS (`pcs.kb` in FOLDER, by default a new temporary folder; it is built where it does not stand there). Gold is what has seven
characters: half of the annotators' codes stop at four, which is no code. A code given where the gold has only its first four is counted as
wrong, and told apart. As in the evaluation sets' own `score.py`, cases without gold do not count; the second line counts them all. An
abstention is a question about a procedure. `--errors` lists each case, for reading errors one by one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from accuracy import DATA, encounter, rows
from bootstrap import counts, f1, interval

from dictionary import CORPORA
from superbill import KnowledgeBase

TABLES = ["icd10pcs/fy2025/icd10pcs_tables_2025.zip", "icd10pcs/fy2026/icd10pcs_tables_2026.zip"]
WHOLE, STUB = 7, 4


def base(folder: Path) -> Path:
    """The base with the official tables."""
    path = folder / "pcs.kb"
    if not path.exists():
        sources = [str(DATA / source) for source in TABLES]
        subprocess.run([sys.executable, "-m", "superbill", "kb", "build", *sources, "-o", str(path)], check=True)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--errors", action="store_true")
    asked = parser.parse_args()
    name = "codiesp_train" if asked.train else "codiesp_dev"
    notes = rows(CORPORA / f"{name}.jsonl.gz")
    with tempfile.TemporaryDirectory() as scratch:
        kb = KnowledgeBase.open(base(asked.folder or Path(scratch)))
        stays = [encounter(row, ("discharge_summary", "2017-06-01", "all")) for row in notes]
        days = {"setting": "inpatient_facility", "admit_date": "2017-06-01", "discharge_date": "2017-06-01"}
        answers = kb.code_many([stay | days for stay in stays])
    by_note, everywhere, asked_of, stubs = [], [], Counter[str](), 0
    for row, answer in zip(notes, answers, strict=True):
        gold = {g["code"] for g in row["gold"] if g["system"] == "ICD-10-PCS"}
        whole = {code for code in gold if len(code) == WHOLE}
        found = {p.code: p for p in answer.procedures}  # type: ignore[union-attr]
        questions = [q for q in answer.queries if "ICD-10-PCS" in q.about]  # type: ignore[union-attr]
        asked_of.update(m for q in questions for m in q.missing)
        wrong = set(found) - whole
        stubs += sum(code[:STUB] in gold for code in wrong)
        everywhere.append(counts(whole, set(found)))
        if whole:
            by_note.append(everywhere[-1])
        if asked.errors:
            print(row["id"], "hit", sorted(whole & set(found)), "missed", sorted(whole - set(found)), "stubs", sorted(gold - whole))
            for code in sorted(wrong):
                print(f"    too many {code} <- {' | '.join(e.text for e in found[code].evidence[:3])}")
            for question in questions:
                print(f"    asked {question.about}: {question.missing} <- {' | '.join(e.text for e in question.evidence[:2])}")
    for what, counted in (("cases with such gold", by_note), ("all cases", everywhere)):
        hits, extra, missed = (sum(column) for column in zip(*counted, strict=True))
        low, high = interval(counted)
        precision, recall = hits / max(1, hits + extra), hits / max(1, hits + missed)
        figures = f"F1 {f1(counted):.3f} ({low:.3f} to {high:.3f})  P {precision:.2f}  R {recall:.2f}"
        print(f"{name}, {what:<21} {figures}  {hits + extra} codes for {hits + missed}  {len(counted)} cases")
    most = ", ".join(f"{element} {times}" for element, times in asked_of.most_common(8))
    print(f"{stubs} wrong codes where the gold stops at four characters; asked for {asked_of.total()} elements: {most}")


if __name__ == "__main__":
    main()
