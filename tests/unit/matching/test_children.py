"""Which infant is which: two babies never become one, and one baby seldom two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from router.matching.children import ChildLinks, link_children
from router.matching.compare import Level
from router.matching.gates import Gate
from router.matching.infants import AFTER_BIRTH, BEFORE_BIRTH, Dates, fits, relate_dates
from router.matching.profile import event_people, profile_of
from router.model.people import Person, Role, Sex
from tests.unit.matching.families import HOME, INFANT_BORN, INFANT_CHI, TWIN_CHI, adult, family, infant, unborn

DAY = timedelta(days=1)
GIRL, BOY = Sex.FEMALE, Sex.MALE


def link(event: Sequence[Person], known: Sequence[Person]) -> ChildLinks:
    """Link an event's children to those of a family whose person ids are 10 and on."""
    return link_children(event_people(event, HOME), family(1, known).people())


def test_one_infant_of_one_date() -> None:
    """The only infant of a birth date is that infant."""
    assert link([infant()], [infant()]).links == {"infant-1": 10}


def test_agreeing_number_links_whatever_the_name() -> None:
    """A number is enough for a singleton, though the baby was named since."""
    found = link([infant(chi=INFANT_CHI, given="Eilidh")], [infant(chi=INFANT_CHI, given="Isla")])
    assert (found.links, found.number, found.unclear) == ({"infant-1": 10}, True, set())


def test_agreeing_number_with_another_birth_date_asks() -> None:
    """A number that agrees while the birth date does not links nothing."""
    found = link([infant(chi=INFANT_CHI, born=INFANT_BORN + 40 * DAY)], [infant(chi=INFANT_CHI)])
    assert (found.links, found.unclear) == ({}, {Gate.INFANT_NUMBER_CONTRADICTED})
    assert found.number_contradicted
    assert not found.number


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (infant(chi=TWIN_CHI), infant(chi=INFANT_CHI)),
        (infant(sex=GIRL), infant(sex=BOY)),
        (infant(order=2), infant(order=1)),
        (infant(given="Eilidh"), infant(given="Fergus")),
    ],
    ids=["number", "sex", "birth order", "forename"],
)
def test_conflict_of_one_date_is_a_new_twin(mine: Person, theirs: Person) -> None:
    """An infant in conflict with the family's only one of that date is its twin, and new."""
    found = link([mine], [theirs])
    assert (found.links, found.unclear) == ({}, set())
    assert found.dates is Level.EXACT


def test_conflict_in_a_set_of_one_asks() -> None:
    """Where a source says that there is one infant only, a conflict is a question and no twin."""
    assert link([infant(sex=GIRL, of=1)], [infant(sex=BOY)]).unclear == {Gate.WHICH_TWIN}


def test_similar_forenames_ask() -> None:
    """A forename that is nearly the known one is neither the same infant nor surely a twin."""
    assert link([infant(given="Marie")], [infant(given="Maria")]).unclear == {Gate.WHICH_TWIN}


def test_placeholder_conflicts_with_nothing() -> None:
    """Baby Girl and Eilidh of one date are one."""
    assert link([infant(given="Baby Girl")], [infant(given="Eilidh")]).links == {"infant-1": 10}


def test_twins_are_told_by_birth_order() -> None:
    """Twins that state their order are linked by it, in whatever order they come."""
    known = [infant("a", order=1), infant("b", order=2)]
    assert link([infant("x", order=2), infant("y", order=1)], known).links == {"x": 11, "y": 10}


def test_twin_is_told_by_forename_variant_or_local_number() -> None:
    """A forename, a variant of it, or the sender's own number picks one twin."""
    known = [infant("a", given="Catriona"), infant("b", given="Isla", local="B-2")]
    assert link([infant(given="Katrina")], known).links == {"infant-1": 10}
    assert link([infant(local="B-2")], known).links == {"infant-1": 11}


def test_last_twin_is_told_by_the_other() -> None:
    """Where one twin is told and both are known, the other is the other."""
    known = [infant("a", given="Isla"), infant("b", given="Eilidh")]
    assert link([infant("x", given="Isla"), infant("y")], known).links == {"x": 10, "y": 11}


def test_twin_is_told_by_sex_only_when_both_are_known() -> None:
    """Of a boy and a girl the boy is the boy; of one known boy of twins, a boy may be his brother."""
    assert link([infant(sex=BOY)], [infant("a", sex=GIRL), infant("b", sex=BOY)]).links == {"infant-1": 11}
    found = link([infant(sex=BOY)], [infant(sex=BOY, of=2)])
    assert (found.links, found.unclear) == ({}, {Gate.WHICH_TWIN})


def test_second_in_birth_order_is_a_twin() -> None:
    """An infant second in birth order is one of several, though nobody says how many there are."""
    assert link([infant(order=2)], [infant()]).unclear == {Gate.WHICH_TWIN}


def test_one_baby_on_record_twice_is_no_pair_of_twins() -> None:
    """Two records that may be one baby do not make the set complete, so a new twin is not taken for one of them."""
    nameless = infant("a", order=1, of=2)
    named = infant("b", chi=INFANT_CHI, given="Isla", of=2)
    found = link([infant(chi=TWIN_CHI, given="Eilidh")], [nameless, named])
    assert (found.links, found.unclear) == ({}, {Gate.WHICH_TWIN})
    both = [infant("x", chi=INFANT_CHI, given="Isla"), infant("y", chi=TWIN_CHI, given="Eilidh")]
    found = link(both, [nameless, named])
    assert (found.links, found.unclear) == ({"x": 11}, {Gate.WHICH_TWIN})


def test_known_infant_is_the_one_that_the_others_cannot_be() -> None:
    """Of two infants in one message the known one is that which nothing parts from it."""
    girl, boy = infant("x", sex=GIRL), infant("y", sex=BOY)
    assert link([girl, boy], [infant(sex=BOY)]).links == {"y": 10}
    assert link([girl, boy, infant("z", sex=BOY)], [infant(sex=BOY, of=3)]).unclear == {Gate.WHICH_TWIN}
    numbered = infant("x", chi=INFANT_CHI)
    known = [infant("a", chi=INFANT_CHI, order=1), infant("b", order=2, of=3)]
    assert link([numbered, infant("y"), infant("z", order=3)], known).links == {"x": 10, "y": 11}


def test_twins_that_nothing_tells_apart_ask() -> None:
    """One infant without order, name or sex may be either of two."""
    found = link([infant()], [infant("a"), infant("b")])
    assert (found.links, found.unclear) == ({}, {Gate.WHICH_TWIN})


def test_two_infants_against_one_ask_unless_told() -> None:
    """Either of two new twins may be the known infant; a birth order tells which, and the other is new."""
    assert link([infant("x"), infant("y")], [infant("a")]).unclear == {Gate.WHICH_TWIN}
    assert link([infant("x", order=1), infant("y", order=2)], [infant("a", order=2)]).links == {"y": 10}


def test_two_infants_with_one_number_ask() -> None:
    """Twins sent with one and the same number are not both that infant."""
    found = link([infant("x", chi=INFANT_CHI), infant("y", chi=INFANT_CHI)], [infant(chi=INFANT_CHI)])
    assert (found.links, found.unclear) == ({}, {Gate.WHICH_TWIN})


def test_infant_linked_by_number_is_not_there_for_another() -> None:
    """An infant of the same date as one that a number has linked already is its twin, and new."""
    found = link([infant("x", chi=INFANT_CHI, born=None), infant("y")], [infant(chi=INFANT_CHI)])
    assert found.links == {"x": 10}


def test_number_of_one_twin_with_the_order_of_the_other_asks() -> None:
    """Among twins a number whose sex or order is the other's is a slip that a person must see."""
    known = [infant("a", chi=INFANT_CHI, order=1), infant("b", chi=TWIN_CHI, order=2)]
    assert link([infant(chi=INFANT_CHI, order=2)], known).unclear == {Gate.WHICH_TWIN}
    assert link([infant(chi=TWIN_CHI, order=2)], known).links == {"infant-1": 11}


def test_third_infant_of_two_asks() -> None:
    """An infant in conflict with both known twins is no third, unless the source says that there are three."""
    known = [infant("a", given="Isla"), infant("b", given="Eilidh")]
    assert link([infant(given="Fergus")], known).unclear == {Gate.WHICH_TWIN}
    found = link([infant(given="Fergus", of=3)], known)
    assert (found.links, found.unclear) == ({}, set())


def test_twin_born_after_midnight() -> None:
    """The second twin may have the next day's date; nobody is linked across it, and order makes it new."""
    known = [infant(order=1, of=2)]
    found = link([infant(born=INFANT_BORN + DAY, order=2, of=2)], known)
    assert (found.links, found.unclear) == ({}, set())
    assert link([infant(born=INFANT_BORN + DAY, of=2)], known).unclear == {Gate.WHICH_TWIN}


@pytest.mark.parametrize(("days", "gates"), [(269, {Gate.INFANT_DATES_APART}), (270, set()), (800, set())])
def test_next_pregnancy(days: int, gates: set[Gate]) -> None:
    """From 270 days on a birth is the next pregnancy and the infant new; before that, dates are in conflict."""
    for shift in (days * DAY, -days * DAY):
        found = link([infant(born=INFANT_BORN + shift)], [infant()])
        assert (found.links, found.unclear) == ({}, gates)


@pytest.mark.parametrize(
    ("expected", "fit"),
    [
        (INFANT_BORN - BEFORE_BIRTH, True),
        (INFANT_BORN - BEFORE_BIRTH - DAY, False),
        (INFANT_BORN + AFTER_BIRTH, True),
        (INFANT_BORN + AFTER_BIRTH + DAY, False),
    ],
)
def test_expected_date_and_birth(expected: date, fit: bool) -> None:
    """An unborn becomes the born infant from 18 weeks early to three weeks late, and so the other way round."""
    assert fits(expected, INFANT_BORN) is fit
    assert bool(link([infant()], [unborn(expected=expected)]).links) is fit
    assert bool(link([unborn(expected=expected)], [infant()]).links) is fit


def test_unborn_twins_become_infants_by_birth_order() -> None:
    """Unborn twins become the born ones one by one; without their order a person is asked."""
    due = INFANT_BORN + 21 * DAY
    born = [infant("x", order=1, of=2), infant("y", order=2, of=2)]
    known = [unborn("a", expected=due, order=1), unborn("b", expected=due, order=2)]
    assert link(born, known).links == {"x": 10, "y": 11}
    assert link(born[:1], [unborn(expected=due, of=2)]).unclear == {Gate.WHICH_TWIN}


def test_unborn_of_one_pregnancy() -> None:
    """Expected dates within three weeks are one pregnancy, further apart a question, 270 days the next one."""
    due = date(2026, 9, 1)
    assert link([unborn(expected=due + 21 * DAY)], [unborn(expected=due)]).links == {"unborn-1": 10}
    assert link([unborn(expected=due + 22 * DAY)], [unborn(expected=due)]).unclear == {Gate.INFANT_DATES_APART}
    assert link([unborn(expected=due + 270 * DAY)], [unborn(expected=due)]).unclear == set()


def test_undated_pregnancy() -> None:
    """An undated pregnancy is the one under way, and never a born infant's."""
    assert link([unborn()], [unborn(expected=INFANT_BORN)]).links == {"unborn-1": 10}
    found = link([unborn()], [infant()])
    assert (found.links, found.unclear) == ({}, set())
    found = link([infant()], [unborn()])
    assert (found.links, found.unclear) == ({}, set())


def test_undated_pregnancy_beside_a_born_child() -> None:
    """One of two pregnancies may have ended in a birth: told apart where the birth fits its date, else asked about."""
    brother = infant("sibling-1", role=Role.SIBLING, given="Fergus")
    ended = link([unborn(), brother], [unborn(expected=INFANT_BORN)])
    assert (ended.links, ended.unclear) == ({}, set())
    long_after = INFANT_BORN + 700 * DAY
    found = link([unborn(expected=long_after)], [unborn(), infant("infant-1", given="Fergus")])
    assert (found.links, found.unclear) == ({}, {Gate.WHICH_INFANT})
    assert link([unborn(expected=long_after)], [unborn()]).links == {"unborn-1": 10}


def test_infant_without_date_or_number_asks() -> None:
    """An infant with neither may be the known one: no link, and a person asked; one in conflict with it is new."""
    assert link([infant(born=None)], [infant(given="Isla")]).unclear == {Gate.WHICH_INFANT}
    assert link([infant(given="Fergus", born=None)], [infant(given="Isla")]).unclear == set()
    assert link([infant(born=None, chi=INFANT_CHI)], [infant(chi=INFANT_CHI)]).links == {"infant-1": 10}


def test_forename_picks_an_undated_infant_out_of_its_family() -> None:
    """Full forenames that agree link an infant without date or number to the only one it can be; never of twins."""
    assert link([infant(given="Isla", born=None)], [infant(given="Isla")]).links == {"infant-1": 10}
    assert link([infant(given="Isla", born=None)], [infant(given="Isla", of=2)]).unclear == {Gate.WHICH_INFANT}
    two = [infant("a", given="Isla"), infant("b", given="")]
    assert link([infant(given="Isla", born=None)], two).unclear == {Gate.WHICH_INFANT}


def test_sibling_on_record_is_the_infant_of_another_source() -> None:
    """A known sibling with the infant's number or birth date is that infant; other siblings are left alone."""
    sibling = infant("sibling-1", role=Role.SIBLING, chi=INFANT_CHI)
    assert link([infant(chi=INFANT_CHI)], [adult(), sibling]).links == {"infant-1": 11}
    assert link([infant(born=INFANT_BORN + 100 * DAY)], [adult(), sibling]).unclear == set()


def test_evidence_for_the_family() -> None:
    """The best level of dates and forenames is kept, and whether anything speaks against the infant."""
    found = link([infant(given="Isla")], [infant(given="Isla"), infant(born=INFANT_BORN - 900 * DAY)])
    assert (found.dates, found.forename, found.undisputed) == (Level.EXACT, Level.EXACT, True)
    due = INFANT_BORN
    assert link([unborn(expected=due)], [unborn(expected=due)]).dates is Level.EXPECTED
    assert link([infant()], [unborn(expected=due)]).dates is Level.WINDOW
    assert link([infant()], [infant(born=INFANT_BORN - 900 * DAY)]).dates is Level.DIFFERENT
    assert link([unborn()], [unborn()]).dates is None
    assert not link([infant(sex=BOY)], [infant(sex=GIRL)]).undisputed


def test_dates_of_two_infants_without_any() -> None:
    """Two born infants without dates may be anybody."""
    nobody = profile_of((infant(born=None),))
    assert relate_dates(nobody, nobody) is Dates.UNKNOWN
