"""The catalogue: which package of which publisher serves a feed, where it is, and under which licence (`feeds.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from superbill.fetch.errors import RequestError

CATALOGUE = Path(__file__).with_name("feeds.toml")

type_of_content = Literal["zip", "text", "page"]


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A licence that only a person can accept."""

    id: str
    title: str
    terms: str
    wrapper: str
    answer: str = ""


class Where(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the files of a release are: a page that lists them, patterns of their links, and addresses where the page lists none."""

    listing: str = ""
    links: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


class Package(Where, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One download: a zip or a file, or several that only count together (`parts`)."""

    id: str
    title: str
    publisher: str
    feeds: tuple[str, ...]
    page: str
    hosts: tuple[str, ...]
    years: Literal["fiscal", "calendar"] = "calendar"
    starts: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    update: Where | None = None
    parts: int = 1
    content: type_of_content = "zip"
    most_bytes: int
    licence: str = ""
    checked: bool
    seen: str = ""
    note: str = ""


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Feeds that are never fetched, and where the user gets their files."""

    feeds: tuple[str, ...]
    why: str
    where: str


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be fetched, and what never is."""

    licence: tuple[Licence, ...] = ()
    package: tuple[Package, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def feeds(self) -> list[str]:
        """Names of the feeds that can be fetched."""
        return sorted({feed for package in self.package for feed in package.feeds})

    def packages(self, feeds: Iterable[str]) -> list[Package]:
        """The packages that serve these feeds, each once, in the catalogue's order.

        Raises:
            RequestError: a feed is unknown, or never fetched.
        """
        wanted: set[str] = set()
        for feed in feeds:
            for refused in self.refused:
                if feed in refused.feeds:
                    raise RequestError(f"{feed} is never fetched: {refused.why}; {refused.where}")
            serving = {package.id for package in self.package if feed in package.feeds}
            if not serving:
                raise RequestError(f"no feed is called {feed!r}; `superbill kb fetch --list` names them all")
            wanted |= serving
        return [package for package in self.package if package.id in wanted]

    def licence_of(self, package: Package) -> Licence | None:
        """The licence of a package that has to be accepted; None where there is none."""
        return next((licence for licence in self.licence if licence.id == package.licence), None)


def read_catalogue(path: Path) -> Catalogue:
    """Reads a catalogue.

    Raises:
        RequestError: it cannot be read, is not TOML of this form, or contradicts itself.
    """
    try:
        catalogue = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Catalogue)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RequestError(f"{path}: {error}") from None
    licences = {licence.id for licence in catalogue.licence}
    for package in catalogue.package:
        if package.licence and package.licence not in licences:
            raise RequestError(f"{path}: package {package.id}: no licence is called {package.licence!r}")
        if not (package.urls or package.listing):
            raise RequestError(f"{path}: package {package.id}: neither a listing nor an address")
        if package.updates and package.update is None:
            raise RequestError(f"{path}: package {package.id}: has updates, and no `update` says where they are")
    return catalogue


@cache
def official() -> Catalogue:
    """The catalogue that comes with this version."""
    return read_catalogue(CATALOGUE)


def fill(template: str, fields: Mapping[str, str]) -> str:
    """A template with its fields filled in; braces around digits are a pattern's own.

    Raises:
        RequestError: the template has a field that no release has.
    """

    def value(found: re.Match[str]) -> str:
        try:
            return fields[found[1]]
        except KeyError:
            raise RequestError(f"{template}: no field is called {found[1]!r}") from None

    return re.sub(r"\{([A-Za-z]+)\}", value, template)
