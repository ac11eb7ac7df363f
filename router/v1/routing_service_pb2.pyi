import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from router.v1 import decision_pb2 as _decision_pb2
from router.v1 import notice_pb2 as _notice_pb2
from router.v1 import referral_pb2 as _referral_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReaderKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    READER_KIND_UNSPECIFIED: _ClassVar[ReaderKind]
    READER_KIND_REFERRER: _ClassVar[ReaderKind]
    READER_KIND_SERVICE: _ClassVar[ReaderKind]
    READER_KIND_DESK: _ClassVar[ReaderKind]
    READER_KIND_PARENT: _ClassVar[ReaderKind]
    READER_KIND_AUDITOR: _ClassVar[ReaderKind]
    READER_KIND_RULES: _ClassVar[ReaderKind]

class Purpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PURPOSE_UNSPECIFIED: _ClassVar[Purpose]
    PURPOSE_DIRECT_CARE: _ClassVar[Purpose]
    PURPOSE_PROTECTION: _ClassVar[Purpose]
    PURPOSE_OPERATIONS: _ClassVar[Purpose]
    PURPOSE_AUDIT: _ClassVar[Purpose]

class WithdrawReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WITHDRAW_REASON_UNSPECIFIED: _ClassVar[WithdrawReason]
    WITHDRAW_REASON_SENT_IN_ERROR: _ClassVar[WithdrawReason]
    WITHDRAW_REASON_WRONG_PERSON: _ClassVar[WithdrawReason]
    WITHDRAW_REASON_FAMILY_DECLINED: _ClassVar[WithdrawReason]
    WITHDRAW_REASON_NO_LONGER_NEEDED: _ClassVar[WithdrawReason]

class ResponseKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESPONSE_KIND_UNSPECIFIED: _ClassVar[ResponseKind]
    RESPONSE_KIND_ACCEPT: _ClassVar[ResponseKind]
    RESPONSE_KIND_DECLINE: _ClassVar[ResponseKind]

class DeclineReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DECLINE_REASON_UNSPECIFIED: _ClassVar[DeclineReason]
    DECLINE_REASON_CRITERIA_NOT_MET: _ClassVar[DeclineReason]
    DECLINE_REASON_LACK_OF_CAPACITY: _ClassVar[DeclineReason]
    DECLINE_REASON_UNABLE_TO_CONTACT_FAMILY: _ClassVar[DeclineReason]
    DECLINE_REASON_FAMILY_DECLINED: _ClassVar[DeclineReason]
    DECLINE_REASON_BETTER_PLACED_ELSEWHERE: _ClassVar[DeclineReason]
    DECLINE_REASON_OUT_OF_AREA: _ClassVar[DeclineReason]
READER_KIND_UNSPECIFIED: ReaderKind
READER_KIND_REFERRER: ReaderKind
READER_KIND_SERVICE: ReaderKind
READER_KIND_DESK: ReaderKind
READER_KIND_PARENT: ReaderKind
READER_KIND_AUDITOR: ReaderKind
READER_KIND_RULES: ReaderKind
PURPOSE_UNSPECIFIED: Purpose
PURPOSE_DIRECT_CARE: Purpose
PURPOSE_PROTECTION: Purpose
PURPOSE_OPERATIONS: Purpose
PURPOSE_AUDIT: Purpose
WITHDRAW_REASON_UNSPECIFIED: WithdrawReason
WITHDRAW_REASON_SENT_IN_ERROR: WithdrawReason
WITHDRAW_REASON_WRONG_PERSON: WithdrawReason
WITHDRAW_REASON_FAMILY_DECLINED: WithdrawReason
WITHDRAW_REASON_NO_LONGER_NEEDED: WithdrawReason
RESPONSE_KIND_UNSPECIFIED: ResponseKind
RESPONSE_KIND_ACCEPT: ResponseKind
RESPONSE_KIND_DECLINE: ResponseKind
DECLINE_REASON_UNSPECIFIED: DeclineReason
DECLINE_REASON_CRITERIA_NOT_MET: DeclineReason
DECLINE_REASON_LACK_OF_CAPACITY: DeclineReason
DECLINE_REASON_UNABLE_TO_CONTACT_FAMILY: DeclineReason
DECLINE_REASON_FAMILY_DECLINED: DeclineReason
DECLINE_REASON_BETTER_PLACED_ELSEWHERE: DeclineReason
DECLINE_REASON_OUT_OF_AREA: DeclineReason

class CallContext(_message.Message):
    __slots__ = ("caller", "reader", "service", "purpose", "correlation_id")
    CALLER_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    caller: str
    reader: ReaderKind
    service: str
    purpose: Purpose
    correlation_id: str
    def __init__(self, caller: _Optional[str] = ..., reader: _Optional[_Union[ReaderKind, str]] = ..., service: _Optional[str] = ..., purpose: _Optional[_Union[Purpose, str]] = ..., correlation_id: _Optional[str] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ("context", "event")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    context: CallContext
    event: _referral_pb2.ReferralEvent
    def __init__(self, context: _Optional[_Union[CallContext, _Mapping]] = ..., event: _Optional[_Union[_referral_pb2.ReferralEvent, _Mapping]] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class SubmitReferralRequest(_message.Message):
    __slots__ = ("request_id", "context", "event")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: CallContext
    event: _referral_pb2.ReferralEvent
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[CallContext, _Mapping]] = ..., event: _Optional[_Union[_referral_pb2.ReferralEvent, _Mapping]] = ...) -> None: ...

class SubmitReferralResponse(_message.Message):
    __slots__ = ("request_id", "referral_id", "decision")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    referral_id: str
    decision: _decision_pb2.Decision
    def __init__(self, request_id: _Optional[str] = ..., referral_id: _Optional[str] = ..., decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class SubmitReferralsRequest(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: SubmitReferralRequest
    def __init__(self, request: _Optional[_Union[SubmitReferralRequest, _Mapping]] = ...) -> None: ...

class SubmitReferralsResponse(_message.Message):
    __slots__ = ("request_id", "response", "error")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    response: SubmitReferralResponse
    error: ItemError
    def __init__(self, request_id: _Optional[str] = ..., response: _Optional[_Union[SubmitReferralResponse, _Mapping]] = ..., error: _Optional[_Union[ItemError, _Mapping]] = ...) -> None: ...

class ItemError(_message.Message):
    __slots__ = ("code", "reason", "message", "faults", "retry_after_ms")
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    code: int
    reason: str
    message: str
    faults: _containers.RepeatedCompositeFieldContainer[FieldFault]
    retry_after_ms: int
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., faults: _Optional[_Iterable[_Union[FieldFault, _Mapping]]] = ..., retry_after_ms: _Optional[int] = ...) -> None: ...

class FieldFault(_message.Message):
    __slots__ = ("field", "description")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class SubmitQuarantinedRequest(_message.Message):
    __slots__ = ("request_id", "context", "source_system", "reason", "location", "raw", "format", "board_code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: CallContext
    source_system: str
    reason: str
    location: str
    raw: bytes
    format: str
    board_code: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[CallContext, _Mapping]] = ..., source_system: _Optional[str] = ..., reason: _Optional[str] = ..., location: _Optional[str] = ..., raw: _Optional[bytes] = ..., format: _Optional[str] = ..., board_code: _Optional[str] = ...) -> None: ...

class SubmitQuarantinedResponse(_message.Message):
    __slots__ = ("request_id", "desk_item_id", "desk", "danger")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DESK_ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    DESK_FIELD_NUMBER: _ClassVar[int]
    DANGER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    desk_item_id: str
    desk: str
    danger: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., desk_item_id: _Optional[str] = ..., desk: _Optional[str] = ..., danger: _Optional[_Iterable[str]] = ...) -> None: ...

class WithdrawReferralRequest(_message.Message):
    __slots__ = ("request_id", "context", "source_system", "source_reference", "reason", "occurred_at")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    SOURCE_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: CallContext
    source_system: str
    source_reference: str
    reason: WithdrawReason
    occurred_at: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[CallContext, _Mapping]] = ..., source_system: _Optional[str] = ..., source_reference: _Optional[str] = ..., reason: _Optional[_Union[WithdrawReason, str]] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WithdrawReferralResponse(_message.Message):
    __slots__ = ("request_id", "decision")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    decision: _decision_pb2.Decision
    def __init__(self, request_id: _Optional[str] = ..., decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class RespondToReferralRequest(_message.Message):
    __slots__ = ("request_id", "context", "decision_id", "response", "decline_reason", "comment")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    DECLINE_REASON_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: CallContext
    decision_id: str
    response: ResponseKind
    decline_reason: DeclineReason
    comment: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[CallContext, _Mapping]] = ..., decision_id: _Optional[str] = ..., response: _Optional[_Union[ResponseKind, str]] = ..., decline_reason: _Optional[_Union[DeclineReason, str]] = ..., comment: _Optional[str] = ...) -> None: ...

class RespondToReferralResponse(_message.Message):
    __slots__ = ("request_id", "decision")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    decision: _decision_pb2.Decision
    def __init__(self, request_id: _Optional[str] = ..., decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class ListNoticesRequest(_message.Message):
    __slots__ = ("context", "recipient", "after_sequence", "page_size")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    context: CallContext
    recipient: str
    after_sequence: int
    page_size: int
    def __init__(self, context: _Optional[_Union[CallContext, _Mapping]] = ..., recipient: _Optional[str] = ..., after_sequence: _Optional[int] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListNoticesResponse(_message.Message):
    __slots__ = ("notices", "next_after_sequence")
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    notices: _containers.RepeatedCompositeFieldContainer[_notice_pb2.Notice]
    next_after_sequence: int
    def __init__(self, notices: _Optional[_Iterable[_Union[_notice_pb2.Notice, _Mapping]]] = ..., next_after_sequence: _Optional[int] = ...) -> None: ...

class AcknowledgeNoticeRequest(_message.Message):
    __slots__ = ("context", "notice_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    context: CallContext
    notice_id: str
    def __init__(self, context: _Optional[_Union[CallContext, _Mapping]] = ..., notice_id: _Optional[str] = ...) -> None: ...

class AcknowledgeNoticeResponse(_message.Message):
    __slots__ = ("notice",)
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    notice: _notice_pb2.Notice
    def __init__(self, notice: _Optional[_Union[_notice_pb2.Notice, _Mapping]] = ...) -> None: ...

class GetDecisionRequest(_message.Message):
    __slots__ = ("context", "decision_id", "include_what_would_change")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_WHAT_WOULD_CHANGE_FIELD_NUMBER: _ClassVar[int]
    context: CallContext
    decision_id: str
    include_what_would_change: bool
    def __init__(self, context: _Optional[_Union[CallContext, _Mapping]] = ..., decision_id: _Optional[str] = ..., include_what_would_change: _Optional[bool] = ...) -> None: ...

class GetDecisionResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("context", "family_id", "service", "board_code", "until", "page_size", "page_token")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    context: CallContext
    family_id: str
    service: str
    board_code: str
    until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, context: _Optional[_Union[CallContext, _Mapping]] = ..., family_id: _Optional[str] = ..., service: _Optional[str] = ..., board_code: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., **kwargs) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[_decision_pb2.Decision]
    next_page_token: str
    def __init__(self, decisions: _Optional[_Iterable[_Union[_decision_pb2.Decision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
