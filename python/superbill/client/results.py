"""What a server tells of codes, with the fields of the classes of the same names in `superbill`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from superbill import models

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What is known of a code on a day; fields as of `superbill.CodeInfo`."""

    code: str = ""
    system: str = ""
    description: str = ""
    short_description: str = ""
    billable: bool = False
    standing: str = ""
    covered: bool = False
    effective: str | None = None
    end: str | None = None
    parent: str | None = None
    children: Sequence[str] = ()
    ancestors: Sequence[str] = ()
    successors: Sequence[str] = ()
    blocks: Sequence[tuple[str, str]] = ()
    inclusion_terms: Sequence[str] = ()
    notes: Sequence[tuple[str, str, list[str]]] = ()
    add_on_to: Sequence[tuple[str | None, int]] = ()
    attributes: Sequence[tuple[str, str, int | str | bool]] = ()
    matched: str | None = None

    @classmethod
    def of(cls, said: Json) -> CodeInfo:
        """From the JSON of the wire."""
        shaped = {
            "blocks": [(block["name"], block["title"]) for block in said["blocks"]],
            "notes": [(note["kind"], note["text"], note["codes"]) for note in said["notes"]],
            "add_on_to": [(add_on.get("primary"), add_on["edit_type"]) for add_on in said["add_on_to"]],
            "attributes": [(each["name"], each["qualifier"], each.get("number", each.get("text", True))) for each in said["attributes"]],
        }
        return cls(**(said | shaped))


@dataclass(frozen=True, slots=True)
class Match:
    """A term of a text that names codes; offsets in code points, half-open."""

    start: int
    end: int
    codes: list[str]


@dataclass(frozen=True, slots=True)
class MapTarget:
    """A code that a group of the map gives, on a day; fields as of `superbill.MapTarget`."""

    code: str
    standing: str
    description: str
    candidates: tuple[str, ...]
    side: str
    group: int
    advice: tuple[str, ...]
    row: str
    rule: str
    category: str


@dataclass(frozen=True, slots=True)
class Translation:
    """What a SNOMED CT concept is in ICD-10-CM on a day; fields as of `superbill.Translation`, without the name of the concept."""

    concept: int
    status: str
    codes: tuple[str, ...]
    targets: tuple[MapTarget, ...]
    missing: tuple[str, ...]
    release: str | None
    covered: bool
    proof: tuple[tuple[int, int, str, str, str], ...]

    @classmethod
    def of(cls, said: Json) -> Translation:
        """From the JSON of the wire."""
        targets = [MapTarget(**(each | {name: tuple(each[name]) for name in ("candidates", "advice")})) for each in said["targets"]]
        proof = tuple((row["group"], row["priority"], row["row"], row["rule"], row["truth"]) for row in said["proof"])
        return cls(
            concept=int(said["concept"]),
            status=said["status"],
            codes=tuple(said["codes"]),
            targets=tuple(targets),
            missing=tuple(said["missing"]),
            release=said.get("release"),
            covered=said["covered"],
            proof=proof,
        )


@dataclass(frozen=True, slots=True)
class Releases:
    """What the knowledge base of a server was built from."""

    hash: str
    packs: tuple[models.Release, ...]
    sources: tuple[models.SourceFile, ...]
    systems: tuple[models.SystemCoverage, ...]


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The state of a server."""

    version: str
    knowledge_hash: str
    state: str
    uptime_seconds: int
    reloads: int
    refused_reloads: int
    in_flight: int
    held_bytes: int
    connections: int
    threads: int
    newest_release: str | None = None
    knowledge_age_days: int | None = None
