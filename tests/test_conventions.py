"""Conventions of the tabular list and guidelines over the set of codes, each with the section that it comes from."""

from __future__ import annotations

import pytest

import superbill
from notes import encounter


def problems(*lines: str) -> str:
    return "Assessment:\n" + "\n".join(f"{number}. {line}." for number, line in enumerate(lines, 1))


def codes(kb: superbill.KnowledgeBase, *lines: str) -> list[str]:
    return [d.code for d in kb.code(encounter(problems(*lines))).diagnoses]


def findings(kb: superbill.KnowledgeBase, *lines: str) -> list[tuple[str, set[str]]]:
    return [(f.rule, set(f.codes)) for f in kb.code(encounter(problems(*lines))).findings if f.rule != "dx.pregnancy_first"]


@pytest.mark.parametrize(
    ("lines", "apart"),
    [
        (("Type 1 diabetes", "Type 2 diabetes"), {"E10.9", "E11.9"}),  # noted at the category
        (("Urinary incontinence", "Stress incontinence"), {"R32", "N39.3"}),  # noted at one of the two codes only
        (("Hypertension", "Gestational hypertension"), {"I10", "O13.9"}),  # noted at the block I10-I1A, inherited
        (("Palpitations", "Asthma"), set()),
        (("Rheumatoid arthritis", "Asthma"), set()),
    ],
)
def test_excludes1_holds_with_inheritance_and_from_either_side(
    kb: superbill.KnowledgeBase, lines: tuple[str, ...], apart: set[str]
) -> None:
    """OCG I.A.12.a."""
    expected = [("dx.excludes1", apart)] if apart else []
    assert findings(kb, *lines) == expected
    assert findings(kb, *lines[::-1]) == expected


def test_hypertension_is_presumed_linked_with_heart_failure_and_kidney_disease(kb: superbill.KnowledgeBase) -> None:
    """OCG I.C.9.a.1-3; the combination stands before the codes that it asks for."""
    assert codes(kb, "Heart failure", "Hypertension") == ["I11.0", "I50.9"]
    assert codes(kb, "Hypertension", "Chronic kidney disease stage 3a") == ["I12.9", "N18.31"]
    assert codes(kb, "Hypertension", "Chronic kidney disease stage 3a", "Heart failure")[0] == "I13.0"


def test_an_unspecified_code_beside_a_specified_one_says_nothing(kb: superbill.KnowledgeBase) -> None:
    """OCG I.B.2."""
    assert codes(kb, "Type 2 diabetes", "Type 2 diabetes with neuropathy") == ["E11.40"]


def test_symptoms_of_a_named_disease_are_not_coded(kb: superbill.KnowledgeBase) -> None:
    """OCG I.B.5."""
    assert codes(kb, "Pneumonia", "Cough", "Fever") == ["J18.9"]
    assert codes(kb, "Cough") == ["R05.9"]


def test_both_sides_are_one_bilateral_code_or_two(kb: superbill.KnowledgeBase) -> None:
    """OCG I.B.13."""
    assert codes(kb, "Bilateral knee osteoarthritis") == ["M17.0"]
    assert codes(kb, "Bilateral knee pain") == ["M25.561", "M25.562"]
    assert codes(kb, "Right knee pain and left hip pain") == ["M25.561", "M25.552"]


def test_where_the_list_has_no_unspecified_side_the_provider_is_asked(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(encounter("Assessment: Periprosthetic fracture around internal prosthetic hip joint."))
    assert coded.diagnoses == ()
    (query,) = coded.queries
    assert query.missing == ("laterality",)
    assert query.options[2:] == ("other", "unable to determine")
    assert coded.disposition is not None
    assert coded.disposition.action == "query"


def test_what_cannot_stand_first_is_a_finding(kb: superbill.KnowledgeBase) -> None:
    """OCG I.C.21.c.3."""
    assert ("dx.never_first", {"Z79.4"}) in findings(kb, "Long term use of insulin")
    assert codes(kb, "Long term use of insulin", "Type 2 diabetes")[0] == "E11.9"


def test_suspected_conditions_are_coded_only_for_inpatient_facilities(kb: superbill.KnowledgeBase) -> None:
    """OCG II.H, IV.H."""
    note = "Chief complaint: cough.\nAssessment: Possible pneumonia."
    assert [d.code for d in kb.code(encounter(note)).diagnoses] == ["R05.9"]
    assert "J18.9" in [d.code for d in kb.code(encounter(note, "inpatient")).diagnoses]


def test_injuries_have_their_seventh_character_and_circumstances(kb: superbill.KnowledgeBase) -> None:
    """OCG I.C.19.a, I.C.20.a."""
    note = "HPI: She slipped on ice and fell.\nAssessment: Right ankle sprain{}."
    assert [d.code for d in kb.code(encounter(note.format(""))).diagnoses] == ["S93.401A", "W00.0XXA"]
    assert "S93.401D" in [d.code for d in kb.code(encounter(note.format(", subsequent encounter"))).diagnoses]


def test_what_the_note_does_not_know_is_reviewed_and_not_guessed(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(encounter("Chief complaint: knee pain.\nAssessment: Zorblax of the widget."))
    assert coded.diagnoses == ()
    assert coded.disposition is not None
    assert coded.disposition.action == "review"


def test_the_hospital_reports_no_cpt_for_a_stay(kb: superbill.KnowledgeBase) -> None:
    """Inpatient procedures of a hospital are ICD-10-PCS (45 CFR 162.1002); the surgeon's claim of the same day is CPT."""
    note = "PROCEDURE: Laparoscopic cholecystectomy.\nPOSTOPERATIVE DIAGNOSIS: Acute cholecystitis with gallstones."
    stay = {"setting": "inpatient_facility", "admit_date": "2026-05-04", "discharge_date": "2026-05-05"}
    of_stay = kb.code(encounter(note, "operative_report", **stay)).procedures
    assert [(p.code, p.system) for p in of_stay] == [("0FT44ZZ", "icd10pcs")]
    assert [p.code for p in kb.code(encounter(note, "operative_report")).procedures] == ["47562"]
