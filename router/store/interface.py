"""The one interface that every store keeps.

Reads and writes take batches; one request is a batch of one. The rows that cross it are plain and stand beside it:
``familyrows``, ``reviewrows`` and ``packrows``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from router.store.familyrows import (
    AnswerRow,
    AuditRow,
    DecisionFilter,
    DecisionRow,
    DeskItemRow,
    EpisodeRow,
    EventKind,
    EventRow,
    FamilyRows,
    LeadRow,
    LinkRow,
    NoticeRow,
    PersonRow,
    ReferralVersion,
    StoredAnswer,
)
from router.store.packrows import PackActRow, PackRow, ShadowCount, ShadowRow
from router.store.reviewrows import (
    HeldReview,
    JudgementRow,
    MovedLink,
    RegroupedRow,
    RegroupingRow,
    ReviewEventRow,
    ReviewFilter,
    ReviewRow,
    ReviewStateRow,
)


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
