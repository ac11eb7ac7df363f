"""Generated referrals, histories and cases, for properties that must hold whatever anybody sends.

Values are drawn from a pack's own vocabulary, close to the bounds of its criteria, and facts mostly from those that one
of its rules asks about, so that services really become eligible. Moments come from a small grid, so that ties and
contradictions are common.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import About, FactDefinition, FactType
from router.model.people import CHILDREN_OF_EPISODE, Household, Person, Role
from router.model.referral import (
    CodedConcept,
    Consent,
    FactValue,
    Involvement,
    Observation,
    ReferralEvent,
    Referrer,
    Urgency,
)
from router.routing.case import Case, Child, HeldReferral, MatchOutcome, Proposal, ReferralState, Standing
from router.routing.decide import Decider
from router.rules.evaluation import provider_board
from router.rules.loader import load_pack
from router.rules.pack import Pack, Rule
from router.rules.schema import Condition
from tests.support.packs import packs

Bundle = tuple[tuple[str, FactValue], ...]

WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
SOURCES = ("badgernet", "daisy", "morse", "trakcare")
FOREIGN = "another-system"
UNMAPPED = CodedConcept("http://example.org/codes", "X1", "a code that nobody mapped")
LOTHIAN, FIFE, BORDERS, ORKNEY = "S08000024", "S08000029", "S08000016", "S08000025"
PERSON_IDS = {
    "carer": 1, "partner": 2, "infant-1": 11, "infant-2": 12, "infant-3": 13, "sibling-1": 21, "sibling-2": 22
}  # fmt: skip
PERHAPS = 100
"""Added to the person ids of a second family, which may be the same one."""

_BORN_DAYS_AGO = (None, 0, 6, 100, 300, 364, 365, 366, 380, 729, 731, 1094, 1096, 1830)
_DUE_IN_DAYS = (None, -30, -22, -21, -1, 0, 55, 56, 57, 83, 84, 85, 200)
_CARERS_BORN = (None, date(2007, 3, 1), date(2006, 11, 1), date(2001, 11, 2), date(1990, 2, 28))
_LIVES = ("born", "born", "unborn", "unborn", "died", "lost")
_REFS = {
    About.PARENT: ("carer",),
    About.PARTNER: ("partner",),
    About.INFANT: ("infant-1", "infant-2", "infant-3"),
    About.FAMILY: ("",),
}

# What may be wrong or unusual with one observation, in about half of all.
_QUIRKS: Mapping[int, Mapping[str, Any]] = {
    9: {"value": None, "unmapped": UNMAPPED},
    10: {"value": "not a value of this fact"},
    8: {"fact": "a_fact_that_no_pack_has"},
    11: {"subject_ref": "nobody"},
    12: {"subject_ref": ""},
    13: {"subject_ref": "sibling-1"},
    14: {"source_system": FOREIGN},
    15: {"observed_by": ""},
}


# The whole suite runs on two slow cores; raise this to look harder.
MOST_EXAMPLES = 40


def quick(examples: int) -> settings:
    """Return the settings of a property: so many examples at the most, and no deadline on a shared machine."""
    return settings(max_examples=min(examples, MOST_EXAMPLES), deadline=None, suppress_health_check=list(HealthCheck))


@functools.cache
def scottish_decider() -> Decider:
    """Return the decider of the real pack, built once."""
    return Decider(load_pack(Path(__file__).parents[2] / "rules" / "scotland"))


@functools.cache
def drawn_deciders() -> tuple[Decider, ...]:
    """Return deciders of a few generated packs, the same ones in every run."""
    found: list[Decider] = []

    @settings(max_examples=12, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pack=packs)
    def collect(pack: Pack) -> None:
        found.append(Decider(pack))

    collect()
    return tuple(found)


def deciders() -> st.SearchStrategy[Decider]:
    """Draw the real pack's decider, or that of a generated pack."""
    return st.sampled_from((scottish_decider(), scottish_decider(), *drawn_deciders()))


class Vocabulary:
    """What can be said in a pack's terms.

    ``values`` are telling values of each fact, and ``asked`` the facts that each rule asks about. ``bundles`` are facts
    that speak for a rule, so that it is met where dates and boards allow; ``onward`` has those of moves from a lead.
    """

    def __init__(self, pack: Pack) -> None:
        bounds: dict[str, set[int]] = {}
        for rule in (*pack.services.values(), *pack.moves.values()):
            for one in _conditions(rule):
                told = (one.is_, one.at_least, one.more_than, one.at_most, one.less_than, *(one.one_of or ()))
                bounds.setdefault(one.fact, set()).update(bound for bound in told if type(bound) is int)
        self.sayable = tuple(name for name, one in pack.facts.items() if not one.derivation)
        self.values = {name: _values(one, bounds.get(name, set())) for name, one in pack.facts.items()}
        self.about = {name: _REFS[one.about] for name, one in pack.facts.items()}
        self.leaders = tuple(name for name, service in pack.services.items() if service.can_lead)
        self.boards = (*pack.boards, *pack.board_aliases, "", "S08999999")
        rules = (*pack.services.values(), *pack.moves.values())
        asked = [tuple(one.fact for one in _conditions(rule) if not pack.facts[one.fact].derivation) for rule in rules]
        self.asked = tuple(facts for facts in asked if facts)
        self.bundles = tuple(bundle for rule in rules if (bundle := self._bundle(pack, rule)))
        self.speaking_for_moves = {name: self._bundle(pack, move) for name, move in pack.moves.items()}
        self.onward: dict[str, tuple[Bundle, ...]] = {}
        for move in pack.moves.values():
            both = {
                **dict(self._bundle(pack, pack.services[move.receiver])),
                **dict(self.speaking_for_moves[move.name]),
            }
            for giver in move.givers:
                self.onward[giver] = (*self.onward.get(giver, ()), tuple(both.items()))

    def _bundle(self, pack: Pack, rule: Rule) -> Bundle:
        speaking = dict(rule.formula.criteria())
        bundle: dict[str, FactValue] = {}
        for name, criterion in rule.criteria.items():
            fact = criterion.condition.fact
            fitting = [
                value
                for value in self.values[fact]
                if meets(pack.facts[fact], criterion.condition, value) is speaking[name]
            ]
            if fitting and not pack.facts[fact].derivation:
                bundle[fact] = fitting[-1]
        return tuple(bundle.items())


def _conditions(rule: Rule) -> list[Condition]:
    return [criterion.condition for criterion in rule.criteria.values()]


def meets(definition: FactDefinition, condition: Condition, value: FactValue) -> bool:
    """Return whether a value meets a condition, worked out here so that no evaluator checks itself."""
    place = definition.choices.index if definition.choices else lambda one: one
    return (
        (condition.is_ is None or value == condition.is_)
        and (condition.one_of is None or value in condition.one_of)
        and (condition.at_least is None or place(value) >= place(condition.at_least))
        and (condition.more_than is None or place(value) > place(condition.more_than))
        and (condition.at_most is None or place(value) <= place(condition.at_most))
        and (condition.less_than is None or place(value) < place(condition.less_than))
    )


def _values(definition: FactDefinition, bounds: Iterable[int]) -> tuple[FactValue, ...]:
    match definition.type:
        case FactType.YES_NO:
            return (True, False)
        case FactType.CHOICE:
            return definition.choices
        case FactType.NUMBER:
            return tuple(sorted({0, 1, 3, *(near for bound in bounds for near in (bound - 1, bound, bound + 1))}))
        case _:
            return (date(2026, 1, 1), date(2026, 6, 1))


_VOCABULARIES: dict[str, Vocabulary] = {}


def vocabulary_of(pack: Pack) -> Vocabulary:
    """Return a pack's vocabulary, worked out once."""
    known = _VOCABULARIES.get(pack.digest)
    if known is None:
        known = _VOCABULARIES[pack.digest] = Vocabulary(pack)
    return known


def moment(days_ago: int) -> datetime:
    """Return a moment of the grid."""
    return WHEN - timedelta(days=days_ago)


@st.composite
def observations(draw: st.DrawFn, vocabulary: Vocabulary, facts: Sequence[str], source: str) -> Observation:
    """Draw one observation: mostly of the right person, by a named observer, and readable."""
    fact = draw(st.sampled_from(facts))
    quirk, days_ago, child = draw(st.integers(0, 15)), draw(st.integers(0, 4)), draw(st.integers(0, 7))
    refs = vocabulary.about[fact]
    ref = refs[max(0, child - 5)] if len(refs) > 1 else refs[0]
    plain = Observation(fact, draw(st.sampled_from(vocabulary.values[fact])), moment(days_ago), source, ref, "Dr A")
    return replace(plain, **_QUIRKS.get(quirk, {}))


@st.composite
def histories(draw: st.DrawFn, vocabulary: Vocabulary, source: str, leading: str) -> tuple[Observation, ...]:
    """Draw what one message observes: facts that speak for a rule, facts at random, some danger, something besides."""
    bundles = (*vocabulary.onward.get(leading, ()) * 9, *vocabulary.bundles)
    bundle = draw(st.one_of(st.just(()), st.sampled_from(bundles)))
    facts = draw(st.sampled_from(vocabulary.asked))
    at_random = draw(st.lists(observations(vocabulary, facts, source), max_size=4))
    danger = draw(st.lists(observations(vocabulary, tuple(TRIGGERS_BY_FACT), source), max_size=2))
    other = draw(st.lists(observations(vocabulary, vocabulary.sayable, source), max_size=2))
    speaking = (Observation(fact, value, WHEN, source, vocabulary.about[fact][0], "Dr A") for fact, value in bundle)
    return (*speaking, *at_random, *danger, *other)


@dataclass(frozen=True, slots=True)
class _Family:
    """One family as it really is; messages tell parts of it."""

    board: str
    people: tuple[Person, ...]
    children: tuple[Person, ...]


@st.composite
def _children(draw: st.DrawFn) -> tuple[Person, ...]:
    made = []
    today = WHEN.date()
    for number, life in enumerate(draw(st.lists(st.sampled_from(_LIVES), max_size=3)), start=1):
        ref = f"infant-{number}"
        ago = draw(st.sampled_from(_BORN_DAYS_AGO if life in ("born", "died") else _DUE_IN_DAYS))
        day = None if ago is None else today - timedelta(days=ago)
        due = None if ago is None else today + timedelta(days=ago)
        if life in ("born", "died"):
            child = Person(ref, Role.INFANT, birth_date=day, birth_order=number, multiplicity=3)
        else:
            child = Person(ref, Role.UNBORN, expected_date=due)
        made.append(replace(child, death_date=today) if life in ("died", "lost") else child)
    return tuple(made)


@st.composite
def families(draw: st.DrawFn, vocabulary: Vocabulary) -> _Family:
    """Draw a family: its board known or not, a carer, up to three children, a partner or not, and two siblings."""
    role = draw(st.sampled_from((Role.MOTHER, Role.MOTHER, Role.MAIN_CARER)))
    carer = Person("carer", role, birth_date=draw(st.sampled_from(_CARERS_BORN)))
    siblings = (Person("sibling-1", Role.SIBLING), Person("sibling-2", Role.SIBLING))
    partner = (Person("partner", Role.PARTNER),) if draw(st.booleans()) else ()
    board = draw(st.one_of(st.sampled_from(vocabulary.boards[:4]), st.sampled_from(vocabulary.boards)))
    return _Family(board, (carer, *partner, *siblings), draw(_children()))


@st.composite
def events(
    draw: st.DrawFn, vocabulary: Vocabulary, family: _Family, source: str, *, leading: str = ""
) -> ReferralEvent:
    """Draw one message about a family, from a source; ``leading`` is the service that leads already."""
    children = list(family.children)
    quirk = draw(st.integers(0, 9))
    if quirk == 0:
        children = children[1:]
    elif quirk == 1:
        # sent before the birth that the family knows of
        children = [Person(one.ref, Role.UNBORN, expected_date=one.birth_date) for one in children]
    board = draw(st.sampled_from(vocabulary.boards)) if quirk == 2 else family.board
    services = st.sampled_from(("", *vocabulary.leaders, "nobody-knows-it"))
    involvements = tuple(
        Involvement(draw(services), draw(st.booleans()), draw(st.sampled_from(("", board))))
        for _ in range(draw(st.integers(0, 4)) // 3)
    )
    return ReferralEvent(
        source_system=source,
        source_reference="r1",
        source_version=1,
        occurred_at=moment(draw(st.integers(0, 3))),
        people=(*family.people, *children),
        household=Household(board_code=board),
        observations=draw(histories(vocabulary, source, leading)),
        referrer=Referrer(service=draw(services)),
        requested_service=draw(services),
        urgency=draw(st.sampled_from((None, *Urgency))),
        consent=draw(st.sampled_from((None, Consent.GIVEN, Consent.GIVEN, Consent.NOT_SOUGHT, Consent.REFUSED))),
        involvements=involvements,
        concerns=(UNMAPPED,) if quirk == 3 else (),
    )


@st.composite
def referrals(
    draw: st.DrawFn, vocabulary: Vocabulary, family: _Family, *, most: int = 3, offset: int = 0, leading: str = ""
) -> tuple[HeldReferral, ...]:
    """Draw the referrals of one family, with every version of each and what became of it."""
    held: list[HeldReferral] = []
    ids = {ref: person_id + offset for ref, person_id in PERSON_IDS.items()}
    for number in range(draw(st.integers(1, most))):
        source = draw(st.sampled_from(SOURCES))
        newest, withdrawn = draw(st.sampled_from(((1, 0), (1, 0), (1, 0), (2, 0), (2, 1), (3, 0), (1, 1), (2, 2))))
        for version in range(1, newest + 1):
            event = draw(events(vocabulary, family, source, leading=leading))
            event = replace(event, source_reference=f"r{number}", source_version=version)
            state = ReferralState.OPEN if version == newest else ReferralState.SUPERSEDED
            state = ReferralState.WITHDRAWN if version <= withdrawn else state
            people = {one.ref: ids[one.ref] for one in event.people}
            heard = draw(st.sampled_from((None, WHEN - timedelta(hours=3))))
            held.append(HeldReferral(1 + len(held) + 10 * offset, event, state, people, heard))
    return tuple(held)


@st.composite
def standings(draw: st.DrawFn, vocabulary: Vocabulary, pack: Pack, board: str, *, kinds: Sequence[str]) -> Standing:
    """Draw who stands where: nobody, one who was asked, one who accepted, or both."""
    leaders = st.sampled_from(vocabulary.leaders)
    kind = draw(st.sampled_from(kinds))
    at = draw(st.sampled_from(tuple(pack.boards))) if draw(st.integers(0, 5)) == 5 else board

    def proposal(number: int) -> Proposal:
        service = draw(leaders)
        return Proposal(service, provider_board(pack, service, at), number)

    accepted = proposal(1) if kind in ("accepted", "both") else None
    proposed = proposal(2) if kind in ("proposed", "both") else None
    stands = {one.service for one in (accepted, proposed) if one is not None}
    declined = frozenset(draw(st.lists(leaders, max_size=3))) - stands
    helping = frozenset((one, provider_board(pack, one, board)) for one in draw(st.lists(leaders, max_size=2)))
    return Standing(accepted, proposed, at_desk=kind == "none", supporting=helping, declined=declined)


def children_of(held: Iterable[HeldReferral]) -> tuple[Child, ...]:
    """Return the children that referrals speak of, born once any message says so."""
    roles: dict[int, Role] = {}
    for one in held:
        for person in one.event.people:
            if person.role in CHILDREN_OF_EPISODE and roles.get(one.people[person.ref]) is not Role.INFANT:
                roles[one.people[person.ref]] = person.role
    return tuple(Child(one, f"infant-{n}", roles[one]) for n, one in enumerate(sorted(roles), start=1))


def case_of(held: Sequence[HeldReferral], **more: Any) -> Case:
    """Return a case of these referrals, decided at ``WHEN`` unless ``more`` says otherwise."""
    roles = {one.people[person.ref]: person.role for one in held for person in one.event.people}
    return Case(tuple(held), children_of(held), roles, **{"as_of": WHEN, **more})


ANY_STANDING = ("none", "none", "proposed", "accepted", "accepted", "both")
ACCEPTED = ("accepted", "accepted", "both")


@st.composite
def cases(draw: st.DrawFn, pack: Pack, *, most: int = 3, kinds: Sequence[str] = ANY_STANDING, **fixed: Any) -> Case:
    """Draw a whole case; ``kinds`` are the kinds of standing, and ``fixed`` gives parts of it as they shall be."""
    vocabulary = vocabulary_of(pack)
    family = draw(families(vocabulary))
    standing = fixed.get("standing") or draw(standings(vocabulary, pack, family.board, kinds=kinds))
    leading = standing.accepted.service if standing.accepted else ""
    held = draw(referrals(vocabulary, family, most=most, leading=leading))
    made: dict[str, Any] = {
        "standing": standing,
        "arrived": draw(st.sampled_from((*(one.referral_id for one in held), 0))),
        "as_of": WHEN + timedelta(hours=draw(st.sampled_from((0, 1, 12, 24 * 40)))),
    }
    match = fixed.get("match") or draw(st.sampled_from((*MatchOutcome, MatchOutcome.SAME_FAMILY)))
    made["match"] = match
    if match is MatchOutcome.ASK_A_PERSON:
        other = draw(families(vocabulary))
        made["perhaps"] = draw(referrals(vocabulary, other, most=1, offset=PERHAPS))
        leaders = draw(st.lists(st.sampled_from(vocabulary.leaders), max_size=2))
        made["perhaps_holders"] = frozenset((one, provider_board(pack, one, other.board)) for one in leaders)
    return case_of(held, **{**made, **fixed})


def changed(case: Case, place: int, **changes: Any) -> Case:
    """Return ``case`` with the event of one of its referrals changed."""
    referral = case.referrals[place]
    told = replace(referral, event=replace(referral.event, **changes))
    return replace(case, referrals=(*case.referrals[:place], told, *case.referrals[place + 1 :]))


def observed(case: Case, place: int, *more: Observation) -> Case:
    """Return ``case`` with more observations in one of its referrals."""
    return changed(case, place, observations=(*case.referrals[place].event.observations, *more))


def event_of(
    *said: Observation, people: Sequence[Person] = (), board: str = LOTHIAN, source: str = "trakcare", **more: Any
) -> ReferralEvent:
    """Return a plain message for an example written out."""
    told = tuple(people) or (Person("carer", Role.MOTHER),)
    return ReferralEvent(
        **{
            "source_system": source,
            "source_reference": "r1",
            "source_version": 1,
            "occurred_at": WHEN,
            "people": told,
            "household": Household(board_code=board),
            "observations": said,
            **more,
        }
    )


def held_as(
    event: ReferralEvent,
    referral_id: int = 1,
    state: ReferralState = ReferralState.OPEN,
    people: Mapping[str, int] | None = None,
) -> HeldReferral:
    """Return a message as it is held; people who are not named get the usual ids."""
    ids = {one.ref: PERSON_IDS[one.ref] for one in event.people} if people is None else people
    return HeldReferral(referral_id, event, state, ids)


def said(fact: str, value: FactValue | None, days_ago: int = 0, **more: Any) -> Observation:
    """Return an observation, by a named observer of the usual source unless ``more`` says otherwise."""
    usual = {"subject_ref": "carer", "observed_by": "Dr A", "source_system": "trakcare"}
    return Observation(fact, value, moment(days_ago), **{**usual, **more})
