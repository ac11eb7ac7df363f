"""What evidence would change a match: each statement is true when it is tried, and the telling ones are found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from router.matching import FamilyRecord, MatchOutcome, Member, load_weights, resolve
from router.matching.evidence import WouldChange, what_would_change
from router.matching.gates import Gate
from router.matching.keys import blocking_keys
from router.matching.wording import KEYS, VERSION, field_in_words, gate_in_words, in_order, key_in_words
from router.model.people import Household, Person, Role, Sex
from tests.unit.matching.families import (
    ASK,
    ELSEWHERE,
    HOME,
    INFANT_CHI,
    MOTHER_CHI,
    NEW,
    NOWHERE,
    SAME,
    TWIN_CHI,
    adult,
    infant,
)

WEIGHTS = load_weights()


def family(*people: Person, home: Household = HOME, family_id: int = 7) -> FamilyRecord:
    """Return a family with a record of each of these."""
    members = tuple(Member(100 * family_id + n, one.role, (one,)) for n, one in enumerate(people, start=1))
    return FamilyRecord(family_id, members, (home,))


def changes(
    *people: Person, home: Household = HOME, known: FamilyRecord | None = None, more: tuple[FamilyRecord, ...] = ()
) -> dict[tuple[tuple[str, ...], bool], MatchOutcome]:
    """Return what would change the match of an event, by fields and whether they agree."""
    records = (known or family(adult(chi=MOTHER_CHI, phones=("07700900001",)), infant(chi=INFANT_CHI)), *more)
    found = what_would_change(people, home, records, WEIGHTS)
    return {(one.fields, one.agree): one.outcome for one in found}


def test_a_number_joins_what_name_and_birth_date_alone_do_not() -> None:
    """And so does anything else that is independent of them; what differs sends it elsewhere or keeps it in doubt."""
    found = changes(adult(), home=ELSEWHERE)
    for field in ("mother.chi", "mother.phone", "mother.email", "mother.nhs_number", "household.address"):
        assert found[(field,), True] is SAME
    assert found[("mother.birth_date",), False] is not SAME
    assert not any(agree and outcome is NEW for (_, agree), outcome in found.items())


STREET = Household(postcode=HOME.postcode)


@pytest.mark.parametrize(
    ("home", "theirs"),
    [(ELSEWHERE, HOME), (STREET, HOME), (NOWHERE, HOME), (STREET, STREET), (NOWHERE, STREET), (NOWHERE, NOWHERE),
     (HOME, ELSEWHERE), (STREET, Household(address_lines=HOME.address_lines))],
)  # fmt: skip
def test_it_is_the_house_that_settles_it_and_not_the_street(home: Household, theirs: Household) -> None:
    """Whatever the two state of their homes: a namesake may live in the street, and not in the house."""
    found = changes(adult(), home=home, known=family(adult(phones=("07700900001",)), home=theirs))
    assert found[("household.address",), True] is SAME
    assert not any("postcode" in field for fields, _ in found for field in fields)


def test_a_carers_own_postcode_gives_way_to_the_supposed_house() -> None:
    """Else the house would not be compared at all: who has a home of her own is not of the household's."""
    found = changes(adult(postcode=ELSEWHERE.postcode), home=HOME)
    assert found[("household.address",), True] is SAME


def test_another_house_would_part_or_put_in_doubt_what_the_house_joined() -> None:
    """Joined by name, birth date and house; with another house nothing independent is left."""
    known = family(adult(phones=("07700900001",)))
    assert resolve((adult(),), HOME, [known], WEIGHTS).outcome is SAME
    found = changes(adult(), known=known)
    assert found[("household.address",), False] is ASK
    assert (("household.address",), True) not in found


def test_what_would_part_a_family_that_was_joined() -> None:
    """Another number asks a person; an agreeing one changes nothing, so it is not said."""
    found = changes(adult(chi=MOTHER_CHI), infant(chi=INFANT_CHI))
    assert found[("mother.chi",), False] is ASK
    assert (("mother.chi",), True) not in found
    assert (("infant.birth_order",), True) not in found


def test_which_twin_it_is_would_settle_it() -> None:
    """The baby's number, name or order tells which of two is meant."""
    known = family(
        adult(chi=MOTHER_CHI),
        infant("a", chi=INFANT_CHI, given="Isla", order=1, of=2),
        infant("b", chi=TWIN_CHI, given="Iona", order=2, of=2),
    )
    event = (adult(chi=MOTHER_CHI), infant(of=2))
    assert resolve(event, HOME, [known], WEIGHTS).gates == (Gate.WHICH_TWIN,)
    found = changes(*event, known=known)
    for field in ("infant.chi", "infant.forename", "infant.birth_order"):
        assert found[(field,), True] is SAME


def test_several_children_are_named_by_their_place_and_not_by_the_senders_word() -> None:
    """A ref may be anything, a number too."""
    known = family(adult(chi=MOTHER_CHI), infant("a", order=1, of=2), infant("b", order=2, of=2))
    twins = (infant("0405260011", of=2), infant("0405260022", of=2))
    fields = {field for fields, _ in changes(adult(chi=MOTHER_CHI), *twins, known=known) for field in fields}
    assert {field.partition(".")[0] for field in fields if field.startswith("infant")} <= {"infant-1", "infant-2"}
    assert not any("04052600" in field for field in fields)


def test_where_no_single_field_would_join_them_pairs_are_given() -> None:
    """Both fields of a pair agree, and neither is a pair with itself."""
    known = family(adult(chi=MOTHER_CHI, phones=("07700900001",)))
    other = adult(given="Morag", born=date(1985, 10, 2), phones=("07700900001",))
    assert resolve((other,), HOME, [known], WEIGHTS).outcome is ASK
    found = changes(other, known=known)
    assert not any(len(fields) == 1 and outcome is SAME for (fields, _), outcome in found.items())
    pairs = [fields for (fields, agree), outcome in found.items() if len(fields) == 2 and agree and outcome is SAME]
    assert ("mother.chi", "mother.forename") in pairs


def test_a_new_family_has_nothing_to_say_of_another() -> None:
    """There is no family that it was found to be like."""
    stranger = adult(given="Morag", family="Unlike", born=date(1980, 1, 2))
    assert changes(stranger, home=ELSEWHERE) == {}


def test_a_second_family_that_is_as_likely_is_kept_in_the_comparison() -> None:
    """What would join the best of two must beat the other too."""
    twin = family(adult(chi=MOTHER_CHI, phones=("07700900001",)), family_id=8)
    found = what_would_change((adult(chi=MOTHER_CHI),), HOME, [family(adult(chi=MOTHER_CHI)), twin], WEIGHTS)
    assert resolve((adult(chi=MOTHER_CHI),), HOME, [family(adult(chi=MOTHER_CHI)), twin], WEIGHTS).gates
    assert WouldChange(fields=("mother.phone",), agree=True, outcome=SAME) not in found


@pytest.mark.parametrize("sexes", [(Sex.FEMALE, Sex.MALE), (Sex.INDETERMINATE, Sex.INDETERMINATE)])
def test_a_field_with_nothing_left_to_differ_by_is_passed_over(sexes: tuple[Sex, Sex]) -> None:
    """A record with both sexes, or with one that is neither."""
    child = infant(chi=INFANT_CHI)
    both = Member(702, Role.INFANT, tuple(replace(child, sex=sex) for sex in sexes))
    known = FamilyRecord(7, (Member(701, Role.MOTHER, (adult(chi=MOTHER_CHI),)), both), (HOME,))
    assert changes(adult(chi=MOTHER_CHI), child, known=known)


def test_every_kind_of_key_has_words() -> None:
    """The namespaces of an event with everything in it are those that have words, and the other way round."""
    event = (
        adult(chi=MOTHER_CHI, nhs="9990000018", local="1", phones=("07700900001",), emails=("a@example.org",)),
        infant(chi=INFANT_CHI),
    )
    kinds = {key.partition(":")[0] for key in blocking_keys(event, HOME)}
    assert kinds == set(KEYS) - {VERSION}


def test_words() -> None:
    """Fields, keys and gates in plain words; what is not known is said as it is."""
    assert field_in_words("mother.birth_date") == "the mother's birth date"
    assert field_in_words("infant-2.chi") == "the baby's CHI number (infant-2)"
    assert field_in_words("household.postcode") == "the household's postcode"
    assert field_in_words("partner") == "the partner"
    assert field_in_words("uncle.shoe_size") == "the uncle's shoe size"
    assert key_in_words("chi") == "the same CHI number"
    assert key_in_words("odd") == "odd"
    assert in_order(["home", "odd", "chi", "home"]) == ("chi", "home", "odd")
    assert gate_in_words("which-twin").endswith(".")
    assert gate_in_words("no-such-gate") == ""
