"""Native messages for the tests, written as the four systems write them, and short views of what they give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from adapters.outcome import Item, Mapped, Quarantined
from adapters.population import bundles, extracts, messages
from adapters.population.names import FIFE, LANARKSHIRE
from adapters.population.people import Family, Someone
from adapters.read import read
from router.v1.referral_pb2 import Observation, ReferralEvent

DAY = date(2026, 10, 28)
AS_AT = date(2026, 10, 31)
MOTHER = Someone("Ailsa", "Testburn", date(1994, 3, 7), female=True, chi="0703945525", phone="07700 900101")
BABY = Someone("Freya", "Testburn", date(2026, 6, 1), female=True, chi="0106266123")
PARTNER = Someone("Stuart", "Mockhart", date(1992, 1, 30), female=False, phone="07700 900102")
FAMILY = Family(7, MOTHER, (BABY,), PARTNER, LANARKSHIRE, "12 Sample Street", "ML1 1ZZ")

Fact = tuple[str, str, bool | int | str | None]
"""A fact, the role of the person it is about, and its value; None for a code without a meaning."""


def neonatal(*rows: dict[str, Any]) -> bytes:
    """Return a neonatal extract of rows that override a blank baby's row."""
    return extracts.neonatal_file(LANARKSHIRE, AS_AT, [extracts.neonatal_row(FAMILY, DAY, **row) for row in rows])


def substance(*rows: dict[str, Any]) -> bytes:
    """Return a substance-use extract of rows that override a blank client's row."""
    return extracts.substance_file(FIFE, AS_AT, [extracts.substance_row(FAMILY, DAY, **row) for row in rows])


def perinatal(*content: dict[str, Any], **more: Any) -> bytes:
    """Return a perinatal message with ``content`` beside the people."""
    return bundles.written(bundles.bundle(FAMILY, DAY, list(content), **more))


def health_visiting(*findings: str, **more: Any) -> bytes:
    """Return a health visitor's message with OBX segments."""
    return messages.message(FAMILY, DAY, list(findings), **more)


def events(items: Iterable[Item]) -> list[ReferralEvent]:
    """Return the events among items."""
    return [item.event for item in items if isinstance(item, Mapped)]


def event_of(source: str, data: bytes) -> ReferralEvent:
    """Return the one event of a file; a quarantined message fails the test with its reason."""
    items = list(read(source, data))
    for item in items:
        assert isinstance(item, Mapped), item
    (event,) = events(items)
    return event


def value_of(observation: Observation) -> bool | int | str | None:
    """Return an observation's value, None when its code has no meaning."""
    kind = observation.WhichOneof("value")
    return None if kind in {None, "unmapped"} else getattr(observation, str(kind))


def facts(event: ReferralEvent) -> set[Fact]:
    """Return what an event states, without the names by which it calls its people."""
    roles = {person.ref: person.ref.split("-")[0] for person in event.people}
    return {(seen.fact, roles.get(seen.subject_ref, "family"), value_of(seen)) for seen in event.observations}


def fact_names(event: ReferralEvent) -> set[str]:
    """Return the facts that an event observes, mapped or not."""
    return {seen.fact for seen in event.observations}


def quarantined(source: str, data: bytes) -> list[tuple[str, str]]:
    """Return reason and place of every quarantined message."""
    return [(item.reason, item.location) for item in read(source, data) if isinstance(item, Quarantined)]


def shape(items: Iterable[Item]) -> list[str]:
    """Return what each item is, in order: "Mapped", "Withdrawn", or the reason of a quarantine."""
    return [str(item.reason) if isinstance(item, Quarantined) else type(item).__name__ for item in items]
