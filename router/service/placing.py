"""Puts an arrival where it belongs: family, episode, and each person of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from router.matching import MatchOutcome, MatchResult
from router.model.referral import ReferralEvent
from router.routing.case import HeldReferral
from router.service.decode import from_micros
from router.service.episodes import episode_for
from router.service.families import FamilyState, source_of
from router.service.pregnancies import lost_before
from router.service.workspace import Workspace
from router.store.familyrows import EpisodeRow, LinkRow, PersonRow
from router.store.ids import IdSource


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an arrival goes, and the rows that this needs. ``family`` holds the arrival already."""

    family: FamilyState
    is_new_family: bool
    episode_id: int
    held: HeldReferral
    persons: tuple[PersonRow, ...]
    episodes: tuple[EpisodeRow, ...]
    link: LinkRow


def place(
    event: ReferralEvent,
    held: HeldReferral,
    match: MatchResult,
    space: Workspace,
    ids: IdSource,
    *,
    known_episode: int,
    at: int,
) -> Placement:
    """Place an event by what the matcher concluded; ``known_episode`` is that of an earlier version, or 0.

    The family given back is a copy: nothing that the batch holds changes until the decision is made.
    """
    if match.outcome is MatchOutcome.SAME_FAMILY and match.family_id is not None:
        family, is_new = space.family(match.family_id).copy(), False
        links: Mapping[str, int] = match.links
    else:
        family, is_new, links = FamilyState(ids.new(), 0), True, {}
    persons = []
    people = dict(links)
    gone = _gone(event, family)
    for person in event.people:
        if person.ref in gone:
            people.pop(person.ref, None)
        elif person.ref not in people:
            people[person.ref] = ids.new()
            persons.append(PersonRow(people[person.ref], family.family_id, person.role.value, at))
            family.roles[people[person.ref]] = person.role
    if not known_episode and not is_new:
        over = lost_before(event, family, from_micros(at))
        known_episode = episode_for(event, links, family, over)
    episode_id = known_episode
    episodes: tuple[EpisodeRow, ...] = ()
    if not episode_id:
        episode_id = ids.new()
        family.opened[episode_id] = at
        episodes = (EpisodeRow(episode_id, family.family_id, at),)
    placed = replace(held, people=people)
    family.referrals.append((episode_id, placed))
    link = LinkRow(ids.new(), held.referral_id, family.family_id, episode_id, people, "matcher", at)
    return Placement(family, is_new, episode_id, placed, tuple(persons), episodes, link)


def _gone(event: ReferralEvent, family: FamilyState) -> frozenset[str]:
    """Return the refs of infants who were moved to another family: a new version does not bring them back."""
    return frozenset(
        person.ref
        for _, held in family.referrals
        if source_of(held.event) == source_of(event)
        for person in held.event.people
        if person.ref not in held.people
    )
