"""What several services write of one family, each in its own way: the makings of a race."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from router.v1 import referral_pb2
from router.v1.referral_pb2 import ReferralEvent
from tests.support.requests import LANARKSHIRE, choice, event, infant_of, letters, yes

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

FORENAMES = [
    "Ailsa",
    "Bridget",
    "Catriona",
    "Deirdre",
    "Eilidh",
    "Fiona",
    "Gwen",
    "Helen",
    "Iona",
    "Jean",
    "Kirsty",
    "Lorna",
    "Morag",
    "Nora",
    "Orla",
]

MODERATE = choice("parent_illness_severity", "moderate")
SUICIDAL = yes("suicidal_intent")
Racer = Callable[[int, int, Random], ReferralEvent]


def sent_by(number: int, place: int, *seen: referral_pb2.Observation, version: int = 1) -> ReferralEvent:
    """Return the referral of family ``number`` that the sender at ``place`` writes, with every identifier."""
    source, referrer = SENDERS[place]
    made = event(number, *seen, source=source, referrer=referrer, version=version)
    # Strangers to each other, so that races meet in their own family and not in a likeness to another.
    made.people[0].names[0].given = FORENAMES[number % len(FORENAMES)]
    made.people[1].birth_date = _infants_birth(number)
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
    return _alike(number, place, chance.choice(["as known", "variant", "date slip", "moved", "no date", "swapped"]))


def bridge(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return one of two referrals that share no blocking key, or the one that is like both."""
    return _alike(number, place, ("no date", "moved without child", "as known")[place % 3])


def twins(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return a referral of both twins, told apart by birth order and name."""
    made = sent_by(number, place, MODERATE)
    del made.people[1]
    for order, given in ((1, "Isla"), (2, "Ruaridh")):
        infant = infant_of(number, _infants_birth(number))
        infant.ref = f"infant-{order}"
        infant.names[0].given = given
        infant.birth_order = order
        infant.multiplicity = 2
        made.people.append(infant)
    return made


def danger(number: int, place: int, chance: Random) -> ReferralEvent:
    """Return a referral by the mother's number; the first sender's speaks of danger."""
    return sent_by(number, place, SUICIDAL if place == 0 else MODERATE)


def _alike(number: int, place: int, how: str) -> ReferralEvent:
    source, referrer = SENDERS[place]
    made = event(number, MODERATE, source=source, referrer=referrer)
    del made.people[:]
    made.ClearField("household")
    made.household.board_code = LANARKSHIRE
    given, family = "Mhairi", f"Mac{letters(number).title()}"
    if how == "variant":
        given, family = "Mairi", family.replace("Mac", "Mc")
    if how == "swapped":
        given, family = family, given
    day = 13 + number % 9 + (how == "date slip")
    mother = referral_pb2.Person(
        ref="mother",
        role=referral_pb2.PERSON_ROLE_MOTHER,
        names=[referral_pb2.PersonName(given=given, family=family)],
        birth_date="" if how == "no date" else f"19{70 + number % 30}-{number % 12 + 1:02d}-{day}",
    )
    made.people.append(mother)
    if how not in {"swapped", "moved without child"}:
        infant = infant_of(number, _infants_birth(number))
        infant.names[0].family = family
        made.people.append(infant)
    if not how.startswith("moved"):
        # A home of its own: families that share a street are another test's.
        made.household.postcode = f"ML{number % 9 + 1} {number % 7 + 1}{_sign(number)}{_sign(number // 20)}"
    if how == "moved without child":
        mother.phones.append(f"07{700_000_000 + number:09d}")
    return made


def _infants_birth(number: int) -> str:
    return f"2026-{number % 9 + 1:02d}-{number % 28 + 1:02d}"


def _sign(number: int) -> str:
    return "ABDEFGHJLNPQRSTUWXYZ"[number % 20]


KINDS: dict[str, Racer] = {"equal": equal, "fuzzy": fuzzy, "bridge": bridge, "twins": twins, "danger": danger}
