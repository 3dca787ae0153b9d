"""A made-up SNOMED CT release to measure on: `python benches/rf2.py FOLDER` writes rf2.zip.

130,000 map rows with random rules of the grammar, targets from the installed ICD-10-CM, and a hierarchy under them. Identifiers are of a
namespace that nobody has and have right check digits; none of SNOMED CT's content is in it but the identifiers of the model.
"""

from __future__ import annotations

import random
import sys
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from superbill.default import installed_release

ROWS = 130_000
DAY = "20260301"
MAP = "der2_iisssccRefset_ExtendedMapSnapshot_US1000124_20260301.txt"
COLUMNS = {
    "sct2_Concept_Snapshot_US1000124_20260301.txt": "id effectiveTime active moduleId definitionStatusId",
    "sct2_Description_Snapshot-en_US1000124_20260301.txt": (
        "id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId"
    ),
    "sct2_Relationship_Snapshot_US1000124_20260301.txt": (
        "id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId characteristicTypeId modifierId"
    ),
    MAP: (
        "id effectiveTime active moduleId refsetId referencedComponentId mapGroup mapPriority mapRule mapAdvice mapTarget "
        "correlationId mapCategoryId"
    ),
}
REFSET = 6011000124106
IS_A, INFERRED = 116680003, 900000000000011006
FULLY_SPECIFIED = 900000000000003001
ONSET, NOW, FEMALE, MALE = 445518008, 424144002, 248152002, 248153007
PROPERLY_CLASSIFIED, CANNOT_BE_CLASSIFIED, CONTEXT_DEPENDENT = 447637006, 447638001, 447639009
OPEN_ADVICE = "EPISODE OF CARE INFORMATION NEEDED | CONSIDER LATERALITY SPECIFICATION"
# Item, made-up namespace, partition of a concept.
NAMESPACE = "199999910"

SHIFT = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def compose(a: int, b: int) -> int:
    """Verhoeff's table: the symmetries of a pentagon."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def checksum(digits: str) -> int:
    """Zero where the last digit checks the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        shifted = int(digit)
        for _ in range(place % 8):
            shifted = SHIFT[shifted]
        total = compose(total, shifted)
    return total


def made_up(item: int) -> int:
    """An identifier of the made-up namespace."""
    head = f"{item}{NAMESPACE}"
    return next(int(f"{head}{check}") for check in range(10) if checksum(f"{head}{check}") == 0)


def dotted(code: str) -> str:
    """A code of the list as people write it."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def codes() -> tuple[list[str], list[str]]:
    """Billable codes with their dot, and bases that lack an A for initial encounter, written with `?`."""
    listed = sorted(
        line.replace(".", "")
        for line in installed_release().codes.read_text(encoding="utf-8").split()
        if "-" not in line and not line.isdigit()
    )
    leaves = [code for code, after in pairwise([*listed, ""]) if not after.startswith(code)]
    opened = sorted({f"{dotted(code[:-1])}?" for code in leaves if len(code) == 7 and code.endswith("A")})
    return [dotted(code) for code in leaves if len(code) < 7], opened


def clause(chance: random.Random, concepts: list[int]) -> str:
    """One condition."""
    kind = chance.random()
    if kind < 0.6:
        amount = chance.choice(
            (f"{chance.randrange(1, 90)}.0 years", f"{chance.randrange(1, 24)}.0 months", f"{chance.randrange(1, 60)}.0 days")
        )
        return f"IFA {chance.choice((ONSET, NOW))} | Age | {chance.choice(('<', '<=', '>', '>='))} {amount}"
    if kind < 0.75:
        return f"IFA {chance.choice((FEMALE, MALE))} | Sex |"
    return f"IFA {chance.choice(concepts)} | Something AND more |"


def map_rows(chance: random.Random, concepts: list[int]) -> Iterator[list[object]]:
    """Rows of the map, about two thirds of them without a condition, as in the real one."""
    closed, opened = codes()
    written = 0
    for concept in concepts:
        for group in range(1, chance.choice((1, 1, 1, 1, 2, 3)) + 1):
            rules = []
            if chance.random() < 0.2:
                rules = [
                    " AND ".join(clause(chance, concepts) for _ in range(chance.randrange(1, 3))) for _ in range(chance.randrange(1, 4))
                ]
            rules.append("OTHERWISE TRUE" if rules else "TRUE")
            for priority, rule in enumerate(rules, 1):
                target = chance.choice(opened if chance.random() < 0.3 else closed)
                advice = (
                    "EPISODE OF CARE INFORMATION NEEDED | CONSIDER LATERALITY SPECIFICATION" if target.endswith("?") else f"ALWAYS {target}"
                )
                category = CONTEXT_DEPENDENT if len(rules) > 1 else PROPERLY_CLASSIFIED
                if rule == "OTHERWISE TRUE" and chance.random() < 0.1:
                    target, category = "", CANNOT_BE_CLASSIFIED
                row_id = uuid.UUID(int=chance.getrandbits(128), version=4)
                yield [row_id, DAY, 1, 0, REFSET, concept, group, priority, rule, advice, target, 0, category]
                written += 1
                if written == ROWS:
                    return


def release(seed: int = 1) -> dict[str, Iterable[list[object]]]:
    """Rows of each file."""
    chance = random.Random(seed)
    concepts = [made_up(item) for item in range(1, 110_001)]
    # A parent or two among the concepts before, near the root for most: about a dozen steps to the top.
    parents = [(at, {at // 3, chance.randrange(at)}) for at in range(1, len(concepts))]
    pairs = [(concepts[at], concepts[parent]) for at, above in parents for parent in sorted(above)]
    names = list(COLUMNS)
    terms = [(made_up(200_000 + at), concept, f"made-up thing {at}") for at, concept in enumerate(concepts)]
    return {
        names[0]: ([concept, DAY, 1, 0, 0] for concept in concepts),
        names[1]: ([row, DAY, 1, 0, concept, "en", FULLY_SPECIFIED, term, 0] for row, concept, term in terms),
        names[2]: ([made_up(400_000 + at), DAY, 1, 0, child, parent, 0, IS_A, INFERRED, 0] for at, (child, parent) in enumerate(pairs)),
        names[3]: map_rows(chance, concepts),
    }


def write(path: Path) -> None:
    """Writes the zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in release().items():
            lines = ["\t".join(COLUMNS[name].split()), *("\t".join(map(str, row)) for row in rows)]
            archive.writestr(f"Snapshot/{name}", "\r\n".join(lines) + "\r\n")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "rf2.zip")
