"""Claims as columns of numpy: what is found of them is what is found of each alone, and what is no column is named."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import superbill
from claims import PAIRS, Json, build
from test_editing_laws import CODES, DAYS, MODIFIERS, PROVIDERS
from test_editing_packs import PAYER

DIAGNOSES = ["E11.9", "I10", "E11", "Z00.00", "S72.91XA", "A00.0", "zz", "T78.2XXA", "O80"]
SETTINGS = ["professional", "outpatient_facility", "inpatient_facility"]


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    return build(tmp_path_factory.mktemp("columns"), ("payer.toml", PAYER))


@st.composite
def line(draw: st.DrawFn) -> Json:
    return {
        "code": draw(st.sampled_from(CODES)),
        "modifiers": draw(st.lists(st.sampled_from(MODIFIERS), max_size=3)),
        "units": draw(st.integers(0, 40)),
        "date": draw(st.sampled_from(DAYS)),
        "provider": draw(st.sampled_from(PROVIDERS)),
        "pointers": draw(st.lists(st.integers(1, 4), max_size=2)),
        "place_of_service": draw(st.sampled_from(["", "11", "24"])),
    }


@st.composite
def claim(draw: st.DrawFn) -> Json:
    lines = draw(st.lists(line(), min_size=1, max_size=6))
    given: Json = {"lines": lines, "history": draw(st.lists(line(), max_size=3)), "setting": draw(st.sampled_from(SETTINGS))}
    poa = st.sampled_from(["", "Y", "U", "1"])
    given["diagnoses"] = draw(st.lists(st.fixed_dictionaries({"code": st.sampled_from(DIAGNOSES), "poa": poa}), max_size=4))
    given["patient"] = {
        k: v
        for k, v in {"sex": draw(st.sampled_from(["", "female", "male"])), "birth_date": draw(st.sampled_from(["", "1990-05-04"]))}.items()
        if v
    }
    given["payer"] = {"id": draw(st.sampled_from(["", "ACME"]))}
    return given


def offsets(of: list[list[Any]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([0, *itertools.accumulate(map(len, of))], dtype=np.int64)


def ragged(rows: list[list[Any]], empty: Any, kind: str) -> np.ndarray[Any, Any]:
    width = max([1, *map(len, rows)])
    return np.array([row + [empty] * (width - len(row)) for row in rows], dtype=kind).reshape(len(rows), width)


def columns(claims: list[Json]) -> Json:
    """The batch: lines of the history stand among those of the claim, which they do not follow."""
    mixed = [
        [(one, True) for one in c["history"][:1]] + [(one, False) for one in c["lines"]] + [(one, True) for one in c["history"][1:]]
        for c in claims
    ]
    lines = [one for of in mixed for one in of]
    told = {name: np.array([one["provider"].get(name, "") for one, _ in lines], dtype="S8") for name in ("npi", "group", "specialty")}
    diagnoses = [one for c in claims for one in c["diagnoses"]]
    return {
        "offsets": offsets(mixed),
        "codes": np.array([one["code"] for one, _ in lines], dtype="S8"),
        "dates": np.array([one["date"] for one, _ in lines], dtype="datetime64[D]"),
        "modifiers": ragged([one["modifiers"] for one, _ in lines], "", "U8"),
        "units": np.array([one["units"] for one, _ in lines], dtype=np.int32),
        "history": np.array([billed for _, billed in lines], dtype=bool),
        "place_of_service": np.array([one["place_of_service"] for one, _ in lines], dtype="S2"),
        "pointers": ragged([one["pointers"] for one, _ in lines], 0, "u1"),
        **told,
        "setting": np.array([c["setting"] for c in claims], dtype="U24"),
        "diagnosis_offsets": offsets([c["diagnoses"] for c in claims]),
        "diagnoses": np.array([one["code"] for one in diagnoses], dtype="S8"),
        "poa": np.array([one["poa"] for one in diagnoses], dtype="S1"),
        "sex": np.array([c["patient"].get("sex", "") for c in claims], dtype="S6"),
        "birth_dates": np.array([c["patient"].get("birth_date", "NaT") for c in claims], dtype="datetime64[D]"),
        "payers": np.array([c["payer"]["id"] for c in claims], dtype="S8"),
    }


Said = tuple[int, str, str, tuple[int, ...], tuple[int, ...]]


def one_by_one(kb: superbill.KnowledgeBase, claims: list[Json], batch: Json) -> list[Said]:
    """Findings of each claim alone: claim, rule, severity, rows of its lines, rows denied."""
    said: list[Said] = []
    for at, (one, check) in enumerate(zip(claims, kb.edit_many(claims, threads=1), strict=True)):
        rows = range(batch["offsets"][at], batch["offsets"][at + 1])
        own, billed = ([row for row in rows if bool(batch["history"][row]) is of] for of in (False, True))
        ids = {str(n): row for n, row in enumerate(own, 1)} | {f"h{n}": row for n, row in enumerate(billed, 1)}
        assert len(ids) == len(one["lines"]) + len(one["history"])
        assert isinstance(check, superbill.Check)
        for f in check.findings:
            said.append((at, f.rule, f.severity, tuple(ids[i] for i in f.lines), tuple(ids[i] for i in f.denied)))
    return said


def of_columns(found: superbill.FindingColumns) -> list[Said]:
    said: list[Said] = []
    for number in range(found.finding[-1] + 1 if len(found) else 0):
        rows = np.flatnonzero(found.finding == number)
        (at,), (rule,), (severity,) = (set(column[rows].tolist()) for column in (found.claim, found.rule, found.severity))
        lines = tuple(row for row in found.line[rows].tolist() if row >= 0)
        denied = tuple(found.line[rows][found.denied[rows]].tolist())
        said.append((at, found.rules[rule], superbill.SEVERITIES[severity], lines, denied))
    return said


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(claims=st.lists(claim(), max_size=5), threads=st.sampled_from([1, 2]))
def test_columns_find_what_each_claim_alone_finds(kb: superbill.KnowledgeBase, claims: list[Json], threads: int) -> None:
    batch = columns(claims)
    found = kb.edit_arrays(**batch, threads=threads)
    assert of_columns(found) == one_by_one(kb, claims, batch)
    kinds = ["uint32", "uint32", "int64", "int64", "uint16", "uint8", "bool"]
    of: list[Any] = [found.finding, found.claim, found.line, found.diagnosis, found.rule, found.severity, found.denied]
    assert [column.dtype.name for column in of] == kinds
    assert {len(column) for column in of} == {len(found)}
    # A row is about a line, a diagnosis, or what no release covers.
    alone = (found.line < 0) & (found.diagnosis < 0)
    assert {found.rules[n] for n in found.rule[alone]} <= {"dx.no_release"}


def test_diagnoses_are_rows_too(kb: superbill.KnowledgeBase) -> None:
    found = kb.edit_arrays(
        np.array([0, 1, 2]),
        np.array(["99213", "99213"]),
        "2026-01-05",
        diagnosis_offsets=np.array([0, 1, 3]),
        diagnoses=np.array(["E11.9", "I10", "I10"]),
    )
    twice = found.rule == found.rules.index("dx.duplicate")
    assert (found.claim[twice].tolist(), found.diagnosis[twice].tolist(), found.line[twice].tolist()) == ([1], [2], [-1])


def test_a_batch_of_many_claims_in_order(kb: superbill.KnowledgeBase) -> None:
    pairs = np.array(["11111", "11112"] * 1000, dtype="S5")
    found = kb.edit_arrays(np.arange(0, 2001, 2), pairs, "2026-01-05")
    denied = found.denied & (found.rule == found.rules.index("ptp.denied"))
    assert found.line[denied].tolist() == list(range(1, 2000, 2))
    assert (np.diff(found.finding) >= 0).all()
    assert (np.diff(found.claim.astype(int)) >= 0).all()


TWO: Json = {"offsets": np.array([0, 1, 2]), "codes": np.array(["11111", "11112"]), "dates": "2026-01-05"}


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"offsets": np.array([0, 1])}, superbill.ClaimError, "offsets: expected to begin with 0 and to end with the number of rows, 2"),
        ({"offsets": np.array([1, 2])}, superbill.ClaimError, "offsets: expected to begin with 0"),
        ({"offsets": np.array([0, 2, 1, 2])}, superbill.ClaimError, r"offsets\[2\]: expected no less"),
        ({"offsets": np.array([0.0, 2.0])}, superbill.ClaimError, "offsets: expected a one-dimensional numpy array of whole numbers"),
        ({"offsets": [0, 2]}, superbill.ClaimError, "offsets: expected a one-dimensional"),
        ({"offsets": np.array([], dtype=int)}, superbill.ClaimError, "offsets: expected to begin with 0"),
        ({"codes": ["11111", "11112"]}, superbill.ClaimError, "codes: expected a one-dimensional numpy array"),
        ({"codes": np.array([11111, 11112])}, superbill.ClaimError, "codes: expected a one-dimensional numpy array"),
        ({"dates": "2026-02-30"}, superbill.DateError, "date"),
        ({"dates": np.array(["2026-01-05"], dtype="M8[D]")}, superbill.ClaimError, "dates: expected as many as there are lines, 2"),
        ({"dates": np.array(["2026-01-05", "NaT"], dtype="M8[D]")}, superbill.DateError, r"dates\[1\]"),
        ({"dates": np.array([["2026-01-05", "2026-01-05"]], dtype="M8[D]")}, superbill.DateError, "dates: expected a one-dimensional"),
        ({"units": np.array([1, -1])}, superbill.ClaimError, r"units\[1\]: expected a whole number from 0"),
        ({"units": np.array([1, 1 << 32])}, superbill.ClaimError, r"units\[1\]: expected a whole number from 0"),
        ({"units": np.array([1])}, superbill.ClaimError, "units: expected as many as there are lines, 2"),
        ({"units": np.array([1.5, 1])}, superbill.ClaimError, "units: expected a one-dimensional numpy array of whole numbers"),
        ({"modifiers": np.array([1, 2])}, superbill.ClaimError, "modifiers: expected a one- or two-dimensional"),
        ({"modifiers": np.full((2, 100), "59")}, superbill.ClaimError, r"modifiers\[0\]: expected at most 99"),
        ({"modifiers": np.array(["59"])}, superbill.ClaimError, "modifiers: expected as many"),
        ({"history": np.array([0, 1])}, superbill.ClaimError, "history: expected a one-dimensional numpy array of bool"),
        ({"pointers": np.array([[1, -1], [1, 1]])}, superbill.ClaimError, r"pointers\[0\]: expected ranks"),
        ({"setting": "clinic"}, superbill.ClaimError, "setting: expected one of professional"),
        ({"setting": np.array(["professional", "clinic"])}, superbill.ClaimError, "setting: expected one of professional"),
        ({"setting": np.array(["professional"])}, superbill.ClaimError, "setting: expected as many as there are claims, 2"),
        ({"sex": np.array(["female", "woman"])}, superbill.ClaimError, r"sex\[1\]: expected one of"),
        ({"birth_dates": np.array(["2026-02-01"] * 2, dtype="M8[D]")}, superbill.ClaimError, r"birth_dates\[0\]: expected a day not after"),
        ({"diagnoses": np.array(["I10"])}, superbill.ClaimError, "diagnosis_offsets: expected with diagnoses"),
        (
            {"diagnoses": np.array(["I10"]), "diagnosis_offsets": np.array([0, 1])},
            superbill.ClaimError,
            "diagnosis_offsets: expected as many",
        ),
        (
            {"diagnoses": np.array(["I10"]), "diagnosis_offsets": np.array([0, 1, 1]), "offsets": np.array([0, 0, 2])},
            superbill.ClaimError,
            r"offsets\[0\]: expected at least one line",
        ),
        ({"fees": np.array([1, 2])}, TypeError, "no column fees"),
    ],
)
def test_what_is_no_column_is_named(kb: superbill.KnowledgeBase, change: Json, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        kb.edit_arrays(**(TWO | change))


def test_longest_claims(kb: superbill.KnowledgeBase) -> None:
    lines = np.full(999, b"22221")
    assert len(kb.edit_arrays(np.array([0, 999]), lines, "2026-01-05"))
    with pytest.raises(superbill.ClaimError, match=r"offsets\[0\]: expected at most 999 lines"):
        kb.edit_arrays(np.array([0, 1000]), np.append(lines, b"22221"), "2026-01-05")


def test_a_bad_code_is_a_finding(kb: superbill.KnowledgeBase) -> None:
    found = kb.edit_arrays(np.array([0, 2]), np.array(["9921!", ""]), "2026-01-05")
    assert {found.rules[n] for n in found.rule[found.severity == 0]} == {"line.code_unknown"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    claims=st.lists(st.tuples(st.lists(st.sampled_from(CODES), max_size=12), st.sampled_from(DAYS)), max_size=6),
    setting=st.sampled_from(["practitioner", "hospital"]),
    kind=st.sampled_from(["S8", "S12", "U7"]),
)
def test_pairs_of_columns_are_those_of_each_claim(
    kb: superbill.KnowledgeBase, claims: list[tuple[list[str], str]], setting: str, kind: str
) -> None:
    codes = np.array([code for of, _ in claims for code in of], dtype=kind)
    starts = offsets([of for of, _ in claims])
    days = np.array([day for _, day in claims], dtype="datetime64[D]")
    found = kb.ptp_arrays(starts, codes, days, setting=setting)
    expected = [
        (at, starts[at] + first, starts[at] + second, indicator)
        for at, (of, day) in enumerate(claims)
        for first, second, indicator, _ in kb.ptp(of, day, setting=setting)
    ]
    assert list(zip(*(column.tolist() for column in found), strict=True)) == expected


def test_pairs_of_a_claim(kb: superbill.KnowledgeBase) -> None:
    expected = [(0, 1, 1, "Misuse of column two")]
    for codes in (["11111", "11112"], ("11111", " 11112 "), (code for code in ("11111", "11112"))):
        assert kb.ptp(codes, "2026-01-05") == expected  # type: ignore[arg-type]
    assert {(a, b) for a, b, *_ in PAIRS} >= {("11111", "11112")}
    for wrong, error in (("11111", TypeError), ([11111], TypeError), (["1111!"], superbill.CodeError)):
        with pytest.raises(error):
            kb.ptp(wrong, "2026-01-05")  # type: ignore[arg-type]


ONE: Json = {"offsets": np.array([0, 1]), "codes": np.array(["11111"]), "dates": "2026-01-05"}


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"codes": np.array(["1111!"])}, superbill.CodeError, r"codes\[0\]"),
        ({"offsets": np.array([0, 2])}, superbill.CodeError, "offsets: expected to begin with 0"),
        ({"dates": np.array(["NaT"], dtype="M8[D]")}, superbill.DateError, r"dates\[0\]"),
        ({"dates": np.array(["2026-01-05"] * 2, dtype="M8[D]")}, superbill.DateError, "as many as there are claims"),
    ],
)
def test_pairs_name_what_is_no_column(kb: superbill.KnowledgeBase, change: Json, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        kb.ptp_arrays(**(ONE | change))
