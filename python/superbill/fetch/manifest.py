"""`fetched.json`: what was brought into a folder, from where, when, and under which licence."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from superbill.fetch.errors import FetchError, RequestError

NAME = "fetched.json"
VERSION = 1
# A manifest of thousands of files; a larger one is not ours.
MOST_BYTES = 16 << 20
CHUNK = 1 << 20


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who accepted which licence, when (UTC, ISO 8601), and where its text is."""

    licence: str
    terms: str
    by: str
    at: str


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file: its path below the folder, what it is, and what the publisher said of it. `release` is a first day, or empty."""

    file: str
    package: str
    feeds: tuple[str, ...]
    release: str
    part: int
    asked: str
    url: str
    size: int
    sha256: str
    etag: str
    last_modified: str
    fetched: str
    accepted: Acceptance | None = None

    @property
    def place(self) -> tuple[str, str, int]:
        """Package, release and part: one file at a time."""
        return self.package, self.release, self.part


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    files: list[Row]


class Manifest:
    """The rows of a folder, by file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, Row] = {row.file: row for row in _read(folder / NAME)}

    def add(self, row: Row) -> None:
        """Remembers a file, on disk when this returns; the file that it replaces is deleted, unless somebody changed it."""
        for old in [old for old in self.rows.values() if old.place == row.place and old.file != row.file]:
            with suppress(FetchError, FileNotFoundError):
                self.verify(old)
                (self.folder / old.file).unlink()
            del self.rows[old.file]
        self.rows[row.file] = row
        rows = [self.rows[name] for name in sorted(self.rows)]
        text = msgspec.json.format(msgspec.json.encode(_Content(VERSION, rows)), indent=2)
        write_whole(self.folder / NAME, text + b"\n")

    def in_place(self, package: str, release: str, part: int, asked: str | None) -> Row | None:
        """The row of a part of a release whose file is there and is what was fetched; `asked`: from this address alone.

        Raises:
            FetchError: the file is there and is not what was fetched.
        """
        for row in self.rows.values():
            if row.place == (package, release, part) and asked in (None, row.asked) and (self.folder / row.file).exists():
                self.verify(row)
                return row
        return None

    def verify(self, row: Row) -> None:
        """Compares a file with its row.

        Raises:
            FetchError: it is another file than the one that was fetched.
        """
        path = self.folder / row.file
        size, found = path.stat().st_size, ""
        if size == row.size:
            found = file_digest(path).hexdigest()
        if found != row.sha256:
            said = f"SHA-256 {found}" if found else f"{size} bytes"
            raise FetchError(
                f"{path}: not what was fetched on {row.fetched} ({row.size} bytes, SHA-256 {row.sha256}): it has {said}; "
                "move it away to fetch it again"
            )


def _read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RequestError(f"{path}: larger than {MOST_BYTES} bytes, so not a manifest of fetched files: move it away")
        content = msgspec.json.decode(path.read_bytes(), type=_Content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(
            f"{path}: not a manifest of fetched files ({error}): restore it, or move it away to fetch everything again"
        ) from None
    if content.version != VERSION:
        raise RequestError(f"{path}: version {content.version}; this program reads version {VERSION}")
    for row in content.files:
        if not _inside(row.file):
            raise RequestError(f"{path}: names a file outside its folder: {row.file!r}")
    return content.files


def _inside(name: str) -> bool:
    parts = name.split("/")
    return not any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts)


def file_digest(path: Path) -> hashlib._Hash:
    """SHA-256 over a file, open for more."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old one or the new one, whole."""
    partial = path.with_name(f".{path.name}.new")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps a second fetch out of a folder while one runs; where the system has no such locks nothing is kept out.

    Raises:
        RequestError: another one runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".fetch.lock").open("ab") as lock:
        with suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RequestError(f"{folder}: another fetch is running there; wait for it, or fetch into another folder") from None
        yield
