"""Whole claims against those of the vignettes: `python benches/vignettes.py [FOLDER] [--misses]`, FOLDER one of tests/vignettes.

Exact: every line with its modifiers and units, no other line, and a query where one is expected. Pointed: exact, and each line's first
pointer is the diagnosis that the gold says. Wrong: lines of which the code is not in the gold, of all lines given. `--misses` lists what
is not exact; never use it on `untuned`.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import superbill

VIGNETTES = Path(__file__).resolve().parents[1] / "tests" / "vignettes"
OF_59 = {"XE", "XS", "XP", "XU"}
Vignette = dict[str, Any]
Line = tuple[str, tuple[str, ...], int]


def vignettes(folder: Path) -> Iterator[Vignette]:
    for file in sorted(folder.rglob("*.toml")):
        for vignette in tomllib.loads(file.read_text(encoding="utf-8"))["vignette"]:
            yield {"family": file.stem, **vignette}


def encounter(vignette: Vignette) -> dict[str, Any]:
    """The note as an Encounter."""
    made: dict[str, Any] = {
        "id": vignette["id"],
        "type": vignette["type"],
        "setting": vignette.get("setting", "professional"),
        "date_of_service": str(vignette["date"]),
        "patient": {"sex": vignette["sex"], "birth_date": str(vignette["born"])},
        "payer": {"line_of_business": vignette["payer"]},
        "place_of_service": vignette["place"],
        "documents": [{"id": "note", "text": vignette["text"].strip()}],
    }
    if "discharge" in vignette:
        made |= {"admit_date": made["date_of_service"], "discharge_date": str(vignette["discharge"])}
    if "new_patient" in vignette:
        made["new_patient"] = vignette["new_patient"]
    return made


def modifiers(written: list[str]) -> tuple[str, ...]:
    return tuple("59" if m in OF_59 else m for m in written)


def expected_lines(vignette: Vignette) -> Counter[Line]:
    return Counter((line["code"], modifiers(line.get("modifiers", [])), line.get("units", 1)) for line in vignette["lines"])


def points_right(vignette: Vignette, coded: superbill.CodedEncounter) -> bool:
    """Whether the first pointer of each line is the gold's, or one as right."""
    ranks = {d.rank: d.code for d in coded.diagnoses}
    first = {p.code: ranks.get(p.pointers[0]) if p.pointers else None for p in coded.procedures}
    as_right = vignette.get("accept", {})
    primary = {line["code"]: line["for"][0] for line in vignette["lines"] if "for" in line}
    return all(first.get(code) in [wanted, *as_right.get(wanted, [])] for code, wanted in primary.items())


def main(arguments: list[str]) -> None:
    folders = [VIGNETTES / name for name in arguments if not name.startswith("--")] or [VIGNETTES]
    kb, families = superbill.open(), dict[str, Counter[str]]()
    for vignette in (v for folder in folders for v in vignettes(folder)):
        coded = kb.code(encounter(vignette))
        found = Counter((p.code, modifiers(list(p.modifiers)), p.units) for p in coded.procedures)
        wanted = expected_lines(vignette)
        exact = found == wanted and bool(coded.queries) >= bool(vignette.get("queries"))
        codes = {line[0] for line in wanted}
        family = families.setdefault(vignette["family"], Counter())
        family.update(
            all=1,
            exact=exact,
            pointed=exact and points_right(vignette, coded),
            lines=found.total(),
            wrong=sum(n for line, n in found.items() if line[0] not in codes),
        )
        if "--misses" in arguments and not exact:
            print(f"{vignette['id']}: {sorted(found)} for {sorted(wanted)}; asked {[q.missing for q in coded.queries]}")
    families["total"] = sum(families.values(), Counter())
    print(f"{'':<26}{'notes':>6} {'exact':>6} {'pointed':>8} {'lines':>6} {'wrong':>6}")
    for name, figures in families.items():
        print(f"{name:<26}{figures['all']:>6} {figures['exact']:>6} {figures['pointed']:>8} {figures['lines']:>6} {figures['wrong']:>6}")


if __name__ == "__main__":
    main(sys.argv[1:])
