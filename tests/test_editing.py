"""Claims through the editor: vectors, examples of the packs, input that is wrong, many at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import superbill
from claims import Json, build, claim, told
from superbill import models
from superbill.default import packs

VECTORS = sorted((Path(__file__).parent / "vectors" / "edit").glob("*.json"))
EDITING = [(name, tomllib.loads(text)) for name, text in packs() if name.startswith("editing/")]


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    return build(tmp_path_factory.mktemp("claims"))


def vectors() -> Iterator[Any]:
    for file in VECTORS:
        for vector in json.loads(file.read_bytes()):
            yield pytest.param(vector, id=f"{file.stem}: {vector['name']}")


@pytest.mark.parametrize("vector", list(vectors()))
def test_vector(kb: superbill.KnowledgeBase, vector: Json) -> None:
    assert sorted(told(kb.edit(claim(**vector["claim"])))) == sorted(vector["expect"])


def examples() -> Iterator[Any]:
    for name, pack in EDITING:
        for number, example in enumerate(pack.get("example", []), 1):
            yield pytest.param(example, id=f"{name}:{number}")


@pytest.mark.parametrize("example", list(examples()))
def test_example_of_a_pack(kb: superbill.KnowledgeBase, example: Json) -> None:
    found = [text for text in told(kb.edit(example["claim"])) if not text.startswith("line.no_release")]
    assert sorted(found) == sorted(example["expect"])


def test_a_finding_carries_what_it_rests_on(kb: superbill.KnowledgeBase) -> None:
    check = kb.edit(claim(["11111", "11116"], date="2021-12-31", id="c"))
    (denied,) = [f for f in check.findings if f.rule == "ptp.denied"]
    assert denied == models.Finding(
        rule="ptp.denied",
        severity="error",
        codes=("11111", "11116"),
        message=denied.message,
        citation="NCCI Policy Manual 2026 ch. I.E",
        effective="2021-01-01",
        end="2021-12-31",
        release="ncci_ptp_practitioner 2026-10-01",
        remedy=denied.remedy,
        lines=("1", "2"),
        denied=("2",),
    )
    assert "misuse of column two" in denied.message
    assert (check.claim_id, check.denied, check.severity) == ("c", ("2",), "error")
    assert check.knowledge is not None
    assert [release.feed for release in check.knowledge.releases] == [
        "editing.lines",
        "ncci_add_on",
        "ncci_ptp_practitioner",
    ]


def test_words_have_no_gaps(kb: superbill.KnowledgeBase) -> None:
    for file in VECTORS:
        for vector in json.loads(file.read_bytes()):
            for finding in kb.edit(claim(**vector["claim"])).findings:
                words = " ".join(filter(None, [finding.message, finding.remedy]))
                assert not set("{}") & set(words), finding
                assert "  " not in words, finding
                assert words == words.strip(), finding


def test_every_rule_is_told_and_tested(kb: superbill.KnowledgeBase) -> None:
    ids = [rule[0] for rule in kb.rules]
    assert ids == sorted(set(ids))
    expected = {text.split()[0] for file in VECTORS for vector in json.loads(file.read_bytes()) for text in vector["expect"]}
    elsewhere = ("dx.", "coverage.", "payer.", "line.more_findings")
    assert {i for i in ids if not i.startswith(elsewhere)} <= expected


def test_models_dicts_and_json_are_the_same_claim(kb: superbill.KnowledgeBase) -> None:
    as_dict = claim(["11111", "11112-59"], history=["99213@2026-01-02"], facts=[{"kind": "separate_site", "lines": ["1"]}])
    as_json = msgspec.json.encode(as_dict)
    as_model = msgspec.json.decode(as_json, type=models.Claim)
    checks = [kb.edit(form) for form in (as_dict, as_json, as_json.decode(), as_model)]
    assert len({check.to_json() for check in checks}) == 1
    assert checks[0] == checks[3]
    assert msgspec.json.decode(checks[0].to_json(), type=models.Check) == checks[0].to_model()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"setting": ""}, "setting: required"),
        ({"setting": "clinic"}, "setting: expected"),
        ({"lines": [{"code": "99213", "units": 1}]}, "lines[0].date"),
        ({"lines": [{"code": "99213", "date": "2026-02-30"}]}, "lines[0].date"),
        ({"lines": [{"code": "99213", "date": "Jane Roe"}]}, "lines[0].date"),
        ({"history": [{"code": "99213", "date": "2026-2-3"}]}, "history[0].date"),
        ({"lines": [{"id": "a", "date": "2026-01-05"}, {"id": "a", "date": "2026-01-05"}]}, "lines[1].id"),
        ({"lines": [{"code": "99213", "date": "2026-01-05", "units": -1}]}, "lines[0].units: expected"),
        ({"lines": [{"code": "99213", "date": 20260105}]}, "lines[0].date: expected"),
        ({"lines": [{"code": "99213", "Jane Roe": 1}]}, "lines[0]: expected"),
        ({"patient": "Jane Roe"}, "patient: expected"),
        ({"lines": [{"code": "99213", "date": "2026-01-05"}] * 1000}, "lines: expected at most 999"),
        ({"history": [{"code": "99213", "date": "2026-01-05"}] * 10_001}, "history: expected at most 10000"),
        ({"facts": [{"kind": "seperate_site", "lines": []}]}, "facts[0].kind"),
        ({"facts": [{"kind": "separate_site", "lines": ["7"]}]}, "facts[0].lines[0]"),
        ({"Jane Roe": 1}, "line 1"),
    ],
)
def test_what_is_wrong_is_named_and_never_repeated(kb: superbill.KnowledgeBase, change: Json, field: str) -> None:
    with pytest.raises(superbill.ClaimError) as caught:
        kb.edit(claim(["99213"]) | change)
    assert field in str(caught.value)
    assert "Jane" not in str(caught.value)


def test_many_are_checked_as_one_by_one_and_bad_ones_keep_their_place(kb: superbill.KnowledgeBase) -> None:
    claims = [claim(["11111", "11112"]), claim(["99214"], setting="nowhere"), claim(["99214"])]
    first, second, third = kb.edit_many(claims)
    assert first == kb.edit(claims[0])
    assert isinstance(second, superbill.ClaimError)
    assert isinstance(third, superbill.Check)
    assert third.findings == ()


def test_the_longest_claim_is_checked_in_bounded_time(kb: superbill.KnowledgeBase) -> None:
    check = kb.edit(claim(["11111", "11112", "33332"] * 333, history=["11112", "22221", "44441@2026-01-02"] * 3333))
    assert check.severity == "error"
    assert len(check.findings) == 20_001
    assert [f.severity for f in check.findings if f.rule == "line.more_findings"] == ["error"]


def test_a_base_without_packs_says_so() -> None:
    import sources
    from superbill import _core

    with pytest.MonkeyPatch.context(), __import__("tempfile").TemporaryDirectory() as folder:
        path = Path(folder) / "icd10cm_order_2026.txt"
        path.write_text(sources.OCTOBER_2025)
        bare = superbill.KnowledgeBase.from_bytes(_core.build_sources([path], [])[0])
    with pytest.raises(superbill.KnowledgeBaseError, match="no rules of claim editing"):
        bare.edit(claim(["99213"]))
