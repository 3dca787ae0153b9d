"""Conventions over the diagnoses of a claim, by the tabular list of the installed release and small lists in the publishers' formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import superbill
from claims import Json
from superbill import _core
from superbill.default import installed_release, packs

VECTORS = Path(__file__).parent / "vectors" / "edit_dx"
POA = "Order26\tPOAexemptCode\tDescription\r\n00001\tZ86.73\tA former stroke\r\n00002\tZ51.89\tx\r\n00003\tZ37.0\tx\r\n"
MCE = json.dumps(
    {
        "age_categories": {},
        "codes": {
            "unacceptable_pdx": [{"code": "Z8673", "description": "x"}],
            "unacceptable_pdx_unless_secondary": [{"code": "Z5189", "description": "x"}],
            "manifestation_not_pdx": [{"code": "H42", "description": "x"}],
            "age_maternity": [{"code": "O24410", "description": "x"}],
        },
    }
)
# Suggestions of notes say nothing against a claim.
SUGGESTIONS = {"dx.use_additional", "dx.code_also"}


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    folder = tmp_path_factory.mktemp("diagnoses")
    for name, text in {"POAexemptCodesFY26.txt": POA, "mce_2026.json": MCE}.items():
        (folder / name).write_bytes(text.encode())
    tabular, codes, effective = installed_release()
    image, report = _core.build_sources([folder], packs(), installed=(str(tabular), str(codes), effective))
    assert '"rejects":[]' in report
    return superbill.KnowledgeBase.from_bytes(image)


def claim(diagnoses: list[Any], lines: list[Json] | None = None, **fields: Any) -> Json:
    given = lines or [{"code": "99213"}]
    whole = [{"units": 1, "date": "2026-05-04"} | line for line in given]
    listed = [{"code": d} if isinstance(d, str) else d for d in diagnoses]
    return {"setting": "professional", "diagnoses": listed, "lines": whole} | fields


def told(check: superbill.Check) -> list[str]:
    return [" ".join([f.rule, *filter(None, f.codes)]) for f in check.findings if f.rule.startswith("dx.") and f.rule not in SUGGESTIONS]


@pytest.mark.parametrize("vector", json.loads((VECTORS / "conventions.json").read_bytes()), ids=lambda vector: vector["name"])
def test_conventions(kb: superbill.KnowledgeBase, vector: Json) -> None:
    assert sorted(told(kb.edit(claim(**vector["claim"])))) == sorted(vector["expect"])


@pytest.mark.parametrize("vector", json.loads((VECTORS / "excludes1.json").read_bytes()), ids=lambda vector: "+".join(vector["pair"]))
def test_excludes1_in_either_order(kb: superbill.KnowledgeBase, vector: Json) -> None:
    for pair in (vector["pair"], vector["pair"][::-1]):
        found = [f for f in kb.edit(claim(pair)).findings if f.rule == "dx.excludes1"]
        assert [f.codes for f in found] == ([tuple(pair)] if vector["conflict"] else [])
        assert all(f.release.startswith("icd10cm_tabular") for f in found)


def test_notes_suggest_further_codes(kb: superbill.KnowledgeBase) -> None:
    rules = {f.rule for f in kb.edit(claim(["E11.22"])).findings}
    assert rules >= {"dx.use_additional"}
    assert "dx.use_additional" not in {f.rule for f in kb.edit(claim(["I12.9", "N18.31"])).findings if f.codes == ("I12.9",)}


def test_every_rule_of_diagnoses_is_tested(kb: superbill.KnowledgeBase) -> None:
    expected = {text.split()[0] for vector in json.loads((VECTORS / "conventions.json").read_bytes()) for text in vector["expect"]}
    others = {"dx.excludes1", "dx.not_on_date"} | SUGGESTIONS
    assert {rule[0] for rule in kb.rules if rule[0].startswith("dx.")} == expected | others


def test_diagnoses_need_a_line_for_their_day(kb: superbill.KnowledgeBase) -> None:
    with pytest.raises(superbill.ClaimError, match="lines: expected at least one"):
        kb.edit({"setting": "professional", "diagnoses": [{"code": "I10"}]})


@pytest.mark.parametrize(
    ("patient", "field"),
    [({"sex": "f"}, "patient.sex"), ({"birth_date": "2027-01-01"}, "patient.birth_date"), ({"age": 3}, "patient: expected")],
)
def test_what_is_wrong_with_the_patient_is_named(kb: superbill.KnowledgeBase, patient: Json, field: str) -> None:
    with pytest.raises(superbill.ClaimError) as caught:
        kb.edit(claim(["I10"], patient=patient))
    assert field in str(caught.value)
