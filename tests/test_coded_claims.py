"""What is coded is edited: the claim of the procedures, charges and history of an encounter, by the engine of `edit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import claims
import superbill
from superbill import _core
from superbill.default import installed_release, packs

VECTORS = json.loads((Path(__file__).parent / "vectors" / "coded_claims.json").read_bytes())
BASE = {
    "id": "1",
    "type": "office_visit",
    "setting": "professional",
    "date_of_service": "2026-05-04",
    "documents": [{"id": "n", "text": "Assessment: Essential hypertension."}],
}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    """Everything that is shipped, with invented tables of edits."""
    folder = tmp_path_factory.mktemp("coded")
    files = {name: text for name, text in claims.files().items() if not name.startswith("icd10cm")}
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    tabular, codes, effective = installed_release()
    image, report = _core.build_sources([folder / name for name in files], packs(), installed=(str(tabular), str(codes), effective))
    assert json.loads(report)["rejects"] == []
    return superbill.KnowledgeBase.from_bytes(image)


def told(coded: superbill.CodedEncounter) -> list[str]:
    """As vectors write findings: rule, lines, lines denied after an arrow; of the others rule and codes."""
    # What of the charges the documentation supports is told by tests/test_charges.py.
    of_edits = [f for f in coded.findings if not f.rule.startswith("charge.")]
    return [" ".join([f.rule, *(f.lines or f.codes), *(["->", *f.denied] if f.denied else [])]) for f in of_edits]


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["name"]) for v in VECTORS])
def test_vector(kb: superbill.KnowledgeBase, edited: superbill.KnowledgeBase, vector: dict[str, Any]) -> None:
    coded = (edited if vector["tables"] else kb).code(BASE | vector["encounter"])
    assert sorted(told(coded)) == sorted(vector["expect"])
    assert coded.disposition is not None
    assert coded.disposition.action == vector["action"]
    # A reason for each rule that weighs.
    assert {f.rule for f in coded.findings if f.severity != "info"} <= set(coded.disposition.reasons)


def test_a_finding_names_the_table_that_it_rests_on(edited: superbill.KnowledgeBase) -> None:
    charges = [{"code": "29881", "units": 1}, {"code": "29877", "units": 1}]
    coded = edited.code(BASE | {"charges": charges})
    (denied,) = [f for f in coded.findings if f.rule == "ptp.denied"]
    assert (denied.codes, denied.severity, denied.release) == (("29881", "29877"), "error", "ncci_ptp_practitioner 2026-10-01")
    assert coded.knowledge is not None
    feeds = {release.feed for release in coded.knowledge.releases}
    assert {"icd10cm_tabular", "ncci_ptp_practitioner", "ncci_mue_practitioner", "ncci_add_on"} <= feeds
    (check,) = [f for f in edited.edit(claims.claim(["29881", "29877"], date="2026-05-04")).findings if f.rule == "ptp.denied"]
    assert check.message == denied.message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"history": [{"code": "29881", "units": 1, "date": "2026-02-30"}]}, "history[0].date"),
        (
            {"history": [{"id": "1", "code": "29881", "date": "2026-02-03"}, {"id": "1", "code": "29881", "date": "2026-02-03"}]},
            "history[1].id",
        ),
        ({"charges": [{"code": "99213", "units": 1}, {"code": "99213", "units": 1, "modifiers": ["59"] * 100}]}, "charges[1].modifiers"),
        ({"charges": [{"code": "99213", "units": 1}] * 1000}, "charges: expected at most 999"),
    ],
)
def test_what_is_wrong_is_named(edited: superbill.KnowledgeBase, change: dict[str, Any], field: str) -> None:
    with pytest.raises(superbill.EncounterError) as error:
        edited.code(BASE | change)
    assert str(error.value).startswith(field)


def test_global_days_of_the_loaded_schedule_say_what_covers_a_visit(kb: superbill.KnowledgeBase, edited: superbill.KnowledgeBase) -> None:
    note = (
        "HPI: Returns for follow-up of blood pressure, and the ear is blocked.\nEXAM: BP 150/90. Wax.\n"
        "Procedure: Impacted cerumen was removed with a curette.\n"
        "Assessment: 1. Hypertension, not at goal. Lisinopril increased to 20 mg.\n2. Impacted cerumen."
    )
    encounter = BASE | {"new_patient": False, "place_of_service": "11", "documents": [{"id": "n", "text": note}]}
    minor, major = kb.code(encounter), edited.code(encounter)
    visit = minor.procedures[0]
    assert (visit.code, visit.modifiers) == ("99214", ("25",))
    # With 90 days only the decision for the procedure stands apart, and nobody says that it was made here.
    assert [p.code for p in major.procedures] == ["69210"]


def test_what_is_not_read_of_a_family_is_said(kb: superbill.KnowledgeBase) -> None:
    text = "Procedure: Colonoscopy.\n" + "Colonoscopy with a cold snare. " * 1500
    coded = kb.code(BASE | {"type": "procedure_note", "documents": [{"id": "n", "text": text}]})
    found = [f for f in coded.findings if f.rule == "px.unread"]
    assert {f.severity for f in found} == {"review"}
    assert any(f.message.startswith("Colonoscopy: ") for f in found)
    assert coded.disposition is not None
    assert coded.disposition.action != "release"
    few = kb.code(BASE | {"type": "procedure_note", "documents": [{"id": "n", "text": text[:600]}]})
    assert not [f for f in few.findings if f.rule == "px.unread"]


def test_what_a_report_names_beside_its_list_is_said_and_not_coded(kb: superbill.KnowledgeBase) -> None:
    story = "DESCRIPTION OF PROCEDURE: A radial arterial line was placed. The gallbladder was removed through a port."
    report = BASE | {"type": "operative_report", "place_of_service": "22"}
    listed = kb.code(
        report | {"documents": [{"id": "n", "text": f"PROCEDURE: Laparoscopic cholecystectomy.\nANESTHESIA: General.\n{story}"}]}
    )
    assert [p.code for p in listed.procedures] == ["47562"]
    assert [f.severity for f in listed.findings if f.rule == "px.unlisted"] == ["info"]
    both = f"PROCEDURES:\n1. Laparoscopic cholecystectomy.\n2. Placement of a radial arterial line.\nANESTHESIA: General.\n{story}"
    assert "36620" in [p.code for p in kb.code(report | {"documents": [{"id": "n", "text": both}]}).procedures]
    # Where no list is there, the story tells what was done; a note of another type has no list that says all.
    for type_, text in (("operative_report", story), ("procedure_note", f"PROCEDURE: Laparoscopic cholecystectomy.\n{story}")):
        told = kb.code(report | {"type": type_, "documents": [{"id": "n", "text": text}]})
        assert "36620" in [p.code for p in told.procedures]
        assert not [f for f in told.findings if f.rule == "px.unlisted"]
