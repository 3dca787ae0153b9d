"""Links of a listing page, and those of one release among them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from superbill.fetch.errors import FetchError
from superbill.fetch.feeds import Licence

# More links than any of the publishers' pages has.
MOST_LINKS = 20_000
LONGEST_LINK = 2000
# Addresses that lead to a licence page, which leads to a file.
LICENCE_PAGES = "/license/"


class Link(NamedTuple):
    """A link to a file, and the page of a licence that stands before it."""

    url: str
    behind: str = ""


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the address of a link."""
        if tag == "a" and len(self.found) < MOST_LINKS:
            self.found += [value.strip() for name, value in attrs if name == "href" and value and len(value) <= LONGEST_LINK]


def read_links(page: str, base: str) -> list[Link]:
    """The links of a page, each once, in its order; a link through a licence page is told as the file behind it."""
    anchors = _Anchors()
    anchors.feed(page)
    anchors.close()
    found: dict[Link, None] = {}
    for anchor in anchors.found:
        try:
            url = urljoin(base, anchor)
            parts = urlsplit(url)
            wanted = parse_qs(parts.query).get("file", [""])[0]
            # The file is named by its path alone: it can be on no other host.
            path = re.sub("/+", "/", urlsplit(urljoin(url, wanted)).path)
        except ValueError:
            continue
        if LICENCE_PAGES in parts.path and wanted:
            found[Link(f"{parts.scheme}://{parts.netloc}{path}", parts.path)] = None
        else:
            found[Link(url)] = None
    return list(found)


def choose(links: Iterable[Link], pattern: str, parts: int) -> list[Link]:
    """The links of a release, in order of part; none where a part is missing. Of several for a part the highest version is taken."""
    best: dict[int, Link] = {}
    for link in links:
        found = re.search(pattern, unquote(urlsplit(link.url).path), re.IGNORECASE)
        if found is None:
            continue
        part = int(found.groupdict().get("part") or 1)
        if part not in best or _version(link) > _version(best[part]):
            best[part] = link
    return [best[part] for part in range(1, parts + 1)] if set(range(1, parts + 1)) <= set(best) else []


def _version(link: Link) -> list[tuple[int, str]]:
    """Orders r2 before r10, and a name before the same name with more behind it ("-updated")."""
    stem = unquote(urlsplit(link.url).path).rpartition(".")[0].lower()
    return [(int(digits or -1), words) for words, digits in re.findall(r"([^0-9]+|^)([0-9]*)", stem)]


def check_licence(link: Link, licence: Licence | None) -> None:
    """Refuses a file that the publisher's page puts behind a licence which was not accepted.

    Raises:
        FetchError: the licence is another than the one that the catalogue names.
    """
    if link.behind and (licence is None or licence.wrapper not in link.behind):
        known = f"the catalogue names {licence.id}" if licence else "the catalogue names none"
        raise FetchError(
            f"{link.url}: its page puts it behind a licence ({link.behind}) and {known}: nothing was accepted or downloaded; "
            "get the file with a browser and give it to `superbill kb build`"
        )
