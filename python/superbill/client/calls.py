"""Every method of a client as bytes of the wire: what is sent, and how the answer is read. Sync and async clients share them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

import superbill
from superbill import _core, models
from superbill.client.results import CodeInfo, Match, Releases, ServerStatus, Translation

Answer = TypeVar("Answer")
Day: TypeAlias = str | datetime.date
EncounterLike: TypeAlias = models.Encounter | Mapping[str, Any] | str | bytes
ClaimLike: TypeAlias = models.Claim | Mapping[str, Any] | str | bytes

INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, RESOURCE_EXHAUSTED = 3, 4, 5, 8
FAILED_PRECONDITION, UNAVAILABLE, DATA_LOSS = 9, 14, 15
# What passes when it is asked again; every method may be.
PASSING = frozenset({RESOURCE_EXHAUSTED, UNAVAILABLE})


class ServiceError(superbill.SuperbillError):
    """What only a server can say: it cannot be reached, is full, does not let the caller in, or the deadline has passed."""

    def __init__(self, code: int, name: str, message: str) -> None:
        """`code` and `name` are those of google.rpc.Code."""
        super().__init__(f"{name}: {message}")
        self.code = code
        self.name = name


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One question to a server."""

    method: str
    request: bytes
    read: Callable[[bytes], Answer]
    wrong: type[superbill.SuperbillError] = superbill.CodeError


def error(wrong: type[superbill.SuperbillError], code: int, name: str, message: str) -> superbill.SuperbillError:
    """The error that the engine would raise, where it is one of the engine."""
    if code == INVALID_ARGUMENT:
        about_date = wrong is superbill.CodeError and message.partition(":")[0].partition(" ")[0].endswith("date")
        return superbill.DateError(message) if about_date else wrong(message)
    if code in {FAILED_PRECONDITION, DATA_LOSS}:
        return superbill.KnowledgeBaseError(message)
    return ServiceError(code, name, message)


def encode_code(encounter: EncounterLike) -> bytes:
    """Raises EncounterError naming the place."""
    return _core.to_wire("CodeRequest", encounter)


def encode_edit(claim: ClaimLike) -> bytes:
    """Raises ClaimError naming the field."""
    return _core.to_wire("EditRequest", claim)


def encode_check(claim: ClaimLike) -> bytes:
    """The same of a claim whose repairs are asked for."""
    return _core.to_wire("CheckRequest", claim)


def decode_code(content: bytes) -> tuple[int, superbill.CodedEncounter | tuple[int, str]]:
    """Place and answer, or status, of a message of CodeStream."""
    answer: tuple[int, superbill.CodedEncounter | tuple[int, str]] = _core.from_wire("CodeStreamResponse", content)
    return answer


def decode_edit(content: bytes) -> tuple[int, superbill.Check | tuple[int, str]]:
    """Place and answer, or status, of a message of EditStream."""
    answer: tuple[int, superbill.Check | tuple[int, str]] = _core.from_wire("EditStreamResponse", content)
    return answer


def code(encounter: EncounterLike) -> Call[superbill.CodedEncounter]:
    """Codes one encounter."""

    def read(content: bytes) -> superbill.CodedEncounter:
        answer: superbill.CodedEncounter = _core.from_wire("CodeResponse", content)
        return answer

    return Call("Coding/Code", encode_code(encounter), read, superbill.EncounterError)


def edit(claim: ClaimLike, *, repair: bool) -> Call[superbill.Check]:
    """Checks one claim, with repairs where they are asked for."""

    def read(content: bytes) -> superbill.Check:
        answer: superbill.Check = _core.from_wire("EditResponse", content)
        return answer

    return Call("Coding/Edit", encode_check(claim) if repair else encode_edit(claim), read, superbill.ClaimError)


def question(
    method: str, fields: Mapping[str, Any], read: Callable[[dict[str, Any]], Answer], *, service: str = "Terminology"
) -> Call[Answer]:
    """A question whose request and answer are read as JSON."""
    request = _core.to_wire(f"{method}Request", {name: value for name, value in fields.items() if value is not None})

    def answer(content: bytes) -> Answer:
        return read(msgspec.json.decode(_core.from_wire(f"{method}Response", content)))

    return Call(f"{service}/{method}", request, answer)


def day(date: Day) -> str:
    """As ISO 8601."""
    return date if isinstance(date, str) else date.isoformat()


def told(result: dict[str, Any]) -> dict[str, Any]:
    """A result without a problem; raises CodeError for one with."""
    if (problem := result.get("problem")) is not None:
        raise superbill.CodeError(problem)
    return result


def info(result: dict[str, Any]) -> CodeInfo | None:
    """What is known of a code, `None` where it is unknown."""
    return CodeInfo.of(said) if (said := result.get("info")) else None


def lookup(code: str, date: Day, system: str | None) -> Call[CodeInfo | None]:
    """What is known of a code."""
    fields = {"codes": [code], "date": day(date), "system": system}
    return question("Lookup", fields, lambda answer: info(told(answer["results"][0])))


def lookup_many(codes: Sequence[str], date: Day, system: str) -> Call[list[CodeInfo | None]]:
    """What is known of codes of a system."""
    fields = {"codes": list(codes), "date": day(date), "system": system}
    return question("Lookup", fields, lambda answer: [info(result) for result in answer["results"]])


def validate(code: str, date: Day, system: str | None) -> Call[tuple[str, list[str]]]:
    """Whether a code can stand on a claim, and what stands in its place."""
    fields = {"codes": [code], "date": day(date), "system": system}

    def read(answer: dict[str, Any]) -> tuple[str, list[str]]:
        result = told(answer["results"][0])
        return result["standing"], result["successors"]

    return question("Validate", fields, read)


def validate_many(codes: Sequence[str], date: Day, system: str) -> Call[list[str]]:
    """Standings of codes of a system."""
    fields = {"codes": list(codes), "date": day(date), "system": system}
    return question("Validate", fields, lambda answer: [result["standing"] for result in answer["results"]])


def around(which: str, code: str, date: Day, system: str | None) -> Call[list[CodeInfo]]:
    """The codes around one: `children`, `ancestors` or `descendants`."""
    fields = {"code": code, "date": day(date), "system": system, "which": which}
    return question("Children", fields, lambda answer: [CodeInfo.of(said) for said in answer["codes"]])


def search(words: str, date: Day, system: str | Sequence[str] | None, limit: int, headers: bool) -> Call[list[CodeInfo]]:
    """The best codes for words."""
    systems = [system] if isinstance(system, str) else list(system or ())
    fields = {"words": words, "date": day(date), "systems": systems, "limit": limit, "headers": headers}
    return question("Search", fields, lambda answer: [CodeInfo.of(said) for said in answer["found"]])


def match(text: str) -> Call[list[Match]]:
    """Every term of a text that names codes."""
    return question("Match", {"text": text}, lambda answer: [Match(**said) for said in answer["matches"]])


def translate(
    concept: int | str,
    date: Day,
    birth_date: Day | None,
    sex: str | None,
    onset_date: Day | None,
    conditions: Iterable[int | str] | None,
    conditions_complete: bool,
    laterality: str | None,
    seventh: str | None,
) -> Call[Translation]:
    """What a concept is in ICD-10-CM."""
    fields = {
        "concepts": [str(concept)],
        "date": day(date),
        "birth_date": None if birth_date is None else day(birth_date),
        "sex": sex,
        "onset_date": None if onset_date is None else day(onset_date),
        "conditions": [str(condition) for condition in conditions or ()],
        "conditions_complete": conditions_complete,
        "laterality": laterality,
        "seventh": seventh,
    }
    return question("Translate", fields, lambda answer: Translation.of(answer["translations"][0]))


def releases() -> Call[Releases]:
    """What the knowledge base was built from."""

    def read(answer: dict[str, Any]) -> Releases:
        return Releases(
            answer["knowledge_hash"],
            msgspec.convert(answer["packs"], tuple[models.Release, ...]),
            msgspec.convert(answer["sources"], tuple[models.SourceFile, ...]),
            msgspec.convert(answer["systems"], tuple[models.SystemCoverage, ...]),
        )

    return question("Releases", {}, read)


def rules(rule: str | None) -> Call[tuple[models.EditRule, ...]]:
    """The rules that claims are edited by."""
    return question("Rules", {"id": rule}, lambda answer: msgspec.convert(answer["rules"], tuple[models.EditRule, ...]))


def reload() -> Call[tuple[str, str]]:
    """Reads the files of the server again."""
    return question("Reload", {}, lambda answer: (answer["before"], answer["now"]), service="Admin")


def status() -> Call[ServerStatus]:
    """The state of the server."""
    return question("Status", {}, lambda answer: ServerStatus(**answer), service="Admin")
