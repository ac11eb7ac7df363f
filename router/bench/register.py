"""A register of made-up families, as many as are wanted, quickly: what a store is filled with before it is measured.

Names are as unevenly spread as Scotland's, since common names are what crowds the index: the twelve most common
surnames are a tenth of all. Each family comes from its number alone, so that it can be told again, with variations.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from router.bench.register_names import (
    BABIES,
    DISTRICTS,
    FATHERS,
    KINDS,
    MOTHERS,
    OF_BABIES,
    OF_FATHERS,
    OF_MOTHERS,
    OF_SURNAMES,
    STREETS,
    SURNAMES,
)

SYSTEM = "child-health-register"

_BOARDS = [f"S080000{number}" for number in (15, 16, 17, 19, 20, 22, 24, 25, 26, 28, 29, 30, 31, 32)]
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
#: Postcodes of Scotland in use; some fifteen homes each.
_POSTCODES = 150_000
_CHI_WEIGHTS = range(10, 1, -1)
_NUMBERS_OF_A_DAY = 1_000
#: The infants of a register are born over three years, and mothers are from 17 to 43, each day as likely as another.
_DAYS_OF_REGISTER, _DAYS_OF_MOTHERS, _YOUNGEST = 1_097, 9_497, 6_210
#: Shares of families, or of people, of whom the register knows this.
_PARTNER, _FATHERS_NAME_IS_HERS, _TWINS, _MAIDEN_NAME = 0.7, 0.6, 0.015, 0.2
_MOTHERS_NUMBER, _INFANTS_NUMBER, _MOTHERS_PHONE, _PARTNERS_PHONE, _PARTNERS_BIRTH = 0.7, 0.3, 0.85, 0.3, 0.6


Content = dict[str, Any]
"""An event as the contract's JSON."""


class Families:
    """The families of one seed, by number from 0."""

    def __init__(self, seed: int, today: date) -> None:
        self._seed = seed
        self._today = today
        self._rng = Random()  # noqa: S311 - synthetic people, not secrets

    def record(self, number: int) -> Content:
        """Return the register's record of a family."""
        rng = self._rng
        rng.seed(number * 1_000_003 + self._seed)
        surname = self.surname(rng)
        days, serial = _spread_out(number, _DAYS_OF_REGISTER)
        born = self._today - timedelta(days=days)
        people = [self._mother(rng, surname, number)]
        father_surname = surname if rng.random() < _FATHERS_NAME_IS_HERS else self.surname(rng)
        if rng.random() < _PARTNER:
            people.append(self._partner(rng, father_surname, people[0]["birth_date"]))
        twins = 2 if rng.random() < _TWINS else 1
        people += [self._infant(rng, father_surname, born, order, twins) for order in range(1, twins + 1)]
        if rng.random() < _INFANTS_NUMBER:
            people[-1]["identifiers"] = _chi(born, serial)
        return {
            "source_system": SYSTEM,
            "source_reference": f"F{number:08d}",
            "source_version": 1,
            "occurred_at": f"{self._today.isoformat()}T00:00:00Z",
            "people": people,
            "household": home(rng),
        }

    def surname(self, rng: Random) -> str:
        """Return some family's surname."""
        return _one(rng, SURNAMES, OF_SURNAMES)

    def _mother(self, rng: Random, surname: str, number: int) -> Content:
        days, serial = _spread_out(number, _DAYS_OF_MOTHERS)
        born = self._today - timedelta(days=days + _YOUNGEST)
        names: list[Content] = [{"given": _one(rng, MOTHERS, OF_MOTHERS), "family": surname}]
        if rng.random() < _MAIDEN_NAME:
            names.append({"given": names[0]["given"], "family": self.surname(rng), "former": True})
        person: Content = {"ref": "mother", "role": "PERSON_ROLE_MOTHER", "names": names, "sex": "SEX_FEMALE"}
        person["birth_date"] = born.isoformat()
        if rng.random() < _MOTHERS_NUMBER:
            person["identifiers"] = _chi(born, serial * 2)
        if rng.random() < _MOTHERS_PHONE:
            person["phones"] = [_phone(rng)]
        return person

    def _partner(self, rng: Random, surname: str, about: str) -> Content:
        names = [{"given": _one(rng, FATHERS, OF_FATHERS), "family": surname}]
        person: Content = {"ref": "partner", "role": "PERSON_ROLE_PARTNER", "names": names, "sex": "SEX_MALE"}
        if rng.random() < _PARTNERS_BIRTH:
            born = date.fromisoformat(about) - timedelta(days=rng.randrange(-1_000, 2_000))
            person["birth_date"] = born.isoformat()
        if rng.random() < _PARTNERS_PHONE:
            person["phones"] = [_phone(rng)]
        return person

    def _infant(self, rng: Random, surname: str, born: date, order: int, twins: int) -> Content:
        names = [{"given": _one(rng, BABIES, OF_BABIES), "family": surname}]
        return {
            "ref": f"infant-{order}",
            "role": "PERSON_ROLE_INFANT",
            "names": names,
            "sex": rng.choice(("SEX_FEMALE", "SEX_MALE")),
            "birth_date": born.isoformat(),
            "birth_order": order,
            "multiplicity": twins,
        }


def home(rng: Random) -> Content:
    """Return an address; the postcode tells its street and board."""
    place = rng.randrange(_POSTCODES)
    district, rest = place % len(DISTRICTS), place // len(DISTRICTS)
    unit = f"{_LETTERS[rest // 10 % 20]}{_LETTERS[rest // 200 % 20]}"
    street = f"{STREETS[place % len(STREETS)]} {KINDS[place // 7 % len(KINDS)]}"
    return {
        "address_lines": [f"{rng.randrange(1, 60)} {street}"],
        "postcode": f"{DISTRICTS[district]} {rest % 10}{unit}",
        "board_code": _BOARDS[district % len(_BOARDS)],
    }


def write(path: Path, families: Families, count: int) -> None:
    """Write the first so many families as the lines of a register."""
    with path.open("wb") as file:
        for number in range(count):
            file.write(orjson.dumps(families.record(number), option=orjson.OPT_APPEND_NEWLINE))


def _one(rng: Random, names: Sequence[str], weights: Sequence[float]) -> str:
    return rng.choices(names, cum_weights=weights)[0]


def _phone(rng: Random) -> str:
    return f"07{rng.randrange(10**9):09d}"


def _spread_out(number: int, days: int) -> tuple[int, int]:
    """Return a day for a family, and which of that day's numbers is its own: no two families have both alike."""
    # A prime that divides no number of days, so that neighbours by number are born far apart.
    place = number * 7_919
    return place % days, number // days


def _chi(born: date, serial: int) -> list[Content]:
    """Return the day's number of this serial, in a list; nothing where its check digit would be ten, or it has none."""
    if serial >= _NUMBERS_OF_A_DAY:
        return []
    nine = f"{born:%d%m%y}{serial:03d}"
    check = -sum(int(digit) * weight for digit, weight in zip(nine, _CHI_WEIGHTS, strict=True)) % 11
    return [{"system": "IDENTIFIER_SYSTEM_CHI", "value": f"{nine}{check}"}] if check < 10 else []  # noqa: PLR2004
