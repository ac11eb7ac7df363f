"""The rows by which people say whether two families are one, and by which events come to another family.

Like every row they are plain: times are whole microseconds since the epoch in UTC, ids are positive 63-bit integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from router.store.familyrows import LinkRow


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
