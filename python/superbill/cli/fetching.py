"""`superbill kb fetch`."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superbill.cli.options import add_json, print_json

if TYPE_CHECKING:
    from superbill.fetch.feeds import Catalogue
    from superbill.fetch.manifest import Row
    from superbill.fetch.run import Outcome, Progress, Request

DONE, PARTLY = 0, 1
FOLDER = Path("official")


def add_command(actions: Any) -> None:
    """Adds `fetch`."""
    fetch = actions.add_parser("fetch", help="download official files from their publishers, after asking for licences")
    fetch.add_argument("feeds", nargs="*", metavar="FEED", help="what to fetch (default: everything that is under no licence)")
    fetch.add_argument(
        "--release", default="newest", metavar="DAY", help="the release in force on YYYY-MM-DD (default: newest, in force today)"
    )
    fetch.add_argument("--into", type=Path, default=FOLDER, metavar="DIR", help=f"where files and fetched.json go (default: {FOLDER})")
    fetch.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="LICENCE",
        help="a licence that you have read and accept, this time; may be repeated",
    )
    fetch.add_argument(
        "--url",
        action="append",
        default=[],
        metavar="FEED=URL",
        help="the address of a feed's file, where its page moved; repeated for parts",
    )
    fetch.add_argument("--renew", action="store_true", help="ask again for what is there: files that changed are replaced")
    fetch.add_argument("--list", action="store_true", help="print feeds, licences and pages, and fetch nothing")
    fetch.set_defaults(run=run_fetch)
    add_json(fetch)


def run_fetch(options: argparse.Namespace) -> int:
    """Fetches; 1 where a package could not be brought."""
    from superbill.fetch.feeds import official
    from superbill.fetch.run import Request

    if options.list:
        print_catalogue(official(), options.json)
        return DONE
    request = Request(
        into=options.into,
        feeds=options.feeds,
        release=asked_release(options.release),
        accepted=options.accept,
        urls=addresses(options.url),
        renew=options.renew,
    )
    return run_request(request, as_json=options.json)


def run_request(request: Request, *, as_json: bool) -> int:
    """Fetches what a request says and tells of it.

    Raises:
        RequestError: it cannot be done as it is, or the library that it needs is not installed.
    """
    from superbill.fetch.errors import RequestError
    from superbill.fetch.run import fetch

    try:
        from superbill.fetch.download import Downloader
    except ImportError as error:
        raise RequestError(f"fetching needs httpx ({error}): pip install 'superbill[fetch]'") from None
    with Downloader() as downloader, Bar() as bar:
        outcome = fetch(request, downloader, bar.progress)
    tell(outcome, request, as_json)
    return PARTLY if outcome.failed else DONE


def asked_release(text: str) -> datetime.date | None:
    """`--release`."""
    from superbill.fetch.releases import asked_day

    return asked_day(text)


def addresses(said: Sequence[str]) -> dict[str, list[str]]:
    """`--url FEED=URL` by feed, in the order said.

    Raises:
        RequestError: one of them has no `=`.
    """
    from superbill.fetch.errors import RequestError

    found: dict[str, list[str]] = {}
    for pair in said:
        feed, equals, url = pair.partition("=")
        if not equals:
            raise RequestError(f"--url {pair}: expected FEED=URL")
        found.setdefault(feed, []).append(url)
    return found


class Bar:
    """A bar of bytes on stderr where a person looks on; nothing elsewhere."""

    def __init__(self) -> None:
        self._tasks: dict[str, Any] = {}
        self._bar: Any = None

    def __enter__(self) -> Bar:
        """Shows it."""
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Takes it away."""
        if self._bar is not None:
            self._bar.stop()

    @property
    def progress(self) -> Progress | None:
        """What moves it; None where nobody looks on."""
        return self._move if self._bar is not None else None

    def _move(self, name: str, have: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task(name, total=total)
        self._bar.update(self._tasks[name], completed=have, total=total)


def tell(outcome: Outcome, request: Request, as_json: bool) -> None:
    """What was brought, what was there, what failed."""
    for note in outcome.notes:
        print(f"superbill: {note}", file=sys.stderr)
    for package, problem in outcome.failed.items():
        print(f"superbill: {package}: {problem}", file=sys.stderr)
    left = (
        [] if request.feeds or request.urls else [p for p in request.catalogue.package if p.licence and p.licence not in request.accepted]
    )
    for licence in request.catalogue.licence:
        if feeds := [feed for package in left if package.licence == licence.id for feed in package.feeds]:
            said = f"left out, being under {licence.title} ({licence.terms}; --accept {licence.id}): {', '.join(feeds)}"
            print(f"superbill: {said}", file=sys.stderr)
    if as_json:
        print_json({"files": outcome.in_place + outcome.fetched, "failed": outcome.failed})
        return
    for state, rows in (("in place", outcome.in_place), ("fetched", outcome.fetched)):
        for row in rows:
            print(describe(state, row))


def describe(state: str, row: Row) -> str:
    """A row for people."""
    release = f"release of {row.release}" if row.release else "no dated release"
    return f"{state:<9} {row.file}  {row.size} bytes, {release}, SHA-256 {row.sha256}"


def print_catalogue(catalogue: Catalogue, as_json: bool) -> None:
    """What can be fetched."""
    if as_json:
        print_json(catalogue)
        return
    for package in catalogue.package:
        facts = [
            package.publisher,
            f"licence: --accept {package.licence}" if package.licence else "",
            "" if package.checked else "address not checked",
        ]
        print(f"{' '.join(package.feeds)}\n    {package.title} ({'; '.join(fact for fact in facts if fact)})\n    {package.page}")
    for refused in catalogue.refused:
        print(f"{' '.join(refused.feeds)}\n    never fetched: {refused.why}; {refused.where}")
