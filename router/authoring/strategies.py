"""Hypothesis strategies from a pack's own vocabulary: families that its rules tell apart.

Values lie on and beside the bounds of the criteria. Facts that are worked out from dates are not drawn: dates are, so
that stage and ages always go together as they do in earnest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from router.model.danger import TRIGGERS
from router.model.facts import About, FactType, FactView
from router.model.people import CHILDREN_OF_EPISODE, Household, Person, Role
from router.model.referral import FactValue, Observation, ReferralEvent, Urgency
from router.routing.case import Case, Child, HeldReferral, Proposal, ReferralState, Standing
from router.routing.derive import TERM_WEEKS
from router.routing.facts import views_of
from router.routing.questions import telling_values
from router.routing.safety import findings_in_either
from router.rules.evaluation import Circumstances, provider_board
from router.rules.pack import Pack
from router.rules.schema import Condition

WHEN = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""The moment at which drawn families are decided."""

SOURCES = ("maternity-system", "mental-health-system", "health-visiting-system")
_REFS = {About.PARENT: "parent", About.PARTNER: "partner", About.INFANT: "infant", About.FAMILY: ""}
_IDS = {"parent": 1, "partner": 2, "infant": 3}
_MONTH_DAYS = 30.4375
_MOST_WANTED = 60


@dataclass(frozen=True, slots=True)
class _Words:
    """What can be said in a pack's terms: telling values of each fact, and the facts that each rule asks for."""

    values: dict[str, tuple[FactValue, ...]]
    asked: tuple[tuple[str, ...], ...]
    sayable: tuple[str, ...]


_KNOWN: dict[str, _Words] = {}

Aim = Mapping[str, tuple[FactValue, ...]]
"""Facts to draw for nearly every family, each with the values to prefer; none for no preference."""
_NO_AIM: Aim = MappingProxyType({})
# How many days a family of a derived number's middle is old.
_DAYS_OF: Mapping[str, Callable[[int], int]] = MappingProxyType(
    {
        "weeks_postnatal": lambda weeks: 7 * weeks + 3,
        "infant_age_months": lambda months: round((months + 0.5) * _MONTH_DAYS),
        "parent_age_years": lambda years: round((years + 0.5) * 365.25),
    }
)
_KIND_OF_STAGE = {"preconception": "none", "pregnant": "unborn", "postnatal": "born"}


def _words(pack: Pack) -> _Words:
    known = _KNOWN.get(pack.digest)
    if known is None:
        rules = pack.rules()
        conditions: dict[str, list[Condition]] = {name: [] for name in pack.facts}
        for rule in rules:
            for criterion in rule.criteria.values():
                conditions[criterion.condition.fact].append(criterion.condition)
        values: dict[str, tuple[FactValue, ...]] = {}
        for name, given in conditions.items():
            found = [one for one in telling_values(given, pack.facts[name]) if type(one) is not int or one >= 0]
            values[name] = tuple(found) or _anything(pack.facts[name].type)
        for trigger in TRIGGERS:
            if trigger.at_least is not None and trigger.fact in values:
                near = {*values[trigger.fact], trigger.at_least - 1, trigger.at_least}
                values[trigger.fact] = tuple(sorted(near, key=str))
        asked = [tuple(dict.fromkeys(one.condition.fact for one in rule.criteria.values())) for rule in rules]
        told = [tuple(fact for fact in facts if not pack.facts[fact].derivation) for facts in asked]
        sayable = tuple(name for name, one in pack.facts.items() if not one.derivation)
        known = _KNOWN[pack.digest] = _Words(values, tuple(facts for facts in told if facts), sayable)
    return known


def _anything(kind: FactType) -> tuple[FactValue, ...]:
    return (date(2026, 6, 1), date(2026, 9, 1)) if kind is FactType.DATE else (0, 1, 5)


def values(pack: Pack, fact: str) -> st.SearchStrategy[FactValue]:
    """Draw a value of a fact: any choice, or a number or date on a bound of some criterion or beside it."""
    return st.sampled_from(_words(pack).values[fact])


def boards(pack: Pack) -> st.SearchStrategy[str]:
    """Draw the S08 code of a board that the pack knows."""
    return st.sampled_from(tuple(pack.boards))


def services(pack: Pack) -> st.SearchStrategy[str]:
    """Draw a service that can lead."""
    return st.sampled_from(tuple(name for name, one in pack.services.items() if one.can_lead))


@st.composite
def facts(draw: st.DrawFn, pack: Pack, *, danger: bool = True, aim: Aim = _NO_AIM) -> dict[str, FactValue]:
    """Draw what is said of a family: most of what one or two rules ask for, and something besides.

    With ``danger`` false nothing is said that the safety floor reads.
    """
    words = _words(pack)
    aimed = [name for name in aim if name in words.sayable]
    asked = draw(st.lists(st.sampled_from(words.asked), max_size=2))
    besides = draw(st.lists(st.sampled_from(words.sayable), max_size=3))
    floor = {trigger.fact for trigger in TRIGGERS}
    names = list(dict.fromkeys([*aimed, *(fact for facts in asked for fact in facts), *besides]))
    return {
        name: draw(st.one_of(st.sampled_from(aim[name]), values(pack, name)) if aim.get(name) else values(pack, name))
        for name in names
        if (danger or name not in floor) and draw(st.integers(0, 9 if name in aim else 4)) > 0
    }


@st.composite
def people(draw: st.DrawFn, pack: Pack, *, aim: Aim = _NO_AIM) -> tuple[Person, ...]:
    """Draw a parent and, mostly, a child, born or not, with dates that put them on the bounds of criteria."""
    today = WHEN.date()
    wanted = _derivations(pack, aim)
    born = _wanted(draw, wanted, today, "parent_age_years")
    parent = Person("parent", Role.MOTHER, birth_date=born or _date(draw, pack, "parent_age_years", today, days=365.25))
    match draw(st.sampled_from(("none", "unborn", "born", "born", *4 * _kinds(wanted)))):
        case "unborn":
            weeks = draw(st.one_of(st.none(), _near(pack, "pregnancy_weeks", most=TERM_WEEKS)))
            expected = None if weeks is None else today + timedelta(weeks=TERM_WEEKS - weeks)
            return parent, Person("infant", Role.UNBORN, expected_date=expected)
        case "born":
            day = _wanted(draw, wanted, today, "weeks_postnatal", "infant_age_months")
            return parent, Person(
                "infant", Role.INFANT, birth_date=day or _date(draw, pack, "infant_age_months", today, days=_MONTH_DAYS)
            )
        case _:
            return (parent,)


def _derivations(pack: Pack, aim: Aim) -> dict[str, tuple[FactValue, ...]]:
    """Return the values to prefer of what is worked out from dates, by derivation."""
    return {pack.facts[name].derivation: preferred for name, preferred in aim.items() if pack.facts[name].derivation}


def _kinds(wanted: Mapping[str, tuple[FactValue, ...]]) -> tuple[str, ...]:
    """Return which kinds of child what is wanted needs."""
    stages = [_KIND_OF_STAGE[str(one)] for one in wanted.get("stage", ()) if one in _KIND_OF_STAGE]
    ages = ["born"] if wanted.keys() & {"weeks_postnatal", "infant_age_months"} else []
    return (*stages, *ages, *(["unborn"] if "pregnancy_weeks" in wanted else []))


def _wanted(
    draw: st.DrawFn, wanted: Mapping[str, tuple[FactValue, ...]], today: date, *derivations: str
) -> date | None:
    """Draw a birth date that gives one of the preferred numbers, half of the time where there are any."""
    days = [
        _DAYS_OF[derivation](value)
        for derivation in derivations
        for value in wanted.get(derivation, ())
        if type(value) is int and 0 <= value <= _MOST_WANTED
    ]
    if not days or not draw(st.booleans()):
        return None
    return today - timedelta(days=draw(st.sampled_from(days)))


def _near(pack: Pack, derivation: str, most: int = 10_000) -> st.SearchStrategy[int]:
    names = [name for name, one in pack.facts.items() if one.derivation == derivation]
    found = {value for name in names for value in _words(pack).values[name] if isinstance(value, int)}
    return st.sampled_from(sorted(value for value in found | {1, 20} if 0 <= value <= most))


def _date(draw: st.DrawFn, pack: Pack, derivation: str, today: date, *, days: float) -> date | None:
    units = draw(st.one_of(st.none(), _near(pack, derivation)))
    beside = draw(st.sampled_from((-2, -1, 0, 1, 2)))
    return None if units is None else min(today, today - timedelta(days=round(units * days) + beside))


@st.composite
def cases(
    draw: st.DrawFn,
    pack: Pack,
    *,
    accepted: bool | None = None,
    silent: bool = False,
    danger: bool = True,
    referrals: int = 2,
    aim: Aim = _NO_AIM,
) -> Case:
    """Draw a whole family: who they are, where they live, what is said of them by whom, and who leads.

    With ``accepted`` true some service leads already, with false none does. ``silent`` says nothing but dates.
    ``referrals`` is the most that there are, each by a source of its own.
    """
    persons = draw(people(pack, aim=aim))
    board = draw(boards(pack))
    requested = draw(st.one_of(st.just(""), services(pack)))
    urgency = draw(st.sampled_from((None, *Urgency)))
    held = []
    for number in range(1, draw(st.integers(1, referrals)) + 1):
        source = SOURCES[(number - 1) % len(SOURCES)]
        said = {} if silent else draw(facts(pack, danger=danger, aim=aim))
        event = ReferralEvent(
            source_system=source,
            source_reference=f"r{number}",
            source_version=1,
            occurred_at=WHEN - timedelta(days=number),
            people=persons,
            household=Household(board_code=board),
            observations=tuple(observation(pack, fact, value, source, days_ago=number) for fact, value in said.items()),
            requested_service=requested,
            urgency=urgency,
        )
        held.append(HeldReferral(number, event, ReferralState.OPEN, {one.ref: _IDS[one.ref] for one in persons}))
    case = case_of(held, Standing())
    is_led = draw(st.booleans()) if accepted is None else accepted
    return led_by(pack, case, draw(services(pack))) if is_led else case


def led_by(pack: Pack, case: Case, lead: str) -> Case:
    """Return the case with a service that has accepted the lead."""
    board = case.referrals[0].event.household.board_code
    return replace(case, standing=Standing(accepted=Proposal(lead, provider_board(pack, lead, board), 1)))


def observation(pack: Pack, fact: str, value: FactValue, source: str = SOURCES[0], *, days_ago: int = 1) -> Observation:
    """Return an observation of a fact, about whom the fact is about, by somebody with a name."""
    ref = _REFS[pack.facts[fact].about]
    return Observation(fact, value, WHEN - timedelta(days=days_ago), source, ref, "A practitioner")


class DrawnCase(Case):
    """A case that is told in a few words when a property does not hold for it."""

    __slots__ = ()

    def __repr__(self) -> str:
        newest = self.referrals[0].event
        dates = [one.birth_date or one.expected_date for one in newest.people if one.role in CHILDREN_OF_EPISODE]
        lead = self.standing.accepted
        parts = [f"board {newest.household.board_code}", f"led by {lead.service}" if lead else "led by nobody"]
        parts += [f"child due or born {day or 'on an unknown day'}" for day in dates] or ["no child"]
        parts += [
            f"{one.event.source_system} says {said.fact}: {said.value}"
            for one in self.referrals
            for said in one.event.observations
        ]
        return f"a family ({'; '.join(parts)})"

    def _repr_pretty_(self, printer: Any, _cycle: Any) -> None:
        """Tell Hypothesis to print it so too."""
        printer.text(repr(self))


def case_of(held: Sequence[HeldReferral], standing: Standing, as_of: datetime = WHEN) -> Case:
    """Return the case of these referrals."""
    persons = {one.people[person.ref]: person for one in held for person in one.event.people}
    children = tuple(
        Child(person_id, "infant-1", person.role)
        for person_id, person in persons.items()
        if person.role in CHILDREN_OF_EPISODE
    )
    roles = {person_id: person.role for person_id, person in persons.items()}
    return DrawnCase(tuple(held), children, roles, as_of, standing=standing)


def views(pack: Pack) -> st.SearchStrategy[FactView]:
    """Draw what is held of each fact of a family, as it reaches the rules: stage and ages go together."""

    def view(case: Case) -> FactView:
        found = findings_in_either(case.referrals, case.perhaps, case.as_of)
        return views_of(case, pack.facts, found)[0].facts

    return cases(pack).map(view)


@st.composite
def circumstances(draw: st.DrawFn, pack: Pack) -> Circumstances:
    """Draw what the choice of a lead depends on besides facts."""
    names = st.frozensets(services(pack), max_size=2)
    return Circumstances(
        board=draw(boards(pack)),
        danger=draw(st.sampled_from((None, Urgency.URGENT, Urgency.EMERGENCY))),
        involved=draw(names),
        accepted=draw(st.one_of(st.just(""), services(pack))),
        requested=draw(names),
        declined=draw(names),
        closed=draw(st.frozensets(services(pack), max_size=1)),
        waiting=frozenset(name for name in pack.moves if draw(st.integers(0, 9)) == 0),
    )
