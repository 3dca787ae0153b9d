"""`superbill check` and `superbill rules`, as a person or a program calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from claims import claim, image
from test_cli import lines, run


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "claims.kb").write_bytes(image(folder / "sources"))
    return str(folder / "claims.kb")


def test_lines_in_shorthand(kb: str) -> None:
    ran = run("check", "11111-RT", "11112-RT", "--date", "2026-01-05", "--kb", kb)
    assert ran.returncode == 0
    assert "review ptp.same_site (lines 1 2): modifier RT" in ran.stdout
    ran = run("check", "11111", "11115-59", "--date", "2026-01-05", "--setting", "professional", "--kb", kb, "--explain")
    assert ran.returncode == 1
    for words in ("error ptp.denied", "not payable", "ncci_ptp_practitioner 2026-10-01; from 2020-01-01", "ch. I.E", "remedy: drop 11115"):
        assert words in ran.stdout


def test_history_and_json(kb: str) -> None:
    ran = run("check", "11112", "--history", "11111", "--date", "2026-01-05", "--kb", kb, "--json")
    (check,) = lines(ran)
    assert [(f["rule"], f["lines"]) for f in check["findings"]] == [("ptp.denied", ["h1", "1"])]
    assert ran.returncode == 1


def test_a_clean_claim(kb: str) -> None:
    ran = run("check", "99214*1@2026-01-05", "--kb", kb)
    assert (ran.returncode, "nothing was found" in ran.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(("29881",), "--date"), (("29881 RT", "--date", "2026-01-05"), "a line is CODE"), (("29881", "--date", "2026-13-01"), "YYYY-MM-DD")],
)
def test_what_cannot_be_read_is_named(kb: str, arguments: tuple[str, ...], problem: str) -> None:
    ran = run("check", *arguments, "--kb", kb)
    assert ran.returncode == 2
    assert problem in ran.stderr


def test_a_file_of_claims(kb: str, tmp_path: Path) -> None:
    claims = [claim(["11111", "11112"], id="a"), {"id": "b", "setting": "nowhere"}, claim(["99214"], id="c")]
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps(c) + "\n" for c in claims) + "\nno json\n", encoding="utf-8")
    ran = run("check", str(tmp_path / "claims.jsonl"), "--kb", kb)
    answers = lines(ran)
    assert ran.returncode == 1
    assert [a.get("claim_id", a.get("id")) for a in answers] == ["a", "b", "c", None]
    assert "setting" in answers[1]["error"]
    assert "line 1" in answers[3]["error"]


def test_a_table_of_claims(kb: str, tmp_path: Path) -> None:
    table = tmp_path / "claims.csv"
    rows = [
        "claim,line,code,modifiers,units,date,npi",
        "a,1,11111,,1,2026-01-05,1",
        "a,2,11112,59 RT,1,2026-01-05,1",
        "b,1,99214,,,2026-01-05,",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    first, second = lines(run("check", str(table), "--kb", kb))
    assert [f["rule"] for f in first["findings"]] == ["ptp.bypassed"]
    assert second["claim_id"] == "b"
    assert "findings" not in second or second["findings"] == []
    table.write_text("code,date,units\n11111,2026-01-05,many\n")
    ran = run("check", str(table), "--kb", kb)
    assert (ran.returncode, "row 2, units" in ran.stderr) == (2, True)


def test_one_claim_in_json(kb: str, tmp_path: Path) -> None:
    (tmp_path / "claim.json").write_text(json.dumps(claim(["11111", "11112"])), encoding="utf-8")
    ran = run("check", str(tmp_path / "claim.json"), "--kb", kb)
    assert (ran.returncode, "ptp.denied" in ran.stdout) == (1, True)


def test_rules_are_found(kb: str) -> None:
    listed = run("rules", "list", "--kb", kb).stdout.splitlines()
    assert any(line.startswith("ptp.denied") for line in listed)
    shown = run("rules", "show", "mue.day", "--kb", kb).stdout
    assert "NCCI Policy Manual 2026 ch. I.V" in shown
    assert "editing.units" in shown
    (rule,) = lines(run("rules", "show", "mod.order", "--json", "--kb", kb))
    assert rule["severity"] == "info"
    assert run("rules", "show", "no.such", "--kb", kb).returncode == 1
