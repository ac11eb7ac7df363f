"""What every proof over a pack starts from: its rules as conditions of one symbolic family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3

from router.authoring.proof.asking import Asker
from router.authoring.proof.findings import Witness
from router.authoring.proof.symbols import Both, Family
from router.rules.evaluation import is_offered
from router.rules.pack import Board, Move, MoveKind, Pack, Rule, Service
from router.rules.ranking import Ranking


class Ground:
    """One pack, put to a solver.

    ``accepts`` says when each service accepts ``family``, by the national rule, ``narrowed`` when those that boards
    narrow do there, and ``moves`` when each move's own condition is met.
    """

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

    def can(self, condition: Any, what: str) -> bool:
        """Return whether some family meets a condition; ``what`` names the question."""
        return self.asker.exists(what, [self.family], condition)

    def rules(self) -> Iterator[tuple[str, Service | Move]]:
        """Yield every rule with what to call it: services, services as boards narrow them, moves."""
        yield from ((f"service '{name}'", one) for name, one in self.pack.services.items())
        for code, there in self.pack.narrowed.items():
            name_of_board = self.pack.boards[code].name
            yield from ((f"service '{name}' in {name_of_board}", one) for name, one in there.items())
        yield from ((f"move '{name}'", one) for name, one in self.pack.moves.items())

    def of_kinds(self, *kinds: MoveKind) -> Iterator[Move]:
        """Return the moves of these kinds."""
        return (one for one in self.pack.moves.values() if one.kind in kinds)

    def offers(self) -> Iterator[tuple[Board, frozenset[str]]]:
        """Yield one board for each set of services that boards offer, and each board that narrows one of them."""
        seen: set[frozenset[str]] = set()
        for board in self.pack.boards.values():
            offered = frozenset(name for name in self.pack.services if is_offered(self.pack, name, board.code))
            if board.code in self.narrowed or offered not in seen:
                yield board, offered
            if board.code not in self.narrowed:
                seen.add(offered)

    def accepts_in(self, board: Board) -> Mapping[str, Both]:
        """Return when each service accepts families of a board."""
        return {**self.accepts, **self.narrowed.get(board.code, {})}

    def met(self, service: Service) -> Any:
        """Return when a service accepts the family: as a board has it, where it is a board's."""
        known = self.accepts if service.narrowing is None else self.narrowed[service.narrowing.board]
        return known[service.name].met

    def reached(self, move: Move, accepts: Mapping[str, Both]) -> Any:
        """Return when a move is met and its receiver accepts the family."""
        return z3.And(self.moves[move.name].met, accepts[move.receiver].met)

    def home(self, rule: Rule) -> str:
        """Return a board for which a rule holds, by its S08 code."""
        return narrowed_by(rule) or next(iter(self.pack.boards))

    def witness(self, model: Any, board: str, *, accepted: str = "") -> Witness:
        """Return the family that a model tells of, in a board by its S08 code."""
        return Witness(board, self.family.read(model), accepted=accepted)


def narrowed_by(rule: Rule) -> str:
    """Return the S08 code of the board that narrows a service so; empty for a rule of the base."""
    return rule.narrowing.board if isinstance(rule, Service) and rule.narrowing else ""
