"""What several services write of one family, each in its own way: the makings of a race."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from router.v1 import referral_pb2
from router.v1.referral_pb2 import ReferralEvent
from tests.support.requests import LANARKSHIRE, choice, event, infant_of, yes

#: Who sends, and on behalf of which service of the board.
SENDERS = [
    ("badgernet-lanarkshire", "neonatal-follow-up"),
    ("chsp-lanarkshire", "health-visiting"),
    ("trakcare-lanarkshire", "cpmht"),
    ("daisy-lanarkshire", "substance-misuse"),
    ("gp-lanarkshire", "gp"),
    ("maternity-lanarkshire", "maternity"),
    ("social-work-lanarkshire", "social-work"),
    *((f"source-{n}", f"service-{n}") for n in range(10)),
]

#: Forenames, each with a spelling of its own that is known as the same name.
FORENAMES = [
    ("Mhairi", "Mairi"),
    ("Catherine", "Katherine"),
    ("Isobel", "Isabel"),
    ("Sarah", "Sara"),
    ("Hannah", "Hanna"),
]
_SOUNDS = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "o", "u", "ai", "ee")]

MODERATE = choice("parent_illness_severity", "moderate")
SUICIDAL = yes("suicidal_intent")
#: Ways of writing a family without a number, each like every other.
ALIKE = ("as known", "variant", "date slip", "moved", "no date", "swapped")
Racer = Callable[[int, int, Random], ReferralEvent]


@dataclass(frozen=True, slots=True)
class Family:
    """What is true of one family. Two numbers are two families that nothing makes alike but chance, as in life.

    Dates and names that repeat with the number would not do: with those, every so often a family had its double.
    """

    forename: str
    variant: str
    surname: str
    birth: date
    infants_birth: date
    postcode: str
    phone: str


@cache
def family_of(number: int) -> Family:
    """Return the family of a number, ever the same."""
    chance = Random(number)
    forename, variant = chance.choice(FORENAMES)
    return Family(
        forename=forename,
        variant=variant,
        surname="".join(chance.sample(_SOUNDS, 4)),
        # Never the first of a month: on the first of January it would stand for a date that nobody knew.
        birth=date(1970 + chance.randrange(33), chance.randint(1, 12), chance.randint(2, 27)),
        infants_birth=date(2026, 1, 1) + timedelta(days=chance.randrange(270)),
        postcode=f"ML{number % 9 + 1} {number % 7 + 1}{_sign(number)}{_sign(number // 20)}",
        phone=f"07{700_000_000 + number:09d}",
    )


def sent_by(number: int, place: int, *seen: referral_pb2.Observation, version: int = 1) -> ReferralEvent:
    """Return the referral of family ``number`` that the sender at ``place`` writes, with every identifier."""
    source, referrer = SENDERS[place]
    made = event(number, *seen, source=source, referrer=referrer, version=version)
    family = family_of(number)
    made.people[0].names[0].given = family.forename
    made.people[1].birth_date = str(family.infants_birth)
    return made


def equal(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return a referral that shares the mother's number, and leaves out something else."""
    made = sent_by(number, place, MODERATE)
    leave_out = chance.choice(["", "birth_date", "phones", "postcode", "infant"])
    if leave_out == "postcode":
        made.household.ClearField("postcode")
    elif leave_out == "infant":
        del made.people[1]
    elif leave_out:
        made.people[0].ClearField(leave_out)
    return made


def fuzzy(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return a referral without any identifier, like the others only in names, dates and home."""
    return alike(number, place, chance.choice(ALIKE))


def bridge(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return one of two referrals that share no blocking key, or the one that is like both."""
    return alike(number, place, ("no date", "moved without child", "as known")[place % 3])


def twins(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return a referral of both twins, told apart by birth order and name."""
    made = sent_by(number, place, MODERATE)
    del made.people[1]
    for order, given in ((1, "Isla"), (2, "Ruaridh")):
        infant = infant_of(number, str(family_of(number).infants_birth))
        infant.ref = f"infant-{order}"
        infant.names[0].given = given
        infant.birth_order = order
        infant.multiplicity = 2
        made.people.append(infant)
    return made


def danger(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return a referral by the mother's number; the first sender's speaks of danger."""
    return sent_by(number, place, SUICIDAL if place == 0 else MODERATE)


def alike(number: int, place: int, how: str) -> ReferralEvent:
    """Return a referral of a family by names, dates and home alone, written in one of the ways of ``ALIKE``."""
    source, referrer = SENDERS[place]
    made = event(number, MODERATE, source=source, referrer=referrer)
    del made.people[:]
    made.ClearField("household")
    made.household.board_code = LANARKSHIRE
    family = family_of(number)
    given, surname = family.forename, f"Mac{family.surname.title()}"
    if how == "variant":
        given, surname = family.variant, surname.replace("Mac", "Mc")
    if how == "swapped":
        given, surname = surname, given
    birth = family.birth + timedelta(days=how == "date slip")
    mother = referral_pb2.Person(
        ref="mother",
        role=referral_pb2.PERSON_ROLE_MOTHER,
        names=[referral_pb2.PersonName(given=given, family=surname)],
        birth_date="" if how == "no date" else str(birth),
    )
    made.people.append(mother)
    if how not in {"swapped", "moved without child"}:
        infant = infant_of(number, str(family.infants_birth))
        infant.names[0].family = surname
        made.people.append(infant)
    if not how.startswith("moved"):
        made.household.postcode = family.postcode
    if how == "moved without child":
        mother.phones.append(family.phone)
    return made


def _sign(number: int) -> str:
    return "ABDEFGHJLNPQRSTUWXYZ"[number % 20]


KINDS: dict[str, Racer] = {"equal": equal, "fuzzy": fuzzy, "bridge": bridge, "twins": twins, "danger": danger}
