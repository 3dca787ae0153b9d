"""Visits: every vector with its lines and questions; what was counted stands in the note; templates and completeness."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import superbill
from notes import Json, encounter
from superbill import cli

sys.path.append(str(Path(__file__).resolve().parents[1] / "benches"))
from vignettes import VIGNETTES, vignettes
from vignettes import encounter as encounter_of

VECTORS: list[Json] = json.loads((Path(__file__).parent / "vectors" / "visits.json").read_bytes())
TUNED = [v for v in vignettes(VIGNETTES / "tuned") if v["family"].startswith("visits")]
# Which are missing is told by `python benches/vignettes.py tuned --misses`.
LEAST_EXACT = 0.9


def written(procedure: superbill.models.Procedure) -> str:
    code = "-".join([procedure.code, *procedure.modifiers])
    return f"{code}*{procedure.units}" if procedure.units > 1 else code


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: str(v["name"]))
def test_vector(kb: superbill.KnowledgeBase, vector: Json) -> None:
    coded = kb.code(vector["encounter"])
    assert [written(p) for p in coded.procedures] == vector["lines"]
    assert [m for q in coded.queries for m in q.missing] == vector["queries"]


def test_most_tuned_visits_are_exact(kb: superbill.KnowledgeBase) -> None:
    exact = 0
    for vignette in TUNED:
        coded = kb.code(encounter_of(vignette))
        found = sorted((p.code, tuple(p.modifiers), p.units) for p in coded.procedures)
        gold = sorted((line["code"], tuple(line.get("modifiers", [])), line.get("units", 1)) for line in vignette["lines"])
        exact += found == gold and bool(coded.queries) >= bool(vignette.get("queries"))
    assert exact >= LEAST_EXACT * len(TUNED)


@pytest.mark.parametrize("vignette", TUNED, ids=lambda v: str(v["id"]))
def test_the_trace_stands_in_the_note(kb: superbill.KnowledgeBase, vignette: Json) -> None:
    note = encounter_of(vignette)
    text = note["documents"][0]["text"]
    coded = kb.code(note)
    if coded.visit is None:
        assert coded.queries
        return
    spans = [s for e in coded.visit.elements for s in e.evidence] + [s for p in coded.procedures for s in p.evidence]
    assert all(text[s.start : s.end] == s.text for s in spans)
    lines = coded.procedures[: len(coded.visit.codes)]
    assert [p.code for p in lines] == list(coded.visit.codes)
    assert all(p.because and p.pointers for p in lines)
    if coded.visit.by == "decision_making" and coded.visit.codes:
        assert coded.visit.why_not, "the code above or below"


def test_no_level_without_a_problem(kb: superbill.KnowledgeBase) -> None:
    coded = kb.code(encounter("HPI: Here to fill in a form.\nPlan: Start lisinopril. CBC and CMP ordered.", new_patient=False))
    assert coded.procedures == ()


def test_more_words_of_somebody_else_do_not_raise_the_level(kb: superbill.KnowledgeBase) -> None:
    plain = "HPI: Returns for follow-up.\nExam: Normal.\nAssessment: Hypothyroidism, stable. Continue levothyroxine."
    more = plain.replace("Exam:", "Family history: Mother with heart failure, worsening, on warfarin, admitted to hospital.\nExam:")
    assert kb.code(encounter(plain, new_patient=False)).codes == kb.code(encounter(more, new_patient=False)).codes


def test_questions_lead_nowhere(kb: superbill.KnowledgeBase) -> None:
    for vignette in TUNED:
        for query in kb.code(encounter_of(vignette)).queries:
            assert query.options[-2:] == ("other", "unable to determine")
            words = " ".join([query.about, *query.options]).lower()
            assert not any(w in words for w in ("pay", "reimburs", "revenue", "higher level"))


def test_every_type_has_a_template_and_every_answer_its_completeness(kb: superbill.KnowledgeBase) -> None:
    types = [kind for kinds, *_ in kb.templates for kind in kinds]
    assert len(set(types)) == len(types) == 17
    for kinds, _, citation, elements in kb.templates:
        assert citation
        assert any(required for _, _, required, _ in elements)
        for kind in kinds:
            coded = kb.code(encounter("Assessment: asthma.", kind))
            assert [c.element for c in coded.completeness] == [e[0] for e in elements]
            assert all(c.decides for c in coded.completeness)
            found = {c.element: c.found for c in coded.completeness}
            assert found.get("signature", False) is False


def test_a_signed_note_is_complete_in_that(kb: superbill.KnowledgeBase) -> None:
    note = encounter("HPI: cough.\nAssessment: asthma.", new_patient=False)
    note["documents"][0] |= {"signed": True, "author_role": "physician"}
    found = {c.element: c.found for c in kb.code(note).completeness}
    assert found["signature"]
    assert found["author"]
    assert found["history"]
    assert not found["total_time"]


def test_the_command_prints_templates(capsys: pytest.CaptureFixture[str], kb: superbill.KnowledgeBase) -> None:
    assert cli.main(["template"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 17
    assert cli.main(["template", "operative_report", "--json"]) == 0
    template = json.loads(capsys.readouterr().out)
    assert {e["id"] for e in template["elements"] if e["required"]} >= {"postoperative_diagnosis", "procedure", "signature"}
    assert cli.main(["template", "office_visit"]) == 0
    assert "decides" in capsys.readouterr().out
    assert cli.main(["template", "no such"]) == 1
    assert "template" in capsys.readouterr().err
