"""SNOMED CT concepts to ICD-10-CM from Python and from the command line, over a small made-up map."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import superbill
from rf2 import COLUMNS, MAP, made_up, map_rows
from rf2 import ROWS as MEASURED
from superbill import _core
from superbill.default import installed_release
from test_cli import run

DAY = "2026-05-04"
ROWS: list[tuple[int, int, int, str, str, str]] = [
    (1, 1, 1, "IFA 445518008 | age at onset | < 29.0 days", "P29.2", ""),
    (1, 1, 2, "OTHERWISE TRUE", "I10", ""),
    (2, 1, 1, "TRUE", "S93.409?", "EPISODE OF CARE INFORMATION NEEDED | CONSIDER LATERALITY SPECIFICATION | ASK THE OWL"),
    (3, 1, 1, f"IFA {made_up(50)} | something |", "R54", ""),
    (3, 1, 2, "OTHERWISE TRUE", "R53.83", ""),
    (4, 1, 1, "IFA 248152002 | Female |", "R54", ""),
    (4, 1, 2, "OTHERWISE TRUE", "R05.9", ""),
    (5, 1, 1, "TRUE", "M17.10", ""),
    (6, 1, 1, "TRUE", "Q23.8", ""),
    (6, 2, 1, "TRUE", "I05.8", ""),
]


def release(path: Path) -> Path:
    """A zip as a publisher makes it, with a map, a name and a hierarchy."""
    names = list(COLUMNS)
    header = {name: columns.replace(" ", "\t") + "\r\n" for name, columns in COLUMNS.items()}
    rows = ""
    for at, (item, group, priority, rule, target, advice) in enumerate(ROWS):
        row_id = f"00000000-0000-4000-8000-{at:012}"
        cells = (row_id, "20260301", 1, 0, 6011000124106, made_up(item), group, priority, rule, advice, target, 0, 447637006)
        rows += "\t".join(map(str, cells)) + "\r\n"
    name = f"{made_up(90)}\t20260301\t1\t0\t{made_up(2)}\ten\t900000000000003001\ta made-up sprain\t0\r\n"
    is_a = f"{made_up(91)}\t20260301\t1\t0\t{made_up(51)}\t{made_up(50)}\t0\t116680003\t900000000000011006\t0\r\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"Snapshot/Refset/Map/{MAP}", header[MAP] + rows)
        archive.writestr(f"Snapshot/Terminology/{names[1]}", header[names[1]] + name)
        archive.writestr(f"Snapshot/Terminology/{names[2]}", header[names[2]] + is_a)
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snomed")
    installed = installed_release()
    given = (str(installed.tabular), str(installed.codes), installed.effective)
    image, told = _core.build_sources([release(folder / "rf2.zip")], [], installed=given)
    report = json.loads(told)
    assert report["rejects"] == []
    assert {f["feed"] for f in report["files"]} >= {"snomed_map", "snomed_description", "snomed_relationship"}
    _core.write(folder / "snomed.kb", image)
    return folder / "snomed.kb"


@pytest.fixture(scope="module")
def snomed(file: Path) -> superbill.KnowledgeBase:
    return superbill.open(file)


@pytest.mark.parametrize(
    ("item", "known", "expected"),
    [
        (1, {"birth_date": "2026-04-14", "onset_date": DAY}, ("mapped", ("P29.2",), ())),
        (1, {"birth_date": "1966-05-04", "onset_date": DAY}, ("mapped", ("I10",), ())),
        (1, {"birth_date": "1966-05-04"}, ("context_required", (), ("age_at_onset",))),
        (1, {}, ("context_required", (), ("age_at_onset",))),
        (2, {"laterality": "left", "seventh": "A"}, ("mapped", ("S93.402A",), ())),
        (2, {"laterality": "bilateral", "seventh": "d"}, ("mapped", ("S93.401D", "S93.402D"), ())),
        (2, {"seventh": "A"}, ("mapped", ("S93.409A",), ())),
        (2, {}, ("incomplete", (), ())),
        (3, {"conditions": [made_up(51)]}, ("mapped", ("R54",), ())),
        (3, {"conditions_complete": True}, ("mapped", ("R53.83",), ())),
        (3, {}, ("context_required", (), ("comorbidity",))),
        (4, {"sex": "female"}, ("mapped", ("R54",), ())),
        (4, {"sex": "male"}, ("mapped", ("R05.9",), ())),
        (4, {"sex": "unknown"}, ("context_required", (), ("sex",))),
        (5, {"laterality": "bilateral"}, ("mapped", ("M17.0",), ())),
        (6, {}, ("incomplete", ("I05.8",), ())),
        (7, {}, ("unmapped", (), ())),
    ],
)
def test_answers(snomed: superbill.KnowledgeBase, item: int, known: dict[str, Any], expected: tuple[object, ...]) -> None:
    answer = snomed.translate(made_up(item), DAY, **known)
    assert (answer.status, answer.codes, answer.missing) == expected
    assert answer == snomed.translate(str(made_up(item)), DAY, **known)


def test_fields(snomed: superbill.KnowledgeBase) -> None:
    answer = snomed.translate(made_up(2), DAY)
    (target,) = answer.targets
    assert (answer.term, answer.release, answer.covered) == ("a made-up sprain", "2026-03-01", True)
    assert (target.code, target.standing, target.side, target.group) == ("S93.409?", "incomplete", "unspecified", 1)
    assert target.candidates == ("S93.409A", "S93.409D", "S93.409S")
    assert target.advice == ("episode_of_care", "laterality", "ASK THE OWL")
    assert (target.category, target.rule) == ("properly_classified", "TRUE")
    assert answer.proof == ((1, 1, target.row, "TRUE", "true"),)
    header = snomed.translate(made_up(6), DAY).targets[0]
    assert (header.standing, header.candidates) == ("invalid_at_date", ("Q23.81", "Q23.82", "Q23.88"))
    with pytest.raises(AttributeError):
        answer.status = "mapped"  # type: ignore[misc]


@pytest.mark.parametrize("concept", [0, 12345, -1, made_up(1) + 1, 2**70, "x", "", 1.5, None])
def test_a_malformed_identifier_is_an_error(snomed: superbill.KnowledgeBase, concept: Any) -> None:
    with pytest.raises(superbill.CodeError, match="concept: not a SNOMED CT identifier"):
        snomed.translate(concept, DAY)


@pytest.mark.parametrize(
    ("known", "error", "message"),
    [
        ({"conditions": [made_up(1), 5]}, superbill.CodeError, r"conditions\[1\]"),
        ({"sex": "f"}, superbill.CodeError, "sex"),
        ({"laterality": "both"}, superbill.CodeError, "laterality"),
        ({"seventh": "AB"}, superbill.CodeError, "seventh"),
        ({"birth_date": "1966"}, superbill.DateError, "birth_date"),
        ({"birth_date": "2026-05-05"}, superbill.DateError, "birth_date"),
        ({"birth_date": DAY, "onset_date": "2026-05-03"}, superbill.DateError, "onset_date"),
    ],
)
def test_what_is_known_is_checked(snomed: superbill.KnowledgeBase, known: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        snomed.translate(made_up(1), DAY, **known)


def test_without_a_map_the_error_says_how_to_load_one(kb: superbill.KnowledgeBase) -> None:
    with pytest.raises(superbill.KnowledgeBaseError, match="superbill kb build"):
        kb.translate(made_up(1), DAY)


def test_many_answer_as_one(snomed: superbill.KnowledgeBase) -> None:
    asked = [made_up(item) for item in (1, 2, 6, 7, 2)]
    known: dict[str, Any] = {"birth_date": "1966-05-04", "onset_date": DAY, "laterality": "bilateral", "seventh": "A"}
    for concepts in (asked, np.array(asked, dtype=np.int64), map(str, asked)):
        offsets, codes, statuses = snomed.translate_many(concepts, DAY, **known)
        assert offsets.tolist() == [0, 1, 3, 4, 4, 6]
        for at, concept in enumerate(asked):
            one = snomed.translate(concept, DAY, **known)
            assert (tuple(codes[offsets[at] : offsets[at + 1]]), statuses[at]) == (one.codes, one.status)
    with pytest.raises(superbill.CodeError, match=r"concepts\[1\]"):
        snomed.translate_many([made_up(1), 7], DAY)


def test_the_command(file: Path) -> None:
    options = ("--date", DAY, "--kb", str(file), "--json")
    ran = run("translate", str(made_up(2)), *options, "--laterality", "left", "--seventh", "A")
    assert ran.returncode == 0
    answer = json.loads(ran.stdout)
    assert (answer["status"], answer["codes"], answer["targets"][0]["side"]) == ("mapped", ["S93.402A"], "chosen")
    ran = run("translate", str(made_up(3)), *options, "--condition", str(made_up(9)))
    assert (ran.returncode, json.loads(ran.stdout)["missing"]) == (1, ["comorbidity"])
    assert "context_required" in run("translate", str(made_up(3)), *options[:-1]).stdout
    for wrong in (("translate", "12345", *options), ("translate", str(made_up(2)), "--date", DAY)):
        ran = run(*wrong)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.startswith("superbill: ")


def test_the_measured_release_has_its_rows() -> None:
    concepts = [made_up(item) for item in range(1, 110_001)]
    assert sum(1 for _ in map_rows(random.Random(1), concepts)) == MEASURED
