"""Coverage determinations and rules of payers and sites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import superbill
from claims import Json, build, claim, image, told
from test_cli import lines, run

PAYER = """
[pack]
id = "acme"
title = "Rules of an invented payer"
citation = "Invented payer, billing guide 3"
effective = 2026-01-01

[scope]
level = "payer"
payers = ["ACME"]

[[payer_rule]]
id = "acme.no_85001"
title = "The payer does not pay 85001."
message = "{code} is not paid by this payer"
when = { codes = ["85001"] }
action = "deny"

[[payer_rule]]
id = "acme.laboratory_needs_90"
title = "Laboratory services of others need 90."
when = { codes = ["laboratory"], without = ["90"], place_of_service = ["11"] }
action = "require_modifier"
requires = ["90"]

[[payer_rule]]
id = "acme.swap"
title = "The payer wants G0289 in the place of 11115."
when = { codes = ["11115-11116"] }
action = "swap_code"
remedy = "report G0289"

[[payer_rule]]
id = "acme.units"
title = "More than four units are looked at."
when = { codes = ["22224"], units_over = 4 }
action = "review"

[[payer_rule]]
id = "acme.children"
title = "A report goes with services of children."
when = { codes = ["44443"], age = [0, 17], diagnoses = ["A00"] }
action = "require_documentation"

[[coverage]]
id = "L99999"
title = "An invented determination"
citation = "LCD L99999"
codes = ["77777"]
diagnoses = ["A00.0"]

[[example]]
claim = { setting = "professional", payer = { id = "ACME" }, lines = [{ code = "85001", units = 1, date = 2026-02-01 }] }
expect = ["acme.no_85001 1 -> 1"]

[[example]]
claim = { setting = "professional", payer = { id = "OTHER" }, lines = [{ code = "85001", units = 1, date = 2026-02-01 }] }
expect = []
"""
SITE = """
[pack]
id = "clinic"
title = "Rules of an invented clinic"
citation = "Own decision"
effective = 2026-01-01

[scope]
level = "site"

[[payer_rule]]
id = "clinic.85001_is_fine"
title = "The clinic reports 85001."
when = { codes = ["85001"] }
action = "allow"

[[payer_rule]]
id = "clinic.gloves"
title = "Look at 44443."
when = { codes = ["44443"] }
action = "warn"
"""
ACME: Json = {"id": "ACME"}


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    return build(tmp_path_factory.mktemp("packs"), ("acme.toml", PAYER), ("clinic.toml", SITE))


@pytest.mark.parametrize(
    ("given", "payer", "expected"),
    [
        (["85001"], ACME, ["acme.no_85001 1 -> 1"]),
        (["85001"], {"id": "OTHER"}, ["clinic.85001_is_fine 1"]),
        (["85001@2025-12-31"], ACME, []),
        ([{"code": "85002", "place_of_service": "11"}], ACME, ["acme.laboratory_needs_90 1"]),
        ([{"code": "85002", "place_of_service": "11", "modifiers": ["90"]}], ACME, []),
        ([{"code": "85002", "place_of_service": "22"}], ACME, []),
        (["11115"], ACME, ["acme.swap 1"]),
        (["22224*4"], ACME, []),
        (["22224*5"], ACME, ["acme.units 1"]),
    ],
)
def test_conditions_and_precedence(kb: superbill.KnowledgeBase, given: list[object], payer: Json, expected: list[str]) -> None:
    found = [text for text in told(kb.edit(claim(given, payer=payer))) if text.split(".")[0] in {"acme", "clinic"}]
    assert found == expected


def test_a_rule_says_what_it_holds_over_and_why(kb: superbill.KnowledgeBase) -> None:
    (finding,) = kb.edit(claim(["85001"], payer=ACME)).findings
    assert finding.message == "85001 is not paid by this payer (it holds over clinic.85001_is_fine, since payer decides before site)"
    assert (finding.severity, finding.citation, finding.release) == ("error", "Invented payer, billing guide 3", "acme 2026-01-01")


def test_conditions_on_the_patient(kb: superbill.KnowledgeBase) -> None:
    child = claim(["44443"], payer=ACME, diagnoses=[{"code": "A00.0"}], patient={"birth_date": "2020-01-01"})
    rules = [f.rule for f in kb.edit(child).findings]
    assert [r for r in rules if r.startswith(("acme", "clinic"))] == ["acme.children", "clinic.gloves"]
    assert "acme.children" not in [f.rule for f in kb.edit(child | {"patient": {"birth_date": "2000-01-01"}}).findings]


def test_coverage(kb: superbill.KnowledgeBase) -> None:
    def found(diagnoses: list[str], **line: object) -> list[str]:
        check = kb.edit(claim([{"code": "77777", **line}], payer=ACME, diagnoses=[{"code": d} for d in diagnoses]))
        return [f.message for f in check.findings if f.rule == "coverage.diagnosis"]

    assert found(["A00.0"]) == []
    (message,) = found(["A01.0"])
    assert "LCD L99999" in message
    assert len(found(["A01.0", "A00.0"], pointers=[1])) == 1
    assert found(["A01.0", "A00.0"], pointers=[2]) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            SITE.replace('"allow"', '"swap_code"') + '\n[[payer_rule]]\nid = "x"\ntitle = "x"\nwhen = {}\naction = "deny"\n',
            "clinic.85001_is_fine and x",
        ),
        (SITE.replace("[scope]", "").replace('level = "site"', ""), "[scope]"),
        (SITE.replace('"warn"', '"require_modifier"'), "requires"),
        (SITE.replace('codes = ["44443"]', 'codes = ["a knee"]'), "no code of a service"),
        (SITE.replace("clinic.gloves", "ptp.denied"), "told twice"),
        (SITE.replace('action = "warn"', 'action = "warn"\noverrides = ["nobody"]'), "nobody"),
    ],
)
def test_what_is_wrong_with_a_pack_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(superbill.BuildError) as caught:
        image(tmp_path / "sources", ("clinic.toml", text))
    assert problem in str(caught.value)


def test_a_rule_that_overrides_settles_a_conflict(tmp_path: Path) -> None:
    more = """
[[payer_rule]]
id = "clinic.never"
title = "Never."
when = { codes = ["85001"] }
action = "deny"
overrides = ["clinic.85001_is_fine"]
"""
    kb = build(tmp_path / "sources", ("clinic.toml", SITE + more))
    (finding,) = kb.edit(claim(["85001"])).findings
    assert finding.rule == "clinic.never"
    assert "which it says that it overrides" in finding.message
    assert [rule[11] for rule in kb.rules if rule[0] == "clinic.never"] == [["clinic.85001_is_fine"]]


def test_packs_are_tested_and_simulated(tmp_path: Path) -> None:
    (tmp_path / "claims.kb").write_bytes(image(tmp_path / "sources"))
    pack = tmp_path / "acme.toml"
    pack.write_text(PAYER, encoding="utf-8")
    kb = ("--kb", str(tmp_path / "claims.kb"))
    ran = run("rules", "test", str(pack), *kb)
    assert (ran.returncode, ran.stdout.strip()) == (0, "2 examples, 0 failed")
    claims = [claim(["85001"], payer=ACME, id="a"), claim(["85001"], id="b")]
    (tmp_path / "claims.jsonl").write_text("\n".join(map(json.dumps, claims)), encoding="utf-8")
    ran = run("rules", "simulate", str(pack), str(tmp_path / "claims.jsonl"), *kb, "--json")
    assert lines(ran) == [{"claim_id": "a", "gone": [], "come": ["acme.no_85001 1 -> 1"]}]
    assert "1 of 2 claims would change" in ran.stderr
    pack.write_text(PAYER.replace("expect = []", 'expect = ["acme.no_85001 1 -> 1"]'), encoding="utf-8")
    assert run("rules", "test", str(pack), *kb).returncode == 1
