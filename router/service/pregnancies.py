"""Keeps a pregnancy apart from one that the family has lost: a child who was lost is nobody who comes after.

Without it a pregnancy without a date would be taken for the one that was lost, and treated as if it had ended.
"""

from __future__ import annotations

from datetime import datetime

from router.matching import FamilyRecord
from router.model.people import CHILDREN_OF_EPISODE
from router.model.referral import ReferralEvent
from router.routing.loss import End, ends_in, is_of_later_pregnancy
from router.service.families import FamilyState


def record_for(event: ReferralEvent, family: FamilyState, as_of: datetime) -> FamilyRecord:
    """Return a family as the matcher sees it for one event: without the lost children that the event cannot mean."""
    record = family.record()
    before = lost_before(event, family, as_of)
    if not before:
        return record
    members = tuple(one for one in record.members if one.person_id not in before)
    return FamilyRecord(record.family_id, members, record.households)


def lost_before(event: ReferralEvent, family: FamilyState, as_of: datetime) -> frozenset[int]:
    """Return the person ids of the children whose loss came before every pregnancy of which the event speaks."""
    own = [person for person in event.people if person.role in CHILDREN_OF_EPISODE]
    if not own:
        return frozenset()
    ends = ends_in((held for _, held in family.referrals), as_of)

    def came_after(end: End) -> bool:
        return all(is_of_later_pregnancy(person, end.day) for person in own)

    return frozenset(person_id for person_id, end in ends.items() if came_after(end))
