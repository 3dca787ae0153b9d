"""The trie against pyahocorasick on every note of MTSamples, with 182,000 and with 1,000,000 phrases: `python benches/oracle.py`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import superbill
from dictionary import CORPORA, SIZES, dictionary, notes
from test_terms import Oracle

if __name__ == "__main__":
    for name, size in SIZES.items():
        phrases = dictionary(size)
        terms, oracle = superbill.Terms(phrases), Oracle(phrases)
        total = wrong = 0
        for text in notes(CORPORA):
            found = oracle.find_all(text)
            total += len(found)
            wrong += set(terms.find_all(text)) != found
        print(f"{name}: {total} matches, {wrong} notes differ; {terms.size / 1e6:.1f} MB")
