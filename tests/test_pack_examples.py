"""Every example of every pack, whole, through the engine."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

import superbill
from notes import encounter
from superbill.default import packs

Example = dict[str, Any]
ASKED_OF_VISITS = {question["about"] for _, text in packs() for question in tomllib.loads(text).get("visits", {}).get("question", [])}


def examples() -> Iterator[Any]:
    for name, text in packs():
        if name.startswith("editing/"):
            # They are about claims: tests/test_editing.py has them.
            continue
        for number, example in enumerate(tomllib.loads(text).get("example", []), 1):
            yield pytest.param(name, example, id=f"{name.removesuffix('.toml')}:{number}")


@pytest.mark.parametrize(("pack", "example"), list(examples()))
def test_example(kb: superbill.KnowledgeBase, pack: str, example: Example) -> None:
    if "mention" in example:
        assert assertion_of(kb, example) == example["assertion"]
    elif pack.startswith(("cpt/", "pcs/")):
        coded = kb.code(encounter(example["text"], example["type"], **example.get("encounter", {})))
        # The visit, whose lines come first, is not what these packs tell.
        of_visit = len(coded.visit.codes) if coded.visit else 0
        assert [procedure_code(p) for p in coded.procedures[of_visit:]] == example["expect"]
        included = {s.id for p in coded.procedures for s in p.because if s.kind == "included"}
        assert included >= set(example.get("included", []))
        # Nor whether its diagnoses were present on admission.
        asked = [m for q in coded.queries if q.about not in ASKED_OF_VISITS for m in q.missing if m != "present_on_admission"]
        assert sorted(asked) == sorted(example.get("query", []))
    elif pack.startswith("visits/"):
        coded = kb.code(encounter(example["text"], example["type"], **example.get("encounter", {})))
        assert [procedure_code(p) for p in coded.procedures] == example["expect"]
        assert sorted(m for q in coded.queries for m in q.missing) == sorted(example.get("query", []))
        counted = {e.counted_as for e in coded.visit.elements} if coded.visit else set()
        assert counted >= set(example.get("counted", []))
        if "poa" in example:
            assert {d.code: d.poa for d in coded.diagnoses} == example["poa"]
        if "level" in example:
            assert coded.visit is not None
            assert coded.visit.level == example["level"]
    else:
        coded = kb.code(encounter(example["text"], example.get("type", "office_visit"), **example.get("encounter", {})))
        assert sorted(d.code for d in coded.diagnoses) == sorted(example["expect"])
        if "findings" in example:
            assert [f.rule for f in coded.findings] == example["findings"]


def procedure_code(procedure: Any) -> str:
    code = "-".join([procedure.code, *procedure.modifiers])
    return f"{code}*{procedure.units}" if procedure.units > 1 else code


def assertion_of(kb: superbill.KnowledgeBase, example: Example) -> str | None:
    """What is said of the last place where the words of `mention` stand; `None` where they are no mention."""
    text, words = example["text"], example["mention"]
    start = text.lower().rindex(words.lower())
    said = [m.assertion for m in kb.read(text) if m.start == start and m.end == start + len(words)]
    return said[0] if said else None


def test_a_service_is_of_the_visits_or_of_the_procedures_alone() -> None:
    codes: dict[bool, set[str]] = {True: set(), False: set()}

    def collect(value: Any, of_visits: bool) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("code"), str):
                codes[of_visits].add(value["code"])
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                collect(one, of_visits)

    for name, text in packs():
        if name.startswith(("visits/", "cpt/")):
            # The history of an example has lines of anything.
            collect({key: value for key, value in tomllib.loads(text).items() if key != "example"}, name.startswith("visits/"))
    assert codes[True] > {"99213"}
    assert codes[False] > {"29881"}
    assert not codes[True] & codes[False]
