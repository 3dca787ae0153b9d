from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Encounter(_message.Message):
    __slots__ = ("id", "type", "setting", "date_of_service", "admit_date", "discharge_date", "scope", "place_of_service", "patient", "provider", "payer", "new_patient", "documents", "problems", "procedures", "orders", "charges", "history")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SETTING_FIELD_NUMBER: _ClassVar[int]
    DATE_OF_SERVICE_FIELD_NUMBER: _ClassVar[int]
    ADMIT_DATE_FIELD_NUMBER: _ClassVar[int]
    DISCHARGE_DATE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    PLACE_OF_SERVICE_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    PAYER_FIELD_NUMBER: _ClassVar[int]
    NEW_PATIENT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    PROCEDURES_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    CHARGES_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    setting: str
    date_of_service: str
    admit_date: str
    discharge_date: str
    scope: str
    place_of_service: str
    patient: Patient
    provider: Provider
    payer: Payer
    new_patient: bool
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    problems: _containers.RepeatedCompositeFieldContainer[CodedItem]
    procedures: _containers.RepeatedCompositeFieldContainer[CodedItem]
    orders: _containers.RepeatedCompositeFieldContainer[CodedItem]
    charges: _containers.RepeatedCompositeFieldContainer[Charge]
    history: _containers.RepeatedCompositeFieldContainer[Line]
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., setting: _Optional[str] = ..., date_of_service: _Optional[str] = ..., admit_date: _Optional[str] = ..., discharge_date: _Optional[str] = ..., scope: _Optional[str] = ..., place_of_service: _Optional[str] = ..., patient: _Optional[_Union[Patient, _Mapping]] = ..., provider: _Optional[_Union[Provider, _Mapping]] = ..., payer: _Optional[_Union[Payer, _Mapping]] = ..., new_patient: bool = ..., documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., problems: _Optional[_Iterable[_Union[CodedItem, _Mapping]]] = ..., procedures: _Optional[_Iterable[_Union[CodedItem, _Mapping]]] = ..., orders: _Optional[_Iterable[_Union[CodedItem, _Mapping]]] = ..., charges: _Optional[_Iterable[_Union[Charge, _Mapping]]] = ..., history: _Optional[_Iterable[_Union[Line, _Mapping]]] = ...) -> None: ...

class Patient(_message.Message):
    __slots__ = ("id", "sex", "birth_date")
    ID_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    sex: str
    birth_date: str
    def __init__(self, id: _Optional[str] = ..., sex: _Optional[str] = ..., birth_date: _Optional[str] = ...) -> None: ...

class Provider(_message.Message):
    __slots__ = ("npi", "taxonomy", "specialty", "group")
    NPI_FIELD_NUMBER: _ClassVar[int]
    TAXONOMY_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    npi: str
    taxonomy: str
    specialty: str
    group: str
    def __init__(self, npi: _Optional[str] = ..., taxonomy: _Optional[str] = ..., specialty: _Optional[str] = ..., group: _Optional[str] = ...) -> None: ...

class Payer(_message.Message):
    __slots__ = ("id", "plan", "line_of_business", "jurisdiction")
    ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    LINE_OF_BUSINESS_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    id: str
    plan: str
    line_of_business: str
    jurisdiction: str
    def __init__(self, id: _Optional[str] = ..., plan: _Optional[str] = ..., line_of_business: _Optional[str] = ..., jurisdiction: _Optional[str] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ("id", "type", "text", "authored_at", "author_role", "signed")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    AUTHORED_AT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_ROLE_FIELD_NUMBER: _ClassVar[int]
    SIGNED_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    text: str
    authored_at: str
    author_role: str
    signed: bool
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., text: _Optional[str] = ..., authored_at: _Optional[str] = ..., author_role: _Optional[str] = ..., signed: bool = ...) -> None: ...

class CodedItem(_message.Message):
    __slots__ = ("system", "code", "text")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    system: str
    code: str
    text: str
    def __init__(self, system: _Optional[str] = ..., code: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Charge(_message.Message):
    __slots__ = ("code", "units", "modifiers")
    CODE_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    code: str
    units: int
    modifiers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, code: _Optional[str] = ..., units: _Optional[int] = ..., modifiers: _Optional[_Iterable[str]] = ...) -> None: ...

class Line(_message.Message):
    __slots__ = ("id", "code", "modifiers", "units", "date", "place_of_service", "pointers", "provider")
    ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    PLACE_OF_SERVICE_FIELD_NUMBER: _ClassVar[int]
    POINTERS_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    id: str
    code: str
    modifiers: _containers.RepeatedScalarFieldContainer[str]
    units: int
    date: str
    place_of_service: str
    pointers: _containers.RepeatedScalarFieldContainer[int]
    provider: Provider
    def __init__(self, id: _Optional[str] = ..., code: _Optional[str] = ..., modifiers: _Optional[_Iterable[str]] = ..., units: _Optional[int] = ..., date: _Optional[str] = ..., place_of_service: _Optional[str] = ..., pointers: _Optional[_Iterable[int]] = ..., provider: _Optional[_Union[Provider, _Mapping]] = ...) -> None: ...
