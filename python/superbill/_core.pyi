"""The compiled core: knowledge bases, coding, terms, building and serving."""

import datetime
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from superbill import models

__all__ = [
    "FORMAT_VERSION",
    "BuildError",
    "CodeError",
    "CodeInfo",
    "CodedEncounter",
    "DateError",
    "EncounterError",
    "KnowledgeBase",
    "KnowledgeBaseError",
    "Match",
    "Mention",
    "ServerError",
    "SuperbillError",
    "Terms",
    "__version__",
    "build",
    "open_or_build",
    "pack_digest",
    "serve",
    "write",
]

_Columns: TypeAlias = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]
"""Four columns of equal length: text, start, end (code points, half-open), phrase."""

_EncounterLike: TypeAlias = models.Encounter | Mapping[str, Any] | str | bytes
"""An encounter as a model, as a dict of the same shape, or as its JSON."""

__version__: str
FORMAT_VERSION: int
"""Version of the knowledge base file."""

class SuperbillError(Exception):
    """Any error of Superbill."""

class KnowledgeBaseError(SuperbillError):
    """A file is missing, truncated, corrupt, foreign or of another format."""

class BuildError(SuperbillError):
    """A source or pack cannot be compiled; the message names the file and the place."""

class EncounterError(SuperbillError):
    """An encounter cannot be coded as it is; the message names the field, never its value."""

class CodeError(SuperbillError):
    """A code is malformed, which is not the same as unknown."""

class DateError(SuperbillError):
    """A date is not a calendar date as YYYY-MM-DD."""

class ServerError(SuperbillError):
    """The server cannot start or had to stop."""

@final
class KnowledgeBase:
    """One immutable knowledge base; safe to share between threads."""

    @staticmethod
    def open(path: str | os.PathLike[str]) -> KnowledgeBase:
        """Opens a knowledge base file as a memory map, checked whole.

        Raises `KnowledgeBaseError` where it is missing, truncated, corrupt, foreign or of another format.
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
        """Number of ICD-10-CM codes, headers included."""

    @property
    def billable_count(self) -> int:
        """Number of billable ICD-10-CM codes."""

    @property
    def phrase_count(self) -> int:
        """Number of terms that the trie finds."""

    @property
    def family_count(self) -> int:
        """Number of procedure families."""

    @property
    def releases(self) -> list[tuple[str, str, str, str, str]]:
        """Releases and packs inside: `(id, version, effective, end, citation)`, dates as ISO 8601."""

    def code(self, encounter: _EncounterLike) -> CodedEncounter:
        """Codes one encounter.

        Raises `EncounterError` naming the field that is missing or outside its set.
        """

    def code_many(self, encounters: Sequence[_EncounterLike], *, threads: int = 0) -> list[CodedEncounter | EncounterError]:
        """Codes many encounters on `threads` threads (0: one a core) without the GIL.

        Answers stand in the order of the encounters; in the place of one that cannot be coded stands its `EncounterError`.
        """

    def lookup(self, code: str, date: str | datetime.date) -> CodeInfo | None:
        """What is known of an ICD-10-CM code on a day; `None` where it is unknown.

        Raises `CodeError` where the code is malformed, `DateError` where the date is.
        """

    def search(self, words: str, date: str | datetime.date, *, limit: int = 20) -> list[CodeInfo]:
        """Billable codes whose descriptions have all the words, as beginnings of words; the shortest description first.

        Raises `DateError` where the date is malformed.
        """

    def match(self, text: str) -> list[Match]:
        """Every whole-word term of a text that names codes, overlaps included, in order of start."""

    def match_arrays(self, texts: Sequence[str]) -> _Columns:
        """Every whole-word term of many texts, of codes or not. Works without the GIL."""

    def phrase_codes(self, phrase: int) -> list[str]:
        """The codes that a phrase of `match_arrays` names."""

    def read(self, text: str) -> list[Mention]:
        """The conditions named in a text with what is said of them."""

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
    def disposition(self) -> models.Disposition | None:
        """What should happen next: `release`, `review`, `query` or `hold`, with reasons."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes alone, diagnoses first: `("S83.241A", "29881-RT")`."""

@final
class CodeInfo:
    """What is known of a code."""

    @property
    def code(self) -> str:
        """With its dot."""

    @property
    def description(self) -> str: ...
    @property
    def billable(self) -> bool: ...
    @property
    def covered(self) -> bool:
        """Whether a loaded release covers the day that was asked."""

    @property
    def effective(self) -> str: ...
    @property
    def end(self) -> str: ...
    @property
    def parent(self) -> str | None:
        """`None` at a category."""

    @property
    def children(self) -> list[str]: ...

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

def pack_digest(packs: Sequence[tuple[str, str]]) -> str:
    """SHA-256 over names and texts of packs, in hex."""

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

def serve(path: str | os.PathLike[str], address: str, listening: Callable[[str], None], *, threads: int = 0) -> None:
    """Serves a knowledge base file over gRPC on a loopback address until interrupted; calls `listening` with the address once it listens.

    Raises `KnowledgeBaseError` or `ServerError`.
    """
