"""A bounded sample of the metamorphic bench; the full size is `python -m superbill.metamorphic` (10,000 cases of each relation)."""

from __future__ import annotations

from collections.abc import Sequence

import superbill
from superbill import metamorphic

CASES = 300


def test_at_least_forty_templates_and_eleven_relations() -> None:
    assert len(set(metamorphic.TEMPLATES)) >= 40
    assert len({r.name for r in metamorphic.RELATIONS}) == 11


def test_a_sample_has_no_violation() -> None:
    kb = superbill.open()
    tallies = metamorphic.run(metamorphic.superbill_engine(kb), kb, cases=CASES, seed=7, show=5)
    assert not [line for tally in tallies.values() for line in tally.shown]
    assert all(tally.silent < CASES // 10 for tally in tallies.values())


def test_an_engine_that_reads_words_alone_is_caught() -> None:
    """What ignores negation, sides and cases must not pass: the relations can fail."""

    def careless(encounters: Sequence[dict[str, object]]) -> list[set[str]]:
        texts = [str(encounter["documents"]) for encounter in encounters]
        return [set() if text.isupper() else {"R69"} for text in texts]

    tallies = metamorphic.run(careless, superbill.open(), cases=20)
    assert tallies["negate"].violations == tallies["family history"].violations == 20
    assert tallies["paste twice"].violations == 0


def test_an_empty_answer_where_the_twin_codes_is_a_violation() -> None:
    def forgets(encounters: Sequence[dict[str, object]]) -> list[set[str]]:
        return [{"R69"} if at < len(encounters) // 2 else set() for at in range(len(encounters))]

    relations = [r for r in metamorphic.RELATIONS if r.name == "setting"]
    assert metamorphic.run(forgets, superbill.open(), cases=10, relations=relations)["setting"].violations == 10
