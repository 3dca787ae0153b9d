from superbill.v1 import coded_pb2 as _coded_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LookupRequest(_message.Message):
    __slots__ = ("codes", "date", "system")
    CODES_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedScalarFieldContainer[str]
    date: str
    system: str
    def __init__(self, codes: _Optional[_Iterable[str]] = ..., date: _Optional[str] = ..., system: _Optional[str] = ...) -> None: ...

class LookupResponse(_message.Message):
    __slots__ = ("results", "knowledge_hash")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[LookupResult]
    knowledge_hash: str
    def __init__(self, results: _Optional[_Iterable[_Union[LookupResult, _Mapping]]] = ..., knowledge_hash: _Optional[str] = ...) -> None: ...

class LookupResult(_message.Message):
    __slots__ = ("info", "problem")
    INFO_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    info: CodeInfo
    problem: str
    def __init__(self, info: _Optional[_Union[CodeInfo, _Mapping]] = ..., problem: _Optional[str] = ...) -> None: ...

class CodeInfo(_message.Message):
    __slots__ = ("code", "system", "description", "short_description", "billable", "standing", "covered", "effective", "end", "parent", "children", "ancestors", "successors", "blocks", "inclusion_terms", "notes", "add_on_to", "attributes", "matched")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SHORT_DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    BILLABLE_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    COVERED_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    ANCESTORS_FIELD_NUMBER: _ClassVar[int]
    SUCCESSORS_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    INCLUSION_TERMS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    ADD_ON_TO_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    code: str
    system: str
    description: str
    short_description: str
    billable: bool
    standing: str
    covered: bool
    effective: str
    end: str
    parent: str
    children: _containers.RepeatedScalarFieldContainer[str]
    ancestors: _containers.RepeatedScalarFieldContainer[str]
    successors: _containers.RepeatedScalarFieldContainer[str]
    blocks: _containers.RepeatedCompositeFieldContainer[Block]
    inclusion_terms: _containers.RepeatedScalarFieldContainer[str]
    notes: _containers.RepeatedCompositeFieldContainer[Note]
    add_on_to: _containers.RepeatedCompositeFieldContainer[AddOn]
    attributes: _containers.RepeatedCompositeFieldContainer[Attribute]
    matched: str
    def __init__(self, code: _Optional[str] = ..., system: _Optional[str] = ..., description: _Optional[str] = ..., short_description: _Optional[str] = ..., billable: bool = ..., standing: _Optional[str] = ..., covered: bool = ..., effective: _Optional[str] = ..., end: _Optional[str] = ..., parent: _Optional[str] = ..., children: _Optional[_Iterable[str]] = ..., ancestors: _Optional[_Iterable[str]] = ..., successors: _Optional[_Iterable[str]] = ..., blocks: _Optional[_Iterable[_Union[Block, _Mapping]]] = ..., inclusion_terms: _Optional[_Iterable[str]] = ..., notes: _Optional[_Iterable[_Union[Note, _Mapping]]] = ..., add_on_to: _Optional[_Iterable[_Union[AddOn, _Mapping]]] = ..., attributes: _Optional[_Iterable[_Union[Attribute, _Mapping]]] = ..., matched: _Optional[str] = ...) -> None: ...

class Block(_message.Message):
    __slots__ = ("name", "title")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ...) -> None: ...

class Note(_message.Message):
    __slots__ = ("kind", "text", "codes")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    kind: str
    text: str
    codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[str] = ..., text: _Optional[str] = ..., codes: _Optional[_Iterable[str]] = ...) -> None: ...

class AddOn(_message.Message):
    __slots__ = ("primary", "edit_type")
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    EDIT_TYPE_FIELD_NUMBER: _ClassVar[int]
    primary: str
    edit_type: int
    def __init__(self, primary: _Optional[str] = ..., edit_type: _Optional[int] = ...) -> None: ...

class Attribute(_message.Message):
    __slots__ = ("name", "qualifier", "number", "text")
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUALIFIER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    name: str
    qualifier: str
    number: int
    text: str
    def __init__(self, name: _Optional[str] = ..., qualifier: _Optional[str] = ..., number: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ("words", "date", "systems", "limit", "headers")
    WORDS_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    words: str
    date: str
    systems: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    headers: bool
    def __init__(self, words: _Optional[str] = ..., date: _Optional[str] = ..., systems: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ..., headers: bool = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("found", "knowledge_hash")
    FOUND_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    found: _containers.RepeatedCompositeFieldContainer[CodeInfo]
    knowledge_hash: str
    def __init__(self, found: _Optional[_Iterable[_Union[CodeInfo, _Mapping]]] = ..., knowledge_hash: _Optional[str] = ...) -> None: ...

class MatchRequest(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class MatchResponse(_message.Message):
    __slots__ = ("matches", "knowledge_hash")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[TermMatch]
    knowledge_hash: str
    def __init__(self, matches: _Optional[_Iterable[_Union[TermMatch, _Mapping]]] = ..., knowledge_hash: _Optional[str] = ...) -> None: ...

class TermMatch(_message.Message):
    __slots__ = ("start", "end", "codes")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ..., codes: _Optional[_Iterable[str]] = ...) -> None: ...

class TranslateRequest(_message.Message):
    __slots__ = ("concepts", "date", "birth_date", "sex", "onset_date", "conditions", "conditions_complete", "laterality", "seventh")
    CONCEPTS_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    ONSET_DATE_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    LATERALITY_FIELD_NUMBER: _ClassVar[int]
    SEVENTH_FIELD_NUMBER: _ClassVar[int]
    concepts: _containers.RepeatedScalarFieldContainer[str]
    date: str
    birth_date: str
    sex: str
    onset_date: str
    conditions: _containers.RepeatedScalarFieldContainer[str]
    conditions_complete: bool
    laterality: str
    seventh: str
    def __init__(self, concepts: _Optional[_Iterable[str]] = ..., date: _Optional[str] = ..., birth_date: _Optional[str] = ..., sex: _Optional[str] = ..., onset_date: _Optional[str] = ..., conditions: _Optional[_Iterable[str]] = ..., conditions_complete: bool = ..., laterality: _Optional[str] = ..., seventh: _Optional[str] = ...) -> None: ...

class TranslateResponse(_message.Message):
    __slots__ = ("translations", "knowledge_hash")
    TRANSLATIONS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    translations: _containers.RepeatedCompositeFieldContainer[Translation]
    knowledge_hash: str
    def __init__(self, translations: _Optional[_Iterable[_Union[Translation, _Mapping]]] = ..., knowledge_hash: _Optional[str] = ...) -> None: ...

class Translation(_message.Message):
    __slots__ = ("concept", "status", "codes", "targets", "missing", "release", "covered", "proof")
    CONCEPT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    COVERED_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    concept: str
    status: str
    codes: _containers.RepeatedScalarFieldContainer[str]
    targets: _containers.RepeatedCompositeFieldContainer[MapTarget]
    missing: _containers.RepeatedScalarFieldContainer[str]
    release: str
    covered: bool
    proof: _containers.RepeatedCompositeFieldContainer[MapRow]
    def __init__(self, concept: _Optional[str] = ..., status: _Optional[str] = ..., codes: _Optional[_Iterable[str]] = ..., targets: _Optional[_Iterable[_Union[MapTarget, _Mapping]]] = ..., missing: _Optional[_Iterable[str]] = ..., release: _Optional[str] = ..., covered: bool = ..., proof: _Optional[_Iterable[_Union[MapRow, _Mapping]]] = ...) -> None: ...

class MapTarget(_message.Message):
    __slots__ = ("code", "standing", "description", "candidates", "side", "group", "advice", "row", "rule", "category")
    CODE_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    code: str
    standing: str
    description: str
    candidates: _containers.RepeatedScalarFieldContainer[str]
    side: str
    group: int
    advice: _containers.RepeatedScalarFieldContainer[str]
    row: str
    rule: str
    category: str
    def __init__(self, code: _Optional[str] = ..., standing: _Optional[str] = ..., description: _Optional[str] = ..., candidates: _Optional[_Iterable[str]] = ..., side: _Optional[str] = ..., group: _Optional[int] = ..., advice: _Optional[_Iterable[str]] = ..., row: _Optional[str] = ..., rule: _Optional[str] = ..., category: _Optional[str] = ...) -> None: ...

class MapRow(_message.Message):
    __slots__ = ("group", "priority", "row", "rule", "truth")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    group: int
    priority: int
    row: str
    rule: str
    truth: str
    def __init__(self, group: _Optional[int] = ..., priority: _Optional[int] = ..., row: _Optional[str] = ..., rule: _Optional[str] = ..., truth: _Optional[str] = ...) -> None: ...

class ValidateRequest(_message.Message):
    __slots__ = ("codes", "date", "system")
    CODES_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedScalarFieldContainer[str]
    date: str
    system: str
    def __init__(self, codes: _Optional[_Iterable[str]] = ..., date: _Optional[str] = ..., system: _Optional[str] = ...) -> None: ...

class ValidateResponse(_message.Message):
    __slots__ = ("results", "knowledge_hash")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ValidateResult]
    knowledge_hash: str
    def __init__(self, results: _Optional[_Iterable[_Union[ValidateResult, _Mapping]]] = ..., knowledge_hash: _Optional[str] = ...) -> None: ...

class ValidateResult(_message.Message):
    __slots__ = ("standing", "successors", "problem")
    STANDING_FIELD_NUMBER: _ClassVar[int]
    SUCCESSORS_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    standing: str
    successors: _containers.RepeatedScalarFieldContainer[str]
    problem: str
    def __init__(self, standing: _Optional[str] = ..., successors: _Optional[_Iterable[str]] = ..., problem: _Optional[str] = ...) -> None: ...

class ChildrenRequest(_message.Message):
    __slots__ = ("code", "date", "system", "which")
    CODE_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    WHICH_FIELD_NUMBER: _ClassVar[int]
    code: str
    date: str
    system: str
    which: str
    def __init__(self, code: _Optional[str] = ..., date: _Optional[str] = ..., system: _Optional[str] = ..., which: _Optional[str] = ...) -> None: ...

class ChildrenResponse(_message.Message):
    __slots__ = ("codes", "knowledge_hash")
    CODES_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedCompositeFieldContainer[CodeInfo]
    knowledge_hash: str
    def __init__(self, codes: _Optional[_Iterable[_Union[CodeInfo, _Mapping]]] = ..., knowledge_hash: _Optional[str] = ...) -> None: ...

class ReleasesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReleasesResponse(_message.Message):
    __slots__ = ("knowledge_hash", "packs", "sources", "systems")
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    PACKS_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    knowledge_hash: str
    packs: _containers.RepeatedCompositeFieldContainer[_coded_pb2.Release]
    sources: _containers.RepeatedCompositeFieldContainer[SourceFile]
    systems: _containers.RepeatedCompositeFieldContainer[SystemCoverage]
    def __init__(self, knowledge_hash: _Optional[str] = ..., packs: _Optional[_Iterable[_Union[_coded_pb2.Release, _Mapping]]] = ..., sources: _Optional[_Iterable[_Union[SourceFile, _Mapping]]] = ..., systems: _Optional[_Iterable[_Union[SystemCoverage, _Mapping]]] = ...) -> None: ...

class SourceFile(_message.Message):
    __slots__ = ("feed", "effective", "end", "file", "sha256", "rows", "rejected")
    FEED_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    feed: str
    effective: str
    end: str
    file: str
    sha256: str
    rows: int
    rejected: int
    def __init__(self, feed: _Optional[str] = ..., effective: _Optional[str] = ..., end: _Optional[str] = ..., file: _Optional[str] = ..., sha256: _Optional[str] = ..., rows: _Optional[int] = ..., rejected: _Optional[int] = ...) -> None: ...

class SystemCoverage(_message.Message):
    __slots__ = ("system", "codes", "first", "last")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    system: str
    codes: int
    first: str
    last: str
    def __init__(self, system: _Optional[str] = ..., codes: _Optional[int] = ..., first: _Optional[str] = ..., last: _Optional[str] = ...) -> None: ...

class RulesRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class RulesResponse(_message.Message):
    __slots__ = ("rules", "knowledge_hash")
    RULES_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_HASH_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[EditRule]
    knowledge_hash: str
    def __init__(self, rules: _Optional[_Iterable[_Union[EditRule, _Mapping]]] = ..., knowledge_hash: _Optional[str] = ...) -> None: ...

class EditRule(_message.Message):
    __slots__ = ("id", "severity", "title", "message", "citation", "remedy", "effective", "end", "pack", "version", "level", "overrides")
    ID_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    id: str
    severity: str
    title: str
    message: str
    citation: str
    remedy: str
    effective: str
    end: str
    pack: str
    version: str
    level: str
    overrides: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., severity: _Optional[str] = ..., title: _Optional[str] = ..., message: _Optional[str] = ..., citation: _Optional[str] = ..., remedy: _Optional[str] = ..., effective: _Optional[str] = ..., end: _Optional[str] = ..., pack: _Optional[str] = ..., version: _Optional[str] = ..., level: _Optional[str] = ..., overrides: _Optional[_Iterable[str]] = ...) -> None: ...
