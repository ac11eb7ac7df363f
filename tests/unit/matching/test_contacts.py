"""Postcodes, phones, e-mail and addresses are equal when they are the same, and nothing when they say nothing."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.matching import contacts


@pytest.mark.parametrize("text", ["EH99 9ZX", "eh999zx", " EH99-9ZX "])
def test_one_postcode_many_ways(text: str) -> None:
    """Case, spaces and marks make no difference."""
    assert contacts.postcode(text) == "EH99 9ZX"


def test_letter_o_for_nought() -> None:
    """The letter O in the place of the inward digit is a nought."""
    assert contacts.postcode("EH1 OAA") == "EH1 0AA"


@pytest.mark.parametrize("text", ["", "EH", "ZZ99 3VZ", "NF1 1AB", "NK1 0AA", "nk01 0aa", "unknown"])
def test_no_place_is_no_postcode(text: str) -> None:
    """The codes for "no fixed abode" and "not known" are no evidence that two families live together."""
    assert contacts.postcode(text) == ""


def test_sector() -> None:
    """The sector is the postcode without its last two letters."""
    assert contacts.sector("EH99 9ZX") == "EH99 9"


@pytest.mark.parametrize(
    "text",
    ["07700 900123", "+44 7700 900123", "+44 (0)7700 900123", "00447700900123", "447700900123", "(07700) 900-123",
     "07700 900123 (mum)", "07700900123 / 07700900456"],
)  # fmt: skip
def test_one_phone_many_ways(text: str) -> None:
    """British shapes, and a remark behind the number, come to one E.164 number."""
    assert contacts.phone(text) == "+447700900123"


@pytest.mark.parametrize(("text", "number"), [("+48 601 123 456", "+48601123456"), ("0131 496 0123", "+441314960123")])
def test_other_phones(text: str, number: str) -> None:
    """Numbers of other countries and of landlines are kept too."""
    assert contacts.phone(text) == number


@pytest.mark.parametrize("text", ["", "none", "ex directory", "123", "07000 000000", "0000000000", "+44 1111 111111"])
def test_no_phone(text: str) -> None:
    """Words, stubs and one digit over and over are no phone."""
    assert contacts.phone(text) == ""


@given(st.from_regex(r"(\+44|0)(7[4-9][0-9]{8}|131[0-9]{7})", fullmatch=True))
def test_fast_path_agrees_with_the_library(text: str) -> None:
    """What the fast path reads is what the phone library would have read."""
    number = contacts.phone(text)
    assert number in {
        "",
        phonenumbers.format_number(phonenumbers.parse(text, "GB"), phonenumbers.PhoneNumberFormat.E164),
    }


@given(st.text(max_size=40))
def test_any_text_is_safe(text: str) -> None:
    """No text at all makes a reader fail."""
    contacts.phone(text)
    contacts.email(text)
    contacts.postcode(text)
    contacts.address((text,))


@pytest.mark.parametrize(("text", "mail"), [(" Jo.Bloggs@Example.ORG ", "jo.bloggs@example.org"), ("x", ""), ("", "")])
def test_email(text: str, mail: str) -> None:
    """An e-mail address is lower case; what is none is nothing."""
    assert contacts.email(text) == mail


@pytest.mark.parametrize("text", ["none@none.com", "N.A@x.com", "unknown@example.org"])
def test_no_email(text: str) -> None:
    """An address typed to get past a form is nothing."""
    assert contacts.email(text) == ""


def test_address_words() -> None:
    """Street words are spelt out, "flat" goes, numbers stay; without a number an address tells no home."""
    assert contacts.address(("Flat 2/1", "15 High St.")) == ("2", "1", "15", "high", "street")
    assert contacts.address(("High Street", "Testmouth")) == ()
