import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from router.v1 import decision_pb2 as _decision_pb2
from router.v1 import referral_pb2 as _referral_pb2
from router.v1 import routing_service_pb2 as _routing_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReviewState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_STATE_UNSPECIFIED: _ClassVar[ReviewState]
    REVIEW_STATE_OPEN: _ClassVar[ReviewState]
    REVIEW_STATE_SECOND_WANTED: _ClassVar[ReviewState]
    REVIEW_STATE_DISPUTED: _ClassVar[ReviewState]
    REVIEW_STATE_SAME: _ClassVar[ReviewState]
    REVIEW_STATE_DIFFERENT: _ClassVar[ReviewState]
    REVIEW_STATE_SETTLED: _ClassVar[ReviewState]

class ReviewVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_VERDICT_UNSPECIFIED: _ClassVar[ReviewVerdict]
    REVIEW_VERDICT_SAME: _ClassVar[ReviewVerdict]
    REVIEW_VERDICT_DIFFERENT: _ClassVar[ReviewVerdict]

class ReviewReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_REASON_UNSPECIFIED: _ClassVar[ReviewReason]
    REVIEW_REASON_NUMBER_CHECKED: _ClassVar[ReviewReason]
    REVIEW_REASON_RECORDS_COMPARED: _ClassVar[ReviewReason]
    REVIEW_REASON_FAMILY_ASKED: _ClassVar[ReviewReason]
    REVIEW_REASON_PROFESSIONAL_ASKED: _ClassVar[ReviewReason]
    REVIEW_REASON_CLERICAL_ERROR: _ClassVar[ReviewReason]

class RegroupingReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REGROUPING_REASON_UNSPECIFIED: _ClassVar[RegroupingReason]
    REGROUPING_REASON_WRONG_FAMILY: _ClassVar[RegroupingReason]
    REGROUPING_REASON_DECIDED_IN_ERROR: _ClassVar[RegroupingReason]
    REGROUPING_REASON_NEW_EVIDENCE: _ClassVar[RegroupingReason]

class InfantMoveKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INFANT_MOVE_KIND_UNSPECIFIED: _ClassVar[InfantMoveKind]
    INFANT_MOVE_KIND_ADOPTION: _ClassVar[InfantMoveKind]
    INFANT_MOVE_KIND_FOSTERING: _ClassVar[InfantMoveKind]

class RegroupingKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REGROUPING_KIND_UNSPECIFIED: _ClassVar[RegroupingKind]
    REGROUPING_KIND_MERGE: _ClassVar[RegroupingKind]
    REGROUPING_KIND_UNDO: _ClassVar[RegroupingKind]
    REGROUPING_KIND_SPLIT: _ClassVar[RegroupingKind]
    REGROUPING_KIND_INFANT_MOVED: _ClassVar[RegroupingKind]
REVIEW_STATE_UNSPECIFIED: ReviewState
REVIEW_STATE_OPEN: ReviewState
REVIEW_STATE_SECOND_WANTED: ReviewState
REVIEW_STATE_DISPUTED: ReviewState
REVIEW_STATE_SAME: ReviewState
REVIEW_STATE_DIFFERENT: ReviewState
REVIEW_STATE_SETTLED: ReviewState
REVIEW_VERDICT_UNSPECIFIED: ReviewVerdict
REVIEW_VERDICT_SAME: ReviewVerdict
REVIEW_VERDICT_DIFFERENT: ReviewVerdict
REVIEW_REASON_UNSPECIFIED: ReviewReason
REVIEW_REASON_NUMBER_CHECKED: ReviewReason
REVIEW_REASON_RECORDS_COMPARED: ReviewReason
REVIEW_REASON_FAMILY_ASKED: ReviewReason
REVIEW_REASON_PROFESSIONAL_ASKED: ReviewReason
REVIEW_REASON_CLERICAL_ERROR: ReviewReason
REGROUPING_REASON_UNSPECIFIED: RegroupingReason
REGROUPING_REASON_WRONG_FAMILY: RegroupingReason
REGROUPING_REASON_DECIDED_IN_ERROR: RegroupingReason
REGROUPING_REASON_NEW_EVIDENCE: RegroupingReason
INFANT_MOVE_KIND_UNSPECIFIED: InfantMoveKind
INFANT_MOVE_KIND_ADOPTION: InfantMoveKind
INFANT_MOVE_KIND_FOSTERING: InfantMoveKind
REGROUPING_KIND_UNSPECIFIED: RegroupingKind
REGROUPING_KIND_MERGE: RegroupingKind
REGROUPING_KIND_UNDO: RegroupingKind
REGROUPING_KIND_SPLIT: RegroupingKind
REGROUPING_KIND_INFANT_MOVED: RegroupingKind

class Review(_message.Message):
    __slots__ = ("review_id", "state", "desk", "danger", "opened_at", "referral_id", "family_id", "possible_family_id", "gates", "claimed_by", "claimed_until", "first_by", "people_wanted")
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DESK_FIELD_NUMBER: _ClassVar[int]
    DANGER_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_BY_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    FIRST_BY_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_WANTED_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    state: ReviewState
    desk: str
    danger: _referral_pb2.Urgency
    opened_at: _timestamp_pb2.Timestamp
    referral_id: str
    family_id: str
    possible_family_id: str
    gates: _containers.RepeatedCompositeFieldContainer[ReviewGate]
    claimed_by: str
    claimed_until: _timestamp_pb2.Timestamp
    first_by: str
    people_wanted: int
    def __init__(self, review_id: _Optional[str] = ..., state: _Optional[_Union[ReviewState, str]] = ..., desk: _Optional[str] = ..., danger: _Optional[_Union[_referral_pb2.Urgency, str]] = ..., opened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., referral_id: _Optional[str] = ..., family_id: _Optional[str] = ..., possible_family_id: _Optional[str] = ..., gates: _Optional[_Iterable[_Union[ReviewGate, _Mapping]]] = ..., claimed_by: _Optional[str] = ..., claimed_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., first_by: _Optional[str] = ..., people_wanted: _Optional[int] = ...) -> None: ...

class ReviewGate(_message.Message):
    __slots__ = ("gate", "sentence")
    GATE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    gate: str
    sentence: str
    def __init__(self, gate: _Optional[str] = ..., sentence: _Optional[str] = ...) -> None: ...

class PersonRecord(_message.Message):
    __slots__ = ("referral_id", "source_system", "person")
    REFERRAL_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    referral_id: str
    source_system: str
    person: _referral_pb2.Person
    def __init__(self, referral_id: _Optional[str] = ..., source_system: _Optional[str] = ..., person: _Optional[_Union[_referral_pb2.Person, _Mapping]] = ...) -> None: ...

class FamilyMember(_message.Message):
    __slots__ = ("person_id", "role", "records")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    role: _referral_pb2.PersonRole
    records: _containers.RepeatedCompositeFieldContainer[PersonRecord]
    def __init__(self, person_id: _Optional[str] = ..., role: _Optional[_Union[_referral_pb2.PersonRole, str]] = ..., records: _Optional[_Iterable[_Union[PersonRecord, _Mapping]]] = ...) -> None: ...

class FamilyReferral(_message.Message):
    __slots__ = ("referral_id", "source_system", "source_reference", "source_version", "occurred_at", "episode_id", "open", "household")
    REFERRAL_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    SOURCE_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_VERSION_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    EPISODE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    HOUSEHOLD_FIELD_NUMBER: _ClassVar[int]
    referral_id: str
    source_system: str
    source_reference: str
    source_version: int
    occurred_at: _timestamp_pb2.Timestamp
    episode_id: str
    open: bool
    household: _referral_pb2.Household
    def __init__(self, referral_id: _Optional[str] = ..., source_system: _Optional[str] = ..., source_reference: _Optional[str] = ..., source_version: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., episode_id: _Optional[str] = ..., open: _Optional[bool] = ..., household: _Optional[_Union[_referral_pb2.Household, _Mapping]] = ...) -> None: ...

class EpisodeLead(_message.Message):
    __slots__ = ("episode_id", "decision_id", "lead", "accepted", "at_desk")
    EPISODE_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    AT_DESK_FIELD_NUMBER: _ClassVar[int]
    episode_id: str
    decision_id: str
    lead: _decision_pb2.ServiceName
    accepted: bool
    at_desk: bool
    def __init__(self, episode_id: _Optional[str] = ..., decision_id: _Optional[str] = ..., lead: _Optional[_Union[_decision_pb2.ServiceName, _Mapping]] = ..., accepted: _Optional[bool] = ..., at_desk: _Optional[bool] = ...) -> None: ...

class FamilyView(_message.Message):
    __slots__ = ("family_id", "members", "referrals", "leads", "danger")
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    REFERRALS_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    DANGER_FIELD_NUMBER: _ClassVar[int]
    family_id: str
    members: _containers.RepeatedCompositeFieldContainer[FamilyMember]
    referrals: _containers.RepeatedCompositeFieldContainer[FamilyReferral]
    leads: _containers.RepeatedCompositeFieldContainer[EpisodeLead]
    danger: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, family_id: _Optional[str] = ..., members: _Optional[_Iterable[_Union[FamilyMember, _Mapping]]] = ..., referrals: _Optional[_Iterable[_Union[FamilyReferral, _Mapping]]] = ..., leads: _Optional[_Iterable[_Union[EpisodeLead, _Mapping]]] = ..., danger: _Optional[_Iterable[str]] = ...) -> None: ...

class Regrouping(_message.Message):
    __slots__ = ("regrouping_id", "kind", "family_id", "to_family_id", "made_at", "made_by", "reason", "review_id", "undoes")
    REGROUPING_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    UNDOES_FIELD_NUMBER: _ClassVar[int]
    regrouping_id: str
    kind: RegroupingKind
    family_id: str
    to_family_id: str
    made_at: _timestamp_pb2.Timestamp
    made_by: str
    reason: str
    review_id: str
    undoes: str
    def __init__(self, regrouping_id: _Optional[str] = ..., kind: _Optional[_Union[RegroupingKind, str]] = ..., family_id: _Optional[str] = ..., to_family_id: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., made_by: _Optional[str] = ..., reason: _Optional[str] = ..., review_id: _Optional[str] = ..., undoes: _Optional[str] = ...) -> None: ...

class ReviewEntry(_message.Message):
    __slots__ = ("kind", "made_by", "made_at", "reason", "note")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    made_by: str
    made_at: _timestamp_pb2.Timestamp
    reason: str
    note: str
    def __init__(self, kind: _Optional[str] = ..., made_by: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ReviewComparison(_message.Message):
    __slots__ = ("weight_bits", "agreeing", "differing", "gates", "matcher_version")
    WEIGHT_BITS_FIELD_NUMBER: _ClassVar[int]
    AGREEING_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    MATCHER_VERSION_FIELD_NUMBER: _ClassVar[int]
    weight_bits: float
    agreeing: _containers.RepeatedCompositeFieldContainer[_decision_pb2.MatchField]
    differing: _containers.RepeatedCompositeFieldContainer[_decision_pb2.MatchField]
    gates: _containers.RepeatedCompositeFieldContainer[ReviewGate]
    matcher_version: str
    def __init__(self, weight_bits: _Optional[float] = ..., agreeing: _Optional[_Iterable[_Union[_decision_pb2.MatchField, _Mapping]]] = ..., differing: _Optional[_Iterable[_Union[_decision_pb2.MatchField, _Mapping]]] = ..., gates: _Optional[_Iterable[_Union[ReviewGate, _Mapping]]] = ..., matcher_version: _Optional[str] = ...) -> None: ...

class PersonPair(_message.Message):
    __slots__ = ("person_id", "possible_person_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    possible_person_id: str
    def __init__(self, person_id: _Optional[str] = ..., possible_person_id: _Optional[str] = ...) -> None: ...

class RestingDecision(_message.Message):
    __slots__ = ("decision_id", "family_id", "episode_id", "state")
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    EPISODE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    family_id: str
    episode_id: str
    state: _decision_pb2.DecisionState
    def __init__(self, decision_id: _Optional[str] = ..., family_id: _Optional[str] = ..., episode_id: _Optional[str] = ..., state: _Optional[_Union[_decision_pb2.DecisionState, str]] = ...) -> None: ...

class Consequences(_message.Message):
    __slots__ = ("regrouping_id", "rested", "decisions", "notices")
    REGROUPING_ID_FIELD_NUMBER: _ClassVar[int]
    RESTED_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    regrouping_id: str
    rested: _containers.RepeatedCompositeFieldContainer[RestingDecision]
    decisions: _containers.RepeatedCompositeFieldContainer[_decision_pb2.Decision]
    notices: int
    def __init__(self, regrouping_id: _Optional[str] = ..., rested: _Optional[_Iterable[_Union[RestingDecision, _Mapping]]] = ..., decisions: _Optional[_Iterable[_Union[_decision_pb2.Decision, _Mapping]]] = ..., notices: _Optional[int] = ...) -> None: ...

class ListReviewsRequest(_message.Message):
    __slots__ = ("context", "board_code", "page_size", "page_token")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    context: _routing_service_pb2.CallContext
    board_code: str
    page_size: int
    page_token: str
    def __init__(self, context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., board_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReviewsResponse(_message.Message):
    __slots__ = ("reviews", "next_page_token")
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    next_page_token: str
    def __init__(self, reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetReviewRequest(_message.Message):
    __slots__ = ("context", "review_id")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    context: _routing_service_pb2.CallContext
    review_id: str
    def __init__(self, context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., review_id: _Optional[str] = ...) -> None: ...

class GetReviewResponse(_message.Message):
    __slots__ = ("review", "family", "possible_family", "comparison", "history")
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_FAMILY_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    review: Review
    family: FamilyView
    possible_family: FamilyView
    comparison: ReviewComparison
    history: _containers.RepeatedCompositeFieldContainer[ReviewEntry]
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ..., family: _Optional[_Union[FamilyView, _Mapping]] = ..., possible_family: _Optional[_Union[FamilyView, _Mapping]] = ..., comparison: _Optional[_Union[ReviewComparison, _Mapping]] = ..., history: _Optional[_Iterable[_Union[ReviewEntry, _Mapping]]] = ...) -> None: ...

class ClaimReviewRequest(_message.Message):
    __slots__ = ("request_id", "context", "review_id", "minutes")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    review_id: str
    minutes: int
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., review_id: _Optional[str] = ..., minutes: _Optional[int] = ...) -> None: ...

class ClaimReviewResponse(_message.Message):
    __slots__ = ("request_id", "review")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    review: Review
    def __init__(self, request_id: _Optional[str] = ..., review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class ReleaseReviewRequest(_message.Message):
    __slots__ = ("request_id", "context", "review_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    review_id: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., review_id: _Optional[str] = ...) -> None: ...

class ReleaseReviewResponse(_message.Message):
    __slots__ = ("request_id", "review")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    review: Review
    def __init__(self, request_id: _Optional[str] = ..., review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class DecideReviewRequest(_message.Message):
    __slots__ = ("request_id", "context", "review_id", "verdict", "reason", "note", "pairs")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    review_id: str
    verdict: ReviewVerdict
    reason: ReviewReason
    note: str
    pairs: _containers.RepeatedCompositeFieldContainer[PersonPair]
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., review_id: _Optional[str] = ..., verdict: _Optional[_Union[ReviewVerdict, str]] = ..., reason: _Optional[_Union[ReviewReason, str]] = ..., note: _Optional[str] = ..., pairs: _Optional[_Iterable[_Union[PersonPair, _Mapping]]] = ...) -> None: ...

class DecideReviewResponse(_message.Message):
    __slots__ = ("request_id", "review", "consequences")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    review: Review
    consequences: Consequences
    def __init__(self, request_id: _Optional[str] = ..., review: _Optional[_Union[Review, _Mapping]] = ..., consequences: _Optional[_Union[Consequences, _Mapping]] = ...) -> None: ...

class ReopenReviewRequest(_message.Message):
    __slots__ = ("request_id", "context", "review_id", "reason", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    review_id: str
    reason: RegroupingReason
    note: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., review_id: _Optional[str] = ..., reason: _Optional[_Union[RegroupingReason, str]] = ..., note: _Optional[str] = ...) -> None: ...

class ReopenReviewResponse(_message.Message):
    __slots__ = ("request_id", "review", "consequences")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    review: Review
    consequences: Consequences
    def __init__(self, request_id: _Optional[str] = ..., review: _Optional[_Union[Review, _Mapping]] = ..., consequences: _Optional[_Union[Consequences, _Mapping]] = ...) -> None: ...

class GetFamilyRequest(_message.Message):
    __slots__ = ("context", "family_id", "include_hidden")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_HIDDEN_FIELD_NUMBER: _ClassVar[int]
    context: _routing_service_pb2.CallContext
    family_id: str
    include_hidden: bool
    def __init__(self, context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., family_id: _Optional[str] = ..., include_hidden: _Optional[bool] = ...) -> None: ...

class GetFamilyResponse(_message.Message):
    __slots__ = ("family", "reviews", "regroupings")
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    REGROUPINGS_FIELD_NUMBER: _ClassVar[int]
    family: FamilyView
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    regroupings: _containers.RepeatedCompositeFieldContainer[Regrouping]
    def __init__(self, family: _Optional[_Union[FamilyView, _Mapping]] = ..., reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ..., regroupings: _Optional[_Iterable[_Union[Regrouping, _Mapping]]] = ...) -> None: ...

class SplitFamilyRequest(_message.Message):
    __slots__ = ("request_id", "context", "family_id", "referral_ids", "person_ids", "to_family_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_IDS_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    TO_FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    family_id: str
    referral_ids: _containers.RepeatedScalarFieldContainer[str]
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    to_family_id: str
    reason: RegroupingReason
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., family_id: _Optional[str] = ..., referral_ids: _Optional[_Iterable[str]] = ..., person_ids: _Optional[_Iterable[str]] = ..., to_family_id: _Optional[str] = ..., reason: _Optional[_Union[RegroupingReason, str]] = ...) -> None: ...

class SplitFamilyResponse(_message.Message):
    __slots__ = ("request_id", "to_family_id", "consequences")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    to_family_id: str
    consequences: Consequences
    def __init__(self, request_id: _Optional[str] = ..., to_family_id: _Optional[str] = ..., consequences: _Optional[_Union[Consequences, _Mapping]] = ...) -> None: ...

class UndoMergeRequest(_message.Message):
    __slots__ = ("request_id", "context", "id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    id: str
    reason: RegroupingReason
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., id: _Optional[str] = ..., reason: _Optional[_Union[RegroupingReason, str]] = ...) -> None: ...

class UndoMergeResponse(_message.Message):
    __slots__ = ("request_id", "family_id", "from_family_id", "consequences")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    family_id: str
    from_family_id: str
    consequences: Consequences
    def __init__(self, request_id: _Optional[str] = ..., family_id: _Optional[str] = ..., from_family_id: _Optional[str] = ..., consequences: _Optional[_Union[Consequences, _Mapping]] = ...) -> None: ...

class MoveInfantRequest(_message.Message):
    __slots__ = ("request_id", "context", "family_id", "person_id", "to_family_id", "kind", "board_code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    family_id: str
    person_id: str
    to_family_id: str
    kind: InfantMoveKind
    board_code: str
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., family_id: _Optional[str] = ..., person_id: _Optional[str] = ..., to_family_id: _Optional[str] = ..., kind: _Optional[_Union[InfantMoveKind, str]] = ..., board_code: _Optional[str] = ...) -> None: ...

class MoveInfantResponse(_message.Message):
    __slots__ = ("request_id", "to_family_id", "person_id", "consequences")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    to_family_id: str
    person_id: str
    consequences: Consequences
    def __init__(self, request_id: _Optional[str] = ..., to_family_id: _Optional[str] = ..., person_id: _Optional[str] = ..., consequences: _Optional[_Union[Consequences, _Mapping]] = ...) -> None: ...

class UndoInfantMoveRequest(_message.Message):
    __slots__ = ("request_id", "context", "id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    context: _routing_service_pb2.CallContext
    id: str
    reason: RegroupingReason
    def __init__(self, request_id: _Optional[str] = ..., context: _Optional[_Union[_routing_service_pb2.CallContext, _Mapping]] = ..., id: _Optional[str] = ..., reason: _Optional[_Union[RegroupingReason, str]] = ...) -> None: ...

class UndoInfantMoveResponse(_message.Message):
    __slots__ = ("request_id", "family_id", "person_id", "consequences")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    family_id: str
    person_id: str
    consequences: Consequences
    def __init__(self, request_id: _Optional[str] = ..., family_id: _Optional[str] = ..., person_id: _Optional[str] = ..., consequences: _Optional[_Union[Consequences, _Mapping]] = ...) -> None: ...
