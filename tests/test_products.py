"""Drugs and vaccines of the packs against the official HCPCS file: in force, and as much in one unit as the pack says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape
from zipfile import ZipFile

import pytest

from superbill.default import packs

FILE = Path("hcpcs") / "HCPC2025_OCT_ANWEB.xlsx"
IN_MG = {"mg": Fraction(1), "milligram": Fraction(1)}
IN_MG |= dict.fromkeys(("g", "gm", "gram", "grams"), Fraction(1000))
IN_MG |= dict.fromkeys(("mcg", "microgram", "micrograms"), Fraction(1, 1000))
AMOUNT = re.compile(r"(?:([0-9][0-9,]*(?:\.[0-9]+)?) ?|\bper )(mg|milligram|mcg|micrograms?|grams?|gm|g|units?|ml|cc)\b")


def products(pack: str) -> dict[str, Any]:
    [text] = [text for name, text in packs() if name == f"cpt/{pack}.toml"]
    products: dict[str, Any] = tomllib.loads(text)["products"]
    return products


@pytest.fixture(scope="module")
def in_force(releases: Path) -> dict[str, str]:
    """Codes without an end, and how much one unit is, in words."""
    file = releases / FILE
    if not file.exists():
        pytest.skip("the HCPCS file is not at ../shared/data")
    return dict(rows(file))


def rows(file: Path) -> Iterator[tuple[str, str]]:
    """Code and long description; cells are cut out of the text of the sheet, since a parser of XML takes ten times as long."""
    with ZipFile(file) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    texts = [unescape("".join(re.findall(r"<t[^>]*>([^<]*)</t>", item))) for item in strings.split("<si>")[1:]]
    for row in sheet.split("<row ")[1:]:
        found = re.findall(r'<c r="(A|D|AU)[0-9]+"([^>]*)><v>([0-9]+)</v>', row)
        cells = {column: texts[int(value)] if 't="s"' in how else value for column, how, value in found}
        if not cells.get("AU", "").strip():
            yield cells.get("A", "").strip(), cells.get("D", "").lower()


def amounts(words: str) -> list[tuple[str, Fraction]]:
    """What a description says of one unit, a list since mixtures say more than one."""
    found = []
    for number, unit in AMOUNT.findall(words):
        value = Fraction(number.replace(",", "") or 1)
        if unit in IN_MG:
            found.append(("mg", value * IN_MG[unit]))
        else:
            found.append(("units" if unit.startswith("unit") else "ml", value))
    return found


def test_drugs_are_in_force_and_in_the_units_of_the_code(in_force: dict[str, str]) -> None:
    drugs = products("drugs")
    assert len(drugs) >= 120
    for code, drug in drugs.items():
        assert code in in_force, code
        per = drug["per"]
        if per == "dose":
            continue
        number, unit = per.split(" ") if isinstance(per, str) else (str(per), "mg")
        one = (unit, Fraction(number))
        said = amounts(in_force[code])
        # A mixture is dosed by its parts together, or by the one that leads.
        together = (unit, sum((amount for of, amount in said if of == unit), Fraction(0)))
        assert one in said or one == together, code


def test_no_name_is_two_drugs() -> None:
    for pack in ("drugs", "vaccines"):
        names = [name for product in products(pack).values() for name in product["say"]]
        assert sorted(names) == sorted(set(names))
