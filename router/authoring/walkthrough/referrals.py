"""What a story says, as the referrals that its services would send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from router.model.facts import About, FactDefinition
from router.routing.derive import LONDON
from router.rules.schema import StoryFile, StoryReferral
from router.v1 import referral_pb2

HOUR = time(9)
"""Every event of a story happens at nine in the morning."""

_ROLES = {
    "mother": referral_pb2.PERSON_ROLE_MOTHER,
    "main-carer": referral_pb2.PERSON_ROLE_MAIN_CARER,
    "partner": referral_pb2.PERSON_ROLE_PARTNER,
    "sibling": referral_pb2.PERSON_ROLE_SIBLING,
}
_URGENCIES = {
    "routine": referral_pb2.URGENCY_ROUTINE,
    "urgent": referral_pb2.URGENCY_URGENT,
    "emergency": referral_pb2.URGENCY_EMERGENCY,
}
_ABOUT = {
    About.PARENT: frozenset({"mother", "main-carer"}),
    About.INFANT: frozenset({"infant"}),
    About.PARTNER: frozenset({"partner"}),
}


@dataclass(slots=True)
class Said:
    """What one service has said so far: each fact with the day on which it was said."""

    versions: int = 0
    facts: dict[str, tuple[object, date]] = field(default_factory=dict)


def referral_of(
    story: StoryFile, referral: StoryReferral, said: Said, on: date, facts: Mapping[str, FactDefinition]
) -> referral_pb2.ReferralEvent:
    """Return the referral that a service sends, with all that it has ``said`` before; what is new is added to that."""
    at = datetime.combine(on, HOUR, LONDON)
    said.versions += 1
    said.facts |= {fact: (value, on) for fact, value in referral.facts.items()}
    message = referral_pb2.ReferralEvent(
        source_system=referral.by,
        source_reference=story.story[:40],
        source_version=said.versions,
        household=referral_pb2.Household(board_code=story.board, postcode="ZZ1 1ZZ"),
        requested_service=referral.asks_for or "",
    )
    message.occurred_at.FromDatetime(at)
    message.referrer.service = referral.by
    if referral.urgency is not None:
        message.urgency = _URGENCIES[referral.urgency]
    for place, (ref, person) in enumerate(story.people.items()):
        unborn = person.role == "infant" and (person.born is None or person.born > on)
        one = message.people.add(ref=ref)
        one.role = _ROLES.get(person.role) or (
            referral_pb2.PERSON_ROLE_UNBORN if unborn else referral_pb2.PERSON_ROLE_INFANT
        )
        if unborn:
            one.expected_date = (person.due or person.born or on).isoformat()
        elif person.born is not None:
            one.birth_date = person.born.isoformat()
        if not unborn:
            one.names.add(given=ref.capitalize(), family=f"Story-{story.story}"[:60])
        one.identifiers.add(system=referral_pb2.IDENTIFIER_SYSTEM_LOCAL, value=f"story-{place}", assigner=story.story)
    for fact, (value, day) in said.facts.items():
        _observe(message, story, facts[fact], fact, value, datetime.combine(day, HOUR, LONDON), referral.by)
    return message


def _observe(
    message: referral_pb2.ReferralEvent,
    story: StoryFile,
    definition: FactDefinition,
    fact: str,
    value: object,
    at: datetime,
    by: str,
) -> None:
    roles = _ABOUT.get(definition.about, frozenset())
    subject = next((ref for ref, one in story.people.items() if one.role in roles), "")
    observation = message.observations.add(fact=fact, subject_ref=subject, observed_by=by)
    observation.observed_at.FromDatetime(at)
    if isinstance(value, bool):
        observation.yes_no = value
    elif isinstance(value, int):
        observation.number = value
    elif isinstance(value, date):
        observation.date = value.isoformat()
    else:
        observation.choice = str(value)
