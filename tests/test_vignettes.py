"""The gold of tests/vignettes is well formed: its codes stand on their days, its pointers point to its diagnoses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import superbill

sys.path.append(str(Path(__file__).resolve().parents[1] / "benches"))
from vignettes import VIGNETTES, encounter, vignettes

ALL = list(vignettes(VIGNETTES))
KEYS = {
    *("family", "id", "type", "setting", "date", "discharge", "place", "sex", "born", "payer", "new_patient", "text"),
    *("diagnoses", "accept", "lines", "queries", "because"),
}


def test_ids_are_unique() -> None:
    assert len({v["id"] for v in ALL}) == len(ALL)


@pytest.mark.parametrize("vignette", ALL, ids=lambda v: v["id"])
def test_gold_stands_on_its_day(kb: superbill.KnowledgeBase, vignette: dict[str, Any]) -> None:
    assert vignette.keys() <= KEYS
    day = str(vignette.get("discharge", vignette["date"]))
    for code in vignette["diagnoses"] + [c for also in vignette.get("accept", {}).values() for c in also]:
        assert kb.validate(code, day, system="icd10cm")[0] == "valid", code
    for line in vignette["lines"]:
        assert set(line.get("for", [])) <= set(vignette["diagnoses"])
        assert line.keys() <= {"code", "modifiers", "units", "for"}
    assert vignette["lines"] or vignette["queries"], "a claim, or a question"
    assert vignette["because"]


@pytest.mark.parametrize("vignette", ALL, ids=lambda v: v["id"])
def test_gold_is_an_encounter(kb: superbill.KnowledgeBase, vignette: dict[str, Any]) -> None:
    assert kb.code(encounter(vignette)).encounter_id == vignette["id"]
