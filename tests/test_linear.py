"""The time of a note grows with its length alone, whatever it repeats; `python benches/linear.py 600` looks for more such texts."""

from __future__ import annotations

import time

import pytest

import superbill
from notes import encounter

SHORT, LONG = 15_000, 120_000
MOST = 3.0
"""Times what the length alone would take; a quadratic text takes eight."""


@pytest.mark.parametrize("kind", ["office_visit", "radiology"])
@pytest.mark.parametrize(
    "unit",
    [
        "injury of the left ",
        "MI ",
        "CKD stage 3 ",
        "asthma worse MI ",
        "Assessment: disorder, stenosis of the\n",
        "- sprain of the\n",
        "fracture right knee fracture smoker pain ",
        "1.  heart failure 2.5 cm hypertension no evidence of bilateral ",
    ],
)
def test_time_grows_with_the_length(kb: superbill.KnowledgeBase, unit: str, kind: str) -> None:
    def seconds(size: int) -> float:
        note = encounter(unit * (size // len(unit)), kind)

        def once() -> float:
            started = time.process_time()
            kb.code(note)
            return time.process_time() - started

        return min(once() for _ in range(3))

    assert seconds(LONG) < MOST * (LONG / SHORT) * max(seconds(SHORT), 0.005)
