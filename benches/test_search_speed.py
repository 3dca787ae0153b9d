"""Searching descriptions, peers in the same run: `pytest benches/test_search_speed.py --benchmark-enable -s` (extra: bench).

`SUPERBILL_BENCH=FOLDER` names the folder of a `full.kb` (`superbill kb build OFFICIAL_FILES -o FOLDER/full.kb`);
without it the default file is searched.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import superbill

Benchmark = Callable[..., Any]

DAY = "2026-05-04"
LIMIT = 20


@pytest.fixture(scope="module")
def kb() -> superbill.KnowledgeBase:
    folder = os.environ.get("SUPERBILL_BENCH")
    return superbill.KnowledgeBase.open(Path(folder) / "full.kb") if folder else superbill.open()


@pytest.fixture(scope="module")
def titles(kb: superbill.KnowledgeBase) -> list[tuple[str, str]]:
    """Every code with its title: whatever begins with a letter or digit."""
    infos = (info for first in "abcdefghijklmnopqrstuvwxyz0123456789" for info in kb.search(first, DAY, limit=1_000_000))
    return sorted({(info.code, info.description) for info in infos})


def query(title: str, numbers: random.Random) -> tuple[str, str]:
    """One to four words of a title; a fifth mistyped, a fifth cut short."""
    words = [word for word in re.findall(r"[a-z0-9]+", title.lower()) if len(word) > 2] or ["a"]
    picked = [numbers.choice(words) for _ in range(numbers.randint(1, 4))]
    kind, word = numbers.randrange(5), picked[-1]
    if kind == 0 and len(word) >= 5:
        at, letter = numbers.randrange(len(word)), numbers.choice("abcdefghijklmnopqrstuvwxyz")
        picked[-1] = numbers.choice((word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :]))
        return "typo", " ".join(picked)
    if kind == 1:
        picked[-1] = word[:3]
        return "prefix", " ".join(picked)
    return "words", " ".join(picked)


@pytest.fixture(scope="module")
def queries(titles: list[tuple[str, str]]) -> list[tuple[str, str]]:
    numbers = random.Random(7)
    return [query(numbers.choice(titles)[1], numbers) for _ in range(2400)]


def report(name: str, find: Callable[[str], list[Any]], queries: list[tuple[str, str]]) -> None:
    """Prints p50 and p99 over the queries, and how many of them are answered by kind."""
    times, answered = [], {"words": [0, 0], "prefix": [0, 0], "typo": [0, 0]}
    for kind, words in queries:
        started = time.perf_counter_ns()
        found = find(words)
        times.append(time.perf_counter_ns() - started)
        answered[kind][0] += bool(found)
        answered[kind][1] += 1
    times.sort()
    p50, p99 = times[len(times) // 2] / 1000, times[len(times) * 99 // 100] / 1000
    shares = ", ".join(f"{kind} {have}/{of}" for kind, (have, of) in answered.items())
    print(f"\n{name}: {len(times)} queries, p50 {p50:,.0f} us, p99 {p99:,.0f} us, most {times[-1] / 1000:,.0f} us; answered: {shares}")


@pytest.mark.benchmark(group="search")
def test_superbill(benchmark: Benchmark, kb: superbill.KnowledgeBase, queries: list[tuple[str, str]]) -> None:
    def find(words: str) -> list[superbill.CodeInfo]:
        return kb.search(words, DAY, limit=LIMIT)

    report("superbill", find, queries)
    benchmark(lambda: [find(words) for _, words in queries[:200]])


def table(titles: list[tuple[str, str]], options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"create virtual table titles using fts5(code unindexed, title, {options})")
    connection.executemany("insert into titles values (?, ?)", titles)
    connection.execute("insert into titles(titles) values ('optimize')")
    return connection


@pytest.mark.benchmark(group="search")
def test_sqlite_fts5(benchmark: Benchmark, titles: list[tuple[str, str]], queries: list[tuple[str, str]]) -> None:
    """All words as beginnings, by its own rank; it has nothing for typing errors."""
    connection = table(titles, "tokenize='unicode61', prefix='1 2 3'")

    def find(words: str) -> list[Any]:
        match = " ".join(f'"{word}"*' for word in words.split())
        return connection.execute("select code from titles where titles match ? order by rank limit ?", (match, LIMIT)).fetchall()

    report("sqlite fts5", find, queries)
    benchmark(lambda: [find(words) for _, words in queries[:200]])


@pytest.mark.benchmark(group="search")
def test_sqlite_trigrams(benchmark: Benchmark, titles: list[tuple[str, str]], queries: list[tuple[str, str]]) -> None:
    """Any trigram of the words, by rank: how typing errors are borne in SQLite."""
    connection = table(titles, "tokenize='trigram'")

    def find(words: str) -> list[Any]:
        match = " OR ".join(f'"{word[at : at + 3]}"' for word in words.split() for at in range(max(1, len(word) - 2)))
        return connection.execute("select code from titles where titles match ? order by rank limit ?", (match, LIMIT)).fetchall()

    report("sqlite trigrams (100 queries)", find, queries[:100])
    benchmark.pedantic(lambda: [find(words) for _, words in queries[:10]], rounds=2)  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="search")
def test_rapidfuzz(benchmark: Benchmark, titles: list[tuple[str, str]], queries: list[tuple[str, str]]) -> None:
    """Every title scored against the words."""
    rapidfuzz = pytest.importorskip("rapidfuzz")
    lowered = [title.lower() for _, title in titles]

    def find(words: str) -> list[Any]:
        return list(rapidfuzz.process.extract(words, lowered, scorer=rapidfuzz.fuzz.token_set_ratio, limit=LIMIT))

    report("rapidfuzz (30 queries)", find, queries[:30])
    benchmark.pedantic(lambda: [find(words) for _, words in queries[:5]], rounds=2)  # type: ignore[attr-defined]
