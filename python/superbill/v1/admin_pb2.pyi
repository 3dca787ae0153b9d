from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class ReloadRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReloadResponse(_message.Message):
    __slots__ = ("before", "now")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    before: str
    now: str
    def __init__(self, before: _Optional[str] = ..., now: _Optional[str] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatusResponse(_message.Message):
    __slots__ = ("version", "knowledge_hash", "state", "newest_release", "knowledge_age_days", "uptime_seconds", "reloads", "refused_reloads", "in_flight", "held_bytes", "connections", "threads")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NEWEST_RELEASE_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RELOADS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_RELOADS_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    HELD_BYTES_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    version: str
    knowledge_hash: str
    state: str
    newest_release: str
    knowledge_age_days: int
    uptime_seconds: int
    reloads: int
    refused_reloads: int
    in_flight: int
    held_bytes: int
    connections: int
    threads: int
    def __init__(self, version: _Optional[str] = ..., knowledge_hash: _Optional[str] = ..., state: _Optional[str] = ..., newest_release: _Optional[str] = ..., knowledge_age_days: _Optional[int] = ..., uptime_seconds: _Optional[int] = ..., reloads: _Optional[int] = ..., refused_reloads: _Optional[int] = ..., in_flight: _Optional[int] = ..., held_bytes: _Optional[int] = ..., connections: _Optional[int] = ..., threads: _Optional[int] = ...) -> None: ...
