"""Repairs of claims: vectors, examples of the pack, and laws that hold of every repair."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import superbill
from claims import Json, build, claim
from superbill import models
from superbill.default import packs

VECTORS: list[Json] = json.loads((Path(__file__).parent / "vectors" / "repair.json").read_bytes())
PACK = tomllib.loads(dict(packs())["editing/repair.toml"])
FAMILIES = ("line.", "mod.", "ptp.", "mue.", "addon.", "global.")


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    return build(tmp_path_factory.mktemp("claims"))


def told(repair: models.Repair) -> str:
    """A repair as vectors write it: kind, lines, code and modifiers of each change."""
    changes = ([c.kind, *c.lines, *([c.code] if c.code else []), *c.modifiers] for c in repair.changes)
    return "; ".join(" ".join(change) for change in changes)


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["name"]) for v in VECTORS])
def test_vector(kb: superbill.KnowledgeBase, vector: Json) -> None:
    check = kb.check(claim(**vector["claim"]))
    assert [told(repair) for repair in check.repairs] == vector["repairs"]
    if "ask" in vector:
        assert [" ".join(query.lines) for query in check.queries] == vector["ask"]


@pytest.mark.parametrize("example", [e for e in PACK["example"] if "repair" in e])
def test_example_of_the_pack(kb: superbill.KnowledgeBase, example: Json) -> None:
    assert told(kb.check(example["claim"]).repairs[0]) == "; ".join(example["repair"])


def lawful(kb: superbill.KnowledgeBase, given_claim: Json) -> superbill.Check:
    """Checks a claim, and every repair of it from scratch."""
    check = kb.check(given_claim)
    assert check.findings == kb.edit(given_claim).findings
    errors = [f for f in check.findings if f.severity == "error" and f.rule.startswith(FAMILIES)]
    departures = [repair.departure for repair in check.repairs]
    assert departures == sorted(departures)
    facts = {(f["kind"], tuple(f["lines"])) for f in given_claim.get("facts", [])}
    for repair in check.repairs:
        lines = json.loads(json.dumps([as_json(line) for line in repair.lines]))
        again = kb.edit(given_claim | {"lines": lines, "facts": []})
        assert not [f for f in again.findings if f.severity == "error" and f.rule.startswith(FAMILIES)]
        assert all(f in repair.clears for f in errors)
        assert {(f.kind, f.lines) for f in repair.rests_on} <= facts
        if any(change.kind in {"add_modifier", "split", "swap_code", "combine"} for change in repair.changes):
            assert repair.rests_on
        for change in repair.changes:
            assert change.message
            assert not set("{}") & set(change.message + change.citation)
    for query in check.queries:
        words = " ".join([query.about, *query.options]).lower()
        assert "unable to determine" in query.options
        assert not [word for word in ("pay", "paid", "bill", "denied", "claim", "modifier 59", "{") if word in words]
    return check


def as_json(line: models.Line) -> Json:
    fields: Json = {name: getattr(line, name) for name in ("id", "code", "modifiers", "units", "date")}
    if line.provider is not None:
        fields["provider"] = {n: v for n in ("npi", "group", "specialty") if (v := getattr(line.provider, n)) is not None}
    return fields


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["name"]) for v in VECTORS])
def test_repairs_of_vectors_are_lawful(kb: superbill.KnowledgeBase, vector: Json) -> None:
    lawful(kb, claim(**vector["claim"]))


CODES = """
    11111 11112 11115 99213 44441 44440 44444 29881 29877 29874 22221 22222 33331 33332 85001 85002
""".split()  # noqa: SIM905
LINES = st.builds(
    lambda code, modifiers, units: "-".join([code, *modifiers]) + (f"*{units}" if units > 1 else ""),
    st.sampled_from(CODES),
    st.lists(st.sampled_from(["LT", "RT", "59", "XS", "25", "50", "26"]), max_size=2),
    st.integers(1, 3),
)
KINDS = ["separate_site", "separate_session", "separate_evaluation", "decision_for_surgery", "unrelated", "repeat_test", "both_menisci"]


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=8), st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 7)), max_size=3))
def test_repairs_of_any_claim_are_lawful(kb: superbill.KnowledgeBase, lines: list[str], facts: list[tuple[str, int]]) -> None:
    stated: list[Any] = [{"kind": kind, "lines": [str(at % len(lines) + 1)]} for kind, at in facts]
    lawful(kb, claim(lines, facts=stated))


def test_without_facts_no_modifier_is_added(kb: superbill.KnowledgeBase) -> None:
    for vector in VECTORS:
        without = claim(**{k: v for k, v in vector["claim"].items() if k != "facts"})
        for repair in kb.check(without).repairs:
            assert not {"add_modifier", "split", "swap_code", "combine"} & {change.kind for change in repair.changes}


def test_the_answer_says_how_far_the_search_came(kb: superbill.KnowledgeBase) -> None:
    pair = claim(["11111", "11115"])
    searched = [kb.check(claim(["11112"])).search, kb.check(pair).search, kb.edit(pair).search]
    assert searched == ["unneeded", "complete", None]
    # A line whose code is none can be dropped or not: either way all was looked at.
    assert kb.check(claim(["99998", "11112"])).search == "complete"


def test_edit_tells_no_repairs_and_many_are_checked_as_one_by_one(kb: superbill.KnowledgeBase) -> None:
    claims = [claim(["11111", "11112"]), claim(["99214"], setting="nowhere"), claim(["99214"])]
    first, second, _third = kb.check_many(claims)
    assert first == kb.check(claims[0])
    assert isinstance(second, superbill.ClaimError)
    assert kb.edit(claims[0]).repairs == ()
    assert kb.edit(claims[0]).queries == ()


def test_what_is_no_side_is_an_error(kb: superbill.KnowledgeBase) -> None:
    with pytest.raises(superbill.ClaimError, match=r"facts\[0\]\.value"):
        kb.check(claim(["11111"], facts=[{"kind": "laterality", "lines": ["1"], "value": "Jane"}]))
