"""What holds of every claim, whatever its lines."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import superbill
from claims import INDICATORS, PAIRS, UNITS, Json, build

CODES = sorted(
    {code for a, b, *_ in PAIRS for code in (a, b)} | set(UNITS) | {row[0] for row in INDICATORS} | {"33332", "33333", "G0002", "zzz"}
)
MODIFIERS = ["59", "XS", "25", "57", "24", "58", "78", "79", "76", "91", "27", "RT", "LT", "F1", "50", "26", "TC", "51", "ZZ", "long"]
DAYS = ["2026-01-04", "2026-01-05", "2026-01-06", "2025-12-31", "2021-12-31", "2026-11-30"]
PROVIDERS: list[Json] = [{}, {"npi": "1"}, {"npi": "2", "group": "G", "specialty": "20"}, {"npi": "3", "group": "G", "specialty": "20"}]


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    return build(tmp_path_factory.mktemp("laws"))


def line() -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "code": st.sampled_from(CODES),
            "modifiers": st.lists(st.sampled_from(MODIFIERS), max_size=3),
            "units": st.integers(0, 40),
            "date": st.sampled_from(DAYS),
            "provider": st.sampled_from(PROVIDERS),
        }
    )


@st.composite
def claims(draw: st.DrawFn) -> Json:
    lines = [{"id": f"L{at}", **one} for at, one in enumerate(draw(st.lists(line(), min_size=1, max_size=8)))]
    history = [{"id": f"H{at}", **one} for at, one in enumerate(draw(st.lists(line(), max_size=4)))]
    setting = draw(st.sampled_from(["professional", "outpatient_facility", "inpatient_facility"]))
    return {"setting": setting, "lines": lines, "history": history}


def said(check: superbill.Check) -> set[tuple[Any, ...]]:
    # A second line of a code is second by its place.
    found = [f for f in check.findings if f.rule != "mue.second_line"]
    return {(f.rule, f.severity, f.codes, f.lines if len(f.lines) < 3 else frozenset(f.lines), frozenset(f.denied)) for f in found}


def unordered(found: set[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    pairs = ("ptp.", "global.")
    return {
        (rule, severity, codes, lines if rule.startswith(pairs) else frozenset(lines), denied)
        for rule, severity, codes, lines, denied in found
    }


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(claim=claims(), seed=st.integers(0, 1000))
def test_laws(kb: superbill.KnowledgeBase, claim: Json, seed: int) -> None:
    check = kb.edit(claim)
    assert kb.edit(claim) == check
    own = {one["id"] for one in claim["lines"]}
    billed = {one["id"] for one in claim["history"]}
    modifiers = {one["id"]: one["modifiers"] for one in claim["lines"] + claim["history"]}
    places = [one["id"] for one in claim["lines"] + claim["history"]]
    first = []
    for finding in check.findings:
        assert set(finding.denied) <= set(finding.lines) <= own | billed
        assert not finding.denied or finding.severity == "error"
        assert own & set(finding.lines)
        assert finding.message
        assert finding.effective <= (finding.end or "9999")
        if finding.rule in {"ptp.bypassed", "ptp.same_site"}:
            assert any(modifiers[at] for at in finding.lines)
            assert "indicator 0" not in finding.message
        if not finding.rule.startswith("ptp."):
            assert not billed & set(finding.denied)
        affected = finding.lines[-1] if finding.rule.startswith(("ptp.", "global.")) else finding.lines[0]
        first.append(places.index(finding.denied[0] if finding.denied else affected))
    assert first == sorted(first)
    shuffled = {key: random.Random(seed).sample(value, len(value)) if isinstance(value, list) else value for key, value in claim.items()}
    assert unordered(said(kb.edit(shuffled))) == unordered(said(check))
