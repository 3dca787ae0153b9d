from superbill.v1 import claim_pb2 as _claim_pb2
from superbill.v1 import coded_pb2 as _coded_pb2
from superbill.v1 import encounter_pb2 as _encounter_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CodeRequest(_message.Message):
    __slots__ = ("encounter",)
    ENCOUNTER_FIELD_NUMBER: _ClassVar[int]
    encounter: _encounter_pb2.Encounter
    def __init__(self, encounter: _Optional[_Union[_encounter_pb2.Encounter, _Mapping]] = ...) -> None: ...

class CodeResponse(_message.Message):
    __slots__ = ("coded",)
    CODED_FIELD_NUMBER: _ClassVar[int]
    coded: _coded_pb2.CodedEncounter
    def __init__(self, coded: _Optional[_Union[_coded_pb2.CodedEncounter, _Mapping]] = ...) -> None: ...

class CodeStreamResponse(_message.Message):
    __slots__ = ("index", "coded", "status")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    CODED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    index: int
    coded: _coded_pb2.CodedEncounter
    status: Status
    def __init__(self, index: _Optional[int] = ..., coded: _Optional[_Union[_coded_pb2.CodedEncounter, _Mapping]] = ..., status: _Optional[_Union[Status, _Mapping]] = ...) -> None: ...

class EditRequest(_message.Message):
    __slots__ = ("claim", "repair")
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    REPAIR_FIELD_NUMBER: _ClassVar[int]
    claim: _claim_pb2.Claim
    repair: bool
    def __init__(self, claim: _Optional[_Union[_claim_pb2.Claim, _Mapping]] = ..., repair: bool = ...) -> None: ...

class EditResponse(_message.Message):
    __slots__ = ("check",)
    CHECK_FIELD_NUMBER: _ClassVar[int]
    check: _claim_pb2.Check
    def __init__(self, check: _Optional[_Union[_claim_pb2.Check, _Mapping]] = ...) -> None: ...

class EditStreamResponse(_message.Message):
    __slots__ = ("index", "check", "status")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    index: int
    check: _claim_pb2.Check
    status: Status
    def __init__(self, index: _Optional[int] = ..., check: _Optional[_Union[_claim_pb2.Check, _Mapping]] = ..., status: _Optional[_Union[Status, _Mapping]] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...
