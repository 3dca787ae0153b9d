"""Looking codes up, peers in the same run: `pytest benches/test_lookup_speed.py --benchmark-enable` (extra: bench).

Two thousand ICD-10-CM codes in no order, each asked by its written form on a day. The peers know nothing of days.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import superbill

Benchmark = Callable[..., Any]

DAY = "2026-05-04"


@pytest.fixture(scope="module")
def kb() -> superbill.KnowledgeBase:
    return superbill.open()


@pytest.fixture(scope="module")
def titles(kb: superbill.KnowledgeBase) -> dict[str, str]:
    chapters = (
        info for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for info in kb.search(letter.lower(), DAY, system="icd10cm", limit=1_000_000)
    )
    return {info.code: info.description for info in chapters}


@pytest.fixture(scope="module")
def codes(titles: dict[str, str]) -> list[str]:
    return random.Random(7).sample(sorted(titles), 2000)


@pytest.mark.benchmark(group="lookup of 2,000 codes")
def test_superbill(benchmark: Benchmark, kb: superbill.KnowledgeBase, codes: list[str]) -> None:
    assert all(benchmark(lambda: [kb.lookup(code, DAY, system="icd10cm") for code in codes]))


@pytest.mark.benchmark(group="lookup of 2,000 codes")
def test_dict(benchmark: Benchmark, titles: dict[str, str], codes: list[str]) -> None:
    assert all(benchmark(lambda: [titles.get(code) for code in codes]))


@pytest.mark.benchmark(group="lookup of 2,000 codes")
def test_simple_icd_10_cm(benchmark: Benchmark, codes: list[str]) -> None:
    peer = pytest.importorskip("simple_icd_10_cm")
    # A code of seven characters is known to it where it keeps them.
    known = [code for code in codes if peer.is_valid_item(code)]
    assert len(known) > 0.9 * len(codes)
    assert all(benchmark(lambda: [peer.is_valid_item(code) and peer.get_description(code) for code in known]))


@pytest.mark.benchmark(group="lookup of 2,000 codes")
def test_sqlite(benchmark: Benchmark, titles: dict[str, str], codes: list[str]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table titles (code text primary key, title text) without rowid")
    connection.executemany("insert into titles values (?, ?)", titles.items())
    ask = "select title from titles where code = ?"
    assert all(benchmark(lambda: [connection.execute(ask, (code,)).fetchone() for code in codes]))


@pytest.mark.benchmark(group="validation of 2,000 codes")
def test_column(benchmark: Benchmark, kb: superbill.KnowledgeBase, codes: list[str]) -> None:
    column = np.array(codes, dtype="S8")
    assert not benchmark(lambda: kb.validate_arrays(column, DAY)).any()


@pytest.mark.benchmark(group="validation of 2,000 codes")
def test_list(benchmark: Benchmark, kb: superbill.KnowledgeBase, codes: list[str]) -> None:
    assert set(benchmark(lambda: kb.validate_many(codes, DAY))) == {"valid"}


@pytest.mark.benchmark(group="validation of 2,000 codes")
def test_numpy_isin(benchmark: Benchmark, titles: dict[str, str], codes: list[str]) -> None:
    """The peer of a column: membership in a sorted array, without days."""
    known, column = np.sort(np.array(list(titles), dtype="S8")), np.array(codes, dtype="S8")
    assert benchmark(lambda: known[np.searchsorted(known, column) % len(known)] == column).all()
