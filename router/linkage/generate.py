"""The stream of synthetic families' events: the same seed and rates give the same events, whoever reads how many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import exp
from random import Random

import orjson

from router.linkage.founding import Founder
from router.linkage.homes import moved
from router.linkage.names import Names, load_names
from router.linkage.rates import Kind, Origin, Rates
from router.linkage.register import Register
from router.linkage.telling import tell
from router.linkage.truth import Labelled, TrueFamily
from router.model.people import Role

START = date(2026, 1, 5)
"""The day of the first events. Families that arrive later do so from half a year after it."""

_HALF_YEAR = 182
_LATEST = 363
_OLD_ENOUGH = 270
_OTHER_PARENT_FIRST = 0.3
_EMAIL_CHANGED = 0.05


def generate(families: int, seed: int, rates: Rates | None = None) -> Iterator[Labelled]:
    """Yield the events of at least ``families`` families, family by family and each family's in order of time.

    A family's sisters, namesakes and others like it are among them. Numbers of families and people count from 1.
    """
    rates = rates or Rates()
    names, register = load_names(), Register()
    founder = Founder(seed, names, rates, register, START)
    founded = number = 0
    while founded < families:
        # each story has a source of chance of its own, so that a change in one leaves the others alone
        rng = Random(f"{seed} {number}")
        group = founder.group(number, rng)
        for family in group:
            yield from _story(family, founder, names, rates, rng)
        founded += len(group)
        number += 1


def as_json_line(one: Labelled) -> bytes:
    """Return an event and its truth as one line of JSON."""
    return orjson.dumps({"event": one.event, "truth": one.truth}, option=orjson.OPT_APPEND_NEWLINE)


def _story(family: TrueFamily, founder: Founder, names: Names, rates: Rates, rng: Random) -> Iterator[Labelled]:
    """Yield a family's events; between them it moves, marries, changes its number, or expects again."""
    when = START + timedelta(days=rng.randrange(_HALF_YEAR))
    starts = not family.arrives_later
    if family.arrives_later:
        when += timedelta(days=_HALF_YEAR)
    # nobody tells of a baby that is not on the way
    earliest = family.sets[-1][0].expected - timedelta(days=_OLD_ENOUGH)
    when = max(when, earliest) if starts else max(when, START + timedelta(days=_HALF_YEAR))
    later = _poisson(rates.later_events, rng)
    for place in range(later + 1):
        if place:
            when = _pass_time(family, when, founder, names, rates, rng)
        yield _tell(family, when, names, rates, rng, place, starts=starts and place == 0)


def _tell(
    family: TrueFamily, when: date, names: Names, rates: Rates, rng: Random, place: int, *, starts: bool
) -> Labelled:
    partner = family.partner
    swap = Kind.SAME_SEX_PARENTS in family.kinds and partner is not None and rng.random() < _OTHER_PARENT_FIRST
    if swap and partner is not None:
        carer = family.carer
        family.carer, family.partner = partner, carer
        partner.role, carer.role = carer.role, Role.PARTNER
    told = tell(family, when, names, rates, rng, reference=place, first=place == 0, starts=starts)
    if swap and partner is not None:
        family.carer, family.partner = carer, partner
        carer.role, partner.role = partner.role, Role.PARTNER
    return told


def _pass_time(family: TrueFamily, when: date, founder: Founder, names: Names, rates: Rates, rng: Random) -> date:
    chance = rng.random
    when = max(when, START + timedelta(days=_HALF_YEAR)) + timedelta(days=1 + int(rng.expovariate(1 / 40)))
    if Kind.REFUGE not in family.kinds and chance() < rates.moved:
        family.home = moved(family.home, names, rng)
        family.kinds.add(Kind.MOVED)
    if chance() < rates.phone_changed and family.carer.phone:
        family.carer.phone = founder.new_phone()
        family.kinds.add(Kind.PHONE_CHANGED)
    if chance() < _EMAIL_CHANGED and family.carer.email:
        family.carer.email = f"{when:%y%j}.{family.carer.email}"
    if chance() < rates.renamed and not family.carer.former and family.origin is not Origin.HORN_OF_AFRICA:
        family.carer.former = family.carer.surname
        family.carer.surname = family.partner.surname if family.partner else names.surname(family.origin, rng)
    newest = family.sets[-1][0]
    if chance() < rates.next_pregnancy and len(family.sets) == 1 and family.carer.role is Role.MOTHER:
        born = newest.born + timedelta(days=rng.randrange(320, 800))
        family.sets.append(founder.birth_set(family.carer.surname, family.origin, born, rng))
        when = max(when, born - timedelta(days=rng.randrange(-200, 200)))
    return when


def _poisson(mean: float, rng: Random) -> int:
    """Return a number of events with this mean; a plain product serves for the small means at hand."""
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
