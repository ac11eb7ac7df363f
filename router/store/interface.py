"""The one interface that every store keeps, and the rows that cross it.

Reads and writes take batches; one request is a batch of one. Rows are plain: times are whole microseconds since the
epoch in UTC, ids are positive 63-bit integers, documents are bytes that the store never looks into. Source records are
immutable and links append-only: the link of an event that was written last is the one that holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class EventKind(StrEnum):
    """What arrived.

    A registered record tells who a family is, out of a register that was loaded: it asks for nothing, so nothing is
    decided about it.
    """

    REFERRAL = "referral"
    REGISTERED = "registered"
    WITHDRAWAL = "withdrawal"
    RESPONSE = "response"
    QUARANTINE = "quarantine"


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
class ReviewRow:
    """A question to a person: whether two families are one."""

    review_id: int
    event_id: int
    family_id: int
    possible_family_id: int
    gates: str
    opened_at: int


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


@dataclass(slots=True)
class Change:
    """All rows of one request. They are written together or not at all.

    ``leads`` replace the episode's current lead. ``decision_states`` maps decision ids to their new state.
    ``touched`` names families whose version rises, new families included. ``keys`` pairs a blocking key's hash with a
    family; one that is there already is no conflict. ``acknowledged`` maps notice ids to (when, by whom); ``escalated``
    maps notice ids to when; the first of each holds, and a later one changes nothing.
    """

    answer: AnswerRow | None = None
    new_families: list[int] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    persons: list[PersonRow] = field(default_factory=list)
    episodes: list[EpisodeRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)
    keys: set[tuple[int, int]] = field(default_factory=set)
    leads: list[LeadRow] = field(default_factory=list)
    decisions: list[DecisionRow] = field(default_factory=list)
    decision_states: dict[int, str] = field(default_factory=dict)
    notices: list[NoticeRow] = field(default_factory=list)
    acknowledged: dict[int, tuple[int, str]] = field(default_factory=dict)
    escalated: dict[int, int] = field(default_factory=dict)
    desk_items: list[DeskItemRow] = field(default_factory=list)
    reviews: list[ReviewRow] = field(default_factory=list)
    audit: list[AuditRow] = field(default_factory=list)


class StoreError(Exception):
    """The store cannot do what was asked. The message says what, where and what to do."""


class WrongKeyError(StoreError):
    """The store was made with another key than this. Nothing was touched."""


class SchemaError(StoreError):
    """The store's schema is not the one that this program needs."""


class StoreBusyError(StoreError):
    """The store could not do it now: it gave way to another writer, or cannot be reached. Another try may succeed.

    Where a transaction was to commit, it is not known whether it did: whoever tries again first reads what is there.
    ``too_much`` says that less at once may succeed.
    """

    def __init__(self, message: str, *, too_much: bool = False) -> None:
        super().__init__(message)
        self.too_much = too_much


class ChangeConflict(Exception):  # noqa: N818 - not a fault: the caller decides again
    """A row that must be unique exists already; ``what`` names the table. The change was not applied.

    Of several tables the first in the order of the references between them is named, ``answer`` before all. A change
    that shares a family with an earlier change of the same call that conflicted is refused too, with ``family``: it
    was decided in the belief that the earlier one's rows would be there.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Reader(Protocol):
    """Reads one consistent snapshot. Every method takes and answers in batches."""

    def answers(self, request_ids: Collection[str]) -> dict[str, StoredAnswer]:
        """Return the answers already given, by request id."""

    def families_of_keys(self, keys: Collection[int], *, most: int = 64) -> dict[int, tuple[int, ...]]:
        """Return the families of each blocking key; a key with more than ``most`` families is left out."""

    def families(self, family_ids: Collection[int]) -> dict[int, FamilyRows]:
        """Return everything held of the families, by id; an unknown id is left out."""

    def family_versions(self, family_ids: Collection[int]) -> dict[int, int]:
        """Return the current version of the families, by id."""

    def referral_versions(
        self, references: Collection[tuple[str, str]], *, kind: EventKind = EventKind.REFERRAL
    ) -> dict[tuple[str, str], tuple[ReferralVersion, ...]]:
        """Return every version of the referrals named by (source system, source reference), lowest first.

        With kind REGISTERED, of the registered records so named. Versions of other kinds are not told apart.
        """

    def decisions_by_id(self, decision_ids: Collection[int]) -> dict[int, DecisionRow]:
        """Return decisions by id."""

    def list_decisions(self, only: DecisionFilter) -> tuple[DecisionRow, ...]:
        """Return decisions, newest first (by decision id, falling)."""

    def notices_by_id(self, notice_ids: Collection[int]) -> dict[int, NoticeRow]:
        """Return notices by id."""

    def list_notices(self, recipient: str, *, after: int, limit: int) -> tuple[NoticeRow, ...]:
        """Return the recipient's notices with a sequence above ``after``, rising."""

    def overdue_notices(self, now: int, *, limit: int) -> tuple[NoticeRow, ...]:
        """Return notices whose ``act_by`` is ``now`` or before, neither acknowledged nor escalated, oldest first."""

    def list_desk_items(self, desk: str, *, limit: int) -> tuple[DeskItemRow, ...]:
        """Return a desk's items, those with danger first, then oldest first."""

    def list_audit(self, *, after: int, limit: int) -> tuple[AuditRow, ...]:
        """Return audit rows with a sequence above ``after``, rising."""

    def events_by_id(self, event_ids: Collection[int]) -> dict[int, EventRow]:
        """Return events by id."""

    def pack(self, digest: str) -> bytes | None:
        """Return the stored rule pack of this digest, or None."""

    def suspects(self) -> dict[bytes, int]:
        """Return every suspect with the deaths counted: few, since each has cost processes their lives."""

    def counts(self) -> dict[str, int]:
        """Return how many rows each table of the record holds, by table name."""


class Transaction(Reader, Protocol):
    """One write transaction.

    What it reads is the newest state. Families that it read, and decisions with their families, nobody else changes
    until it ends; what else it reads stays true as far as all who write that hold the same ``lock_keys``.
    """

    def unchanged_since(self, mark: int) -> bool:
        """Return whether nobody else has committed since ``Store.mark`` gave ``mark`` on this connection.

        May answer False too often, never True too often.
        """

    def apply(self, changes: Sequence[Change]) -> list[ChangeConflict | None]:
        """Write the changes, each all or nothing, and say for each whether it conflicted.

        Anything but a conflict, such as a reference to a row that is not there, raises ``StoreError`` and leaves
        nothing of the whole call.
        """

    def keep_pack(self, digest: str, content: bytes, now: int) -> None:
        """Keep a rule pack under its digest, if it is not kept yet."""

    def count_death(self, digest: bytes, died: str, now: int) -> int:
        """Count the death of the process named ``died`` against a suspect, and return how many were counted.

        Returns 0, and changes nothing, when that process was counted last. Whoever counts holds the same lock key.
        """


class Store(Protocol):
    """A place for the record. Safe to share among threads; a block's reader or transaction is one thread's.

    ``most_locks`` is how many lock keys one transaction may take and leave room for the others'; None for any number.
    """

    most_locks: int | None

    def mark(self) -> int:
        """Return a mark of what has been committed so far, for ``Transaction.unchanged_since``.

        Taken before a snapshot is opened, it vouches for what that snapshot shows.
        """

    def read(self, *, to_write: bool = False) -> AbstractContextManager[Reader]:
        """Open a snapshot to read from.

        ``to_write`` says that this thread is about to write what it decides from the snapshot: the store may then read
        where its cache is warm, and let this process's other writers wait until the block ends. Such a block, and
        ``mark``, must not be opened inside a transaction of the same thread.
        """

    def transaction(self, lock_keys: Collection[int] = ()) -> AbstractContextManager[Transaction]:
        """Open a write transaction that commits when the block ends well, holding locks on ``lock_keys``.

        A lock key is any 63-bit integer, positive or negative; -1 to -9 are the store's own. The locks are taken
        before anything is read, in rising order whatever order they are given in.
        """

    def claim_process_number(self) -> int:
        """Return a number that no other process of this store was given, 0 to 4095, wrapping round."""

    def close(self) -> None:
        """Close every connection."""
