"""The compiled core: knowledge bases, coding, terms, building and serving."""

import datetime
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict, Unpack, final

import numpy as np
from numpy.typing import NDArray

from superbill import models

__all__ = [
    "FORMAT_VERSION",
    "SERVER_SETTINGS",
    "SEVERITIES",
    "STANDINGS",
    "BuildError",
    "Check",
    "ClaimError",
    "CodeError",
    "CodeInfo",
    "CodedEncounter",
    "DateError",
    "EncounterError",
    "FindingColumns",
    "IndexEntry",
    "KnowledgeBase",
    "KnowledgeBaseError",
    "MapTarget",
    "Match",
    "Mention",
    "ServerError",
    "SuperbillError",
    "Terms",
    "Translation",
    "__version__",
    "build",
    "build_sources",
    "diff",
    "from_wire",
    "identity",
    "open_or_build",
    "overlay",
    "serve",
    "server_settings",
    "to_wire",
    "write",
]

_Columns: TypeAlias = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]
"""Four columns of equal length: text, start, end (code points, half-open), phrase."""

_Path: TypeAlias = str | os.PathLike[str]

_Standing: TypeAlias = Literal["valid", "header", "not_yet", "expired", "undated", "unknown", "malformed"]
"""What a code is on a day."""

_EncounterLike: TypeAlias = models.Encounter | Mapping[str, Any] | str | bytes
"""An encounter as a model, as a dict of the same shape, or as its JSON."""

_ClaimLike: TypeAlias = models.Claim | Mapping[str, Any] | str | bytes
"""A claim as a model, as a dict of the same shape, or as its JSON."""

_RuleRow: TypeAlias = tuple[
    str, Literal["error", "review", "info"], str, str, str, str | None, str, str | None, str, str, str | None, list[str]
]
"""Id, severity, title, message, citation, remedy, effective, end (ISO 8601), pack, version, level of a payer's rule, what it overrides."""

_Severity: TypeAlias = Literal["error", "review", "info"]

_Text: TypeAlias = NDArray[np.bytes_] | NDArray[np.str_]
"""A column of fixed-width text."""

class _ClaimColumns(TypedDict, total=False):
    """What may be told of claims beside codes and days, each a column."""

    modifiers: _Text
    """Of lines; two-dimensional where a line has several, empty for none."""
    units: NDArray[np.integer[Any]]
    history: NDArray[np.bool_]
    """True for a line that was billed before."""
    place_of_service: _Text
    pointers: NDArray[np.integer[Any]]
    """Ranks of diagnoses, from 1; two-dimensional where a line has several, 0 for none."""
    npi: _Text
    group: _Text
    specialty: _Text
    setting: str | _Text
    """One for all claims, or one for each."""
    sex: _Text
    birth_dates: NDArray[np.datetime64]
    payers: _Text
    diagnosis_offsets: NDArray[np.integer[Any]]
    """The diagnoses of claim `i` are rows `diagnosis_offsets[i]` to `diagnosis_offsets[i + 1]`."""
    diagnoses: _Text
    poa: _Text

__version__: str
SEVERITIES: tuple[_Severity, _Severity, _Severity]
"""How much a finding weighs, by the numbers of `FindingColumns.severity`."""
STANDINGS: tuple[_Standing, ...]
"""What can be told of a code on a day, by the numbers of `KnowledgeBase.validate_arrays`."""
FORMAT_VERSION: int
"""Version of the knowledge base file."""
SERVER_SETTINGS: tuple[tuple[str, str, str], ...]
"""What can be set of a server: name, default, what it is."""

class SuperbillError(Exception):
    """Any error of Superbill."""

class KnowledgeBaseError(SuperbillError):
    """A file is missing, truncated, corrupt, foreign or of another format."""

class BuildError(SuperbillError):
    """A source or pack cannot be compiled; the message names the file and the place."""

class EncounterError(SuperbillError):
    """An encounter cannot be coded as it is; the message names the field, never its value."""

class ClaimError(SuperbillError):
    """A claim cannot be checked as it is; the message names the field, never its value."""

class CodeError(SuperbillError):
    """A code is malformed, which is not the same as unknown."""

class DateError(SuperbillError):
    """A date is not a calendar date as YYYY-MM-DD."""

class ServerError(SuperbillError):
    """The server cannot start or had to stop."""

_IndexName: TypeAlias = Literal["icd10cm", "external", "neoplasm", "drug", "icd10pcs"]

_Reference: TypeAlias = tuple[str, list[str] | None, str | None]
"""A reference of an index: its words, the path that they lead to, the code there."""

@final
class KnowledgeBase:
    """One immutable knowledge base; safe to share between threads."""

    @staticmethod
    def open(path: str | os.PathLike[str]) -> KnowledgeBase:
        """Opens a knowledge base file as a memory map. A part of it is checked before its first use, all of it by `verify`.

        Raises `KnowledgeBaseError` where it is missing, truncated, foreign or of another format; later calls where the part that they use
        is damaged.
        """

    @staticmethod
    def from_bytes(image: bytes) -> KnowledgeBase:
        """Takes an image built in memory.

        Raises `KnowledgeBaseError` where it is truncated, corrupt, foreign or of another format.
        """

    @property
    def hash(self) -> str:
        """SHA-256 of the content, in hex: the identity of this knowledge base."""

    @property
    def size(self) -> int:
        """Bytes of the image."""

    @property
    def code_count(self) -> int:
        """Number of codes of all systems, headers and expired ones included."""

    def billable_count(self, date: str | datetime.date, *, system: str = "icd10cm") -> int:
        """Number of codes of a system that can stand on a claim on a day.

        Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
        """

    @property
    def phrase_count(self) -> int:
        """Number of terms that the trie finds."""

    @property
    def family_count(self) -> int:
        """Number of procedure families."""

    @property
    def releases(self) -> list[tuple[str, str, str, str, str]]:
        """Releases and packs inside: `(id, version, effective, end, citation)`, dates as ISO 8601."""

    @property
    def sources(self) -> list[tuple[str, str, str, str, str, int, int]]:
        """Files that this was built from: `(feed, effective, end, file, sha256, rows, rejected)`, dates as ISO 8601."""

    @property
    def systems(self) -> list[tuple[str, int, str | None, str | None]]:
        """Code systems inside: `(name, codes, first day covered, last day covered)`.

        The days are `None` where no release lists the system whole.
        """

    @property
    def section_sizes(self) -> list[tuple[int, int]]:
        """Ids and sizes in bytes of the sections of the file."""

    def verify(self) -> None:
        """Checks every byte of the file and that all of it decodes. Works without the GIL.

        Raises `KnowledgeBaseError` where it does not match its hash.
        """

    def code(self, encounter: _EncounterLike) -> CodedEncounter:
        """Codes one encounter.

        Raises `EncounterError` naming the field that is missing or outside its set.
        """

    def code_many(self, encounters: Sequence[_EncounterLike], *, threads: int = 0) -> list[CodedEncounter | EncounterError]:
        """Codes many encounters on `threads` threads (0: one a core) without the GIL.

        Answers stand in the order of the encounters; in the place of one that cannot be coded stands its `EncounterError`.
        """

    def edit(self, claim: _ClaimLike) -> Check:
        """Checks one claim against every edit.

        Raises:
            ClaimError: a field is missing or outside its set; the message names it, as "lines[3].date".
            KnowledgeBaseError: the file is damaged or has no rules of editing.
        """

    def edit_many(self, claims: Sequence[_ClaimLike], *, threads: int = 0) -> list[Check | ClaimError]:
        """Checks many claims on `threads` threads (0: one a core) without the GIL.

        Checks stand in the order of the claims; in the place of one that cannot be checked stands its `ClaimError`.
        """

    def edit_arrays(
        self,
        offsets: NDArray[np.integer[Any]],
        codes: _Text,
        dates: str | datetime.date | NDArray[np.datetime64],
        *,
        threads: int = 0,
        **columns: Unpack[_ClaimColumns],
    ) -> FindingColumns:
        """Checks many claims, given as columns, on `threads` threads (0: one a core) without the GIL.

        The lines of claim `i` are rows `offsets[i]` to `offsets[i + 1]` of `codes`, of `dates` (one day, or one for each line) and of the
        columns of lines; units are 1 where they are not given. What is found is what `edit` finds of each claim. Facts of the
        documentation, and more of the payer than its id, are for `edit_many`.

        Raises:
            ClaimError: a column is of another shape or outside its set; the message names it with its row, as "units[3]".
            DateError: a day is missing or outside of 1900 to 2199.
            KnowledgeBaseError: the file is damaged or has no rules of editing.
        """

    def check(self, claim: _ClaimLike) -> Check:
        """Checks one claim as `edit` does, and tells its lawful repairs and what has to be asked of the provider.

        Raises:
            ClaimError: a field is missing or outside its set; the message names it, as "lines[3].date".
            KnowledgeBaseError: the file is damaged or has no rules of editing.
        """

    def check_many(self, claims: Sequence[_ClaimLike], *, threads: int = 0) -> list[Check | ClaimError]:
        """Checks many claims as `check` does one, on `threads` threads (0: one a core) without the GIL.

        Checks stand in the order of the claims; in the place of one that cannot be checked stands its `ClaimError`.
        """

    @property
    def rules(self) -> list[_RuleRow]:
        """Rules of claim editing in order of id.

        Raises `KnowledgeBaseError` where the file is damaged.
        """

    @property
    def templates(self) -> list[tuple[list[str], str, str, list[tuple[str, str, bool, str]]]]:
        """What the documentation of each kind of encounter has in it: `(types, title, citation, [(id, title, required, decides)])`.

        Raises `KnowledgeBaseError` where the file is damaged.
        """

    def lookup(self, code: str, date: str | datetime.date, *, system: str | None = None) -> CodeInfo | None:
        """What is known of a code on a day; `None` where it is unknown.

        Without `system` it is looked for in ICD-10-CM, ICD-10-PCS, CPT and HCPCS.

        Raises `CodeError` where the code is malformed or in two systems, `DateError` where the date is malformed.
        """

    def validate(self, code: str, date: str | datetime.date, *, system: str | None = None) -> tuple[_Standing, list[str]]:
        """Whether a code can stand on a claim on a day, and why not; with the codes that stand in the place of an expired one.

        Raises:
            DateError: the date is malformed.
            CodeError: the code is in two systems, or there is no such system.
        """

    def validate_many(self, codes: Sequence[str], date: str | datetime.date, *, system: str = "icd10cm") -> list[_Standing]:
        """Standings of many codes of a system, in order. Works without the GIL.

        Raises:
            DateError: the date is malformed.
            CodeError: there is no such system.
        """

    def validate_arrays(
        self,
        codes: NDArray[np.bytes_] | NDArray[np.str_],
        dates: str | datetime.date | NDArray[np.datetime64],
        *,
        system: str = "icd10cm",
    ) -> NDArray[np.uint8]:
        """Standings of a column of codes of a system, in order, as places in `superbill.STANDINGS`. Works without the GIL.

        `codes` has one dimension; `dates` is one day for all of them, or an array of the same length.

        Raises:
            DateError: a day is missing or outside of 1900 to 2199.
            CodeError: the arrays are of other shapes or kinds, or there is no such system.
        """

    def lookup_many(self, codes: Sequence[str], date: str | datetime.date, *, system: str = "icd10cm") -> list[CodeInfo | None]:
        """What is known of many codes of a system, in order; `None` where one is unknown or malformed.

        Raises:
            DateError: the date is malformed.
            CodeError: there is no such system.
        """

    def children(self, code: str, date: str | datetime.date, *, system: str | None = None) -> list[CodeInfo]:
        """The codes directly below one, on a day.

        Raises:
            CodeError: the code is malformed, unknown or in two systems.
            DateError: the date is malformed.
        """

    def ancestors(self, code: str, date: str | datetime.date, *, system: str | None = None) -> list[CodeInfo]:
        """Everything above a code, nearest first, as it is on a day. Raises as `children` does."""

    def descendants(self, code: str, date: str | datetime.date, *, system: str | None = None) -> list[CodeInfo]:
        """Everything below a code that is known on a day, in order of code, headers included. Raises as `children` does."""

    def subsumes(self, node: str, code: str, *, system: str | None = None) -> bool:
        """Whether `node` is `code` or above it, both of one system.

        Raises:
            CodeError: one of them is malformed, unknown or in two systems.
        """

    def ptp(self, codes: Sequence[str], date: str | datetime.date, *, setting: str = "practitioner") -> list[tuple[int, int, int, str]]:
        """NCCI edits in force on a day among the codes of a claim, in both directions, by setting (`practitioner` or `hospital`).

        Each is column 1 and column 2 as places in `codes`, the modifier indicator and the rationale.

        Raises:
            CodeError: a code is malformed, or the setting is another.
            DateError: the date is malformed.
            KnowledgeBaseError: the file is damaged.
        """

    def ptp_arrays(
        self,
        offsets: NDArray[np.integer[Any]],
        codes: _Text,
        dates: str | datetime.date | NDArray[np.datetime64],
        *,
        setting: str = "practitioner",
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8]]:
        """NCCI edits in force among the codes of each of many claims, in both directions. Works without the GIL.

        The codes of claim `i` are `codes[offsets[i]:offsets[i + 1]]`; `dates` is one day for all claims, or has one for each. Gives columns
        of equal length: claim, column 1 and column 2 as rows of `codes`, modifier indicator.

        Raises:
            CodeError: a code is malformed, an array is of another shape or kind, or the setting is another.
            DateError: a day is missing or outside of 1900 to 2199.
            KnowledgeBaseError: the file is damaged.
        """

    @property
    def condition_categories(self) -> tuple[list[tuple[str, str, int, int]], list[tuple[str, str, int, str]]]:
        """CMS-HCC categories: (model, first day, category, category that it drops), and (model, first day, category, title)."""

    def search(
        self,
        words: str,
        date: str | datetime.date,
        *,
        system: str | Sequence[str] | None = None,
        limit: int = 20,
        headers: bool = False,
    ) -> list[CodeInfo]:
        """The best codes for words, beginnings of words or of codes, on a day.

        Those with all the words, exact ones before beginnings, short descriptions before long ones; else with typing errors put right;
        else those with the rarest of the words. `matched` of each says which.

        `system` is a system, several of them, or `None` for ICD-10-CM, ICD-10-PCS, CPT and HCPCS. Headers are found with `headers` alone.

        Raises `DateError` where the date is malformed, `CodeError` where there is no such system.
        """

    def index_lookup(
        self,
        term: str,
        date: str | datetime.date,
        *,
        index: _IndexName = "icd10cm",
        limit: int = 20,
    ) -> list[IndexEntry]:
        """Entries of an index that account for the most words of a term: "Fracture, femur, neck", "type 2 diabetes neuropathy".

        Order, case, plurals, connecting words and nonessential modifiers are ignored. The table of neoplasms is looked up by site, that of
        drugs by substance.

        Raises `KnowledgeBaseError` naming the feed where the index was not loaded, `DateError`, `CodeError` where there is no such index.
        """

    def pcs_axes(self, code: str, date: str | datetime.date) -> list[tuple[str, str, str]]:
        """What each character of an ICD-10-PCS code, or of the beginning of one, says: `(character, axis, label)`.

        Empty where the tables do not make it. Raises `KnowledgeBaseError` where the tables were not loaded, `DateError`, `CodeError`.
        """

    def pcs_complete(self, prefix: str, date: str | datetime.date) -> list[tuple[str, str, str]]:
        """What the next character of an ICD-10-PCS code may be: `(character, axis, label)`.

        Empty where the code is whole or the tables do not make it. Raises as `pcs_axes` does.
        """

    def translate(
        self,
        concept: int | str,
        date: str | datetime.date,
        *,
        birth_date: str | datetime.date | None = None,
        sex: _Sex | None = None,
        onset_date: str | datetime.date | None = None,
        conditions: Iterable[int | str] | None = None,
        conditions_complete: bool = False,
        laterality: _Laterality | None = None,
        seventh: str | None = None,
    ) -> Translation:
        """What a SNOMED CT concept is in ICD-10-CM on a day, by the map of a licensed release.

        `conditions` are the concepts recorded of the patient, of which `conditions_complete` says that there are no others; `seventh` is
        the character of the episode of care. What is not known is never guessed: the answer says what is missing.

        Raises `CodeError` where a concept or another value is malformed, `DateError` where a date is, `KnowledgeBaseError` where no map is
        loaded.
        """

    def translate_many(
        self,
        concepts: Iterable[int | str] | NDArray[np.int64],
        date: str | datetime.date,
        *,
        birth_date: str | datetime.date | None = None,
        sex: _Sex | None = None,
        onset_date: str | datetime.date | None = None,
        conditions: Iterable[int | str] | None = None,
        conditions_complete: bool = False,
        laterality: _Laterality | None = None,
        seventh: str | None = None,
    ) -> tuple[NDArray[np.uint32], list[str], list[_Status]]:
        """The same for many concepts of one patient, as a list or a numpy array. Works without the GIL.

        Returns `(offsets, codes, statuses)`: the codes of concept `i`, of those that can stand on a claim on the day, are
        `codes[offsets[i]:offsets[i + 1]]`.
        """

    def match(self, text: str) -> list[Match]:
        """Every whole-word term of a text that names codes, overlaps included, in order of start."""

    def match_arrays(self, texts: Sequence[str]) -> _Columns:
        """Every whole-word term of many texts, of codes or not. Works without the GIL."""

    def phrase_codes(self, phrase: int) -> list[str]:
        """The codes that a phrase of `match_arrays` names."""

    def assertion(self, text: str, start: int, end: int) -> _Assertion:
        """What a text says of a stretch of it, for mentions that you bring; its words need not be known.

        Offsets are code points, half-open. Cues of the sentence decide, else the section.

        Raises `EncounterError` where no word stands there or an offset lies outside the text.
        """

    def read(self, text: str) -> list[Mention]:
        """The conditions named in a text with what is said of them."""

@final
class FindingColumns:
    """What was found on a batch of claims: columns of equal length, with one row for each line or diagnosis that a finding is about.

    Findings stand in the order of the claims and, of one claim, in the order of `Check.findings`; the rows of a finding in the order of
    its lines.
    """

    def __len__(self) -> int: ...
    @property
    def finding(self) -> NDArray[np.uint32]:
        """Numbers of the findings, from 0: rows of one finding have one number."""

    @property
    def claim(self) -> NDArray[np.uint32]:
        """Claims, as places in the batch."""

    @property
    def line(self) -> NDArray[np.int64]:
        """Lines, as rows of the columns of lines; -1 where it is about a diagnosis or the claim."""

    @property
    def diagnosis(self) -> NDArray[np.int64]:
        """Diagnoses, as rows of the columns of diagnoses; -1 where it is about a line alone or the claim."""

    @property
    def rule(self) -> NDArray[np.uint16]:
        """Rules, as places in `rules`."""

    @property
    def severity(self) -> NDArray[np.uint8]:
        """Severities, as places in `superbill.SEVERITIES`."""

    @property
    def denied(self) -> NDArray[np.bool_]:
        """Whether the line is not payable because of the finding."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules of the knowledge base, in order."""

@final
class Check:
    """The findings of one claim, and its lawful repairs where they were asked for.

    Fields are as in `superbill.models.Check`. Two checks are equal where their bytes are.
    """

    __hash__: None  # type: ignore[assignment]
    def __eq__(self, other: object, /) -> bool: ...
    def to_model(self) -> models.Check:
        """The check as a `superbill.models.Check`; made once."""

    def to_json(self) -> bytes:
        """Canonical JSON: the same check is the same bytes."""

    def to_protobuf(self) -> bytes:
        """Protobuf bytes of `superbill.v1.Check`."""

    @property
    def claim_id(self) -> str:
        """The id that the caller gave the claim."""

    @property
    def knowledge(self) -> models.Knowledge | None:
        """The knowledge base and the releases in it that this check rests on."""

    @property
    def findings(self) -> tuple[models.Finding, ...]:
        """What was found, in order of the first line denied or affected."""

    @property
    def repairs(self) -> tuple[models.Repair, ...]:
        """Lawful changes that clear every error of the lines, the least departure first; empty where they were not asked for."""

    @property
    def search(self) -> Literal["unneeded", "complete", "stopped"] | None:
        """How far the search for repairs came; `None` where they were not asked for.

        Where none is told, a `complete` search says that none exists, a `stopped` one was too long to know.
        """

    @property
    def queries(self) -> tuple[models.Query, ...]:
        """What to ask of the provider where a fact would decide and none is told; empty where repairs were not asked for."""

    @property
    def denied(self) -> tuple[str, ...]:
        """Ids of the lines that are not payable, in the order in which findings tell them."""

    @property
    def severity(self) -> Literal["error", "review", "info"] | None:
        """The severest severity among the findings; `None` where nothing was found."""

@final
class CodedEncounter:
    """The codes of one encounter with their proof.

    Fields are as in `superbill.models.CodedEncounter`. Two answers are equal where their bytes are.
    """

    __hash__: None  # type: ignore[assignment]
    def __eq__(self, other: object, /) -> bool: ...
    def to_model(self) -> models.CodedEncounter:
        """The answer as a `superbill.models.CodedEncounter`; made once."""

    def to_json(self) -> bytes:
        """Canonical JSON: the same answer is the same bytes."""

    def to_protobuf(self) -> bytes:
        """Protobuf bytes of `superbill.v1.CodedEncounter`."""

    @property
    def encounter_id(self) -> str:
        """The id that the caller gave the encounter."""

    @property
    def knowledge(self) -> models.Knowledge | None:
        """The knowledge base and the releases in it that this answer rests on."""

    @property
    def diagnoses(self) -> tuple[models.Diagnosis, ...]:
        """Diagnoses in the order of the claim."""

    @property
    def procedures(self) -> tuple[models.Procedure, ...]:
        """Procedures with modifiers, units and pointers to diagnoses by rank."""

    @property
    def findings(self) -> tuple[models.Finding, ...]:
        """What the edits found."""

    @property
    def queries(self) -> tuple[models.Query, ...]:
        """What has to be asked of the provider."""

    @property
    def visit(self) -> models.Visit | None:
        """The visit: its category and level, what was counted, and why not another code; `None` where there is none."""

    @property
    def completeness(self) -> tuple[models.Completeness, ...]:
        """What the documentation should have in it, whether it is there, and what it decides."""

    @property
    def contradictions(self) -> tuple[models.Contradiction, ...]:
        """What two places of the documentation say against each other, in `about` and with both places; such an answer is for review."""

    @property
    def disposition(self) -> models.Disposition | None:
        """What should happen next: `release`, `review`, `query` or `hold`, with reasons."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes alone, diagnoses first: `("S83.241A", "29881-RT")`."""

@final
class CodeInfo:
    """What is known of a code on a day; fields are made when they are read.

    Texts, notes and attributes are of parts of the file that a lookup alone does not check: where they are damaged, reading them raises
    `KnowledgeBaseError`.
    """

    @property
    def code(self) -> str:
        """As people write it: with the dot of ICD-10-CM."""

    @property
    def matched(self) -> Literal["exact", "prefix", "typo", "partial"] | None:
        """How well a search found it; `partial` where no code has all the words; `None` for what no search found."""

    @property
    def system(self) -> str:
        """`icd10cm`, `icd10pcs`, `cpt`, `hcpcs`, ..."""

    @property
    def description(self) -> str:
        """The publisher's title on the day; our own words for CPT; empty where there are none."""

    @property
    def short_description(self) -> str:
        """The publisher's short title on the day; empty where there is none."""

    @property
    def billable(self) -> bool:
        """Whether it can stand on a claim on the day."""

    @property
    def standing(self) -> str:
        """`valid`, `header`, `not_yet`, `expired`, or `undated` for a number that tables name without saying when it holds."""

    @property
    def covered(self) -> bool:
        """Whether a loaded release of its system covers the day."""

    @property
    def effective(self) -> str | None:
        """The day from which this holds, ISO 8601; `None` where it held before the first loaded release."""

    @property
    def end(self) -> str | None:
        """The last day on which this holds; `None` where it holds in the newest loaded release."""

    @property
    def parent(self) -> str | None:
        """The code above; `None` at the top."""

    @property
    def children(self) -> list[str]:
        """The codes below, on the day."""

    @property
    def ancestors(self) -> list[str]:
        """Everything above, nearest first."""

    @property
    def successors(self) -> list[str]:
        """Codes that the publisher names in the place of an expired one."""

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Chapter and section of ICD-10-CM, nearest first: (name, title)."""

    @property
    def inclusion_terms(self) -> list[str]:
        """Terms that the title includes."""

    @property
    def notes(self) -> list[tuple[str, str, list[str]]]:
        """Notes of the tabular list on the code itself, on the day: (kind, text, codes named).

        The notes of the codes above hold for it as well.
        """

    @property
    def add_on_to(self) -> list[tuple[str | None, int]]:
        """Primary codes beside which alone it may be reported, with the type of the edit (NCCI add-on edits).

        A primary is `None` where the contractor says which.
        """

    def licensed_description(self, form: str) -> str | None:
        """The descriptor of a licensed CPT file on the day, `form` one of short, medium, long and consumer; `None` where there is none.

        Your licence binds what you do with it; no coded encounter and no server answer holds it.

        Raises:
            ValueError: another form.
            KnowledgeBaseError: the file is damaged.
        """

    @property
    def attributes(self) -> list[tuple[str, str, int | str | bool]]:
        """What official tables say of the code on the day: (name, qualifier, value).

        The qualifier is a setting, modifier or model, or empty.
        """

_Sex: TypeAlias = Literal["female", "male", "other", "unknown"]
_Laterality: TypeAlias = Literal["left", "right", "bilateral"]
_Status: TypeAlias = Literal["mapped", "incomplete", "context_required", "cannot_be_classified", "no_code", "unmapped"]

@final
class Translation:
    """What a SNOMED CT concept is in ICD-10-CM on a day; fields are made when they are read."""

    __hash__: None  # type: ignore[assignment]
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def concept(self) -> int:
        """The identifier of the concept."""

    @property
    def term(self) -> str | None:
        """The name of the concept; `None` where no description of it is loaded."""

    @property
    def status(self) -> _Status:
        """`mapped`, `incomplete`, `context_required`, `cannot_be_classified`, `no_code` or `unmapped`."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that can stand on a claim on the day, in sequence."""

    @property
    def targets(self) -> tuple[MapTarget, ...]:
        """What each group of the map gives, in sequence, fit for a claim or not."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What must be known to answer: `age_at_onset`, `age`, `sex`, `comorbidity`, `rule`."""

    @property
    def proof(self) -> tuple[tuple[int, int, str, str, str], ...]:
        """Every row looked at, in order: `(group, priority, row, rule, truth)`.

        The row is the UUID of the release, truth `true`, `false` or `unknown`.
        """

    @property
    def release(self) -> str | None:
        """The first day of the release of the map."""

    @property
    def covered(self) -> bool:
        """Whether a loaded release of ICD-10-CM covers the day."""

@final
class MapTarget:
    """A code that a group of the map gives, on a day."""

    @property
    def code(self) -> str:
        """As people write it; with `?` where the seventh character is not known."""

    @property
    def standing(self) -> Literal["valid", "incomplete", "invalid_at_date"]:
        """`valid`, `incomplete` (no seventh character) or `invalid_at_date` (a header, expired, not yet in force, unknown)."""

    @property
    def description(self) -> str:
        """The title of the code on the day; empty where the knowledge base does not have it."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """Codes to choose from where this one cannot stand on a claim."""

    @property
    def side(self) -> Literal["", "chosen", "unspecified"]:
        """`chosen` where the code of the documented side was taken, `unspecified` where none is documented, else empty."""

    @property
    def group(self) -> int:
        """The group of the map, from 1: the place in the sequence."""

    @property
    def advice(self) -> tuple[str, ...]:
        """What the map advises: `laterality`, `episode_of_care`, `external_cause`, ...; in the map's words what has no name."""

    @property
    def category(self) -> str:
        """`properly_classified`, `context_dependent`, ..., or `other`."""

    @property
    def row(self) -> str:
        """The UUID of the row of the release that gave it."""

    @property
    def rule(self) -> str:
        """The rule of that row."""

@final
class IndexEntry:
    """What an index says of a term on a day; fields are made when they are read."""

    @property
    def index(self) -> _IndexName:
        """`icd10cm`, `external`, `neoplasm`, `drug` or `icd10pcs`."""

    @property
    def path(self) -> list[str]:
        """Titles from the main term down."""

    @property
    def nonessential(self) -> str:
        """Words that may be documented or not, without changing the code; empty where there are none."""

    @property
    def code(self) -> str | None:
        """The code, or the beginning of one; `None` where the entry has none."""

    @property
    def complete(self) -> bool:
        """Whether the code needs no more characters, by the index and by the list of codes on the day."""

    @property
    def manifestation(self) -> str | None:
        """The second code, in brackets, which stands for the manifestation; `None` where there is none."""

    @property
    def see(self) -> list[_Reference]:
        """Where the index says to look instead: (words, path that they lead to, code there).

        The last two are `None` where the words name no entry or it has no code. References of ICD-10-PCS give the beginning of a code or a
        table instead.
        """

    @property
    def see_also(self) -> list[_Reference]:
        """Where the index says to look as well, as in `see`."""

    @property
    def use(self) -> list[str]:
        """ICD-10-PCS: values that the tables use for this term."""

    @property
    def cells(self) -> list[tuple[str, str | None, bool]]:
        """Columns of a table: (heading, code or `None`, whether it needs no more characters)."""

    @property
    def children(self) -> list[str]:
        """Titles of the entries directly below, in the order of the index."""

    @property
    def unmatched(self) -> list[str]:
        """Words looked for that the path does not account for."""

    @property
    def release(self) -> str:
        """The first day of the release that answers, ISO 8601."""

    @property
    def covered(self) -> bool:
        """Whether a loaded release of the index covers the day; else the nearest one answers."""

@final
class Match:
    """A term in a text; offsets in code points, half-open."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def phrase(self) -> int: ...
    @property
    def codes(self) -> list[str]: ...

_Assertion: TypeAlias = Literal[
    "present", "negated", "possible", "historical", "family", "hypothetical", "other_person", "planned", "performed"
]

@final
class Mention:
    """A condition named in a text; offsets in code points, half-open."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def code(self) -> str | None:
        """The node named, before refinement; `None` for an abbreviation that means no condition."""

    @property
    def assertion(self) -> _Assertion: ...

@final
class Terms:
    """Phrases to find in texts by whole words.

    Case is ignored; hyphens, apostrophes and white space are alike; every overlapping occurrence is found.
    """

    def __new__(cls, phrases: Sequence[str]) -> Terms:
        """Takes the phrases into use; one without a word or sign is never found."""

    def __len__(self) -> int: ...
    def find_all(self, text: str) -> list[tuple[int, int, int]]:
        """`(start, end, phrase)` of every occurrence, in order of start, then end.

        Offsets are code points, half-open; `phrase` is the index of the phrase.
        """

    def find_arrays(self, texts: Sequence[str]) -> _Columns:
        """The same for many texts. Works without the GIL."""

    @property
    def size(self) -> int:
        """Bytes in memory."""

def build(tabular: str | os.PathLike[str], codes: str | os.PathLike[str], effective: str, packs: Sequence[tuple[str, str]]) -> bytes:
    """Compiles the tabular list, the list of valid codes and packs of `(file name, text)` into an image.

    The same sources give the same bytes. Raises `BuildError` naming the file and the place.
    """

def build_sources(
    paths: Sequence[_Path],
    packs: Sequence[tuple[str, str]],
    *,
    releases: Mapping[str, str] | None = None,
    accept: Sequence[str] = ...,
    installed: tuple[str, str, str] | None = None,
    progress: Callable[[str], object] | None = None,
) -> tuple[bytes, str]:
    """Compiles official files, as they were downloaded, and packs of `(file name, text)` into an image; folders are read whole.

    The same files give the same bytes in any order. `releases` maps feeds to the first day of their release, where no file name says it;
    `installed` is the ICD-10-CM release (tabular list, list of valid codes, first day) for sources without one; `accept` names
    licences that the user accepts for this build; `progress` is called with the name of each file.

    Returns the image and a report as JSON: what was read from each file, and every row that could not be used.

    Raises `BuildError` naming the file and the place, `DateError` where a release day is malformed.
    """

def overlay(base: KnowledgeBase, packs: Sequence[tuple[str, str]]) -> bytes:
    """Puts packs of `(file name, text)` on a knowledge base: what packs decide is compiled anew, everything else copied.

    A pack of a file name that the base has already takes its place.

    Raises `BuildError` naming the file and the place.
    """

def diff(before: KnowledgeBase, before_date: str | datetime.date, after: KnowledgeBase, after_date: str | datetime.date) -> str:
    """What changed from one knowledge base on a day to another on a day, as JSON.

    Codes added, deleted and revised by system, and properties.

    Raises `DateError`, and `KnowledgeBaseError` where one of them is damaged.
    """

def identity(parts: Sequence[tuple[str, str]]) -> str:
    """SHA-256 over named texts, in hex."""

def open_or_build(
    path: str | os.PathLike[str],
    tabular: str | os.PathLike[str],
    codes: str | os.PathLike[str],
    effective: str,
    packs: Sequence[tuple[str, str]],
) -> tuple[KnowledgeBase, str | None]:
    """Opens a file of the cache, or builds it there first, under a lock; in memory where it cannot be written.

    Returns the knowledge base and why it was not kept, `None` where it was. Raises `BuildError` naming the file and the place.
    """

def write(path: str | os.PathLike[str], image: bytes) -> None:
    """Writes an image so that a reader sees the old file or the new one.

    Raises `KnowledgeBaseError` where the place cannot be written.
    """

def server_settings(flags: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The settings that a server would be started with: `(name, value, origin)`.

    The origin is `flag`, `environment`, `file` or `default`. Raises `ServerError` naming the setting that is wrong.
    """

def serve(flags: Sequence[tuple[str, str]], default: _Path, listening: Callable[[str, str | None], None]) -> None:
    """Serves over gRPC until interrupted; calls `listening` with the address, and that of the metrics or `None`, once it listens.

    `default` is the knowledge base where no setting names one. Raises `KnowledgeBaseError` or `ServerError`.
    """

def to_wire(message: str, value: object) -> bytes:
    """A request as bytes of the wire: of an encounter or a claim as `KnowledgeBase.code` and `.edit` take them, else of JSON.

    Raises `EncounterError` or `ClaimError` naming the place.
    """

def from_wire(message: str, bytes: bytes) -> Any:
    """An answer from bytes of the wire.

    A `CodedEncounter`, a `Check`, of a stream `(index, answer)` or `(index, (code, message))`, else JSON. Raises `SuperbillError` where the
    bytes are not of the schema.
    """
