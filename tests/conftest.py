"""What the tests share: the knowledge base and the data beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from fetched import downloader, once, pauses, publisher

import superbill

__all__ = ["downloader", "once", "pauses", "publisher"]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"


@pytest.fixture(scope="session")
def kb() -> superbill.KnowledgeBase:
    return superbill.open()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The evaluation sets, which are never copied into the repository."""
    if not CORPORA.is_dir():
        pytest.skip("the evaluation sets are not at ../shared/corpora")
    return CORPORA


@pytest.fixture(scope="session")
def releases() -> Path:
    """Real releases of the public tables, which are never copied into the repository."""
    if not DATA.is_dir():
        pytest.skip("the releases are not at ../shared/data")
    return DATA
