"""Founds families, and those that are easy to take for them: sisters, namesakes, neighbours in a refuge, and others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from router.linkage.homes import neighbour, new_home
from router.linkage.names import Names
from router.linkage.rates import Kind, Origin, Rates
from router.linkage.register import Register
from router.linkage.truth import Adult, Baby, TrueFamily
from router.model.people import Role, Sex

_GESTATION = 280
_SECOND_NAME = 0.5
_YOUNGEST, _OLDEST = 16, 44
_YEAR = 365.25
_SHARES_HOME = 0.4
_ARRIVES_LATER = 0.4
_SHARES_PHONE = 0.3
_SAME_NAME = 0.25
_SURNAME_KEPT = 0.5
_NO_PHONE = 0.08
_HAS_EMAIL = 0.7


class Founder:
    """Founds the families of one population. ``start`` is the day when its first events come."""

    def __init__(self, seed: int, names: Names, rates: Rates, register: Register, start: date) -> None:
        self._seed = seed
        self._names = names
        self._rates = rates
        self._register = register
        self._start = start

    def group(self, number: int, rng: Random) -> list[TrueFamily]:
        """Return a family and those that belong to its story."""
        rates, chance = self._rates, rng.random
        base = self._family(rng)
        found = [base]
        if chance() < rates.refuge:
            self._into_refuge(base, number, rng)
        for rate, make in (
            (rates.sisters, self._sister),
            (rates.twin_mothers, self._twin_mother),
            (rates.namesakes, self._namesake),
            (rates.mother_and_daughter, self._daughter),
            (rates.reused_phone, self._with_old_phone),
            (rates.fostered, self._foster_family),
            (rates.adopted, self._adoptive_family),
            (rates.surrogate, self._intended_family),
        ):
            if chance() < rate:
                found.append(make(base, rng))
        base.arrives_later = chance() < rates.arrives_later
        for other in found[1:]:
            other.arrives_later = other.arrives_later or chance() < _ARRIVES_LATER
        return found

    def _family(self, rng: Random, origin: Origin | None = None) -> TrueFamily:
        rates = self._rates
        origin = origin or self._names.origin(rng)
        mother = self.adult(origin, Role.MOTHER, Sex.FEMALE, rng)
        if origin is Origin.SCOTTISH and rng.random() < rates.double_surname:
            mother.surname = f"{mother.surname}-{self._names.surname(origin, rng)}"
        family = TrueFamily(
            number=self._register.family(),
            origin=origin,
            carer=mother,
            partner=self._partner(origin, rng) if rng.random() < rates.partner else None,
            sets=[self.birth_set(mother.surname, origin, self._birth(rng), rng)],
            home=new_home(self._names, rng),
        )
        if "-" in mother.surname:
            family.kinds.add(Kind.DOUBLE_SURNAME)
        if rng.random() < rates.same_sex_parents:
            family.partner = self.adult(origin, Role.PARTNER, Sex.FEMALE, rng)
            family.kinds.add(Kind.SAME_SEX_PARENTS)
        return family

    def adult(self, origin: Origin, role: Role, sex: Sex, rng: Random, born: date | None = None) -> Adult:
        """Return a grown person."""
        stock = self._names.stocks[origin]
        draw = stock.women if sex is Sex.FEMALE else stock.men
        if born is None:
            years = min(max(rng.gauss(30, 5.5), _YOUNGEST), _OLDEST)
            born = self._start - timedelta(days=int(years * _YEAR))
        given, surname = draw.draw(rng), self._names.surname(origin, rng)
        number = self._register.person()
        return Adult(
            number=number,
            role=role,
            origin=origin,
            sex=sex,
            given=given,
            surname=surname,
            born=born,
            chi=self._register.chi(born, sex, rng),
            phone=self._register.phone() if rng.random() >= _NO_PHONE else "",
            email=f"p{number}@example.org" if rng.random() < _HAS_EMAIL else "",
            second=self._second(origin, sex, rng),
        )

    def _second(self, origin: Origin, sex: Sex, rng: Random) -> str:
        stock = self._names.stocks[origin]
        if rng.random() >= _SECOND_NAME:
            return ""
        if origin is Origin.CHINESE:
            return rng.choice(stock.english) if sex is Sex.FEMALE else ""
        if stock.second:
            return rng.choice(stock.second) if sex is Sex.FEMALE else ""
        if origin is Origin.WEST_AFRICAN:
            return (stock.women if sex is Sex.FEMALE else stock.men).draw(rng)
        if origin is Origin.HORN_OF_AFRICA:
            return stock.men.draw(rng)
        if origin is Origin.UKRAINIAN:
            father = stock.men.draw(rng)
            return f"{father}ivna" if sex is Sex.FEMALE else f"{father}ovych"
        return ""

    def _partner(self, origin: Origin, rng: Random) -> Adult:
        return self.adult(origin, Role.PARTNER, Sex.MALE, rng)

    def new_phone(self) -> str:
        """Return a phone number that nobody had before."""
        return self._register.phone()

    def _birth(self, rng: Random) -> date:
        return self._start + timedelta(days=rng.randrange(-800, 260))

    def birth_set(self, surname: str, origin: Origin, born: date, rng: Random) -> list[Baby]:
        """Return the babies of one pregnancy."""
        draw = rng.random()
        rates = self._rates
        size = 3 if draw < rates.triplets else 2 if draw < rates.triplets + rates.twins else 1
        expected = born + timedelta(days=min(max(int(rng.gauss(2, 11)) + (21 if size > 1 else 0), -14), 100))
        babies: list[Baby] = []
        chi = ""
        for order in range(1, size + 1):
            sex = rng.choice((Sex.FEMALE, Sex.MALE))
            stock = self._names.stocks[origin]
            given = (stock.girls if sex is Sex.FEMALE else stock.boys).draw(rng)
            while any(given == other.given for other in babies):
                given = (stock.girls if sex is Sex.FEMALE else stock.boys).draw(rng)
            chi = self._register.chi(born, sex, rng, beside=chi)
            babies.append(Baby(self._register.person(), given, surname, sex, born, expected, chi, order=order, of=size))
        return babies

    def _like(self, base: TrueFamily, rng: Random, kind: Kind) -> TrueFamily:
        """Return a family of its own whose carer is yet to be made like somebody of ``base``, both marked ``kind``."""
        base.kinds.add(kind)
        other = self._family(rng, base.origin)
        other.kinds.add(kind)
        return other

    def _rename_children(self, family: TrueFamily) -> None:
        for babies in family.sets:
            for baby in babies:
                baby.surname = family.carer.surname

    def _sister(self, base: TrueFamily, rng: Random) -> TrueFamily:
        other = self._like(base, rng, Kind.SISTERS)
        self._as_sister(
            base, other, base.carer.born + timedelta(days=rng.choice((-1, 1)) * rng.randrange(330, 2200)), rng
        )
        return other

    def _twin_mother(self, base: TrueFamily, rng: Random) -> TrueFamily:
        other = self._like(base, rng, Kind.TWIN_MOTHERS)
        self._as_sister(base, other, base.carer.born, rng)
        other.carer.chi = self._register.chi(other.carer.born, Sex.FEMALE, rng, beside=base.carer.chi)
        return other

    def _as_sister(self, base: TrueFamily, other: TrueFamily, born: date, rng: Random) -> None:
        mine, hers = base.carer, other.carer
        hers.born = born
        hers.chi = self._register.chi(born, Sex.FEMALE, rng)
        hers.surname = mine.surname
        while hers.given == mine.given:
            hers.given = self._names.stocks[base.origin].women.draw(rng)
        if rng.random() < _SHARES_HOME:
            other.home = base.home
        if rng.random() < _SHARES_PHONE:
            hers.phone = mine.phone
        self._rename_children(other)

    def _namesake(self, base: TrueFamily, rng: Random) -> TrueFamily:
        other = self._like(base, rng, Kind.NAMESAKES)
        mine, hers = base.carer, other.carer
        hers.given, hers.surname, hers.born, hers.second = mine.given, mine.surname, mine.born, mine.second
        hers.chi = self._register.chi(hers.born, Sex.FEMALE, rng)
        other.home = neighbour(base.home, rng)
        self._rename_children(other)
        return other

    def _daughter(self, base: TrueFamily, rng: Random) -> TrueFamily:
        other = self._like(base, rng, Kind.MOTHER_AND_DAUGHTER)
        mother, daughter = base.carer, other.carer
        mother.born = self._start - timedelta(days=int(rng.uniform(36, 45) * _YEAR))
        mother.chi = self._register.chi(mother.born, Sex.FEMALE, rng)
        daughter.born = self._start - timedelta(days=int(rng.uniform(_YOUNGEST, 20) * _YEAR))
        daughter.chi = self._register.chi(daughter.born, Sex.FEMALE, rng)
        daughter.surname = mother.surname
        if rng.random() < _SAME_NAME:
            daughter.given = mother.given
        other.home = base.home
        if rng.random() < _SURNAME_KEPT:
            daughter.phone = mother.phone
        self._rename_children(other)
        return other

    def _with_old_phone(self, base: TrueFamily, rng: Random) -> TrueFamily:
        base.kinds.add(Kind.REUSED_PHONE)
        other = self._family(rng)
        other.kinds.add(Kind.REUSED_PHONE)
        other.carer.phone = base.carer.phone
        return other

    def _foster_family(self, base: TrueFamily, rng: Random) -> TrueFamily:
        """Return the family of a foster carer, who has the infants of ``base`` now."""
        other = self._family(rng)
        other.kinds.add(Kind.FOSTERED)
        base.kinds.add(Kind.FOSTERED)
        other.carer = self.adult(other.origin, Role.MAIN_CARER, Sex.FEMALE, rng, self._grown(rng))
        other.sets = [[replace(baby) for baby in base.sets[-1]]]
        other.arrives_later = True
        return other

    def _adoptive_family(self, base: TrueFamily, rng: Random) -> TrueFamily:
        """Return the family that adopted the infants of ``base``: new names, new numbers, no visible link."""
        other = self._family(rng)
        other.kinds.add(Kind.ADOPTED)
        base.kinds.add(Kind.ADOPTED)
        other.carer = self.adult(other.origin, Role.MAIN_CARER, Sex.FEMALE, rng, self._grown(rng))
        other.sets = [
            [
                replace(
                    baby, surname=other.carer.surname, chi=self._register.chi(baby.born, baby.sex, rng)
                )
                for baby in base.sets[-1]
            ]
        ]  # fmt: skip
        other.arrives_later = True
        return other

    def _intended_family(self, base: TrueFamily, rng: Random) -> TrueFamily:
        """Return the parents for whom the mother of ``base`` carried the child."""
        other = self._family(rng)
        other.kinds.add(Kind.SURROGATE)
        base.kinds.add(Kind.SURROGATE)
        other.carer = self.adult(other.origin, Role.MAIN_CARER, Sex.FEMALE, rng, self._grown(rng))
        other.sets = [[replace(baby, surname=other.carer.surname) for baby in base.sets[-1]]]
        other.arrives_later = True
        return other

    def _grown(self, rng: Random) -> date:
        return self._start - timedelta(days=int(rng.uniform(28, 55) * _YEAR))

    def _into_refuge(self, family: TrueFamily, number: int, rng: Random) -> None:
        """Move a family into the refuge or hostel of its time, with its address and its phone."""
        families = max(1, round(self._rates.refuge_families / max(self._rates.refuge, 1e-9)))
        house = Random(f"{self._seed} refuge {number // families}")
        family.home = replace(new_home(self._names, house), number=house.randrange(1, 99), flat="")
        family.carer.phone = f"0709{house.randrange(10**7):07d}" if rng.random() < _HAS_EMAIL else family.carer.phone
        family.kinds.add(Kind.REFUGE)
