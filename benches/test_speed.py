"""Speed from Python, peers in the same run: `pytest benches/test_speed.py --benchmark-enable` (extra: bench). Rounds cycle all notes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ahocorasick
import pytest

import superbill
from dictionary import CORPORA, dictionary, notes

Benchmark = Callable[..., Any]

TEXTS = notes(CORPORA if CORPORA.is_dir() else None)[::8]
TYPICAL = [text for text in TEXTS if 2000 <= len(text) < 3000] or TEXTS


@pytest.fixture(scope="module")
def phrases() -> list[str]:
    return dictionary(182_000)


def whole(text: str, start: int, end: int) -> bool:
    return not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())


@pytest.mark.benchmark(group="match")
def test_superbill_terms(benchmark: Benchmark, phrases: list[str]) -> None:
    terms = superbill.Terms(phrases)
    benchmark(lambda: [terms.find_all(text) for text in TEXTS])


@pytest.mark.benchmark(group="match")
def test_superbill_terms_as_arrays(benchmark: Benchmark, phrases: list[str]) -> None:
    terms = superbill.Terms(phrases)
    benchmark(lambda: terms.find_arrays(TEXTS))


@pytest.mark.benchmark(group="match")
def test_pyahocorasick(benchmark: Benchmark, phrases: list[str]) -> None:
    automaton = ahocorasick.Automaton()
    for number, phrase in enumerate(phrases):
        automaton.add_word(phrase.lower(), (number, len(phrase.lower())))
    automaton.make_automaton()

    def find(text: str) -> list[tuple[int, int, int]]:
        lower = text.lower()
        hits = ((end + 1 - length, end + 1, number) for end, (number, length) in automaton.iter(lower))
        return [hit for hit in hits if whole(lower, hit[0], hit[1])]

    benchmark(lambda: [find(text) for text in TEXTS])


@pytest.mark.benchmark(group="match")
def test_ahocorasick_rs(benchmark: Benchmark, phrases: list[str]) -> None:
    peer = pytest.importorskip("ahocorasick_rs")
    lowered = list(dict.fromkeys(phrase.lower() for phrase in phrases))
    automaton = peer.AhoCorasick(lowered, implementation=peer.Implementation.ContiguousNFA)

    def find(text: str) -> list[tuple[int, int, int]]:
        lower = text.lower()
        hits = automaton.find_matches_as_indexes(lower, overlapping=True)
        return [(start, end, number) for number, start, end in hits if whole(lower, start, end)]

    benchmark(lambda: [find(text) for text in TEXTS])


def as_json(text: str) -> bytes:
    note = {"id": "a", "text": text}
    visit = {"id": "1", "type": "office_visit", "setting": "professional", "date_of_service": "2026-05-04", "documents": [note]}
    return json.dumps(visit).encode()


@pytest.mark.benchmark(group="note")
def test_superbill_code(benchmark: Benchmark) -> None:
    kb = superbill.open()
    encounters = [as_json(text) for text in TYPICAL]
    benchmark(lambda: [kb.code(encounter) for encounter in encounters])
    benchmark.extra_info["notes"] = len(encounters)  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="note")
def test_superbill_code_with_models(benchmark: Benchmark) -> None:
    kb = superbill.open()
    encounters = [as_json(text) for text in TYPICAL]
    benchmark(lambda: [kb.code(encounter).to_model() for encounter in encounters])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.benchmark(group="note")
def test_medspacy(benchmark: Benchmark) -> None:
    """A thousand rules, sentences, sections and ConText, as `peers/PERFORMANCE.md` measured it; ten notes a round."""
    medspacy = pytest.importorskip("medspacy")
    from medspacy.ner import TargetRule

    nlp = medspacy.load(medspacy_enable=["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context", "medspacy_sectionizer"])
    rules = [TargetRule(phrase, "CONDITION") for phrase in dictionary(1000)]
    nlp.get_pipe("medspacy_target_matcher").add(rules)
    benchmark.pedantic(lambda: [nlp(text) for text in TYPICAL[:10]], rounds=3)  # type: ignore[attr-defined]
