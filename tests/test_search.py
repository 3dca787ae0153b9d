"""Searching codes by the words of their descriptions."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import superbill
from notes import Json
from superbill import _core
from superbill.default import installed_release, packs
from test_cli import lines, run

DAY = "2026-05-04"
SITE = "[pack]\nid='site'\ntitle='Site'\ncitation='house rule'\n[[condition]]\ncode='J45.909'\nsay=['zorblax wheeze']\n"


@pytest.fixture(scope="module")
def valid(kb: superbill.KnowledgeBase) -> list[superbill.CodeInfo]:
    written = installed_release().codes.read_text(encoding="utf-8").split()
    infos = (kb.lookup(code, DAY) for code in written if "-" not in code and not code.isdigit())
    return [info for info in infos if info and info.billable]


@pytest.mark.parametrize(
    ("words", "first", "matched"),
    [
        ("heart attack", "I21.9", "exact"),
        ("heart failure", "I50.9", "exact"),
        ("hart failure", "I50.9", "typo"),
        ("copd", "J44.9", "exact"),
        ("asthma", "J45.909", "exact"),
        ("type 2 diabetes", "E11.9", "exact"),
        ("TYPE 2 diab, without compl", "E11.9", "prefix"),
        ("heart fail unspec", "I50.9", "prefix"),
        ("menieres disease", "H81.09", "exact"),
        ("Ménière", "H81.09", "exact"),
        ("crohns", "K50.90", "exact"),
        ("hypertention", "I10", "typo"),
        ("diabtes mellitus neuropthy", "E11.40", "typo"),
        ("fracture of right femur", "S72.91XA", "exact"),
        ("hypertensve retnop", "H35.039", "typo"),
        ("E11.9", "E11.9", "exact"),
        ("e119", "E11.9", "exact"),
        ("E11", "E11.00", "prefix"),
        ("E11.4 autonomic", "E11.43", "prefix"),
        ("vitamin b12 deficiency anemia", "D51.9", "exact"),
        ("asthma with zebras", "J45.901", "partial"),
    ],
)
def test_the_best_code_comes_first(kb: superbill.KnowledgeBase, words: str, first: str, matched: str) -> None:
    found = kb.search(words, DAY, system="icd10cm", limit=5)
    assert [(info.code, info.matched) for info in found[:1]] == [(first, matched)]


@pytest.mark.parametrize("words", ["", "  ", "-", "xqzzw", "xqzzw yqzz"])
def test_what_nothing_is_called_is_not_found(kb: superbill.KnowledgeBase, words: str) -> None:
    assert kb.search(words, DAY) == []


def test_every_title_with_all_words_is_found(kb: superbill.KnowledgeBase, valid: list[superbill.CodeInfo]) -> None:
    """The index has more than titles; what a scan of the titles finds is part of it."""
    plain = [(info.code, info.description.lower().replace("'s", "")) for info in valid if info.description.isascii()]
    titles = [(code, re.findall(r"[a-z0-9]+", title)) for code, title in plain]
    for words in ("diab neur", "fracture femur right", "o", "2", "with", "malignant neo breast fem", "burn third degree", "s"):
        wanted = words.split()
        scanned = {code for code, have in titles if all(any(h.startswith(w) for h in have) for w in wanted)}
        found = kb.search(words, DAY, system="icd10cm", limit=100_000)
        assert scanned <= {info.code for info in found}, words
        assert len({info.code for info in found}) == len(found)
        assert {info.matched for info in found} <= {"exact", "prefix"}, words


def mistyped(title: str, numbers: random.Random) -> str | None:
    """A title with one error in one word of five or more letters."""
    long = list(re.finditer(r"[A-Za-z]{5,}", title))
    if not long:
        return None
    word = numbers.choice(long)
    at = numbers.randrange(word.start(), word.end() - 1)
    letter = numbers.choice("abcdefghijklmnopqrstuvwxyz")
    ways = (
        title[:at] + title[at + 1 :],
        title[:at] + letter + title[at:],
        title[:at] + letter + title[at + 1 :],
        title[:at] + title[at + 1] + title[at] + title[at + 2 :],
    )
    return numbers.choice(ways)


def test_a_title_with_a_typing_error_is_found(kb: superbill.KnowledgeBase, valid: list[superbill.CodeInfo]) -> None:
    numbers = random.Random(11)
    missed = []
    sample = numbers.sample(valid, 400)
    for info in sample:
        words = mistyped(info.description, numbers)
        if words and info.code not in {found.code for found in kb.search(words, DAY)}:
            missed.append((info.code, words))
    assert missed == []


def test_systems(kb: superbill.KnowledgeBase) -> None:
    def systems(**options: object) -> set[str]:
        return {info.system for info in kb.search("knee", DAY, limit=10_000, **options)}  # type: ignore[arg-type]

    assert systems(system="icd10cm") == {"icd10cm"}
    assert systems(system=["icd10cm", "cpt"]) <= {"icd10cm", "cpt"}
    assert systems() >= {"icd10cm"}
    assert systems(system=[]) == set()
    assert kb.search("E11.9", DAY, system="hcpcs") == []
    for unknown in ("icd9", ["icd10cm", "icd9"]):
        with pytest.raises(superbill.CodeError, match="icd10pcs"):
            kb.search("knee", DAY, system=unknown)


def test_headers_are_found_on_demand(kb: superbill.KnowledgeBase) -> None:
    assert "J45" not in [info.code for info in kb.search("asthma", DAY, limit=100)]
    with_headers = kb.search("asthma", DAY, limit=100, headers=True)
    assert "J45" in [info.code for info in with_headers]
    assert {info.standing for info in with_headers} == {"valid", "header"}
    assert kb.search("E11", DAY, headers=True)[0].code == "E11"


def test_fewer_are_the_first_of_more(kb: superbill.KnowledgeBase) -> None:
    for words in ("a", "fracture", "diab neur", "hart failure", "E11"):
        many = [info.code for info in kb.search(words, DAY, limit=100)]
        for limit in (0, 1, 7, 50):
            assert [info.code for info in kb.search(words, DAY, limit=limit)] == many[:limit], words


def test_only_a_search_tells_how_it_matched(kb: superbill.KnowledgeBase) -> None:
    info = kb.lookup("E11.9", DAY)
    assert info is not None
    assert info.matched is None


@pytest.fixture(scope="module")
def on_a_base() -> tuple[superbill.KnowledgeBase, superbill.KnowledgeBase]:
    release, site = installed_release(), [("site.toml", SITE)]
    base = superbill.KnowledgeBase.from_bytes(_core.build(release.tabular, release.codes, release.effective, packs()))
    anew = _core.build(release.tabular, release.codes, release.effective, packs() + site)
    return superbill.KnowledgeBase.from_bytes(_core.overlay(base, site)), superbill.KnowledgeBase.from_bytes(anew)


def test_terms_of_packs_on_a_base_are_found(on_a_base: tuple[superbill.KnowledgeBase, ...], kb: superbill.KnowledgeBase) -> None:
    assert kb.search("zorblax", DAY) == []
    for with_site in on_a_base:
        assert [(i.code, i.matched) for i in with_site.search("zorblx wheze", DAY)] == [("J45.909", "typo")]


def test_an_index_is_the_same_on_a_base_and_anew(on_a_base: tuple[superbill.KnowledgeBase, ...]) -> None:
    def sizes(of: superbill.KnowledgeBase) -> Iterator[tuple[int, int]]:
        return ((section, size) for section, size in of.section_sizes if 168 <= section < 192)

    overlaid, anew = on_a_base
    assert list(sizes(overlaid)) == list(sizes(anew))
    for words in ("asthma", "heart att", "a", "frcture"):
        assert [i.code for i in overlaid.search(words, DAY)] == [i.code for i in anew.search(words, DAY)]


PIECES = ["a", "un", "E11", "12", "frcture", "left", "of", "pain", "diabtes", "'", "é"]


@settings(max_examples=200, deadline=None)
@given(words=st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_words_have_an_answer(kb: superbill.KnowledgeBase, words: str) -> None:
    found = kb.search(words, DAY, limit=7)
    assert len(found) <= 7
    assert [i.code for i in found] == [i.code for i in kb.search(words, DAY, limit=7)]


def test_the_command_line_searches_systems() -> None:
    (found,) = lines(run("search", "diabtes", "type 2", "--date", DAY, "--system", "icd10cm", "--system", "cpt", "--limit", "3", "--json"))
    first: Json = cast("list[Json]", found)[0]
    assert (first["code"], first["system"], first["matched"]) == ("E11.9", "icd10cm", "typo")
    partial = run("search", "asthma", "zebras", "--date", DAY)
    assert "some" in partial.stderr
    assert run("search", "knee", "--date", DAY, "--system", "icd9").returncode == 2
