"""Texts whose time grows faster than their length: `python benches/linear.py [SECONDS] [--kb FILE]`.

Random runs of words that notes have are repeated to 40 and to 160 kB; a text that takes more than six and a half times
as long where it is four times as long is printed, with that ratio and its seconds. Only the count should be printed.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import time

import superbill

SHORT, LONG = 40_000, 160_000
"""Characters."""
MOST = 6.5
LEAST_SECONDS = 0.15
"""A shorter time says nothing of growth."""

WORDS = [
    "pain",
    "left",
    "right knee",
    "injury of the left",
    "fracture",
    "denies",
    "no evidence of",
    "history of",
    "Assessment:",
    "Plan:",
    "\n",
    ". ",
    ", ",
    "; ",
    "and",
    "with\n",
    "due to",
    "hypertension",
    "diabetes type 2",
    "CKD stage 3",
    "chest x-ray",
    "CBC",
    "2.5 cm",
    "40 mg",
    "triamcinolone",
    "injected",
    "excision",
    "lesion",
    "biopsy\n",
    "colonoscopy",
    "polyp",
    "(",
    ")",
    "1. ",
    "- ",
    "if",
    "was",
    "05/04/2026",
    "30 minutes",
    "stable",
    "worse",
    "smoker",
    "asthma",
    "acute",
    "chronic",
    "bilateral",
    "mother had",
    "Meds:\n",
    "lisinopril",
    "BMI 31",
    "28 weeks gestation",
    "allergy to",
    "stenosis",
    "of the",
    "femur",
    "neck",
    "heart failure",
    "sepsis",
    "pneumonia",
    "MI",
    "RA",
    "x-ray of the\n",
    "ultrasound guided",
    "modifier",
    "anesthesia",
    "start 07:05",
    "stop 09:20",
    "site 1",
    "wound",
    "repair",
    "sutured",
    "layered",
]
TYPES = ("office_visit", "operative_report", "procedure_note", "radiology")
BEGINNINGS = ("", "Assessment: ", "Assessment:\n", "PROCEDURE: ")


def seconds(kb: superbill.KnowledgeBase, text: str, kind: str) -> float:
    document = {"id": "note", "text": text}
    encounter = {"id": "e", "type": kind, "setting": "professional", "date_of_service": "2026-05-04", "documents": [document]}
    started = time.process_time()
    # More codes than an encounter has are refused, and that took its time as well.
    with contextlib.suppress(superbill.SuperbillError):
        kb.code(encounter)
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", nargs="?", type=float, default=120)
    parser.add_argument("--kb")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    kb = superbill.open(options.kb) if options.kb else superbill.open()
    rng = random.Random(options.seed)
    tried = found = 0
    ends = time.monotonic() + options.seconds
    while time.monotonic() < ends:
        unit = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 7))) + " "
        kind, beginning = rng.choice(TYPES), rng.choice(BEGINNINGS)
        short, long = (seconds(kb, beginning + unit * (size // len(unit)), kind) for size in (SHORT, LONG))
        tried += 1
        if long > LEAST_SECONDS and long > short * MOST:
            found += 1
            print(f"{long / short:.1f} times, {long:.2f} s: {kind}, {beginning + unit!r}", flush=True)
    print(f"{found} of {tried} texts")


if __name__ == "__main__":
    main()
