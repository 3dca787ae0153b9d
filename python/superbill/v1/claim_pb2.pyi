from superbill.v1 import coded_pb2 as _coded_pb2
from superbill.v1 import encounter_pb2 as _encounter_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Claim(_message.Message):
    __slots__ = ("id", "setting", "patient", "payer", "diagnoses", "lines", "history", "facts")
    ID_FIELD_NUMBER: _ClassVar[int]
    SETTING_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    PAYER_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    setting: str
    patient: _encounter_pb2.Patient
    payer: _encounter_pb2.Payer
    diagnoses: _containers.RepeatedCompositeFieldContainer[ClaimDiagnosis]
    lines: _containers.RepeatedCompositeFieldContainer[_encounter_pb2.Line]
    history: _containers.RepeatedCompositeFieldContainer[_encounter_pb2.Line]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    def __init__(self, id: _Optional[str] = ..., setting: _Optional[str] = ..., patient: _Optional[_Union[_encounter_pb2.Patient, _Mapping]] = ..., payer: _Optional[_Union[_encounter_pb2.Payer, _Mapping]] = ..., diagnoses: _Optional[_Iterable[_Union[ClaimDiagnosis, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[_encounter_pb2.Line, _Mapping]]] = ..., history: _Optional[_Iterable[_Union[_encounter_pb2.Line, _Mapping]]] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ...) -> None: ...

class ClaimDiagnosis(_message.Message):
    __slots__ = ("code", "poa")
    CODE_FIELD_NUMBER: _ClassVar[int]
    POA_FIELD_NUMBER: _ClassVar[int]
    code: str
    poa: str
    def __init__(self, code: _Optional[str] = ..., poa: _Optional[str] = ...) -> None: ...

class Fact(_message.Message):
    __slots__ = ("kind", "lines", "evidence", "value")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    lines: _containers.RepeatedScalarFieldContainer[str]
    evidence: str
    value: str
    def __init__(self, kind: _Optional[str] = ..., lines: _Optional[_Iterable[str]] = ..., evidence: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Check(_message.Message):
    __slots__ = ("claim_id", "knowledge", "findings", "repairs", "queries", "search")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    REPAIRS_FIELD_NUMBER: _ClassVar[int]
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    knowledge: _coded_pb2.Knowledge
    findings: _containers.RepeatedCompositeFieldContainer[_coded_pb2.Finding]
    repairs: _containers.RepeatedCompositeFieldContainer[Repair]
    queries: _containers.RepeatedCompositeFieldContainer[_coded_pb2.Query]
    search: str
    def __init__(self, claim_id: _Optional[str] = ..., knowledge: _Optional[_Union[_coded_pb2.Knowledge, _Mapping]] = ..., findings: _Optional[_Iterable[_Union[_coded_pb2.Finding, _Mapping]]] = ..., repairs: _Optional[_Iterable[_Union[Repair, _Mapping]]] = ..., queries: _Optional[_Iterable[_Union[_coded_pb2.Query, _Mapping]]] = ..., search: _Optional[str] = ...) -> None: ...

class Repair(_message.Message):
    __slots__ = ("changes", "rests_on", "clears", "departure", "proven", "lines")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    RESTS_ON_FIELD_NUMBER: _ClassVar[int]
    CLEARS_FIELD_NUMBER: _ClassVar[int]
    DEPARTURE_FIELD_NUMBER: _ClassVar[int]
    PROVEN_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    rests_on: _containers.RepeatedCompositeFieldContainer[Fact]
    clears: _containers.RepeatedCompositeFieldContainer[_coded_pb2.Finding]
    departure: int
    proven: bool
    lines: _containers.RepeatedCompositeFieldContainer[_encounter_pb2.Line]
    def __init__(self, changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., rests_on: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., clears: _Optional[_Iterable[_Union[_coded_pb2.Finding, _Mapping]]] = ..., departure: _Optional[int] = ..., proven: bool = ..., lines: _Optional[_Iterable[_Union[_encounter_pb2.Line, _Mapping]]] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("kind", "lines", "modifiers", "code", "message", "citation")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    kind: str
    lines: _containers.RepeatedScalarFieldContainer[str]
    modifiers: _containers.RepeatedScalarFieldContainer[str]
    code: str
    message: str
    citation: str
    def __init__(self, kind: _Optional[str] = ..., lines: _Optional[_Iterable[str]] = ..., modifiers: _Optional[_Iterable[str]] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., citation: _Optional[str] = ...) -> None: ...
