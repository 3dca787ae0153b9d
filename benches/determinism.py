"""All notes of MTSamples through the engine, twice and with 1, 2 and 8 threads: errors, and whether the bytes are the same.

`python benches/determinism.py`; exit code 1 where a note fails or a byte differs.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time

import superbill
from dictionary import CORPORA, notes

KINDS = ("office_visit", "operative_report", "discharge_summary")


def encounters() -> list[bytes]:
    """Each note as an encounter of each kind."""
    found = []
    for number, text in enumerate(notes(CORPORA)):
        for kind in KINDS:
            visit = {"id": f"{number}-{kind}", "type": kind, "setting": "professional", "date_of_service": "2026-05-04"}
            found.append(json.dumps(visit | {"documents": [{"id": "note", "text": text}]}).encode())
    return found


def main() -> int:
    kb = superbill.open()
    batch = encounters()
    digests, failed = set(), 0
    for threads in (1, 1, 2, 8):
        started = time.perf_counter()
        answers = kb.code_many(batch, threads=threads)
        took = time.perf_counter() - started
        errors = [answer for answer in answers if not isinstance(answer, superbill.CodedEncounter)]
        failed += len(errors)
        digest = hashlib.sha256()
        for answer in answers:
            digest.update(answer.to_json() if isinstance(answer, superbill.CodedEncounter) else str(answer).encode())
        digests.add(digest.hexdigest())
        rate = len(batch) / took
        print(f"{threads} threads: {len(batch)} encounters, {len(errors)} errors, {rate:,.0f} a second, {digest.hexdigest()[:16]}")
    return int(failed > 0 or len(digests) > 1)


if __name__ == "__main__":
    sys.exit(main())
