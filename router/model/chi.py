"""Community Health Index numbers: checked, never trusted, never a reason to reject.

A CHI number is ten characters, DDMMYY and four more. Numbers run out, so newer ones may fail the modulus 11 check and
pass modulus 10 (Luhn) instead; a number that fails both may still be real. Nothing is inferred from its digits.
"""

from __future__ import annotations


def normalise(value: str) -> str:
    """Return the ten digits of a CHI number, or an empty string when ``value`` cannot be one.

    Nine digits are the mark of a spreadsheet that ate a leading zero: the zero is restored.
    """
    digits = "".join(ch for ch in value if ch.isdigit())
    if len(digits) == 9:
        digits = "0" + digits
    if len(digits) != 10 or not _plausible_date(digits) or len(set(digits)) == 1:
        return ""
    return digits


def passes_check(value: str) -> bool:
    """Return whether a normalised CHI number passes modulus 11 or modulus 10."""
    digits = [int(ch) for ch in value]
    if len(digits) != 10:
        return False
    return _modulus_11(digits) or _modulus_10(digits)


def _plausible_date(digits: str) -> bool:
    return 1 <= int(digits[0:2]) <= 31 and 1 <= int(digits[2:4]) <= 12


def _modulus_11(digits: list[int]) -> bool:
    total = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    check = (11 - total % 11) % 11
    return check == digits[9]


def _modulus_10(digits: list[int]) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
