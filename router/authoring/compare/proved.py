"""Proves what differs between two packs, over all possible facts: nobody, or a family whom it concerns."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import z3

from router.authoring.compare.vocabulary import Packs
from router.authoring.proof.asking import SECONDS_A_QUESTION, Asker
from router.authoring.proof.findings import Witness
from router.authoring.proof.symbols import Both, Family
from router.authoring.proof.trying import circumstances_of
from router.model.facts import Known
from router.model.referral import Urgency
from router.rules.evaluation import Circumstances, is_offered
from router.rules.pack import HANDOVERS, Board, Move, Pack, Rule
from router.rules.ranking import Ranking
from router.rules.reference import evaluate

MOST_PAIRS = 60
"""How many changes from one service to another are looked for in one set of services offered."""

DESK = ""
"""Stands for the desk where a service is named."""

_DANGERS: tuple[Urgency | None, ...] = (None, Urgency.URGENT, Urgency.EMERGENCY)
# A witness states facts and no dates: any moment does.
_HELD = Known(value=True, source_system="compare", observed_at=datetime(2026, 1, 1, tzinfo=UTC))


class Kind(StrEnum):
    """How an answer of a service or a move changes."""

    NEWLY_YES = "newly_yes"
    NO_LONGER_YES = "no_longer_yes"
    NEWLY_UNKNOWN = "newly_unknown"
    NEWLY_NO = "newly_no"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Somebody whom a service accepts, or a move moves, under one pack and not the other, or whose answer is new.

    ``rule`` is the service or move. A move counts as followed where its own condition and its receiver's are met.
    ``board`` is the one board that this is about, where either pack narrows the service there; else empty.
    """

    kind: Kind
    rule: str
    is_move: bool
    witness: Witness
    board: str = ""


@dataclass(frozen=True, slots=True)
class LeadChange:
    """Families that another service leads, or is asked to lead, under the new pack.

    ``was`` and ``now`` are services, ``DESK`` for the desk. ``giver`` is the service that leads and that a move starts
    from; it is empty for a family that nobody leads yet. ``boards`` are those in which it can be so.
    """

    was: str
    now: str
    giver: str
    boards: tuple[str, ...]
    witness: Witness


@dataclass(frozen=True, slots=True)
class Proved:
    """What was proved. ``same`` names the services and moves of both packs whose answer differs for nobody.

    ``open`` holds what the solver could not settle in its time, so that nothing is claimed of it.
    """

    same: tuple[str, ...]
    rules: tuple[RuleChange, ...]
    leads: tuple[LeadChange, ...]
    open: tuple[str, ...]
    questions: int
    seconds: float


def prove_changes(
    packs: Packs, *, seconds_a_question: float = SECONDS_A_QUESTION, tell: Callable[[str], None] = lambda _: None
) -> Proved:
    """Look for every change of an answer and of a lead; ``tell`` hears what is looked at.

    One infant at a time, nobody involved or asked for, and no service that declined. A new family is placed as it is
    first referred; a family that a service leads is looked at for moves.
    """
    started = time.monotonic()
    prover = _Prover(packs, _Pairs(seconds_a_question))
    tell("whom each service accepts and each move moves")
    rules = list(prover.rules())
    tell("who leads a new family")
    leads = list(prover.leads())
    tell("where moves lead")
    leads += prover.handovers()
    changed = {one.rule for one in rules}
    asker = prover.asker
    settled = [one for one in prover.shared() if one not in changed and one not in asker.unsettled]
    return Proved(
        tuple(settled), tuple(rules), tuple(leads), tuple(asker.open), asker.asked, time.monotonic() - started
    )


def who_comes(packs: Packs, witness: Witness) -> tuple[str, str]:
    """Return who leads a witness under the old pack and the new one, as the evaluator that decides in earnest says."""
    circumstances = circumstances_of(witness)
    found = []
    for pack in (packs.old, packs.new):
        known = circumstances if circumstances.accepted in pack.services else replace(circumstances, accepted="")
        found.append(evaluate(pack, [packs.view(pack, witness.given, _HELD)], known).lead)
    return found[0], found[1]


class _Pairs(Asker):
    """Asks for every pair of values that two expressions can have. ``unsettled`` names the subjects left open."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.unsettled: set[str] = set()

    def pairs(self, what: str, family: Family, first: Any, second: Any, *conditions: Any) -> Iterator[tuple[int, int]]:
        """Yield each pair of different values, one for each question."""
        with self._given((family,), [first != second, *conditions]) as solver:
            for _ in range(MOST_PAIRS):
                answer = self._check(solver)
                if answer == z3.unknown:
                    self.open.append(what)
                if answer != z3.sat:
                    return
                model = solver.model()
                found = [int(model.eval(one, model_completion=True).as_long()) for one in (first, second)]
                yield found[0], found[1]
                solver.add(z3.Not(z3.And(first == found[0], second == found[1])))
            if self._check(solver) != z3.unsat:
                self.open.append(f"{what}: more than {MOST_PAIRS} kinds of change")

    def first(self, what: str, subject: str, family: Family, *ways: Any) -> Any | None:
        """Return a model of the first of these conditions that somebody meets."""
        before = len(self.open)
        for way in ways:
            model = self.find(what, [family], way)
            if model is not None:
                return model
        if len(self.open) > before:
            self.unsettled.add(subject)
        return None


class _Side:
    """One of the two packs, looking at the family that both share."""

    def __init__(self, pack: Pack, family: Family, other: _Side | None = None) -> None:
        self.pack = pack
        self.ranking = Ranking(pack)
        self._seen, self._other = _seen_by(pack, family), other
        self.accepts: dict[str, Both] = {name: self._formula(one) for name, one in pack.services.items()}
        self.moves: dict[str, Both] = {name: self._formula(one) for name, one in pack.moves.items()}
        self.narrowed: dict[str, dict[str, Both]] = {
            code: {name: self._formula(one, code) for name, one in there.items()}
            for code, there in pack.narrowed.items()
        }
        self._answers = dict(self.accepts)

    def _formula(self, rule: Rule, board: str = "") -> Both:
        """Return when a rule's formula is met; the other side's where that has the very same, which most rules are."""
        other = self._other
        if other is not None and board:
            narrowed = other.pack.narrowed.get(board, {}).get(rule.name)
            if narrowed is not None and _reads_alike(narrowed, rule) and self._sees_alike(rule, other):
                return other.narrowed[board][rule.name]
        elif other is not None:
            same = other.pack.services.get(rule.name) or other.pack.moves.get(rule.name)
            if same is not None and _reads_alike(same, rule) and self._sees_alike(rule, other):
                return (other.accepts if rule.name in other.accepts else other.moves)[rule.name]
        return self._seen.formula(rule)

    def _sees_alike(self, rule: Rule, other: _Side) -> bool:
        facts = {one.condition.fact for one in rule.criteria.values()}
        return all(self._seen.facts[fact] is other._seen.facts[fact] for fact in facts)

    def answer(self, rule: str) -> Both:
        """Return when a service accepts, or when a move is followed as far as its receiver goes."""
        if rule not in self._answers:
            move, receiver = self.moves[rule], self.accepts[self.pack.moves[rule].receiver]
            self._answers[rule] = Both(z3.And(move.met, receiver.met), z3.Or(move.not_met, receiver.not_met))
        return self._answers[rule]

    def accepted(self, service: str, board: str) -> Both:
        """Return when a service accepts families of a board."""
        return self.narrowed.get(board, {}).get(service) or self.accepts[service]

    def followed(self, move: Move, board: str) -> Any:
        """Return when a move is followed, for families of a board."""
        return z3.And(self.moves[move.name].met, self.accepted(move.receiver, board).met)

    def offered(self, board: Board) -> frozenset[str]:
        """Return the services that a board offers."""
        return frozenset(name for name in self.pack.services if is_offered(self.pack, name, board.code))

    def leaders(self, board: Board, danger: Urgency | None) -> tuple[str, ...]:
        """Return the services that can lead there, first in the order first."""
        ranks = self.ranking.of_services(Circumstances(board=board.code, danger=danger))
        able = [name for name in self.offered(board) if self.pack.services[name].can_lead]
        return tuple(sorted(able, key=lambda name: -ranks[name]))

    def steps(self, giver: str, board: Board, danger: Urgency | None) -> tuple[Move, ...]:
        """Return the moves that hand a family over from a service, the one that is followed first in front."""
        # that the giver leads puts it before others, and it is never one that a move of its own goes to
        ranks = self.ranking.of_services(Circumstances(board=board.code, danger=danger))
        offered = self.offered(board)
        moves = [
            one
            for one in self.pack.moves.values()
            if giver in one.givers and one.kind in HANDOVERS and one.receiver in offered
        ]
        return tuple(
            sorted(moves, key=lambda one: (HANDOVERS.index(one.kind), -ranks[one.receiver], one.name)),
        )


class _Prover:
    def __init__(self, packs: Packs, asker: _Pairs) -> None:
        self.asker = asker
        self.packs = packs
        self.family = Family(packs.either)
        self.old = _Side(packs.old, self.family)
        self.new = _Side(packs.new, self.family, self.old)
        names = sorted({*packs.old.services, *packs.new.services})
        self.number: Mapping[str, int] = {DESK: 0, **{name: place for place, name in enumerate(names, start=1)}}
        self.name = {place: name for name, place in self.number.items()}

    def shared(self) -> Iterator[str]:
        """Yield the services and moves that both packs have."""
        yield from (name for name in self.packs.old.services if name in self.packs.new.services)
        yield from (name for name in self.packs.old.moves if name in self.packs.new.moves)

    def rules(self) -> Iterator[RuleChange]:
        """Yield each kind of change of each service and move, with a family that shows it."""
        board = next(iter(self.packs.new.boards))
        for name in self.shared():
            old, new = self.old.answer(name), self.new.answer(name)
            is_move = name in self.packs.new.moves
            giver = self.packs.new.moves[name].givers[0] if is_move else ""
            for kind, model in self._kinds(name, old, new):
                yield RuleChange(kind, name, is_move, Witness(board, self.family.read(model), giver))
        yield from self._narrowed()

    def _narrowed(self) -> Iterator[RuleChange]:
        """Yield the changes of services in the boards that narrow them, under either pack."""
        for board in self._boards():
            code = board.code
            names = {*self.packs.old.narrowed.get(code, {}), *self.packs.new.narrowed.get(code, {})}
            for name in sorted(names & self.packs.old.services.keys() & self.packs.new.services.keys()):
                old, new = self.old.accepted(name, code), self.new.accepted(name, code)
                for kind, model in self._kinds(name, old, new):
                    yield RuleChange(
                        kind, name, is_move=False, witness=Witness(code, self.family.read(model)), board=code
                    )

    def _kinds(self, name: str, old: Both, new: Both) -> Iterator[tuple[Kind, Any]]:
        """Yield each kind of change between two answers, with a family that shows it."""
        if old.met.eq(new.met) and old.not_met.eq(new.not_met):
            return
        old_open, new_open = _unknown(old), _unknown(new)
        # where it can be shown on a family of whom all is known that matters, it is
        ways: Mapping[Kind, tuple[Any, ...]] = {
            Kind.NEWLY_YES: (z3.And(old.not_met, new.met), z3.And(old_open, new.met)),
            Kind.NO_LONGER_YES: (z3.And(old.met, new.not_met), z3.And(old.met, new_open)),
            Kind.NEWLY_UNKNOWN: (z3.And(z3.Not(old_open), new_open),),
            Kind.NEWLY_NO: (z3.And(old_open, new.not_met),),
        }
        for kind, conditions in ways.items():
            model = self.asker.first(f"{name}: {kind.value.replace('_', ' ')}", name, self.family, *conditions)
            if model is not None:
                yield kind, model

    def leads(self) -> Iterator[LeadChange]:
        """Yield each change of who is asked to lead a new family."""

        def expressions(side: _Side, board: Board, danger: Urgency | None) -> tuple[tuple[str, Any], ...]:
            return tuple((name, side.accepted(name, board.code).met) for name in side.leaders(board, danger))

        yield from self._changes("", expressions)

    def handovers(self) -> Iterator[LeadChange]:
        """Yield each change of where a family goes that a service leads."""
        both = set(self.packs.old.services) & set(self.packs.new.services)
        givers = {one for side in (self.old, self.new) for move in side.pack.moves.values() for one in move.givers}
        for giver in sorted(givers & both):

            def expressions(
                side: _Side, board: Board, danger: Urgency | None, giver: str = giver
            ) -> tuple[tuple[str, Any], ...]:
                steps = side.steps(giver, board, danger)
                ways = ((one.receiver, side.followed(one, board.code)) for one in steps)
                return (*ways, (giver, z3.BoolVal(val=True)))

            yield from self._changes(giver, expressions)

    def _changes(
        self, giver: str, expressions: Callable[[_Side, Board, Urgency | None], tuple[tuple[str, Any], ...]]
    ) -> Iterator[LeadChange]:
        """Yield the changes between who comes first of the old expressions and who comes first of the new ones."""
        found: dict[tuple[int, int], LeadChange] = {}
        settled: list[tuple[tuple[Any, ...], list[tuple[int, int]]]] = []
        for board in self._boards():
            for first, second, dangers in self._orders(board, expressions):
                if _same(first, second):
                    continue
                here = self._first(first), self._first(second)
                danger = z3.Or(*(self.family.danger(one) for one in dangers))
                known = next((pairs for key, pairs in settled if all(map(_equal, key, (*here, danger)))), None)
                if known is None:
                    what = f"moves from {giver} in {board.name}" if giver else f"the lead in {board.name}"
                    known = list(self.asker.pairs(what, self.family, *here, danger))
                    settled.append(((*here, danger), known))
                for pair in known:
                    earlier = found.get(pair)
                    if earlier is None:
                        found[pair] = self._change(giver, board, pair, here, danger)
                    elif board.code not in earlier.boards:
                        found[pair] = replace(earlier, boards=(*earlier.boards, board.code))
        return iter(found.values())

    def _change(
        self, giver: str, board: Board, pair: tuple[int, int], here: tuple[Any, Any], danger: Any
    ) -> LeadChange:
        model = self.asker.find("a change", [self.family], here[0] == pair[0], here[1] == pair[1], danger)
        given = self.family.read(model) if model is not None else {}
        witness = Witness(board.code, given, accepted=giver)
        return LeadChange(self.name[pair[0]], self.name[pair[1]], giver, (board.code,), witness)

    def _orders(
        self, board: Board, expressions: Callable[[_Side, Board, Urgency | None], tuple[tuple[str, Any], ...]]
    ) -> list[tuple[tuple[tuple[str, Any], ...], tuple[tuple[str, Any], ...], list[Urgency | None]]]:
        """Return the old and the new order, with the dangers under which both are so."""
        orders: dict[tuple[tuple[str, ...], tuple[str, ...]], Any] = {}
        for danger in _DANGERS:
            old, new = expressions(self.old, board, danger), expressions(self.new, board, danger)
            key = tuple(name for name, _ in old), tuple(name for name, _ in new)
            orders.setdefault(key, (old, new, []))[2].append(danger)
        return list(orders.values())

    def _first(self, ordered: tuple[tuple[str, Any], ...]) -> Any:
        number = z3.IntVal(self.number[DESK])
        for name, condition in reversed(ordered):
            number = z3.If(condition, z3.IntVal(self.number[name]), number)
        return number

    def _boards(self) -> Iterator[Board]:
        return (one for code, one in self.packs.new.boards.items() if code in self.packs.old.boards)


def _seen_by(pack: Pack, family: Family) -> Family:
    """Return the family as a pack sees it: a choice that it does not know leaves the fact unknown to it."""
    seen = copy.copy(family)
    seen.facts = dict(family.facts)
    for name, definition in pack.facts.items():
        symbol = family.facts[name]
        if len(definition.choices) < len(symbol.definition.choices):
            readable = z3.Or(symbol.nothing, *(symbol.value == symbol.literal(one) for one in definition.choices))
            seen.facts[name] = replace(symbol, known=z3.And(symbol.known, readable))
    return seen


def _reads_alike(one: Rule, other: Rule) -> bool:
    conditions = [{name: each.condition for name, each in rule.criteria.items()} for rule in (one, other)]
    return one.formula == other.formula and conditions[0] == conditions[1]


def _unknown(both: Both) -> Any:
    return z3.And(z3.Not(both.met), z3.Not(both.not_met))


def _equal(one: Any, other: Any) -> bool:
    return bool(one.eq(other))


def _same(old: tuple[tuple[str, Any], ...], new: tuple[tuple[str, Any], ...]) -> bool:
    return [name for name, _ in old] == [name for name, _ in new] and all(
        _equal(one, other) for (_, one), (_, other) in zip(old, new, strict=True)
    )
