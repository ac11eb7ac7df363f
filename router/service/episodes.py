"""Puts an arrival into an episode: one carer together with one pregnancy or birth set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from router.model.people import CHILDREN_OF_EPISODE, Person
from router.model.referral import ReferralEvent
from router.service.families import FamilyState

# A birth and the date that was expected for it lie within this of each other; two pregnancies do not.
SAME_PREGNANCY = timedelta(days=150)


def episode_for(
    event: ReferralEvent, links: Mapping[str, int], family: FamilyState, over: frozenset[int] = frozenset()
) -> int:
    """Return the episode of ``family`` that the event belongs to, or 0 for a new one.

    ``links`` maps the event's refs to persons already known. A linked child brings its episode. An unlinked one joins
    the episode whose pregnancy is its own, or one that has no child yet. An event without children is about the latest.
    ``over`` are children who were lost before: a later pregnancy is never of their episode.
    """
    own = [person for person in event.people if person.role in CHILDREN_OF_EPISODE]
    if not own:
        return family.latest_episode()
    for person in own:
        if person.ref in links:
            known = _episode_of(links[person.ref], family)
            if known:
                return known
    dates = [day for person in own if (day := _day(person)) is not None]
    for episode_id in sorted(family.opened, key=lambda one: (family.opened[one], one), reverse=True):
        children = family.children(episode_id)
        if not children:
            return episode_id
        if all(child.person_id in over for child in children):
            continue
        known_days = _days_of(episode_id, family)
        if any(abs(one - other) <= SAME_PREGNANCY for one in dates for other in known_days):
            return episode_id
    return 0


def _episode_of(person_id: int, family: FamilyState) -> int:
    for episode_id, held in family.referrals:
        if person_id in held.people.values() and any(
            child.person_id == person_id for child in family.children(episode_id)
        ):
            return episode_id
    return 0


def _days_of(episode_id: int, family: FamilyState) -> list[date]:
    return [
        day
        for place, held in family.referrals
        if place == episode_id
        for person in held.event.people
        if person.role in CHILDREN_OF_EPISODE and (day := _day(person)) is not None
    ]


def _day(person: Person) -> date | None:
    return person.birth_date or person.expected_date
