"""What each mechanism of reading is worth: `python benches/ablation.py [NAME ...]`.

A base is built without one source, pack or kind of rule at a time, and the visible sets are coded with it: micro-F1 of full codes and
categories less that of the whole base, with the 95 % interval of the difference over the same bootstrap samples of notes. A mechanism in
code that no pack turns off is not here. The bases are made in memory, some ten seconds each.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from accuracy import CASES, DATA, SOURCES, VISITS, encounter, rows
from bootstrap import SAMPLES, Counts, counts, f1

from dictionary import CORPORA
from superbill import KnowledgeBase, _core
from superbill.default import installed_release, packs

SETS = [
    ("ACI-Bench", "acibench.jsonl", VISITS),
    ("CodiEsp train", "codiesp_train.jsonl.gz", CASES),
    ("CodiEsp dev", "codiesp_dev.jsonl.gz", CASES),
]


class Without(NamedTuple):
    """What is left out: sources and packs whose name has one of these words, and tables of packs."""

    sources: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


MECHANISMS = {
    "names of the Alphabetic Index": Without(sources=("index",)),
    "names of the Disease Ontology and MONDO": Without(sources=("doid", "mondo")),
    "misspelt words": Without(packs=("read/spelling",)),
    "assessment by what paragraphs say": Without(packs=("read/content",)),
    "the lexicon": Without(packs=("lexicon/",)),
    "abbreviations, words that name no disease": Without(tables=("abbreviation",)),
    "cues of assertion": Without(tables=("cue",)),
    "sides and articles within names": Without(tables=("article",)),
    "integral symptoms, vague beside named": Without(tables=("integral",)),
    "combinations and presumed links": Without(tables=("combine",)),
    "diseases that stay, statuses": Without(packs=("coding/lasting",)),
    "circumstances of injuries": Without(tables=("companion",)),
    "titles that are ordinary words": Without(tables=("not_by_title",)),
}


def built(without: Without) -> KnowledgeBase:
    sources = [DATA / source for source in SOURCES if not any(word in source for word in without.sources)]
    kept = [(name, text) for name, text in packs() if not any(word in name for word in without.packs)]
    for table in without.tables:
        kept = [(name, re.sub(rf"(?ms)^\[\[{table}\]\].*?(?=^\[\[|\Z)", "", text)) for name, text in kept]
    tabular, codes, effective = installed_release()
    feeds = ["disease_ontology", "disease_ontology_table", "mondo"]
    image, _ = _core.build_sources(
        sources, kept, releases=dict.fromkeys(feeds, "2025-01-01"), installed=(str(tabular), str(codes), effective)
    )
    return KnowledgeBase.from_bytes(image)


def measured(kb: KnowledgeBase, notes: list[dict[str, Any]], kind: tuple[str, str, str]) -> dict[str, list[Counts]]:
    answers = kb.code_many([encounter(row, kind) for row in notes])
    told: dict[str, list[Counts]] = {"full": [], "category": []}
    for row, answer in zip(notes, answers, strict=True):
        gold = {g["code"] for g in row["gold"] if g["system"] == "ICD-10-CM"}
        found = {d.code for d in answer.diagnoses}  # type: ignore[union-attr]
        if gold:
            told["full"].append(counts(gold, found))
            told["category"].append(counts({c[:3] for c in gold}, {c[:3] for c in found}))
    return told


def difference(whole: list[Counts], less: list[Counts]) -> str:
    """What the whole base has more, with its interval over notes."""
    chance = random.Random(1)
    samples = (chance.choices(range(len(whole)), k=len(whole)) for _ in range(SAMPLES))
    apart = sorted(f1([whole[i] for i in sample]) - f1([less[i] for i in sample]) for sample in samples)
    return f"{f1(whole) - f1(less):+.3f} ({apart[int(SAMPLES * 0.025)]:+.3f} to {apart[int(SAMPLES * 0.975)]:+.3f})"


def main(asked: Sequence[str]) -> None:
    notes = {name: (rows(CORPORA / corpus), kind) for name, corpus, kind in SETS}
    kb = built(Without())
    whole = {name: measured(kb, of, kind) for name, (of, kind) in notes.items()}
    print("| left out | " + " | ".join(f"{name}, full | category" for name in notes) + " |\n|---|" + "---|" * 2 * len(notes))
    print("| nothing | " + " | ".join(f"{f1(w['full']):.3f} | {f1(w['category']):.3f}" for w in whole.values()) + " |", flush=True)
    for mechanism, without in MECHANISMS.items():
        if asked and not any(word in mechanism for word in asked):
            continue
        kb = built(without)
        less = {name: measured(kb, of, kind) for name, (of, kind) in notes.items()}
        cells = [difference(whole[name][level], less[name][level]) for name in notes for level in ("full", "category")]
        print(f"| {mechanism} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
