"""What the matcher's fields, keys and conclusions are called, for the people who read its answers. Never a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from router.matching.gates import SENTENCES, Gate

_WHOSE: Mapping[str, str] = MappingProxyType(
    {
        "mother": "the mother's",
        "main-carer": "the main carer's",
        "partner": "the partner's",
        "infant": "the baby's",
        "unborn": "the expected baby's",
        "household": "the household's",
    }
)
_WHAT: Mapping[str, str] = MappingProxyType(
    {
        "forename": "forename",
        "surname": "surname",
        "birth_date": "birth date",
        "chi": "CHI number",
        "nhs_number": "NHS number",
        "local_id": "number at one source",
        "phone": "phone number",
        "email": "e-mail address",
        "postcode": "postcode",
        "address": "address",
        "birth_order": "birth order",
        "sex": "sex",
        "person": "place, taken by another carer",
    }
)
VERSION = "version"
"""The kind under which a newer version of a referral finds its family."""

KEYS: Mapping[str, str] = MappingProxyType(
    {
        VERSION: "it is a version of a referral that is held",
        "chi": "the same CHI number",
        "nhs": "the same NHS number",
        "local": "the same number at one source",
        "phone": "the same phone number",
        "email": "the same e-mail address",
        "born": "an adult's birth date, or the same with day and month exchanged, and the sound of a name",
        "name": "the sounds of an adult's surname and forename, and the birth year",
        "infant": "a baby's birth date and the sound of a surname",
        "home": "the postcode, with the sound of a name or a baby's birth date",
    }
)
"""Every kind of blocking key in plain words, the most telling first; a test holds it against ``keys``."""

_ORDER = {kind: place for place, kind in enumerate(KEYS)}


@lru_cache(maxsize=1 << 10)
def field_in_words(field: str) -> str:
    """Say a field of a match: "mother.birth_date" is "the mother's birth date"."""
    whose, _, what = field.partition(".")
    whom = whose.rstrip("0123456789-") or whose
    if not what:
        return f"the {whose}"
    name = _WHAT.get(what, what.replace("_", " "))
    if whom != whose:
        return f"{_WHOSE.get(whom, f'the {whom}' + chr(39) + 's')} {name} ({whose})"
    return f"{_WHOSE.get(whose, f'the {whose}' + chr(39) + 's')} {name}"


def key_in_words(kind: str) -> str:
    """Say a kind of blocking key."""
    return KEYS.get(kind, kind)


def in_order(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return kinds of blocking key without repetition, the most telling first."""
    return tuple(sorted(set(kinds), key=lambda kind: (_ORDER.get(kind, len(_ORDER)), kind)))


def gate_in_words(gate: str) -> str:
    """Say a gate by its slug; empty for one that this version of the matcher does not have."""
    try:
        return SENTENCES[Gate(gate)]
    except (KeyError, ValueError):
        return ""
