"""The safety floor: danger read from every retained observation, before and independently of everything else.

Danger is sticky. A positive observation holds until the same source denies it explicitly, later, and with somebody's
name to the denial; leaving it out denies nothing, and another source's denial is a conflict in which the worse holds
until a person resolves it. Superseded and withdrawn referrals keep the danger they carried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from router.model.danger import TRIGGERS, TRIGGERS_BY_FACT, Trigger
from router.model.people import CHILDREN_OF_EPISODE
from router.model.referral import FactValue, Observation, Urgency
from router.routing.case import HeldReferral


@dataclass(frozen=True, slots=True)
class Finding:
    """One danger that holds. ``subject`` is a role in words or "family"; ``person_id`` is 0 for the family."""

    trigger: Trigger
    subject: str
    person_id: int
    value: FactValue
    source_system: str
    observed_at: datetime
    referral_id: int
    act_by: datetime


def findings(referrals: Iterable[HeldReferral], as_of: datetime) -> tuple[Finding, ...]:
    """Return every danger that holds, most pressing first, whatever the state of the referral that carried it."""
    shown: dict[tuple[str, str, str, int], list[Finding]] = {}
    denied: dict[tuple[str, str, str, int], datetime] = {}
    for referral in referrals:
        for trigger, observation, subject, person_id in _dangers(referral):
            key = (trigger.name, observation.source_system, subject if not person_id else "", person_id)
            if trigger.shown_by(observation.value):
                shown.setdefault(key, []).append(_finding(trigger, observation, subject, person_id, referral, as_of))
            elif trigger.denied_by(observation.value) and observation.observed_by:
                denied[key] = max(denied.get(key, observation.observed_at), observation.observed_at)
    return tuple(sorted(_holding(shown, denied), key=_pressing))


def findings_in_either(
    family: Iterable[HeldReferral], perhaps: Iterable[HeldReferral], as_of: datetime
) -> tuple[Finding, ...]:
    """Return every danger that holds in either of two families that may be one: neither's denials clear the other's."""
    return tuple(sorted((*findings(family, as_of), *findings(perhaps, as_of)), key=_pressing))


def degree(finding: Finding) -> int:
    """Return how much of its danger a finding shows: a number may show more of it or less."""
    return finding.value if isinstance(finding.value, int) else 0


def urgency_of(found: Iterable[Finding]) -> Urgency | None:
    """Return the highest urgency among findings, None where there are none."""
    return max((finding.trigger.urgency for finding in found), default=None)


def _holding(
    shown: Mapping[tuple[str, str, str, int], list[Finding]], denied: Mapping[tuple[str, str, str, int], datetime]
) -> Iterator[Finding]:
    for key, positives in shown.items():
        latest_denial = denied.get(key)
        left = [one for one in positives if latest_denial is None or one.observed_at >= latest_denial]
        if left:
            # the first sight of what still holds: its date and clock must not move with later repetitions
            first = min(left, key=lambda one: (one.observed_at, one.referral_id))
            yield replace(first, value=max(left, key=degree).value, act_by=min(one.act_by for one in left))


def _dangers(referral: HeldReferral) -> Iterator[tuple[Trigger, Observation, str, int]]:
    roles = {person.ref: person.role for person in referral.event.people}
    for observation in referral.event.observations:
        trigger = TRIGGERS_BY_FACT.get(observation.fact)
        if trigger is None:
            continue
        role = roles.get(observation.subject_ref)
        person_id = referral.people.get(observation.subject_ref, 0)
        # a child is one subject before and after birth; several children are told apart by person id
        subject = "infant" if role in CHILDREN_OF_EPISODE else role.value if role else "family"
        yield trigger, observation, subject, person_id


def _finding(
    trigger: Trigger,
    observation: Observation,
    subject: str,
    person_id: int,
    referral: HeldReferral,
    as_of: datetime,
) -> Finding:
    assert observation.value is not None  # noqa: S101 - a value that shows danger is a value
    return Finding(
        trigger=trigger,
        subject=subject,
        person_id=person_id,
        value=observation.value,
        source_system=observation.source_system,
        observed_at=observation.observed_at,
        referral_id=referral.referral_id,
        act_by=(referral.heard_at or as_of) + timedelta(hours=trigger.act_within_hours),
    )


_PLACES = {trigger.name: place for place, trigger in enumerate(TRIGGERS)}


def _pressing(finding: Finding) -> tuple[int, int, str, int, str]:
    trigger = finding.trigger
    return (-trigger.urgency, _PLACES[trigger.name], finding.subject, finding.person_id, finding.source_system)
