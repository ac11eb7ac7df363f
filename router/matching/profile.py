"""What all source records of one person say together, normalised: every field is a set.

A woman who married and moved has two surnames and two postcodes, and either may be the one that an event states.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from router.matching import contacts
from router.matching.normalise import Forename, forename, surname
from router.model import chi
from router.model.people import CHILDREN_OF_EPISODE, Household, IdentifierSystem, Person, Role, Sex

_REMEMBERED = 1 << 15
"""How many people's profiles are remembered; one takes about two kilobytes."""

_NHS_DIGITS = 10

CARER_ROLES = (Role.MOTHER, Role.MAIN_CARER)
"""Those whose identity carries a family, in the order in which they are looked at."""

_T = TypeVar("_T")
_Text = TypeVar("_Text", str, Forename)
_P = TypeVar("_P", "EventPerson", "FamilyPerson")


@dataclass(frozen=True, slots=True)
class Profile:
    """One person, normalised, over all their source records. Empty sets are unknown.

    ``forenames`` holds word tuples, placeholders left out. ``surnames`` are current ones as single words; ``parts``
    are those, former ones, and the parts of all of them. ``chi`` and ``nhs`` are ten digits, ``local`` pairs assigner
    and value. ``multiplicity`` is the largest stated or implied, 0 unknown. ``infant`` says whether any record is of a
    born child.
    """

    forenames: frozenset[Forename] = frozenset()
    surnames: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    birth_dates: frozenset[date] = frozenset()
    expected_dates: frozenset[date] = frozenset()
    chi: frozenset[str] = frozenset()
    nhs: frozenset[str] = frozenset()
    local: frozenset[tuple[str, str]] = frozenset()
    sexes: frozenset[Sex] = frozenset()
    birth_orders: frozenset[int] = frozenset()
    multiplicity: int = 0
    postcodes: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    infant: bool = False

    def says_who(self) -> bool:
        """Return whether anything here could tell this person from another."""
        return bool(
            self.forenames or self.parts or self.birth_dates or self.chi or self.nhs or self.local
            or self.phones or self.emails
        )  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def profile_of(records: tuple[Person, ...]) -> Profile:
    """Return the profile over all of a person's source records."""
    names = [name for person in records for name in person.names]
    spelt = [(surname(name.family), name.former) for name in names if name.family]
    numbers = [number for person in records for number in person.identifiers]
    return Profile(
        forenames=_full(forename(name.given) for name in names if name.given),
        surnames=frozenset(words[0] for words, former in spelt if words and not former),
        parts=frozenset(word for words, _ in spelt for word in words),
        birth_dates=_known(person.birth_date for person in records),
        expected_dates=_known(person.expected_date for person in records),
        chi=_full(chi.normalise(number.value) for number in numbers if number.system is IdentifierSystem.CHI),
        nhs=_full(_nhs_number(number.value) for number in numbers if number.system is IdentifierSystem.NHS_NUMBER),
        local=frozenset(
            (number.assigner.strip().casefold(), number.value.strip().casefold())
            for number in numbers
            # a local number is a name only together with who gave it
            if number.system is IdentifierSystem.LOCAL and number.value.strip() and number.assigner.strip()
        ),
        sexes=frozenset(person.sex for person in records if person.sex in {Sex.FEMALE, Sex.MALE}),
        birth_orders=_known(person.birth_order for person in records),
        # the second in birth order is one of at least two
        multiplicity=max((max(person.multiplicity or 0, person.birth_order or 0) for person in records), default=0),
        postcodes=_full(contacts.postcode(person.postcode) for person in records if person.postcode),
        phones=_full(contacts.phone(phone) for person in records for phone in person.phones),
        emails=_full(contacts.email(email) for person in records for email in person.emails),
        infant=any(person.role is Role.INFANT or person.birth_date is not None for person in records),
    )


def _known(values: Iterable[_T | None]) -> frozenset[_T]:
    return frozenset(value for value in values if value is not None)


def _full(values: Iterable[_Text]) -> frozenset[_Text]:
    return frozenset(value for value in values if value)


def _nhs_number(value: str) -> str:
    """Return the ten digits of an NHS number that passes modulus 11, else nothing: unlike a CHI, it always does."""
    digits = [int(ch) for ch in value if ch.isdigit()]
    if len(digits) != _NHS_DIGITS or len(set(digits)) == 1:
        return ""
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(_NHS_DIGITS, 1, -1), strict=False)) % 11
    return "".join(map(str, digits)) if check % 11 == digits[-1] else ""


class EventPerson(NamedTuple):
    """One person of an event."""

    ref: str
    role: Role
    profile: Profile


class FamilyPerson(NamedTuple):
    """One person of a known family."""

    person_id: int
    role: Role
    profile: Profile


@dataclass(frozen=True, slots=True)
class People(Generic[_P]):
    """The people of an event or a family by what they are to it, and the homes they share, normalised.

    ``postcodes`` are the households'; ``all_postcodes`` also those that a person has for themselves. ``surnames`` are
    everybody's, parts and former ones included.
    """

    carers: tuple[_P, ...]
    partners: tuple[_P, ...]
    children: tuple[_P, ...]
    siblings: tuple[_P, ...]
    postcodes: frozenset[str]
    all_postcodes: frozenset[str]
    addresses: frozenset[tuple[str, ...]]
    surnames: frozenset[str]

    def everybody(self) -> tuple[_P, ...]:
        """Return all people: carers, partners, children, siblings."""
        return self.carers + self.partners + self.children + self.siblings


def event_people(people: Sequence[Person], household: Household) -> People[EventPerson]:
    """Return an event's people, in order of their refs, so that nothing depends on the order they came in."""
    return _event_people(tuple(people), household)


# a batch asks for the keys of all its events, then resolves each
@lru_cache(maxsize=1 << 9)
def _event_people(people: tuple[Person, ...], household: Household) -> People[EventPerson]:
    persons = [EventPerson(person.ref, person.role, profile_of((person,))) for person in people]
    return _arrange(sorted(persons, key=itemgetter(0)), (household,))


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a family with every source record that was linked to them."""

    person_id: int
    role: Role
    records: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class FamilyRecord:
    """One known family: its members, and the households of its source records.

    Keep the object while the family is unchanged: it remembers its own normalised form.
    """

    family_id: int
    members: tuple[Member, ...]
    households: tuple[Household, ...] = ()
    _people: People[FamilyPerson] | None = field(default=None, init=False, repr=False, compare=False)

    def people(self) -> People[FamilyPerson]:
        """Return the family's people, in order of person id, worked out once."""
        if self._people is None:
            persons = [FamilyPerson(one.person_id, one.role, profile_of(one.records)) for one in self.members]
            arranged = _arrange(sorted(persons, key=itemgetter(0)), self.households)
            object.__setattr__(self, "_people", arranged)
            return arranged
        return self._people


def _arrange(persons: Sequence[_P], households: Sequence[Household]) -> People[_P]:
    carers = tuple(person for role in CARER_ROLES for person in persons if person.role is role)
    partners = tuple(person for person in persons if person.role is Role.PARTNER)
    grown = frozenset(number for adult in carers + partners for number in adult.profile.chi)
    postcodes = _full(contacts.postcode(home.postcode) for home in households if home.postcode)
    return People(
        carers=carers,
        partners=partners,
        children=tuple(_without(person, grown) for person in persons if person.role in CHILDREN_OF_EPISODE),
        siblings=tuple(_without(person, grown) for person in persons if person.role is Role.SIBLING),
        postcodes=postcodes,
        all_postcodes=postcodes.union(*(person.profile.postcodes for person in persons)),
        addresses=_full(contacts.address(home.address_lines) for home in households if home.address_lines),
        surnames=frozenset().union(*(person.profile.parts for person in persons)),
    )


def _without(person: _P, numbers: frozenset[str]) -> _P:
    """Take a parent's CHI number off a child: it is a slip of the form, and would make two babies one."""
    if person.profile.chi.isdisjoint(numbers):
        return person
    return person._replace(profile=replace(person.profile, chi=person.profile.chi - numbers))
