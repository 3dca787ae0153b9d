from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CodedEncounter(_message.Message):
    __slots__ = ("encounter_id", "knowledge", "diagnoses", "procedures", "findings", "queries", "visit", "completeness", "contradictions", "disposition")
    ENCOUNTER_ID_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    PROCEDURES_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    COMPLETENESS_FIELD_NUMBER: _ClassVar[int]
    CONTRADICTIONS_FIELD_NUMBER: _ClassVar[int]
    DISPOSITION_FIELD_NUMBER: _ClassVar[int]
    encounter_id: str
    knowledge: Knowledge
    diagnoses: _containers.RepeatedCompositeFieldContainer[Diagnosis]
    procedures: _containers.RepeatedCompositeFieldContainer[Procedure]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    queries: _containers.RepeatedCompositeFieldContainer[Query]
    visit: Visit
    completeness: _containers.RepeatedCompositeFieldContainer[Completeness]
    contradictions: _containers.RepeatedCompositeFieldContainer[Contradiction]
    disposition: Disposition
    def __init__(self, encounter_id: _Optional[str] = ..., knowledge: _Optional[_Union[Knowledge, _Mapping]] = ..., diagnoses: _Optional[_Iterable[_Union[Diagnosis, _Mapping]]] = ..., procedures: _Optional[_Iterable[_Union[Procedure, _Mapping]]] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., visit: _Optional[_Union[Visit, _Mapping]] = ..., completeness: _Optional[_Iterable[_Union[Completeness, _Mapping]]] = ..., contradictions: _Optional[_Iterable[_Union[Contradiction, _Mapping]]] = ..., disposition: _Optional[_Union[Disposition, _Mapping]] = ...) -> None: ...

class Knowledge(_message.Message):
    __slots__ = ("hash", "releases")
    HASH_FIELD_NUMBER: _ClassVar[int]
    RELEASES_FIELD_NUMBER: _ClassVar[int]
    hash: str
    releases: _containers.RepeatedCompositeFieldContainer[Release]
    def __init__(self, hash: _Optional[str] = ..., releases: _Optional[_Iterable[_Union[Release, _Mapping]]] = ...) -> None: ...

class Release(_message.Message):
    __slots__ = ("feed", "version", "effective", "end")
    FEED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    feed: str
    version: str
    effective: str
    end: str
    def __init__(self, feed: _Optional[str] = ..., version: _Optional[str] = ..., effective: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...

class Diagnosis(_message.Message):
    __slots__ = ("code", "system", "description", "rank", "confidence", "poa", "evidence", "because", "alternatives")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    POA_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    ALTERNATIVES_FIELD_NUMBER: _ClassVar[int]
    code: str
    system: str
    description: str
    rank: int
    confidence: int
    poa: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    because: _containers.RepeatedCompositeFieldContainer[Step]
    alternatives: _containers.RepeatedCompositeFieldContainer[Alternative]
    def __init__(self, code: _Optional[str] = ..., system: _Optional[str] = ..., description: _Optional[str] = ..., rank: _Optional[int] = ..., confidence: _Optional[int] = ..., poa: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., because: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., alternatives: _Optional[_Iterable[_Union[Alternative, _Mapping]]] = ...) -> None: ...

class Procedure(_message.Message):
    __slots__ = ("code", "system", "description", "modifiers", "units", "pointers", "confidence", "evidence", "because")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    POINTERS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    code: str
    system: str
    description: str
    modifiers: _containers.RepeatedScalarFieldContainer[str]
    units: int
    pointers: _containers.RepeatedScalarFieldContainer[int]
    confidence: int
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    because: _containers.RepeatedCompositeFieldContainer[Step]
    def __init__(self, code: _Optional[str] = ..., system: _Optional[str] = ..., description: _Optional[str] = ..., modifiers: _Optional[_Iterable[str]] = ..., units: _Optional[int] = ..., pointers: _Optional[_Iterable[int]] = ..., confidence: _Optional[int] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., because: _Optional[_Iterable[_Union[Step, _Mapping]]] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("document_id", "start", "end", "text")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    start: int
    end: int
    text: str
    def __init__(self, document_id: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("kind", "id", "release", "text", "span", "earlier")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    EARLIER_FIELD_NUMBER: _ClassVar[int]
    kind: str
    id: str
    release: str
    text: str
    span: Evidence
    earlier: int
    def __init__(self, kind: _Optional[str] = ..., id: _Optional[str] = ..., release: _Optional[str] = ..., text: _Optional[str] = ..., span: _Optional[_Union[Evidence, _Mapping]] = ..., earlier: _Optional[int] = ...) -> None: ...

class Alternative(_message.Message):
    __slots__ = ("code", "why_not")
    CODE_FIELD_NUMBER: _ClassVar[int]
    WHY_NOT_FIELD_NUMBER: _ClassVar[int]
    code: str
    why_not: str
    def __init__(self, code: _Optional[str] = ..., why_not: _Optional[str] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("rule", "severity", "codes", "message", "citation", "effective", "remedy", "lines", "denied", "end", "release")
    RULE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    DENIED_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    severity: str
    codes: _containers.RepeatedScalarFieldContainer[str]
    message: str
    citation: str
    effective: str
    remedy: str
    lines: _containers.RepeatedScalarFieldContainer[str]
    denied: _containers.RepeatedScalarFieldContainer[str]
    end: str
    release: str
    def __init__(self, rule: _Optional[str] = ..., severity: _Optional[str] = ..., codes: _Optional[_Iterable[str]] = ..., message: _Optional[str] = ..., citation: _Optional[str] = ..., effective: _Optional[str] = ..., remedy: _Optional[str] = ..., lines: _Optional[_Iterable[str]] = ..., denied: _Optional[_Iterable[str]] = ..., end: _Optional[str] = ..., release: _Optional[str] = ...) -> None: ...

class Query(_message.Message):
    __slots__ = ("about", "missing", "options", "evidence", "lines")
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    about: str
    missing: _containers.RepeatedScalarFieldContainer[str]
    options: _containers.RepeatedScalarFieldContainer[str]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    lines: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, about: _Optional[str] = ..., missing: _Optional[_Iterable[str]] = ..., options: _Optional[_Iterable[str]] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., lines: _Optional[_Iterable[str]] = ...) -> None: ...

class Visit(_message.Message):
    __slots__ = ("category", "level", "elements", "why_not", "codes", "by")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    WHY_NOT_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    category: str
    level: str
    elements: _containers.RepeatedCompositeFieldContainer[VisitElement]
    why_not: _containers.RepeatedScalarFieldContainer[str]
    codes: _containers.RepeatedScalarFieldContainer[str]
    by: str
    def __init__(self, category: _Optional[str] = ..., level: _Optional[str] = ..., elements: _Optional[_Iterable[_Union[VisitElement, _Mapping]]] = ..., why_not: _Optional[_Iterable[str]] = ..., codes: _Optional[_Iterable[str]] = ..., by: _Optional[str] = ...) -> None: ...

class VisitElement(_message.Message):
    __slots__ = ("kind", "counted_as", "evidence")
    KIND_FIELD_NUMBER: _ClassVar[int]
    COUNTED_AS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    counted_as: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, kind: _Optional[str] = ..., counted_as: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class Completeness(_message.Message):
    __slots__ = ("element", "required", "found", "decides")
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    DECIDES_FIELD_NUMBER: _ClassVar[int]
    element: str
    required: bool
    found: bool
    decides: str
    def __init__(self, element: _Optional[str] = ..., required: bool = ..., found: bool = ..., decides: _Optional[str] = ...) -> None: ...

class Contradiction(_message.Message):
    __slots__ = ("about", "evidence")
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    about: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, about: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class Disposition(_message.Message):
    __slots__ = ("action", "reasons")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    action: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, action: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...
