"""How likely one known family is an event's family: the weight in bits, what it is made of, and the gates it meets."""

from __future__ import annotations

from typing import NamedTuple

from router.matching.children import ChildLinks, link_children
from router.matching.compare import Level, compare, compare_addresses, compare_postcodes
from router.matching.gates import Gate
from router.matching.identity import Carrier, contrary, find_carrier, is_another_mother, same_person, unproven
from router.matching.profile import EventPerson, FamilyPerson, FamilyRecord, People
from router.matching.weights import Weights

Term = tuple[str, Level, float]
"""Field, level, weight in bits."""

_NUMBERS = frozenset({"chi", "nhs_number"})
_INFANT_NUMBER = "infant.chi"
_APART = frozenset({
    Gate.DIFFERENT_CHI, Gate.DIFFERENT_NHS_NUMBER, Gate.FORENAME_DIFFERS, Gate.BIRTH_DATE_DIFFERS,
})  # fmt: skip


class Assessment(NamedTuple):
    """One family beside the event. ``bits`` is the posterior weight; ``gates`` do not include thresholds."""

    record: FamilyRecord
    bits: float
    terms: tuple[Term, ...]
    gates: frozenset[Gate]
    carrier: Carrier | None
    children: ChildLinks

    @property
    def family_id(self) -> int:
        """The family's id."""
        return self.record.family_id

    @property
    def by_carer(self) -> bool:
        """Whether a carer is identified: by number, or by name and birth date."""
        return self.carrier is not None and self.carrier.identified

    @property
    def by_number(self) -> bool:
        """Whether a number of a carer or an infant agrees, so that the family is never passed over in silence."""
        return (
            (self.carrier is not None and self.carrier.number_agrees)
            or self.children.number
            or self.children.number_contradicted
        )


def assess(event: People[EventPerson], record: FamilyRecord, weights: Weights) -> Assessment:
    """Return how the event stands to one family."""
    family = record.people()
    carrier = find_carrier(event, family, weights)
    children = link_children(event, family)
    evidence = _gather(event, family, carrier, children)
    terms = [(field, level, weights.bits[name][level]) for field, name, level in evidence.levels()]
    # a carer's number and an infant's bear each other out
    corroborated = any(bits > 0 for field, _, bits in terms if field != _INFANT_NUMBER or carrier is not None)
    gates = set(children.unclear)
    if carrier is None:
        if not children.number:
            gates.add(Gate.INFANT_WITHOUT_NUMBER)
        elif not corroborated:
            gates.add(Gate.CHI_ALONE)
        elif not evidence.is_of_household():
            gates.add(Gate.INFANT_ELSEWHERE)
    else:
        role = carrier.ours.role.value
        terms = [(f"{role}.{name}", level, bits) for name, level, bits in carrier.terms] + terms
        corroborated = corroborated or any(bits > 0 for name, _, bits in carrier.terms if name not in _NUMBERS)
        gates |= _carrier_gates(carrier, children, independent=evidence.is_independent(), corroborated=corroborated)
        if not carrier.number_agrees and carrier.bits < weights.another_carer_bits:
            # beyond this the carers' disagreement says no more than that the family has two
            terms.append((f"{role}.person", Level.ANOTHER, round(weights.another_carer_bits - carrier.bits, 2)))
        if is_another_mother(carrier, event, family):
            gates.add(Gate.ANOTHER_MOTHER)
    bits = round(weights.prior_bits + sum([term[2] for term in terms]), 2)
    return Assessment(record, bits, tuple(terms), frozenset(gates), carrier, children)


def _carrier_gates(carrier: Carrier, children: ChildLinks, *, independent: bool, corroborated: bool) -> set[Gate]:
    gates = set(contrary(carrier.fields))
    if carrier.number_agrees:
        if not corroborated and Gate.CHI_CONTRADICTED not in gates:
            gates.add(Gate.CHI_ALONE)
    elif children.number:
        # the infant's number stands in for the carer's: name or birth date may be a slip, not both
        if carrier.date_agrees:
            gates.discard(Gate.FORENAME_DIFFERS)
        if carrier.name_agrees:
            gates.discard(Gate.BIRTH_DATE_DIFFERS)
        if gates & _APART:
            gates.add(Gate.CARER_AND_INFANT_APART)
    else:
        gates |= unproven(carrier.fields, independent=independent)
    if carrier.as_partner and not children.undisputed:
        gates.add(Gate.CARER_KNOWN_AS_PARTNER)
    return gates


class _Evidence(NamedTuple):
    """What speaks for the family besides the carer's own fields: home, infants, partner."""

    carrier: Carrier | None
    children: ChildLinks
    postcode: Level | None
    address: Level | None
    infant_surname: Level | None
    partner: Level | None

    def levels(self) -> list[tuple[str, str, Level]]:
        """Return the explained field, the weighted field, and the level, of all that could be compared."""
        found = (
            ("household.postcode", "postcode", self.postcode),
            ("household.address", "address", self.address),
            (_INFANT_NUMBER, "infant_chi", Level.EXACT if self.children.number else None),
            ("infant.birth_date", "infant_birth_date", self.children.dates),
            ("infant.forename", "infant_forename", self.children.forename),
            ("infant.surname", "infant_surname", self.infant_surname),
            ("partner", "partner", self.partner),
        )
        return [(field, name, level) for field, name, level in found if level is not None]

    def is_of_household(self) -> bool:
        """Return whether home, surname or partner agree: an infant placed with another family keeps its number.

        It keeps its surname too, so that this counts only where the home does not differ.
        """
        if self.postcode is Level.EXACT and self.address is not Level.DIFFERENT:
            return True
        if self.address in {Level.EXACT, Level.NEAR} or self.partner in {Level.EXACT, Level.CLOSE}:
            return True
        return self.infant_surname is Level.EXACT and self.postcode is None and self.address is None

    def is_independent(self) -> bool:
        """Return whether anything agrees that a namesake born on the same day would not share by chance.

        A postcode is no such thing: it is a street, and the namesake may live in it.
        """
        own = self.carrier.fields if self.carrier else None
        return (
            self.address in {Level.EXACT, Level.NEAR}
            or self.children.undisputed
            or self.children.dates is Level.EXPECTED
            or self.partner in {Level.EXACT, Level.CLOSE}
            or (own is not None and Level.EXACT in {own.phone, own.email, own.local_id})
        )


def _gather(
    event: People[EventPerson], family: People[FamilyPerson], carrier: Carrier | None, children: ChildLinks
) -> _Evidence:
    postcode, address = _homes(event, family, carrier)
    surname = _infant_surname(event, family, carrier)
    return _Evidence(carrier, children, postcode, address, surname, _partners(event, family, carrier))


def _homes(
    event: People[EventPerson], family: People[FamilyPerson], carrier: Carrier | None
) -> tuple[Level | None, Level | None]:
    """Return the levels of postcode and address. A carer's own postcode stands for the household's."""
    own = carrier.ours.profile.postcodes if carrier else event.all_postcodes
    postcode = compare_postcodes(own or event.postcodes, family.all_postcodes)
    if postcode not in {Level.EXACT, None} or (own and own.isdisjoint(event.postcodes)):
        return postcode, None
    return postcode, compare_addresses(event.addresses, family.addresses)


def _partners(event: People[EventPerson], family: People[FamilyPerson], carrier: Carrier | None) -> Level | None:
    """Return EXACT (a number agrees), CLOSE (name and birth date do), DIFFERENT, or None."""
    levels = set()
    for ours in event.partners:
        for theirs in family.partners:
            if carrier is not None and carrier.theirs is theirs:
                continue
            fields = compare(ours.profile, theirs.profile)
            if contrary(fields):
                levels.add(Level.DIFFERENT)
            elif Level.EXACT in {fields.chi, fields.nhs_number}:
                levels.add(Level.EXACT)
            elif same_person(fields) and fields.birth_date is Level.EXACT:
                levels.add(Level.CLOSE)
    return next((level for level in (Level.EXACT, Level.CLOSE, Level.DIFFERENT) if level in levels), None)


def _infant_surname(event: People[EventPerson], family: People[FamilyPerson], carrier: Carrier | None) -> Level | None:
    """Return EXACT, DIFFERENT or None; None too where a carer's surname was compared, which is the same evidence.

    Where one side tells of no carer, the surnames of all whom the other tells of count.
    """
    if (carrier is not None and carrier.fields.surname is not None) or not family.surnames:
        return None
    ours = event.children if family.carers else event.children + event.carers + event.partners
    surnames = frozenset[str]().union(*(person.profile.parts for person in ours))
    if not surnames:
        return None
    return Level.DIFFERENT if surnames.isdisjoint(family.surnames) else Level.EXACT
