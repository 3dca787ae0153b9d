"""One file over HTTPS: within bounds, from the hosts that were declared, going on where it was cut.

A file grows as `.NAME.part`, beside what its publisher said of it; it takes its name when it is whole. It goes on with `Range` and
`If-Range`, so that a file which changed in between starts anew.
"""

from __future__ import annotations

import os
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import httpx
import msgspec

from superbill._core import __version__
from superbill.fetch.errors import FetchError, NotThere
from superbill.fetch.feeds import type_of_content
from superbill.fetch.manifest import CHUNK, file_digest, write_whole

if TYPE_CHECKING:
    from hashlib import _Hash as _Digest

Result = TypeVar("Result")

ATTEMPTS = 5
# Seconds before the second attempt; doubled each time.
BACKOFF = 1.0
# The longest pause that a publisher may ask for.
LONGEST_PAUSE = 60.0
CONNECT, READ = 30.0, 60.0
MOST_REDIRECTS = 5
MOST_PAGE_BYTES = 4 << 20
# What is lost where a connection is cut.
PIECE = 16 << 10
LOOPBACK = ("127.0.0.1", "::1", "localhost")
AGAIN = (408, 425, 429, 500, 502, 503, 504)
GONE = (404, 410)

# Bytes that are there, and bytes in all where the publisher says it.
Progress = Callable[[int, int | None], None]


class Wanted(NamedTuple):
    """A file to be downloaded: from where, to where, what it must be; `unless` is the ETag and Last-Modified of the file that is there."""

    url: str
    hosts: tuple[str, ...]
    target: Path
    content: type_of_content
    most_bytes: int
    unless: tuple[str, str] = ("", "")


class Fetched(NamedTuple):
    """A file that is whole and in its place."""

    url: str
    size: int
    sha256: str
    etag: str
    last_modified: str


class _Again(Exception):
    """Worth another attempt."""

    def __init__(self, problem: str, pause: float = 0.0) -> None:
        super().__init__(problem)
        self.pause = pause


class _State(msgspec.Struct):
    """What a partial file is a part of."""

    url: str
    etag: str
    last_modified: str
    total: int | None

    @property
    def validator(self) -> str:
        """What `If-Range` may say: a strong ETag, else a date; empty where the file cannot be recognised again."""
        return self.last_modified if self.etag.startswith("W/") or not self.etag else self.etag


class Downloader:
    """Downloads with one client. `attempts`: how often a request is made before it fails; `sleep` waits between them, in seconds."""

    def __init__(self, *, attempts: int = ATTEMPTS, sleep: Callable[[float], None] = time.sleep, read_timeout: float = READ) -> None:
        self.attempts = attempts
        self.sleep = sleep
        self.client = httpx.Client(
            timeout=httpx.Timeout(CONNECT, read=read_timeout),
            follow_redirects=False,
            headers={"User-Agent": f"superbill/{__version__} (kb fetch)", "Accept-Encoding": "identity"},
        )

    def __enter__(self) -> Downloader:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connections."""
        self.client.close()

    def page(self, url: str, hosts: tuple[str, ...]) -> tuple[str, str]:
        """A page as (its address after redirects, text).

        Raises:
            NotThere: there is none.
            FetchError: it cannot be had, or is too large.
        """

        def once() -> tuple[str, str]:
            with self._answer(url, hosts, {}) as response:
                content = bytearray()
                for chunk in response.iter_bytes(CHUNK):
                    content += chunk
                    if len(content) > MOST_PAGE_BYTES:
                        raise FetchError(f"{url}: more than {MOST_PAGE_BYTES} bytes, too many for a page of links")
                return str(response.url), content.decode("utf-8", "replace")

        return self._attempt(url, once)

    def file(self, wanted: Wanted, progress: Progress | None = None) -> Fetched | None:
        """Downloads a file to its place; None where it is still the one that `unless` describes.

        Raises:
            NotThere: there is none.
            FetchError: it cannot be had, is too large, or is not of the kind that was expected.
        """
        url, hosts, content, most_bytes = wanted.url, wanted.hosts, wanted.content, wanted.most_bytes
        partial = _Partial(wanted.target)
        conditions = {name: value for name, value in zip(("If-None-Match", "If-Modified-Since"), wanted.unless, strict=True) if value}

        def once() -> Fetched | None:
            state = partial.state(url)
            have = partial.size() if state else 0
            asked = {"Range": f"bytes={have}-", "If-Range": state.validator} if state and have else {}
            with self._answer(url, hosts, asked or conditions) as response:
                if response.status_code == 304:
                    return None
                told = _State(url, response.headers.get("etag", ""), response.headers.get("last-modified", ""), None)
                start, told.total = partial.begin(response, have if asked else 0, url)
                if told.total is not None and told.total > most_bytes:
                    partial.drop()
                    raise _too_large(url, told.total, most_bytes)
                digest = partial.keep(told, start)
                size = start
                with partial.path.open("ab" if start else "wb") as file:
                    for chunk in response.iter_raw(PIECE):
                        if size == 0:
                            self._check_kind(partial, url, content, chunk)
                        size += len(chunk)
                        if size > most_bytes:
                            partial.drop()
                            raise _too_large(url, size, most_bytes)
                        file.write(chunk)
                        digest.update(chunk)
                        if progress:
                            progress(size, told.total)
                    file.flush()
                    os.fsync(file.fileno())
                if told.total is not None and size != told.total:
                    raise _Again(f"cut after {size} of {told.total} bytes")
                if size == 0 or (content == "zip" and not zipfile.is_zipfile(partial.path)):
                    partial.drop()
                    raise _Again(f"{size} bytes that are no whole {content}")
                partial.finish()
                return Fetched(str(response.url), size, digest.hexdigest(), told.etag, told.last_modified)

        return self._attempt(url, once, "; what came is kept, and the next fetch goes on from there")

    @staticmethod
    def _check_kind(partial: _Partial, url: str, content: type_of_content, first: bytes) -> None:
        page = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower().startswith((b"<!doctype html", b"<html"))
        if page == (content == "page") and (content != "zip" or first.startswith(b"PK")):
            return
        partial.drop()
        what = "a web page" if page else "something else"
        raise FetchError(f"{url}: answered with {what} instead of a {content} (a licence page, or a file that moved)")

    def _attempt(self, url: str, once: Callable[[], Result], then: str = "") -> Result:
        """Attempts until it is done, may not be repeated, or was repeated often enough."""
        for attempt in range(1, self.attempts + 1):
            pause = BACKOFF * 2 ** (attempt - 1)
            try:
                return once()
            except (httpx.TransportError, _Again) as error:
                problem = str(error) or type(error).__name__
                if attempt == self.attempts:
                    raise FetchError(f"{url}: {problem} ({attempt} attempts){then}") from None
                if isinstance(error, _Again):
                    pause = max(pause, min(error.pause, LONGEST_PAUSE))
            except (httpx.InvalidURL, httpx.DecodingError) as error:
                raise FetchError(f"{url}: {error}") from None
            self.sleep(pause)
        raise FetchError(f"{url}: no attempt was allowed")

    @contextmanager
    def _answer(self, url: str, hosts: tuple[str, ...], headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer of a publisher, redirects followed where they lead to a declared host."""
        at = url
        for _ in range(MOST_REDIRECTS + 1):
            check_address(at, hosts)
            with self.client.stream("GET", at, headers=headers) as response:
                if response.has_redirect_location:
                    at = str(response.url.join(response.headers["location"]))
                    continue
                _check_status(at, response, headers)
                yield response
                return
        raise FetchError(f"{url}: more than {MOST_REDIRECTS} redirects")


class _Partial:
    """A file that is not whole yet, beside its place."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name}.part")
        self.about = target.with_name(f".{target.name}.part.json")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def state(self, url: str) -> _State | None:
        """What is known of the part that is there; None where it cannot be gone on with."""
        try:
            state = msgspec.json.decode(self.about.read_bytes(), type=_State)
        except (OSError, msgspec.DecodeError):
            return None
        return state if state.url == url and state.validator else None

    def begin(self, response: httpx.Response, have: int, url: str) -> tuple[int, int | None]:
        """Where the body of an answer starts in the file, and the size of the whole where it is said."""
        if response.headers.get("content-encoding", "identity") not in ("", "identity"):
            raise FetchError(f"{url}: compressed on the way, which was not asked for")
        if response.status_code == 416:
            self.drop()
            raise _Again("the part that is there does not belong to the file")
        if response.status_code == 206:
            found = re.fullmatch(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})", response.headers.get("content-range", ""))
            if not have or found is None or int(found[1]) != have:
                self.drop()
                raise _Again("answered with another part than the one that was asked for")
            return have, int(found[2])
        return 0, _number(response.headers.get("content-length", ""))

    def keep(self, told: _State, start: int) -> _Digest:
        """Writes down what the part is a part of; gives the digest of what is there."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        if not start:
            # A part must never be taken for the start of another file.
            self.path.unlink(missing_ok=True)
            self.path.touch()
        write_whole(self.about, msgspec.json.encode(told))
        return file_digest(self.path)

    def finish(self) -> None:
        self.path.replace(self.target)
        self.about.unlink(missing_ok=True)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.about.unlink(missing_ok=True)


def check_address(url: str, hosts: tuple[str, ...]) -> None:
    """Refuses an address that is not HTTPS (HTTP on this machine), carries credentials, or is of another host.

    Raises:
        FetchError: it does.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FetchError(f"{url}: {error}") from None
    if parsed.scheme != "https" and not (parsed.scheme == "http" and parsed.host in LOOPBACK):
        raise FetchError(f"{url}: only https is used")
    if parsed.userinfo:
        raise FetchError(f"{parsed.host}: an address with a user or password is never used")
    if parsed.host not in hosts:
        raise FetchError(f"{url}: {parsed.host} is not a host of this package ({', '.join(hosts)}), so nothing was asked of it")


def _check_status(url: str, response: httpx.Response, asked: Mapping[str, str]) -> None:
    status = response.status_code
    only_if = {206: "Range", 416: "Range", 304: "If-None-Match"}
    if status == 200 or only_if.get(status, "") in asked or (status == 304 and "If-Modified-Since" in asked):
        return
    if status in GONE:
        raise NotThere(f"{url}: not there ({status})")
    if status in AGAIN:
        raise _Again(f"answered {status} {response.reason_phrase}", _number(response.headers.get("retry-after", "")) or 0)
    raise FetchError(f"{url}: refused ({status} {response.reason_phrase})")


def _number(text: str) -> int | None:
    """A count in a header; None where it is none, or absurd."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _too_large(url: str, size: int, most_bytes: int) -> FetchError:
    return FetchError(f"{url}: {size} bytes or more, and no file of this package has more than {most_bytes}: nothing was kept")
