"""The alphabetic indexes, the tables of neoplasms and drugs, and the tables of ICD-10-PCS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import superbill
from notes import encounter
from superbill import _core, cli, metamorphic
from superbill.default import installed_release, packs

DAY = "2026-05-04"
OFFICIAL = Path(__file__).resolve().parents[2] / "shared" / "data"

INDEX = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index><version>2026</version><title>ICD-10-CM INDEX TO DISEASES and INJURIES</title>
<letter><title>S</title>
<mainTerm><title>Snap, snapped<nemod>(clean) (loud)</nemod></title><seeAlso>Crack</seeAlso><code>T14.8</code>
 <term level="1"><title>femur, femoral</title><code>S72.9-</code>
  <term level="2"><title>neck</title><code>S72.00-</code></term></term>
 <term level="1"><title>hip</title><see>Snap, femur, neck</see></term>
 <term level="1"><title>in</title>
  <term level="2"><title>sugar sickness</title><code>E11.9</code><manif>I43</manif></term>
  <term level="2"><title>elsewhere</title><seecat>M01</seecat></term></term>
</mainTerm></letter></ICD10CM.index>"""

CHANGED = INDEX.replace("S72.00-", "S72.01-").replace(
    '<term level="1"><title>hip', '<term level="1"><title>toe</title><code>S92.9-</code></term><term level="1"><title>hip'
)

DRUGS = """<ICD10CM.index><version>2026</version><indexHeading><head col="1">Substance</head><head col="2">Poisoning by mishap</head>
<head col="3">Adverse effect</head></indexHeading><letter><title>G</title>
<mainTerm><title>Glue<nemod>(sticky)</nemod></title><cell col="2">T52.8X1</cell><cell col="3">--</cell>
<term level="1"><title>hot</title><cell col="2">T52.8X1</cell><cell col="3">T50.905A</cell></term></mainTerm></letter></ICD10CM.index>"""

TABLES = """<ICD10PCS.tabular><version>2026</version><pcsTable>
<axis pos="1" values="1"><title>Section</title><label code="0">Hands on</label></axis>
<axis pos="2" values="1"><title>Body System</title><label code="Q">Ears</label></axis>
<axis pos="3" values="1"><title>Operation</title><label code="Z">Mending</label><definition>Making whole</definition></axis>
<pcsRow codes="4"><axis pos="4" values="2"><title>Body Part</title><label code="9">Ear</label><label code="B">Lobe</label></axis>
<axis pos="5" values="1"><title>Approach</title><label code="X">External</label></axis>
<axis pos="6" values="2"><title>Device</title><label code="1">Thread</label><label code="Z">No Device</label></axis>
<axis pos="7" values="1"><title>Qualifier</title><label code="Z">No Qualifier</label></axis></pcsRow></pcsTable></ICD10PCS.tabular>"""

PROCEDURES = """<ICD10PCS.index><version>2026</version><letter><title>M</title><mainTerm><title>Mending</title>
<term level="1"><title>Ear</title><codes>0QZ9</codes></term><term level="1"><title>Lobe</title><code>0QZBXZZ</code></term></mainTerm>
<mainTerm><title>Sewing</title><term level="1"><see>Mending, Ear<tab>0QZ</tab></see></term></mainTerm>
<mainTerm><title>Auricle</title><use>Ear</use></mainTerm></letter></ICD10PCS.index>"""

FILES = {
    "icd10cm_index_2025.xml": INDEX,
    "icd10cm_index_2026.xml": CHANGED,
    "icd10cm-drug-April-1-2026-XML.xml": DRUGS,
    "icd10pcs_tables_2026.xml": TABLES,
    "icd10pcs_index_2026.xml": PROCEDURES,
}


def built(folder: Path, files: dict[str, str]) -> tuple[bytes, dict[str, Any]]:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return compiled([folder / name for name in files])


def compiled(paths: list[Path]) -> tuple[bytes, dict[str, Any]]:
    release = installed_release()
    image, report = _core.build_sources(paths, [], installed=(str(release.tabular), str(release.codes), release.effective))
    return image, json.loads(report)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    image, report = built(tmp_path_factory.mktemp("small"), FILES)
    assert report["rejects"] == []
    return superbill.KnowledgeBase.from_bytes(image)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("file")
    image, _ = built(folder, FILES)
    (folder / "small.kb").write_bytes(image)
    return folder / "small.kb"


def only(entries: list[superbill.IndexEntry]) -> superbill.IndexEntry:
    (entry,) = entries
    return entry


def test_a_term_is_found_by_its_words(small: superbill.KnowledgeBase) -> None:
    neck = only(small.index_lookup("snapped femoral neck", DAY))
    assert neck.path == ["Snap, snapped", "femur, femoral", "neck"]
    assert (neck.code, neck.complete, neck.covered, neck.release) == ("S72.01", False, True, "2025-10-01")
    top = only(small.index_lookup("a loud snap", DAY))
    assert (top.nonessential, top.code, top.unmatched) == ("(clean) (loud)", "T14.8", ["a"])
    assert (top.children, top.see_also) == (["femur, femoral", "toe", "hip", "in"], [("Crack", None, None)])
    assert (top.index, only(small.index_lookup("snap", DAY, limit=1)).path) == ("icd10cm", ["Snap, snapped"])
    assert small.index_lookup("xyzzy", DAY) == small.index_lookup("", DAY) == []


def test_references_and_second_codes(small: superbill.KnowledgeBase) -> None:
    hip = only(small.index_lookup("Snap, hip", DAY))
    assert hip.see == [("Snap, femur, neck", ["Snap, snapped", "femur, femoral", "neck"], "S72.01")]
    sugar = only(small.index_lookup("snap in sugar sickness", DAY))
    assert (sugar.path, sugar.code, sugar.complete, sugar.manifestation) == (
        ["Snap, snapped", "in", "sugar sickness"],
        "E11.9",
        True,
        "I43",
    )
    assert only(small.index_lookup("snap elsewhere", DAY)).see == [("category M01", None, "M01")]


def test_a_day_is_answered_by_its_release(small: superbill.KnowledgeBase) -> None:
    before = only(small.index_lookup("snap femur neck", "2025-09-30"))
    assert (before.code, before.release, before.covered) == ("S72.00", "2024-10-01", True)
    assert only(small.index_lookup("snap toe", "2025-09-30")).unmatched == ["toe"]
    late = only(small.index_lookup("snap toe", "2031-01-01"))
    assert (late.code, late.covered, late.release) == ("S92.9", False, "2025-10-01")


def test_a_table_says_what_its_columns_say(small: superbill.KnowledgeBase) -> None:
    glue = only(small.index_lookup("glue", DAY, index="drug"))
    # The table leaves the seventh character out; the list of codes says so.
    assert glue.cells == [("Poisoning by mishap", "T52.8X1", False), ("Adverse effect", None, False)]
    assert only(small.index_lookup("hot glue", DAY, index="drug")).cells[1] == ("Adverse effect", "T50.905A", True)


def test_procedures(small: superbill.KnowledgeBase) -> None:
    ear = only(small.index_lookup("mending of ear", DAY, index="icd10pcs"))
    assert (ear.code, ear.complete) == ("0QZ9", False)
    assert only(small.index_lookup("mending lobe", DAY, index="icd10pcs")).complete
    assert only(small.index_lookup("sewing", DAY, index="icd10pcs")).see == [("Mending, Ear", ["Mending", "Ear"], "0QZ")]
    assert only(small.index_lookup("auricle", DAY, index="icd10pcs")).use == ["Ear"]
    assert small.pcs_axes("0qz9", DAY)[1:] == [("Q", "Body System", "Ears"), ("Z", "Operation", "Mending"), ("9", "Body Part", "Ear")]
    assert len(small.pcs_axes("0QZ9XZZ", DAY)) == 7
    assert small.pcs_complete("0QZ9X", DAY) == [("1", "Device", "Thread"), ("Z", "Device", "No Device")]
    assert small.pcs_axes("0QZ9X2", DAY) == small.pcs_complete("0QZ9XZZ", DAY) == []
    with pytest.raises(superbill.CodeError, match="without I and O"):
        small.pcs_complete("0QI", DAY)


def test_what_was_not_loaded_is_named(kb: superbill.KnowledgeBase, small: superbill.KnowledgeBase) -> None:
    for index, feed in (("icd10cm", "icd10cm_index"), ("external", "icd10cm_external_index"), ("icd10pcs", "icd10pcs_index")):
        with pytest.raises(superbill.KnowledgeBaseError, match=f"no {feed}:"):
            kb.index_lookup("fracture", DAY, index=index)  # type: ignore[arg-type]
    with pytest.raises(superbill.KnowledgeBaseError, match="no icd10cm_neoplasm:"):
        small.index_lookup("skin", DAY, index="neoplasm")
    with pytest.raises(superbill.KnowledgeBaseError, match="no icd10pcs_tables:"):
        kb.pcs_axes("0QZ", DAY)
    with pytest.raises(superbill.CodeError, match="expected one of icd10cm, external"):
        small.index_lookup("skin", DAY, index="other")  # type: ignore[arg-type]
    with pytest.raises(superbill.DateError):
        small.index_lookup("skin", "2026-02-30")


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    forward, _ = built(tmp_path, FILES)
    backward, _ = built(tmp_path, dict(reversed(FILES.items())))
    assert forward == backward


def test_rows_that_do_not_agree_are_named(tmp_path: Path) -> None:
    _, report = built(tmp_path, {"icd10pcs_tables_2026.xml": TABLES.replace('codes="4"', 'codes="5"')})
    (reject,) = report["rejects"]
    assert (reject["file"], reject["line"]) == ("icd10pcs_tables_2026.xml", 8)
    assert reject["problem"] == "table 0QZ row 1: 4 codes, 5 announced: left out"
    _, report = built(tmp_path, {"icd10cm_index_2026.xml": INDEX.replace("<title>hip", "<title>&hip;")})
    assert "line 7: " in report["rejects"][0]["problem"]


def test_the_command_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--date", DAY, "--kb", str(path)]
    assert cli.main(["index", "snap", "hip", *options]) == 0
    assert capsys.readouterr().out == "Snap, snapped, hip\n  see Snap, femur, neck -> Snap, snapped, femur, femoral, neck S72.01\n"
    assert cli.main(["index", "glue", "--index", "drug", "--json", *options]) == 0
    assert json.loads(capsys.readouterr().out)[0]["cells"][0] == ["Poisoning by mishap", "T52.8X1", False]
    assert cli.main(["index", "xyzzy", *options]) == 1
    assert cli.main(["index", "xyzzy", "--index", "neoplasm", *options]) == 2
    capsys.readouterr()
    assert cli.main(["pcs", "0QZ9X", *options]) == 0
    assert f".....1  {'Device':<24} Thread" in capsys.readouterr().out
    assert cli.main(["pcs", "0QZ9XZZ", "--json", *options]) == 0
    assert len(json.loads(capsys.readouterr().out)["axes"]) == 7
    assert cli.main(["pcs", "0QZ8", *options]) == 1
    assert cli.main(["pcs", "OQZ", *options]) == 2


@pytest.fixture(scope="module")
def official() -> tuple[superbill.KnowledgeBase, dict[str, Any]]:
    """A knowledge base of the publishers' files."""
    if not OFFICIAL.is_dir():
        pytest.skip("the publishers' files are not at ../shared/data")
    paths = [p for folder in ("icd10cm_xml", "icd10pcs") for p in sorted((OFFICIAL / folder).rglob("*.zip")) if "order" not in p.name]
    image, report = compiled([p for p in paths if "tabular" not in p.name])
    return superbill.KnowledgeBase.from_bytes(image), report


@pytest.mark.corpora
def test_every_row_of_the_publishers_is_read(official: tuple[superbill.KnowledgeBase, dict[str, Any]]) -> None:
    kb, report = official
    assert report["rejects"] == []
    rows = {(file["feed"], file["effective"]): file["rows"] for file in report["files"]}
    # The installed release of ICD-10-CM comes with them.
    assert {name: count for name, count in rows.items() if name[0] not in ("icd10cm_tabular", "icd10cm_codes")} == {
        ("icd10cm_index", "2016-10-01"): 7_973 + 69_226,
        ("icd10cm_external_index", "2026-04-01"): 314 + 7_776,
        ("icd10cm_neoplasm", "2026-04-01"): 1 + 1_939,
        ("icd10cm_drug", "2026-04-01"): 5_179 + 2_251,
        ("icd10pcs_tables", "2024-10-01"): 2_661,
        ("icd10pcs_tables", "2025-10-01"): 2_733,
        ("icd10pcs_index", "2024-10-01"): 3_215 + 21_269,
        ("icd10pcs_definitions", "2024-10-01"): 1_066 + 60,
        ("icd10pcs_definitions", "2025-10-01"): 1_090 + 60,
    }
    diabetes = only(kb.index_lookup("type 2 diabetes with neuropathy", DAY))
    assert (diabetes.path[1:], diabetes.code, diabetes.covered) == (["type 2", "with", "neuropathy"], "E11.40", False)
    hip = only(kb.index_lookup("Fracture, traumatic, hip", DAY))
    assert hip.see[0][1] is not None
    assert (hip.see[0][1][0], hip.see[0][1][-1]) == ("Fracture, traumatic", "neck")
    breast = kb.index_lookup("breast", DAY, index="neoplasm")[0]
    assert [heading for heading, _, _ in breast.cells][:2] == ["Malignant Primary", "Malignant Secondary"]
    assert [label for _, _, label in kb.pcs_axes("0DTJ4ZZ", DAY)][2:5] == ["Resection", "Appendix", "Percutaneous Endoscopic"]


def test_conditions_of_the_index_for_the_metamorphic_bench(small: superbill.KnowledgeBase) -> None:
    titles = [metamorphic.Condition(words, "T14.8") for words in ("snap of the femoral neck", "snap in sugar sickness", "snap")]
    found = metamorphic.index_conditions(small, titles)
    # What goes on to another condition is left out, and what a title says already.
    assert found == [metamorphic.Condition("neck femur snap", "S72.01")]
    assert metamorphic.index_conditions(superbill.open(), titles) == []


@pytest.fixture(scope="module")
def read_with(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    """The packs and the small index together."""
    file = tmp_path_factory.mktemp("read") / "icd10cm_index_2026.xml"
    file.write_text(INDEX, encoding="utf-8")
    release = installed_release()
    image, _ = _core.build_sources([file], packs(), installed=(str(release.tabular), str(release.codes), release.effective))
    return superbill.KnowledgeBase.from_bytes(image)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # Words in their order, with sides and articles between them.
        ("Snap of the neck of the left femur.", "S72.002A"),
        ("Snap (clean), left femoral neck.", "S72.002A"),
        # A reference is followed.
        ("Snap at the right hip.", "S72.001A"),
        # Words of something else stand between.
        ("Snap of the clock, femur and neck examined.", None),
    ],
)
def test_a_note_is_read_from_the_main_term_down(read_with: superbill.KnowledgeBase, text: str, code: str | None) -> None:
    coded = read_with.code(encounter(f"Assessment: 1. {text}"))
    assert [d.code for d in coded.diagnoses] == ([code] if code else [])
    if code:
        assert coded.diagnoses[0].because[0].release.startswith("icd10cm_index ")
