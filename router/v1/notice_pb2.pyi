import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from router.v1 import referral_pb2 as _referral_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NoticeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTICE_KIND_UNSPECIFIED: _ClassVar[NoticeKind]
    NOTICE_KIND_SAFEGUARDING: _ClassVar[NoticeKind]
    NOTICE_KIND_RED_FLAG: _ClassVar[NoticeKind]
    NOTICE_KIND_LEAD_PROPOSED: _ClassVar[NoticeKind]
    NOTICE_KIND_SUPPORT_PROPOSED: _ClassVar[NoticeKind]
    NOTICE_KIND_ALSO_REFERRED: _ClassVar[NoticeKind]
    NOTICE_KIND_MOVE_PROPOSED: _ClassVar[NoticeKind]
    NOTICE_KIND_DESK_ITEM: _ClassVar[NoticeKind]
    NOTICE_KIND_REVIEW: _ClassVar[NoticeKind]
    NOTICE_KIND_ACCEPTED: _ClassVar[NoticeKind]
    NOTICE_KIND_DECLINED: _ClassVar[NoticeKind]
    NOTICE_KIND_WITHDRAWN: _ClassVar[NoticeKind]
    NOTICE_KIND_ESCALATED: _ClassVar[NoticeKind]
    NOTICE_KIND_STOOD_DOWN: _ClassVar[NoticeKind]
    NOTICE_KIND_FAMILY_CHANGED: _ClassVar[NoticeKind]

class NoticeLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTICE_LEVEL_UNSPECIFIED: _ClassVar[NoticeLevel]
    NOTICE_LEVEL_EXISTENCE: _ClassVar[NoticeLevel]
    NOTICE_LEVEL_SUMMARY: _ClassVar[NoticeLevel]
    NOTICE_LEVEL_FULL: _ClassVar[NoticeLevel]
NOTICE_KIND_UNSPECIFIED: NoticeKind
NOTICE_KIND_SAFEGUARDING: NoticeKind
NOTICE_KIND_RED_FLAG: NoticeKind
NOTICE_KIND_LEAD_PROPOSED: NoticeKind
NOTICE_KIND_SUPPORT_PROPOSED: NoticeKind
NOTICE_KIND_ALSO_REFERRED: NoticeKind
NOTICE_KIND_MOVE_PROPOSED: NoticeKind
NOTICE_KIND_DESK_ITEM: NoticeKind
NOTICE_KIND_REVIEW: NoticeKind
NOTICE_KIND_ACCEPTED: NoticeKind
NOTICE_KIND_DECLINED: NoticeKind
NOTICE_KIND_WITHDRAWN: NoticeKind
NOTICE_KIND_ESCALATED: NoticeKind
NOTICE_KIND_STOOD_DOWN: NoticeKind
NOTICE_KIND_FAMILY_CHANGED: NoticeKind
NOTICE_LEVEL_UNSPECIFIED: NoticeLevel
NOTICE_LEVEL_EXISTENCE: NoticeLevel
NOTICE_LEVEL_SUMMARY: NoticeLevel
NOTICE_LEVEL_FULL: NoticeLevel

class Notice(_message.Message):
    __slots__ = ("notice_id", "sequence", "recipient", "kind", "level", "urgency", "decision_id", "family_id", "text", "created_at", "act_by", "acknowledged_at")
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    URGENCY_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ACT_BY_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_AT_FIELD_NUMBER: _ClassVar[int]
    notice_id: str
    sequence: int
    recipient: str
    kind: NoticeKind
    level: NoticeLevel
    urgency: _referral_pb2.Urgency
    decision_id: str
    family_id: str
    text: str
    created_at: _timestamp_pb2.Timestamp
    act_by: _timestamp_pb2.Timestamp
    acknowledged_at: _timestamp_pb2.Timestamp
    def __init__(self, notice_id: _Optional[str] = ..., sequence: _Optional[int] = ..., recipient: _Optional[str] = ..., kind: _Optional[_Union[NoticeKind, str]] = ..., level: _Optional[_Union[NoticeLevel, str]] = ..., urgency: _Optional[_Union[_referral_pb2.Urgency, str]] = ..., decision_id: _Optional[str] = ..., family_id: _Optional[str] = ..., text: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., act_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., acknowledged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
