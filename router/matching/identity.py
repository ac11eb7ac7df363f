"""Whether two adults, or two siblings, are one person: what the levels of their fields amount to."""

from __future__ import annotations

from typing import NamedTuple

from router.matching.compare import Comparison, Level, compare
from router.matching.gates import Gate
from router.matching.profile import CARER_ROLES, EventPerson, FamilyPerson, People, Profile
from router.matching.weights import Weights

NAME_AGREES = frozenset({Level.EXACT, Level.VARIANT, Level.CLOSE, Level.SWAPPED})
NAME_DIFFERS = frozenset({Level.NEAR, Level.DIFFERENT})
DATE_AGREES = frozenset({Level.EXACT, Level.SWAPPED, Level.ONE_EDIT})
"""Levels that count as agreement or difference. An initial, or a first of January, is neither."""


class Carrier(NamedTuple):
    """One carer of the event beside one adult of the family, and what their fields are worth in bits."""

    ours: EventPerson
    theirs: FamilyPerson
    fields: Comparison
    terms: tuple[tuple[str, Level, float], ...]
    bits: float

    @property
    def number_agrees(self) -> bool:
        """Whether a CHI or NHS number is the same."""
        return self.fields.chi is Level.EXACT or self.fields.nhs_number is Level.EXACT

    @property
    def name_agrees(self) -> bool:
        """Whether the forename is the same, or another form of it."""
        return self.fields.forename in NAME_AGREES

    @property
    def date_agrees(self) -> bool:
        """Whether the birth date is the same, or a slip of it."""
        return self.fields.birth_date in DATE_AGREES

    @property
    def identified(self) -> bool:
        """Whether a number, or name and birth date, say that the two are one person."""
        return self.number_agrees or (self.name_agrees and self.date_agrees)

    @property
    def as_partner(self) -> bool:
        """Whether the family knows this carer as a partner only."""
        return self.theirs.role not in CARER_ROLES


def weigh_pair(ours: EventPerson, theirs: FamilyPerson, weights: Weights) -> Carrier | None:
    """Return the pair with its weights, or None when nothing could be compared."""
    fields = compare(ours.profile, theirs.profile)
    terms = [
        (name, level, weights.bits[name][level])
        for name, level in zip(Comparison._fields, fields, strict=True)
        if level is not None
    ]
    # forename and surname are the first two fields
    if fields.forename is Level.EXACT:
        terms[0] = _by_name("forename", _firsts(ours.profile) & _firsts(theirs.profile), weights)
    if fields.surname is Level.EXACT:
        place = 0 if fields.forename is None else 1
        terms[place] = _by_name("surname", ours.profile.surnames & theirs.profile.surnames, weights)
    return Carrier(ours, theirs, fields, tuple(terms), sum([term[2] for term in terms])) if terms else None


def _by_name(field: str, agreed: frozenset[str], weights: Weights) -> tuple[str, Level, float]:
    """Return the term of a name that agrees, by how common it is."""
    return field, Level.EXACT, weights.weigh(field, Level.EXACT, agreed)


def _firsts(profile: Profile) -> frozenset[str]:
    return frozenset([words[0] for words in profile.forenames])


def find_carrier(event: People[EventPerson], family: People[FamilyPerson], weights: Weights) -> Carrier | None:
    """Return the pair that carries the family: a carer of the event with the carer of the family most like them.

    A carer whom the family knows as a partner only is taken when no carer is more like them, and then only when a
    number, or name and birth date, identify them.
    """
    best: Carrier | None = None
    for ours in event.carers:
        for theirs in family.carers:
            pair = weigh_pair(ours, theirs, weights)
            if pair is not None and (best is None or pair.bits > best.bits):
                best = pair
    if best is None or not best.identified:
        for ours in event.carers:
            for theirs in family.partners:
                pair = weigh_pair(ours, theirs, weights)
                if pair is not None and pair.identified and (best is None or pair.bits > best.bits):
                    best = pair
    return best


def contrary(fields: Comparison) -> frozenset[Gate]:
    """Return the gates that say that two adults are two people, numbers of an infant left aside."""
    found: set[Gate] = set()
    if fields.chi is Level.DIFFERENT:
        found.add(Gate.DIFFERENT_CHI)
    if fields.nhs_number is Level.DIFFERENT and fields.chi is not Level.EXACT:
        found.add(Gate.DIFFERENT_NHS_NUMBER)
    if Level.EXACT in {fields.chi, fields.nhs_number}:
        differing = (fields.forename, fields.surname, fields.birth_date).count(Level.DIFFERENT)
        if differing > 1:
            found.add(Gate.CHI_CONTRADICTED)
        return frozenset(found)
    if fields.forename in NAME_DIFFERS:
        found.add(Gate.FORENAME_DIFFERS)
    if fields.birth_date is Level.DIFFERENT:
        found.add(Gate.BIRTH_DATE_DIFFERS)
    return frozenset(found)


def unproven(fields: Comparison, *, independent: bool) -> frozenset[Gate]:
    """Return the gates of two adults without any agreeing number: what would have to agree, and does not.

    ``independent`` says that something agrees which two namesakes born on one day would not share.
    """
    named, dated = fields.forename in NAME_AGREES, fields.birth_date in DATE_AGREES
    if not named and not dated:
        return frozenset({Gate.HOUSEHOLD_ONLY})
    if not named:
        return frozenset() if fields.forename in NAME_DIFFERS else frozenset({Gate.FORENAME_MISSING})
    if not dated:
        return frozenset() if fields.birth_date is Level.DIFFERENT else frozenset({Gate.BIRTH_DATE_MISSING})
    return frozenset() if independent else frozenset({Gate.NOTHING_INDEPENDENT})


def is_another_mother(carrier: Carrier, event: People[EventPerson], family: People[FamilyPerson]) -> bool:
    """Return whether a main carer carries the family while the event's mother is none of the family's mothers.

    Fostered infants of two mothers share a main carer, and are not for that one family.
    """
    mother_role, _ = CARER_ROLES
    if carrier.ours.role is mother_role:
        return False
    mothers = [person for person in family.carers if person.role is mother_role]
    return bool(mothers) and any(
        ours.role is mother_role and all(contrary(compare(ours.profile, theirs.profile)) for theirs in mothers)
        for ours in event.carers
    )


def same_person(fields: Comparison) -> bool:
    """Return whether two people within one family are one: by number, or by forename with nothing against it.

    Within a family a forename nearly identifies, but a birth date or surname must confirm it: partners change.
    """
    if contrary(fields):
        return False
    if Level.EXACT in {fields.chi, fields.nhs_number}:
        return True
    confirmed = fields.birth_date in DATE_AGREES or fields.surname not in {None, Level.DIFFERENT}
    return fields.forename in NAME_AGREES and confirmed
