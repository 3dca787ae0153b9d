"""What the trie is measured on.

`python benches/dictionary.py FOLDER` writes phrases-182k.txt, phrases-1m.txt and notes.txt (form feeds between notes).

Phrases: titles of ICD-10-CM with their seventh characters, inclusion terms, and the lexicon, then lay variants (a title without its
"unspecified", "with" for "due to", words in another order at a comma) to 182,000; the million is padded with pairs of these. Notes:
MTSamples where it is at hand, else the demo.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from superbill.cli.coding import DEMO
from superbill.default import installed_release, packs

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
SIZES = {"182k": 182_000, "1m": 1_000_000}


def titles() -> list[str]:
    """Titles, inclusion terms and the lexicon, each once."""
    found: dict[str, None] = {}
    for node in ET.parse(installed_release().tabular).iter("diag"):
        base = node.findtext("desc", "")
        found[base] = None
        for note in node.findall("inclusionTerm/note"):
            found[note.text or ""] = None
        for extension in node.findall("sevenChrDef/extension"):
            for below in node.iter("diag"):
                found[f"{below.findtext('desc', '')}, {extension.text}"] = None
    for _, text in packs():
        for condition in tomllib.loads(text).get("condition", []):
            found.update(dict.fromkeys(condition["say"]))
    found.pop("", None)
    return list(found)


def variants(phrases: list[str]) -> Iterator[str]:
    for phrase in phrases:
        yield re.sub(r",? unspecified", "", phrase)
    for phrase in phrases:
        yield phrase.replace("due to", "with")
    for phrase in phrases:
        head, comma, tail = phrase.partition(", ")
        if comma:
            yield f"{tail} {head}"
    for adjective in ("acute", "chronic", "recurrent", "severe", "mild"):
        for phrase in phrases:
            yield f"{adjective} {phrase}"


def padding(phrases: list[str]) -> Iterator[str]:
    """Beginnings of one phrase before another: long branches that share words, as a larger terminology has."""
    for step in itertools.count(1):
        for first, second in zip(phrases, phrases[step * 7 :], strict=False):
            yield f"{' '.join(first.split()[:2])} {second}"


def dictionary(size: int) -> list[str]:
    """The first `size` different phrases."""
    base = titles()
    found = dict.fromkeys(itertools.chain(base, variants(base)))
    for phrase in padding(base) if len(found) < size else ():
        found[phrase] = None
        if len(found) == size:
            break
    return list(itertools.islice(found, size))


def notes(corpora: Path | None) -> list[str]:
    """Texts of MTSamples in a folder; without one those of the demo."""
    if corpora is None:
        return [json.loads(path.read_bytes())["documents"][0]["text"] for path in sorted(DEMO.glob("*.json"))]
    with gzip.open(corpora / "mtsamples.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        (folder / f"phrases-{name}.txt").write_text("\n".join(dictionary(size)), encoding="utf-8")
    (folder / "notes.txt").write_text("\f".join(notes(CORPORA if CORPORA.is_dir() else None)), encoding="utf-8")
