"""The default knowledge base: ICD-10-CM of the installed package `simple-icd-10-cm` and the packs of this package.

It is built into the user's cache on first use (`superbill.kept`). `SUPERBILL_CACHE` names another folder.
"""

from __future__ import annotations

import re
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from superbill import _core, kept

KNOWLEDGE = Path(kept.KNOWLEDGE)
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]


class Sources(NamedTuple):
    """Files of one ICD-10-CM release: the tabular list, the list of valid codes, and the first day (ISO 8601)."""

    tabular: Path
    codes: Path
    effective: str


def installed_release() -> Sources:
    """The release that `simple-icd-10-cm` carries; the package is found, never imported (that takes seconds).

    Raises:
        BuildError: it is not installed, or its files are not where this version looks.
    """
    files = kept.release_files()
    if files is None:
        raise _core.BuildError(
            "ICD-10-CM: the package simple-icd-10-cm with its *tabular*.xml and code-list*.txt is not installed: "
            "pip install 'simple-icd-10-cm==1.5.*'"
        )
    tabular, codes = map(Path, files)
    return Sources(tabular, codes, release_day(tabular.name))


def release_day(name: str) -> str:
    """The first day of a release from its file name: `icd10c-tabular-April-1-2026.xml` -> `2026-04-01`.

    Raises:
        BuildError: the name has no such date.
    """
    found = re.search(rf"({'|'.join(MONTHS)})-(\d{{1,2}})-(\d{{4}})", name.lower())
    if not found:
        raise _core.BuildError(
            f"{name}: the release is not in the file name (such as April-1-2026): expected a version of simple-icd-10-cm 1.5"
        )
    month, day, year = found.groups()
    return f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02}"


def packs(folder: Path = KNOWLEDGE) -> list[tuple[str, str]]:
    """The packs below a folder as (name, text), in order of name.

    Raises:
        BuildError: a pack is not UTF-8.
    """
    return [read_pack(path, path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*.toml"))]


def read_pack(path: Path, name: str) -> tuple[str, str]:
    """One pack as (name, text).

    Raises:
        BuildError: it cannot be read or is not UTF-8.
    """
    try:
        return name, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _core.BuildError(f"{path}: {error}") from None


def open_default() -> _core.KnowledgeBase:
    """Opens the default file, or builds it first; in memory where the cache cannot be written.

    Raises:
        BuildError: the sources are not installed or not readable.
    """
    sources = installed_release()
    path = kept.file_of(str(sources.tabular), str(sources.codes))
    with building(sources.tabular.name):
        kb, why = _core.open_or_build(path, sources.tabular, sources.codes, sources.effective, packs())
    if why is not None:
        note(f"the knowledge base stays in memory: {why}; set SUPERBILL_CACHE to a folder that can be written to keep it")
    return kb


def building(name: str) -> AbstractContextManager[object]:
    """Says that the file is being built, moving where a person looks on."""
    message = f"building the knowledge base from {name} (once, a few seconds)"
    if not sys.stderr.isatty():
        note(message)
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(message)


def note(message: str) -> None:
    """A line for the person at the terminal."""
    print(f"superbill: {message}", file=sys.stderr, flush=True)
