"""What a decision is made from: the referrals of one episode, and who stands where. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from router.model.people import Role
from router.model.referral import ReferralEvent


class ReferralState(StrEnum):
    """Whether a referral still speaks. One that does not keeps the danger it carried."""

    OPEN = "open"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HeldReferral:
    """One version of one referral, as held. ``people`` maps the event's refs to person ids.

    ``heard_at`` is when the router heard of it, which starts the clocks of its danger; None for just now.
    """

    referral_id: int
    event: ReferralEvent
    state: ReferralState
    people: Mapping[str, int]
    heard_at: datetime | None = None

    @property
    def holder(self) -> str:
        """The service that referred, or the sending system where it does not say."""
        return self.event.referrer.service or self.event.source_system


@dataclass(frozen=True, slots=True)
class Child:
    """One child of the episode, born or not. ``label`` names it within the episode: "infant-1"."""

    person_id: int
    label: str
    role: Role


@dataclass(frozen=True, slots=True)
class Proposal:
    """A service asked to lead, and by which decision."""

    service: str
    board: str
    decision_id: int


@dataclass(frozen=True, slots=True)
class Handover:
    """How the service that leads came to lead: from which service, empty where it is the first, and when."""

    giver: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands where in an episode before this decision.

    ``accepted`` leads; ``proposed`` was asked and has not answered; ``supporting`` are (service, board) already asked
    to help. ``declined`` services said no in this episode. ``handed`` is how the lead came to lead; None where that is
    not known.
    """

    accepted: Proposal | None = None
    proposed: Proposal | None = None
    at_desk: bool = False
    supporting: frozenset[tuple[str, str]] = frozenset()
    declined: frozenset[str] = frozenset()
    handed: Handover | None = None


class MatchOutcome(StrEnum):
    """What the matcher concluded, as far as routing needs to know."""

    SAME_FAMILY = "same-family"
    ASK_A_PERSON = "ask-a-person"
    NEW_FAMILY = "new-family"


@dataclass(frozen=True, slots=True)
class Case:
    """One episode as it is at ``as_of``, the arrival under decision included among ``referrals``.

    ``arrived`` is the referral id of that arrival; 0 when the decision was called for by something else, such as a
    decline. ``perhaps`` holds the referrals and holders of a family that this may be: danger is judged over both.
    """

    referrals: tuple[HeldReferral, ...]
    children: tuple[Child, ...]
    roles: Mapping[int, Role]
    as_of: datetime
    arrived: int = 0
    standing: Standing = Standing()
    match: MatchOutcome = MatchOutcome.NEW_FAMILY
    perhaps: tuple[HeldReferral, ...] = ()
    perhaps_holders: frozenset[tuple[str, str]] = frozenset()

    @property
    def open_referrals(self) -> tuple[HeldReferral, ...]:
        """The referrals that still speak, in an order that does not depend on arrival."""
        speaking = [one for one in self.referrals if one.state is ReferralState.OPEN]
        return tuple(sorted(speaking, key=_identity))


def _identity(one: HeldReferral) -> tuple[str, str, int]:
    return one.event.source_system, one.event.source_reference, one.event.source_version
