"""The synthetic families: their names, numbers and stories are what the rates say."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from random import Random

import pytest

from router.linkage import faults
from router.linkage.generate import as_json_line, generate
from router.linkage.names import load_names
from router.linkage.rates import Kind, Origin, Rates
from router.linkage.register import Register
from router.linkage.truth import Labelled
from router.matching.normalise import forename, surname
from router.model import chi
from router.model.people import CARERS, IdentifierSystem, Person, Role, Sex

FAMILIES = 2_500


@pytest.fixture(scope="module")
def events() -> list[Labelled]:
    """Return the events of 2,500 families."""
    return list(generate(FAMILIES, 11))


def _share(part: int, whole: int) -> float:
    return part / whole


def _carer(one: Labelled) -> Person | None:
    return next((person for person in one.event.people if person.role in CARERS), None)


def _chi(person: Person) -> list[str]:
    return [number.value for number in person.identifiers if number.system is IdentifierSystem.CHI]


def test_chi_numbers_are_missing_as_often_as_the_rates_say(events: list[Labelled]) -> None:
    """Three in ten carers and seven in ten infants have no CHI number in an event."""
    carers = [carer for one in events if (carer := _carer(one)) is not None and carer.role is Role.MOTHER]
    infants = [person for one in events for person in one.event.people if person.role is Role.INFANT]
    assert _share(sum(not _chi(one) for one in carers), len(carers)) == pytest.approx(0.30, abs=0.05)
    assert _share(sum(not _chi(one) for one in infants), len(infants)) == pytest.approx(0.70, abs=0.05)


def test_chi_numbers_pass_their_check_and_some_only_by_luhn(events: list[Labelled]) -> None:
    """Nearly all numbers are well formed; about one in ten passes modulus 10 alone."""
    numbers = [
        chi.normalise(value) for one in events for person in one.event.people for value in _chi(person)
    ]  # fmt: skip
    passing = [number for number in numbers if number and chi.passes_check(number)]
    assert _share(len(passing), len(numbers)) > 0.98
    eleven = [number for number in passing if _eleven(number)]
    assert 0.80 < _share(len(eleven), len(passing)) < 0.97


def _eleven(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(number[9])


def test_nobody_gets_anothers_number() -> None:
    """A register gives each number once, and a twin the one beside."""
    register = Register()
    rng = Random(3)
    born = date(1990, 2, 3)
    numbers = [register.chi(born, Sex.FEMALE, rng) for _ in range(200)]
    assert len(set(numbers)) == 200
    beside = register.chi(born, Sex.FEMALE, rng, beside=numbers[0])
    assert 0 < (int(beside[6:9]) - int(numbers[0][6:9])) % 1000 < 60
    assert len({register.phone() for _ in range(10_000)}) == 10_000


def test_every_kind_and_origin_comes(events: list[Labelled]) -> None:
    """Of 2,500 families there is one of each origin, and of each kind but the rarest."""
    kinds = Counter(kind for one in events for kind in one.truth.kinds)
    assert {one.truth.origin for one in events} == set(Origin)
    assert set(Kind) - set(kinds) <= {Kind.TRIPLETS, Kind.SURROGATE, Kind.ADOPTED}


@pytest.mark.parametrize(
    ("rate", "kind"),
    [
        ("sisters", Kind.SISTERS),
        ("twin_mothers", Kind.TWIN_MOTHERS),
        ("namesakes", Kind.NAMESAKES),
        ("refuge", Kind.REFUGE),
        ("mother_and_daughter", Kind.MOTHER_AND_DAUGHTER),
        ("reused_phone", Kind.REUSED_PHONE),
        ("fostered", Kind.FOSTERED),
        ("adopted", Kind.ADOPTED),
        ("surrogate", Kind.SURROGATE),
        ("same_sex_parents", Kind.SAME_SEX_PARENTS),
        ("twins", Kind.TWINS),
        ("name_mistyped", Kind.NAME_MISTYPED),
        ("birth_date_fault", Kind.BIRTH_DATE_FAULT),
        ("moved", Kind.MOVED),
        ("next_pregnancy", Kind.NEXT_PREGNANCY),
    ],
)
def test_a_rate_rules_its_kind(rate: str, kind: Kind) -> None:
    """Nothing comes of a rate of 0, and much of a high one."""
    never, often = (
        [one for one in generate(80, 5, Rates().with_changes({rate: value})) if kind in one.truth.kinds]
        for value in (0.0, 0.8)
    )
    assert not never
    assert len(often) > 20


def test_impossible_rates_are_refused() -> None:
    """A rate that is unknown or no share is refused by name."""
    with pytest.raises(ValueError, match="rate wishes"):
        Rates().with_changes({"wishes": 0.1})
    with pytest.raises(ValueError, match="rate moved is 2"):
        Rates().with_changes({"moved": 2})


def test_namesakes_are_two_women_of_one_name_birth_date_and_street() -> None:
    """As hard as it gets: only number, house, phone and infants tell them apart."""
    rates = Rates().with_changes({
        "namesakes": 1.0, "sisters": 0, "twin_mothers": 0, "name_mistyped": 0, "naming_custom": 0, "renamed": 0,
        "spelt_otherwise": 0, "surname_spelt_otherwise": 0, "swapped_names": 0, "mother_and_daughter": 0,
        "birth_date_fault": 0, "birth_date_missing": 0, "default_date": 0, "refuge": 0, "moved": 0, "later_events": 0,
        "postcode_missing": 0, "initial_only": 0, "forename_missing": 0, "same_sex_parents": 0, "reused_phone": 0,
        "fostered": 0, "adopted": 0, "surrogate": 0, "child_only": 0,
    })  # fmt: skip
    stories: dict[str, list[Labelled]] = {}
    for one in generate(60, 4, rates):
        carer = _carer(one)
        assert carer is not None
        stories.setdefault(f"{carer.birth_date}", []).append(one)
    pairs = [pair for pair in stories.values() if len(pair) == 2]
    assert len(pairs) > 20
    for pair in pairs:
        assert len({one.truth.family for one in pair}) == 2
        assert len({one.event.household.postcode.replace(" ", "").upper() for one in pair}) == 1


def test_a_line_of_json_has_the_event_and_its_truth(events: list[Labelled]) -> None:
    """A line is one object with the router's own field names, and ends with a line break."""
    line = as_json_line(events[0])
    assert line.endswith(b"\n")
    content = json.loads(line)
    assert content["event"]["people"][0]["role"] in set(Role)
    assert content["truth"].keys() == {"family", "people", "births", "kinds", "origin", "first", "starts"}


def test_slips_change_one_thing() -> None:
    """A mistyped word or number differs, and by little."""
    rng = Random(1)
    for word in ("Catriona", "Zofia", "Ng"):
        assert abs(len(faults.mistype(word, rng)) - len(word)) <= 1
    number = "0101901234"
    assert sum(a != b for a, b in zip(number, faults.mistype_digit(number, rng), strict=True)) == 1
    for _ in range(200):
        assert faults.wrong_date(date(1990, 2, 3), rng) != date(1990, 2, 3)


def test_names_hold_no_placeholder() -> None:
    """Every name of the stock is one that the matcher takes for a name."""
    rng = Random(2)
    names = load_names()
    for origin, stock in names.stocks.items():
        for _ in range(60):
            assert forename(stock.women.draw(rng))
            assert surname(names.surname(origin, rng))
