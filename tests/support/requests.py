"""Requests of made-up families, as an upstream system would send them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from router.v1 import referral_pb2
from router.v1 import routing_service_pb2 as pb

LANARKSHIRE = "S08000032"
FIFE = "S08000029"
_NUMBERS = itertools.count(1)

SENDER = pb.CallContext(caller="badgernet-lanarkshire", reader=pb.READER_KIND_REFERRER, purpose=pb.PURPOSE_DIRECT_CARE)
DESK = pb.CallContext(caller="desk-console", reader=pb.READER_KIND_DESK, purpose=pb.PURPOSE_OPERATIONS)


def service_context(service: str, board: str = LANARKSHIRE) -> pb.CallContext:
    """Return the context of a reading service."""
    return pb.CallContext(
        caller=f"{service}-system",
        reader=pb.READER_KIND_SERVICE,
        service=f"{service}@{board}" if board else service,
        purpose=pb.PURPOSE_DIRECT_CARE,
    )


def chi(number: int, *, day: int = 15, month: int = 6, year: int = 92) -> str:
    """Return a synthetic CHI number that passes modulus 11; different numbers give different ones."""
    for sequence in itertools.count(number * 13 % 900):
        body = f"{day:02d}{month:02d}{year:02d}{sequence % 1000:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True))
        check = (11 - total % 11) % 11
        if check < 10:
            return body + str(check)
    raise AssertionError


def unique_chi(number: int) -> str:
    """Return a synthetic CHI number that no other ``number`` below a million has."""
    day, month, year = number % 28 + 1, number // 28 % 12 + 1, 70 + number // 336 % 30
    return chi(number // 10_080, day=day, month=month, year=year)


def mother_of(number: int, *, given: str = "Ailsa", family: str = "Testperson") -> referral_pb2.Person:
    """Return a mother who is told apart from every other number's by CHI, birth date, phone and postcode."""
    identifier = unique_chi(number)
    return referral_pb2.Person(
        ref="mother",
        role=referral_pb2.PERSON_ROLE_MOTHER,
        identifiers=[referral_pb2.Identifier(system=referral_pb2.IDENTIFIER_SYSTEM_CHI, value=identifier)],
        names=[referral_pb2.PersonName(given=given, family=f"{family}{letters(number)}")],
        birth_date=f"19{identifier[4:6]}-{identifier[2:4]}-{identifier[0:2]}",
        sex=referral_pb2.SEX_FEMALE,
        phones=[f"07{700_000_000 + number:09d}"],
    )


def infant_of(number: int, birth_date: str = "2026-09-01") -> referral_pb2.Person:
    """Return an infant."""
    return referral_pb2.Person(
        ref="infant-1",
        role=referral_pb2.PERSON_ROLE_INFANT,
        names=[referral_pb2.PersonName(given="Baby", family=f"Testperson{letters(number)}")],
        birth_date=birth_date,
    )


def yes(
    fact: str, subject: str = "mother", by: str = "health visitor", *, value: bool = True
) -> referral_pb2.Observation:
    """Return an explicit yes, or no."""
    return referral_pb2.Observation(fact=fact, subject_ref=subject, yes_no=value, observed_by=by)


def choice(fact: str, value: str, subject: str = "mother") -> referral_pb2.Observation:
    """Return a choice."""
    return referral_pb2.Observation(fact=fact, subject_ref=subject, choice=value, observed_by="midwife")


def event(
    number: int,
    *observations: referral_pb2.Observation,
    source: str = "badgernet-lanarkshire",
    reference: str = "",
    version: int = 1,
    board: str = LANARKSHIRE,
    referrer: str = "",
    when: datetime | None = None,
) -> referral_pb2.ReferralEvent:
    """Return a referral of family ``number``."""
    made = referral_pb2.ReferralEvent(
        source_system=source,
        source_reference=reference or f"r-{number}",
        source_version=version,
        people=[mother_of(number), infant_of(number)],
        household=referral_pb2.Household(postcode=f"ML{number % 9 + 1} {number % 8 + 1}ZZ", board_code=board),
        observations=observations,
        urgency=referral_pb2.URGENCY_ROUTINE,
        referrer=referral_pb2.Referrer(service=referrer),
    )
    made.occurred_at.FromDatetime((when or datetime(2026, 11, 1, 9, tzinfo=UTC)).replace(tzinfo=None))
    return made


def submit(
    message: referral_pb2.ReferralEvent, request_id: str = "", context: pb.CallContext | None = None
) -> pb.SubmitReferralRequest:
    """Return a request to submit an event, under an id of its own unless one is given."""
    return pb.SubmitReferralRequest(
        request_id=request_id or f"request-{next(_NUMBERS):06d}", context=context or SENDER, event=message
    )


def next_id() -> str:
    """Return a request id that was not used yet."""
    return f"request-{next(_NUMBERS):06d}"


def letters(number: int) -> str:
    """Return ``number`` in letters, so that surnames sound different."""
    sounds = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru")
    return "".join(sounds[int(digit)] for digit in str(number))
