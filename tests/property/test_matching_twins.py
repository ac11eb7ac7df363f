"""Twins and triplets, seen in parts by several sources, are never taken for each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.matching import FamilyRecord, Member
from router.matching.children import link_children
from router.matching.profile import event_people
from router.model.people import Household, Identifier, IdentifierSystem, Person, PersonName, Role, Sex
from tests.unit.matching.families import INFANT_BORN, chi

NO_HOME = Household()
NAMES = ("Isla", "Fergus", "Morag")


@dataclass(frozen=True)
class View:
    """What one source says of one infant of the set, by its place in it."""

    place: int
    person: Person


def whole(place: int, size: int, sex: Sex) -> Person:
    """Return an infant of a set as it truly is."""
    numbers = (
        Identifier(IdentifierSystem.CHI, chi(INFANT_BORN, place)),
        Identifier(IdentifierSystem.LOCAL, f"B-{place}", "badger-test"),
    )
    return Person(
        ref=f"infant-{place}",
        role=Role.INFANT,
        identifiers=numbers,
        names=(PersonName(NAMES[place], "Fairbairn"),),
        birth_date=INFANT_BORN,
        sex=sex,
        birth_order=place + 1,
        multiplicity=size,
    )


@st.composite
def seen(draw: st.DrawFn, truth: Person) -> Person:
    """Give a true but partial view of an infant: any part may be missing, but that it is one of several."""
    keep = [draw(st.booleans()) for _ in range(5)]
    unborn = draw(st.integers(0, 4)) == 0
    if unborn:
        return replace(
            truth,
            role=Role.UNBORN,
            identifiers=(),
            names=(),
            birth_date=None,
            sex=None,
            expected_date=INFANT_BORN,
            birth_order=truth.birth_order if keep[0] else None,
        )
    name = truth.names[0] if keep[1] else PersonName(draw(st.sampled_from(("", "Baby", "Twin"))), "Fairbairn")
    return replace(
        truth,
        identifiers=(*(truth.identifiers[:1] if keep[2] else ()), *(truth.identifiers[1:] if keep[3] else ())),
        names=(name,),
        sex=truth.sex if keep[4] else None,
        birth_order=truth.birth_order if keep[0] else None,
    )


@st.composite
def sets_of_several(draw: st.DrawFn) -> tuple[list[View], list[View]]:
    """Give what an event says of a set of twins or triplets, and what is on record of it, one baby perhaps twice."""
    size = draw(st.integers(2, 3))
    truths = [whole(place, size, draw(st.sampled_from((Sex.FEMALE, Sex.MALE)))) for place in range(size)]
    in_event = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=size, unique=True))
    on_record = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=size + 1))
    event = [View(place, draw(seen(truths[place]))) for place in in_event]
    record = [View(place, draw(seen(truths[place]))) for place in on_record]
    return event, record


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(sets_of_several())
def test_nobody_is_taken_for_the_twin(case: tuple[list[View], list[View]]) -> None:
    """However little each source says, a link goes to the same baby, and where nothing tells there is none."""
    event, record = case
    members = tuple(Member(place, view.person.role, (view.person,)) for place, view in enumerate(record))
    people = [view.person for view in event]
    found = link_children(event_people(people, NO_HOME), FamilyRecord(1, members).people())
    for view in event:
        if view.person.ref in found.links:
            assert record[found.links[view.person.ref]].place == view.place
