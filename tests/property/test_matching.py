"""What the matcher keeps, whatever families and events it meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from router.matching import FamilyRecord, MatchOutcome, Member, blocking_keys, load_weights, resolve
from router.matching.children import link_children
from router.matching.profile import event_people
from router.model import chi as chi_numbers
from router.model.people import Household, Identifier, IdentifierSystem, Person, PersonName, Role, Sex
from tests.unit.matching.families import chi

WEIGHTS = load_weights()
NO_HOME = Household()

# few values, so that people of one run often share them
GIVEN = ("Catriona", "Katrina", "Morag", "Mhairi", "Vari", "Marie", "Maria", "Elizabeth", "Liz", "C", "Fairbairn")
INFANT_GIVEN = ("Isla", "Eilidh", "Fergus", "Baby", "Baby Girl", "Twin 1", "")
FAMILY = ("Fairbairn", "Innes", "Innes-Fairbairn", "McKay", "Mackay", "Tulloch", "Catriona")
HOMES = (
    Household(("12 Harbour Street", "Testmouth"), "EH99 9ZX"),
    Household(("14 Harbour Street", "Testmouth"), "EH99 9ZY"),
    Household(("3 Mill Lane",), "G99 9ZZ"),
    NO_HOME,
)
ADULT_DATES = (date(1992, 3, 7), date(1992, 7, 3), date(1992, 3, 17), date(1972, 3, 17), date(1990, 1, 1))
INFANT_DATES = (date(2026, 5, 4), date(2026, 5, 5), date(2026, 6, 20), date(2024, 2, 1))
PHONES = ("07700 900123", "07700 900456")

homes = st.sampled_from(HOMES)


def numbers(dates: Sequence[date]) -> st.SearchStrategy[tuple[Identifier, ...]]:
    """Give no CHI number or one of few."""
    some = [(Identifier(IdentifierSystem.CHI, chi(day, serial)),) for day in dates for serial in range(4)]
    return st.sampled_from([(), *some[::2], (), *some[1::2]])


def names(given_names: Sequence[str]) -> st.SearchStrategy[tuple[PersonName, ...]]:
    """Give no name, one, or one and a former one."""
    full = [(PersonName(one, surname),) for one in given_names for surname in ("", *FAMILY)]
    changed = [
        (PersonName(one, new), PersonName(one, old, former=True))
        for one in given_names
        for new, old in zip(FAMILY, FAMILY[2:], strict=False)
    ]
    return st.sampled_from([(), *full, (), *changed])


def adults(ref: str, *roles: Role) -> st.SearchStrategy[Person]:
    """Give an adult of whom any part may be unknown."""
    return st.builds(
        Person,
        ref=st.just(ref),
        role=st.sampled_from(roles),
        identifiers=numbers(ADULT_DATES),
        names=names(GIVEN),
        birth_date=st.sampled_from((None, *ADULT_DATES)),
        phones=st.sampled_from(((), PHONES[:1], PHONES[1:])),
        postcode=st.sampled_from(("", "", "G99 9ZZ")),
    )


def infants(ref: str) -> st.SearchStrategy[Person]:
    """Give an infant, or an unborn, of which any part may be unknown."""
    born = st.builds(
        Person,
        ref=st.just(ref),
        role=st.just(Role.INFANT),
        identifiers=numbers(INFANT_DATES),
        names=names(INFANT_GIVEN),
        birth_date=st.sampled_from((None, *INFANT_DATES)),
        sex=st.sampled_from((None, *Sex)),
        birth_order=st.sampled_from((None, 1, 2, 3)),
        multiplicity=st.sampled_from((None, 1, 2, 3)),
    )
    unborn = st.builds(
        Person,
        ref=st.just(ref),
        role=st.just(Role.UNBORN),
        expected_date=st.sampled_from((None, *INFANT_DATES)),
        birth_order=st.sampled_from((None, 1, 2)),
    )
    return st.one_of(born, born, unborn)


@st.composite
def events(draw: st.DrawFn) -> list[Person]:
    """Give the people of one event, anything from nobody to a crowd."""
    people = [draw(adults("carer-1", Role.MOTHER, Role.MOTHER, Role.MAIN_CARER))] if draw(st.booleans()) else []
    people += [draw(adults("carer-2", Role.MAIN_CARER))] if draw(st.integers(0, 4)) == 0 else []
    people += [draw(adults("partner", Role.PARTNER))] if draw(st.integers(0, 2)) == 0 else []
    people += [draw(infants(f"infant-{place}")) for place in range(draw(st.integers(0, 3)))]
    people += [replace(draw(infants("sibling")), role=Role.SIBLING)] if draw(st.integers(0, 3)) == 0 else []
    return people


@st.composite
def known_families(draw: st.DrawFn, family_id: int = 1) -> FamilyRecord:
    """Give a family made of the people of one or two events."""
    members = [
        Member(family_id * 100 + place, person.role, (person,)) for place, person in enumerate(draw(events()))
    ]  # fmt: skip
    if members and draw(st.booleans()):
        first = members[0]
        members[0] = replace(first, records=(*first.records, draw(adults("carer-1", first.role))))
    return FamilyRecord(
        family_id, tuple(members), draw(st.sampled_from(((), *((home,) for home in HOMES), HOMES[1:3])))
    )


@st.composite
def described_events(draw: st.DrawFn) -> list[Person]:
    """Give a well-described event: a carer with number and name, children that can be told from each other."""
    born = draw(st.sampled_from(ADULT_DATES))
    role = draw(st.sampled_from((Role.MOTHER, Role.MAIN_CARER)))
    number = Identifier(IdentifierSystem.CHI, chi(born, draw(st.integers(10, 20))))
    name = PersonName(draw(st.sampled_from(GIVEN[:8])), draw(st.sampled_from(FAMILY)))
    stated_date = draw(st.sampled_from((None, born)))
    people = [Person("carer", role, identifiers=(number,), names=(name,), birth_date=stated_date)]
    size = draw(st.integers(0, 3))
    birth = draw(st.sampled_from(INFANT_DATES))
    unborn = draw(st.booleans())
    for place in range(size):
        child = draw(infants(f"child-{place}"))
        people.append(
            replace(
                child,
                role=Role.UNBORN if unborn else Role.INFANT,
                identifiers=(),
                birth_date=None if unborn else birth,
                expected_date=birth if unborn else None,
                birth_order=place + 1,
                multiplicity=draw(st.sampled_from((None, size))),
            )
        )
    if draw(st.booleans()):
        people.append(
            Person("partner", Role.PARTNER, names=(PersonName("Hamish", "Innes"),), birth_date=date(1988, 8, 9))
        )
    for place, given_name in enumerate(("Fergus", "Ailsa")[: draw(st.integers(0, 2))]):
        sibling_name = PersonName(given_name, "Innes")
        people.append(
            Person(f"sibling-{place}", Role.SIBLING, names=(sibling_name,), birth_date=date(2015, 2, 20 + place))
        )
    return people


def family_of(people: Sequence[Person], household: Household, family_id: int = 1) -> FamilyRecord:
    """Return the family that an event by itself makes."""
    members = tuple(Member(family_id * 100 + place, person.role, (person,)) for place, person in enumerate(people))
    return FamilyRecord(family_id, members, (household,))


MANY = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(events(), homes, st.tuples(*(known_families(number) for number in (1, 2, 3))), st.randoms())
def test_order_makes_no_difference(
    people: list[Person], home: Household, known: tuple[FamilyRecord, ...], random: st.DataObject
) -> None:
    """People and candidates may come in any order: the result is the same, and so are the keys."""
    result = resolve(people, home, known, WEIGHTS)
    shuffled, candidates = list(people), list(known)
    random.shuffle(shuffled)
    random.shuffle(candidates)
    assert resolve(shuffled, home, candidates, WEIGHTS) == result
    assert blocking_keys(shuffled, home) == blocking_keys(people, home)


@MANY
@given(described_events(), homes)
def test_event_is_of_its_own_family(people: list[Person], home: Household) -> None:
    """An event that comes again is of the family it made, and everybody in it is the person they were."""
    known = family_of(people, home)
    result = resolve(people, home, [known], WEIGHTS)
    assert result.outcome is MatchOutcome.SAME_FAMILY
    assert result.links == {person.ref: 100 + place for place, person in enumerate(people)}


@MANY
@given(events(), homes, known_families())
def test_found_whenever_not_new(people: list[Person], home: Household, known: FamilyRecord) -> None:
    """A family that would be joined shares a key with the event, when it is the family of one event."""
    assume(len(known.households) <= 1 and all(len(member.records) == 1 for member in known.members))
    result = resolve(people, home, [known], WEIGHTS)
    known_home = known.households[0] if known.households else NO_HOME
    stored = blocking_keys([member.records[0] for member in known.members], known_home)
    if result.outcome is MatchOutcome.SAME_FAMILY:
        assert stored & blocking_keys(people, home)


@MANY
@given(events(), homes, st.tuples(*(known_families(number) for number in (1, 2))))
def test_shape_of_the_result(people: list[Person], home: Household, known: tuple[FamilyRecord, ...]) -> None:
    """Gates are there exactly when a person is asked, links only for one family, and each into it, none twice."""
    result = resolve(people, home, known, WEIGHTS)
    assert bool(result.gates) is (result.outcome is MatchOutcome.ASK_A_PERSON)
    assert (result.family_id is None) is (result.outcome is MatchOutcome.NEW_FAMILY)
    assert result.family_id not in result.also_possible
    assert result.links.keys() <= {person.ref for person in people}
    assert len(set(result.links.values())) == len(result.links)
    for person_id in result.links.values():
        assert result.outcome is MatchOutcome.SAME_FAMILY
        assert person_id // 100 == result.family_id


def _known_number(person: Person) -> str:
    return chi_numbers.normalise(person.identifiers[0].value) if person.identifiers else ""


@MANY
@given(events(), known_families())
def test_two_infants_are_never_one_person(people: list[Person], known: FamilyRecord) -> None:
    """Whatever the children, no two are linked to one, and none to one that number, order or sex denies."""
    links = link_children(event_people(people, NO_HOME), known.people()).links
    assert len(set(links.values())) == len(links)
    records = {member.person_id: member.records for member in known.members}
    for person in people:
        if person.ref not in links:
            continue
        for record in records[links[person.ref]][:1]:
            mine, theirs = _known_number(person), _known_number(record)
            if mine and mine == theirs:
                continue
            assert not (mine and theirs)
            assert None in {person.birth_order, record.birth_order} or person.birth_order == record.birth_order
            assert {person.sex, record.sex} != {Sex.FEMALE, Sex.MALE}
            assert None in {person.birth_date, record.birth_date} or person.birth_date == record.birth_date


def _carer(people: Sequence[Person]) -> Person | None:
    return next((person for person in people if person.ref == "carer-1"), None)


@MANY
@given(described_events(), homes, st.integers(30, 60))
def test_two_numbers_never_merge(people: list[Person], home: Household, serial: int) -> None:
    """A carer with another valid CHI number is asked about or new, though everything else agrees."""
    number = Identifier(IdentifierSystem.CHI, chi(date(1991, 6, 5), serial))
    other = [replace(people[0], identifiers=(number,)), *people[1:]]
    result = resolve(other, home, [family_of(people, home)], WEIGHTS)
    assert result.outcome is not MatchOutcome.SAME_FAMILY


@MANY
@given(
    st.tuples(st.sampled_from(GIVEN[:9]), st.sampled_from(FAMILY)),
    st.sampled_from(ADULT_DATES),
    st.tuples(homes, homes),
    st.tuples(numbers(ADULT_DATES), numbers(ADULT_DATES)),
)
def test_namesakes_never_merge(
    names_of_both: tuple[str, str],
    born: date,
    homes_of_both: tuple[Household, Household],
    numbers_of_both: tuple[tuple[Identifier, ...], tuple[Identifier, ...]],
) -> None:
    """One name and birth date are no one woman: not with two numbers, and not with nothing independent."""
    (one_home, other_home), (one_number, other_number) = homes_of_both, numbers_of_both
    assume(not one_number or not other_number or one_number != other_number)
    two_numbers = bool(one_number and other_number)
    assume(two_numbers or not one_home.postcode or one_home.postcode != other_home.postcode)
    name = (PersonName(*names_of_both),)
    mine = Person("mother", Role.MOTHER, identifiers=one_number, names=name, birth_date=born)
    theirs = replace(mine, identifiers=other_number)
    result = resolve([mine], one_home, [family_of([theirs], other_home)], WEIGHTS)
    assert result.outcome is not MatchOutcome.SAME_FAMILY


@MANY
@given(
    events(),
    st.sampled_from(HOMES[:3]),
    st.sampled_from([PersonName(one, surname) for one in ("", "Zara", "Z") for surname in FAMILY]),
    st.sampled_from(((), PHONES[:1], PHONES)),
    st.sampled_from((None, date(1981, 11, 28))),
)
def test_household_never_merges(
    people: list[Person], home: Household, name: PersonName, phones: tuple[str, ...], born: date | None
) -> None:
    """A home, a phone, a surname and a partner that agree join nobody, while forename and birth date do not."""
    rest = [replace(person, identifiers=()) for person in people if person.role not in {Role.MOTHER, Role.MAIN_CARER}]
    known_mother = Person(
        "mother", Role.MOTHER, names=(PersonName("Catriona", name.family),), birth_date=date(1992, 3, 17), phones=PHONES
    )
    mother = Person("mother", Role.MOTHER, names=(name,), birth_date=born, phones=phones)
    result = resolve([mother, *rest], home, [family_of([known_mother, *rest], home)], WEIGHTS)
    assert result.outcome is not MatchOutcome.SAME_FAMILY


@MANY
@given(described_events(), homes, st.sampled_from(("names", "birth_date", "identifiers", "phones", "postcode")))
def test_missing_never_weighs_less_than_disagreeing(people: list[Person], home: Household, name: str) -> None:
    """To say nothing never lowers the weight below saying something that disagrees."""
    known = [replace(people[0], birth_date=date(1992, 3, 17), phones=PHONES[:1]), *people[1:]]
    differing = {
        "names": (PersonName("Zara", "Quayle"),),
        "birth_date": date(1981, 11, 28),
        "identifiers": (Identifier(IdentifierSystem.CHI, chi(date(1981, 11, 28), 70)),),
        "phones": PHONES[1:],
        "postcode": "AB99 9ZZ",
    }
    silent = {"names": (), "birth_date": None, "identifiers": (), "phones": (), "postcode": ""}
    heard = [
        resolve([replace(known[0], **{name: value[name]}), *people[1:]], home, [family_of(known, home)], WEIGHTS)
        for value in (silent, differing)
    ]
    assert heard[0].weight_bits >= heard[1].weight_bits


@MANY
@given(described_events(), homes, st.integers(270, 900))
def test_later_baby_is_new(people: list[Person], home: Household, days: int) -> None:
    """A baby born 270 days or more after the family's infants is a new person of the same family."""
    baby = Person("later", Role.INFANT, birth_date=max(INFANT_DATES) + timedelta(days=days))
    result = resolve([people[0], baby], home, [family_of(people, home)], WEIGHTS)
    assert result.outcome is MatchOutcome.SAME_FAMILY
    assert result.links == {"carer": 100}


@MANY
@given(events(), homes, st.tuples(*(known_families(number) for number in (1, 2))))
def test_a_persons_decision_holds(people: list[Person], home: Household, known: tuple[FamilyRecord, ...]) -> None:
    """A parted family is never joined or shown; a joined one is the family."""
    parted = resolve(people, home, known, WEIGHTS, cannot_link=frozenset({1}))
    assert parted == resolve(people, home, known[1:], WEIGHTS)
    joined = resolve(people, home, known, WEIGHTS, must_link=2)
    assert (joined.outcome, joined.family_id) == (MatchOutcome.SAME_FAMILY, 2)
    assert len(set(joined.links.values())) == len(joined.links)


@MANY
@given(events(), homes, known_families(1))
def test_a_family_twice_over_is_a_question(people: list[Person], home: Household, known: FamilyRecord) -> None:
    """Of two families that are alike in everything neither is chosen."""
    twin = replace(known, family_id=2)
    assert resolve(people, home, [known, twin], WEIGHTS).outcome is not MatchOutcome.SAME_FAMILY
