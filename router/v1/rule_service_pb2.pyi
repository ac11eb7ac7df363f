import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from router.v1 import routing_service_pb2 as _routing_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PackState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PACK_STATE_UNSPECIFIED: _ClassVar[PackState]
    PACK_STATE_PROPOSED: _ClassVar[PackState]
    PACK_STATE_APPROVED: _ClassVar[PackState]
    PACK_STATE_DUE: _ClassVar[PackState]
    PACK_STATE_LIVE: _ClassVar[PackState]
    PACK_STATE_REPLACED: _ClassVar[PackState]
    PACK_STATE_REJECTED: _ClassVar[PackState]
    PACK_STATE_ROLLED_BACK: _ClassVar[PackState]
    PACK_STATE_OUTDATED: _ClassVar[PackState]

class PackActKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PACK_ACT_KIND_UNSPECIFIED: _ClassVar[PackActKind]
    PACK_ACT_KIND_INSTALLED: _ClassVar[PackActKind]
    PACK_ACT_KIND_PROPOSED: _ClassVar[PackActKind]
    PACK_ACT_KIND_APPROVED: _ClassVar[PackActKind]
    PACK_ACT_KIND_REJECTED: _ClassVar[PackActKind]
    PACK_ACT_KIND_ACTIVATED: _ClassVar[PackActKind]
    PACK_ACT_KIND_SHADOW_STARTED: _ClassVar[PackActKind]
    PACK_ACT_KIND_SHADOW_STOPPED: _ClassVar[PackActKind]
    PACK_ACT_KIND_ROLLED_BACK: _ClassVar[PackActKind]
    PACK_ACT_KIND_NOT_LOADED: _ClassVar[PackActKind]

class ShadowAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SHADOW_ACTION_UNSPECIFIED: _ClassVar[ShadowAction]
    SHADOW_ACTION_START: _ClassVar[ShadowAction]
    SHADOW_ACTION_STOP: _ClassVar[ShadowAction]
PACK_STATE_UNSPECIFIED: PackState
PACK_STATE_PROPOSED: PackState
PACK_STATE_APPROVED: PackState
PACK_STATE_DUE: PackState
PACK_STATE_LIVE: PackState
PACK_STATE_REPLACED: PackState
PACK_STATE_REJECTED: PackState
PACK_STATE_ROLLED_BACK: PackState
PACK_STATE_OUTDATED: PackState
PACK_ACT_KIND_UNSPECIFIED: PackActKind
PACK_ACT_KIND_INSTALLED: PackActKind
PACK_ACT_KIND_PROPOSED: PackActKind
PACK_ACT_KIND_APPROVED: PackActKind
PACK_ACT_KIND_REJECTED: PackActKind
PACK_ACT_KIND_ACTIVATED: PackActKind
PACK_ACT_KIND_SHADOW_STARTED: PackActKind
PACK_ACT_KIND_SHADOW_STOPPED: PackActKind
PACK_ACT_KIND_ROLLED_BACK: PackActKind
PACK_ACT_KIND_NOT_LOADED: PackActKind
SHADOW_ACTION_UNSPECIFIED: ShadowAction
SHADOW_ACTION_START: ShadowAction
SHADOW_ACTION_STOP: ShadowAction

class PackFile(_message.Message):
    __slots__ = ("name", "content")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    content: bytes
    def __init__(self, name: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class PackAct(_message.Message):
    __slots__ = ("kind", "made_by", "made_at", "service", "live_from", "note")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    LIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    kind: PackActKind
    made_by: str
    made_at: _timestamp_pb2.Timestamp
    service: str
    live_from: _timestamp_pb2.Timestamp
    note: str
    def __init__(self, kind: _Optional[_Union[PackActKind, str]] = ..., made_by: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., service: _Optional[str] = ..., live_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...

class PackApproval(_message.Message):
    __slots__ = ("service", "approved_by", "approved_at")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    APPROVED_AT_FIELD_NUMBER: _ClassVar[int]
    service: str
    approved_by: str
    approved_at: _timestamp_pb2.Timestamp
    def __init__(self, service: _Optional[str] = ..., approved_by: _Optional[str] = ..., approved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ShadowDifference(_message.Message):
    __slots__ = ("from_lead", "to_lead", "what", "count")
    FROM_LEAD_FIELD_NUMBER: _ClassVar[int]
    TO_LEAD_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    from_lead: str
    to_lead: str
    what: str
    count: int
    def __init__(self, from_lead: _Optional[str] = ..., to_lead: _Optional[str] = ..., what: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class ShadowFigures(_message.Message):
    __slots__ = ("started_at", "stopped_at", "decisions", "compared", "differing", "differences")
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_AT_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    started_at: _timestamp_pb2.Timestamp
    stopped_at: _timestamp_pb2.Timestamp
    decisions: int
    compared: int
    differing: int
    differences: _containers.RepeatedCompositeFieldContainer[ShadowDifference]
    def __init__(self, started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decisions: _Optional[int] = ..., compared: _Optional[int] = ..., differing: _Optional[int] = ..., differences: _Optional[_Iterable[_Union[ShadowDifference, _Mapping]]] = ...) -> None: ...

class RulePack(_message.Message):
    __slots__ = ("digest", "proposal_id", "title", "state", "base_digest", "proposed_by", "proposed_at", "why", "approvals", "people", "people_wanted", "waits_for", "live_from", "live_until", "not_loaded", "shadow", "findings")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    BASE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_WANTED_FIELD_NUMBER: _ClassVar[int]
    WAITS_FOR_FIELD_NUMBER: _ClassVar[int]
    LIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    LIVE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NOT_LOADED_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    digest: str
    proposal_id: str
    title: str
    state: PackState
    base_digest: str
    proposed_by: str
    proposed_at: _timestamp_pb2.Timestamp
    why: str
    approvals: _containers.RepeatedCompositeFieldContainer[PackApproval]
    people: int
    people_wanted: int
    waits_for: _containers.RepeatedScalarFieldContainer[str]
    live_from: _timestamp_pb2.Timestamp
    live_until: _timestamp_pb2.Timestamp
    not_loaded: str
    shadow: ShadowFigures
    findings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, digest: _Optional[str] = ..., proposal_id: _Optional[str] = ..., title: _Optional[str] = ..., state: _Optional[_Union[PackState, str]] = ..., base_digest: _Optional[str] = ..., proposed_by: _Optional[str] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., why: _Optional[str] = ..., approvals: _Optional[_Iterable[_Union[PackApproval, _Mapping]]] = ..., people: _Optional[int] = ..., people_wanted: _Optional[int] = ..., waits_for: _Optional[_Iterable[str]] = ..., live_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., live_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., not_loaded: _Optional[str] = ..., shadow: _Optional[_Union[ShadowFigures, _Mapping]] = ..., findings: _Optional[_Iterable[str]] = ...) -> None: ...

class ProposePackRequest(_message.Message):
    __slots__ = ("request_id", "context", "files", "why")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    files: _containers.RepeatedCompositeFieldContainer[PackFile]
    why: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., files: _Optional[_Iterable[_Union[PackFile, _Mapping]]] = ..., why: _Optional[str] = ...) -> None: ...

class ProposePackResponse(_message.Message):
    __slots__ = ("request_id", "pack")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pack: RulePack
    def __init__(self, request_id: _Optional[str] = ..., pack: _Optional[_Union[RulePack, _Mapping]] = ...) -> None: ...

class ApprovePackRequest(_message.Message):
    __slots__ = ("request_id", "context", "pack", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    pack: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., pack: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ApprovePackResponse(_message.Message):
    __slots__ = ("request_id", "pack")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pack: RulePack
    def __init__(self, request_id: _Optional[str] = ..., pack: _Optional[_Union[RulePack, _Mapping]] = ...) -> None: ...

class RejectPackRequest(_message.Message):
    __slots__ = ("request_id", "context", "pack", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    pack: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., pack: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RejectPackResponse(_message.Message):
    __slots__ = ("request_id", "pack")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pack: RulePack
    def __init__(self, request_id: _Optional[str] = ..., pack: _Optional[_Union[RulePack, _Mapping]] = ...) -> None: ...

class ActivatePackRequest(_message.Message):
    __slots__ = ("request_id", "context", "pack", "live_from", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    LIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    pack: str
    live_from: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., pack: _Optional[str] = ..., live_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ActivatePackResponse(_message.Message):
    __slots__ = ("request_id", "pack")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pack: RulePack
    def __init__(self, request_id: _Optional[str] = ..., pack: _Optional[_Union[RulePack, _Mapping]] = ...) -> None: ...

class ShadowPackRequest(_message.Message):
    __slots__ = ("request_id", "context", "pack", "action")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    pack: str
    action: ShadowAction
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., pack: _Optional[str] = ..., action: _Optional[_Union[ShadowAction, str]] = ...) -> None: ...

class ShadowPackResponse(_message.Message):
    __slots__ = ("request_id", "pack")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pack: RulePack
    def __init__(self, request_id: _Optional[str] = ..., pack: _Optional[_Union[RulePack, _Mapping]] = ...) -> None: ...

class RollBackPackRequest(_message.Message):
    __slots__ = ("request_id", "context", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class RollBackPackResponse(_message.Message):
    __slots__ = ("request_id", "pack", "rolled_back")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    ROLLED_BACK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pack: RulePack
    rolled_back: RulePack
    def __init__(self, request_id: _Optional[str] = ..., pack: _Optional[_Union[RulePack, _Mapping]] = ..., rolled_back: _Optional[_Union[RulePack, _Mapping]] = ...) -> None: ...

class ListPacksRequest(_message.Message):
    __slots__ = ("context",)
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    context: _routing_service_pb2.CallContext
    def __init__(self, context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ...) -> None: ...

class ListPacksResponse(_message.Message):
    __slots__ = ("packs", "live_digest", "deciding_digest")
    PACKS_FIELD_NUMBER: _ClassVar[int]
    LIVE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    DECIDING_DIGEST_FIELD_NUMBER: _ClassVar[int]
    packs: _containers.RepeatedCompositeFieldContainer[RulePack]
    live_digest: str
    deciding_digest: str
    def __init__(self, packs: _Optional[_Iterable[_Union[RulePack, _Mapping]]] = ..., live_digest: _Optional[str] = ..., deciding_digest: _Optional[str] = ...) -> None: ...

class GetPackRequest(_message.Message):
    __slots__ = ("context", "pack", "include_files")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FILES_FIELD_NUMBER: _ClassVar[int]
    context: _routing_service_pb2.CallContext
    pack: str
    include_files: bool
    def __init__(self, context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., pack: _Optional[str] = ..., include_files: _Optional[bool] = ...) -> None: ...

class GetPackResponse(_message.Message):
    __slots__ = ("pack", "timeline", "files")
    PACK_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    pack: RulePack
    timeline: _containers.RepeatedCompositeFieldContainer[PackAct]
    files: _containers.RepeatedCompositeFieldContainer[PackFile]
    def __init__(self, pack: _Optional[_Union[RulePack, _Mapping]] = ..., timeline: _Optional[_Iterable[_Union[PackAct, _Mapping]]] = ..., files: _Optional[_Iterable[_Union[PackFile, _Mapping]]] = ...) -> None: ...
