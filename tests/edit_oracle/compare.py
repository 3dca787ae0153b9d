"""The engine beside the oracle: what is compared, and on how many claims."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from edit_oracle.claims import Claim
from edit_oracle.edit import edit
from edit_oracle.generate import Pools, claims
from edit_oracle.readers import Source, read
from edit_oracle.tables import Tables

Said = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]

# What the oracle knows; the engine may say more of a claim (diagnoses, coverage, rules of payers).
FAMILIES = ("line.", "ptp.", "mue.", "addon.", "mod.", "global.")
# Of a run that goes wrong, the first are enough.
MOST_TOLD = 20
# Claims by number that one process takes at a time.
SHARE = 2000


def said(finding: Any) -> Said:
    """What is compared of a finding of either. A code is said once: the contract leaves open whether each line repeats its own."""
    codes, denied = tuple(dict.fromkeys(finding.codes)), tuple(finding.denied or ())
    return finding.rule, finding.severity, tuple(finding.lines), codes, denied


@dataclass
class Difference:
    """A claim on which they are not of one mind."""

    claim: Claim
    only_oracle: list[Said]
    only_engine: list[Said]

    def __str__(self) -> str:
        """The claim as JSON, to be given to either again, and both sides."""
        return f"{json.dumps(self.claim)}\n  oracle alone: {self.only_oracle}\n  engine alone: {self.only_engine}"


def differences(engine: Callable[[Claim], Any], tables: Tables, of: Iterable[Claim]) -> list[Difference]:
    """Where an engine and the oracle differ on claims; each claim cut down to what they differ on."""

    def compared(claim: Claim) -> Difference | None:
        one = {said(finding) for finding in edit(claim, tables)}
        other = {said(finding) for finding in engine(claim).findings if finding.rule.startswith(FAMILIES)}
        return Difference(claim, sorted(one - other), sorted(other - one)) if one != other else None

    found: list[Difference] = []
    for claim in of:
        difference = compared(claim)
        if difference and len(found) < MOST_TOLD:
            while less := next(filter(None, map(compared, smaller(difference.claim))), None):
                difference = less
        if difference:
            found.append(difference)
    return found


def smaller(claim: Claim) -> Iterator[Claim]:
    """The claim without its facts, without one of its lines, or without one modifier of one of them."""
    if "facts" in claim:
        yield {name: value for name, value in claim.items() if name != "facts"}
    for name in ("history", "lines"):
        lines = claim.get(name, [])
        for at, line in enumerate(lines):
            named = any(line["id"] in fact["lines"] for fact in claim.get("facts", []))
            if (name == "history" or len(lines) > 1) and not named:
                yield {**claim, name: lines[:at] + lines[at + 1 :]}
            for m in range(len(line["modifiers"])):
                less = {**line, "modifiers": line["modifiers"][:m] + line["modifiers"][m + 1 :]}
                yield {**claim, name: [*lines[:at], less, *lines[at + 1 :]]}


def engine_or_skip() -> None:
    """Skips the test where there is no engine to compare with."""
    superbill = pytest.importorskip("superbill", reason="superbill is not installed")
    if not hasattr(superbill.KnowledgeBase, "edit"):
        pytest.skip("this superbill has no KnowledgeBase.edit yet")


def build(sources: list[Source], path: Path, *, whole: bool = True) -> Any:
    """A knowledge base over the files, with the packs that are shipped and the installed ICD-10-CM, written to `path` and opened.

    `whole`: every row has to be read, since one that was not would be blamed on the engine.
    """
    import superbill
    from superbill import _core
    from superbill.default import installed_release, packs

    tabular, codes, effective = installed_release()
    image, report = _core.build_sources([source.path for source in sources], packs(), installed=(str(tabular), str(codes), effective))
    assert not whole or json.loads(report)["rejects"] == []
    _core.write(path, image)
    return superbill.open(path)


class Worker:
    """What a process needs, opened once."""

    pools: Pools
    engine: Callable[[Claim], Any]
    seed: int


def open_worker(sources: list[Source], path: Path, seed: int) -> None:
    import superbill

    Worker.pools = Pools(read(sources))
    Worker.engine = staticmethod(superbill.open(path).edit)
    Worker.seed = seed


def work(start: int, count: int) -> list[Difference]:
    return differences(Worker.engine, Worker.pools.tables, claims(Worker.pools, Worker.seed, start, count))[:MOST_TOLD]


def run(sources: list[Source], path: Path, seed: int, count: int, processes: int) -> list[Difference]:
    """The first differences on `count` generated claims. Each process reads the tables itself and opens the knowledge base at `path`."""
    shares = [(start, min(SHARE, count - start)) for start in range(0, count, SHARE)]
    found: list[Difference] = []
    # Spawned, not forked: the parent has threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, open_worker, (sources, path, seed)) as pool:
        for some in pool.map(work, *zip(*shares, strict=True)):
            found += some
            if len(found) >= MOST_TOLD:
                pool.shutdown(cancel_futures=True)
                break
    return found[:MOST_TOLD]
