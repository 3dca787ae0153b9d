"""A knowledge base file: what is in it, and what is no such file."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import superbill
from superbill import _core, kept
from superbill.default import Sources, installed_release, packs, release_day

DAY = "2026-05-04"


@pytest.fixture(scope="module")
def image() -> bytes:
    release = installed_release()
    return _core.build(release.tabular, release.codes, release.effective, packs())


def test_april_2026_has_74719_billable_codes(kb: superbill.KnowledgeBase) -> None:
    assert (installed_release().effective, kb.billable_count(DAY)) == ("2026-04-01", 74_719)


def test_billable_codes_are_the_leaves_of_the_published_list(kb: superbill.KnowledgeBase) -> None:
    lines = installed_release().codes.read_text(encoding="utf-8").split()
    listed = sorted(line for line in lines if "-" not in line and not line.isdigit())
    leaves = [code for code, after in pairwise([*listed, ""]) if not after.startswith(code)]
    found = [info for code in leaves if (info := kb.lookup(code, DAY)) and info.billable]
    assert len(leaves) == len(found) == kb.billable_count(DAY)


def test_the_same_sources_give_the_same_bytes(image: bytes) -> None:
    release = installed_release()
    again = _core.build(release.tabular, release.codes, release.effective, packs()[::-1])
    assert image == again


def test_without_cpt_the_rest_works(kb: superbill.KnowledgeBase) -> None:
    from notes import encounter

    release = installed_release()
    contents = [pack for pack in packs() if not pack[0].startswith(("cpt/", "pcs/"))]
    bare = superbill.KnowledgeBase.from_bytes(_core.build(release.tabular, release.codes, release.effective, contents))
    note = encounter("Assessment: Asthma. Procedure: right knee arthroscopy with partial medial meniscectomy.", "operative_report")
    assert bare.family_count == 0
    assert bare.code(note).procedures == ()
    assert [d.code for d in bare.code(note).diagnoses] == [d.code for d in kb.code(note).diagnoses]


@pytest.mark.parametrize("length", [0, 7, 20, 55, 56, 4096, -1])
def test_a_truncated_file_is_an_error(image: bytes, length: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.kb"
    path.write_bytes(image[:length])
    with pytest.raises(superbill.KnowledgeBaseError, match=r"truncated|not a Superbill"):
        superbill.open(path)


def use(kb: superbill.KnowledgeBase) -> None:
    kb.read("asthma")
    kb.search("asthma", "2026-03-01")


@pytest.mark.parametrize("place", [30, 60, 5_000, 1_000_000, -8])
def test_a_corrupt_file_is_an_error_before_it_answers(image: bytes, place: int) -> None:
    damaged = bytearray(image)
    damaged[place] ^= 0x40
    with pytest.raises(superbill.KnowledgeBaseError, match="corrupt"):
        use(superbill.KnowledgeBase.from_bytes(bytes(damaged)))
    with pytest.raises(superbill.KnowledgeBaseError, match="corrupt"):
        superbill.KnowledgeBase.from_bytes(bytes(damaged)).verify()


def test_a_foreign_and_a_newer_file_are_errors(image: bytes) -> None:
    with pytest.raises(superbill.KnowledgeBaseError, match="not a Superbill"):
        superbill.KnowledgeBase.from_bytes(b"PK\x03\x04" + image)
    newer = image[:8] + (_core.FORMAT_VERSION + 1).to_bytes(4, "little") + image[12:]
    with pytest.raises(superbill.KnowledgeBaseError, match=f"format {_core.FORMAT_VERSION + 1}"):
        superbill.KnowledgeBase.from_bytes(newer)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(superbill.KnowledgeBaseError, match=r"no\.kb"):
        superbill.open(tmp_path / "no.kb")


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=120,
        check=True,
    )


OPEN = "import superbill; print(superbill.open().hash)"


def test_the_default_file_is_built_once(kb: superbill.KnowledgeBase, tmp_path: Path) -> None:
    first = run(OPEN, SUPERBILL_CACHE=str(tmp_path / "cache"))
    assert first.stdout.strip() == kb.hash
    assert "building" in first.stderr
    assert len(list((tmp_path / "cache").glob("*.kb"))) == 1
    second = run(OPEN, SUPERBILL_CACHE=str(tmp_path / "cache"))
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_a_damaged_default_file_is_built_again(kb: superbill.KnowledgeBase, tmp_path: Path) -> None:
    run(OPEN, SUPERBILL_CACHE=str(tmp_path))
    (path,) = tmp_path.glob("*.kb")
    path.write_bytes(path.read_bytes()[:1000])
    assert run(OPEN, SUPERBILL_CACHE=str(tmp_path)).stdout.strip() == kb.hash


def test_where_the_cache_cannot_be_written_it_stays_in_memory(kb: superbill.KnowledgeBase, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    ran = run(OPEN, SUPERBILL_CACHE=str(blocked / "cache"))
    assert ran.stdout.strip() == kb.hash
    assert ran.stderr.count("stays in memory") == 1


@pytest.mark.parametrize(
    ("pack", "problem"),
    [
        ("[pack]\nid = ", "TOML parse error"),
        ("[[condition]]\ncode = 'E11'\nsay = ['x']", r"\[pack\]|id"),
        ("[pack]\nid='a'\ntitle='b'\ncitation='c'\n[[condition]]\ncode = 'E99.9'\nsay = ['x']", "E99.9"),
        ("[pack]\nid='a'\ntitle='b'\ncitation='c'\n[[conditoin]]\ncode = 'E11'", "conditoin"),
        (
            "[pack]\nid='a'\ntitle='b'\ncitation='c'\n[[condition]]\ncode='I10'\nsay=['zzz']\n[[condition]]\ncode='I10'\nsay=['Zzz']",
            "also said",
        ),
    ],
)
def test_a_wrong_pack_is_named(pack: str, problem: str) -> None:
    release = installed_release()
    with pytest.raises(superbill.BuildError, match=problem) as caught:
        _core.build(release.tabular, release.codes, release.effective, [("site/wrong.toml", pack)])
    assert str(caught.value).startswith("site/wrong.toml")


def test_a_wrong_tabular_list_is_named(tmp_path: Path) -> None:
    release = installed_release()
    xml = release.tabular.read_bytes()
    for name, content in {
        "cut.xml": xml[: len(xml) // 2],
        "other.xml": b"<html></html>",
        "empty.xml": b"",
        "binary.xml": bytes(range(256)),
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(superbill.BuildError, match=name):
            _core.build(path, release.codes, release.effective, [])


def test_the_release_comes_from_the_file_name() -> None:
    assert release_day("icd10c-tabular-April-1-2026.xml") == "2026-04-01"
    with pytest.raises(superbill.BuildError, match="not in the file name"):
        release_day("icd10c-tabular.xml")
    assert isinstance(installed_release(), Sources)


def test_lookup_needs_a_date_and_says_what_is_malformed(kb: superbill.KnowledgeBase) -> None:
    with pytest.raises(TypeError):
        kb.lookup("E11.9")  # type: ignore[call-arg]
    with pytest.raises(superbill.DateError):
        kb.lookup("E11.9", "2026-02-30")
    with pytest.raises(superbill.CodeError):
        kb.lookup("not a code", DAY)
    assert kb.lookup("Q99.99", DAY) is None
    covered = kb.lookup("e119", DAY)
    assert covered is not None
    assert (covered.code, covered.billable, covered.covered) == ("E11.9", True, True)
    early = kb.lookup("E11.9", "2019-05-04")
    assert early is not None
    assert not early.covered


def test_a_date_that_no_release_covers_is_never_released(kb: superbill.KnowledgeBase) -> None:
    from notes import encounter

    coded = kb.code(encounter("Assessment: asthma.") | {"date_of_service": "2019-05-04"})
    assert [f.rule for f in coded.findings] == ["kb.date_not_covered"]
    assert coded.disposition is not None
    assert coded.disposition.action != "release"


def test_the_cache_is_where_the_system_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from platformdirs import user_cache_dir

    monkeypatch.delenv("SUPERBILL_CACHE", raising=False)
    for home in ("", str(tmp_path)):
        monkeypatch.setenv("XDG_CACHE_HOME", home)
        assert kept.cache_folder() == user_cache_dir("superbill", appauthor=False)
    monkeypatch.setenv("SUPERBILL_CACHE", str(tmp_path / "own"))
    assert kept.cache_folder() == str(tmp_path / "own")


def test_another_pack_or_release_is_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    release = installed_release()
    one = kept.file_of(str(release.tabular), str(release.codes))
    assert one == kept.file_of(str(release.tabular), str(release.codes))
    edited = tmp_path / "edited.toml"
    edited.write_text("", encoding="utf-8")
    monkeypatch.setattr(kept, "pack_files", lambda: [str(edited)])
    other = kept.file_of(str(release.tabular), str(release.codes))
    edited.write_text("# more", encoding="utf-8")
    assert len({one, other, kept.file_of(str(release.tabular), str(release.codes))}) == 3
    assert len({other, kept.file_of(str(edited), str(release.codes))}) == 2
