"""Diagnoses of invented visit notes keep a floor against what a coder gives them (tests/visits_diagnoses)."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

import superbill

sys.path.append(str(Path(__file__).resolve().parents[1] / "benches"))
from bootstrap import f1
from visits_diagnoses import DAY, FOLDER, measure


@pytest.mark.parametrize(("name", "full", "category"), [("first", 0.92, 0.94), ("second", 0.92, 0.92)])
def test_micro_f1_keeps_its_floor(name: str, full: float, category: float) -> None:
    by_full, by_category = measure(name, errors=False)
    assert f1(by_full) >= full
    assert f1(by_category) >= category


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_every_code_of_the_gold_is_valid(kb: superbill.KnowledgeBase, file: Path) -> None:
    for visit in tomllib.loads(file.read_text(encoding="utf-8"))["visit"]:
        as_right = [code for codes in visit.get("accept", {}).values() for code in codes]
        for code in [*visit["diagnoses"], *visit.get("optional", []), *as_right]:
            assert kb.validate(code, DAY, system="icd10cm")[0] == "valid", f"{visit['id']}: {code}"
