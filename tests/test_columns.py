"""Columns of codes and days, as numpy holds them."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

import superbill
from superbill import _core

CODES = ["E11.9", "e119", "E11", "I10", "Z99.99", "E11!", "", "S72.91XA"]
DAYS = ["2026-05-04", "2015-01-01", "1900-01-01", "2199-12-31", "1999-12-31", "2000-02-29", "2026-10-01", "2025-10-01"]


@pytest.fixture(scope="module")
def kb() -> superbill.KnowledgeBase:
    return superbill.open()


def one_by_one(kb: superbill.KnowledgeBase, days: list[str]) -> list[str]:
    return [kb.validate(code, day, system="icd10cm")[0] for code, day in zip(CODES, days, strict=True)]


@pytest.mark.parametrize("kind", ["S8", "U8", "S30"])
def test_columns_say_what_each_code_alone_says(kb: superbill.KnowledgeBase, kind: str) -> None:
    codes = np.array(CODES, dtype=kind)
    for day in DAYS:
        found = kb.validate_arrays(codes, day)
        assert found.dtype == np.uint8
        assert [superbill.STANDINGS[n] for n in found] == one_by_one(kb, [day] * len(CODES))
    found = kb.validate_arrays(codes, np.array(DAYS, dtype="datetime64[D]"))
    assert [superbill.STANDINGS[n] for n in found] == one_by_one(kb, DAYS)


def test_every_day_of_the_calendar_is_read_as_python_reads_it(kb: superbill.KnowledgeBase) -> None:
    first, step = datetime.date(1900, 1, 1), 97
    days = [first + datetime.timedelta(days=n) for n in range(0, 109_573, step)]
    codes = np.full(len(days), b"E11.9")
    together = kb.validate_arrays(codes, np.array(days, dtype="datetime64[D]"))
    assert together.tolist() == [superbill.STANDINGS.index(kb.validate("E11.9", day)[0]) for day in days]


def test_columns_may_be_slices_and_empty(kb: superbill.KnowledgeBase) -> None:
    codes = np.array(CODES, dtype="S8")
    assert kb.validate_arrays(codes[::2], "2026-05-04").tolist() == kb.validate_arrays(codes, "2026-05-04").tolist()[::2]
    assert kb.validate_arrays(codes[:0], "2026-05-04").tolist() == []


@pytest.mark.parametrize(
    ("codes", "dates", "error", "says"),
    [
        (CODES, "2026-05-04", superbill.CodeError, "codes: expected a one-dimensional"),
        (np.array([CODES]), "2026-05-04", superbill.CodeError, "codes: expected a one-dimensional"),
        (np.array([1, 2]), "2026-05-04", superbill.CodeError, "codes: expected a one-dimensional"),
        (np.array(["Ä11"]), "2026-05-04", superbill.CodeError, "codes: expected a one-dimensional"),
        (np.array(["I10"]), "2026-02-30", superbill.DateError, "date"),
        (np.array(["I10"]), np.array([1]), superbill.DateError, "datetime64"),
        (np.array(["I10"]), np.array(["NaT"], dtype="M8[D]"), superbill.DateError, r"dates\[0\]"),
        (np.array(["I10"]), np.array(["2200-01-01"], dtype="M8[D]"), superbill.DateError, r"dates\[0\]"),
        (np.array(["I10"]), np.array(["2026-01-01"] * 2, dtype="M8[D]"), superbill.CodeError, "as many"),
    ],
)
def test_what_is_no_column_is_named(kb: superbill.KnowledgeBase, codes: object, dates: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        kb.validate_arrays(codes, dates)  # type: ignore[arg-type]


def test_the_hierarchy_by_code(kb: superbill.KnowledgeBase) -> None:
    day = "2026-05-04"
    below = kb.descendants("E11", day)
    assert [info.code for info in kb.ancestors("E11.40", day)] == ["E11.4", "E11"]
    assert {info.code for info in kb.children("E11.4", day)} == {f"E11.4{n}" for n in (0, 1, 2, 3, 4, 9)}
    assert {"E11.4", "E11.40", "E11.9"} <= {info.code for info in below}
    assert all(kb.subsumes("E11", info.code) for info in below)
    assert [info.code if info else None for info in kb.lookup_many(["E11.9", "E11!", "Z99.99"], day)] == ["E11.9", None, None]
    with pytest.raises(superbill.CodeError, match="no code"):
        kb.children("Z99.99", day)


def test_every_standing_has_a_number() -> None:
    assert _core.STANDINGS == ("valid", "header", "not_yet", "expired", "undated", "unknown", "malformed")
