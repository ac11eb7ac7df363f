"""What a decision says, before anybody's projection of it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from router.model.referral import CodedConcept, CommunicationNeeds, SafeContact, Urgency
from router.routing.facts import EpisodeView
from router.routing.safety import Finding
from router.rules.evaluation import Circumstances, Evaluation
from router.rules.pack import MoveKind, SupportRole


class Outcome(StrEnum):
    """Who is accountable after a decision."""

    LEAD = "lead"
    LEAD_WITH_QUESTIONS = "lead_with_questions"
    DESK = "desk"


class DeskReason(StrEnum):
    """Why a desk holds a family. Documented in ``docs/desk.md``; a test holds the two together."""

    BOARD_UNKNOWN = "BOARD_UNKNOWN"
    CONSENT_REFUSED = "CONSENT_REFUSED"
    NO_SERVICE_ELIGIBLE = "NO_SERVICE_ELIGIBLE"
    ALL_REFERRALS_WITHDRAWN = "ALL_REFERRALS_WITHDRAWN"
    EVALUATORS_DISAGREE = "EVALUATORS_DISAGREE"
    ENGINE_FAILED = "ENGINE_FAILED"
    ENGINE_CRASHED = "ENGINE_CRASHED"


NOT_BY_THE_RULES = frozenset({DeskReason.EVALUATORS_DISAGREE, DeskReason.ENGINE_FAILED, DeskReason.ENGINE_CRASHED})
"""Reasons by which a desk looks because of a fault of the rules or the program, whatever the family's facts."""


class NoticeKind(StrEnum):
    """What a notice is for."""

    SAFEGUARDING = "safeguarding"
    RED_FLAG = "red_flag"
    LEAD_PROPOSED = "lead_proposed"
    SUPPORT_PROPOSED = "support_proposed"
    ALSO_REFERRED = "also_referred"
    MOVE_PROPOSED = "move_proposed"
    DESK_ITEM = "desk_item"
    REVIEW = "review"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ESCALATED = "escalated"
    STOOD_DOWN = "stood_down"
    FAMILY_CHANGED = "family_changed"


class NoticeLevel(StrEnum):
    """How much of the family's story a notice may tell."""

    EXISTENCE = "existence"
    SUMMARY = "summary"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient, in words that name nobody. ``recipient`` is "service@board" or a desk's id."""

    recipient: str
    kind: NoticeKind
    level: NoticeLevel
    urgency: Urgency | None
    text: str
    act_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Supporter:
    """A service beside the lead; ``board`` is empty for a national one."""

    service: str
    board: str
    role: SupportRole
    reason: str


@dataclass(frozen=True, slots=True)
class Question:
    """A missing fact whose answer would change the outcome, with one answer that does."""

    fact: str
    ask: str
    witness: str
    effect: str
    together_with: str = ""


@dataclass(frozen=True, slots=True)
class MoveMade:
    """How care moves from the service that leads. ``rule`` names the pack's move, or "family-moved"."""

    kind: MoveKind
    rule: str
    from_service: str
    to_service: str
    reason: str
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the family until the lead accepts; a desk where ``is_desk``."""

    name: str
    board: str = ""
    is_desk: bool = False


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A code without an agreed meaning, or the name of a fact that the pack does not know, and who sent it."""

    concept: CodedConcept
    source_system: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about one episode.

    ``lead`` and ``lead_board`` are empty when a desk holds it. ``accepted`` is true when the lead had accepted before
    and stays. ``tier`` is the tier of need: the highest among services whose criteria are met. ``duplicates`` are the
    ids of other open referrals of the episode. ``why_not`` says for each service that does not lead why not.
    """

    outcome: Outcome
    lead: str
    lead_board: str
    desk: str
    desk_reason: DeskReason | None
    accepted: bool
    board: str
    supporting: tuple[Supporter, ...]
    urgency: Urgency | None
    tier: int
    respond_by: datetime
    held_by: Holder
    move: MoveMade | None
    safety: tuple[Finding, ...]
    duplicates: tuple[int, ...]
    main_reason: str
    views: tuple[EpisodeView, ...]
    circumstances: Circumstances
    evaluation: Evaluation
    why_not: Mapping[str, str]
    questions: tuple[Question, ...]
    unmapped: tuple[Unmapped, ...]
    communication_needs: CommunicationNeeds
    safe_contact: SafeContact
    notices: tuple[Notice, ...]
