"""What was done is documented: mentions, labels with nothing behind them, asides of another day and what nobody did are no services."""

from __future__ import annotations

import pytest

import superbill
from notes import encounter

OWN = {"place_of_service": "11", "new_patient": False, "patient": {"birth_date": "1970-01-01", "sex": "female"}}


def coded(kb: superbill.KnowledgeBase, text: str, type_: str = "procedure_note") -> superbill.CodedEncounter:
    return kb.code(encounter(text, type_, **OWN))


def services(kb: superbill.KnowledgeBase, text: str, type_: str = "procedure_note") -> list[str]:
    found = coded(kb, text, type_)
    return [p.code for p in found.procedures[len(found.visit.codes) if found.visit else 0 :]]


@pytest.mark.parametrize(
    "aside",
    [
        "FeNO: machine out of service.",
        "Lung volumes: equipment down.",
        "Six minute walk: none.",
        "Methacholine challenge: next visit.",
        "DLCO measurement: specimen not received.",
        "Tympanometry of both ears: not attempted.",
        "Pachymetry is unavailable.",
        "Body plethysmography was left out.",
    ],
)
def test_what_nobody_did_is_no_service(kb: superbill.KnowledgeBase, aside: str) -> None:
    assert services(kb, f"Spirometry, three efforts: FEV1 3.2 L, FVC 4.1 L.\n{aside}") == ["94010"]


def test_an_aside_of_another_day(kb: superbill.KnowledgeBase) -> None:
    assert services(kb, "Lesion of the left arm (shave biopsy 02/24) looked at again.") == []
    assert services(kb, "Lesion of the left arm (shave biopsy with a blade) sent to pathology.") == ["11102"]


def test_a_paragraph_that_tells_nothing_of_a_service_only_mentions_it(kb: superbill.KnowledgeBase) -> None:
    told = "Spirometry, three efforts: FEV1 3.2 L, FVC 4.1 L.\n\n"
    found = coded(kb, told + "She asked about tympanometry and the like. We talked about it for a while.")
    assert [p.code for p in found.procedures] == ["94010"]
    assert [f.severity for f in found.findings if f.rule == "px.mentioned"] == ["info"]
    # A figure, a line of its own, or nothing else that was done: it is told.
    own_line, alone = told + "Tympanometry\nNormal on both sides.", "She came for tympanometry and the like."
    for text in (told + "Tympanometry, right 0.4 mL.", own_line, alone):
        assert "92567" in [p.code for p in coded(kb, text).procedures]


def test_a_negative_result_is_a_result(kb: superbill.KnowledgeBase) -> None:
    text = "Done in office: rapid strep neg. Monospot: negative.\nAssessment: acute pharyngitis."
    assert services(kb, text, "office_visit") == ["87880", "86308"]
    assert services(kb, "Done in office: no rapid strep.\nAssessment: acute pharyngitis.", "office_visit") == []


@pytest.mark.parametrize("behind", ["is not indicated", "only if it comes back", "was declined", "is not needed"])
def test_what_was_not_ordered_is_no_data(kb: superbill.KnowledgeBase, behind: str) -> None:
    def data(plan: str) -> list[str]:
        visit = coded(kb, f"Subjective: burning for two days.\nAssessment: Acute cystitis.\nPlan: {plan}. Fluids.", "office_visit").visit
        return [e.counted_as for e in visit.elements if e.kind == "data"] if visit else []

    assert data(f"Ultrasound {behind}") == []
    assert data("Ultrasound ordered") == ["ultrasound"]


def test_a_numbered_list_of_problems_is_the_assessment(kb: superbill.KnowledgeBase) -> None:
    told = "Follow-up. Takes his drugs every day.\nBP 146/92.\n\n"
    text = told + "1. Gout, quiet. Nothing new.\n2. Hypertension, above goal. Losartan 50 to 100 mg.\n\nSix weeks."
    assert sorted(d.code for d in coded(kb, text, "office_visit").diagnoses) == ["I10", "M10.9"]
