"""The command line, as a person or a program calls it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import superbill
from notes import Json, encounter
from superbill.cli import MODULES, parser
from superbill.cli.coding import DEMO
from superbill.default import packs


def run(*arguments: str, stdin: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    content = stdin.encode() if isinstance(stdin, str) else stdin
    ran = subprocess.run([sys.executable, "-m", "superbill", *arguments], input=content, capture_output=True, timeout=120, check=False)
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def lines(ran: subprocess.CompletedProcess[str]) -> list[Json]:
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture(scope="module", autouse=True)
def built(kb: superbill.KnowledgeBase) -> None:
    """The default file is there before the first command."""


def test_demo_codes_a_dozen_encounters_of_different_types() -> None:
    ran = run("demo")
    assert ran.returncode == 0
    assert len(list(DEMO.glob("*.json"))) == 12
    assert all(path.stem in ran.stdout for path in DEMO.glob("*.json"))
    assert len({json.loads(path.read_bytes())["type"] for path in DEMO.glob("*.json")}) >= 7


def test_the_knee_of_the_design() -> None:
    (coded,) = lines(run("demo", "knee", "--json"))
    (procedure,) = coded["procedures"]
    assert (procedure["code"], procedure["modifiers"]) == ("29881", ["RT"])
    assert [step["id"] for step in procedure["because"] if step["kind"] == "included"] == ["29877"]
    page = run("demo", "knee").stdout
    assert "29881-RT" in page
    assert "⟦" in page
    assert "\x1b" not in page


def test_an_unknown_demo_is_an_error() -> None:
    ran = run("demo", "no such")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "superbill demo" in ran.stderr


def test_a_text_needs_a_date() -> None:
    ran = run("code", "-", stdin="Assessment: asthma.")
    assert ran.returncode == 2
    assert "--date" in ran.stderr


def test_a_text_with_a_date_is_coded() -> None:
    (coded,) = lines(run("code", "-", "--date", "2026-05-04", "--json", stdin="Assessment: asthma."))
    assert [d["code"] for d in coded["diagnoses"]] == ["J45.909"]


def test_today_may_be_said_and_is_printed() -> None:
    ran = run("code", "-", "--date", "today", "--json", stdin="Assessment: asthma.")
    assert ran.returncode == 0
    assert "date 20" in ran.stderr


@pytest.mark.parametrize("date", ["2026-02-30", "yesterday", "05/04/2026"])
def test_an_impossible_date_is_an_error(date: str) -> None:
    ran = run("code", "-", "--date", date, stdin="x")
    assert ran.returncode == 2
    assert "YYYY-MM-DD" in ran.stderr


def test_text_that_is_not_utf8_is_an_error_with_its_place() -> None:
    ran = run("code", "-", "--date", "2026-05-04", stdin=b"Assessment: \xff")
    assert ran.returncode == 2
    assert "byte 12" in ran.stderr


def test_json_lines_keep_their_order_and_a_bad_line_its_place(tmp_path: Path) -> None:
    good = [json.dumps(encounter(f"Assessment: {c}.") | {"id": c}) for c in ("asthma", "gout")]
    bad = [json.dumps({"id": "no type"}), "{", "[]", '{"id": 7}']
    path = tmp_path / "encounters.jsonl"
    path.write_text("\n".join([good[0], *bad, "", good[1]]) + "\n", encoding="utf-8")
    ran = run("code", "--jsonl", str(path))
    answers = lines(ran)
    assert ran.returncode == 1
    assert [a.get("encounter_id", a.get("id")) for a in answers] == ["asthma", "no type", None, None, None, "gout"]
    assert ["error" in a for a in answers] == [False, True, True, True, True, False]
    assert run("code", "--jsonl", "-", stdin=path.read_bytes()).stdout == ran.stdout
    assert run("code", "--jsonl", str(path), "--threads", "1").stdout == ran.stdout


def test_a_missing_file_is_an_error() -> None:
    ran = run("code", "no/such/file.json")
    assert ran.returncode == 2
    assert "no/such/file.json" in ran.stderr


def test_lookup_search_and_match() -> None:
    assert "E11.9  Type 2 diabetes" in run("lookup", "e119", "--date", "2026-05-04").stdout
    assert run("lookup", "E11.9").returncode == 2
    unknown = run("lookup", "E99.9", "--date", "2026-05-04")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    (found,) = lines(run("search", "type 2 diab", "without compl", "--date", "2026-05-04", "--json"))
    assert found[0]["code"] == "E11.9"  # type: ignore[index]
    (matches,) = lines(run("match", "-", "--json", stdin="Chronic chest pain"))
    assert matches[0]["text"] == "chest pain"  # type: ignore[index]


def test_kb_build_info_and_verify(tmp_path: Path) -> None:
    path = tmp_path / "site.kb"
    pack = tmp_path / "site.toml"
    pack.write_text(
        "[pack]\nid='site'\ntitle='Site'\ncitation='house rule'\n[[condition]]\ncode='J45.909'\nsay=['zorblax']\n",
        encoding="utf-8",
    )
    assert run("kb", "build", "-o", str(path), "--pack", str(pack), "--without-cpt").returncode == 0
    (info,) = lines(run("kb", "info", str(path), "--json"))
    (system,) = info["systems"]
    of_stays = sum("family" in tomllib.loads(text) for name, text in packs() if name.startswith("pcs/"))
    assert (system["system"], system["valid"], system["on"], info["families"]) == ("icd10cm", 74_719, "2026-09-30", of_stays)
    assert "site" in [pack["id"] for pack in info["packs"]]
    assert run("kb", "verify", str(path)).stdout.startswith("sound")
    (coded,) = lines(run("code", "-", "--kb", str(path), "--date", "2026-05-04", "--json", stdin="Assessment: zorblax."))
    assert [d["code"] for d in coded["diagnoses"]] == ["J45.909"]
    path.write_bytes(path.read_bytes()[:5000])
    broken = run("kb", "verify", str(path))
    assert broken.returncode == 2
    assert "truncated" in broken.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m superbill demo --json | head -c 100"
    ran = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_every_command_is_in_the_module_that_is_imported_for_it() -> None:
    every = {name for names in MODULES.values() for name in names}
    usage = parser().format_help()
    assert all(f"\n    {name}" in usage for name in every)
    for name in every:
        with pytest.raises(SystemExit) as ended:
            parser(name).parse_args([name, "--help"])
        assert ended.value.code == 0
