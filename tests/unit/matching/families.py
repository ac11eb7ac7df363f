"""Synthetic people and families for the matching tests. No number here was ever given to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from router.matching import FamilyRecord, MatchOutcome, MatchResult, Member, load_weights, resolve
from router.model import chi as chi_numbers
from router.model.people import Household, Identifier, IdentifierSystem, Person, PersonName, Role, Sex

BORN = date(1992, 3, 17)
INFANT_BORN = date(2026, 5, 4)
HOME = Household(address_lines=("12 Harbour Street", "Testmouth"), postcode="EH99 9ZX")
ELSEWHERE = Household(address_lines=("3 Mill Lane", "Otherby"), postcode="G99 9ZZ")
NOWHERE = Household()

SAME, ASK, NEW = MatchOutcome.SAME_FAMILY, MatchOutcome.ASK_A_PERSON, MatchOutcome.NEW_FAMILY


def chi(born: date, serial: int) -> str:
    """Return a CHI number for a birth date that passes its check, a different one for each serial below 90."""
    for last in range(10):
        number = f"{born:%d%m%y}{100 + serial}{last}"
        if chi_numbers.passes_check(number):
            return number
    raise AssertionError("one of ten digits passes modulus 10")


MOTHER_CHI = chi(BORN, 1)
OTHER_CHI = chi(BORN, 2)
INFANT_CHI = chi(INFANT_BORN, 3)
TWIN_CHI = chi(INFANT_BORN, 4)


def adult(
    role: Role = Role.MOTHER,
    *,
    ref: str = "",
    chi: str = "",
    nhs: str = "",
    local: str = "",
    given: str = "Catriona",
    family: str = "Fairbairn",
    former: str = "",
    born: date | None = BORN,
    phones: tuple[str, ...] = (),
    emails: tuple[str, ...] = (),
    postcode: str = "",
) -> Person:
    """Return a grown person; without arguments the mother Catriona Fairbairn, known by name and birth date."""
    stated = (
        (IdentifierSystem.CHI, chi, ""),
        (IdentifierSystem.NHS_NUMBER, nhs, ""),
        (IdentifierSystem.LOCAL, local, "daisy-test"),
    )
    names = [PersonName(given=given, family=family)] if given or family else []
    names += [PersonName(given=given, family=former, former=True)] if former else []
    return Person(
        ref=ref or role.value,
        role=role,
        identifiers=tuple(Identifier(system, value, assigner) for system, value, assigner in stated if value),
        names=tuple(names),
        birth_date=born,
        phones=phones,
        emails=emails,
        postcode=postcode,
    )


def infant(
    ref: str = "infant-1",
    *,
    chi: str = "",
    local: str = "",
    given: str = "",
    family: str = "Fairbairn",
    born: date | None = INFANT_BORN,
    sex: Sex | None = None,
    order: int | None = None,
    of: int | None = None,
    role: Role = Role.INFANT,
    expected: date | None = None,
) -> Person:
    """Return an infant; without arguments one with a surname and a birth date only."""
    numbers = ((IdentifierSystem.CHI, chi, ""), (IdentifierSystem.LOCAL, local, "badger-test"))
    return Person(
        ref=ref,
        role=role,
        identifiers=tuple(Identifier(system, value, assigner) for system, value, assigner in numbers if value),
        names=(PersonName(given=given, family=family),) if given or family else (),
        birth_date=born,
        sex=sex,
        birth_order=order,
        multiplicity=of,
        expected_date=expected,
    )


def unborn(
    ref: str = "unborn-1", *, expected: date | None = None, order: int | None = None, of: int | None = None
) -> Person:
    """Return an unborn child."""
    return infant(ref, role=Role.UNBORN, family="", born=None, expected=expected, order=order, of=of)


def family(family_id: int, people: Sequence[Person], *households: Household) -> FamilyRecord:
    """Return a known family of these people; the person ids are ``family_id * 10`` and on, in their order."""
    members = tuple(Member(family_id * 10 + place, person.role, (person,)) for place, person in enumerate(people))
    return FamilyRecord(family_id, members, households or (HOME,))


def match(
    people: Sequence[Person],
    *candidates: FamilyRecord,
    household: Household = HOME,
    cannot_link: frozenset[int] = frozenset(),
    must_link: int | None = None,
) -> MatchResult:
    """Resolve an event against candidates with the weights of the package."""
    return resolve(
        people, household, candidates, load_weights(), cannot_link=cannot_link, must_link=must_link
    )  # fmt: skip
