"""durable-rules, deciding by forward chaining over tokens, with a driver loop of our own.

The engine is used in the one narrow subset that it was measured to do right: short strings and small whole numbers,
conjunctions over one fact, and one negation of one shape. It is driven without its stock host, which would start
threads and timers. Each evaluation has a session of its own that is deleted afterwards.

The chain: for each service and view a fact holds the tokens of its criteria; verdict rules fire on conjunctions of
them. A service found eligible becomes a candidate fact with its rank. Once every verdict stands (a sentinel that always
fires marks that), moves are asserted with the verdict of their receiver among their tokens; a move that is met becomes
a candidate instead. The last rule picks the candidate that no other outranks.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import durable_rules_engine
import orjson

from router.model.facts import FactView
from router.model.truth import Truth, any_of
from router.rules.evaluation import STAY, Circumstances, Evaluation, Truths, is_offered
from router.rules.normal_form import conjunctions
from router.rules.pack import HANDOVERS, Pack, Rule
from router.rules.predicates import CompiledCriteria
from router.rules.ranking import Ranking

MOST_FIRINGS = 5_000
MOST_REMEMBERED = 4_096

# One evaluation at a time in a process: the same session from two threads corrupts results without a word.
_ONE_AT_A_TIME = threading.Lock()
_NAMES = itertools.count(1)
_SESSIONS = itertools.count(1)

_VERDICTS_DONE = "verdicts-done"
_FIRST = "first"

# 1 says that some fact matched no rule, as one whose tokens are all unknown does; all facts are taken all the same.
_TAKEN = (0, 1)

Conclusion = tuple[tuple[Mapping[str, Truth], ...], Mapping[str, Truth], str, str]
"""Verdicts by view, moves, lead, and the move followed."""


class EngineFaultError(Exception):
    """The rule engine did not come to an answer. The decision goes to the desk."""


class EngineCrashedError(EngineFaultError):
    """The rule engine has ended processes over this question, and is not asked it again."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that the rule engine is told: the truth of each criterion in each view, and the circumstances.

    It names nobody, and with the pack it is all that an answer depends on.
    """

    criteria: tuple[Truths, ...]
    circumstances: Circumstances


Run = Callable[[Question], Conclusion]
"""Puts one question to the rule engine: only there does its C code run."""


def _straight(run: Run, question: Question) -> Conclusion:
    return run(question)


class _CompiledRules:
    """One pack as the rule engine holds it, for as long as this object is held.

    ``codes`` gives each criterion the property name of its token; ``meanings`` says for each engine rule which service
    or move it is about, and what truth it derives.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.ranking = Ranking(pack)
        self.codes = {
            rule.name: {name: f"{prefix}{number}_{place}" for place, name in enumerate(rule.criteria)}
            for prefix, rules in (("s", pack.services), ("m", pack.moves))
            for number, rule in enumerate(rules.values())
        }
        self.receiver_codes = {name: f"m{number}_to" for number, name in enumerate(pack.moves)}
        self.meanings: dict[str, tuple[str, Truth]] = {}
        self.handle = durable_rules_engine.create_ruleset(f"p{next(_NAMES)}", _json(self._rules()))
        # 11 MB for a country's pack. The C code keeps Python's lock throughout, so this comes between no evaluation.
        weakref.finalize(self, durable_rules_engine.delete_ruleset, self.handle).atexit = False

    def _rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = {}
        for service in self.pack.services.values():
            for truth in (Truth.MET, Truth.NOT_MET):
                self._add(rules, service, truth, [], priority=1)
        for move in self.pack.moves.values():
            receiver = self.receiver_codes[move.name]
            self._add(rules, move, Truth.MET, [{receiver: Truth.MET.value}], priority=3)
            self._add(rules, move, Truth.NOT_MET, [], priority=3)
            self._add_one(rules, move, Truth.NOT_MET, [{receiver: Truth.NOT_MET.value}], priority=3)
        # Always fires, after the verdicts: without a rule that fires, deleting the session crashes.
        rules[_VERDICTS_DONE] = {"pri": 2, "all": [{"m": {"k": "go"}}]}
        # The one shape of negation that is right; the alias "e" is part of it.
        rules[_FIRST] = {
            "pri": 4,
            "all": [{"e": {"$ex": {"erank": 1}}}, {"b$not": {"$gt": {"erank": {"e": "erank"}}}}],
        }
        return rules

    def _add(
        self, rules: dict[str, Any], rule: Rule, truth: Truth, also: list[dict[str, str]], *, priority: int
    ) -> None:
        codes = self.codes[rule.name]
        for conjunction in conjunctions(rule.formula, truth):
            tests = [{codes[name]: token.value} for name, token in sorted(conjunction)]
            self._add_one(rules, rule, truth, tests + also, priority=priority)

    def _add_one(
        self, rules: dict[str, Any], rule: Rule, truth: Truth, tests: list[dict[str, str]], *, priority: int
    ) -> None:
        name = f"x{len(rules)}"
        rules[name] = {"pri": priority, "all": [{"m": {"$and": tests} if len(tests) > 1 else tests[0]}]}
        self.meanings[name] = (rule.name, truth)


class _There:
    """One pack, or the pack as one board has it, ready to be asked."""

    def __init__(self, pack: Pack) -> None:
        self.services = CompiledCriteria(pack, moves=False)
        self.with_moves = CompiledCriteria(pack)
        self.rules = _CompiledRules(pack)


class Engine:
    """One pack, compiled, and once more for each board that narrows a service. Thread-safe; one evaluation at a time.

    Verdicts, moves and lead depend on the tokens and circumstances alone, so results are remembered by them;
    ``hits`` and ``misses`` count how often that helped.

    ``around`` is handed every question that is not answered from memory, with the function that asks the C code. It may
    call the function or get an answer another way; it is how a process sees to it that a crash in the C code is
    survived.
    """

    def __init__(
        self, pack: Pack, *, remember: int = MOST_REMEMBERED, around: Callable[[Run, Question], Conclusion] = _straight
    ) -> None:
        self._pack = pack
        self._base = _There(pack)
        self._narrowed = {code: _There(pack.at(code)) for code in pack.narrowed}
        self._remember = remember
        self._around = around
        self._memory: OrderedDict[object, Evaluation] = OrderedDict()
        self.hits = 0
        self.misses = 0

    def evaluate(self, views: Sequence[FactView], circumstances: Circumstances) -> Evaluation:
        """Evaluate one view for each infant of the episode (one view where there is none).

        Raises ``EngineFaultError``.
        """
        there = self._at(circumstances.board)
        compiled = there.with_moves if circumstances.moves_decide else there.services
        with _ONE_AT_A_TIME:
            marks = tuple([compiled.marks(view) for view in views])
            evaluation = self._recall((marks, circumstances))
            if evaluation is None:
                question = Question(tuple(compiled.tokens_of(each) for each in marks), circumstances)
                conclusion = self._around(self._run, question)
                evaluation = Evaluation(question.criteria, *conclusion, key=object() if self._remember else None)
                self._keep((marks, circumstances), evaluation)
        return evaluation

    def answer(self, question: Question) -> Conclusion:
        """Return the answer to one question, which is neither looked up nor remembered. Raises ``EngineFaultError``."""
        with _ONE_AT_A_TIME:
            return self._run(question)

    def _run(self, question: Question) -> Conclusion:
        return _Session(self._at(question.circumstances.board).rules, question).run()

    def _at(self, board: str) -> _There:
        return self._narrowed.get(self._pack.board_aliases.get(board, board), self._base)

    def _recall(self, key: object) -> Evaluation | None:
        found = self._memory.get(key)
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
            self._memory.move_to_end(key)
        return found

    def _keep(self, key: object, evaluation: Evaluation) -> None:
        if self._remember:
            self._memory[key] = evaluation
            if len(self._memory) > self._remember:
                self._memory.popitem(last=False)


class _Session:
    """One evaluation."""

    def __init__(self, compiled: _CompiledRules, question: Question) -> None:
        self.compiled = compiled
        self.pack = compiled.pack
        self.criteria = question.criteria
        self.circumstances = question.circumstances
        self.sid = f"e{next(_SESSIONS)}"
        self.ids = itertools.count(1)
        self.verdicts: list[dict[str, Truth]] = [
            dict.fromkeys(self.pack.services, Truth.UNKNOWN) for _ in self.criteria
        ]
        self.moves = self._moves_from_lead()
        self.move_views = {name: [Truth.UNKNOWN] * len(self.criteria) for name in self.moves}
        self.ranks = compiled.ranking.of_services(self.circumstances)
        self.candidates: set[str] = set()
        self.first = ""

    def run(self) -> Conclusion:
        handle = self.compiled.handle
        code, state = durable_rules_engine.assert_facts(handle, _json(self._opening_facts()))
        if code not in _TAKEN:
            # The session is left behind: deleting one in which no rule fired crashes the process.
            raise EngineFaultError(f"the rule engine refused the facts with code {code}")
        fired = durable_rules_engine.start_action_for_state(handle, state)
        if not fired:
            raise EngineFaultError("the rule engine fired no rule at all")
        try:
            message = fired[1]
            for _ in range(MOST_FIRINGS):
                if not message:
                    return self._conclusion()
                ((rule, match),) = orjson.loads(message).items()
                self._on_fired(rule, match)
                message = durable_rules_engine.complete_and_start_action(handle, state)
            raise EngineFaultError("the rule engine did not come to rest")
        finally:
            durable_rules_engine.delete_state(handle, self.sid)

    def _opening_facts(self) -> list[dict[str, Any]]:
        facts = [
            self._fact({"v": view, **self._tokens(name, truths[name])})
            for view, truths in enumerate(self.criteria)
            for name in self.pack.services
        ]
        facts.append(self._fact({"k": "go"}))
        return facts

    def _fact(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return {"sid": self.sid, "id": f"f{next(self.ids)}", **properties}

    def _tokens(self, rule: str, truths: Mapping[str, Truth]) -> dict[str, str]:
        codes = self.compiled.codes[rule]
        return {codes[name]: truth for name, truth in truths.items()}

    def _assert(self, properties: Mapping[str, Any]) -> None:
        durable_rules_engine.assert_fact(self.compiled.handle, _json(self._fact(properties)))

    def _on_fired(self, rule: str, match: Mapping[str, Any]) -> None:
        if rule == _VERDICTS_DONE:
            self._open_moves()
        elif rule == _FIRST:
            self.first = self.first or match["e"]["c"]
        else:
            name, truth = self.compiled.meanings[rule]
            view = match["m"]["v"]
            if name in self.move_views:
                self._move_verdict(name, view, truth)
            else:
                self._service_verdict(name, view, truth)

    def _service_verdict(self, service: str, view: int, truth: Truth) -> None:
        self.verdicts[view][service] = truth
        may_lead = self.pack.services[service].can_lead and self._is_able(service)
        if truth is Truth.MET and may_lead and not self.circumstances.moves_decide:
            self._candidate(service, self.ranks[service])

    def _move_verdict(self, move: str, view: int, truth: Truth) -> None:
        self.move_views[move][view] = truth
        rank = self.moves[move]
        if truth is Truth.MET and rank:
            self._candidate(move, rank)

    def _candidate(self, name: str, rank: int) -> None:
        if name not in self.candidates:
            self.candidates.add(name)
            self._assert({"erank": rank, "c": name})

    def _open_moves(self) -> None:
        """Every service's verdict stands: where a lead stands too, staying and each of its moves compete."""
        if not self.circumstances.moves_decide:
            return
        self._candidate(STAY, 1)
        for name in self.moves:
            receiver = self.pack.moves[name].receiver
            may_go = self._is_able(receiver) and name not in self.circumstances.waiting
            truth = any_of(view[receiver] for view in self.verdicts) if may_go else Truth.NOT_MET
            for view, truths in enumerate(self.criteria):
                code = self.compiled.receiver_codes[name]
                self._assert({"v": view, code: truth, **self._tokens(name, truths[name])})

    def _is_able(self, service: str) -> bool:
        around = self.circumstances
        refuses = service in around.declined or service in around.closed
        return not refuses and is_offered(self.pack, service, around.board)

    def _moves_from_lead(self) -> dict[str, int]:
        """Return the moves that start from the accepted lead, with their rank above staying; 0 for joint work."""
        if not self.circumstances.moves_decide:
            return {}
        started = [move for move in self.pack.moves.values() if self.circumstances.accepted in move.givers]
        ranks = self.compiled.ranking.of_moves(started, self.circumstances)
        return {move.name: ranks[move.name] + 1 if move.kind in HANDOVERS else 0 for move in started}

    def _conclusion(self) -> Conclusion:
        verdicts = tuple(self.verdicts)
        if not self.circumstances.moves_decide:
            return verdicts, {}, self.first, STAY
        moves = {name: any_of(views) for name, views in self.move_views.items()}
        if self.first in ("", STAY):
            return verdicts, moves, self.circumstances.accepted, STAY
        return verdicts, moves, self.pack.moves[self.first].receiver, self.first


def _json(content: object) -> str:
    return orjson.dumps(content).decode()
