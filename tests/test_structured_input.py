"""The lists of an encounter as evidence beside its documents: problems, orders; and what was considered and not coded."""

from __future__ import annotations

from typing import Any

import pytest

import superbill
from notes import encounter

NOTE = "HPI: Returns for follow-up.\nAssessment: Hypertension, stable. Continue lisinopril."


def problem(code: str, text: str | None = None, system: str = "icd10cm") -> dict[str, Any]:
    return {"system": system, "code": code} | ({"text": text} if text else {})


def test_a_problem_that_the_note_addresses_supports_its_code(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(encounter(NOTE, problems=[problem("I10", "Essential hypertension")]))
    (diagnosis,) = coded.diagnoses
    (step,) = [s for s in diagnosis.because if s.kind == "problem_list"]
    assert step.span is not None
    assert (step.span.document_id, step.span.start, step.span.end, step.span.text) == ("problems[0]", 0, 22, "Essential hypertension")


def test_a_problem_that_the_note_does_not_address_is_coded_with_scope_all_alone(kb: superbill.KnowledgeBase) -> None:
    problems = [problem("I10"), problem("M10.9", "Göut")]
    assert [d.code for d in kb.code(encounter(NOTE, problems=problems)).diagnoses] == ["I10"]
    coded = kb.code(encounter(NOTE, problems=problems, scope="all"))
    assert [d.code for d in coded.diagnoses] == ["I10", "M10.9"]
    (evidence,) = coded.diagnoses[1].evidence
    assert (evidence.document_id, evidence.end, evidence.text) == ("problems[1]", 4, "Göut")


def test_what_the_note_leaves_open_the_list_does_not_decide(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(encounter("Assessment: Heart failure.", problems=[problem("I50.22")]))
    (diagnosis,) = coded.diagnoses
    assert diagnosis.code == "I50.9"
    (listed,) = [a for a in diagnosis.alternatives if a.code == "I50.22"]
    assert "problem list" in listed.why_not


def test_another_kind_in_the_list_is_for_review(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(encounter("Assessment: Type 2 diabetes.", problems=[problem("E10.9")]))
    (contradiction,) = coded.contradictions
    assert [e.document_id for e in contradiction.evidence] == ["note", "problems[0]"]
    assert coded.disposition is not None
    assert coded.disposition.action == "review"


@pytest.mark.parametrize(
    "item", [problem("X99.99999"), problem("E11"), problem("38341003", system="snomed"), problem("27447", system="cpt")]
)
def test_a_problem_that_is_no_code_of_the_day_is_told_and_loses_nothing(kb: superbill.KnowledgeBase, item: dict[str, Any]) -> None:
    coded = kb.code(encounter(NOTE, problems=[problem("I10"), item]))
    assert [d.code for d in coded.diagnoses] == ["I10"]
    (finding,) = [f for f in coded.findings if f.rule == "problem.unread"]
    assert finding.severity == "info"
    assert finding.message.startswith("problems[1]: ")
    assert item["code"] not in finding.message


def test_an_unknown_system_is_named(kb: superbill.KnowledgeBase) -> None:
    with pytest.raises(superbill.EncounterError, match=r"problems\[0\]\.system"):
        kb.code(encounter(NOTE, problems=[problem("I10", system="icd9")]))


def test_an_order_is_data_that_was_ordered_once(kb: superbill.KnowledgeBase) -> None:
    orders = [problem("85025", "CBC with differential", system="cpt"), problem("85027", system="cpt"), problem("00000", system="cpt")]
    fields: dict[str, Any] = {"new_patient": False, "orders": orders}
    visit = kb.code(encounter(NOTE, **fields)).visit
    assert visit is not None
    (counted,) = [e for e in visit.elements if e.evidence and e.evidence[0].document_id.startswith("orders")]
    assert (counted.kind, counted.evidence[0].document_id, counted.evidence[0].text) == ("data", "orders[0]", "CBC with differential")
    # What the note tells is not counted again.
    visit = kb.code(encounter(NOTE + " Plan: CBC ordered.", **fields)).visit
    assert visit is not None
    assert [e.evidence[0].document_id for e in visit.elements if e.kind == "data"] == ["note"]


@pytest.mark.parametrize(
    ("text", "code", "considered", "why_not"),
    [
        ("Assessment: Pneumonia with cough.", "J18.9", "R05.9", "integral"),
        ("Assessment: Hypertension.\nChronic kidney disease stage 3a.", "I12.9", "I10", "reported within this code"),
        ("Assessment: Heart failure.", "I50.9", "I50.2", "does not tell"),
    ],
)
def test_alternatives_say_why_not(kb: superbill.KnowledgeBase, text: str, code: str, considered: str, why_not: str) -> None:
    coded = {d.code: d for d in kb.code(encounter(text)).diagnoses}
    (alternative,) = [a for a in coded[code].alternatives if a.code == considered]
    assert why_not in alternative.why_not
    assert considered not in coded


def test_what_an_earlier_procedure_left_behind_is_coded_with_scope_all_alone(kb: superbill.KnowledgeBase) -> None:
    procedures = [problem("47562", "Lap chole 2019", system="cpt"), problem("0SRC0J9", system="icd10pcs")]
    assert [d.code for d in kb.code(encounter(NOTE, procedures=procedures)).diagnoses] == ["I10"]
    coded = {d.code: d for d in kb.code(encounter(NOTE, procedures=procedures, scope="all")).diagnoses}
    assert sorted(coded) == ["I10", "Z90.49", "Z96.659"]
    (evidence,) = coded["Z90.49"].evidence
    assert (evidence.document_id, evidence.start, evidence.end, evidence.text) == ("procedures[0]", 0, 14, "Lap chole 2019")
    (step,) = coded["Z96.659"].because
    assert (step.kind, step.id) == ("prior_procedure", "procedures[1]")


def test_an_earlier_procedure_supports_what_the_note_says_of_it(kb: superbill.KnowledgeBase) -> None:
    note = "Assessment: Status post left total knee replacement, doing well."
    alone = kb.code(encounter(note)).diagnoses
    coded = kb.code(encounter(note, procedures=[problem("27447", system="cpt")])).diagnoses
    assert [d.code for d in coded] == [d.code for d in alone] == ["Z96.652"]
    assert [s.kind for s in coded[0].because].count("prior_procedure") == 1


def test_a_service_done_once_in_a_life_is_for_review_where_it_was_done_before(kb: superbill.KnowledgeBase) -> None:
    note = "PROCEDURE: Laparoscopic cholecystectomy.\nFINDINGS: Cholelithiasis.\nThe gallbladder was removed laparoscopically."
    for procedures, found in (([], []), ([problem("47562", system="cpt")], ["px.done_before"]), ([problem("27447", system="cpt")], [])):
        coded = kb.code(encounter(note, "operative_report", procedures=procedures))
        assert "47562" in [p.code for p in coded.procedures]
        assert [f.rule for f in coded.findings if f.rule == "px.done_before"] == found


def test_an_earlier_procedure_that_is_no_code_is_told(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(encounter(NOTE, procedures=[problem("47562", system="cpt"), problem("38341003", system="snomed")]))
    (finding,) = [f for f in coded.findings if f.rule == "procedure.unread"]
    assert finding.message.startswith("procedures[1]: ")
    assert "38341003" not in finding.message
    with pytest.raises(superbill.EncounterError, match=r"procedures\[0\]\.system"):
        kb.code(encounter(NOTE, procedures=[problem("47562", system="cpt4")]))
