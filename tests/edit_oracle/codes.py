"""Kinds of codes and families of modifiers, as the domain documents name them."""

from __future__ import annotations

from functools import cache

# ncci.md 2.4: modifiers that belong to NCCI, by family.
ANATOMIC = frozenset(
    [
        "E1",
        "E2",
        "E3",
        "E4",
        "FA",
        *(f"F{n}" for n in range(1, 10)),
        "TA",
        *(f"T{n}" for n in range(1, 10)),
        *("LT", "RT", "LC", "LD", "RC", "LM", "RI"),
    ]
)
DISTINCT = frozenset(["59", "XE", "XS", "XP", "XU"])
X_ALONE = DISTINCT - {"59"}
GLOBAL_PROCEDURE = ("58", "78", "79")

# ncci.md 3, MAI 1: what parts a second line from the first. Contract, mue.second_line.
SECOND_LINE = DISTINCT | {"76", "77", "91"} | ANATOMIC
# ncci.md 3: lines of a co-surgeon, a team or an assistant are those of another provider.
OTHER_ROLE = frozenset(["62", "66", "80", "81", "82", "AS"])

# modifiers.md 11.
RANKS: dict[str, int] = {
    modifier: rank
    for rank, modifiers in {
        10: "26 TC",
        15: "53 73 74 52 22 63",
        20: "50",
        22: "62 66 80 81 82 AS 54 55 56",
        24: "JW JZ AA QK QX QY QZ AD",
        25: "P1 P2 P3 P4 P5 P6",
        30: "24 25 57 FT",
        32: "58 78 79",
        34: "XE XS XP XU 59",
        36: "51 76 77 91 27",
        40: "33 PT",
        42: "95 93 GT GQ FQ G0",
        50: "KX GA GX GY GZ QW GP GO GN CQ CO FS AI GC",
        60: " ".join(sorted(ANATOMIC)),
    }.items()
    for modifier in modifiers.split()
}
PHYSICAL_STATUS = frozenset(f"P{n}" for n in range(1, 7))
ANESTHESIA = frozenset(["AA", "QK", "QX", "QY", "QZ", "AD"])

# Level I: CPT's own modifiers. The contract leaves them to a pack.
CPT_MODIFIERS = frozenset(
    [
        str(n)
        for n in (22, 23, 24, 25, 26, 27, 32, 33, 47, *range(50, 60), 62, 63, 66, 73, 74, *range(76, 83), 90, 91, 92, 93, 95, 96, 97, 99)
    ]
    + [f"P{n}" for n in range(1, 7)]
    + ["1P", "2P", "3P", "8P"]
)


def number(code: str) -> int:
    """The number of a code of five digits; -1 for any other."""
    return int(code) if code.isdigit() else -1


# Visits of a facility: the clinic, and emergency departments that are not open all day.
VISITS = {"G0463", "G0380", "G0381", "G0382", "G0383", "G0384"}
# Welcome and annual wellness visits: no evaluation and management of a problem, yet 25 may stand on them (modifiers.md 1.1, row 7).
PREVENTIVE = {"G0402", "G0438", "G0439"}


@cache
def is_visit(code: str) -> bool:
    """Evaluation and management: cpt_hcpcs.md 1 (ranges), 2 (clinic visit of a facility)."""
    return 98000 <= number(code) <= 98016 or 99201 <= number(code) <= 99499 or code in VISITS


def is_eye_visit(code: str) -> bool:
    """modifiers.md 12, first row: 25 and 57 may stand on these."""
    return 92002 <= number(code) <= 92014


def takes(code: str, modifier: str) -> bool:
    """Whether a modifier of visits may stand on the code: modifiers.md 12, first row."""
    return is_visit(code) or (modifier in {"25", "57"} and is_eye_visit(code)) or (modifier == "25" and code in PREVENTIVE)


def is_anesthesia(code: str) -> bool:
    return 100 <= number(code) <= 1999


def is_cpt_procedure(code: str) -> bool:
    """modifiers.md 12, PT: CPT of 10000 to 69999."""
    return 10000 <= number(code) <= 69999
