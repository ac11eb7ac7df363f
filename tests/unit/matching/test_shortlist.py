"""Strangers who share one kind of key with an event are passed over; whoever shares more, or a number, never is."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from router.matching import blocking_keys
from router.matching.shortlist import EVIDENT, FEW, NUMBERS, crowd, shortlist
from router.model.people import Household, Identifier, IdentifierSystem, Person, PersonName, Role

CROWD = frozenset(range(100, 110))
BLOCKS = st.dictionaries(st.integers(0, 8), st.frozensets(st.integers(0, 12), min_size=1))
KINDS = st.dictionaries(st.integers(0, 9), st.sampled_from(["born", "name", "infant", "phone"]))


def test_one_kind_of_key_finds_nobody_of_a_crowd() -> None:
    """Nor do two keys of that kind. One that few have finds them."""
    kinds = {1: "born", 2: "born", 3: "name"}
    few = frozenset(range(FEW))
    assert shortlist(kinds, {1: CROWD, 2: CROWD}) == set()
    assert shortlist(kinds, {1: CROWD, 2: few}) == few
    assert shortlist(kinds, {1: CROWD, 2: few | {9}}) == set()


def test_those_that_a_person_is_asked_about_count_as_one() -> None:
    """However many they are, and beside as many others as are few; a pair of which one is elsewhere binds nobody."""
    kinds = {1: "born", 2: "name"}
    asked_about = [(100 + n, 101 + n) for n in range(9)]
    assert crowd(kinds, {1: CROWD}) == CROWD
    assert shortlist(kinds, {1: CROWD}, asked_about) == CROWD
    assert shortlist(kinds, {1: CROWD | {7}}, asked_about) == CROWD | {7}
    assert shortlist(kinds, {1: CROWD | {7, 8}}, asked_about) == set()
    assert shortlist(kinds, {1: CROWD}, [(100, 55), (55, 101), *asked_about[2:]]) == set()
    assert crowd({**kinds, 3: "home"}, {1: CROWD, 2: frozenset({100}), 3: frozenset({100})}) == set()


def test_who_shares_one_kind_is_not_read_beside_the_evident_family() -> None:
    """One that shares three kinds, of which none is a number; two are not enough."""
    kinds = {1: "born", 2: "name", 3: "home", 4: "infant"}
    own, other = frozenset({1}), frozenset({2})
    assert shortlist(kinds, {1: own, 2: own, 3: own, 4: other}) == own
    assert shortlist(kinds, {1: own, 2: own, 4: other}) == own | other


def test_two_kinds_find_who_has_both() -> None:
    """And nobody else of either crowd."""
    assert shortlist({1: "born", 2: "name"}, {1: CROWD, 2: frozenset({100, *range(200, 210)})}) == {100}


def test_a_number_finds_whoever_has_it() -> None:
    """However many: a number that agrees is never passed over in silence."""
    for kind in NUMBERS:
        assert shortlist({1: kind, 2: "name"}, {1: CROWD}) == CROWD


def test_an_event_of_one_kind_finds_everybody() -> None:
    """It could not share two."""
    assert shortlist({1: "infant", 2: "infant"}, {1: CROWD}) == CROWD


@given(KINDS, BLOCKS)
def test_a_family_is_found_by_what_it_shares(kinds: dict[int, str], families_of: dict[int, frozenset[int]]) -> None:
    """Said the slow way, for each family by itself."""
    shared: dict[int, list[int]] = {}
    for key in kinds.keys() & families_of.keys():
        for family in families_of[key]:
            shared.setdefault(family, []).append(key)
    evident = any(len({kinds[key] for key in keys}) >= EVIDENT for keys in shared.values())
    expected = {
        family
        for family, keys in shared.items()
        if len({kinds[key] for key in keys}) > 1
        or len(set(kinds.values())) == 1
        or any(kinds[key] in NUMBERS for key in keys)
        or (not evident and any(len(families_of[key]) <= FEW for key in keys))
    }
    assert shortlist(kinds, families_of) == expected
    assert shortlist(dict(reversed(kinds.items())), families_of) == expected


def test_numbers_are_the_kinds_that_the_matcher_has() -> None:
    """Every kind named here is one under which the matcher stores a person."""
    identifiers = [Identifier(one, value, "a") for one, value in zip(
        (IdentifierSystem.CHI, IdentifierSystem.NHS_NUMBER, IdentifierSystem.LOCAL),
        ("1506920013", "9434765919", "x1"), strict=True,
    )]  # fmt: skip
    mother = Person(
        "mother",
        Role.MOTHER,
        tuple(identifiers),
        (PersonName("Ailsa", "Testburn"),),
        date(1992, 6, 15),
        phones=("07700900123",),
        emails=("ailsa@example.org",),
    )
    kinds = {key.partition(":")[0] for key in blocking_keys([mother], Household(postcode="ML1 1ZZ"))}
    assert kinds > NUMBERS
