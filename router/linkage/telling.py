"""How one source tells of a family at one time: what it knows, what it leaves out, and what it gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from router.linkage import faults
from router.linkage.homes import write_address
from router.linkage.names import Names
from router.linkage.naming import write_name
from router.linkage.rates import NEWCOMERS, Kind, Rates
from router.linkage.truth import Adult, Baby, Labelled, TrueFamily, Truth
from router.model.people import Household, Identifier, IdentifierSystem, Person, PersonName, Role, Sex
from router.model.referral import ReferralEvent


@dataclass(frozen=True, slots=True)
class Source:
    """A sending system. The numbers multiply the rates: how much more or less often than on average it lacks a thing.

    ``local`` says that it states its own number of the carer.
    """

    name: str
    share: float
    carer_chi_lacks: float
    infant_chi_lacks: float
    infant_states: float
    phone_lacks: float
    local: bool = False


SOURCES = (
    Source("maternity", 0.30, 0.7, 1.2, 1.0, 0.8),
    Source("health-visiting", 0.28, 0.9, 0.75, 1.08, 1.0),
    Source("perinatal-mental-health", 0.20, 0.8, 1.1, 1.0, 0.8),
    Source("neonatal", 0.10, 1.4, 1.1, 1.1, 1.6),
    Source("substance-misuse", 0.12, 2.0, 1.3, 0.5, 1.2, local=True),
)
_SOURCE_SHARES = list(accumulate(source.share for source in SOURCES))

_LACKS_OF_CHILD_ONLY = 0.15
_EARLY_WEEKS = timedelta(weeks=4)
_LATE_PLACEHOLDER = 0.04
_DEFAULT_DATE_OF_NEWCOMERS = 8.0
_SCAN_MOVED = 0.2
_EXPECTED_KNOWN = 0.97
_SEX_KNOWN = 0.92
_ORDER_KNOWN = 0.85
_MULTIPLICITY_KNOWN = 0.85
_UNBORN_AS_ONE = 0.4
_FATHERS_NAME = 0.3
_SIBLING_STATED = 0.5
_PARTNER_CHI = 0.35
_PARTNER_BORN = 0.65
_PLACEHOLDERS = ("Baby", "Baby", "Baby", "Baby Girl", "Baby Boy", "Infant", "", "", "Unnamed", "B/O")


def tell(
    family: TrueFamily,
    when: date,
    names: Names,
    rates: Rates,
    rng: Random,
    *,
    reference: int,
    first: bool,
    starts: bool,
) -> Labelled:
    """Return what a source tells of a family on a day, with its truth."""
    source = rng.choices(SOURCES, cum_weights=_SOURCE_SHARES)[0]
    teller = _Teller(family, when, names, rates, rng, source)
    people = teller.people()
    household = teller.household()
    event = ReferralEvent(
        source_system=source.name,
        source_reference=f"{source.name}-{family.number}-{reference}",
        source_version=1,
        occurred_at=datetime.combine(when, time(rng.randrange(7, 20), rng.randrange(60)), UTC),
        people=tuple(people),
        household=household,
    )
    kinds = tuple(sorted(teller.kinds))
    return Labelled(event, Truth(family.number, teller.refs, teller.births(), kinds, family.origin, first, starts))


class _Teller:
    """One event in the making. ``refs`` are the true people behind its refs, ``kinds`` what happened on the way."""

    def __init__(self, family: TrueFamily, when: date, names: Names, rates: Rates, rng: Random, source: Source) -> None:
        self._family = family
        self._when = when
        self._names = names
        self._rates = rates
        self._rng = rng
        self._source = source
        self._infant_chi_lacks = source.infant_chi_lacks
        self.refs: dict[str, int] = {}
        self.kinds: set[Kind] = set(family.kinds)

    def people(self) -> list[Person]:
        """Return the people that the source states."""
        rates, chance = self._rates, self._rng.random
        wanted = self._source.name == "health-visiting" and chance() < rates.child_only / self._source.share
        if wanted:
            self._infant_chi_lacks = _LACKS_OF_CHILD_ONLY
        children = self._children()
        if wanted and any(one.role is Role.INFANT for one in children):
            self.kinds.add(Kind.CHILD_ONLY)
            return children
        carer = self._adult(self._family.carer, self._source.carer_chi_lacks)
        people = [carer, *children]
        partner = self._family.partner
        if partner is not None and chance() < rates.partner_stated:
            people.append(self._partner(partner))
        return people

    def births(self) -> dict[str, int]:
        """Return the birth set of each child told of: the number of its first child."""
        sets = {baby.number: babies[0].number for babies in self._family.sets for baby in babies}
        return {ref: sets[number] for ref, number in self.refs.items() if number in sets}

    def _adult(self, adult: Adult, chi_lacks: float) -> Person:
        rates, rng, chance = self._rates, self._rng, self._rng.random
        identifiers: list[Identifier] = []
        if adult.chi and chance() >= min(1.0, rates.mother_chi_missing * chi_lacks):
            identifiers.append(Identifier(IdentifierSystem.CHI, self._chi(adult.chi)))
        if self._source.local:
            identifiers.append(Identifier(IdentifierSystem.LOCAL, f"C{adult.number}", self._source.name))
        ref = adult.role.value
        self.refs[ref] = adult.number
        phones, emails = self._contacts(adult)
        return Person(
            ref=ref,
            role=adult.role,
            identifiers=tuple(identifiers),
            names=write_name(adult, self._names, rates, rng, self.kinds),
            birth_date=self._birth_date(adult),
            sex=adult.sex if chance() < _SEX_KNOWN else None,
            phones=phones,
            emails=emails,
        )

    def _contacts(self, adult: Adult) -> tuple[tuple[str, ...], tuple[str, ...]]:
        rates, rng, chance = self._rates, self._rng, self._rng.random
        phones: tuple[str, ...] = ()
        if adult.phone and chance() >= min(1.0, rates.phone_missing * self._source.phone_lacks):
            partner = self._family.partner
            number = partner.phone if partner and partner.phone and chance() < rates.phone_of_another else adult.phone
            draw = chance()
            if draw < 0.2:  # noqa: PLR2004 - a share
                number = f"+44 {number[1:]}"
            elif draw < 0.6:  # noqa: PLR2004 - a share
                number = f"{number[:5]} {number[5:]}"
            phones = (number,)
        emails = (adult.email,) if adult.email and rng.random() >= rates.email_missing else ()
        return phones, emails

    def _chi(self, number: str) -> str:
        if self._rng.random() < self._rates.chi_mistyped:
            self.kinds.add(Kind.CHI_MISTYPED)
            return faults.mistype_digit(number, self._rng)
        if number.startswith("0") and self._rng.random() < 0.01:  # noqa: PLR2004 - a spreadsheet eats the zero
            return number[1:]
        return number

    def _birth_date(self, adult: Adult) -> date | None:
        rates, rng = self._rates, self._rng
        draw = rng.random()
        default = rates.default_date * (_DEFAULT_DATE_OF_NEWCOMERS if adult.origin in NEWCOMERS else 1.0)
        if draw < rates.birth_date_missing:
            self.kinds.add(Kind.BIRTH_DATE_LACKING)
            return None
        if draw < rates.birth_date_missing + default:
            self.kinds.add(Kind.DEFAULT_DATE)
            return date(adult.born.year, 1, 1)
        if rng.random() < rates.birth_date_fault:
            self.kinds.add(Kind.BIRTH_DATE_FAULT)
            return faults.wrong_date(adult.born, rng)
        return adult.born

    def _partner(self, partner: Adult) -> Person:
        self.refs["partner"] = partner.number
        chance = self._rng.random
        known = partner.chi and chance() < _PARTNER_CHI
        # what goes wrong with a partner's name makes no event of another kind
        written = write_name(partner, self._names, self._rates, self._rng, set())
        return Person(
            ref="partner",
            role=Role.PARTNER,
            identifiers=(Identifier(IdentifierSystem.CHI, partner.chi),) if known else (),
            names=written,
            birth_date=partner.born if chance() < _PARTNER_BORN else None,
            sex=partner.sex if chance() < _SEX_KNOWN else None,
            phones=(partner.phone,) if partner.phone and chance() < self._rates.phone_missing else (),
        )

    def _children(self) -> list[Person]:
        rng, rates = self._rng, self._rates
        told: list[Person] = []
        sets = self._family.sets
        if not sets or rng.random() >= min(1.0, rates.infant_stated * self._source.infant_states):
            return told
        newest = sets[-1]
        if newest[0].of > 1:
            self.kinds.add(Kind.TWINS if newest[0].of == 2 else Kind.TRIPLETS)  # noqa: PLR2004 - twins
        if newest[0].born > self._when:
            self.kinds.add(Kind.EXPECTED_ONLY)
            told.extend(self._unborn(newest))
        else:
            told.extend(self._born(newest))
        if len(sets) > 1:
            self.kinds.add(Kind.NEXT_PREGNANCY)
            if rng.random() < _SIBLING_STATED:
                told.extend(self._sibling(baby, place) for place, baby in enumerate(sets[0], start=1))
        return told

    def _unborn(self, babies: list[Baby]) -> list[Person]:
        rng = self._rng
        expected: date | None = babies[0].expected
        if expected is not None and rng.random() < _SCAN_MOVED:
            expected += timedelta(days=rng.randrange(-7, 8))
        if rng.random() >= _EXPECTED_KNOWN:
            expected = None
        stated = babies[:1] if rng.random() < _UNBORN_AS_ONE else babies
        known = babies[0].of if rng.random() < _MULTIPLICITY_KNOWN else None
        people = []
        for place, baby in enumerate(stated, start=1):
            ref = f"unborn-{place}"
            self.refs[ref] = baby.number
            order = place if len(stated) > 1 else None
            people.append(
                Person(ref=ref, role=Role.UNBORN, expected_date=expected, birth_order=order, multiplicity=known)
            )
        return people

    def _born(self, babies: list[Baby]) -> list[Person]:
        rng = self._rng
        stated = list(babies)
        if len(babies) > 1 and rng.random() < self._rates.twin_omitted:
            stated.pop(rng.randrange(len(stated)))
            self.kinds.add(Kind.TWIN_OMITTED)
        people = [self._infant(baby, place) for place, baby in enumerate(stated, start=1)]
        rng.shuffle(people)
        return people

    def _infant(self, baby: Baby, place: int) -> Person:
        rates, rng, chance = self._rates, self._rng, self._rng.random
        ref = f"infant-{place}"
        self.refs[ref] = baby.number
        young = self._when - baby.born < _EARLY_WEEKS
        unnamed = chance() < (rates.placeholder if young else _LATE_PLACEHOLDER)
        if unnamed:
            self.kinds.add(Kind.PLACEHOLDER)
        given = rng.choice(_PLACEHOLDERS) if unnamed else baby.given
        if not unnamed and chance() < rates.name_mistyped:
            given = faults.mistype(given, rng)
        has_chi = baby.chi and chance() >= min(1.0, rates.infant_chi_missing * self._infant_chi_lacks)
        multiple = baby.of > 1
        return Person(
            ref=ref,
            role=Role.INFANT,
            identifiers=(Identifier(IdentifierSystem.CHI, self._chi(baby.chi)),) if has_chi else (),
            names=(PersonName(given, self._infant_surname(baby)),),
            birth_date=baby.born if chance() >= rates.birth_date_missing else None,
            sex=baby.sex if chance() < _SEX_KNOWN else None,
            birth_order=baby.order if multiple and chance() < _ORDER_KNOWN else None,
            multiplicity=baby.of if multiple and chance() < _MULTIPLICITY_KNOWN else None,
        )

    def _infant_surname(self, baby: Baby) -> str:
        partner = self._family.partner
        if partner is not None and self._rng.random() < _FATHERS_NAME:
            return partner.surname
        return baby.surname

    def _sibling(self, baby: Baby, place: int) -> Person:
        ref = f"sibling-{place}"
        self.refs[ref] = baby.number
        return Person(
            ref=ref,
            role=Role.SIBLING,
            names=(PersonName(baby.given, baby.surname),),
            birth_date=baby.born,
            sex=baby.sex if baby.sex is not Sex.INDETERMINATE else None,
        )

    def household(self) -> Household:
        """Return the home as the source states it."""
        rates, rng = self._rates, self._rng
        home = self._family.home
        lines = write_address(home, rng) if rng.random() >= rates.address_missing else ()
        postcode = home.postcode if rng.random() >= rates.postcode_missing else ""
        if postcode and rng.random() < 0.1:  # noqa: PLR2004 - written without its space
            postcode = postcode.replace(" ", "").lower()
        return Household(address_lines=lines, postcode=postcode, board_code=home.board_code)
