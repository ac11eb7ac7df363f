"""What evidence would change a match: each statement is found, and verified, by matching again with it supposed.

One field of the event is supposed to agree with the family, or to differ from it. Where a side does not state the
field, a made-up value is put there; no value ever leaves this module. Not for the hot path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from typing import NamedTuple, TypeVar

from router.matching import contacts
from router.matching.assess import assess
from router.matching.compare import Level, birth_date_level, forename_level
from router.matching.normalise import forename
from router.matching.profile import FamilyRecord, Member, event_people
from router.matching.resolve import MatchOutcome, resolve
from router.matching.weights import Weights
from router.model.people import (
    CHILDREN_OF_EPISODE,
    Household,
    Identifier,
    IdentifierSystem,
    Person,
    PersonName,
    Role,
    Sex,
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class WouldChange:
    """What one supposition, or two together, would make of the match.

    ``fields`` are named as in a match's own fields; of several children, each by its place: "infant-1.chi". ``agree``
    says whether they are supposed to agree or to differ. ``another_family`` says that the conclusion would be about
    another family than it is.
    """

    fields: tuple[str, ...]
    agree: bool
    outcome: MatchOutcome
    another_family: bool = False


class _Scene(NamedTuple):
    """The event and the family that it was compared with."""

    people: tuple[Person, ...]
    household: Household
    record: FamilyRecord


class _Supposition(NamedTuple):
    field: str
    agree: bool
    make: Callable[[_Scene], _Scene]


def what_would_change(
    people: Sequence[Person],
    household: Household,
    candidates: Sequence[FamilyRecord],
    weights: Weights,
    *,
    cannot_link: frozenset[int] = frozenset(),
) -> tuple[WouldChange, ...]:
    """Return what evidence would change the conclusion about the likeliest family; nothing for a new family.

    Single fields come first. Where a person is asked and no single field would settle it, pairs that would join the
    two are given.
    """
    now = resolve(people, household, candidates, weights, cannot_link=cannot_link)
    record = next((one for one in candidates if one.family_id == now.family_id), None)
    if record is None:
        return ()
    scene = _Scene(tuple(people), household, record)

    def match(scene: _Scene) -> tuple[MatchOutcome, bool]:
        records = [scene.record if one.family_id == scene.record.family_id else one for one in candidates]
        result = resolve(scene.people, scene.household, records, weights, cannot_link=cannot_link)
        return result.outcome, result.family_id not in (None, now.family_id)

    suppositions = tuple(_suppositions(scene, weights))
    found = []
    for one in suppositions:
        outcome, another = match(one.make(scene))
        if another or outcome is not now.outcome:
            found.append(WouldChange((one.field,), one.agree, outcome, another))
    if now.outcome is MatchOutcome.ASK_A_PERSON and not any(one.outcome is MatchOutcome.SAME_FAMILY for one in found):
        agreeing = [one for one in suppositions if one.agree]
        for first, second in combinations(agreeing, 2):
            outcome, another = match(second.make(first.make(scene)))
            if outcome is MatchOutcome.SAME_FAMILY:
                found.append(WouldChange((first.field, second.field), first.agree, outcome, another))
    return tuple(found)


def _suppositions(scene: _Scene, weights: Weights) -> Iterator[_Supposition]:
    event = event_people(scene.people, scene.household)
    found = assess(event, scene.record, weights)
    if found.carrier is not None:
        ref, role, person_id = found.carrier.ours.ref, found.carrier.ours.role, found.carrier.theirs.person_id
        for kind in (_CHI, _NHS, _FORENAME, _SURNAME, _BIRTH_DATE, _PHONE, _EMAIL):
            yield from _of_person(role.value, ref, person_id, kind)
    theirs = [one for one in scene.record.members if one.role in CHILDREN_OF_EPISODE]
    ours = [one for one in scene.people if one.role in CHILDREN_OF_EPISODE] if theirs else []
    for number, child in enumerate(ours, start=1):
        linked = found.children.links.get(child.ref, _nearest(child, theirs).person_id)
        # by its place: a ref is the sender's own word
        label = f"infant-{number}" if len(ours) > 1 else "infant"
        for kind in (_CHILD_CHI, _CHILD_BIRTH_DATE, _FORENAME, _BIRTH_ORDER, _SEX):
            yield from _of_person(label, child.ref, linked, kind)
    for agree in (True, False):
        yield _Supposition("household.address", agree, partial(_houses, agree=agree))


def _nearest(child: Person, theirs: Sequence[Member]) -> Member:
    """Return the family's child that the event's is most like in date: the one that a reader would think of."""
    day = child.birth_date or child.expected_date

    def days_off(member: Member) -> int:
        days = [d for one in member.records for d in (one.birth_date, one.expected_date) if d is not None]
        return min((abs((d - day).days) for d in days), default=1 << 30) if day else 0

    return min(theirs, key=lambda member: (days_off(member), member.person_id))


class _Kind(NamedTuple):
    """One field of a person: how it is read and written, and made-up values, which differ from each other."""

    name: str
    read: Callable[[Person], tuple[object, ...]]
    write: Callable[[Person, object], Person]
    made_up: tuple[object, ...]
    differ: Callable[[object, object], bool] = lambda one, other: one != other


def _of_person(label: str, ref: str, person_id: int, kind: _Kind) -> Iterator[_Supposition]:
    for agree in (True, False):
        yield _Supposition(f"{label}.{kind.name}", agree, _rewriting(ref, person_id, kind, agree=agree))


def _rewriting(ref: str, person_id: int, kind: _Kind, *, agree: bool) -> Callable[[_Scene], _Scene]:
    def make(scene: _Scene) -> _Scene:
        member = next(one for one in scene.record.members if one.person_id == person_id)
        held = tuple(value for one in member.records for value in kind.read(one))
        theirs: object = held[-1] if held else kind.made_up[0]
        ours: object = theirs
        if not agree:
            ours = next(
                (one for one in kind.made_up if all(kind.differ(one, other) for other in held or (theirs,))), None
            )
            if ours is None:
                return scene
        people = tuple(kind.write(one, ours) if one.ref == ref else one for one in scene.people)
        record = scene.record
        if not held:
            records = tuple(kind.write(one, theirs) for one in member.records) or (
                kind.write(Person("supposed", member.role), theirs),
            )
            changed = replace(member, records=records)
            members = tuple(changed if one is member else one for one in record.members)
            record = FamilyRecord(record.family_id, members, record.households)
        return scene._replace(people=people, record=record)

    return make


def _houses(scene: _Scene, *, agree: bool) -> _Scene:
    """Suppose that the event is of the family's house, or of a house in quite another place.

    A house is its address together with its postcode. The postcode alone is a street, and would settle little.
    """
    homes = scene.record.households
    held = [home for home in homes if contacts.address(home.address_lines)]
    own = (one.postcode for member in scene.record.members for one in member.records)
    codes = [code for code in (*(home.postcode for home in homes), *own) if code]
    supposed = Household(address_lines=_HOUSES[0], postcode=codes[0] if codes else _POSTCODES[0])
    theirs = held[0] if held else supposed
    ours = theirs
    if not agree:
        lines = next(one for one in _HOUSES if all(home.address_lines != one for home in (*held, theirs)))
        ours = Household(address_lines=lines, postcode=next(one for one in _POSTCODES if one not in codes))
    people = tuple(replace(one, postcode="") for one in scene.people)
    record = scene.record
    if not held:
        record = FamilyRecord(record.family_id, record.members, (*homes, supposed))
    home = replace(scene.household, address_lines=ours.address_lines, postcode=ours.postcode)
    return _Scene(people, home, record)


def _numbers(system: IdentifierSystem) -> Callable[[Person], tuple[object, ...]]:
    return lambda person: tuple(one.value for one in person.identifiers if one.system is system)


def _with_number(system: IdentifierSystem) -> Callable[[Person, object], Person]:
    def write(person: Person, value: object) -> Person:
        others = tuple(one for one in person.identifiers if one.system is not system)
        return replace(person, identifiers=(*others, Identifier(system, str(value))))

    return write


def _with_names(person: Person, change: Callable[[PersonName], PersonName]) -> Person:
    current = tuple(one for one in person.names if not one.former) or (PersonName(),)
    return replace(person, names=tuple(map(change, current)))


def _with_birth_date(person: Person, value: object) -> Person:
    role = Role.INFANT if person.role is Role.UNBORN else person.role
    return replace(person, role=role, birth_date=_as(value, date))


def _as(value: object, kind: type[_T]) -> _T:
    assert isinstance(value, kind)  # noqa: S101 - what is written was read from the same field
    return value


def _some(values: Iterable[object]) -> tuple[object, ...]:
    return tuple(value for value in values if value not in (None, ""))


def _days_apart(one: object, other: object) -> bool:
    return abs(_as(one, date) - _as(other, date)) > timedelta(days=400)


# Postcodes and numbers that nobody gives out, and phone numbers that are kept for drama.
_POSTCODES = ("QX1 1QX", "QQ2 2QQ", "QV3 3QV")
_HOUSES = (("97 Supposed Wynd",), ("31 Unlikely Brae",), ("58 Elsewhere Loan",))
_CHI = _Kind(
    "chi",
    _numbers(IdentifierSystem.CHI),
    _with_number(IdentifierSystem.CHI),
    ("3112000018", "2906111126", "1508222235"),
)
_CHILD_CHI = _CHI._replace(made_up=("3012000034", "2806111142", "1408222251"))
_NHS = _Kind(
    "nhs_number",
    _numbers(IdentifierSystem.NHS_NUMBER),
    _with_number(IdentifierSystem.NHS_NUMBER),
    ("9990000018", "9990000026"),
)
_FORENAME = _Kind(
    "forename",
    lambda person: _some(one.given for one in person.names if forename(one.given)),
    lambda person, value: _with_names(person, lambda one: replace(one, given=_as(value, str))),
    ("Zebedee", "Quillon", "Oriel"),
    lambda one, other: forename_level(forename(_as(one, str)), forename(_as(other, str))) is Level.DIFFERENT,
)
_SURNAME = _Kind(
    "surname",
    lambda person: _some(one.family for one in person.names if not one.former),
    lambda person, value: _with_names(person, lambda one: replace(one, family=_as(value, str))),
    ("Zimbrake", "Quixworth", "Obuxton"),
    lambda one, other: _as(one, str)[:1].lower() != _as(other, str)[:1].lower(),
)
_BIRTH_DATE = _Kind(
    "birth_date",
    lambda person: _some((person.birth_date,)),
    _with_birth_date,
    (date(1971, 8, 27), date(1964, 11, 30), date(1983, 5, 16)),
    lambda one, other: birth_date_level(_as(one, date), _as(other, date)) is Level.DIFFERENT,
)
_CHILD_BIRTH_DATE = _BIRTH_DATE._replace(
    made_up=(date(2012, 8, 27), date(2015, 11, 30), date(2018, 5, 16), date(2009, 3, 19)), differ=_days_apart
)
_PHONE = _Kind(
    "phone",
    lambda person: _some(person.phones),
    lambda person, value: replace(person, phones=(_as(value, str),)),
    ("07700900991", "07700900982", "07700900973"),
)
_EMAIL = _Kind(
    "email",
    lambda person: _some(person.emails),
    lambda person, value: replace(person, emails=(_as(value, str),)),
    ("one@supposed.example", "two@supposed.example"),
)
_BIRTH_ORDER = _Kind(
    "birth_order",
    lambda person: _some((person.birth_order,)),
    lambda person, value: replace(person, birth_order=_as(value, int)),
    (1, 2, 3),
)
_SEX = _Kind(
    "sex",
    lambda person: _some((person.sex,)),
    lambda person, value: replace(person, sex=_as(value, Sex)),
    (Sex.FEMALE, Sex.MALE),
)
