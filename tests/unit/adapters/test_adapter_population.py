"""The made-up population: the same for the same seed, of the size asked for, and with every special family in it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.dates import LONDON
from adapters.outcome import Item, Mapped, Quarantined
from adapters.population import AS_AT, FAMILIES, count_messages, population
from adapters.population.__main__ import app
from adapters.population.names import BOARDS, SURNAMES, Register
from adapters.population.special import LEAST_FAMILIES
from adapters.read import SOURCES, read
from adapters.vocabulary import is_danger
from router.v1 import referral_pb2 as pb
from tests.unit.adapters.native import facts, value_of

FILES = population()
ITEMS: dict[str, list[Item]] = {
    source: [item for file in FILES if file.source == source for item in read(source, file.data)] for source in SOURCES
}
EVENTS = [item.event for items in ITEMS.values() for item in items if isinstance(item, Mapped)]
WEIGHTS = range(10, 1, -1)


def _people(role: pb.PersonRole) -> list[pb.Person]:
    return [person for event in EVENTS for person in event.people if person.role == role]


def _chi(person: pb.Person) -> str:
    return next((one.value for one in person.identifiers if one.system == pb.IDENTIFIER_SYSTEM_CHI), "")


def _mother(event: pb.ReferralEvent) -> pb.Person:
    return next(person for person in event.people if person.role == pb.PERSON_ROLE_MOTHER)


def test_same_seed_same_files() -> None:
    """A seed gives the same bytes, another seed others."""
    assert [(one.name, one.data) for one in population()] == [(one.name, one.data) for one in FILES]
    assert [one.data for one in population(seed=7)] != [one.data for one in FILES]


def test_size_of_the_default() -> None:
    """Forty families give seventy to ninety messages, from all four sources."""
    assert FAMILIES == 40
    assert 70 <= count_messages() <= 90
    assert sum(len(items) for items in ITEMS.values()) == count_messages()
    assert all(len(items) >= 6 for items in ITEMS.values())


@pytest.mark.parametrize(("families", "seed"), [(LEAST_FAMILIES, 1), (60, 2), (200, 3)])
def test_other_sizes_are_readable(families: int, seed: int) -> None:
    """Any size and seed gives messages that can be read, but for the four that are broken on purpose."""
    items = [item for file in population(seed, families) for item in read(file.source, file.data)]
    assert sum(isinstance(item, Quarantined) for item in items) == 4
    assert len(items) == count_messages(seed, families)


def test_too_few_families() -> None:
    """A population without its special families is refused."""
    with pytest.raises(ValueError, match="or more"):
        population(families=LEAST_FAMILIES - 1)


def test_one_broken_message_in_each_format() -> None:
    """Each source has one message that cannot be mapped, and one of them speaks of danger."""
    broken = {source: [one for one in items if isinstance(one, Quarantined)] for source, items in ITEMS.items()}
    assert {source: [one.reason for one in found] for source, found in broken.items()} == {
        "neonatal": ["CSV_BAD_DATE"],
        "perinatal": ["FHIR_NOT_JSON"],
        "substance": ["CSV_WRONG_FIELD_COUNT"],
        "health-visiting": ["HL7_MISSING_SEGMENT"],
    }
    assert sum(b"suicid" in found[0].raw for found in broken.values()) == 1


def test_people_are_plainly_synthetic() -> None:
    """Surnames say so, telephone numbers are of the range kept for drama, mail goes nowhere."""
    known = {name.upper() for name in SURNAMES} | {"MARRIEDSON", "MCSAMPLE"}
    for event in EVENTS:
        for person in event.people:
            assert {name.family.upper() for name in person.names} <= known
            assert all(re.fullmatch(r"07700 900\d{3}", phone) for phone in person.phones)
            assert all(mail.endswith("@example.org") for mail in person.emails)
        assert re.fullmatch(r"[A-Z]{1,2}\d{1,2} \dZ[A-Z]", event.household.postcode)
        assert event.household.board_code in {board.code for board in BOARDS}


def test_chi_numbers_are_valid_and_of_their_people() -> None:
    """Each CHI has the birth date, the digit of the sex and the check digit; nobody shares one."""
    owners: dict[str, set[str]] = {}
    for person in (*_people(pb.PERSON_ROLE_MOTHER), *_people(pb.PERSON_ROLE_INFANT)):
        number = _chi(person)
        if not number:
            continue
        born = date.fromisoformat(person.birth_date)
        assert number[:6] == f"{born:%d%m%y}"
        total = sum(int(digit) * weight for digit, weight in zip(number[:9], WEIGHTS, strict=True))
        assert (11 - total % 11) % 11 == int(number[9])
        if person.sex:
            assert int(number[8]) % 2 == (0 if person.sex == pb.SEX_FEMALE else 1)
        owners.setdefault(number, set()).add(person.birth_date)
    assert all(len(dates) == 1 for dates in owners.values())


def test_register_gives_everything_once() -> None:
    """No number is handed out twice."""
    from random import Random  # noqa: PLC0415 - only here

    register = Register(Random(1))
    numbers = [register.chi(date(1990, 1, 1), female=True) for _ in range(200)]
    assert len(set(numbers)) == 200
    assert len({register.phone() for _ in range(500)}) == 500


def test_everything_happened_before_the_as_at_date() -> None:
    """No referral, birth or observation is of the future."""
    for event in EVENTS:
        assert event.occurred_at.ToDatetime(LONDON).date() <= AS_AT
        for person in event.people:
            assert person.birth_date <= AS_AT.isoformat()


def test_a_family_known_to_all_four() -> None:
    """One mother is in all four systems, spelt in more than one way, and without CHI in one."""
    phones = Counter[str]()
    for source in SOURCES:
        for phone in {p for event in EVENTS if event.source_system.startswith(_prefix(source)) for p in _phones(event)}:
            phones[phone] += 1
    (phone,) = [one for one, count in phones.items() if count == 4]
    hers = [event for event in EVENTS if phone in _mother(event).phones]
    assert len({(name.given, name.family.title()) for event in hers for name in _mother(event).names}) >= 3
    assert "" in {_chi(_mother(event)) for event in hers}
    assert len({event.household.postcode for event in hers}) == 1


def _prefix(source: str) -> str:
    return {"neonatal": "badgernet", "perinatal": "morse", "substance": "daisy", "health-visiting": "chsp"}[source]


def _phones(event: pb.ReferralEvent) -> list[str]:
    return list(_mother(event).phones)


def test_twins() -> None:
    """Two infants of one birth stand in two rows and two messages."""
    twins = [person for person in _people(pb.PERSON_ROLE_INFANT) if person.multiplicity == 2]
    assert {person.birth_order for person in twins} == {1, 2}
    assert len({_chi(person) for person in twins}) == 2
    assert len({person.birth_date for person in twins}) == 1


def test_a_baby_without_a_forename() -> None:
    """One baby is only "Baby" with its surname, and has no CHI yet."""
    unnamed = [one for one in _people(pb.PERSON_ROLE_INFANT) if any(name.given == "Baby" for name in one.names)]
    assert [_chi(one) for one in unnamed] == [""]


def test_a_changed_surname() -> None:
    """One source knows the name from before and the one of now, another only the one from before."""
    former = [one for person in _people(pb.PERSON_ROLE_MOTHER) for one in person.names if one.former]
    assert len(former) == 1
    current = {name.family for person in _people(pb.PERSON_ROLE_MOTHER) for name in person.names if not name.former}
    assert former[0].family in current


@pytest.mark.parametrize(
    "fact",
    [
        "recent_mental_state_change",
        "child_protection_concern",
        "bruising_not_mobile",
        "domestic_abuse_disclosed",
        "partner_violence",
    ],
)
def test_dangers(fact: str) -> None:
    """A red flag, a protection concern and a disclosure are among the messages."""
    assert any((seen.fact, value_of(seen)) == (fact, True) for event in EVENTS for seen in event.observations)


def test_danger_is_the_exception() -> None:
    """At most one family in ten is in danger."""
    endangered = {
        (_mother(event).birth_date, _mother(event).names[0].given[:2])
        for event in EVENTS
        if any(is_danger(seen.fact, value_of(seen)) for seen in event.observations)
    }
    assert 0 < len(endangered) <= FAMILIES / 10


def test_severity_is_missing_in_one_family() -> None:
    """One diagnosis comes without its severity; the other families state it."""
    without = [
        event
        for event in EVENTS
        if event.source_system.startswith("morse") and "parent_illness_severity" not in {f for f, _, _ in facts(event)}
    ]
    assert len(without) == 1


def test_a_family_of_two_boards() -> None:
    """One baby is in one board's unit and goes to another board."""
    boards: dict[str, set[str]] = {}
    for event in EVENTS:
        infants = [person for person in event.people if person.role == pb.PERSON_ROLE_INFANT]
        for infant in infants:
            if _chi(infant):
                boards.setdefault(_chi(infant), set()).add(event.source_system.split("-", 1)[1])
    assert sum(len(names) == 2 for names in boards.values()) == 1
    assert [event.household.destination_board_code for event in EVENTS if event.household.destination_board_code]


def test_namesakes() -> None:
    """Two mothers share name and birth date, and neither number, telephone nor home."""
    seen: dict[tuple[str, str, str], set[tuple[str, str, str]]] = {}
    for event in EVENTS:
        mother = _mother(event)
        if _chi(mother):
            key = (mother.names[0].given, mother.names[0].family, mother.birth_date)
            seen.setdefault(key, set()).add((_chi(mother), mother.phones[0], event.household.postcode))
    doubles = [list(found) for found in seen.values() if len({number for number, _, _ in found}) == 2]
    assert len(doubles) == 1
    (first, second) = doubles[0]
    assert not set(first) & set(second)


def test_command_writes_the_files(tmp_path: Path) -> None:
    """The command writes one folder for each source."""
    result = CliRunner().invoke(app, [str(tmp_path / "out"), "--families", "12", "--seed", "5"])
    assert result.exit_code == 0, result.output
    written = {(path.parent.name, path.name): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    assert written == {(one.source, one.name): one.data for one in population(5, 12)}


@pytest.mark.parametrize("arguments", [["--families", "3"], ["--as-at", "2026-02-30"]])
def test_command_refuses_what_it_cannot_make(tmp_path: Path, arguments: list[str]) -> None:
    """Too few families or an impossible date is wrong use."""
    assert CliRunner().invoke(app, [str(tmp_path), *arguments]).exit_code == 2
