"""Present on admission (OCG appendix I): the indicator of each diagnosis of a stay, its proof, and what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import superbill
from notes import encounter
from superbill import _core
from superbill.default import installed_release, packs

DIAGNOSES = "DISCHARGE DIAGNOSES:\n1. Pneumonia.\n2. Acute kidney injury."
EXEMPT = "Order26\tPOAexemptCode\tDescription\r\n00001\tZ87.891\tHistory\r\n00002\tI10\tInvented for this test\r\n"


def stay(text: str, **fields: Any) -> dict[str, Any]:
    return encounter(text, "discharge_summary", **{"admit_date": "2026-05-01", "discharge_date": "2026-05-06", **fields})


def indicators(kb: superbill.KnowledgeBase, stay: dict[str, Any]) -> dict[str, str | None]:
    return {d.code: d.poa for d in kb.code(stay).diagnoses}


@pytest.mark.parametrize("setting", ["professional", "outpatient_facility"])
def test_only_stays_have_an_indicator(kb: superbill.KnowledgeBase, setting: str) -> None:
    coded = kb.code(stay(DIAGNOSES, setting=setting))
    assert [d.code for d in coded.diagnoses] == ["J18.9", "N17.9"]
    assert {d.poa for d in coded.diagnoses} == {None}
    assert not any(q.missing == ("present_on_admission",) for q in coded.queries)


def test_what_nothing_tells_is_unknown_and_asked_without_leading(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(stay(DIAGNOSES))
    assert {d.code: d.poa for d in coded.diagnoses} == {"J18.9": "Y", "N17.9": "U"}
    (query,) = coded.queries
    assert query.about.startswith("N17.9")
    assert query.missing == ("present_on_admission",)
    assert query.options[-2:] == ("other", "unable to determine")
    assert [e.text for e in query.evidence] == ["Acute kidney injury"]
    assert coded.disposition is not None
    assert coded.disposition.action == "query"


def test_the_proof_says_where_it_is_told(kb: superbill.KnowledgeBase) -> None:
    text = f"HOSPITAL COURSE: On hospital day 3 she developed acute kidney injury.\n{DIAGNOSES}"
    (diagnosis,) = [d for d in kb.code(stay(text)).diagnoses if d.code == "N17.9"]
    (step,) = [s for s in diagnosis.because if s.kind == "present_on_admission"]
    assert diagnosis.poa == "N"
    assert step.span is not None
    assert step.span.text == "developed"
    assert step.release.startswith("visits.present_on_admission ")


# A condition told in a document counts by when and where that was written.
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"type": "emergency"}, "Y"),
        ({"type": "emergency", "authored_at": "2026-05-01T03:20:00Z"}, "Y"),
        ({"type": "emergency", "authored_at": "2026-05-03"}, "U"),
        ({"type": "office_visit", "authored_at": "2026-04-20"}, "Y"),
        ({"type": "inpatient", "authored_at": "2026-05-04"}, "U"),
        ({"type": "operative_report"}, "U"),
    ],
)
def test_documents_of_the_time_before_the_order_tell_it(kb: superbill.KnowledgeBase, document: dict[str, str], expected: str) -> None:
    documents = [{"id": "summary", "text": DIAGNOSES}, {"id": "other", "text": "Acute kidney injury with creatinine of 3.1.", **document}]
    assert indicators(kb, stay("", documents=documents))["N17.9"] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2026-05-01", "Y"), ("2026-05-02", "Y"), ("2026-05-04", "U")],
)
def test_a_history_written_late_in_the_stay_is_no_proof(kb: superbill.KnowledgeBase, written: str, expected: str) -> None:
    note = {"id": "progress", "type": "inpatient", "authored_at": written, "text": "HPI: Woman with acute kidney injury."}
    assert indicators(kb, stay("", documents=[{"id": "summary", "text": DIAGNOSES}, note]))["N17.9"] == expected


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ("She presented with acute kidney injury.", "Y"),
        ("In the emergency department acute kidney injury was suspected.", "Y"),
        ("Pneumonia and acute kidney injury, both present on admission.", "Y"),
        ("Hospital-acquired acute kidney injury.", "N"),
        ("While in the hospital she developed acute kidney injury.", "N"),
        ("She developed acute kidney injury on postoperative day 2.", "N"),
        ("She was admitted with pneumonia and on hospital day 4 was found to have acute kidney injury.", "U"),
        ("Acute kidney injury improved with fluids.", "U"),
        ("She developed acute kidney injury.", "U"),
        ("She presented without acute kidney injury.", "U"),
        ("She presented with acute kidney injury. On hospital day 3 she again developed acute kidney injury.", "U"),
    ],
)
def test_words_beside_a_condition_tell_it(kb: superbill.KnowledgeBase, course: str, expected: str) -> None:
    assert indicators(kb, stay(f"HOSPITAL COURSE: {course}\n{DIAGNOSES}"))["N17.9"] == expected


def test_a_past_that_is_over_is_not_what_came_later(kb: superbill.KnowledgeBase) -> None:
    text = f"PAST MEDICAL HISTORY: Acute kidney injury, hypertension.\n{DIAGNOSES}\n3. Hypertension."
    assert indicators(kb, stay(text)) == {"J18.9": "Y", "N17.9": "U", "I10": "Y"}


def test_an_injury_of_the_delivery_of_the_stay_came_after_the_admission(kb: superbill.KnowledgeBase) -> None:
    text = "DISCHARGE DIAGNOSES:\n1. Second degree perineal laceration during delivery.\n2. Single live birth."
    coded = indicators(kb, stay(text, patient={"sex": "female", "birth_date": "1995-01-01"}))
    assert coded["O70.1"] == "N"


def test_the_loaded_list_decides_which_codes_are_exempt(tmp_path: Path, kb: superbill.KnowledgeBase) -> None:
    text = "DISCHARGE DIAGNOSES:\n1. Pneumonia.\n2. Hypertension.\n3. History of smoking."
    # Without a list the codes of reasons and circumstances have none.
    assert indicators(kb, stay(text)) == {"J18.9": "Y", "I10": "Y", "Z87.891": None}
    (tmp_path / "POAexemptCodesFY26.txt").write_text(EXEMPT)
    tabular, codes, effective = installed_release()
    image, _ = _core.build_sources([tmp_path], packs(), installed=(str(tabular), str(codes), effective))
    listed = superbill.KnowledgeBase.from_bytes(image)
    coded = listed.code(stay(text))
    assert {d.code: d.poa for d in coded.diagnoses} == {"J18.9": "Y", "I10": None, "Z87.891": None}
    assert not [f for f in coded.findings if f.rule.startswith("dx.poa")]


@pytest.mark.parametrize(
    ("course", "expected"),
    [("She was admitted with cough due to lisinopril.", "Y"), ("On hospital day 3 she developed cough.", "N")],
)
def test_what_a_drug_did_was_there_when_its_effect_was(kb: superbill.KnowledgeBase, course: str, expected: str) -> None:
    text = f"HOSPITAL COURSE: {course}\nDISCHARGE DIAGNOSES:\n1. Pneumothorax.\n2. Cough due to lisinopril."
    coded = indicators(kb, stay(text))
    assert (coded["R05.9"], coded["T46.4X5A"]) == (expected, expected)


def test_an_impossible_day_of_a_document_is_named(kb: superbill.KnowledgeBase) -> None:
    with pytest.raises(superbill.EncounterError, match=r"documents\[0\]\.authored_at"):
        kb.code(stay("", documents=[{"id": "a", "text": "", "authored_at": "2026-02-30"}]))
