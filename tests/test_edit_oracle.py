"""The oracle of claim editing against the worked vectors, and the engine against both."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edit_oracle import Finding, Tables, at_hand, compare, edit, publish
from edit_oracle.dated import dated, made_up
from edit_oracle.generate import Pools, claims
from edit_oracle.readers import Source, day, ptp_rows, read, read_text
from edit_oracle.readers import edit as row

VECTORS: dict[str, Any] = {
    path.stem: json.loads(path.read_bytes()) for path in sorted((Path(__file__).parent / "vectors" / "edit_oracle").glob("*.json"))
}
EVERY = [pytest.param(name, vector, id=f"{name} {vector['id']}") for name, said in VECTORS.items() for vector in said["vectors"]]


@pytest.fixture(scope="module")
def tables() -> dict[tuple[str, str], Tables]:
    return {(name, of): publish.in_memory(rows) for name, said in VECTORS.items() for of, rows in said["tables"].items()}


@pytest.mark.parametrize(("name", "vector"), EVERY)
def test_vector(tables: dict[tuple[str, str], Tables], name: str, vector: dict[str, Any]) -> None:
    found = {compare.said(finding) for finding in edit(vector["claim"], tables[name, vector["tables"]])}
    assert found == expected(vector)


def expected(vector: dict[str, Any]) -> set[compare.Said]:
    return {(e["rule"], e["severity"], tuple(e["lines"]), tuple(e["codes"]), tuple(e["denied"])) for e in vector["expected"]}


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """A knowledge base over the files of each set of tables."""
    compare.engine_or_skip()
    folder = tmp_path_factory.mktemp("vectors")
    every = [(name, of, rows) for name, said in VECTORS.items() for of, rows in said["tables"].items()]
    return {(name, of): compare.build(publish.write(folder / name / of, rows), folder / f"{name}-{of}.sbkb") for name, of, rows in every}


@pytest.mark.parametrize(("name", "vector"), EVERY)
def test_engine_on_vector(engines: dict[tuple[str, str], Any], name: str, vector: dict[str, Any]) -> None:
    found = {compare.said(finding) for finding in engines[name, vector["tables"]].edit(vector["claim"]).findings}
    assert found == expected(vector)


# Generated claims. SUPERBILL_EDIT_CLAIMS says how many, SUPERBILL_EDIT_TABLES over which tables (full, part or made_up),
# SUPERBILL_EDIT_PROCESSES on how many processes, each with the tables in memory.
CLAIMS = int(os.environ.get("SUPERBILL_EDIT_CLAIMS", "20000"))
WHICH = os.environ.get("SUPERBILL_EDIT_TABLES") or ("part" if at_hand.DATA.is_dir() else "made_up")
PROCESSES = int(os.environ.get("SUPERBILL_EDIT_PROCESSES", os.cpu_count() or 1))
SEED = 7

# Findings of a claim that its lines' codes make with each other: what the claims are generated for.
HITS = ("ptp.", "mue.line", "mue.second_line", "mue.day", "addon.")
RULES = {
    *("line.code_unknown", "line.code_not_on_date", "line.units", "line.no_release"),
    *("ptp.denied", "ptp.bypassed", "ptp.supported", "ptp.same_site", "ptp.rows_disagree"),
    *("mue.line", "mue.second_line", "mue.day", "mue.not_published", "addon.no_primary", "addon.primary_denied", "addon.payer_list"),
    *("mod.unknown", "mod.duplicate", "mod.not_em", "mod.not_allowed", "mod.pctc", "mod.laterality", "mod.global_conflict", "mod.conflict"),
    *("mod.bilateral", "mod.mammography", "mod.preventive", "mod.no_global", "mod.order"),
    *("global.visit_same_day", "global.visit_inside", "global.procedure_inside"),
}


@pytest.fixture(scope="module")
def pools() -> Pools:
    return Pools(publish.in_memory(made_up(SEED, date(2026, 7, 1))))


def test_every_rule_is_met_and_many_claims_hit(pools: Pools) -> None:
    met: Counter[str] = Counter()
    hits = 0
    for claim in claims(pools, SEED, 0, 3000):
        assert 1 <= len(claim["lines"]) <= 10
        rules = {finding.rule for finding in edit(claim, pools.tables)}
        met.update(rules)
        hits += any(rule.startswith(HITS) for rule in rules)
    assert set(met) == RULES
    assert hits >= 900
    # And what is wrong with everything would show nothing.
    assert hits <= 2700


def test_a_claim_depends_on_its_number_alone(pools: Pools) -> None:
    first = list(claims(pools, SEED, 0, 60))
    assert list(claims(pools, SEED, 40, 20)) == first[40:]
    assert list(claims(pools, SEED + 1, 0, 60)) != first


def test_a_difference_is_found(pools: Pools) -> None:
    """The comparison itself: an engine that is the oracle agrees with it, one that forgets the last day of an edit does not."""

    def same(claim: dict[str, Any]) -> Any:
        return SimpleNamespace(findings=edit(claim, pools.tables))

    def forgetful(claim: dict[str, Any]) -> Any:
        return SimpleNamespace(findings=[finding for finding in edit(claim, pools.tables) if finding.rule != "ptp.same_site"])

    of = list(claims(pools, SEED, 0, 1000))
    assert compare.differences(same, pools.tables, of) == []
    missed = compare.differences(forgetful, pools.tables, of)
    assert missed
    assert {rule for difference in missed for rule, *_ in difference.only_oracle} == {"ptp.same_site"}
    # Each is told by the pair alone, with the one modifier of both lines.
    for difference in missed[: compare.MOST_TOLD]:
        lines = difference.claim["lines"] + difference.claim.get("history", [])
        assert [len(line["modifiers"]) for line in lines] == [1, 1]


def test_windows_are_laid_on_half_of_the_rows() -> None:
    rows = [(f"1{n:04}", "99213", "19960101", "*", "1") for n in range(1000)]
    laid = list(dated(rows, 3, date(2024, 7, 1)))
    assert laid == list(dated(rows, 3, date(2024, 7, 1)))
    assert 400 < len({row[0] for row in laid if row not in set(rows)}) < 600
    assert {row[0] for row in laid} | {row[1] for row in laid} >= {row[0] for row in rows}


def test_files_are_read_as_rows_are(tmp_path: Path) -> None:
    rows = made_up(SEED, date(2026, 7, 1))
    assert read(publish.write(tmp_path, rows)) == publish.in_memory(rows)


def test_true_rows() -> None:
    """The rows whose dates are true (ncci.md 1.1), where they are at hand."""
    path = at_hand.DATA / "ncci" / "ccipra-v322r0-f1.excerpt-rows.txt"
    if not path.is_file():
        pytest.skip("the published tables are not at ../shared/data")
    tables = Tables()
    content = path.read_text("latin-1")
    assert len(list(ptp_rows(content))) == 32
    read_text("ptp practitioner", date(2026, 7, 1), content, tables)
    pairs = tables.ptp["practitioner"].pairs()

    def active(column1: str, column2: str, on: str) -> list[int]:
        return [row.indicator for row in pairs[column1, column2] if row.active(date.fromisoformat(on))]

    assert active("0001U", "0029U", "2026-06-30") == [1]
    assert active("0001U", "0029U", "2026-07-01") == []
    assert active("0001A", "90473", "2022-01-01") == []
    assert active("0001M", "80050", "2017-03-31") == []


def test_pairs_of_the_published_table() -> None:
    """Pairs that are known case by case (ncci.md 7): an indicator, or no edit in force."""
    if not at_hand.DATA.is_dir():
        pytest.skip("the published tables are not at ../shared/data")
    known = json.loads((Path(__file__).parent / "vectors" / "edit_pairs.json").read_bytes())
    columns1 = {column1 for column1, _, _ in known}
    table: dict[tuple[str, str], set[int]] = {}
    for part in sorted((at_hand.DATA / "ncci").glob("ccipra-2024q3-f*.zip")):
        for column1, column2, first, last, indicator in at_hand.rows(part, columns1):
            if row(first, last, indicator).active(at_hand.QUARTER):
                table.setdefault((column1, column2), set()).add(int(indicator))
    assert {(a, b): table.get((a, b), set()) for a, b, _ in known} == {(a, b): set() if i is None else {i} for a, b, i in known}


def test_dates_of_files() -> None:
    """Ordinal days of add-on files, a leap year's among them, and the ways to say that there is none (ncci.md 1.3)."""
    assert [day(text) for text in ("2024001", "2024366", "2023365", "20240229")] == [
        date(2024, 1, 1),
        date(2024, 12, 31),
        date(2023, 12, 31),
        date(2024, 2, 29),
    ]
    assert [day(text) for text in ("", "0", "9999365", "*")] == [None] * 4


def test_the_order_of_lines_does_not_matter(pools: Pools) -> None:
    """But for what speaks of a first and a later line. Ids stay with their lines."""

    def told(claim: dict[str, Any]) -> set[Any]:
        found = edit(claim, pools.tables)
        return {
            (f.rule, f.codes if f.rule[:3] in {"ptp", "glo"} else frozenset(f.codes), frozenset(f.lines), frozenset(f.denied))
            for f in found
        }

    for claim in claims(pools, SEED, 0, 500):
        back = {**claim, "lines": claim["lines"][::-1]}
        assert {t for t in told(claim) if t[0] != "mue.second_line"} == {t for t in told(back) if t[0] != "mue.second_line"}


def test_an_unknown_line_changes_nothing_else(pools: Pools) -> None:
    for claim in claims(pools, SEED, 0, 500):
        line = {"id": "x", "code": "X7000", "units": 1, "date": claim["lines"][0]["date"], "modifiers": ["59"]}
        more = edit({**claim, "lines": [*claim["lines"], line]}, pools.tables)
        assert more - edit(claim, pools.tables) == {Finding("line.code_unknown", "error", ("x",), ("X7000",), ("x",))}


def test_nothing_frees_a_pair_of_indicator_0(pools: Pools) -> None:
    for claim in claims(pools, SEED, 0, 3000):
        edits = pools.edits["hospital" if claim["setting"] == "outpatient_facility" else "practitioner"]
        dates = {line["id"]: date.fromisoformat(line["date"]) for line in claim["lines"] + claim.get("history", [])}
        for finding in edit(claim, pools.tables):
            if finding.rule in {"ptp.bypassed", "ptp.supported", "ptp.same_site"}:
                on = dates[finding.lines[0]]
                assert {e.indicator for e in edits[finding.codes[0], finding.codes[1]] if e.active(on)} == {1}


INDICATORS = {
    "pfs_status": "status",
    "professional_technical": "pctc",
    "global_days": "glob",
    "multiple_procedures": "mult",
    "bilateral": "bilat",
    "assistant_surgeon": "asst",
    "co_surgeons": "cosurg",
    "team_surgeons": "team",
}
STANDINGS = {"valid": "valid", "undated": "valid", "not_yet": "not_on_date", "expired": "not_on_date"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Source], Path, Any]:
    """The tables of the generated claims: their files, and the knowledge base over them."""
    pytest.importorskip("superbill", reason="superbill is not installed")
    folder = tmp_path_factory.mktemp("compiled")
    sources = at_hand.sources(folder / "files", WHICH)
    # The published files have a number that is no code.
    return sources, folder / "edit.sbkb", compare.build(sources, folder / "edit.sbkb", whole=WHICH == "made_up")


def test_the_compiler_reads_the_tables_alike(compiled: tuple[list[Source], Path, Any]) -> None:
    """What is stored of the same files: so that a difference of findings is one of rules."""
    sources, _, kb = compiled
    tables, rng = read(sources), random.Random(SEED)
    quarter = max(tables.ptp["practitioner"].releases)
    days = [date(2014, 12, 31), date(2019, 7, 1), *(quarter + timedelta(days=n) for n in range(-400, 92, 3))]
    for setting, ptp in tables.ptp.items():
        pairs = ptp.pairs()
        for codes in rng.sample(sorted(pairs), 1000):
            a, b = codes
            row = rng.choice(pairs[codes])
            on = rng.choice([row.effective, row.deletion or quarter, (row.deletion or quarter) + timedelta(days=1), rng.choice(days)])
            active = {pair: [e.indicator for e in pairs.get(pair, []) if e.active(on)] for pair in ((a, b), (b, a))}
            found = {([a, b][i], [a, b][j]): indicator for i, j, indicator, _ in kb.ptp([a, b], on, setting=setting)}
            assert found == {pair: min(indicators) for pair, indicators in active.items() if indicators}, (codes, on)
    listed = {code for of in [*tables.pfs.listed.values(), *tables.codes.releases.values()] for code in of} | tables.mentioned
    formed = [code for code in sorted(listed) if code[1:].isdigit() or code[:4].isdigit()]
    for code in rng.choices(formed, k=2000):
        on, system = rng.choice(days), "cpt" if code[0].isdigit() else "hcpcs"
        assert STANDINGS[kb.validate(code, on, system=system)[0]] == tables.standing(code, on), (code, on)
        info = kb.lookup(code, on, system=system)
        stated = {(name, qualifier): value for name, qualifier, value in info.attributes}
        assert {c: stated.get((name, ""), "") for name, c in INDICATORS.items()} == {
            c: tables.pfs.value(c, code, on) for c in INDICATORS.values()
        }, (code, on)
        if tables.add_on.covers(on):
            assert set(info.add_on_to) == {(row.primary, row.type) for row in tables.add_on.rows(code, on)}, (code, on)
        for setting, mue in tables.mue.items():
            if (release := mue.release(on)) is not None:
                limit = (stated.get(("mue_units", setting)), stated.get(("mue_adjudication", setting)))
                assert limit == release.get(code, (None, None)), (code, on, setting)


def test_engine_agrees(request: pytest.FixtureRequest) -> None:
    """Identical findings on generated claims."""
    compare.engine_or_skip()
    sources, path, _ = request.getfixturevalue("compiled")
    found = compare.run(sources, path, SEED, CLAIMS, PROCESSES)
    assert not found, "\n".join(map(str, found))
