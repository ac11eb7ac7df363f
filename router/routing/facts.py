"""What is held of each fact: one view for each child of the episode, worked out from every referral that speaks.

The newest observation counts. Two different values of the same moment are a conflict, which leaves the fact unknown. A
code without an agreed meaning is not read as anything: alone it leaves the fact unknown, and beside a plain value it
takes nothing away. Danger is the exception: while the floor holds that a danger stands, its fact says so.

A child that has died, or of which that is in doubt, has no view. What is held of its needs counts for nobody; a concern
for protection still does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from router.model.danger import SafetyKind
from router.model.facts import (
    NOT_APPLICABLE,
    About,
    FactDefinition,
    FactType,
    FactView,
    Held,
    Known,
    Missing,
    Unknown,
)
from router.model.people import CARERS, CHILDREN_OF_EPISODE, Person, Role
from router.model.referral import FactValue, Observation
from router.routing.case import Case, Child, HeldReferral
from router.routing.counting import change_in, with_counts
from router.routing.derive import Dates, derive
from router.routing.loss import End, Life, ends_of
from router.routing.safety import Finding, degree

Value = TypeVar("Value")
MOST_NUMBER = 1_000_000
LOSS = "pregnancy_loss_or_infant_death"
"""The fact that holds of every family that has lost a child of the episode."""


@dataclass(frozen=True, slots=True)
class EpisodeView:
    """The facts of one child of the episode; ``child`` is None where there is none.

    ``after_loss`` is true where no child lives, or none is known to, after one that did or after a loss that was told:
    nothing may be asked about a baby.
    """

    child: Child | None
    facts: FactView
    after_loss: bool = False


def views_of(
    case: Case,
    definitions: Mapping[str, FactDefinition],
    found: Sequence[Finding],
    ends: Mapping[int, End] | None = None,
) -> tuple[EpisodeView, ...]:
    """Return one view for each living child, or a single one where there is none.

    ``ends`` are those of ``ends_of``, where they are at hand.
    """
    ended = ends_of(case) if ends is None else ends
    speaking = case.open_referrals
    living: list[Child | None] = [child for child in case.children if child.person_id not in ended]
    views = []
    for child in living or [None]:
        facts = _facts(case, speaking, definitions, found, child, ended)
        told = facts.get(LOSS)
        loss = bool(ended) or (isinstance(told, Known) and told.value is True)
        views.append(EpisodeView(child, facts, child is None and loss))
    return tuple(views)


def speaks_of_a_baby(definition: FactDefinition) -> bool:
    """Return whether to ask for a fact, or to suppose it, is to speak of a baby or a pregnancy as living."""
    if definition.derivation:
        return definition.about is not About.PARENT
    return definition.about is About.INFANT or definition.name == LOSS


def resolve(said: Iterable[tuple[datetime, Value]]) -> tuple[Value, ...]:
    """Return the distinct values said at the newest moment; more than one is a conflict, none is silence."""
    newest: datetime | None = None
    values: list[Value] = []
    for when, value in said:
        if newest is None or when > newest:
            newest, values = when, [value]
        elif when == newest and value not in values:
            values.append(value)
    return tuple(values)


def board_of(case: Case) -> str:
    """Return the S08 code of the board that serves the family, empty when unknown or in conflict.

    Where every referral was withdrawn they still tell whose desk should look.
    """
    codes = resolve(
        (one.event.occurred_at, household.destination_board_code or household.board_code)
        for one in case.open_referrals or case.referrals
        if (household := one.event.household).board_code or household.destination_board_code
    )
    return codes[0] if len(codes) == 1 else ""


def _facts(
    case: Case,
    speaking: Sequence[HeldReferral],
    definitions: Mapping[str, FactDefinition],
    found: Sequence[Finding],
    child: Child | None,
    ended: Mapping[int, End],
) -> FactView:
    said: dict[str, list[Observation]] = {}
    for referral in speaking:
        roles = {person.ref: person.role for person in referral.event.people}
        for observation in referral.event.observations:
            definition = definitions.get(observation.fact)
            if definition is not None and _concerns(definition, observation, referral, roles, child):
                said.setdefault(observation.fact, []).append(observation)
    held: dict[str, Held] = {fact: _held(definitions[fact], given) for fact, given in said.items()}
    if child is None and ended:
        held.update(_of_nobody(definitions, ended, case.as_of))
    # the worst comes last, and so it is what stands
    for finding in sorted(found, key=degree):
        if finding.trigger.fact in definitions and _is_about(finding, child, ended):
            held[finding.trigger.fact] = Known(finding.value, finding.source_system, finding.observed_at)
    if LOSS in definitions and any(end.life is Life.LOST for end in ended.values()):
        held[LOSS] = Known(value=True, source_system="derived", observed_at=case.as_of)
    held.update(with_counts(definitions, held))
    held.update(_worked_out(definitions, said, derive(_dates(case, speaking, held, child, ended))))
    return held


def _worked_out(
    definitions: Mapping[str, FactDefinition], said: Mapping[str, Sequence[Observation]], derived: Mapping[str, Held]
) -> dict[str, Held]:
    """Return the facts that nobody states: those of dates, and the changes of numbers."""
    found: dict[str, Held] = {}
    for name, definition in definitions.items():
        if definition.change_of:
            source = definitions[definition.change_of]
            given = said.get(definition.change_of, ())
            seen = [
                (one.observed_at, int(str(one.value)), one.source_system) for one in given if _is_number(source, one)
            ]
            found[name] = change_in(seen, definition.within_days)
        elif definition.derivation:
            found[name] = derived[definition.derivation]
    return found


def _is_number(definition: FactDefinition, seen: Observation) -> bool:
    return definition.type is FactType.NUMBER and _fits(definition, seen.value)


def _concerns(
    definition: FactDefinition,
    observation: Observation,
    referral: HeldReferral,
    roles: Mapping[str, Role],
    child: Child | None,
) -> bool:
    role = roles.get(observation.subject_ref)
    if definition.derivation:
        return False
    if role is None or definition.about is About.FAMILY:
        return True
    if definition.about is About.PARENT:
        return role in CARERS
    if definition.about is About.PARTNER:
        return role is Role.PARTNER
    if role not in CHILDREN_OF_EPISODE:
        return False
    return child is None or referral.people.get(observation.subject_ref) == child.person_id


def _of_nobody(definitions: Mapping[str, FactDefinition], ended: Mapping[int, End], as_of: datetime) -> dict[str, Held]:
    """Return what is held of a baby's needs where no baby lives: they do not exist, or nobody can say."""
    nothing: Held = Unknown(Missing.CONFLICT) if _is_in_doubt(ended) else Known(NOT_APPLICABLE, "derived", as_of)
    return {
        name: nothing
        for name, definition in definitions.items()
        if definition.about is About.INFANT and not definition.derivation
    }


def _is_in_doubt(ended: Mapping[int, End]) -> bool:
    return any(end.life is Life.IN_DOUBT for end in ended.values())


def _is_about(finding: Finding, child: Child | None, ended: Mapping[int, End]) -> bool:
    """Return whether a finding is held in a view: of a child that died, only what protects those who are left."""
    if finding.subject != "infant":
        return True
    if finding.person_id in ended:
        return finding.trigger.kind is SafetyKind.SAFEGUARDING
    return child is None or finding.person_id in (0, child.person_id)


def _held(definition: FactDefinition, given: Sequence[Observation]) -> Held:
    read = [(one, one.value) for one in given if one.value is not None and _fits(definition, one.value)]
    # A code that cannot be read takes nothing away from what another message said plainly.
    values = resolve((one.observed_at, value) for one, value in read)
    if not values:
        return Unknown(Missing.UNMAPPED)
    if len(values) > 1:
        return Unknown(Missing.CONFLICT, tuple(sorted(values, key=str)))
    newest = max((one for one, _ in read), key=lambda one: (one.observed_at, one.source_system))
    return Known(values[0], newest.source_system, newest.observed_at)


def _fits(definition: FactDefinition, value: FactValue | None) -> bool:
    match definition.type:
        case FactType.YES_NO:
            return isinstance(value, bool)
        case FactType.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_NUMBER
        case FactType.DATE:
            return isinstance(value, date)
        case _:
            return value in definition.choices


def _dates(
    case: Case,
    speaking: Sequence[HeldReferral],
    held: Mapping[str, Held],
    child: Child | None,
    ended: Mapping[int, End],
) -> Dates:
    planning = held.get("planning_pregnancy")
    gestation = held.get("gestation_weeks")
    weeks = gestation.value if isinstance(gestation, Known) and isinstance(gestation.value, int) else None
    carers = [person for person_id, person in _people(speaking) if person.role in CARERS]
    born = child.role is Role.INFANT if child is not None else bool(ended)
    birth = _one(speaking, lambda p: p.birth_date, child) if child is not None else None
    if child is None:
        # a pregnancy that was lost is over: what follows counts from its end, the latest of several
        birth = max((end.day for end in ended.values()), default=None)
    return Dates(
        as_of=case.as_of,
        referred_at=_referred_at(case),
        born=born,
        birth_date=birth,
        living=child is not None or (None if _is_in_doubt(ended) else False),
        expecting=child is not None and not born,
        expected_date=_one(speaking, lambda p: p.expected_date, child) if child is not None else None,
        planning=isinstance(planning, Known) and planning.value is True,
        gestation_weeks=weeks,
        parent_birth_date=_agreed([person.birth_date for person in carers if person.birth_date is not None]),
    )


def _referred_at(case: Case) -> datetime:
    """Return the date of the newest referral: that of its first version, since later ones are the same referral."""
    first: dict[tuple[str, str], datetime] = {}
    speaking = {(one.event.source_system, one.event.source_reference) for one in case.open_referrals}
    for one in case.referrals:
        key = (one.event.source_system, one.event.source_reference)
        if key in speaking:
            first[key] = min(first.get(key, one.event.occurred_at), one.event.occurred_at)
    return max(first.values(), default=case.as_of)


def _people(speaking: Sequence[HeldReferral]) -> Iterable[tuple[int, Person]]:
    for referral in speaking:
        for person in referral.event.people:
            yield referral.people.get(person.ref, 0), person


def _one(speaking: Sequence[HeldReferral], get: Callable[[Person], Value | None], child: Child) -> Value | None:
    values = resolve(
        (referral.event.occurred_at, value)
        for referral in speaking
        for person in referral.event.people
        if referral.people.get(person.ref) == child.person_id and (value := get(person)) is not None
    )
    return values[0] if len(values) == 1 else None


def _agreed(values: Sequence[date]) -> date | None:
    return values[0] if values and len(set(values)) == 1 else None
