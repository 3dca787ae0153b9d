"""What is imported when, and that the schema, the stubs and the documents tell the truth."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import superbill
from notes import encounter
from superbill import models

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"numpy", "msgspec", "grpc", "google.protobuf", "rich", "platformdirs", "json"}


def test_import_loads_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import superbill; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) == {"superbill", "superbill._core"}


def test_models_dicts_and_json_are_the_same_encounter(kb: superbill.KnowledgeBase) -> None:
    as_dict = encounter("Assessment: asthma.")
    as_json = msgspec.json.encode(as_dict)
    as_model = msgspec.json.decode(as_json, type=models.Encounter)
    answers = {kb.code(form).to_json() for form in (as_dict, as_json, as_json.decode(), as_model)}
    assert len(answers) == 1


def test_an_answer_is_frozen_and_equal_to_itself(kb: superbill.KnowledgeBase) -> None:
    one, two = (kb.code(encounter("Assessment: asthma.")) for _ in range(2))
    assert one == two
    assert one != kb.code(encounter("Assessment: gout."))
    with pytest.raises(AttributeError):
        one.diagnoses = ()  # type: ignore[misc]
    assert one.diagnoses is one.diagnoses
    assert msgspec.json.decode(one.to_json(), type=models.CodedEncounter) == one.to_model()
    assert "asthma" not in repr(one)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "visit"}, "type"),
        ({"setting": None}, "line 1"),
        ({"setting": "hospital"}, "setting"),
        ({"date_of_service": ""}, "date_of_service"),
        ({"date_of_service": "2026-13-01"}, "date_of_service"),
        ({"setting": "inpatient_facility"}, "discharge_date"),
        ({"scope": "most"}, "scope"),
        ({"patient": {"sex": "f"}}, "patient.sex"),
        ({"patient": {"birth_date": "2027-01-01"}}, "patient.birth_date"),
        ({"documents": [{"id": "a", "text": "x", "type": "letter"}]}, "documents[0].type"),
        ({"documents": [{"id": "a"}, {"id": "a"}]}, "documents[1].id"),
        ({"dokuments": []}, "line 1"),
    ],
)
def test_what_is_wrong_is_named(kb: superbill.KnowledgeBase, change: dict[str, object], field: str) -> None:
    with pytest.raises(superbill.EncounterError) as caught:
        kb.code(encounter("x") | change)
    assert field in str(caught.value)


def test_matches_as_arrays(kb: superbill.KnowledgeBase) -> None:
    texts = ["Chest pain.", "", "é chest pain, asthma"]
    rows = list(zip(*(column.tolist() for column in kb.match_arrays(texts)), strict=True))
    named = [(n, s, e) for n, s, e, phrase in rows if kb.phrase_codes(phrase)]
    assert named == [(n, m.start, m.end) for n, text in enumerate(texts) for m in kb.match(text)]
    assert (2, 2, 12) in named


def test_the_readme_runs() -> None:
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S):
        # That of the client has its server in tests/test_client.py.
        if "superbill.client" not in block:
            exec(compile(block, "README.md", "exec"), {})


def test_docstring_examples_run() -> None:
    import superbill.default

    for module in (superbill, superbill.default):
        assert doctest.testmod(module).failed == 0


def test_generated_code_is_that_of_the_schema() -> None:
    pytest.importorskip("grpc_tools", reason="grpcio-tools is an extra: pip install 'superbill[check]'")
    ran = subprocess.run([sys.executable, str(ROOT / "proto/generate.py"), "--check"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
