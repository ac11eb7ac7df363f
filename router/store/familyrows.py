"""The rows of what came in about families, and of what was decided, said and kept about it.

Like every row they are plain: times are whole microseconds since the epoch in UTC, ids are positive 63-bit integers,
documents are bytes that the store never looks into. Source records are immutable and links append-only: the link of an
event that was written last is the one that holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What arrived.

    A registered record tells who a family is, out of a register that was loaded: it asks for nothing, so nothing is
    decided about it. What is taken back is a referral that the router itself had carried along with an infant.
    """

    REFERRAL = "referral"
    REGISTERED = "registered"
    WITHDRAWAL = "withdrawal"
    RESPONSE = "response"
    QUARANTINE = "quarantine"
    REVIEW = "review"
    REGROUPING = "regrouping"
    TAKEN_BACK = "taken_back"


class LeadState(StrEnum):
    """How far an episode's current lead has come."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The answer given to one request: kept so that the same request gets the same bytes."""

    request_id: str
    method: str
    request_digest: bytes
    answer: bytes
    created_at: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One immutable arrival.

    ``source_reference`` and ``source_version`` are unique among referrals of a system, and among its registered
    records.

    ``digest`` is the content digest by which a repeated version is recognised.
    """

    event_id: int
    kind: EventKind
    source_system: str
    source_reference: str
    source_version: int
    occurred_at: int
    received_at: int
    digest: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class LinkRow:
    """To which family and episode an event belongs; ``people`` maps the event's refs to person ids."""

    link_id: int
    event_id: int
    family_id: int
    episode_id: int
    people: Mapping[str, int]
    made_by: str
    made_at: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of a family; what is known of them lies in the events."""

    person_id: int
    family_id: int
    role: str
    created_at: int


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """One open period of need of a family."""

    episode_id: int
    family_id: int
    opened_at: int


@dataclass(frozen=True, slots=True)
class LeadRow:
    """The one lead of an episode as it stands. ``service`` is the desk's id in state DESK.

    ``standing`` is a document of who stands beside it: asked to lead, supporting, declined.
    """

    episode_id: int
    service: str
    board: str
    state: LeadState
    decision_id: int
    since: int
    standing: bytes = b""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision: the document as decided, and the basis from which it can be recomputed.

    ``state`` is one of the contract's decision states in lower case; it alone changes after the decision was made.
    """

    decision_id: int
    family_id: int
    episode_id: int
    event_id: int
    as_of: int
    outcome: str
    service: str
    board: str
    urgency: int
    state: str
    pack_digest: str
    document: bytes
    basis: bytes


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice of the outbox. ``sequence`` is given by the store when the row is written; 0 before.

    ``decision_id`` and ``family_id`` are 0 when there is none.
    """

    notice_id: int
    recipient: str
    kind: str
    level: str
    urgency: int
    decision_id: int
    family_id: int
    text: str
    created_at: int
    act_by: int | None = None
    acknowledged_at: int | None = None
    acknowledged_by: str = ""
    escalated_at: int | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class DeskItemRow:
    """One item that a desk owns. ``danger`` lists the floor's triggers, space-separated, most pressing first.

    ``event_id`` and ``family_id`` are 0 when there is none.
    """

    desk_item_id: int
    desk: str
    reason: str
    event_id: int
    family_id: int
    danger: str
    created_at: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One leaf of the audit record: canonical JSON without personal data, and its digest.

    ``sequence`` is given by the store; 0 before.
    """

    audit_id: int
    name: str
    leaf: bytes
    leaf_digest: bytes
    created_at: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class FamilyRows:
    """Everything held of one family, read in one go. ``version`` rises with every change to it.

    ``links`` holds the current link of each event of the family; ``events`` those events, both in order of event id.
    ``persons``, ``episodes`` and ``leads`` are in order of their ids.
    """

    family_id: int
    version: int
    persons: tuple[PersonRow, ...]
    episodes: tuple[EpisodeRow, ...]
    leads: tuple[LeadRow, ...]
    events: tuple[EventRow, ...]
    links: tuple[LinkRow, ...]


@dataclass(frozen=True, slots=True)
class ReferralVersion:
    """Where one version of a referral, or of a registered record, was put; both ids are 0 when it has no link."""

    event_id: int
    source_version: int
    digest: bytes
    family_id: int
    episode_id: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to a request id."""

    method: str
    request_digest: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Limits a listing of decisions; None and empty mean no limit. ``before_id`` is the page token.

    ``as_of_from`` is the first moment listed, ``as_of_until`` the first one not.
    """

    family_id: int | None = None
    service: str = ""
    board: str = ""
    as_of_from: int | None = None
    as_of_until: int | None = None
    before_id: int | None = None
    limit: int = 50
