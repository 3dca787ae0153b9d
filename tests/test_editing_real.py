"""Pairs of the practitioner table as NCCI published it for the third quarter of 2024: column 1, column 2, indicator (none: no edit)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import superbill
from claims import claim, told
from superbill import _core
from superbill.default import installed_release, packs

PAIRS: list[tuple[str, str, str, int | None]] = json.loads((Path(__file__).parent / "vectors" / "edit_real.json").read_bytes())
DAY = "2024-08-01"


@pytest.fixture(scope="module")
def kb(releases: Path) -> superbill.KnowledgeBase:
    tables = [
        *releases.glob("ncci/ccipra-2024q3-f*.zip"),
        releases / "ncci/ncci_aoc_2024q3.tsv.gz",
        releases / "pfs/PPRRVU_rvu24c_jul_nodesc.tsv.gz",
    ]
    tabular, codes, effective = installed_release()
    editing = [pack for pack in packs() if pack[0].startswith("editing/")]
    image, report = _core.build_sources(
        [*tables, releases / "hcpcs/HCPC2025_OCT_ANWEB.xlsx"], editing, installed=(str(tabular), str(codes), effective)
    )
    assert '"rejects":[]' in report
    return superbill.KnowledgeBase.from_bytes(image)


def of_pairs(kb: superbill.KnowledgeBase, *lines: str) -> list[str]:
    return [text for text in told(kb.edit(claim(list(lines), date=DAY))) if text.startswith("ptp.")]


@pytest.mark.parametrize(("column1", "column2", "indicator"), [pytest.param(*pair[1:], id=f"{pair[1]}>{pair[2]}") for pair in PAIRS])
def test_pair(kb: superbill.KnowledgeBase, column1: str, column2: str, indicator: int | None) -> None:
    either = of_pairs(kb, column2, column1)
    if indicator is None:
        assert either == []
        return
    assert "ptp.denied 2 1 -> 1" in either
    visit = column2.startswith(("99", "92")) or column2 in {"98940", "G0463"}
    bypass = of_pairs(kb, column1, f"{column2}-59")
    if indicator == 0 or (visit and column2.startswith("99")):
        assert bypass == ["ptp.denied 1 2 -> 2"]
    else:
        assert bypass == ["ptp.bypassed 1 2"]


def test_a_visit_beside_an_injection(kb: superbill.KnowledgeBase) -> None:
    assert of_pairs(kb, "20610", "99213-25") == ["ptp.bypassed 1 2"]
    assert of_pairs(kb, "96372", "99211-25") == ["ptp.denied 1 2 -> 2"]


def test_the_knee(kb: superbill.KnowledgeBase) -> None:
    assert of_pairs(kb, "29881-RT", "29877-RT") == ["ptp.denied 1 2 -> 2"]
    assert of_pairs(kb, "29881-RT", "G0289-RT") == ["ptp.same_site 1 2"]
    assert of_pairs(kb, "29881-RT", "G0289-59-RT") == ["ptp.bypassed 1 2"]


def test_the_primary_of_an_add_on(kb: superbill.KnowledgeBase) -> None:
    found: list[Any] = [f for f in kb.edit(claim(["11103"], date=DAY)).findings if f.rule.startswith("addon.")]
    assert [f.rule for f in found] == ["addon.no_primary"]
    assert "addon.no_primary" not in {f.rule for f in kb.edit(claim(["11103", "11102"], date=DAY)).findings}
