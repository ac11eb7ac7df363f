"""Proves a pack over all possible facts, one kind of fault after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import z3

from router.authoring.proof.asking import SECONDS_A_QUESTION, Asker
from router.authoring.proof.findings import Finding, Kind, Proof, Witness
from router.authoring.proof.symbols import RECKONED_FROM, SCORES, Both, Family
from router.model.danger import TRIGGERS
from router.model.referral import Urgency
from router.rules.evaluation import Circumstances, is_offered
from router.rules.narrowing import danger_that_lets_in
from router.rules.pack import HANDOVERS, Board, Formula, Move, MoveKind, Pack, Rule, Service
from router.rules.ranking import Ranking

LONGEST_CIRCLE = 6
TO_AND_FRO = 2
_DANGERS: tuple[Urgency | None, ...] = (None, Urgency.URGENT, Urgency.EMERGENCY)


def prove(
    pack: Pack, *, seconds_a_question: float = SECONDS_A_QUESTION, tell: Callable[[str], None] = lambda _: None
) -> Proof:
    """Look for every kind of fault and return what was found; ``tell`` hears what is looked for.

    One infant at a time is looked at: with several, a service that is met for one of them is met.
    """
    started = time.monotonic()
    prover = _Prover(pack, Asker(seconds_a_question))
    findings: list[Finding] = []
    for name, look in prover.checks():
        tell(name)
        findings += look()
    asker = prover.asker
    return Proof(pack.digest, tuple(findings), tuple(asker.open), asker.asked, time.monotonic() - started)


class _Prover:
    def __init__(self, pack: Pack, asker: Asker) -> None:
        self.pack = pack
        self.asker = asker
        self.family = Family(pack)
        self.ranking = Ranking(pack)
        self.accepts: dict[str, Both] = {name: self.family.formula(one) for name, one in pack.services.items()}
        self.narrowed: dict[str, dict[str, Both]] = {
            code: {name: self.family.formula(one) for name, one in there.items()}
            for code, there in pack.narrowed.items()
        }
        self.moves: dict[str, Both] = {name: self.family.formula(one) for name, one in pack.moves.items()}

    def checks(self) -> Sequence[tuple[str, Callable[[], Iterator[Finding]]]]:
        """Return every check with what it looks for."""
        return (
            ("families whom nobody accepts", self.gaps),
            ("services between which no agreed order decides", self.overlaps),
            ("criteria, services and moves that nobody can meet, or everybody does", self.reach),
            ("criteria that exclude one another", self.contradictions),
            ("services that never lead", self.never_lead),
            ("services that take families outside the ages they state", self.ages),
            ("circles of moves", self.circles),
            ("birthdays that move somebody", self.age_alone),
            ("scores that step somebody down", self.score_alone),
            ("danger that keeps out or steps down", self.danger),
            ("boards that take whom the national rule keeps out, or turn danger away", self.narrowing),
        )

    # --- placing a new family ---------------------------------------------------------------------------------

    def gaps(self) -> Iterator[Finding]:
        """Find families of whom everything that matters is known, and whom no service that can lead accepts."""
        for board, offered in self._offers():
            accepts = self._accepts(board)
            leaders = [name for name in offered if self.pack.services[name].can_lead]
            model = self.asker.find(f"gap in {board.name}", [self.family], *(accepts[name].not_met for name in leaders))
            if model is not None:
                message = (
                    f"In {board.name}, and wherever the same services are offered, no service accepts this family: it "
                    "would lie at the desk. Widen a service's criteria, or add a service that takes it"
                )
                yield Finding(Kind.GAP, (board.code,), message, self._witness(model, board))

    def overlaps(self) -> Iterator[Finding]:
        """Find families whom two services accept while only the last resort of the order tells who leads."""
        seen: set[tuple[str, str]] = set()
        for board, offered in self._offers():
            circumstances, accepts = Circumstances(board=board.code), self._accepts(board)
            leaders = [name for name in offered if self.pack.services[name].can_lead]
            for first, second in combinations(sorted(leaders), 2):
                agreed = any({first, second} <= group for group in self.pack.order.equals)
                if (
                    agreed
                    or (first, second) in seen
                    or self.ranking.deciding(first, second, circumstances) != "tie_break"
                ):
                    continue
                ranks = self.ranking.of_services(circumstances)
                better = [name for name in leaders if ranks[name] > max(ranks[first], ranks[second])]
                model = self.asker.find(
                    f"overlap of {first} and {second}",
                    [self.family],
                    self.family.danger(None),
                    accepts[first].met,
                    accepts[second].met,
                    *(z3.Not(accepts[name].met) for name in better),
                )
                if model is not None:
                    seen.add((first, second))
                    message = (
                        f"'{first}' and '{second}' both accept this family, and only the list in tie_break puts one "
                        "first. Agree which comes first, by tier, needs or criteria, or name both in equals"
                    )
                    yield Finding(Kind.OVERLAP, (first, second), message, self._witness(model, board))

    def never_lead(self) -> Iterator[Finding]:
        """Find services that can lead and never do, since others always come before them."""
        boards = list(self._offers())
        for name, service in self.pack.services.items():
            if not service.can_lead or not self._can(self.accepts[name].met, f"reach {name}"):
                continue
            if not any(self._leads(name, board, offered) for board, offered in boards if name in offered):
                message = (
                    f"'{name}' can lead by its file and never does: whoever it accepts is accepted by a service that "
                    "comes before it, in every board. Change the order or the criteria, or say can_lead: false"
                )
                yield Finding(Kind.NEVER_LEADS, (name,), message)

    def _leads(self, name: str, board: Board, offered: frozenset[str]) -> bool:
        accepts = self._accepts(board)
        for danger in _DANGERS:
            ranks = self.ranking.of_services(Circumstances(board=board.code, danger=danger))
            better = [one for one in offered if self.pack.services[one].can_lead and ranks[one] > ranks[name]]
            if self.asker.exists(
                f"{name} leading",
                [self.family],
                self.family.danger(danger),
                accepts[name].met,
                *(z3.Not(accepts[one].met) for one in better),
            ):
                return True
        return False

    # --- single rules -----------------------------------------------------------------------------------------

    def reach(self) -> Iterator[Finding]:
        """Find criteria that nobody can meet or nobody can miss, and services and moves that nobody can meet."""
        settled: dict[object, tuple[bool, bool]] = {}
        for place, rule in self._rules():
            for name, criterion in rule.criteria.items():
                condition = criterion.condition
                if condition not in settled:
                    both = self.family.criterion(criterion)
                    settled[condition] = (
                        self._can(both.met, f"{name} of {place} met"),
                        self._can(both.not_met, f"{name} of {place} missed"),
                    )
                met, missed = settled[condition]
                if not met:
                    message = f"Criterion '{name}' of {place} can be met by nobody. Check its value and its fact"
                    yield Finding(Kind.UNREACHABLE, (rule.name, name), message)
                elif not missed:
                    message = f"Criterion '{name}' of {place} is met by everybody of whom the fact is known. Delete it"
                    yield Finding(Kind.ALWAYS, (rule.name, name), message)
            if not self._can(self._reachable(rule), place):
                message = f"No family can meet {place}. Look for criteria that exclude one another"
                yield Finding(Kind.UNREACHABLE, (rule.name,), message)

    def _reachable(self, rule: Rule) -> Any:
        return self._reached(rule, self.accepts) if isinstance(rule, Move) else self._met(rule)

    def _met(self, rule: Rule) -> Any:
        narrowing = rule.narrowing if isinstance(rule, Service) else None
        known = self.accepts if narrowing is None else self.narrowed[narrowing.board]
        return known[rule.name].met

    def _reached(self, move: Move, accepts: Mapping[str, Both]) -> Any:
        return z3.And(self.moves[move.name].met, accepts[move.receiver].met)

    def contradictions(self) -> Iterator[Finding]:
        """Find parts of a formula that must hold together and cannot."""
        for place, rule in self._rules():
            for formula in _formulas(rule.formula):
                parts = [(_called(one), self.family.part(rule, one).met) for one in formula.all]
                parts += [(f"not {_called(one)}", self.family.part(rule, one).not_met) for one in formula.none]
                for (first, one), (second, other) in combinations(parts, 2):
                    if self._can(one, first) and self._can(other, second) and not self._can(z3.And(one, other), place):
                        message = f"In {place}, '{first}' and '{second}' must both hold and never can"
                        yield Finding(Kind.CONTRADICTION, (rule.name, first, second), message)

    def ages(self) -> Iterator[Finding]:
        """Find families of an age that a service says it is not for, and whom it accepts all the same."""
        for place, service in self._rules():
            if not isinstance(service, Service) or service.ages is None:
                continue
            outside = self.family.outside(service.ages)
            model = self.asker.find(f"ages of {place}", [self.family], self._met(service), outside)
            if model is not None:
                board = service.narrowing.board if service.narrowing else self._any_board()
                message = (
                    f"{place} accepts this family, which is outside the ages that it states. Change one of the two"
                )
                yield Finding(Kind.OUTSIDE_AGES, (service.name,), message, self._witness(model, self._board(board)))

    # --- moves ------------------------------------------------------------------------------------------------

    def circles(self) -> Iterator[Finding]:
        """Find families who would be handed round from service to service while nothing about them changes."""
        found: set[frozenset[str]] = set()
        for board, offered in self._offers():
            edges = self._handovers(offered, self._accepts(board))
            for start in sorted(offered):
                for path in self._paths(start, start, edges, [], z3.BoolVal(val=True)):
                    circle = frozenset(giver for giver, _ in path)
                    if circle in found or self._is_guarded(path):
                        continue
                    model = self.asker.find("a circle", [self.family], *(edges[edge] for edge in path))
                    if model is None:
                        continue
                    found.add(circle)
                    way = " to ".join([*(giver for giver, _ in path), start])
                    message = (
                        f"This family would be handed from {way} while nothing changes. Set a condition of a move down "
                        "apart from the condition of the move up, with room between them, or give the move down "
                        "guard: {back_needs_news: true}"
                    )
                    subjects = tuple(giver for giver, _ in path)
                    yield Finding(Kind.CYCLE, subjects, message, self._witness(model, board, accepted=start))

    def _is_guarded(self, path: Sequence[tuple[str, str]]) -> bool:
        """Return whether a way to and fro ends, since one of the two goes back on news alone, danger or not."""
        return len(path) == TO_AND_FRO and any(
            all(
                move.guard is not None and move.guard.back_needs_news and move.kind is not MoveKind.STEP_UP
                for move in self._of_kinds(*HANDOVERS)
                if giver in move.givers and move.receiver == receiver
            )
            for giver, receiver in path
        )

    def _handovers(self, offered: frozenset[str], accepts: Mapping[str, Both]) -> dict[tuple[str, str], Any]:
        """Return, for giver and receiver, when a move from the one to the other is followed."""
        edges: dict[tuple[str, str], list[Any]] = {}
        for giver in offered:
            moves = [one for one in self.pack.moves.values() if giver in one.givers and one.receiver in offered]
            for move in moves:
                if move.kind not in HANDOVERS:
                    continue
                before = [one for one in moves if one.kind in HANDOVERS[: HANDOVERS.index(move.kind)]]
                stopped = (z3.Not(self._reached(one, accepts)) for one in before)
                followed = z3.And(self._reached(move, accepts), *stopped)
                edges.setdefault((giver, move.receiver), []).append(followed)
        return {edge: z3.Or(*ways) for edge, ways in edges.items()}

    def _paths(
        self,
        start: str,
        here: str,
        edges: dict[tuple[str, str], Any],
        path: list[tuple[str, str]],
        condition: Any,
    ) -> Iterator[list[tuple[str, str]]]:
        """Yield the circles from ``start``, whose services come after it in the alphabet, as far as they can be."""
        visited = {giver for giver, _ in path}
        for edge, followed in edges.items():
            giver, receiver = edge
            if giver != here or receiver < start or receiver in visited - {start}:
                continue
            onward = z3.And(condition, followed)
            if not self._can(onward, "a circle"):
                continue
            if receiver == start:
                yield [*path, edge]
            elif len(path) + 1 < LONGEST_CIRCLE:
                yield from self._paths(start, receiver, edges, [*path, edge], onward)

    def age_alone(self) -> Iterator[Finding]:
        """Find moves that begin to be followed as time passes, while nothing but time and the stage is known."""
        later = Family(self.pack, " later")
        times = [name for name in self.pack.facts if later.is_time(name)]
        stage = {name for name, one in self.pack.facts.items() if one.derivation == "stage"}
        # A time that is not known stays so: were each to be known, whatever it is reckoned from would have to be.
        passing = [
            z3.And(mine.known == theirs.known, mine.nothing == theirs.nothing, theirs.value >= mine.value)
            for name in times
            for mine, theirs in ((self.family.facts[name], later.facts[name]),)
        ]
        versions = ((one, there) for one in self._of_kinds(*HANDOVERS) for there in self.pack.versions(one.receiver))
        for move, receiver in versions:
            after = z3.And(later.formula(move).met, later.formula(receiver).met)
            asked = {one.condition.fact for rule in (move, receiver) for one in rule.criteria.values()}
            told = {*times, *stage, *(RECKONED_FROM - asked)}
            nothing_else = [z3.Not(symbol.known) for name, symbol in later.facts.items() if name not in told]
            model = self.asker.find(
                f"age alone in {move.name}",
                [self.family, later],
                self.family.same(later, but=times),
                *passing,
                *nothing_else,
                z3.Not(z3.And(self.moves[move.name].met, self._met(receiver))),
                after,
            )
            if model is not None:
                message = (
                    f"'{move.name}' hands a family from {' or '.join(move.givers)} to {move.receiver} on a birthday, "
                    "with no need stated. Add a criterion of need"
                )
                board = receiver.narrowing.board if receiver.narrowing else self._any_board()
                witness = Witness(board, self.family.read(model), accepted=move.givers[0], now=later.read(model))
                yield Finding(Kind.AGE_ALONE, (move.name,), message, witness)

    def score_alone(self) -> Iterator[Finding]:
        """Find moves down that are followed while nothing but scores, time and the stage is known."""
        for move in self._of_kinds(MoveKind.STEP_DOWN):
            other = [
                z3.Not(symbol.known)
                for name, symbol in self.family.facts.items()
                if symbol.definition.unit != SCORES and not symbol.definition.derivation
            ]
            model = self.asker.find(f"score alone in {move.name}", [self.family], *other, self.moves[move.name].met)
            if model is not None:
                message = f"'{move.name}' steps a family down on a score or an age alone. Add what a person has seen"
                witness = self._witness(model, self._board(self._any_board()), accepted=move.givers[0])
                yield Finding(Kind.SCORE_ALONE, (move.name,), message, witness)

    # --- danger -----------------------------------------------------------------------------------------------

    def danger(self) -> Iterator[Finding]:
        """Find where a sign of danger, added to what is known, shuts a door, stops a step up or brings a step down."""
        worse = Family(self.pack, " worse")
        for trigger in TRIGGERS:
            if trigger.fact not in self.pack.facts:
                continue
            added = (self.family.same(worse, but=[trigger.fact]), worse.shows(trigger))
            for place, rule in self._rules():
                if all(one.condition.fact != trigger.fact for one in rule.criteria.values()):
                    continue
                before, after = self.family.formula(rule).met, worse.formula(rule).met
                if isinstance(rule, Move) and rule.kind is MoveKind.STEP_DOWN:
                    kind, shown = Kind.DANGER_STEPS_DOWN, (z3.Not(before), after)
                    message = f"'{trigger.label}' would bring {place} about. Danger may only step up"
                elif isinstance(rule, Service) or (isinstance(rule, Move) and rule.kind is MoveKind.STEP_UP):
                    kind, shown = Kind.DANGER_KEEPS_OUT, (before, z3.Not(after))
                    message = f"'{trigger.label}' would undo {place}. Danger may only let a family in, or up"
                else:
                    continue
                model = self.asker.find(f"{trigger.name} in {place}", [self.family, worse], *added, *shown)
                if model is not None:
                    accepted = rule.givers[0] if isinstance(rule, Move) else ""
                    witness = Witness(self._any_board(), self.family.read(model), accepted, worse.read(model))
                    yield Finding(kind, (rule.name, trigger.fact), message, witness)

    def narrowing(self) -> Iterator[Finding]:
        """Find whom a narrowed service takes and the national one does not, and danger that it turns away."""
        for code, there in self.pack.narrowed.items():
            board = self.pack.boards[code]
            for name, service in there.items():
                base, here = self.accepts[name], self.narrowed[code][name]
                facts = {key: one.condition.fact for key, one in service.criteria.items()}
                danger = [
                    self.family.criterion(service.criteria[one]).met
                    for one in danger_that_lets_in(service.formula, facts)
                ]
                told = (
                    ((here.met, z3.Not(base.met)), "takes this family, and the national rule does not"),
                    (
                        (base.not_met, z3.Not(here.not_met)),
                        "leaves this family open, and the national rule keeps it out",
                    ),
                    ((base.met, z3.Or(*danger), z3.Not(here.met)), "turns this family away, which is in danger"),
                )
                for conditions, words in told:
                    model = self.asker.find(f"{name} in {board.name}", [self.family], *conditions)
                    if model is not None:
                        message = (
                            f"In {board.name} '{name}' {words}. A board may only ask for more, and never in danger"
                        )
                        yield Finding(Kind.WIDENS, (name, code), message, self._witness(model, board))

    # --- shared -----------------------------------------------------------------------------------------------

    def _can(self, condition: Any, what: str) -> bool:
        return self.asker.exists(what, [self.family], condition)

    def _rules(self) -> Iterator[tuple[str, Rule]]:
        yield from ((f"service '{name}'", one) for name, one in self.pack.services.items())
        for code, there in self.pack.narrowed.items():
            name_of_board = self.pack.boards[code].name
            yield from ((f"service '{name}' in {name_of_board}", one) for name, one in there.items())
        yield from ((f"move '{name}'", one) for name, one in self.pack.moves.items())

    def _of_kinds(self, *kinds: MoveKind) -> Iterator[Move]:
        return (one for one in self.pack.moves.values() if one.kind in kinds)

    def _offers(self) -> Iterator[tuple[Board, frozenset[str]]]:
        """Yield one board for each set of services that boards offer, and each board that narrows one of them."""
        seen: set[frozenset[str]] = set()
        for board in self.pack.boards.values():
            offered = frozenset(name for name in self.pack.services if is_offered(self.pack, name, board.code))
            if board.code in self.narrowed or offered not in seen:
                yield board, offered
            if board.code not in self.narrowed:
                seen.add(offered)

    def _accepts(self, board: Board) -> Mapping[str, Both]:
        """Return when each service accepts families of a board."""
        return {**self.accepts, **self.narrowed.get(board.code, {})}

    def _any_board(self) -> str:
        return next(iter(self.pack.boards))

    def _board(self, code: str) -> Board:
        return self.pack.boards[code]

    def _witness(self, model: Any, board: Board, *, accepted: str = "") -> Witness:
        return Witness(board.code, self.family.read(model), accepted=accepted)


def _formulas(formula: Formula) -> Iterator[Formula]:
    yield formula
    for part in (*formula.all, *formula.any, *formula.none):
        if isinstance(part, Formula):
            yield from _formulas(part)


def _called(part: str | Formula) -> str:
    return part if isinstance(part, str) else " or ".join(_called(one) for one in (part.any or part.all or part.none))
