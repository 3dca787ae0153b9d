"""How far confidence is the share of codes that stand: `python benches/calibration.py [FOLDER] [--write] [--table]`.

Features are read off the proofs of the answers; a logistic model is fitted to whether the gold has the code. Diagnoses of every
condition on CodiEsp train and dev (scope `all`, the base with the Index, as `accuracy.py` has it); diagnoses of an encounter on
`tests/vignettes/untuned`, drawn towards the weights of CodiEsp; services on the same vignettes. Figures are of folds over notes that
the fit did not see. ACI-Bench is reported and never fitted to. A gold code without its seventh character (as CodiEsp writes injuries)
is the code. `--write` writes the weights to `knowledge/coding/confidence.toml`; `--table` prints the reliability of each set.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import CASES, VISITS, encounter, full_base, rows
from numpy.typing import NDArray
from vignettes import VIGNETTES, vignettes
from vignettes import encounter as of_vignette

import superbill
from dictionary import CORPORA
from superbill.default import packs

Array = NDArray[np.float64]
PACK = Path(superbill.__file__).with_name("knowledge") / "coding" / "confidence.toml"
FOLDS, BINS = 10, 10
# How strongly weights are drawn to where they start from.
PULL = 2.0
SOURCES = [tomllib.loads(text) for _, text in packs()]
ASSESSED = {role["id"] for pack in SOURCES for role in pack.get("role", []) if role.get("addressed") == "yes"}
YIELDING = ("icd10cm_index", "disease_ontology", "mondo")
DETAIL = ("refine", "seventh_character")
FEATURES: dict[str, Callable[[Any], bool]] = {
    "addressed": lambda d: any(s.kind == "section" and s.id in ASSESSED for s in d.because),
    "title": lambda d: term(d) is not None and term(d).release.startswith("icd10cm_tabular"),
    "yielding": lambda d: term(d) is not None and term(d).release.startswith(YIELDING),
    "exact": lambda d: term(d) is not None and term(d).id == d.code,
    "default": lambda d: has(d, "default"),
    "refined": lambda d: has(d, "refine"),
    "seventh": lambda d: has(d, "seventh_character"),
    "combined": lambda d: has(d, "combine"),
    # "... or unspecified chronic kidney disease" leaves nothing open.
    "unspecified": lambda d: re.search(r"(?<!or u)nspecified", d.description) is not None,
    # What only supports the detail is no further mention.
    "repeated": lambda d: len([e for e in d.evidence if e not in [s.span for s in d.because if s.kind in DETAIL]]) > 1,
    "read_as": lambda d: has(d, "read_as"),
    "one_word": lambda d: term(d) is not None and term(d).span is not None and len(term(d).span.text.split()) == 1,
}
# Where weights start from of which the sets have few cases: a slip of a letter is right less often than the word itself.
START = {"read_as": -0.7}
# Chapters; what is alike and rare is one kind.
KINDS = ["A00-B99", "C00-D49", "D50-D89", "E00-E89", "F01-F99", "G00-G99", "H00-H95", "I00-I99", "J00-J99", "K00-K95", "L00-L99"]
KINDS += ["M00-M99", "N00-N99", "O00-P96", "Q00-Q99", "R00-R99", "S00-T88", "V00-Y99", "Z00-Z99"]


def term(diagnosis: Any) -> Any:
    """The name that it rests on; none where a figure, a drug or the problem list tells it."""
    return next((s for s in diagnosis.because if s.kind == "term"), None)


def has(diagnosis: Any, kind: str) -> bool:
    return any(s.kind == kind for s in diagnosis.because)


def same(code: str, gold: str) -> bool:
    plain = code.replace(".", "")
    return code == gold or (len(plain) == 7 and plain[:6] == gold.replace(".", "").ljust(6, "X")[:6])


class Cases:
    """Codes that were given: features, whether they stand, their note, and what the engine said."""

    def __init__(self) -> None:
        self.features: list[list[float]] = []
        self.stands: list[float] = []
        self.note: list[int] = []
        self.said: list[float] = []

    def add(self, note: int, features: Iterable[bool], stands: bool, said: int) -> None:
        self.features.append([1.0, *map(float, features)])
        self.stands.append(float(stands))
        self.note.append(note)
        self.said.append(said / 1000)

    def diagnoses(self, note: int, answer: Any, gold: Iterable[str]) -> None:
        gold = list(gold)
        for d in answer.diagnoses:
            kinds = (inside(d.code, kind) for kind in KINDS)
            self.add(note, [*(f(d) for f in FEATURES.values()), *kinds], any(same(d.code, g) for g in gold), d.confidence)

    def arrays(self) -> tuple[Array, Array, NDArray[np.int64]]:
        return np.array(self.features), np.array(self.stands), np.array(self.note)


def inside(code: str, kind: str) -> bool:
    first, last = kind.split("-")
    return first <= code[:3] <= last


def fit(x: Array, y: Array, start: Array) -> Array:
    """Logistic regression whose weights, but for the base, are drawn to `start`."""
    weights, pull = start.copy(), np.full(x.shape[1], PULL)
    pull[0] = 0.01
    for _ in range(50):
        p = probability(x, weights)
        slope = x.T @ (p - y) + pull * (weights - start)
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(pull)
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def probability(x: Array, weights: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-(x @ weights))))


def held_out(x: Array, y: Array, note: NDArray[np.int64], start: Array) -> Array:
    p = np.zeros(len(y))
    for fold in range(FOLDS):
        test = note % FOLDS == fold
        p[test] = probability(x[test], fit(x[~test], y[~test], start))
    return p


def binned(p: Array, y: Array) -> list[tuple[float, float, int]]:
    """What was said, what stood and how many, by bins of equal width."""
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    return [(float(p[bins == b].mean()), float(y[bins == b].mean()), int((bins == b).sum())) for b in range(BINS) if (bins == b).any()]


def error(p: Array, y: Array) -> float:
    """Expected calibration error."""
    return sum(abs(said - stood) * n for said, stood, n in binned(p, y)) / len(y)


def ranking(p: Array, y: Array) -> float:
    """How often a code that stands is rated over one that does not (AUC)."""
    right, wrong = p[y == 1], p[y == 0]
    if not len(right) or not len(wrong):
        return float("nan")
    return float((right[:, None] > wrong).mean() + (right[:, None] == wrong).mean() / 2)


def report(name: str, p: Array, y: Array, *, table: bool) -> None:
    print(
        f"{name:<34} {len(y):>5} codes  stand {y.mean():.3f}  said {p.mean():.3f}  ECE {error(p, y):.3f}  AUC {ranking(p, y):.3f}",
        flush=True,
    )
    if table:
        for said, stood, n in binned(p, y):
            print(f"    said {said:.2f}  stood {stood:.2f}  {n:>5}")


def corpus(kb: superbill.KnowledgeBase, file: str, kind: tuple[str, str, str]) -> Cases:
    notes, cases = rows(CORPORA / file), Cases()
    for at, (row, answer) in enumerate(zip(notes, kb.code_many([encounter(row, kind) for row in notes]), strict=True)):
        cases.diagnoses(at, answer, (g["code"] for g in row["gold"] if g["system"] == "ICD-10-CM"))
    return cases


def untuned(kb: superbill.KnowledgeBase) -> tuple[Cases, Cases, Cases]:
    """Diagnoses, procedures and lines of visits of the untuned vignettes."""
    diagnoses, procedures, visits = Cases(), Cases(), Cases()
    for at, vignette in enumerate(vignettes(VIGNETTES / "untuned")):
        answer = kb.code(of_vignette(vignette))
        as_right = vignette.get("accept", {})
        diagnoses.diagnoses(at, answer, [c for d in vignette["diagnoses"] for c in [d, *as_right.get(d, [])]])
        lines = {line["code"] for line in vignette["lines"]}
        of_visit = len(answer.visit.codes) if answer.visit else 0
        for p in answer.procedures[:of_visit]:
            visits.add(at, [], p.code in lines, p.confidence)
        for p in answer.procedures[of_visit:]:
            procedures.add(at, [any("assumed" in (s.text or "") for s in p.because)], p.code in lines, p.confidence)
    return diagnoses, procedures, visits


def model(rates: str, weights: Array, features: Iterable[str], kinds: Iterable[str]) -> str:
    thousandths = [round(1000 * float(w)) for w in weights]
    features = list(features)
    named = ", ".join(f"{name} = {w}" for name, w in zip(features, thousandths[1:], strict=False))
    text = f'[[confidence]]\nrates = "{rates}"\nbase = {thousandths[0]}\nweights = {{ {named} }}\n'
    of_kind = zip(kinds, thousandths[1 + len(features) :], strict=True)
    told = "".join(f'  {{ under = ["{kind}"], weight = {w} }},\n' for kind, w in of_kind)
    return text + (f"codes = [\n{told}]\n" if told else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with full.kb, or where it is built")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    full, default = superbill.KnowledgeBase.open(full_base(asked.folder)), superbill.open()
    sets = {name: corpus(full, f"codiesp_{name}.jsonl.gz", CASES) for name in ("train", "dev")}
    zero = np.array([0.0, *(START.get(name, 0.0) for name in FEATURES), *(0.0 for _ in KINDS)])
    for name, cases in sets.items():
        x, y, note = cases.arrays()
        report(f"CodiEsp {name}, held out", held_out(x, y, note, zero), y, table=asked.table)
        report(f"CodiEsp {name}, as the engine says", np.array(cases.said), y, table=False)
    train, dev = sets["train"].arrays(), sets["dev"].arrays()
    report("CodiEsp dev by a fit to train", probability(dev[0], fit(train[0], train[1], zero)), dev[1], table=False)
    every = fit(np.concatenate([train[0], dev[0]]), np.concatenate([train[1], dev[1]]), zero)
    diagnoses, procedures, visits = untuned(default)
    x, y, note = diagnoses.arrays()
    # CodiEsp codes each condition by itself where the guidelines combine them: what it says of combination codes is of that corpus alone.
    start = every.copy()
    start[1 + list(FEATURES).index("combined")] = 0.0
    report("vignettes, diagnoses, held out", held_out(x, y, note, start), y, table=asked.table)
    of_encounter = fit(x, y, start)
    aci = corpus(default, "acibench.jsonl", VISITS)
    x, y, _ = aci.arrays()
    report("ACI-Bench, never fitted to", probability(x, of_encounter), y, table=asked.table)
    report("ACI-Bench, as the engine says", np.array(aci.said), y, table=False)
    services = {}
    for name, cases, width in (("procedures", procedures, 2), ("visits", visits, 1)):
        x, y, note = cases.arrays()
        services[name] = fit(x, y, np.zeros(width))
        report(f"vignettes, {name}, held out", held_out(x, y, note, np.zeros(width)), y, table=asked.table)
    if asked.write:
        day = datetime.now(UTC).date().isoformat()
        head = f"""[pack]
id = "coding.confidence"
title = "How sure a code is: what stood of codes so reached"
citation = "Logistic regression, benches/calibration.py --write, {day}: CodiEsp train and dev (CC BY 4.0) and tests/vignettes/untuned"
effective = 2015-10-01

# Written by benches/calibration.py; weights in thousandths of a logit. `weights`: what the proof of a code says; `codes`: what kind of
# condition it is.
"""
        names = list(FEATURES)
        parts = [model("all", every, names, KINDS), model("encounter", of_encounter, names, KINDS)]
        parts += [model("procedures", services["procedures"], ["assumed"], []), model("visits", services["visits"], [], [])]
        PACK.write_text("\n".join([head, *parts]), encoding="utf-8")
        print(f"written: {PACK}")


if __name__ == "__main__":
    main()
