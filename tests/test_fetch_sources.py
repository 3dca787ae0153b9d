"""Which files are fetched: licences, pages that list them, releases, the manifest, the catalogue; nothing here asks the network."""

from __future__ import annotations

import datetime
import getpass
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fetched import AMA, CODES, TODAY, one_problem, package, package_of, request, rows

from publisher import File, Publisher
from superbill.cli import fetching, main
from superbill.fetch.download import Downloader, check_address
from superbill.fetch.errors import LicenceError, RequestError
from superbill.fetch.feeds import Package, Where, fill, official, read_catalogue
from superbill.fetch.links import Link, choose, read_links
from superbill.fetch.manifest import NAME, Manifest, locked
from superbill.fetch.releases import candidates, fields
from superbill.fetch.run import fetch, file_name

# --- licences ---


def test_without_acceptance_nothing_is_asked(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files |= {"/codes-2026.zip": File(CODES), "/open.zip": File(CODES)}
    licensed = package(publisher, licence="ama-cpt")
    open_one = package(publisher, id="open", feeds=("open",), urls=(publisher.url("/open.zip"),))
    with pytest.raises(LicenceError, match=r"a licence.*https://publisher\.invalid/licence.*--accept ama-cpt"):
        fetch(request(tmp_path, open_one, licensed, feeds=["open", "codes"]), downloader)
    assert publisher.asked == []
    # Where no feed is named, those under a licence are left out.
    assert [row.package for row in fetch(request(tmp_path, open_one, licensed), downloader).fetched] == ["open"]
    with pytest.raises(RequestError, match="no licence is called"):
        fetch(request(tmp_path, licensed, accepted=["everything"]), downloader)


def test_acceptance_is_recorded_and_asked_for_each_time(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES)
    licensed = package(publisher, licence="ama-cpt")
    fetch(request(tmp_path, licensed, feeds=["codes"], accepted=["ama-cpt"]), downloader)
    (row,) = rows(tmp_path)
    accepted = row["accepted"]
    assert (accepted["licence"], accepted["terms"], accepted["by"]) == ("ama-cpt", AMA.terms, getpass.getuser())
    assert accepted["at"] == row["fetched"]
    assert publisher.asked[0].path == "/codes-2026.zip?agree=yes"
    # What is there needs no acceptance; a file that is missing does.
    assert len(fetch(request(tmp_path, licensed, feeds=["codes"]), downloader).in_place) == 1
    (tmp_path / row["file"]).unlink()
    with pytest.raises(LicenceError):
        fetch(request(tmp_path, licensed, feeds=["codes"]), downloader)


@pytest.mark.parametrize("licence", ["", "ama-cpt"])
def test_a_licence_page_that_was_not_expected_is_refused(
    publisher: Publisher, downloader: Downloader, tmp_path: Path, licence: str
) -> None:
    publisher.files |= {"/list": File(b'<a href="/license/other?file=/codes-2026.zip">codes</a>'), "/codes-2026.zip": File(CODES)}
    listed = package(publisher, licence=licence, listing=publisher.url("/list"), links=(r"codes-{year}\.zip$",), urls=())
    outcome = fetch(request(tmp_path, listed, accepted=["ama-cpt"]), downloader)
    assert "behind a licence" in one_problem(outcome)
    assert [asked.path for asked in publisher.asked] == ["/list"]


def test_some_feeds_are_never_fetched(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cpt is never fetched: it is not ours; ask the publisher"):
        fetch(request(tmp_path, package(publisher), feeds=["cpt"]), downloader)
    for feed in ("cpt", "snomed_map", "umls"):
        with pytest.raises(RequestError, match="never fetched"):
            official().packages([feed])


# --- pages that list files ---

LISTING = """<html><body><p>Files</p>
<A HREF="/license/ama?file=/files//edits-2026q4-v2-f2.zip">two</A> <a name=x>
<a href='/license/ama?file=/files/edits-2026q4-v10-f1.zip'>one</a>
<a href="/license/ama?file=/files/edits-2026q4-v2-f1.zip">one, before it was corrected</a>
<a href="/license/ama?file=/files/edits-2026q3-v1-f1.zip">old</a><a href="http://[broken">x</a>"""


def test_files_are_found_on_a_listing_page(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    one, two = package_of("one"), package_of("two")
    publisher.files |= {
        "/list-2026": File(to="/list"),
        "/list": File(LISTING.encode()),
        "/files/edits-2026q4-v10-f1.zip": File(one),
        "/files/edits-2026q4-v2-f2.zip": File(two),
    }
    quarters = ("01-01", "04-01", "07-01", "10-01")
    links = (r"edits-{year}q{quarter}-v\d+-f(?P<part>\d)\.zip$",)
    listed = package(publisher, starts=quarters, parts=2, licence="ama-cpt", listing=publisher.url("/list-{year}"), links=links, urls=())
    fetched = fetch(request(tmp_path, listed, accepted=["ama-cpt"]), downloader).fetched
    assert [(row.part, row.sha256) for row in fetched] == [(n, hashlib.sha256(c).hexdigest()) for n, c in ((1, one), (2, two))]
    # A corrected file takes the place of the one before.
    publisher.files["/list"] = File(LISTING.replace("v10", "v11").encode())
    publisher.files["/files/edits-2026q4-v11-f1.zip"] = File(package_of("three"))
    publisher.files["/files/edits-2026q4-v2-f2.zip"].etag = '"2"'
    again = fetch(request(tmp_path, listed, accepted=["ama-cpt"], renew=True), downloader)
    assert not again.failed
    assert sorted(path.name for path in (tmp_path / "codes").iterdir()) == ["edits-2026q4-v11-f1.zip", "edits-2026q4-v2-f2.zip"]


def test_links_of_a_page() -> None:
    links = read_links(LISTING, "https://publisher.invalid/list/page")
    assert links[0] == Link("https://publisher.invalid/files/edits-2026q4-v2-f2.zip", "/license/ama")
    assert len(links) == 4
    elsewhere = read_links('<a href="/license/ama?file=//evil.net/x.zip">', "https://publisher.invalid/")
    assert elsewhere == [Link("https://publisher.invalid/x.zip", "/license/ama")]
    assert read_links(f'<a href="/{"x" * 3000}">', "https://publisher.invalid/") == []
    assert choose(links, r"q4-v\d+-f(?P<part>\d)", 3) == []


@pytest.mark.parametrize(
    ("names", "taken"),
    [(["a-r2.zip", "a-r10.zip"], 1), (["rvu26d.zip", "rvu26d-updated-08-26-2026.zip"], 1), (["A-r1.ZIP", "a-r0.zip"], 0)],
)
def test_the_highest_version_is_taken(names: list[str], taken: int) -> None:
    links = [Link(f"https://publisher.invalid/{name}") for name in names]
    assert choose(links, r"\.zip$", 1) == [links[taken]]


def test_a_page_without_end(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/list"] = File(b" " * (5 << 20))
    listed = package(publisher, listing=publisher.url("/list"), links=("x",), urls=())
    assert "too many for a page of links" in one_problem(fetch(request(tmp_path, listed), downloader))


def test_addresses_are_tried_where_a_page_lists_none(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files |= {"/list": File(b"<html>"), "/b-1.zip": File(CODES), "/b-2.zip": File(package_of("two"))}
    urls = (publisher.url("/a-{part}.zip"), publisher.url("/b-{part}.zip"))
    both = package(publisher, listing=publisher.url("/list"), links=("x",), urls=urls, parts=2)
    assert [row.part for row in fetch(request(tmp_path, both), downloader).fetched] == [1, 2]
    assert [asked.path for asked in publisher.asked] == ["/list", "/a-1.zip", "/b-1.zip", "/b-2.zip"]


# --- releases ---


def test_an_older_release_is_taken_and_said(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2025.zip"] = File(CODES)
    outcome = fetch(request(tmp_path, package(publisher)), downloader)
    assert [row.release for row in outcome.fetched] == ["2025-10-01"]
    assert "codes: no release of 2026-10-01 is there" in outcome.notes[0]
    # The next time it is there, and the newer one is asked for again.
    again = fetch(request(tmp_path, package(publisher)), downloader)
    assert (len(again.in_place), len(again.fetched)) == (1, 0)


def test_trouble_is_no_reason_for_an_older_release(publisher: Publisher, once: Downloader, tmp_path: Path) -> None:
    publisher.files |= {
        "/list-2026": File(statuses=[500] * 9),
        "/list-2025": File(b'<a href="/codes-2025.zip">'),
        "/codes-2025.zip": File(CODES),
    }
    listed = package(publisher, listing=publisher.url("/list-{year}"), links=(r"codes-{year}\.zip",), urls=())
    assert "500" in one_problem(fetch(request(tmp_path, listed), once))


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        (None, ["2026-10-01", "2026-04-01", "2025-10-01"]),
        ("2026-10-01", ["2026-10-01"]),
        ("2026-04-01", ["2026-04-01"]),
        ("2026-05-04", ["2026-04-01", "2025-10-01"]),
        ("2026-03-31", ["2025-10-01"]),
        ("2027-01-15", ["2026-10-01"]),
    ],
)
def test_which_releases_are_tried(publisher: Publisher, asked: str | None, days: list[str]) -> None:
    yearly = package(publisher, years="fiscal", updates=("04-01",), update=Where(urls=("https://publisher.invalid/x",)))
    day = datetime.date.fromisoformat(asked) if asked else None
    assert [found.isoformat() for found in candidates(yearly, day, TODAY)] == days


def test_how_publishers_name_a_release(publisher: Publisher) -> None:
    fiscal = fields(package(publisher, years="fiscal"), datetime.date(2026, 10, 1))
    quarter = fields(package(publisher), datetime.date(2026, 7, 1))
    assert (fiscal["year"], fiscal["drg"]) == ("2027", "44")
    assert fill("{year}-{Month}-rvu{yy}{letter}-v{ncci}r0-{MON}_{mmddyyyy} {4}", quarter) == "2026-July-rvu26c-v322r0-JUL_07012026 {4}"
    with pytest.raises(RequestError, match="no field is called 'moon'"):
        fill("{moon}", quarter)


def test_an_address_by_hand(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/elsewhere/codes.zip"] = File(CODES)
    given = {"codes": [publisher.url("/elsewhere/codes.zip", host="localhost")]}
    day = datetime.date(2026, 10, 1)
    (row,) = fetch(request(tmp_path, package(publisher), urls=given, release=day), downloader).fetched
    assert (row.release, row.file) == ("2026-10-01", "codes/codes.zip")
    assert len(fetch(request(tmp_path, package(publisher), urls=given, release=day), downloader).in_place) == 1
    (unsaid,) = fetch(request(tmp_path / "b", package(publisher), urls=given), downloader).fetched
    assert unsaid.release == ""
    with pytest.raises(RequestError, match="2 parts"):
        fetch(request(tmp_path, package(publisher, parts=2), urls=given), downloader)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.invalid/files/zip/codes-2026.zip", "codes-2026.zip"),
        ("https://x.invalid/files/zip/2024-order-updated-12/19/2023.zip", "2024-order-updated-12-19-2023.zip"),
        ("https://x.invalid/icd10cm-Code%20Descriptions-2026.zip?agree=yes", "icd10cm-Code Descriptions-2026.zip"),
        ("https://x.invalid/..%2f..%2fetc%2fpasswd", "passwd"),
        ("https://x.invalid/.hidden:stream", "hidden_stream"),
        ("https://x.invalid/", "file"),
    ],
)
def test_names_of_files(url: str, name: str) -> None:
    assert file_name(url) == name


# --- the manifest ---


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"version": 1, "files": [', "restore it, or move it away"),
        (b"\xff\xfe", "restore it, or move it away"),
        (b'{"version": 1, "files": [{"file": 7}]}', "restore it, or move it away"),
        (b'{"version": 9, "files": []}', "reads version 1"),
    ],
)
def test_a_corrupt_manifest_is_an_error(publisher: Publisher, downloader: Downloader, tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(RequestError, match=says) as error:
        fetch(request(tmp_path, package(publisher)), downloader)
    assert str(tmp_path / NAME) in str(error.value)
    assert publisher.asked == []
    assert (tmp_path / NAME).read_bytes() == content


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a//b", "..\\x", "c:/x", ""])
def test_a_manifest_names_nothing_outside_its_folder(publisher: Publisher, downloader: Downloader, tmp_path: Path, name: str) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES)
    fetch(request(tmp_path, package(publisher)), downloader)
    content = json.loads((tmp_path / NAME).read_bytes())
    content["files"][0]["file"] = name
    (tmp_path / NAME).write_text(json.dumps(content))
    with pytest.raises(RequestError, match="outside its folder"):
        Manifest(tmp_path)


def test_one_fetch_at_a_time(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with locked(tmp_path), pytest.raises(RequestError, match="another fetch"):
        fetch(request(tmp_path, package(publisher)), downloader)


# --- the catalogue and the command ---

FEEDS = [
    "icd10cm_order",
    "icd10cm_tabular",
    "icd10cm_index",
    "icd10cm_external_index",
    "icd10cm_neoplasm",
    "icd10cm_drug",
    "icd10cm_conversion",
    "icd10pcs_order",
    "icd10pcs_tables",
    "icd10pcs_index",
    "icd10pcs_definitions",
    "hcpcs",
    "ncci_ptp_practitioner",
    "ncci_ptp_hospital",
    "ncci_mue_practitioner",
    "ncci_mue_outpatient_hospital",
    "ncci_mue_dme_supplier",
    "ncci_add_on",
    "pfs_indicators",
    "opps_addendum_b",
    "poa_exempt",
    "mce",
    "hcc_mapping",
    "place_of_service",
    "disease_ontology",
    "mondo",
]


def test_the_catalogue_serves_every_feed_lawfully() -> None:
    catalogue = official()
    assert set(FEEDS) <= set(catalogue.feeds)
    for feed in FEEDS:
        (found,) = catalogue.packages([feed])
        cpt = feed.startswith("ncci_") or feed in ("pfs_indicators", "opps_addendum_b")
        assert found.licence == ("ama-cpt" if cpt else ""), feed
    assert len({found.id for found in catalogue.package}) == len(catalogue.package)


@pytest.mark.parametrize("found", official().package, ids=lambda found: found.id)
def test_every_address_of_the_catalogue_is_whole(found: Package) -> None:
    days: list[datetime.date | None] = [*candidates(found, None, TODAY)]
    for day in days or [None]:
        known = fields(found, day) | {"part": "1"}
        for at in (found, found.update or found):
            for pattern in at.links:
                expression = re.compile(fill(pattern, known))
                assert found.parts == 1 or "part" in expression.groupindex
            for template in (at.listing, *at.urls):
                if template:
                    check_address(fill(template, known), found.hosts)


@pytest.mark.parametrize(
    ("feed", "day", "link"),
    [
        ("icd10cm_order", "2026-10-01", "/icd10cm-code-descriptions-2027.zip"),
        ("icd10cm_order", "2025-10-01", "/icd10cm-Code%20Descriptions-2026.zip"),
        ("icd10cm_tabular", "2025-10-01", "/icd10cm-table%20and%20index-2026.zip"),
        ("icd10pcs_order", "2023-10-01", "/files/zip/2024-icd-10-pcs-order-file-long-and-abbreviated-titles-updated-12/19/2023.zip"),
        ("hcpcs", "2026-10-01", "/files/zip/october-2026-alpha-numeric-hcpcs-file.zip"),
        ("ncci_ptp_practitioner", "2026-04-01", "/files/zip/medicare-ncci-2026q2-practitioner-ptp-edits-ccipra-v321r0-f1.zip"),
        ("ncci_ptp_hospital", "2026-10-01", "/files/zip/medicare-ncci-2026q4-hospital-ptp-edits-ccioph-v323r0-f1.zip"),
        ("ncci_mue_outpatient_hospital", "2026-10-01", "/medicare-ncci-2026-q4-facility-outpatient-hospital-services-mue-table.zip"),
        ("pfs_indicators", "2026-10-01", "/files/zip/rvu26d-updated-08-26-2026.zip"),
        ("opps_addendum_b", "2026-10-01", "/files/zip/October-2026-OPPS-Addendum-B.zip"),
        ("opps_addendum_b", "2026-04-01", "/files/zip/cy-2026-april-opps-addendum-b.zip"),
        ("mce", "2026-10-01", "/files/zip/fy2027-fr-definition-mce-v44.zip"),
        ("poa_exempt", "2026-10-01", "/files/zip/2027-poa-exempt-codes.zip"),
    ],
)
def test_names_that_publishers_used_are_found(feed: str, day: str, link: str) -> None:
    (found,) = official().packages([feed])
    known = fields(found, datetime.date.fromisoformat(day))
    patterns = [fill(pattern, known) for pattern in found.links]
    assert any(choose([Link(f"https://{found.hosts[0]}{link}")], pattern, 1) for pattern in patterns), patterns


def test_a_catalogue_of_another_form_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    for text in ("[[package]]\nid = 7\n", "[", '[[package]]\nstrange = ""\n'):
        path.write_text(text)
        with pytest.raises(RequestError, match=re.escape(str(path))):
            read_catalogue(path)


def test_the_command_lists_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kb", "fetch", "--list"]) == 0
    listed = capsys.readouterr().out
    assert all(feed in listed for feed in FEEDS)
    for arguments, says in (
        (["ncci_ptp_practitioner"], "--accept ama-cpt"),
        (["icd10cm"], "no feed is called"),
        (["hcpcs", "--release", "soon"], "YYYY-MM-DD or newest"),
        (["hcpcs", "--url", "hcpcs"], "FEED=URL"),
        (["hcpcs", "--url", "hcpcs=https://[x"], "https://HOST/FILE"),
        (["hcpcs", "--url", "hcpcs=file.zip"], "https://HOST/FILE"),
        (["umls"], "never fetched"),
    ):
        assert main(["kb", "fetch", *arguments, "--into", str(tmp_path / "files")]) == 2
        assert says in capsys.readouterr().err


def test_the_command_prints_rows(publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES)
    wanted = request(tmp_path, package(publisher, note="a note"))
    assert fetching.run_request(wanted, as_json=True) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"files": rows(tmp_path), "failed": {}}
    assert "codes: a note" in said.err
    assert fetching.run_request(wanted, as_json=False) == 0
    assert "in place" in capsys.readouterr().out
    (tmp_path / "codes" / "codes-2026.zip").write_bytes(b"")
    assert fetching.run_request(wanted, as_json=False) == 1


def test_httpx_is_asked_for_and_never_imported_with_superbill(tmp_path: Path) -> None:
    program = (
        "import sys; import superbill, superbill.cli; assert not {'httpx', 'superbill.fetch'} & set(sys.modules)\n"
        "sys.modules['httpx'] = None\n"
        f"sys.exit(superbill.cli.main(['kb', 'fetch', 'hcpcs', '--into', {str(tmp_path)!r}]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, "pip install 'superbill[fetch]'" in ran.stderr) == (2, True)
