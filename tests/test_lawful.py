"""No content of SNOMED CT is in the repository: no row of a release, no concept with its name."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rf2 import checksum, made_up

ROOT = Path(__file__).resolve().parents[1]

# What the field's own documentation of the format names, and the examples of the maps that are public elsewhere.
ALLOWED = {
    *(6011000124106, 447562003, 5991000124107, 731000124108),  # reference sets and modules
    *(116680003, 138875005, 900000000000003001, 900000000000013009, 900000000000011006),  # the model
    *(445518008, 424144002, 248152002, 248153007),  # age at onset, age, female, male
    *(447561005, 447637006, 447638001, 447639009, 447640006, 447641005, 447635003, 447642003),  # correlation and categories
    *(440311000124109, 785744001, 473380002, 38341003, 49727002, 44465007, 248274002, 214264003, 840546002),  # examples
}
INVENTED = "1999999"
"""A namespace that nobody has: tests and benches make their own identifiers with it."""

IDENTIFIER = re.compile(r"(?<![\w.])[1-9][0-9]{5,17}(?![\w.])")
TAGS = (
    "disorder|finding|procedure|situation|event|body structure|morphologic abnormality|observable entity|substance|organism|qualifier value"
)
NAMED = re.compile(rf"\((?:{TAGS})\)")
WITH_TERM = re.compile(r"([1-9][0-9]{5,17})\s*\|[^|\n]{2,}\|")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_foreign(digits: str) -> bool:
    """Whether digits are an identifier of a component of a release that is not allowed here."""
    partition = digits[-3:-1]
    of_a_component = partition in {"00", "01", "02", "10", "11", "12"} and checksum(digits) == 0
    invented = partition[0] == "1" and digits[-10:-3] == INVENTED
    return of_a_component and not invented and int(digits) not in ALLOWED


def complaints(text: str) -> Iterator[tuple[int, str]]:
    """Lines with rows of a release or with concepts and their names."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.replace("\\t", "\t").split("\t")
        day = cells[1:2] and re.fullmatch(r"(19|20)\d{6}", cells[1])
        if len(cells) >= 5 and day and cells[2] in {"0", "1"} and (UUID.fullmatch(cells[0]) or cells[0].isdigit()):
            components = [cell for cell in (cells[0], *cells[4:]) if IDENTIFIER.fullmatch(cell)]
            if any(map(is_foreign, components)):
                yield number, "a row of a release"
        if any(is_foreign(found[1]) for found in WITH_TERM.finditer(line)):
            yield number, "a concept with its term"
        if NAMED.search(line) and any(map(is_foreign, IDENTIFIER.findall(line))):
            yield number, "a concept with its fully specified name"


def tracked() -> list[Path]:
    """The files of the repository; those of a source distribution where there is no git."""
    ran = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if ran.returncode == 0:
        return [ROOT / name for name in ran.stdout.decode().split("\0") if name]
    return [path for folder in ("rust", "python", "tests", "benches", "docs") for path in (ROOT / folder).rglob("*") if path.is_file()]


def test_no_content_of_snomed_ct_is_in_the_repository() -> None:
    found = []
    for path in tracked():
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}:{number}: {what}" for number, what in complaints(text)]
        assert not re.match(r"(sct2|der2|tls)_", path.name), path
    assert found == []


def foreign() -> str:
    """An identifier of the international namespace, made for this test."""
    return next(f"98765432100{check}" for check in range(10) if checksum(f"98765432100{check}") == 0)


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("{id}\t20260301\t1\t0\t900000000000074008", True),
        ("00000000-0000-4000-8000-000000000000\t20260301\t1\t0\t6011000124106\t{id}\t1\t1\tTRUE\t\tR54\t0\t447637006", True),
        ('"00000000-0000-4000-8000-000000000000"', False),
        ("IFA {id} | some thing | AND IFA 445518008 | age | < 3.0 years", True),
        ("{id} Some thing (disorder)", True),
        ("{id} and nothing else", False),
        ("IFA {ours} | some thing |", False),
        ("248152002 | Female (finding) |", False),
    ],
)
def test_what_is_caught(line: str, caught: bool) -> None:
    written = line.format(id=foreign(), ours=made_up(7))
    assert bool(list(complaints(written))) is caught
