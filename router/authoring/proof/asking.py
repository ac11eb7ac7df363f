"""Puts one question to the solver: is there a family like this? If there is, the plainest one is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import z3

from router.authoring.proof.symbols import Family

SECONDS_A_QUESTION = 10.0


class Asker:
    """Asks within a time for each question. ``asked`` counts the questions; ``open`` names those left unsettled."""

    def __init__(self, seconds: float = SECONDS_A_QUESTION) -> None:
        self._milliseconds = int(seconds * 1000)
        self.asked = 0
        self.open: list[str] = []
        self._solvers: dict[tuple[Family, ...], Any] = {}

    def find(self, what: str, families: Iterable[Family], *conditions: Any) -> Any | None:
        """Return a model of the families under the conditions, with as little known as will do; None if none exists.

        ``what`` names the question, should the solver not settle it.
        """
        families = tuple(families)
        with self._given(families, conditions) as solver:
            answer = self._check(solver)
            if answer == z3.unknown:
                self.open.append(what)
            return self._plainest(solver, families) if answer == z3.sat else None

    def exists(self, what: str, families: Iterable[Family], *conditions: Any) -> bool:
        """Return whether there is such a family. A question that is not settled counts as yes, and is noted."""
        with self._given(tuple(families), conditions) as solver:
            answer = self._check(solver)
        if answer == z3.unknown:
            self.open.append(what)
        return bool(answer != z3.unsat)

    def _plainest(self, solver: Any, families: Iterable[Family]) -> Any:
        """Return a model in which each fact that can be left out, one after the other, is left out."""
        model = solver.model()
        for symbol in (one for family in families for one in family.facts.values()):
            if z3.is_true(model.eval(symbol.known, model_completion=True)):
                solver.push()
                solver.add(z3.Not(symbol.known))
                if self._check(solver) == z3.sat:
                    model = solver.model()
                else:
                    solver.pop()
        return model

    @contextmanager
    def _given(self, families: tuple[Family, ...], conditions: Iterable[Any]) -> Iterator[Any]:
        """Open a solver that holds what is possible of the families, and these conditions until the block ends."""
        solver = self._solvers.get(families)
        if solver is None:
            solver = self._solvers[families] = z3.Solver()
            solver.set("timeout", self._milliseconds)
            # The same pack gives the same witnesses.
            solver.set("random_seed", 0)
            solver.add(*(family.possible for family in families))
        depth = solver.num_scopes()
        solver.push()
        solver.add(*conditions)
        try:
            yield solver
        finally:
            solver.pop(solver.num_scopes() - depth)

    def _check(self, solver: Any) -> Any:
        self.asked += 1
        return solver.check()
