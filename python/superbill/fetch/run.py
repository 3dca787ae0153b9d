"""`superbill kb fetch` without the command line: which files, from where, under which licence; then one after the other."""

from __future__ import annotations

import datetime
import getpass
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from superbill.fetch.errors import FetchError, LicenceError, NotThere, RequestError
from superbill.fetch.feeds import Catalogue, Licence, Package, fill, official
from superbill.fetch.links import Link, check_licence, choose, read_links
from superbill.fetch.manifest import Acceptance, Manifest, Row, locked
from superbill.fetch.releases import candidates, fields, where

if TYPE_CHECKING:
    from superbill.fetch.download import Downloader

# Name of a file, bytes that are there, bytes in all where known.
Progress = Callable[[str, int, int | None], None]


@dataclass
class Outcome:
    """What a fetch did: rows of the manifest, and per package why it was not brought."""

    fetched: list[Row] = field(default_factory=list)
    in_place: list[Row] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Request:
    """What is to be fetched.

    `feeds`: their names; none: everything under no licence, or under one that was accepted. `release`: a day, or None for the release
    in force today. `into`: a folder. `accepted`: licences that the user typed, for this time alone. `urls`: addresses by feed, not the
    catalogue's, in order of part. `renew`: ask for what is there already, and replace what changed.
    """

    into: Path
    feeds: Sequence[str] = ()
    release: datetime.date | None = None
    accepted: Sequence[str] = ()
    urls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    renew: bool = False
    catalogue: Catalogue = field(default_factory=official)
    today: datetime.date = field(default_factory=datetime.date.today)

    def packages(self) -> list[Package]:
        """The packages meant.

        Raises:
            RequestError: a feed or licence is unknown, or never fetched.
        """
        known = {licence.id for licence in self.catalogue.licence}
        if strange := sorted(set(self.accepted) - known):
            raise RequestError(f"no licence is called {strange[0]!r}; known: {', '.join(sorted(known))}")
        named = [*self.feeds, *self.urls]
        if named:
            return self.catalogue.packages(named)
        return [package for package in self.catalogue.package if not package.licence or package.licence in self.accepted]

    def addresses(self, package: Package) -> Sequence[str]:
        """The addresses that the user gave for a package.

        Raises:
            RequestError: they are not as many as it has parts, or one is no address of a file.
        """
        for url in (url for urls in self.urls.values() for url in urls):
            try:
                host = urlsplit(url).hostname
            except ValueError:
                host = None
            if not host:
                raise RequestError(f"--url {url}: expected https://HOST/FILE")
        given = [urls for feed, urls in self.urls.items() if feed in package.feeds]
        if len(given) > 1:
            raise RequestError(f"--url: {' and '.join(sorted(self.urls))} are in one package: give the address for one of them")
        if given and len(given[0]) != package.parts:
            raise RequestError(
                f"--url {package.feeds[0]}=...: {len(given[0])} given, and the package has {package.parts} parts: give all in order"
            )
        return given[0] if given else ()

    def days(self, package: Package, given: Sequence[str]) -> list[datetime.date]:
        """First days of the releases to try, best first. Of an address that the user gave the release is known only where he said it."""
        return [] if given and self.release is None else candidates(package, self.release, self.today)


def fetch(request: Request, downloader: Downloader, progress: Progress | None = None) -> Outcome:
    """Brings what is asked for into its folder; what is there already is checked and not asked for again.

    A package that fails leaves the others alone.

    Raises:
        RequestError: the request cannot be done as it is; nothing was asked of any publisher.
    """
    packages = request.packages()
    given = {package.id: request.addresses(package) for package in packages}
    with locked(request.into):
        manifest = Manifest(request.into)
        outcome = Outcome()
        missing: list[Package] = []
        for package in packages:
            try:
                rows = None if request.renew else _rows_in_place(manifest, request, package, given[package.id])
            except FetchError as error:
                outcome.failed[package.id] = str(error)
                continue
            outcome.in_place += rows or []
            missing += [] if rows else [package]
        _check_accepted(missing, request)
        for package in missing:
            try:
                _Bring(request, package, manifest, downloader, progress, outcome, given[package.id]).bring()
            except FetchError as error:
                outcome.failed[package.id] = f"{error}; {_by_hand(package)}"
    return outcome


def _rows_in_place(manifest: Manifest, request: Request, package: Package, given: Sequence[str]) -> list[Row] | None:
    """The rows of the release that is meant, where all its files are there."""
    days = request.days(package, given)
    return _whole(manifest, package, _said(days[0] if days else None), given)


def _whole(manifest: Manifest, package: Package, release: str, given: Sequence[str]) -> list[Row] | None:
    asked: Sequence[str | None] = given or [None] * package.parts
    rows = [manifest.in_place(package.id, release, part, url) for part, url in enumerate(asked, 1)]
    return [row for row in rows if row] if all(rows) else None


def _check_accepted(packages: Iterable[Package], request: Request) -> None:
    needed: dict[str, list[str]] = {}
    for package in packages:
        if package.licence and package.licence not in request.accepted:
            needed.setdefault(package.licence, []).extend(package.feeds)
    for licence in request.catalogue.licence:
        if licence.id in needed:
            raise LicenceError(
                f"{', '.join(needed[licence.id])}: under {licence.title}. Read it at {licence.terms}; "
                f"if you accept it, type --accept {licence.id}. Nothing was downloaded"
            )


@dataclass
class _Bring:
    """One package being brought."""

    request: Request
    package: Package
    manifest: Manifest
    downloader: Downloader
    progress: Progress | None
    outcome: Outcome
    given: Sequence[str]
    done: set[tuple[str, int, str]] = field(default_factory=set)

    def bring(self) -> None:
        """Brings the best release that is there."""
        days: Sequence[datetime.date | None] = self.request.days(self.package, self.given) or [None]
        for day in days:
            # A release that was fetched before stays when a newer one is not there yet.
            rows = None if self.request.renew else _whole(self.manifest, self.package, _said(day), self.given)
            if rows:
                self.outcome.in_place += rows
                return
            links = [Link(url) for url in self.given] or self._find(day, last=day == days[-1])
            for part, link in enumerate(links, 1):
                self._part(day, part, link)
            if links:
                break
            self.outcome.notes.append(f"{self.package.id}: no release of {_said(day)} is there; the one before is taken")
        if self.package.note:
            self.outcome.notes.append(f"{self.package.id}: {self.package.note}")

    def _find(self, day: datetime.date | None, *, last: bool) -> list[Link]:
        """The files of a release; none where the publisher does not have it and another may be tried.

        Raises:
            FetchError: the publisher does not have it and no other may be tried, or it cannot be told whether he has.
        """
        at, known = where(self.package, day), fields(self.package, day)
        problems: list[str] = []
        trouble = False
        if at.listing:
            listing = fill(at.listing, known)
            try:
                base, page = self.downloader.page(listing, self.package.hosts)
            except FetchError as error:
                # A page that is not there says that a release is not; one that could not be read says nothing.
                trouble = not isinstance(error, NotThere)
                problems.append(str(error))
            else:
                links = read_links(page, base)
                for pattern in at.links:
                    if chosen := choose(links, fill(pattern, known), self.package.parts):
                        return chosen
                problems.append(f"{listing}: lists no file of {_said(day) or 'this package'}")
        for template in at.urls:
            links = [Link(fill(template, known | {"part": str(part)})) for part in range(1, self.package.parts + 1)]
            try:
                # To ask whether it is there costs as much as to bring it.
                self._part(day, 1, links[0])
            except NotThere as error:
                problems.append(str(error))
            else:
                return links
        if last or trouble:
            raise FetchError("; ".join(problems))
        return []

    def _part(self, day: datetime.date | None, part: int, link: Link) -> None:
        """One file, unless it is there."""
        package, release = self.package, _said(day)
        if (release, part, link.url) in self.done:
            return
        licence = self.request.catalogue.licence_of(package)
        check_licence(link, licence)
        there = self.manifest.in_place(package.id, release, part, link.url)
        got = None
        name = there.file if there else self._name(link.url, release, part)
        if there is None or self.request.renew:
            # An address that the user gave is his own word; redirects stay within its host and the declared ones.
            hosts = (*package.hosts, urlsplit(link.url).hostname or "") if self.given else package.hosts
            from superbill.fetch.download import Wanted

            wanted = Wanted(
                f"{link.url}{'&' if '?' in link.url else '?'}{licence.answer}" if licence and licence.answer else link.url,
                hosts,
                self.request.into / name,
                package.content,
                package.most_bytes,
                (there.etag, there.last_modified) if there else ("", ""),
            )
            got = self.downloader.file(wanted, partial(self.progress, name) if self.progress else None)
        self.done.add((release, part, link.url))
        if got is None:
            self.outcome.in_place += [there] if there else []
            return
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        row = Row(
            file=name,
            package=package.id,
            feeds=package.feeds,
            release=release,
            part=part,
            asked=link.url,
            url=got.url,
            size=got.size,
            sha256=got.sha256,
            etag=got.etag,
            last_modified=got.last_modified,
            fetched=now,
            accepted=_acceptance(licence, now),
        )
        self.manifest.add(row)
        self.outcome.fetched.append(row)

    def _name(self, url: str, release: str, part: int) -> str:
        """Where a file goes: below the name of its package, under its publisher's name for it."""
        name = f"{self.package.id}/{file_name(url)}"
        row = self.manifest.rows.get(name)
        if row is not None and (row.release, row.part, row.asked) != (release, part, url):
            name = f"{self.package.id}/{release or 'part'}-{part}-{file_name(url)}"
        return name


def file_name(url: str) -> str:
    """A publisher's name for a file, of harmless characters: slashes inside a name (`...-updated-12/19/2023.zip`) become hyphens."""
    segments = [segment for segment in unquote(urlsplit(url).path).split("/") if segment]
    name = segments.pop() if segments else "file"
    while segments and not re.search("[A-Za-z]", name.rpartition(".")[0] or name):
        name = f"{segments.pop()}-{name}"
    return re.sub(r"[^A-Za-z0-9._ -]", "_", name).lstrip(". ")[-150:] or "file"


def _acceptance(licence: Licence | None, now: str) -> Acceptance | None:
    if licence is None:
        return None
    user = "unknown"
    with suppress(OSError, KeyError, ImportError):
        user = getpass.getuser()
    return Acceptance(licence.id, licence.terms, user, now)


def _said(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


def _by_hand(package: Package) -> str:
    several = f" ({package.parts} times, in order)" if package.parts > 1 else ""
    unchecked = "" if package.checked else "; addresses of this package were not checked when this version was made"
    return (
        f"look at {package.page}, then say the address with --url {package.feeds[0]}=URL{several}, "
        f"or download it with a browser and give the file to `superbill kb build`{unchecked}"
    )
