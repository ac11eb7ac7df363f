"""Other people in the place of those of a message: the same family, told of by the same systems, under other names."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from adapters.population.names import FATHERS, MOTHERS
from router.v1 import referral_pb2 as pb

_CHILDREN = frozenset({pb.PERSON_ROLE_INFANT, pb.PERSON_ROLE_UNBORN, pb.PERSON_ROLE_SIBLING})
# A birth date stays within ages that rules treat alike, so that a copy is decided like its original.
_AGES = ((16, 18), (20, 24), (26, 42))
_YEAR = 365.25
_ONSETS, _VOWELS = "bdfgklmnprstv", ("a", "ei", "o", "u", "aw")
_POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_CHI_WEIGHTS = range(10, 1, -1)
_TRIES = 1_000


class Register:
    """Gives CHI numbers that pass modulus 11, each once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: set[str] = set()

    def chi(self, born: str, *, female: bool) -> str:
        """Return a number for somebody born on ``born``, YYYY-MM-DD; empty when the day's numbers are used up."""
        year, month, day = born.split("-")
        for _ in range(_TRIES):
            sex = self._rng.randrange(0, 10, 2) + (not female)
            nine = f"{day}{month}{year[2:]}{self._rng.randrange(100):02d}{sex}"
            check = -sum(int(digit) * weight for digit, weight in zip(nine, _CHI_WEIGHTS, strict=True)) % 11
            number = f"{nine}{check}"
            if check < 10 and number not in self._given:  # noqa: PLR2004 - ten has no digit: it is not issued
                self._given.add(number)
                return number
        return ""


class OtherPeople:
    """The people of one copy of a population.

    What a value is replaced by is remembered: a family that three systems tell of is still one family, and strangers
    stay strangers.
    """

    def __init__(self, copy: int, rng: Random, today: date, register: Register) -> None:
        self._copy = copy
        self._rng = rng
        self._today = today
        self._register = register
        self._known: dict[tuple[str, str], str] = {}
        self._syllables = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(2))

    def replace(self, event: pb.ReferralEvent) -> None:
        """Put these people in the place of those of ``event``, and a reference of their own."""
        event.source_reference = f"{event.source_reference[:48]}-{self._copy}"
        home = event.household
        home.postcode = self._once("postcode", home.postcode, self._postcode)
        for place, line in enumerate(home.address_lines[:1]):
            home.address_lines[place] = self._once("address", line, self._address)
        for person in event.people:
            self._replace_person(person)

    def _replace_person(self, person: pb.Person) -> None:
        is_child = person.role in _CHILDREN
        female = person.sex != pb.SEX_MALE
        if not is_child:
            person.birth_date = self._once("born", person.birth_date, self._birth_date)
        for identifier in list(person.identifiers):
            if identifier.system == pb.IDENTIFIER_SYSTEM_CHI:
                make = functools.partial(self._chi, born=person.birth_date, female=female)
                identifier.value = self._once("chi", identifier.value, make)
            else:
                identifier.value = f"{identifier.value[:48]}-{self._copy}"
        for name in person.names:
            name.family = self._once("family", name.family, self._surname)
            if not is_child:
                name.given = self._once("given", name.given, self._mother if female else self._father)
        for place, phone in enumerate(person.phones):
            person.phones[place] = self._once("phone", phone, self._phone)
        for place, email in enumerate(person.emails):
            person.emails[place] = f"{self._copy}.{email}"
        person.postcode = self._once("postcode", person.postcode, self._postcode)

    def _once(self, kind: str, value: str, make: Callable[[str], str]) -> str:
        if not value:
            return value
        known = self._known.get((kind, value))
        if known is None:
            known = self._known[kind, value] = make(value)
        return known

    def _mother(self, _value: str) -> str:
        return self._rng.choice(MOTHERS)

    def _father(self, _value: str) -> str:
        return self._rng.choice(FATHERS)

    def _phone(self, _value: str) -> str:
        return f"07{self._rng.randrange(10**9):09d}"

    def _chi(self, _value: str, *, born: str, female: bool) -> str:
        # An identifier must hold something; one that cannot be valid is no worse than a mistyped one.
        return (self._register.chi(born, female=female) if born else "") or f"{self._rng.randrange(10**10):010d}"

    def _birth_date(self, value: str) -> str:
        born = date.fromisoformat(value)
        age = (self._today - born).days / _YEAR
        for least, most in _AGES:
            if least <= age < most:
                days = self._rng.uniform(least + 0.1, most - 0.1) * _YEAR
                return (self._today - timedelta(days=round(days))).isoformat()
        return value

    def _surname(self, value: str) -> str:
        prefix = "Mac" if value.startswith("Mac") else ""
        return prefix + (self._syllables + value.removeprefix("Mac").lower()).capitalize()

    def _address(self, value: str) -> str:
        return f"{self._rng.randrange(1, 99)} {value.partition(' ')[2] or value}"

    def _postcode(self, value: str) -> str:
        letters = self._rng.choices(_POSTCODE_LETTERS, k=2)
        return f"{value.partition(' ')[0]} {self._rng.randrange(10)}{''.join(letters)}"
