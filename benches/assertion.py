"""Assertion on the NegEx sentences: `python benches/assertion.py [--errors]`.

Precision, recall and F1 of negated, historical, hypothetical and experiencer (family or another person) among 1,188 pairs of a
sentence and a concept. The concepts become the only conditions of a knowledge base with the shipped packs for reading, so that what is
measured is reading alone.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable

from dictionary import CORPORA
from superbill import KnowledgeBase, _core
from superbill.default import installed_release, packs

GOLD: dict[str, Callable[[dict[str, str]], bool]] = {
    "negated": lambda g: g["negation"] == "Negated",
    "historical": lambda g: g["temporality"] == "Historical",
    "hypothetical": lambda g: g["temporality"] == "Not particular",
    "experiencer": lambda g: g["experiencer"] == "Other",
}
SAID = {"negated": {"negated"}, "historical": {"historical"}, "hypothetical": {"hypothetical"}, "experiencer": {"family", "other_person"}}


def reader(concepts: list[str]) -> KnowledgeBase:
    """A knowledge base whose conditions are the concepts."""
    release = installed_release()
    reading = [pack for pack in packs() if pack[0].startswith("read/")]
    once = list({" ".join(c.lower().replace("-", " ").replace("'", " ").split()): c for c in concepts}.values())
    says = json.dumps(once)
    pack = f"[pack]\nid='concepts'\ntitle='Concepts'\ncitation='the corpus'\n[[condition]]\ncode='R69'\nsay={says}\n"
    return KnowledgeBase.from_bytes(_core.build(release.tabular, release.codes, release.effective, [*reading, ("concepts.toml", pack)]))


def main(show_errors: bool) -> None:
    with gzip.open(CORPORA / "assertion_negex.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    kb = reader([row["concept"] for row in rows])
    counts = {name: [0, 0, 0] for name in GOLD}
    unread = 0
    for row in rows:
        text, concept = row["text"], " ".join(row["concept"].lower().split())
        mentions = [m for m in kb.read(text) if concept in " ".join(text[m.start : m.end].lower().split())]
        if not mentions:
            unread += 1
        said = mentions[0].assertion if mentions else "present"
        for name, is_gold in GOLD.items():
            gold, found = is_gold(row["gold"][0]), said in SAID[name]
            counts[name][0 if gold and found else 1 if found else 2] += gold or found
            if show_errors and gold != found:
                print(f"{name}: {'missed' if gold else 'wrong'} ({said}): {text}")
    for name, (hits, wrong, missed) in counts.items():
        precision, recall = hits / max(hits + wrong, 1), hits / max(hits + missed, 1)
        f1 = 2 * hits / max(2 * hits + wrong + missed, 1)
        print(f"{name:<12} precision {precision:.2f} recall {recall:.2f} F1 {f1:.2f}  ({hits + missed} in the set)")
    print(f"{unread} of {len(rows)} concepts were not read")


if __name__ == "__main__":
    main("--errors" in sys.argv)
