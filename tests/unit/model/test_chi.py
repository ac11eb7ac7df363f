"""Community Health Index numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.chi import normalise, passes_check

# 0101000000 and on: made for these tests, given to nobody.
MODULUS_11 = "0101000022"
MODULUS_10 = "0101000008"
NEITHER = "0101000007"


def weighted(first_nine: str) -> int:
    """Return the modulus 11 check of nine digits, by the definition: 10 where there is no such digit."""
    return (11 - sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True)) % 11) % 11


def luhn(first_nine: str) -> int:
    """Return the modulus 10 check of nine digits, by the definition."""
    total = 0
    for place, digit in enumerate(first_nine):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled // 10 + doubled % 10
    return -total % 10


first_nines = (
    st.dates()
    .map(lambda day: f"{day:%d%m%y}")
    .flatmap(lambda head: st.integers(0, 999).map(lambda serial: f"{head}{serial:03}"))
)


def test_both_checks_are_accepted_and_neither_is_proof() -> None:
    """A number passes by modulus 11 or by modulus 10."""
    assert passes_check(MODULUS_11)
    assert passes_check(MODULUS_10)
    assert not passes_check(NEITHER)


@given(first_nine=first_nines)
def test_exactly_the_digits_of_the_two_checks_pass(first_nine: str) -> None:
    """Of ten last digits, those that pass are the modulus 11 digit, where there is one, and the modulus 10 digit."""
    passing = {last for last in range(10) if passes_check(f"{first_nine}{last}")}
    assert passing == {weighted(first_nine), luhn(first_nine)} - {10}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0101000020", "0101000020"),
        ("010100 0020", "0101000020"),
        (" 0101-000-020 ", "0101000020"),
        ("101000020", "0101000020"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, number: str) -> None:
    """Spaces and dashes go; a leading zero that a spreadsheet ate comes back."""
    assert normalise(written) == number


@pytest.mark.parametrize(
    "written", ["", "n/a", "12345678", "01010000200", "3201000020", "0113000020", "0000000000", "1111111111"]
)
def test_what_cannot_be_a_number_is_none(written: str) -> None:
    """Too short, too long, no date, or one digit over and over."""
    assert normalise(written) == ""


def test_a_number_that_fails_its_check_is_still_a_number() -> None:
    """Nothing is refused for its check digit."""
    assert normalise(NEITHER) == NEITHER


@pytest.mark.parametrize("value", ["", "101000020", "01010000200"])
def test_the_check_wants_ten_digits(value: str) -> None:
    """Any other length fails, rather than raising."""
    assert not passes_check(value)
