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

from router.store.packrows import PackActRow, PackRow, ShadowCount, ShadowRow


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


class ReviewState(StrEnum):
    """How far the question whether two families are one has come. ``SECOND_WANTED`` and ``DISPUTED`` are open still."""

    OPEN = "open"
    SECOND_WANTED = "second_wanted"
    DISPUTED = "disputed"
    SAME = "same"
    DIFFERENT = "different"
    SETTLED = "settled"


class Verdict(StrEnum):
    """What people said of two sets of events; ``TAKEN_BACK`` leaves the question open again."""

    SAME = "same"
    DIFFERENT = "different"
    TAKEN_BACK = "taken_back"


class RegroupingKind(StrEnum):
    """How events came to another family."""

    MERGE = "merge"
    UNDO = "undo"
    SPLIT = "split"
    INFANT_MOVED = "infant_moved"


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
class ReviewStateRow:
    """How a review stands now. The two families are those that hold the events today, whatever was regrouped since.

    ``rank`` is the order of pressing: 0 for an emergency, 1 urgent, 2 routine danger, 3 no danger. ``first_said`` and
    ``first_by`` tell of the first of two people who must agree. ``claimed_until`` and ``closed_at`` are moments.
    """

    review_id: int
    family_id: int
    other_family_id: int
    opened_at: int
    rank: int
    desk: str
    state: ReviewState = ReviewState.OPEN
    claimed_by: str = ""
    claimed_until: int | None = None
    first_said: str = ""
    first_by: str = ""
    closed_at: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewEventRow:
    """One thing that was done about a review. ``reason`` is coded, ``note`` a person's own words."""

    review_event_id: int
    review_id: int
    kind: str
    made_by: str
    made_at: int
    until: int | None = None
    reason: str = ""
    note: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class HeldReview:
    """A review as it was opened, and as it stands."""

    row: ReviewRow
    now: ReviewStateRow

    @property
    def families(self) -> frozenset[int]:
        """The two families as they are today."""
        return frozenset((self.now.family_id, self.now.other_family_id))


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Limits a listing of open reviews; empty means no limit. ``after`` is (rank, opened_at, review_id) of the last."""

    desk: str = ""
    after: tuple[int, int, int] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """What a person said of two sets of events: ``one`` and ``other``, each sorted.

    Of two judgements about the same pair of events the later one holds. ``review_id`` is 0 when there was no review.
    """

    judgement_id: int
    verdict: Verdict
    review_id: int
    made_by: str
    made_at: int
    one: tuple[int, ...]
    other: tuple[int, ...]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class RegroupingRow:
    """One act by which events came from one family to another.

    ``undoes`` names the regrouping that this one takes back, ``review_id`` the review that it followed; 0 for none.
    ``hidden`` is the kind of privacy that keeps it from ordinary readers, empty for none. ``before`` is a document of
    what an undo needs besides the links.
    """

    regrouping_id: int
    kind: RegroupingKind
    family_id: int
    other_family_id: int
    review_id: int
    undoes: int
    made_by: str
    made_at: int
    reason: str
    hidden: str
    before: bytes


@dataclass(frozen=True, slots=True)
class RegroupedRow:
    """One link that a regrouping made, and the one that held before; ``earlier_link_id`` is 0 for a new event's."""

    regrouping_id: int
    link_id: int
    earlier_link_id: int


@dataclass(frozen=True, slots=True)
class MovedLink:
    """A link that a regrouping made, and the one that held before, if any."""

    link: LinkRow
    earlier: LinkRow | None


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
    family; one that is there already is no conflict, nor is a pack or a shadow's row. ``acknowledged`` maps notice ids
    to (when, by whom); ``escalated`` maps notice ids to when; the first of each holds, and a later one changes nothing.
    ``review_states`` replace how their review stands; ``review_ranks`` maps review ids to how pressing each is now, and
    changes nothing else of it.
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
    review_states: list[ReviewStateRow] = field(default_factory=list)
    review_ranks: dict[int, int] = field(default_factory=dict)
    review_events: list[ReviewEventRow] = field(default_factory=list)
    judgements: list[JudgementRow] = field(default_factory=list)
    regroupings: list[RegroupingRow] = field(default_factory=list)
    regrouped: list[RegroupedRow] = field(default_factory=list)
    packs: list[PackRow] = field(default_factory=list)
    pack_acts: list[PackActRow] = field(default_factory=list)
    shadows: list[ShadowRow] = field(default_factory=list)
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

    def open_reviews(self, family_ids: Collection[int]) -> dict[int, tuple[HeldReview, ...]]:
        """Return the open reviews that each family is on either side of, in order of id; a family in none is left out.

        A family asked for is found under its own id even where the other side was asked for too.
        """

    def reviews_by_id(self, review_ids: Collection[int]) -> dict[int, HeldReview]:
        """Return reviews by id."""

    def list_reviews(self, only: ReviewFilter) -> tuple[HeldReview, ...]:
        """Return open reviews, the most pressing first, then the oldest."""

    def review_events(self, review_ids: Collection[int]) -> tuple[ReviewEventRow, ...]:
        """Return what was done about reviews, in order of writing."""

    def judgements(self, event_ids: Collection[int]) -> tuple[JudgementRow, ...]:
        """Return every judgement that names one of the events, in order of writing."""

    def regroupings(self, family_ids: Collection[int]) -> tuple[RegroupingRow, ...]:
        """Return every regrouping from or to one of the families, in order of id."""

    def regroupings_by_id(self, regrouping_ids: Collection[int]) -> dict[int, RegroupingRow]:
        """Return regroupings by id."""

    def moved_links(self, regrouping_id: int) -> tuple[MovedLink, ...]:
        """Return the links that a regrouping made, in order of event id."""

    def list_audit(self, *, after: int, limit: int) -> tuple[AuditRow, ...]:
        """Return audit rows with a sequence above ``after``, rising."""

    def events_by_id(self, event_ids: Collection[int]) -> dict[int, EventRow]:
        """Return events by id."""

    def pack(self, digest: str) -> bytes | None:
        """Return the stored rule pack of this digest, or None."""

    def pack_acts(self) -> tuple[PackActRow, ...]:
        """Return everything that was done about packs, in order of writing: few, since people do it."""

    def last_pack_act(self) -> int:
        """Return the sequence of the last such act, 0 for none: what tells cheaply whether there is a new one."""

    def shadow_counts(self, act_id: int) -> tuple[ShadowCount, ...]:
        """Return what a shadow found, the most frequent first, then by name."""

    def count_decisions(self, *, as_of_from: int, as_of_until: int) -> int:
        """Return how many decisions were made from the first moment on and before the second."""

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
