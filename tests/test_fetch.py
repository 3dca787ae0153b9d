"""Fetching a file from a publisher on this machine: whole, cut, refused; nothing here asks the network."""

from __future__ import annotations

import datetime
import hashlib
import io
import sys
from pathlib import Path

import pytest
from fetched import CODES, PUBLISHED, one_problem, package, package_of, request, rows

from publisher import File, Publisher, publishing
from superbill.cli import fetching
from superbill.fetch.download import Downloader, check_address
from superbill.fetch.errors import FetchError
from superbill.fetch.manifest import NAME
from superbill.fetch.run import fetch

# --- a file and its row ---


def test_a_file_is_brought_with_its_row(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, etag='"1"', last_modified=PUBLISHED)
    outcome = fetch(request(tmp_path, package(publisher), feeds=["titles"]), downloader)
    (row,) = outcome.fetched
    assert (tmp_path / row.file).read_bytes() == CODES
    assert row.file == "codes/codes-2026.zip"
    (kept,) = rows(tmp_path)
    assert kept["sha256"] == hashlib.sha256(CODES).hexdigest()
    assert kept["size"] == len(CODES)
    assert kept["url"] == publisher.url("/codes-2026.zip")
    assert (kept["etag"], kept["last_modified"], kept["release"], kept["accepted"]) == ('"1"', PUBLISHED, "2026-10-01", None)
    assert kept["feeds"] == ["codes", "titles"]
    assert abs(datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(kept["fetched"])) < datetime.timedelta(minutes=1)
    assert not list(tmp_path.rglob(".*.part*"))


def test_what_is_there_is_checked_and_not_asked_for(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES)
    wanted = request(tmp_path, package(publisher))
    fetch(wanted, downloader)
    again = fetch(wanted, downloader)
    assert (len(again.in_place), again.fetched, len(publisher.asked)) == (1, [], 1)
    (tmp_path / "codes" / "codes-2026.zip").unlink()
    assert len(fetch(wanted, downloader).fetched) == 1


@pytest.mark.parametrize("changed", [b"short", CODES[:-1] + b"\xff"])
def test_a_file_that_changed_on_disk_is_an_error(publisher: Publisher, downloader: Downloader, tmp_path: Path, changed: bytes) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES)
    wanted = request(tmp_path, package(publisher))
    fetch(wanted, downloader)
    (tmp_path / "codes" / "codes-2026.zip").write_bytes(changed)
    problem = one_problem(fetch(wanted, downloader))
    assert "not what was fetched" in problem
    assert hashlib.sha256(CODES).hexdigest() in problem
    assert len(publisher.asked) == 1
    assert (tmp_path / "codes" / "codes-2026.zip").read_bytes() == changed


def test_renew_asks_whether_it_changed(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, etag='"1"')
    fetch(request(tmp_path, package(publisher)), downloader)
    same = fetch(request(tmp_path, package(publisher), renew=True), downloader)
    assert (len(same.in_place), len(same.fetched), publisher.asked[-1].sent) == (1, 0, 0)
    changed = package_of("changed")
    publisher.files["/codes-2026.zip"] = File(changed, etag='"2"')
    assert len(fetch(request(tmp_path, package(publisher), renew=True), downloader).fetched) == 1
    assert (tmp_path / "codes" / "codes-2026.zip").read_bytes() == changed
    assert [row["sha256"] for row in rows(tmp_path)] == [hashlib.sha256(changed).hexdigest()]


# --- cut, resumed, started anew ---


def test_a_cut_file_goes_on_where_it_was_cut(publisher: Publisher, once: Downloader, tmp_path: Path) -> None:
    half = len(CODES) // 2
    publisher.files["/codes-2026.zip"] = File(CODES, etag='"1"', cut=[half])
    wanted = request(tmp_path, package(publisher))
    assert "goes on from there" in one_problem(fetch(wanted, once))
    assert not (tmp_path / "codes" / "codes-2026.zip").exists()
    have = (tmp_path / "codes" / ".codes-2026.zip.part").stat().st_size
    assert half - (16 << 10) < have <= half

    assert len(fetch(wanted, once).fetched) == 1
    assert (tmp_path / "codes" / "codes-2026.zip").read_bytes() == CODES
    assert rows(tmp_path)[0]["sha256"] == hashlib.sha256(CODES).hexdigest()
    first, second = publisher.asked
    assert "range" not in first.headers
    assert (second.headers["range"], second.headers["if-range"]) == (f"bytes={have}-", '"1"')
    assert (first.sent, second.sent) == (half, len(CODES) - have)


def test_a_cut_file_goes_on_within_one_fetch(publisher: Publisher, downloader: Downloader, tmp_path: Path, pauses: list[float]) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, last_modified=PUBLISHED, cut=[100_000, 50_000])
    assert len(fetch(request(tmp_path, package(publisher)), downloader).fetched) == 1
    assert (tmp_path / "codes" / "codes-2026.zip").read_bytes() == CODES
    assert [asked.headers.get("if-range") for asked in publisher.asked] == [None, PUBLISHED, PUBLISHED]
    assert pauses == [1, 2]


@pytest.mark.parametrize(
    "after",
    [
        File(CODES, etag='"1"', ranges=False),
        File(package_of("changed"), etag='"2"'),
        File(package_of("shorter", 20_000), etag='"1"'),
    ],
    ids=["ranges ignored", "changed", "out of range"],
)
def test_it_starts_anew_where_it_cannot_go_on(
    publisher: Publisher, downloader: Downloader, once: Downloader, tmp_path: Path, after: File
) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, etag='"1"', cut=[len(CODES) // 2])
    wanted = request(tmp_path, package(publisher))
    fetch(wanted, once)
    publisher.files["/codes-2026.zip"] = after
    assert len(fetch(wanted, downloader).fetched) == 1
    assert (tmp_path / "codes" / "codes-2026.zip").read_bytes() == after.content
    assert "range" in publisher.asked[1].headers
    assert publisher.asked[-1].sent == len(after.content)


@pytest.mark.parametrize("etag", ["", 'W/"1"'])
def test_a_file_that_cannot_be_recognised_is_not_gone_on_with(publisher: Publisher, once: Downloader, tmp_path: Path, etag: str) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, etag=etag, cut=[len(CODES) // 2])
    wanted = request(tmp_path, package(publisher))
    fetch(wanted, once)
    assert len(fetch(wanted, once).fetched) == 1
    assert "range" not in publisher.asked[1].headers


# --- errors of publishers ---


def test_a_page_that_is_not_there(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    problem = one_problem(fetch(request(tmp_path, package(publisher), release=datetime.date(2026, 10, 1)), downloader))
    for said in ("404", "--url codes=URL", "https://publisher.invalid/codes", "not checked"):
        assert said in problem
    assert len(publisher.asked) == 1
    assert not (tmp_path / NAME).exists()


def test_a_failure_that_passes(publisher: Publisher, downloader: Downloader, tmp_path: Path, pauses: list[float]) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, statuses=[500, 503], headers={"Retry-After": "7"})
    assert len(fetch(request(tmp_path, package(publisher)), downloader).fetched) == 1
    assert pauses == [7, 7]


def test_a_failure_that_stays(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, statuses=[503] * 9)
    assert "503" in one_problem(fetch(request(tmp_path, package(publisher)), downloader))
    assert len(publisher.asked) == 3


def test_a_refusal_is_not_repeated(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, statuses=[403] * 9)
    assert "403" in one_problem(fetch(request(tmp_path, package(publisher)), downloader))
    assert len(publisher.asked) == 1


@pytest.mark.parametrize("wait", ["9" * 5000, "²", "-1", "soon"])
def test_absurd_headers_are_not_believed(
    publisher: Publisher, downloader: Downloader, tmp_path: Path, pauses: list[float], wait: str
) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, statuses=[429], headers={"Retry-After": wait, "Content-Range": f"bytes {wait}-1/1"})
    assert len(fetch(request(tmp_path, package(publisher)), downloader).fetched) == 1
    assert pauses == [1]


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {"Content-Range": "bytes 5-9/10"}])
def test_another_body_than_the_one_asked_for_is_refused(
    publisher: Publisher, downloader: Downloader, once: Downloader, tmp_path: Path, headers: dict[str, str]
) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, etag='"1"', cut=[len(CODES) // 2])
    wanted = request(tmp_path, package(publisher))
    fetch(wanted, once)
    publisher.files["/codes-2026.zip"] = File(CODES, etag='"1"', headers=headers)
    outcome = fetch(wanted, downloader)
    # A compressed body fails; a wrong part is thrown away and the whole asked for.
    assert bool(outcome.failed) == ("Content-Encoding" in headers)
    assert outcome.failed or (tmp_path / "codes" / "codes-2026.zip").read_bytes() == CODES


def test_progress_is_told_in_bytes(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES)
    told: list[tuple[str, int, int | None]] = []
    fetch(request(tmp_path, package(publisher)), downloader, lambda *said: told.append(said))
    assert told[-1] == ("codes/codes-2026.zip", len(CODES), len(CODES))
    assert [have for _, have, _ in told] == sorted(have for _, have, _ in told)
    assert len(told) > 10


def test_a_bar_is_shown_where_a_person_looks_on(publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    publisher.files["/codes-2026.zip"] = File(CODES)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert fetching.run_request(request(tmp_path, package(publisher)), as_json=True) == 0
    assert "codes-2026.zip" in terminal.getvalue()


@pytest.mark.parametrize("length", [True, False])
def test_too_large_a_file_is_not_kept(publisher: Publisher, downloader: Downloader, tmp_path: Path, length: bool) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES, length=length)
    assert "no file of this package has more than 100000" in one_problem(
        fetch(request(tmp_path, package(publisher, most_bytes=100_000)), downloader)
    )
    assert not list((tmp_path / "codes").glob("*")) if (tmp_path / "codes").exists() else True


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<!DOCTYPE html><title>Licence</title>", "web page instead of a zip"),
        (b"not a zip", "something else instead of a zip"),
        (b"\n<html>", "web page instead of a text"),
        (b"a\tb\n", "something else instead of a page"),
    ],
)
def test_another_kind_of_file_is_refused(publisher: Publisher, downloader: Downloader, tmp_path: Path, content: bytes, says: str) -> None:
    publisher.files["/codes-2026.zip"] = File(content)
    assert says in one_problem(fetch(request(tmp_path, package(publisher, content=says.rpartition(" ")[2])), downloader))
    assert not (tmp_path / "codes" / "codes-2026.zip").exists()


def test_a_damaged_zip_is_not_kept(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES[:100_000])
    assert "no whole zip" in one_problem(fetch(request(tmp_path, package(publisher)), downloader))
    assert not (tmp_path / NAME).exists()


def test_redirects_stay_with_the_declared_hosts(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files |= {"/codes-2026.zip": File(to="/moved.zip"), "/moved.zip": File(CODES)}
    (row,) = fetch(request(tmp_path / "near", package(publisher)), downloader).fetched
    assert (row.asked, row.url) == (publisher.url("/codes-2026.zip"), publisher.url("/moved.zip"))
    with publishing() as foreign:
        publisher.files["/codes-2026.zip"] = File(to=foreign.url("/codes.zip", host="localhost"))
        assert "localhost is not a host of this package" in one_problem(fetch(request(tmp_path / "far", package(publisher)), downloader))
        assert foreign.asked == []


def test_redirects_without_end(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(to="/codes-2026.zip")
    assert "redirects" in one_problem(fetch(request(tmp_path, package(publisher)), downloader))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "ftp://example.org/x",
        "https://user:word@example.org/x",
        "https://other.org/x",
        "https://example.org.evil.net/x",
        "x",
    ],
)
def test_addresses_that_are_never_asked(url: str) -> None:
    with pytest.raises(FetchError):
        check_address(url, ("example.org",))
    check_address("https://example.org/x", ("example.org",))


def test_one_package_that_fails_leaves_the_others_alone(publisher: Publisher, downloader: Downloader, tmp_path: Path) -> None:
    publisher.files["/codes-2026.zip"] = File(CODES)
    other = package(publisher, id="other", feeds=("other",), urls=(publisher.url("/other.zip"),))
    outcome = fetch(request(tmp_path, other, package(publisher)), downloader)
    assert (list(outcome.failed), [row.package for row in outcome.fetched]) == (["other"], ["codes"])
