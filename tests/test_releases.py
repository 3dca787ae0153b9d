"""Official files side by side: what held when, in any order, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sources
import superbill
from superbill import _core, cli

DAY = "2026-05-04"


def write(folder: Path, files: dict[str, str]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return [folder / name for name in files]


def built(folder: Path, files: dict[str, str], **said: object) -> tuple[bytes, dict[str, list[dict[str, object]]]]:
    image, report = _core.build_sources(write(folder, files), [], **said)  # type: ignore[arg-type]
    return image, json.loads(report)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    image, report = built(tmp_path_factory.mktemp("sources"), sources.FILES)
    assert report["rejects"] == []
    assert {file["feed"] for file in report["files"]} >= {"icd10cm_order", "hcpcs", "ncci_ptp_practitioner", "pfs_indicators"}
    return image


@pytest.fixture(scope="module")
def released(image: bytes) -> superbill.KnowledgeBase:
    return superbill.KnowledgeBase.from_bytes(image)


@pytest.mark.parametrize(
    ("code", "day", "standing"),
    [
        ("A00.0", "2024-12-01", "valid"),
        ("A00.1", "2025-09-30", "valid"),
        ("A00.1", "2025-10-01", "expired"),
        ("A00.2", "2025-09-30", "not_yet"),
        ("A00.2", "2025-10-01", "valid"),
        ("A01", "2025-09-30", "valid"),
        ("A01", "2025-10-01", "header"),
        ("A00", DAY, "header"),
        ("A99", DAY, "unknown"),
        ("A00!", DAY, "malformed"),
        ("0016070", DAY, "valid"),
        ("G0001", "2019-12-31", "not_yet"),
        ("G0002", "2021-12-31", "valid"),
        ("G0002", "2022-01-01", "expired"),
        ("11111", DAY, "valid"),
        ("44444", DAY, "undated"),
    ],
)
def test_the_date_of_service_decides(released: superbill.KnowledgeBase, code: str, day: str, standing: str) -> None:
    assert released.validate(code, day)[0] == standing


def test_an_expired_code_names_its_successors(released: superbill.KnowledgeBase) -> None:
    assert released.validate("A00.1", DAY) == ("expired", ["A00.2"])
    assert released.validate("G0002", DAY) == ("expired", ["G0001"])


def test_many_are_validated_as_one_by_one(released: superbill.KnowledgeBase) -> None:
    codes = ["A00.0", "A00.1", "A99", "?", "A00"]
    assert released.validate_many(codes, DAY) == [released.validate(code, DAY, system="icd10cm")[0] for code in codes]


def test_titles_are_those_of_the_day(released: superbill.KnowledgeBase) -> None:
    titles = [info.description for day in ("2024-12-01", DAY) if (info := released.lookup("A00.0", day))]
    assert titles == ["Red fever", "Red fever, revised"]


def test_hierarchy(released: superbill.KnowledgeBase) -> None:
    assert released.subsumes("A00", "A00.2")
    assert not released.subsumes("A01", "A00.2")
    with pytest.raises(superbill.CodeError):
        released.subsumes("A00", "A99")


def test_tables_say_what_holds_on_the_day(released: superbill.KnowledgeBase) -> None:
    service = released.lookup("11111", DAY)
    assert service is not None
    said = {(name, qualifier): value for name, qualifier, value in service.attributes}
    assert said == {
        ("pfs_status", ""): "A",
        ("pfs_status", "26"): "A",
        ("bilateral", ""): "1",
        ("bilateral", "26"): "0",
        ("mue_units", "practitioner"): 2,
        ("mue_adjudication", "practitioner"): 2,
        ("mue_rationale", "practitioner"): "CMS Policy",
        ("opps_status", ""): "J1",
    }
    fever = released.lookup("A00.0", DAY)
    assert fever is not None
    assert fever.attributes == [("poa_exempt", "", True), ("hcc", "A model", 2), ("hcc", "A model", 6)]


def test_a_value_of_no_units_is_not_an_absent_value(released: superbill.KnowledgeBase) -> None:
    paid_never, unknown = released.lookup("G0001", DAY), released.lookup("G0002", "2021-12-31")
    assert paid_never is not None
    assert unknown is not None
    assert ("mue_units", "practitioner", 0) in paid_never.attributes
    assert not [name for name, _, _ in unknown.attributes if name == "mue_units"]


@pytest.mark.parametrize(
    ("codes", "day", "found"),
    [
        (["11111", "22222"], DAY, [(0, 1, 1, "Misuse")]),
        (["22222", "99999", "11111"], DAY, [(2, 0, 1, "Misuse")]),
        (["11111", "33333"], "2025-12-31", [(0, 1, 0, "Misuse")]),
        (["11111", "33333"], "2026-01-01", []),
        (["11111", "44444"], "1996-01-01", []),
        (["11111"], DAY, []),
    ],
)
def test_edits_among_the_codes_of_a_claim(
    released: superbill.KnowledgeBase, codes: list[str], day: str, found: list[tuple[int, int, int, str]]
) -> None:
    assert released.ptp(codes, day) == found
    assert released.ptp(codes, day, setting="hospital") == []


def test_add_on_codes_name_their_primaries(released: superbill.KnowledgeBase) -> None:
    of = {code: info.add_on_to for code in ("11111", "22222", "33333") if (info := released.lookup(code, "2025-12-31"))}
    assert of == {"11111": [], "22222": [("11111", 1)], "33333": [(None, 2)]}
    later = released.lookup("33333", "2026-01-01")
    assert later is not None
    assert later.add_on_to == []


def test_lists_of_codes(released: superbill.KnowledgeBase) -> None:
    hospital = released.lookup("21", DAY, system="place_of_service")
    assert hospital is not None
    assert (hospital.description, hospital.attributes) == ("Inpatient hospital", [("facility_rate", "", True)])
    assert released.lookup("98", DAY, system="place_of_service") is None
    modifier = released.lookup("ZZ", DAY, system="hcpcs_modifier")
    assert modifier is not None
    assert modifier.description == "An invented circumstance"


def test_names_of_an_open_ontology_are_terms(released: superbill.KnowledgeBase) -> None:
    assert [match.codes for match in released.match("Assessment: scarlet malady.")] == [["A00.0"]]


def test_the_same_files_give_the_same_bytes_in_any_order_and_package(image: bytes, tmp_path: Path) -> None:
    backwards = dict(reversed(sources.FILES.items()))
    assert built(tmp_path / "loose", backwards)[0] == image
    package = tmp_path / "all.zip"
    package.write_bytes(sources.zipped(backwards))
    assert _core.build_sources([package], [])[0] == image


def test_fees_never_change_a_file(image: bytes, tmp_path: Path) -> None:
    richer = dict(sources.FILES)
    richer["PPRRVU2026_Apr_nonQPP.csv"] = sources.PFS.replace("1.50", "9.99")
    richer["opps_addendumB_2026-04.tsv"] = sources.OPPS.replace("100.00", "900.00")
    assert richer != sources.FILES
    assert built(tmp_path / "richer", richer)[0] == image


def test_changes_between_days(released: superbill.KnowledgeBase) -> None:
    changes = json.loads(_core.diff(released, "2025-09-30", released, "2026-01-01"))
    (codes,) = [c for c in changes["codes"] if c["system"] == "icd10cm"]
    assert codes["added"] == ["A00.2", "A01.0"]
    assert codes["deleted"] == [
        {"code": "A00.1", "header": False, "successors": ["A00.2"]},
        {"code": "A01", "header": True, "successors": []},
    ]
    assert [revised["code"] for revised in codes["revised"]] == ["A00.0"]
    (edits,) = changes["edits"]
    assert edits["removed"] == 1
    assert edits["pairs"] == [{"column1": "11111", "column2": "33333", "before": 0, "after": None}]


def test_licensed_words_need_a_typed_acceptance_and_stay_apart(tmp_path: Path) -> None:
    files = {**sources.FILES, "cpt_2026.txt": sources.CPT}
    _, report = built(tmp_path / "refused", files)
    assert ["--accept ama-cpt" in str(reject["problem"]) for reject in report["rejects"]] == [True]
    accepted, report = built(tmp_path / "accepted", files, accept=["ama-cpt"])
    assert report["rejects"] == []
    service = superbill.KnowledgeBase.from_bytes(accepted).lookup("11111", DAY)
    assert service is not None
    assert service.licensed_description("long") == "Licensed words, whole"
    assert (service.licensed_description("consumer"), service.description, service.short_description) == (None, "", "")
    with pytest.raises(ValueError, match="short, medium"):
        service.licensed_description("rude")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("order.txt", sources.OCTOBER_2025, "--release icd10cm_order=YYYY-MM-DD"),
        ("edits-2026q3.txt", sources.PTP, "ccipra"),
        ("icd10cm-order-2027.txt", sources.OCTOBER_2025 + "what is this\r\n", "not a line of an order file"),
        ("ncci_aoc_2026q4.tsv", sources.ADD_ON + "1\t2\t7\t\t\n", "edit type is not 1, 2 or 3"),
        ("x_2026.zip", "PK\x03\x04 no zip", "not a readable zip"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_built(tmp_path: Path, name: str, text: str, problem: str) -> None:
    image, report = built(tmp_path / "bad", {**sources.FILES, name: text})
    assert [reject["file"] for reject in report["rejects"]] == [name]
    assert problem in str(report["rejects"][0]["problem"])
    assert superbill.KnowledgeBase.from_bytes(image).validate("A00.2", DAY)[0] == "valid"


def test_a_release_of_edits_without_all_its_files_is_left_out(tmp_path: Path) -> None:
    part = sources.PTP_HEADER + "55555\t22222\t\t20200101\t*\t1\tMisuse\r\n"
    image, report = built(tmp_path / "part", {**sources.FILES, "ccipra-v323r0-f1.txt": part})
    assert [(reject["file"], "give all its files" in str(reject["problem"])) for reject in report["rejects"]] == [
        ("ccipra-v323r0-f1.txt", True)
    ]
    kb = superbill.KnowledgeBase.from_bytes(image)
    assert kb.ptp(["11111", "22222"], "2026-11-01") == [(0, 1, 1, "Misuse")]
    assert "ccipra-v323r0-f1.txt" not in [source[3] for source in kb.sources]


def test_a_release_may_be_said(tmp_path: Path) -> None:
    files = {"order.txt": sources.OCTOBER_2025}
    image, report = built(tmp_path / "said", files, releases={"icd10cm_order": "2025-10-01"})
    assert [file["effective"] for file in report["files"]] == ["2025-10-01"]
    assert superbill.KnowledgeBase.from_bytes(image).validate("A00.2", DAY)[0] == "valid"


def test_a_day_that_no_release_covers_says_so(released: superbill.KnowledgeBase) -> None:
    covered = [info.covered for day in ("2024-09-30", "2024-10-01", "2026-09-30", "2026-10-01") if (info := released.lookup("A00.0", day))]
    assert covered == [False, True, True, False]


def test_a_release_that_is_cut_short_is_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = write(
        tmp_path / "in", {"icd10cm-order-2026.txt": sources.OCTOBER_2025, "MUE_PractitionerServices_Eff_04-01-2025.csv": sources.MUE}
    )
    out = tmp_path / "out.kb"
    build = ["kb", "build", *map(str, files), "-o", str(out), "--without-packs"]
    assert cli.main(build) == 2
    assert not out.exists()
    told = capsys.readouterr().err
    assert "icd10cm_order 2025-10-01: 3 valid, not the 74,719 published" in told
    assert "--allow icd10cm_order" in told
    assert cli.main([*build, "--allow", "icd10cm_order", "--json"]) == 0
    total = json.loads(capsys.readouterr().out)["report"]["totals"]
    assert [(t["feed"], t["found"], t["published"]) for t in total] == [("icd10cm_order", 3, 74_719)]


THEN = sources.order(
    [
        ("T81", 0, "Trouble after work"),
        ("T814", 0, "Sepsis of work"),
        ("T814XXA", 1, "Sepsis of work, first visit"),
        ("T814XXD", 1, "Sepsis of work, next visit"),
        ("T82", 0, "Rust"),
        ("T820", 1, "Rust of a hinge"),
        ("T821", 1, "Rust of a lock"),
    ]
)
NOW = sources.order(
    [
        ("T81", 0, "Trouble after work"),
        ("T814", 0, "Sepsis of work"),
        ("T8140", 0, "Deep sepsis of work"),
        ("T8140XA", 1, "Deep sepsis of work, first visit"),
        ("T8140XD", 1, "Deep sepsis of work, next visit"),
        ("T82", 0, "Rust"),
        ("T820", 1, "Rust of a hinge"),
        ("T829", 1, "Rust of a drawbridge"),
    ]
)


@pytest.fixture(scope="module")
def divided(tmp_path_factory: pytest.TempPathFactory) -> superbill.KnowledgeBase:
    image, _ = built(tmp_path_factory.mktemp("divided"), {"icd10cm-order-2017.txt": THEN, "icd10cm-order-2026.txt": NOW})
    return superbill.KnowledgeBase.from_bytes(image)


@pytest.mark.parametrize(
    ("text", "day", "codes", "asked"),
    [
        ("Deep sepsis of work, next visit.", "2025-12-01", ["T81.40XD"], []),
        ("Deep sepsis of work, next visit.", "2016-12-01", ["T81.4XXD"], []),  # divided since: its code of that day
        ("Rust of a drawbridge.", "2025-12-01", ["T82.9"], []),
        ("Rust of a drawbridge.", "2016-12-01", [], ["T82 Rust"]),  # no code of that day says it: a question, and nothing invalid is coded
    ],
)
def test_a_diagnosis_is_coded_in_the_codes_of_its_day(
    divided: superbill.KnowledgeBase, text: str, day: str, codes: list[str], asked: list[str]
) -> None:
    encounter = {"id": "e", "type": "office_visit", "setting": "professional", "date_of_service": day, "scope": "all"}
    coded = divided.code(encounter | {"documents": [{"id": "n", "text": text}]})
    assert [d.code for d in coded.diagnoses] == codes
    assert [q.about for q in coded.queries] == asked
