"""The trie against pyahocorasick: every overlapping match of canonical text, kept where it starts and ends with a token.

(Testing boundaries after leftmost-longest matching would lose shorter phrases under a longer one that ends inside a word.)
"""

from __future__ import annotations

import re
from pathlib import Path

import ahocorasick
import pytest
from hypothesis import given
from hypothesis import strategies as st

import superbill
from dictionary import dictionary, notes

# As docs/architecture.md tells it and not as the Rust does: a run of letters and digits, or one other character.
TOKEN = re.compile(r"[^\W_]+|[^\w\s'’‐‑‒–—-]")

Found = set[tuple[int, int, int]]


def tokens(text: str) -> list[re.Match[str]]:
    return list(TOKEN.finditer(text))


def canonical(text: str) -> str:
    return " ".join(m.group().lower() for m in tokens(text))


class Oracle:
    """All overlapping whole-token occurrences, by an Aho-Corasick automaton over canonical characters."""

    def __init__(self, phrases: list[str]) -> None:
        self.automaton = ahocorasick.Automaton()
        for number, phrase in enumerate(phrases):
            key = canonical(phrase)
            if key and key not in self.automaton:
                self.automaton.add_word(key, (number, len(key)))
        self.automaton.make_automaton()

    def find_all(self, text: str) -> Found:
        if not len(self.automaton):
            return set()
        starts, ends, at = {}, {}, 0
        for m in tokens(text):
            starts[at] = m.start()
            at += len(m.group().lower())
            ends[at] = m.end()
            at += 1
        found = set()
        for last, (number, length) in self.automaton.iter(canonical(text)):
            first = last + 1 - length
            if first in starts and last + 1 in ends:
                found.add((starts[first], ends[last + 1], number))
        return found


WORDS = [
    "a",
    "b",
    "ab",
    "aba",
    "knee",
    "x-ray",
    "x ray",
    "it's",
    "B12",
    "12",
    "é",
    "Ä",
    "naïve",
    "½",
    "µ",
    ",",
    ".",
    "(",
    "+",
    "a_b",
    "日本",
]
GAPS = [" ", "  ", "\n", "-", "'", "", ", ", "—"]
TEXTS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=60).map(lambda parts: "".join(w + g for w, g in parts))


@given(st.lists(TEXTS.map(lambda text: text[:20]), max_size=30), TEXTS)
def test_random_dictionaries(phrases: list[str], text: str) -> None:
    found = superbill.Terms(phrases).find_all(text)
    assert found == sorted(found)
    assert {(s, e, n) for s, e, n in found} == Oracle(phrases).find_all(text)


@pytest.fixture(scope="module")
def real() -> tuple[superbill.Terms, Oracle]:
    phrases = dictionary(182_000)
    return superbill.Terms(phrases), Oracle(phrases)


def test_the_real_dictionary_on_the_demo_notes(real: tuple[superbill.Terms, Oracle]) -> None:
    terms, oracle = real
    for text in notes(None):
        assert set(terms.find_all(text)) == oracle.find_all(text)


def test_the_real_dictionary_on_mtsamples(real: tuple[superbill.Terms, Oracle], corpora: Path) -> None:
    terms, oracle = real
    total = 0
    # Every eighth note keeps the whole test short; `python benches/oracle.py` runs them all.
    for text in notes(corpora)[::8]:
        found = oracle.find_all(text)
        assert set(terms.find_all(text)) == found
        total += len(found)
    assert total > 1_000


def test_arrays_equal_single_answers(real: tuple[superbill.Terms, Oracle]) -> None:
    terms, _ = real
    texts = notes(None)
    columns = terms.find_arrays(texts)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    assert rows == [(n, *row) for n, text in enumerate(texts) for row in terms.find_all(text)]
    assert {column.dtype.name for column in columns} == {"uint32"}
