"""Synthetic families as they truly are, and what is true of an event told of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from router.linkage.rates import Kind, Origin
from router.model.people import Role, Sex
from router.model.referral import ReferralEvent


@dataclass(slots=True)
class Home:
    """Where a family lives. ``flat`` is empty for a house."""

    number: int
    flat: str
    street: str
    town: str
    postcode: str
    board_code: str


@dataclass(slots=True)
class Adult:
    """A parent or carer. ``surname`` is the present one, ``former`` an earlier one; ``second`` a name beside it."""

    number: int
    role: Role
    origin: Origin
    sex: Sex
    given: str
    surname: str
    born: date
    chi: str
    phone: str
    email: str
    former: str = ""
    second: str = ""


@dataclass(slots=True)
class Baby:
    """A child, born or to be born on ``born``; ``order`` of ``of`` in its birth set."""

    number: int
    given: str
    surname: str
    sex: Sex
    born: date
    expected: date
    chi: str
    order: int = 1
    of: int = 1


@dataclass(slots=True)
class TrueFamily:
    """One family. ``kinds`` hold for all its events; ``arrives_later`` says that none of them is known at the start.

    ``carer`` is the mother or main carer. ``sets`` are its birth sets, the newest last.
    """

    number: int
    origin: Origin
    carer: Adult
    partner: Adult | None
    sets: list[list[Baby]]
    home: Home
    kinds: set[Kind] = field(default_factory=set)
    arrives_later: bool = False
    local: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one event.

    ``family`` numbers the true family and ``people`` the true person behind each ref; a fostered infant is one person
    in two families. ``births`` is the birth set of each child, the same for twins. ``first`` says that nothing was told
    of the family before; ``starts`` that it is for the start.
    """

    family: int
    people: Mapping[str, int]
    births: Mapping[str, int]
    kinds: tuple[Kind, ...]
    origin: Origin
    first: bool
    starts: bool


@dataclass(frozen=True, slots=True)
class Labelled:
    """One event in the router's own model, with its truth."""

    event: ReferralEvent
    truth: Truth
