"""Postcodes, phone numbers, e-mail and postal addresses in a form in which equal ones are equal."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from router.matching.normalise import fold

_REMEMBERED = 1 << 16

_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9O])([A-Z]{2})")
_NOT_ALNUM = re.compile(r"[^A-Z0-9]+")
_NOWHERE = ("ZZ99", "NF1", "NK1", "NK01")
"""Outward codes that registers use for "no fixed abode" and "not known": sharing one is no evidence at all."""

_PHONE_MARKS = str.maketrans("", "", " \t\u00a0()-./")
_UK_PHONE = re.compile(r"(?:\+44|0044|44(?=\d{10}$)|0)0?([1-37-8]\d{9})")
_NUMBER_IN_TEXT = re.compile(r"\+?\(?\d[\d\s().-]{6,}\d")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_NO_EMAIL = frozenset({"na", "nil", "no", "noemail", "none", "noreply", "notknown", "unknown"})
_WORD = re.compile(r"[a-z]+|\d+")
_STREET_WORDS = {
    "av": "avenue", "ave": "avenue", "cres": "crescent", "crt": "court", "ct": "court", "dr": "drive",
    "gdns": "gardens", "gr": "grove", "ln": "lane", "pl": "place", "rd": "road", "sq": "square", "st": "street",
    "ter": "terrace", "terr": "terrace",
}  # fmt: skip
_ADDRESS_NOISE = frozenset({"flat", "apartment", "apt", "no", "number"})


@lru_cache(maxsize=_REMEMBERED)
def postcode(text: str) -> str:
    """Return a postcode as "EH1 1AA", or nothing when it is none or stands for "no fixed abode" or "not known"."""
    found = _POSTCODE.fullmatch(_NOT_ALNUM.sub("", text.upper()))
    if found is None or found[1].startswith(_NOWHERE):
        return ""
    return f"{found[1]} {found[2].replace('O', '0')}{found[3]}"


def sector(normal_postcode: str) -> str:
    """Return the sector, "EH1 1", of a normalised postcode: some three thousand homes."""
    return normal_postcode[:-2]


@lru_cache(maxsize=_REMEMBERED)
def phone(text: str) -> str:
    """Return a phone number in E.164 ("+447700900123"; no prefix means British), or nothing when it can be none.

    The common British shapes are read directly; ``phonenumbers`` takes fifty times as long and sees only the rest.
    """
    found = _UK_PHONE.fullmatch(text.translate(_PHONE_MARKS))
    if found is not None:
        number = "+44" + found[1]
    else:
        written = _NUMBER_IN_TEXT.search(text)  # "07700 900123 (mum)" is a number with a remark
        try:
            parsed = phonenumbers.parse(written[0] if written else text, "GB")
        except phonenumbers.NumberParseException:
            return ""
        if not phonenumbers.is_possible_number(parsed):
            return ""
        number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    # 07000 000000 and the like are typed to get past a form, and would make one block of strangers
    return "" if len(set(number[-7:])) == 1 else number


@lru_cache(maxsize=_REMEMBERED)
def email(text: str) -> str:
    """Return an e-mail address in lower case, or nothing when it is none or says that there is none."""
    lowered = text.strip().lower()
    if _EMAIL.fullmatch(lowered) is None or lowered.partition("@")[0].replace(".", "") in _NO_EMAIL:
        return ""
    return lowered


@lru_cache(maxsize=_REMEMBERED)
def address(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words and numbers of an address in their order, street words spelt out; nothing without a number.

    A street or a town alone says less than its postcode; the house is what tells one home from the next.
    """
    said = (word for line in lines for word in _WORD.findall(_keep_digits(line)))
    words = [_STREET_WORDS.get(word, word) for word in said if word not in _ADDRESS_NOISE]
    return tuple(words) if any(word.isdigit() for word in words) else ()


def _keep_digits(line: str) -> str:
    """Fold a line but keep its digits, which ``fold`` drops since no name has any."""
    return " ".join(part if part.isdigit() else fold(part) for part in re.split(r"(\d+)", line))
