import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from router.v1 import referral_pb2 as _referral_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DecisionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DECISION_STATE_UNSPECIFIED: _ClassVar[DecisionState]
    DECISION_STATE_PROPOSED: _ClassVar[DecisionState]
    DECISION_STATE_ACCEPTED: _ClassVar[DecisionState]
    DECISION_STATE_DECLINED: _ClassVar[DecisionState]
    DECISION_STATE_SUPERSEDED: _ClassVar[DecisionState]
    DECISION_STATE_WITHDRAWN: _ClassVar[DecisionState]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_LEAD: _ClassVar[Outcome]
    OUTCOME_LEAD_WITH_QUESTIONS: _ClassVar[Outcome]
    OUTCOME_DESK: _ClassVar[Outcome]

class Truth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRUTH_UNSPECIFIED: _ClassVar[Truth]
    TRUTH_MET: _ClassVar[Truth]
    TRUTH_NOT_MET: _ClassVar[Truth]
    TRUTH_UNKNOWN: _ClassVar[Truth]
    TRUTH_WITHHELD: _ClassVar[Truth]

class SupportRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUPPORT_ROLE_UNSPECIFIED: _ClassVar[SupportRole]
    SUPPORT_ROLE_JOINT_WORK: _ClassVar[SupportRole]
    SUPPORT_ROLE_CONSULTATION: _ClassVar[SupportRole]
    SUPPORT_ROLE_INFORMED: _ClassVar[SupportRole]

class MoveKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MOVE_KIND_UNSPECIFIED: _ClassVar[MoveKind]
    MOVE_KIND_STAY: _ClassVar[MoveKind]
    MOVE_KIND_STEP_UP: _ClassVar[MoveKind]
    MOVE_KIND_STEP_DOWN: _ClassVar[MoveKind]
    MOVE_KIND_JOINT_WORK: _ClassVar[MoveKind]
    MOVE_KIND_TRANSFER: _ClassVar[MoveKind]

class MatchOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MATCH_OUTCOME_UNSPECIFIED: _ClassVar[MatchOutcome]
    MATCH_OUTCOME_SAME_FAMILY: _ClassVar[MatchOutcome]
    MATCH_OUTCOME_ASK_A_PERSON: _ClassVar[MatchOutcome]
    MATCH_OUTCOME_NEW_FAMILY: _ClassVar[MatchOutcome]

class SafetyKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SAFETY_KIND_UNSPECIFIED: _ClassVar[SafetyKind]
    SAFETY_KIND_SAFEGUARDING: _ClassVar[SafetyKind]
    SAFETY_KIND_RED_FLAG: _ClassVar[SafetyKind]
DECISION_STATE_UNSPECIFIED: DecisionState
DECISION_STATE_PROPOSED: DecisionState
DECISION_STATE_ACCEPTED: DecisionState
DECISION_STATE_DECLINED: DecisionState
DECISION_STATE_SUPERSEDED: DecisionState
DECISION_STATE_WITHDRAWN: DecisionState
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_LEAD: Outcome
OUTCOME_LEAD_WITH_QUESTIONS: Outcome
OUTCOME_DESK: Outcome
TRUTH_UNSPECIFIED: Truth
TRUTH_MET: Truth
TRUTH_NOT_MET: Truth
TRUTH_UNKNOWN: Truth
TRUTH_WITHHELD: Truth
SUPPORT_ROLE_UNSPECIFIED: SupportRole
SUPPORT_ROLE_JOINT_WORK: SupportRole
SUPPORT_ROLE_CONSULTATION: SupportRole
SUPPORT_ROLE_INFORMED: SupportRole
MOVE_KIND_UNSPECIFIED: MoveKind
MOVE_KIND_STAY: MoveKind
MOVE_KIND_STEP_UP: MoveKind
MOVE_KIND_STEP_DOWN: MoveKind
MOVE_KIND_JOINT_WORK: MoveKind
MOVE_KIND_TRANSFER: MoveKind
MATCH_OUTCOME_UNSPECIFIED: MatchOutcome
MATCH_OUTCOME_SAME_FAMILY: MatchOutcome
MATCH_OUTCOME_ASK_A_PERSON: MatchOutcome
MATCH_OUTCOME_NEW_FAMILY: MatchOutcome
SAFETY_KIND_UNSPECIFIED: SafetyKind
SAFETY_KIND_SAFEGUARDING: SafetyKind
SAFETY_KIND_RED_FLAG: SafetyKind

class ServiceName(_message.Message):
    __slots__ = ("service", "label", "board_code")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    service: str
    label: str
    board_code: str
    def __init__(self, service: _Optional[str] = ..., label: _Optional[str] = ..., board_code: _Optional[str] = ...) -> None: ...

class SupportingService(_message.Message):
    __slots__ = ("service", "role", "reason")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    service: ServiceName
    role: SupportRole
    reason: str
    def __init__(self, service: _Optional[_Union[ServiceName, _Mapping]] = ..., role: _Optional[_Union[SupportRole, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class SafetyFinding(_message.Message):
    __slots__ = ("trigger", "label", "kind", "subject", "act_by", "recipients", "source_system", "observed_at", "citation")
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    ACT_BY_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    trigger: str
    label: str
    kind: SafetyKind
    subject: str
    act_by: _timestamp_pb2.Timestamp
    recipients: _containers.RepeatedScalarFieldContainer[str]
    source_system: str
    observed_at: _timestamp_pb2.Timestamp
    citation: str
    def __init__(self, trigger: _Optional[str] = ..., label: _Optional[str] = ..., kind: _Optional[_Union[SafetyKind, str]] = ..., subject: _Optional[str] = ..., act_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recipients: _Optional[_Iterable[str]] = ..., source_system: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., citation: _Optional[str] = ...) -> None: ...

class FactUsed(_message.Message):
    __slots__ = ("fact", "label", "value", "source_system", "observed_at", "subject")
    FACT_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    fact: str
    label: str
    value: str
    source_system: str
    observed_at: _timestamp_pb2.Timestamp
    subject: str
    def __init__(self, fact: _Optional[str] = ..., label: _Optional[str] = ..., value: _Optional[str] = ..., source_system: _Optional[str] = ..., observed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., subject: _Optional[str] = ...) -> None: ...

class CriterionResult(_message.Message):
    __slots__ = ("criterion", "label", "truth", "fact", "citation", "excludes")
    CRITERION_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    EXCLUDES_FIELD_NUMBER: _ClassVar[int]
    criterion: str
    label: str
    truth: Truth
    fact: str
    citation: str
    excludes: bool
    def __init__(self, criterion: _Optional[str] = ..., label: _Optional[str] = ..., truth: _Optional[_Union[Truth, str]] = ..., fact: _Optional[str] = ..., citation: _Optional[str] = ..., excludes: _Optional[bool] = ...) -> None: ...

class CandidateExplanation(_message.Message):
    __slots__ = ("service", "eligible", "criteria", "why_not_lead", "subject")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FIELD_NUMBER: _ClassVar[int]
    WHY_NOT_LEAD_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    service: ServiceName
    eligible: Truth
    criteria: _containers.RepeatedCompositeFieldContainer[CriterionResult]
    why_not_lead: str
    subject: str
    def __init__(self, service: _Optional[_Union[ServiceName, _Mapping]] = ..., eligible: _Optional[_Union[Truth, str]] = ..., criteria: _Optional[_Iterable[_Union[CriterionResult, _Mapping]]] = ..., why_not_lead: _Optional[str] = ..., subject: _Optional[str] = ...) -> None: ...

class Question(_message.Message):
    __slots__ = ("fact", "ask", "witness", "effect", "together_with")
    FACT_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    TOGETHER_WITH_FIELD_NUMBER: _ClassVar[int]
    fact: str
    ask: str
    witness: str
    effect: str
    together_with: str
    def __init__(self, fact: _Optional[str] = ..., ask: _Optional[str] = ..., witness: _Optional[str] = ..., effect: _Optional[str] = ..., together_with: _Optional[str] = ...) -> None: ...

class WhatWouldChange(_message.Message):
    __slots__ = ("change", "result", "lead", "fact")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    change: str
    result: str
    lead: str
    fact: str
    def __init__(self, change: _Optional[str] = ..., result: _Optional[str] = ..., lead: _Optional[str] = ..., fact: _Optional[str] = ...) -> None: ...

class Move(_message.Message):
    __slots__ = ("kind", "rule", "from_service", "to_service", "reason", "conflict")
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    FROM_SERVICE_FIELD_NUMBER: _ClassVar[int]
    TO_SERVICE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    kind: MoveKind
    rule: str
    from_service: str
    to_service: str
    reason: str
    conflict: bool
    def __init__(self, kind: _Optional[_Union[MoveKind, str]] = ..., rule: _Optional[str] = ..., from_service: _Optional[str] = ..., to_service: _Optional[str] = ..., reason: _Optional[str] = ..., conflict: _Optional[bool] = ...) -> None: ...

class MatchSummary(_message.Message):
    __slots__ = ("outcome", "weight_bits", "fields", "gates", "matcher_version", "review_id", "prior_bits", "automatic_bits", "review_bits", "gates_explained", "found_by", "what_would_change")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_BITS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    MATCHER_VERSION_FIELD_NUMBER: _ClassVar[int]
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    PRIOR_BITS_FIELD_NUMBER: _ClassVar[int]
    AUTOMATIC_BITS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_BITS_FIELD_NUMBER: _ClassVar[int]
    GATES_EXPLAINED_FIELD_NUMBER: _ClassVar[int]
    FOUND_BY_FIELD_NUMBER: _ClassVar[int]
    WHAT_WOULD_CHANGE_FIELD_NUMBER: _ClassVar[int]
    outcome: MatchOutcome
    weight_bits: float
    fields: _containers.RepeatedCompositeFieldContainer[MatchField]
    gates: _containers.RepeatedScalarFieldContainer[str]
    matcher_version: str
    review_id: str
    prior_bits: float
    automatic_bits: float
    review_bits: float
    gates_explained: _containers.RepeatedCompositeFieldContainer[MatchGate]
    found_by: _containers.RepeatedCompositeFieldContainer[MatchKey]
    what_would_change: _containers.RepeatedCompositeFieldContainer[MatchChange]
    def __init__(self, outcome: _Optional[_Union[MatchOutcome, str]] = ..., weight_bits: _Optional[float] = ..., fields: _Optional[_Iterable[_Union[MatchField, _Mapping]]] = ..., gates: _Optional[_Iterable[str]] = ..., matcher_version: _Optional[str] = ..., review_id: _Optional[str] = ..., prior_bits: _Optional[float] = ..., automatic_bits: _Optional[float] = ..., review_bits: _Optional[float] = ..., gates_explained: _Optional[_Iterable[_Union[MatchGate, _Mapping]]] = ..., found_by: _Optional[_Iterable[_Union[MatchKey, _Mapping]]] = ..., what_would_change: _Optional[_Iterable[_Union[MatchChange, _Mapping]]] = ...) -> None: ...

class MatchField(_message.Message):
    __slots__ = ("field", "level", "bits", "total_bits", "label")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    BITS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BITS_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    field: str
    level: str
    bits: float
    total_bits: float
    label: str
    def __init__(self, field: _Optional[str] = ..., level: _Optional[str] = ..., bits: _Optional[float] = ..., total_bits: _Optional[float] = ..., label: _Optional[str] = ...) -> None: ...

class MatchGate(_message.Message):
    __slots__ = ("gate", "sentence")
    GATE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    gate: str
    sentence: str
    def __init__(self, gate: _Optional[str] = ..., sentence: _Optional[str] = ...) -> None: ...

class MatchKey(_message.Message):
    __slots__ = ("kind", "label")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    kind: str
    label: str
    def __init__(self, kind: _Optional[str] = ..., label: _Optional[str] = ...) -> None: ...

class MatchChange(_message.Message):
    __slots__ = ("field", "change", "outcome", "result")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    field: str
    change: str
    outcome: MatchOutcome
    result: str
    def __init__(self, field: _Optional[str] = ..., change: _Optional[str] = ..., outcome: _Optional[_Union[MatchOutcome, str]] = ..., result: _Optional[str] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ("for_parent", "for_referrer", "for_receiver")
    FOR_PARENT_FIELD_NUMBER: _ClassVar[int]
    FOR_REFERRER_FIELD_NUMBER: _ClassVar[int]
    FOR_RECEIVER_FIELD_NUMBER: _ClassVar[int]
    for_parent: str
    for_referrer: str
    for_receiver: str
    def __init__(self, for_parent: _Optional[str] = ..., for_referrer: _Optional[str] = ..., for_receiver: _Optional[str] = ...) -> None: ...

class UnmappedCode(_message.Message):
    __slots__ = ("concept", "source_system")
    CONCEPT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    concept: _referral_pb2.CodedConcept
    source_system: str
    def __init__(self, concept: _Optional[_Union[_referral_pb2.CodedConcept, _Mapping]] = ..., source_system: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("decision_id", "referral_id", "family_id", "episode_id", "as_of", "state", "outcome", "lead", "desk_reason", "desk", "supporting", "urgency", "tier", "respond_by", "held_by_meanwhile", "move", "safety", "match", "duplicate_of", "main_reason", "facts", "candidates", "questions", "what_would_change", "explanation", "unmapped", "pack_digest", "submit_now", "board_code", "communication_needs", "safe_contact")
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_ID_FIELD_NUMBER: _ClassVar[int]
    FAMILY_ID_FIELD_NUMBER: _ClassVar[int]
    EPISODE_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    DESK_REASON_FIELD_NUMBER: _ClassVar[int]
    DESK_FIELD_NUMBER: _ClassVar[int]
    SUPPORTING_FIELD_NUMBER: _ClassVar[int]
    URGENCY_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    RESPOND_BY_FIELD_NUMBER: _ClassVar[int]
    HELD_BY_MEANWHILE_FIELD_NUMBER: _ClassVar[int]
    MOVE_FIELD_NUMBER: _ClassVar[int]
    SAFETY_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_OF_FIELD_NUMBER: _ClassVar[int]
    MAIN_REASON_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    WHAT_WOULD_CHANGE_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    UNMAPPED_FIELD_NUMBER: _ClassVar[int]
    PACK_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SUBMIT_NOW_FIELD_NUMBER: _ClassVar[int]
    BOARD_CODE_FIELD_NUMBER: _ClassVar[int]
    COMMUNICATION_NEEDS_FIELD_NUMBER: _ClassVar[int]
    SAFE_CONTACT_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    referral_id: str
    family_id: str
    episode_id: str
    as_of: _timestamp_pb2.Timestamp
    state: DecisionState
    outcome: Outcome
    lead: ServiceName
    desk_reason: str
    desk: str
    supporting: _containers.RepeatedCompositeFieldContainer[SupportingService]
    urgency: _referral_pb2.Urgency
    tier: int
    respond_by: _timestamp_pb2.Timestamp
    held_by_meanwhile: ServiceName
    move: Move
    safety: _containers.RepeatedCompositeFieldContainer[SafetyFinding]
    match: MatchSummary
    duplicate_of: _containers.RepeatedScalarFieldContainer[str]
    main_reason: str
    facts: _containers.RepeatedCompositeFieldContainer[FactUsed]
    candidates: _containers.RepeatedCompositeFieldContainer[CandidateExplanation]
    questions: _containers.RepeatedCompositeFieldContainer[Question]
    what_would_change: _containers.RepeatedCompositeFieldContainer[WhatWouldChange]
    explanation: Explanation
    unmapped: _containers.RepeatedCompositeFieldContainer[UnmappedCode]
    pack_digest: str
    submit_now: str
    board_code: str
    communication_needs: _referral_pb2.CommunicationNeeds
    safe_contact: _referral_pb2.SafeContact
    def __init__(self, decision_id: _Optional[str] = ..., referral_id: _Optional[str] = ..., family_id: _Optional[str] = ..., episode_id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[DecisionState, str]] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., lead: _Optional[_Union[ServiceName, _Mapping]] = ..., desk_reason: _Optional[str] = ..., desk: _Optional[str] = ..., supporting: _Optional[_Iterable[_Union[SupportingService, _Mapping]]] = ..., urgency: _Optional[_Union[_referral_pb2.Urgency, str]] = ..., tier: _Optional[int] = ..., respond_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., held_by_meanwhile: _Optional[_Union[ServiceName, _Mapping]] = ..., move: _Optional[_Union[Move, _Mapping]] = ..., safety: _Optional[_Iterable[_Union[SafetyFinding, _Mapping]]] = ..., match: _Optional[_Union[MatchSummary, _Mapping]] = ..., duplicate_of: _Optional[_Iterable[str]] = ..., main_reason: _Optional[str] = ..., facts: _Optional[_Iterable[_Union[FactUsed, _Mapping]]] = ..., candidates: _Optional[_Iterable[_Union[CandidateExplanation, _Mapping]]] = ..., questions: _Optional[_Iterable[_Union[Question, _Mapping]]] = ..., what_would_change: _Optional[_Iterable[_Union[WhatWouldChange, _Mapping]]] = ..., explanation: _Optional[_Union[Explanation, _Mapping]] = ..., unmapped: _Optional[_Iterable[_Union[UnmappedCode, _Mapping]]] = ..., pack_digest: _Optional[str] = ..., submit_now: _Optional[str] = ..., board_code: _Optional[str] = ..., communication_needs: _Optional[_Union[_referral_pb2.CommunicationNeeds, _Mapping]] = ..., safe_contact: _Optional[_Union[_referral_pb2.SafeContact, _Mapping]] = ...) -> None: ...
