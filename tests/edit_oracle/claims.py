"""A claim as the rules look at it: its lines and those of the history, who gave a service, and what a finding is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

Claim = dict[str, Any]


class Finding(NamedTuple):
    """What is compared with the engine. Ids of lines; column 1, procedure or earlier line first."""

    rule: str
    severity: str
    lines: tuple[str, ...]
    codes: tuple[str, ...]
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of the claim, or one that was billed before (`history`)."""

    id: str
    code: str
    modifiers: tuple[str, ...]
    units: int
    date: date
    place: str
    npi: str
    group: str
    specialty: str
    history: bool

    def carries(self, *modifiers: str) -> bool:
        """Whether any of them is on the line."""
        return bool(self.modifiers) and not set(modifiers).isdisjoint(self.modifiers)


@cache
def day(text: str) -> date:
    return date.fromisoformat(text)


def lines(claim: Claim) -> list[Line]:
    return [line(said, False) for said in claim["lines"]]


def history(claim: Claim) -> list[Line]:
    return [line(said, True) for said in claim.get("history") or []]


def line(said: dict[str, Any], before: bool) -> Line:
    provider = said.get("provider") or {}
    return Line(
        id=said["id"],
        code=said["code"],
        modifiers=tuple(said.get("modifiers") or ()),
        units=said["units"],
        date=day(said["date"]),
        place=said.get("place_of_service") or "",
        npi=provider.get("npi") or "",
        group=provider.get("group") or "",
        specialty=provider.get("specialty") or "",
        history=before,
    )


def same_provider(a: Line, b: Line, setting: str) -> bool:
    """Contract, "Same provider"; ncci.md 2.1."""
    if setting != "professional":
        return True
    if not (a.npi or a.group or a.specialty) or not (b.npi or b.group or b.specialty):
        return True
    if a.npi and a.npi == b.npi:
        return True
    return bool(a.group and a.specialty) and a.group == b.group and a.specialty == b.specialty


def pairs(claimed: list[Line], before: list[Line]) -> Iterator[tuple[Line, Line]]:
    """Ordered pairs of different lines. Two of the history were edited with their own claims (contract: "never themselves changed")."""
    everyone = claimed + before
    for a in everyone:
        for b in everyone:
            if a is not b and not (a.history and b.history):
                yield a, b
