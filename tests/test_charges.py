"""Charges beside what the documentation supports."""

from __future__ import annotations

from typing import Any

import pytest

import superbill
from notes import encounter

NOTE = (
    "PREOPERATIVE DIAGNOSIS: Medial meniscus tear, right knee.\nPOSTOPERATIVE DIAGNOSIS: Medial meniscus tear, right knee.\n"
    "PROCEDURE: Right knee arthroscopy with partial medial meniscectomy."
)


def charges(kb: superbill.KnowledgeBase, *charged: dict[str, Any], **fields: Any) -> list[Any]:
    fields = {"text": NOTE, "kind": "operative_report", **fields}
    coded = kb.code(encounter(**fields, charges=list(charged)))
    return [f for f in coded.findings if f.rule.startswith("charge.")]


def charge(code: str, units: int = 1, *modifiers: str) -> dict[str, Any]:
    return {"code": code, "units": units, "modifiers": list(modifiers)}


def test_a_charge_that_the_note_supports_needs_no_word(kb: superbill.KnowledgeBase) -> None:
    assert not charges(kb, charge("29881", 1, "RT"))


def test_without_charges_nothing_is_missed(kb: superbill.KnowledgeBase) -> None:
    assert not charges(kb)


def test_another_code_of_the_same_service_names_the_documented_one(kb: superbill.KnowledgeBase) -> None:
    (finding,) = charges(kb, charge("29880", 1, "RT"))
    assert (finding.rule, finding.severity, finding.codes, finding.lines) == ("charge.unsupported", "review", ("29880",), ("c1",))
    assert "29881" in finding.message


def test_a_charge_without_documentation(kb: superbill.KnowledgeBase) -> None:
    (finding,) = charges(kb, charge("29881", 1, "RT"), charge("20610"))
    assert (finding.rule, finding.codes, finding.lines) == ("charge.unsupported", ("20610",), ("c2",))


def test_a_documented_service_that_was_not_charged(kb: superbill.KnowledgeBase) -> None:
    found = charges(kb, charge("20610"))
    assert [(f.rule, f.codes) for f in found] == [("charge.unsupported", ("20610",)), ("charge.unbilled", ("29881",))]


def test_more_units_than_are_documented(kb: superbill.KnowledgeBase) -> None:
    (finding,) = charges(kb, charge("29881", 2, "RT"))
    assert finding.rule == "charge.units"
    # Two lines of one code are charged together.
    (finding,) = charges(kb, charge("29881", 1, "RT"), charge("29881", 1, "RT"))
    assert (finding.rule, finding.lines) == ("charge.units", ("c1", "c2"))


def test_the_largest_units_do_not_overflow(kb: superbill.KnowledgeBase) -> None:
    (finding,) = charges(kb, charge("29881", 2**32 - 1), charge("29881", 2**32 - 1))
    assert finding.rule == "charge.units"


def test_another_side_than_is_documented(kb: superbill.KnowledgeBase) -> None:
    (finding,) = charges(kb, charge("29881", 1, "LT"))
    assert finding.rule == "charge.side"


def test_a_service_that_no_pack_reads_is_not_judged(kb: superbill.KnowledgeBase) -> None:
    (finding,) = charges(kb, charge("29881", 1, "RT"), charge("99999"))
    assert (finding.rule, finding.severity) == ("charge.unread", "info")


@pytest.mark.parametrize(("level", "rules"), [("99213", []), ("99215", ["charge.unsupported"])])
def test_the_level_of_a_visit(kb: superbill.KnowledgeBase, level: str, rules: list[str]) -> None:
    text = "HPI: Returns for follow-up.\nAssessment: Hypertension, stable. Continue lisinopril."
    assert [f.rule for f in charges(kb, charge(level), text=text, kind="office_visit", new_patient=False)] == rules


def test_charges_of_a_stay_are_not_judged(kb: superbill.KnowledgeBase) -> None:
    assert not charges(kb, charge("29880"), setting="inpatient_facility", discharge_date="2026-05-04")
