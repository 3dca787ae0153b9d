"""The demo encounters with the codes that were reviewed one by one: a change of any of them has to be meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import superbill
from notes import Json
from superbill.cli.coding import DEMO

VECTORS: list[Json] = json.loads((Path(__file__).parent / "vectors" / "demo.json").read_bytes())


def test_every_demo_has_its_vector() -> None:
    assert [vector["demo"] for vector in VECTORS] == sorted(path.stem for path in DEMO.glob("*.json"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["demo"])
def test_vector(kb: superbill.KnowledgeBase, vector: Json) -> None:
    coded = kb.code((DEMO / f"{vector['demo']}.json").read_bytes())
    assert list(coded.codes) == vector["codes"]
    assert [list(query.missing) for query in coded.queries] == vector["queries"]
    assert [finding.rule for finding in coded.findings] == vector["findings"]
    assert coded.disposition is not None
    assert coded.disposition.action == vector["disposition"]
