"""Reading the chart as a coder does: what was assessed in every layout, detail from elsewhere in the note, diseases that stay."""

from __future__ import annotations

import pytest

import superbill

DAY = "2026-05-04"


def coded(text: str, **more: object) -> superbill.CodedEncounter:
    encounter = {
        "id": "e",
        "type": "office_visit",
        "setting": "professional",
        "date_of_service": DAY,
        "documents": [{"id": "n", "text": text}],
    }
    return superbill.open().code(encounter | more)


def codes(text: str, **more: object) -> list[str]:
    return [d.code for d in coded(text, **more).diagnoses]


@pytest.mark.parametrize(
    "text",
    [
        "ASSESSMENT AND PLAN\n\nHypertension.\n- Stable on lisinopril.\n\nMigraine.\n- Continue sumatriptan.\n",
        "ASSESSMENT AND PLAN: Seen for chronic problems. Hypertension. Stable on lisinopril. Migraine. Continue sumatriptan.",
        "ASSESSMENT:\n1. Hypertension\n2. Migraine\nPLAN:\nSame medication.",
        "Seen for his pressure. No pain.\n\nHypertension.\nWill refer for a home cuff.\n\nMigraine.\nRecommend a diary.\n\nFather: gout.",
    ],
)
def test_problems_in_every_layout(text: str) -> None:
    assert sorted(codes(text)) == ["G43.909", "I10"]


def test_detail_elsewhere_in_the_note() -> None:
    note = "HPI\nSeen for chronic systolic heart failure. Breathing is better.\nASSESSMENT\nHeart failure.\n"
    (diagnosis,) = coded(note).diagnoses
    assert diagnosis.code == "I50.22"
    assert "elsewhere" in {step.kind for step in diagnosis.because}
    assert {e.text for e in diagnosis.evidence} == {"Heart failure", "chronic systolic heart failure"}


def test_two_details_that_differ_decide_nothing() -> None:
    note = "HPI\nChronic systolic heart failure in 2019. Acute diastolic heart failure last week.\nASSESSMENT\nHeart failure.\n"
    assert codes(note) == ["I50.9"]


def test_history_of_a_disease_that_stays() -> None:
    note = "PAST MEDICAL HISTORY\nHypertension. Pneumonia.\nASSESSMENT\nCough.\n"
    assert codes(note) == ["R05.9"]
    found = codes(note, scope="all")
    assert "I10" in found
    assert "J18.9" not in found


def test_a_name_that_goes_on_in_the_next_line() -> None:
    assert codes("ASSESSMENT\nThe patient has a displaced\nMaisonneuve's fracture of left leg.\n") == ["S82.862A"]
    assert sorted(codes("ASSESSMENT\nAnxiety\nDepression\n")) == ["F32.A", "F41.9"]
