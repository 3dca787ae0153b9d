"""Packages that a publisher on this machine gives, and requests for them."""

from __future__ import annotations

import datetime
import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher import Publisher, publishing
from superbill.fetch.download import Downloader
from superbill.fetch.feeds import Catalogue, Licence, Package, Refused
from superbill.fetch.manifest import NAME
from superbill.fetch.run import Outcome, Request

TODAY = datetime.date(2026, 11, 25)
PUBLISHED = "Wed, 07 Oct 2026 10:00:00 GMT"


def package_of(content: str, size: int = 300_000) -> bytes:
    """A zip that does not compress, so that its bytes are many."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(f"{content}.txt", random.Random(content).randbytes(size))
    return stream.getvalue()


CODES = package_of("codes")


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def downloader(pauses: list[float]) -> Iterator[Downloader]:
    with Downloader(attempts=3, sleep=pauses.append, read_timeout=5) as running:
        yield running


@pytest.fixture
def once() -> Iterator[Downloader]:
    """Gives up at the first failure, as if the user did."""
    with Downloader(attempts=1, read_timeout=5) as running:
        yield running


def package(publisher: Publisher, **changes: Any) -> Package:
    facts: dict[str, Any] = {
        "id": "codes",
        "title": "Codes",
        "publisher": "Nobody",
        "feeds": ("codes", "titles"),
        "page": "https://publisher.invalid/codes",
        "hosts": ("127.0.0.1",),
        "starts": ("10-01",),
        "urls": (publisher.url("/codes-{year}.zip"),),
        "most_bytes": 1_000_000,
        "checked": False,
    }
    return Package(**(facts | changes))


AMA = Licence("ama-cpt", "a licence", "https://publisher.invalid/licence", "/license/ama", "agree=yes")


def request(folder: Path, *packages: Package, **changes: Any) -> Request:
    catalogue = Catalogue((AMA,), packages, (Refused(("cpt",), "it is not ours", "ask the publisher"),))
    return Request(folder, catalogue=catalogue, today=TODAY, **changes)


def rows(folder: Path) -> list[dict[str, Any]]:
    content: dict[str, Any] = json.loads((folder / NAME).read_bytes())
    assert content["version"] == 1
    files: list[dict[str, Any]] = content["files"]
    return files


def one_problem(outcome: Outcome) -> str:
    (problem,) = outcome.failed.values()
    return problem
