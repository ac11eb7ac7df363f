"""A family as it is held: read from its rows, changed by what a batch decides, and shown to matching and routing."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson

from router.matching import FamilyRecord, Member
from router.model.people import CHILDREN_OF_EPISODE, Household, Person, Role
from router.model.referral import ReferralEvent
from router.routing.case import Child, Handover, HeldReferral, Proposal, ReferralState, Standing
from router.service.decode import event_of, from_micros, micros
from router.store.familyrows import EventKind, EventRow, FamilyRows, LeadRow, LeadState
from router.v1 import referral_pb2

MOST_REMEMBERED = 20_000


class EventMemory:
    """Decoded events by id: events are immutable, so a decoded one never goes stale."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, ReferralEvent] = OrderedDict()

    def event(self, row: EventRow) -> ReferralEvent:
        """Return the event of a row."""
        known = self._known.get(row.event_id)
        if known is None:
            known = event_of(referral_pb2.ReferralEvent.FromString(row.payload))
            self.keep(row.event_id, known)
        return known

    def keep(self, event_id: int, event: ReferralEvent) -> None:
        """Remember an event that was decoded already."""
        self._known[event_id] = event
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)


#: The kinds of events that say who a family is.
TELLING = (EventKind.REFERRAL, EventKind.REGISTERED)


def telling(events: Iterable[EventRow]) -> list[EventRow]:
    """Return the events of a family that say who it is, without what the router carried there and took back."""
    rows = tuple(events)
    back = {(row.source_system, row.source_reference) for row in rows if row.kind is EventKind.TAKEN_BACK}
    return [row for row in rows if row.kind in TELLING and (row.source_system, row.source_reference) not in back]


@dataclass(frozen=True, slots=True)
class RegisteredRecord:
    """What a register says of who a family is. ``people`` maps the record's refs to person ids."""

    event: ReferralEvent
    people: Mapping[str, int]


@dataclass(slots=True)
class FamilyState:
    """One family, with what this batch has added to it. ``referrals`` and ``withdrawn`` are by episode and source.

    ``registered`` tells the matcher who the family is, and routing nothing: nobody has referred by it.
    """

    family_id: int
    version: int
    roles: dict[int, Role] = field(default_factory=dict)
    referrals: list[tuple[int, HeldReferral]] = field(default_factory=list)
    withdrawn: dict[tuple[str, str], int] = field(default_factory=dict)
    opened: dict[int, int] = field(default_factory=dict)
    leads: dict[int, LeadRow] = field(default_factory=dict)
    registered: list[RegisteredRecord] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing tells who it is: the family was merged into another, or all of it was moved."""
        return not (self.referrals or self.registered)

    def copy(self) -> FamilyState:
        """Return a copy that can be added to; what it holds is immutable and shared."""
        return FamilyState(
            self.family_id,
            self.version,
            dict(self.roles),
            list(self.referrals),
            dict(self.withdrawn),
            dict(self.opened),
            dict(self.leads),
            list(self.registered),
        )

    def record(self) -> FamilyRecord:
        """Return the family as the matcher sees it: each person with every record of it."""
        roles = tuple(self.roles.items())
        records: dict[int, list[Person]] = {person_id: [] for person_id in self.roles}
        households: dict[Household, None] = {}
        sources: list[HeldReferral | RegisteredRecord] = [held for _, held in self.referrals]
        for source in chain(sources, self.registered):
            households.setdefault(source.event.household)
            for person in source.event.people:
                person_id = source.people.get(person.ref)
                if person_id is not None:
                    records.setdefault(person_id, []).append(person)
        return FamilyRecord(
            self.family_id,
            tuple(
                Member(one, _role_now(role, records[one]), tuple(dict.fromkeys(records[one]))) for one, role in roles
            ),
            tuple(households),
        )

    def held(self, episode_id: int) -> tuple[HeldReferral, ...]:
        """Return the referrals of an episode with the state that each is in."""
        newest: dict[tuple[str, str], int] = {}
        for place, one in self.referrals:
            key = source_of(one.event)
            if place == episode_id:
                newest[key] = max(newest.get(key, 0), one.event.source_version)
        return tuple(
            dataclasses.replace(one, state=self._state(one, newest))
            for place, one in self.referrals
            if place == episode_id
        )

    def children(self, episode_id: int) -> tuple[Child, ...]:
        """Return the children of an episode, in order of birth order, then of when they became known."""
        seen: dict[int, tuple[int, int]] = {}
        born: set[int] = set()
        for place, one in self.referrals:
            if place != episode_id:
                continue
            for person in one.event.people:
                person_id = one.people.get(person.ref)
                if person.role in CHILDREN_OF_EPISODE and person_id is not None:
                    order = person.birth_order or 99
                    seen[person_id] = min(seen.get(person_id, (order, person_id)), (order, person_id))
                    if person.role is Role.INFANT:
                        born.add(person_id)
        ordered = sorted(seen, key=lambda person_id: seen[person_id])
        return tuple(
            Child(person_id, f"infant-{number}", Role.INFANT if person_id in born else Role.UNBORN)
            for number, person_id in enumerate(ordered, start=1)
        )

    def standing(self, episode_id: int) -> Standing:
        """Return who stands where in an episode."""
        return standing_of(self.leads.get(episode_id))

    def holders(self, episode_id: int) -> frozenset[tuple[str, str]]:
        """Return the services that lead or are asked to lead in an episode."""
        standing = self.standing(episode_id)
        return frozenset((one.service, one.board) for one in (standing.accepted, standing.proposed) if one is not None)

    def latest_episode(self) -> int:
        """Return the episode opened last; 0 where there is none."""
        return max(self.opened, key=lambda one: (self.opened[one], one), default=0)

    def _state(self, one: HeldReferral, newest: Mapping[tuple[str, str], int]) -> ReferralState:
        key = source_of(one.event)
        if one.event.source_version <= self.withdrawn.get(key, 0):
            return ReferralState.WITHDRAWN
        return ReferralState.OPEN if one.event.source_version == newest[key] else ReferralState.SUPERSEDED


def _role_now(role: Role, records: Iterable[Person]) -> Role:
    # a person is written down once, and an unborn child is born later
    return Role.INFANT if role is Role.UNBORN and any(one.role is Role.INFANT for one in records) else role


def family_state(rows: FamilyRows, memory: EventMemory) -> FamilyState:
    """Return a family as its rows say. People and episodes whose every event was moved away are no longer of it."""
    links = {link.event_id: link for link in rows.links}
    told = telling(rows.events)
    named = {person_id for link in rows.links for person_id in link.people.values()}
    alive = {links[row.event_id].episode_id for row in told}
    state = FamilyState(
        family_id=rows.family_id,
        version=rows.version,
        roles={one.person_id: Role(one.role) for one in rows.persons if one.person_id in named},
        opened={one.episode_id: one.opened_at for one in rows.episodes if one.episode_id in alive},
        leads={one.episode_id: one for one in rows.leads if one.episode_id in alive},
    )
    for row in told:
        link = links[row.event_id]
        if row.kind is EventKind.REFERRAL:
            held = HeldReferral(
                row.event_id, memory.event(row), ReferralState.OPEN, link.people, from_micros(row.received_at)
            )
            state.referrals.append((link.episode_id, held))
        else:
            state.registered.append(RegisteredRecord(memory.event(row), link.people))
    for row in rows.events:
        if row.kind is EventKind.WITHDRAWAL:
            key = (row.source_system, row.source_reference)
            state.withdrawn[key] = max(state.withdrawn.get(key, 0), row.source_version)
    return state


def source_of(event: ReferralEvent) -> tuple[str, str]:
    """Return what names a referral at its source, whatever its version."""
    return event.source_system, event.source_reference


def standing_of(row: LeadRow | None) -> Standing:
    """Return who stands where, as the lead's row says."""
    if row is None:
        return Standing()
    more = orjson.loads(row.standing or b"{}")
    holder = Proposal(row.service, row.board, row.decision_id)
    proposed = Proposal(*more["proposed"]) if more.get("proposed") else None
    return Standing(
        accepted=holder if row.state is LeadState.ACCEPTED else None,
        proposed=holder if row.state is LeadState.PROPOSED else proposed,
        at_desk=row.state is LeadState.DESK,
        supporting=frozenset((service, board) for service, board in more.get("supporting", ())),
        declined=frozenset(more.get("declined", ())),
        handed=handed_of(more.get("handed")),
    )


def handed_of(kept: list[Any] | None) -> Handover | None:
    """Return how the lead came to lead, as a document keeps it; older ones keep nothing."""
    return Handover(kept[0], from_micros(kept[1])) if kept else None


def handed_document(handed: Handover | None) -> list[object] | None:
    """Return how a document keeps how the lead came to lead."""
    return [handed.giver, micros(handed.at)] if handed else None


def latest_decision(row: LeadRow | None) -> int:
    """Return the id of an episode's newest decision; 0 where there is none."""
    if row is None:
        return 0
    return int(orjson.loads(row.standing or b"{}").get("latest", row.decision_id))


def standing_bytes(
    *,
    proposed: Proposal | None,
    supporting: Iterable[tuple[str, str]],
    declined: Iterable[str],
    latest: int,
    handed: Handover | None,
) -> bytes:
    """Return what the lead's row keeps beside the lead itself."""
    return orjson.dumps(
        {
            "proposed": [proposed.service, proposed.board, proposed.decision_id] if proposed else None,
            "supporting": sorted(supporting),
            "declined": sorted(declined),
            "latest": latest,
            "handed": handed_document(handed),
        }
    )
