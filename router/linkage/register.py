"""Hands out what is given once only: CHI numbers, phone numbers, numbers of people and families."""

from __future__ import annotations

from datetime import date
from random import Random

from router.model.people import Sex

_TRIES = 60
_SERIALS = 1000
_NO_DIGIT = 10
_WEIGHTS = range(10, 1, -1)
_LUHN_ONLY = 0.1
"""Share of CHI numbers that pass modulus 10 and not modulus 11, as newer ones may."""

_PHONES = 100_000_000
_STRIDE = 38_196_601
"""Coprime to ``_PHONES``, so that no number comes twice before all have come; neighbours get unlike numbers."""


class Register:
    """One for each population."""

    def __init__(self) -> None:
        self._chi: set[str] = set()
        self._phones = 0
        self._people = 0
        self._families = 0

    def person(self) -> int:
        """Return the next person's number, from 1."""
        self._people += 1
        return self._people

    def family(self) -> int:
        """Return the next family's number, from 1."""
        self._families += 1
        return self._families

    def phone(self) -> str:
        """Return a phone number that nobody has."""
        self._phones += 1
        return f"070{self._phones * _STRIDE % _PHONES:08d}"

    def chi(self, born: date, sex: Sex, rng: Random, *, beside: str = "") -> str:
        """Return a CHI number, empty when the day's are used up; next to ``beside``, the number of a twin."""
        odd = sex is not Sex.FEMALE
        day = f"{born:%d%m%y}"
        serial = int(beside[6:9]) if beside else 0
        for _ in range(_TRIES):
            serial = serial + 1 if beside else int(rng.random() * _SERIALS)
            serial = (serial + (serial % 2 != odd)) % _SERIALS
            nine = f"{day}{serial:03d}"
            check = _luhn(nine) if rng.random() < _LUHN_ONLY else _eleven(nine)
            number = f"{nine}{check}"
            if check < _NO_DIGIT and number not in self._chi:
                self._chi.add(number)
                return number
        return ""


def _eleven(nine: str) -> int:
    """Return the check digit by modulus 11; ten is no digit, and such a number is never given."""
    total = 0
    for weight, digit in zip(_WEIGHTS, nine, strict=True):
        total += weight * int(digit)
    return -total % 11


def _luhn(nine: str) -> int:
    """Return the check digit by modulus 10."""
    total = 0
    for place, digit in enumerate(nine):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled // 10 + doubled % 10
    return -total % 10
