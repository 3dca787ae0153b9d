"""Superbill: codes for clinical encounters, with proof.

    import superbill

    kb = superbill.open()
    coded = kb.code({
        "id": "1", "type": "office_visit", "setting": "professional", "date_of_service": "2026-05-04",
        "documents": [{"id": "note", "text": "Assessment: Type 2 diabetes with neuropathy."}],
    })
    coded.codes  # ("E11.40",)

Offsets are Unicode code points, half-open. Confidence is per mille. Dates are ISO 8601.
"""

from superbill._core import (
    SEVERITIES,
    STANDINGS,
    BuildError,
    Check,
    ClaimError,
    CodedEncounter,
    CodeError,
    CodeInfo,
    DateError,
    EncounterError,
    FindingColumns,
    IndexEntry,
    KnowledgeBase,
    KnowledgeBaseError,
    MapTarget,
    Match,
    Mention,
    ServerError,
    SuperbillError,
    Terms,
    Translation,
    __version__,
)

__all__ = [
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
    "assertion",
    "open",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from superbill._core import _Assertion


def open(path: "str | os.PathLike[str] | None" = None) -> KnowledgeBase:
    """Opens a knowledge base file; without a path the default one, which is built on first use (a few seconds, once).

    Raises:
        KnowledgeBaseError: the file is missing, truncated, corrupt, foreign or of another format.
        BuildError: the default sources are not installed or not readable.
    """
    if path is not None:
        return KnowledgeBase.open(path)
    from superbill.kept import open_kept

    if (kb := open_kept()) is not None:
        return kb
    from superbill.default import open_default

    return open_default()


def assertion(text: str, start: int, end: int) -> "_Assertion":
    """What a text says of a stretch of it (code points, half-open), read with the default knowledge base: "negated", "historical", ...

    Raises:
        EncounterError: no word stands there, or an offset lies outside the text.
        BuildError: the default sources are not installed or not readable.
    """
    return open().assertion(text, start, end)
