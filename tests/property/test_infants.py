"""No baby is made one with another on a birth date and the beginning of a name; and evidence that is supposed holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from router.matching import FamilyRecord, MatchOutcome, load_weights, resolve
from router.matching.evidence import what_would_change
from router.model.people import Household, Person, Sex
from tests.property.test_matching import events, homes, known_families
from tests.support.events import quick
from tests.unit.matching.families import HOME, MOTHER_CHI, OTHER_CHI, adult, family, infant

WEIGHTS = load_weights()
# names of which one begins as the other does, as sisters', brothers' and strangers' do
BEGIN_ALIKE = (
    ("Eva", "Evan"), ("Eva", "Evelyn"), ("Isla", "Isabella"), ("Rory", "Rowan"), ("Anna", "Annabel"), ("Mia", "Mila"),
    ("Finn", "Finlay"), ("Ella", "Ellen"), ("Max", "Maxwell"), ("Tavi", "Tavindra"),
)  # fmt: skip
SURNAMES = ("Fairbairn", "Testburn")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Person, Person]:
    """Draw two babies of one birth date whose names begin alike; sex, order and number may be unknown."""
    first, second = draw(st.permutations(draw(st.sampled_from(BEGIN_ALIKE))))
    surname = draw(st.sampled_from(SURNAMES))
    one, other = (
        infant(given=given, family=surname, sex=draw(st.sampled_from((None, Sex.FEMALE)))) for given in (first, second)
    )
    return one, other


@quick(150)
@given(
    pair=pairs(), home=homes, with_mothers=st.booleans(), mothers_born=st.sampled_from((date(1992, 3, 17), None)),
    given_name=st.sampled_from(("Catriona", "Morag", "")),
)  # fmt: skip
def test_strangers_babies_are_never_made_one(
    pair: tuple[Person, Person], home: Household, *, with_mothers: bool, mothers_born: date | None, given_name: str
) -> None:
    """At one address or anywhere, with mothers who have two numbers, or with nothing said of a mother."""
    one, other = pair
    mine = [adult(chi=MOTHER_CHI)] if with_mothers else []
    theirs = [adult(chi=OTHER_CHI, given=given_name, born=mothers_born)] if with_mothers else []
    match = resolve([*theirs, other], home, [family(7, [*mine, one], home)], WEIGHTS)
    assert match.outcome is not MatchOutcome.SAME_FAMILY


@quick(100)
@given(pair=pairs(), born=st.sampled_from((2, 3)), on_record=st.booleans())
def test_of_one_mothers_twins_none_is_taken_for_the_other(
    pair: tuple[Person, Person], born: int, *, on_record: bool
) -> None:
    """Whichever side says that there are several: the second is new to the family, or a person is asked."""
    one, other = pair
    known = replace(one, multiplicity=born if on_record else None)
    arrived = replace(other, multiplicity=None if on_record else born)
    match = resolve([adult(chi=MOTHER_CHI), arrived], HOME, [family(7, [adult(chi=MOTHER_CHI), known])], WEIGHTS)
    assert "infant-1" not in match.links
    assert match.outcome is not MatchOutcome.NEW_FAMILY


@quick(60)
@given(people=events(), home=homes, first=known_families(1), second=known_families(2))
def test_what_would_change_a_match_is_always_something_else(
    people: list[Person], home: Household, first: FamilyRecord, second: FamilyRecord
) -> None:
    """Whatever is stated or missing on either side, each statement says another conclusion than the match's own."""
    candidates = [first, second]
    now = resolve(people, home, candidates, WEIGHTS)
    for one in what_would_change(people, home, candidates, WEIGHTS):
        assert one.another_family or one.outcome is not now.outcome
        assert 1 <= len(one.fields) <= 2
