"""NCCI pairs of claims, peers in the same run: `SUPERBILL_BENCH=FOLDER pytest benches/test_edit_speed.py --benchmark-enable`.

`FOLDER/full.kb` is built of the official releases, the practitioner tables of 2024Q3 among them, and `../shared/data` has the same
tables, which the peers hold as a dict and as sorted numpy arrays. Two thousand claims of ten lines of one practice, a third of them with
a pair of the table. Each peer answers what Superbill answers: pairs in both directions that are in force on the day, the most restrictive
of several rows.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import superbill

Benchmark = Callable[..., Any]
Rows = tuple[tuple[int, int, int], ...]
Column = np.ndarray[Any, Any]

DAY, DATE = "2024-08-01", 20240801
CLAIMS, LINES, PRACTICE = 2000, 10, 400
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "ncci"


@pytest.fixture(scope="module")
def kb() -> superbill.KnowledgeBase:
    path = Path(os.environ.get("SUPERBILL_BENCH", "")) / "full.kb"
    if not path.is_file():
        pytest.skip("SUPERBILL_BENCH names no folder with a full.kb")
    return superbill.open(path)


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str], Rows]:
    """Rows of every pair: first day, last day, indicator."""
    if not DATA.is_dir():
        pytest.skip("the releases are not at ../shared/data")
    from edit_oracle.readers import ptp_rows, text

    found: dict[tuple[str, str], Rows] = {}
    # A code that stands in many rows is one text, as a careful peer would have it.
    same: dict[str, str] = {}
    for part in sorted(DATA.glob("ccipra-2024q3-f*.zip")):
        for column1, column2, _, first, last, indicator, _ in ptp_rows(text(part)):
            pair = (same.setdefault(column1, column1), same.setdefault(column2, column2))
            row = (int(first), 99991231 if last.strip() in {"*", ""} else int(last), int(indicator))
            found[pair] = (*found.get(pair, ()), row)
    return found


def in_force(row: tuple[int, int, int], date: int) -> bool:
    return row[2] != 9 and row[0] != row[1] and row[0] <= date <= row[1]


@pytest.fixture(scope="module")
def claims(table: dict[tuple[str, str], Rows]) -> list[list[str]]:
    numbers = random.Random(7)
    codes = numbers.sample(sorted({code for pair in table for code in pair}), PRACTICE)
    known = set(codes)
    pairs = sorted(p for p, rows in table.items() if known.issuperset(p) and any(in_force(r, DATE) for r in rows))

    def claim() -> list[str]:
        lines = numbers.sample(codes, LINES)
        if numbers.random() < 1 / 3:
            lines[2], lines[7] = numbers.choice(pairs)
        return lines

    return [claim() for _ in range(CLAIMS)]


Found = tuple[int, int, int]


def of_dict(table: dict[tuple[str, str], Rows], codes: list[str], date: int) -> list[Found]:
    """Column 1, column 2, indicator. The places of codes are looked for on hits alone."""
    found = []
    get = table.get
    for pair in itertools.permutations(codes, 2):
        rows = get(pair)
        if rows is not None:
            active = [row[2] for row in rows if row[2] != 9 and row[0] != row[1] and row[0] <= date <= row[1]]
            if active:
                found.append((codes.index(pair[0]), codes.index(pair[1]), min(active)))
    return found


def test_the_same_pairs(kb: superbill.KnowledgeBase, table: dict[tuple[str, str], Rows], claims: list[list[str]]) -> None:
    hits = 0
    for codes in claims:
        found = [(a, b, indicator) for a, b, indicator, _ in kb.ptp(codes, DAY)]
        assert found == of_dict(table, codes, DATE) or len(set(codes)) < LINES
        hits += bool(found)
    assert hits > CLAIMS / 3


@pytest.mark.benchmark(group="pairs of 2,000 claims of ten lines, one by one")
def test_superbill(benchmark: Benchmark, kb: superbill.KnowledgeBase, claims: list[list[str]]) -> None:
    ptp = kb.ptp
    assert any(benchmark(lambda: [ptp(codes, DAY) for codes in claims]))


@pytest.mark.benchmark(group="pairs of 2,000 claims of ten lines, one by one")
def test_dict(benchmark: Benchmark, table: dict[tuple[str, str], Rows], claims: list[list[str]]) -> None:
    assert any(benchmark(lambda: [of_dict(table, codes, DATE) for codes in claims]))


class Sorted(NamedTuple):
    """The table as arrays: codes in order, and rows in order of the number of their pair."""

    codes: Column
    pairs: Column
    first: Column
    last: Column
    indicator: Column


@pytest.fixture(scope="module")
def arrays(table: dict[tuple[str, str], Rows]) -> Sorted:
    codes = np.array(sorted({code for pair in table for code in pair}), dtype="S5")
    place = {code.decode(): at for at, code in enumerate(codes)}
    # Rows that never applied are left out beforehand, and of a pair the most restrictive comes first: less work than Superbill does.
    rows = sorted(
        (place[a] * len(codes) + place[b], indicator, first, last)
        for (a, b), of in table.items()
        for first, last, indicator in of
        if indicator != 9 and first != last
    )
    pairs, indicator, first, last = (np.array(column) for column in zip(*rows, strict=True))
    return Sorted(codes, pairs, first.astype(np.uint32), last.astype(np.uint32), indicator.astype(np.uint8))


def of_arrays(table: Sorted, codes: Column, lines: int, date: int) -> tuple[Column, Column, Column, Column]:
    """Claim, column 1 and column 2 as rows of `codes`, indicator; all claims have the same number of lines."""
    place = np.searchsorted(table.codes, codes)
    place[place == len(table.codes)] = 0
    known = table.codes[place] == codes
    first, second = (np.array(side) for side in zip(*itertools.permutations(range(lines), 2), strict=True))
    starts = np.arange(0, len(codes), lines)[:, None]
    one, two = (starts + first).ravel(), (starts + second).ravel()
    asked = place[one] * len(table.codes) + place[two]
    at = np.searchsorted(table.pairs, asked)
    at[at == len(table.pairs)] = 0
    hit = np.flatnonzero((table.pairs[at] == asked) & known[one] & known[two])
    one, two, at, asked = one[hit], two[hit], at[hit], asked[hit]
    indicator = np.full(len(hit), 255, dtype=np.uint8)
    # A pair has up to a few rows, which stand together.
    while True:
        here = at < len(table.pairs)
        here[here] = table.pairs[at[here]] == asked[here]
        here &= indicator == 255
        if not here.any():
            break
        rows = at[here]
        active = (table.first[rows] <= date) & (date <= table.last[rows])
        indicator[np.flatnonzero(here)[active]] = table.indicator[rows[active]]
        at = at + 1
    told = indicator != 255
    return one[told] // lines, one[told], two[told], indicator[told]


@pytest.fixture(scope="module")
def column(claims: list[list[str]]) -> Column:
    return np.array([code for codes in claims for code in codes], dtype="S5")


def test_the_same_pairs_as_columns(kb: superbill.KnowledgeBase, arrays: Sorted, column: Column) -> None:
    found = kb.ptp_arrays(np.arange(0, len(column) + 1, LINES), column, DAY)
    assert len(found[0]) > CLAIMS / 3
    for ours, theirs in zip(found, of_arrays(arrays, column, LINES, DATE), strict=True):
        assert (ours == theirs).all()


@pytest.mark.benchmark(group="pairs of 2,000 claims of ten lines, as columns")
def test_superbill_columns(benchmark: Benchmark, kb: superbill.KnowledgeBase, column: Column) -> None:
    offsets = np.arange(0, len(column) + 1, LINES)
    assert len(benchmark(lambda: kb.ptp_arrays(offsets, column, DAY))[0])


@pytest.mark.benchmark(group="pairs of 2,000 claims of ten lines, as columns")
def test_numpy_searchsorted(benchmark: Benchmark, arrays: Sorted, column: Column) -> None:
    assert len(benchmark(lambda: of_arrays(arrays, column, LINES, DATE))[0])


@pytest.mark.benchmark(group="whole edit of 2,000 claims of ten lines")
def test_edit_columns(benchmark: Benchmark, kb: superbill.KnowledgeBase, column: Column) -> None:
    offsets = np.arange(0, len(column) + 1, LINES)
    assert len(benchmark(lambda: kb.edit_arrays(offsets, column, DAY, threads=1)))


@pytest.mark.benchmark(group="whole edit of 2,000 claims of ten lines")
def test_edit_models(benchmark: Benchmark, kb: superbill.KnowledgeBase, claims: list[list[str]]) -> None:
    lines = [[{"code": code, "units": 1, "date": DAY} for code in codes] for codes in claims]
    given = [{"setting": "professional", "lines": of} for of in lines]
    assert len(benchmark(lambda: kb.edit_many(given, threads=1))) == CLAIMS
