"""Referrals of the families of a made-up register, with the faults that forms have, and of families that it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from google.protobuf import json_format

from router.bench.register import Content, Families, home
from router.v1 import referral_pb2 as pb

#: How often a referral differs from the register, by what differs.
_MOVED, _OTHER_SURNAME, _SLIP_IN_NAME, _SLIP_IN_DATE = 0.15, 0.06, 0.05, 0.03
_NO_NUMBER, _NO_PHONE, _OTHER_PHONE, _NO_PARTNER, _UNNAMED = 0.3, 0.25, 0.2, 0.4, 0.2


@dataclass(slots=True)
class Arrivals:
    """Gives events without end. ``known`` families are in the register; ``strangers`` is the share of others.

    ``templates`` are referrals whose observations are taken over, as far as they are about people of the event.
    """

    families: Families
    known: int
    templates: Sequence[pb.ReferralEvent]
    seed: int
    strangers: float = 0.2
    _rng: Random = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)  # noqa: S311 - synthetic people, not secrets

    def next(self) -> tuple[pb.ReferralEvent, int | None]:
        """Return an event, and the number of the family that it is about; None for one that is not known."""
        rng = self._rng
        self._number += 1
        if rng.random() < self.strangers:
            number = self.known + self.seed * 20_000 + self._number
            return self._event(self.families.record(number)), None
        number = rng.randrange(self.known)
        content = self.families.record(number)
        self._vary(content)
        return self._event(content), number

    def _event(self, content: Content) -> pb.ReferralEvent:
        template = self.templates[self._rng.randrange(len(self.templates))]
        content["source_system"] = template.source_system
        content["source_reference"] = f"R{self.seed}-{self._number}"
        event = json_format.ParseDict(content, pb.ReferralEvent())
        event.occurred_at.CopyFrom(template.occurred_at)
        event.referrer.CopyFrom(template.referrer)
        refs = {person.ref for person in event.people} | {""}
        event.observations.extend([one for one in template.observations if one.subject_ref in refs])
        return event

    def _vary(self, content: Content) -> None:
        rng = self._rng
        if rng.random() < _MOVED:
            content["household"] = home(rng)
        if rng.random() < _NO_PARTNER:
            content["people"] = [one for one in content["people"] if one["ref"] != "partner"]
        for person in content["people"]:
            self._vary_person(person)

    def _vary_person(self, person: dict[str, Any]) -> None:
        rng = self._rng
        name = person["names"][0]
        if person["ref"].startswith("infant"):
            if rng.random() < _UNNAMED:
                name["given"] = "Baby"
        else:
            if rng.random() < _OTHER_SURNAME:
                name["family"] = self.families.surname(rng)
            if rng.random() < _SLIP_IN_DATE and "birth_date" in person:
                person["birth_date"] = _slip_in_date(rng, person["birth_date"])
            if rng.random() < _OTHER_PHONE and "phones" in person:
                person["phones"] = [f"07{rng.randrange(10**9):09d}"]
        if rng.random() < _SLIP_IN_NAME:
            part = rng.choice(("given", "family"))
            name[part] = _slip(rng, name[part])
        if rng.random() < _NO_NUMBER:
            person.pop("identifiers", None)
        if rng.random() < _NO_PHONE:
            person.pop("phones", None)


def _slip(rng: Random, word: str) -> str:
    place = rng.randrange(len(word))
    other = rng.choice("aeiorstn")
    return rng.choice((word[:place] + word[place + 1 :] or word, word[:place] + other + word[place + 1 :]))


def _slip_in_date(rng: Random, text: str) -> str:
    day = date.fromisoformat(text)
    return day.replace(day=rng.randrange(1, 29)).isoformat()
