"""Recorded decisions, read from a store page by page and decided again, by any pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from router.authoring.compare.replayed import DESK, Outcome, Pair
from router.model.facts import FactView
from router.routing.case import Case
from router.routing.decide import Decider
from router.routing.decision import Decision
from router.rules.evaluation import Circumstances, Evaluation
from router.rules.pack import Pack
from router.rules.reference import evaluate
from router.service.hindsight import case_again
from router.store.familyrows import DecisionFilter, DecisionRow
from router.store.ids import render
from router.store.interface import Reader, Store
from router.store.open import open_store

PAGE = 200


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference evaluator in the engine's place: what looks back never runs code that could end the process."""

    pack: Pack

    def evaluate(self, views: Sequence[FactView], circumstances: Circumstances) -> Evaluation:
        """Evaluate as the reference does."""
        return evaluate(self.pack, views, circumstances)


@contextmanager
def opened(url: str, key_file: Path) -> Iterator[Store]:
    """Open an existing store until the block ends. Raises ``StoreError``."""
    store = open_store(url, key_file, create=False)
    try:
        yield store
    finally:
        store.close()


def decisions(reader: Reader) -> Iterator[DecisionRow]:
    """Yield every decision, newest first."""
    before: int | None = None
    while page := reader.list_decisions(DecisionFilter(before_id=before, limit=PAGE)):
        yield from page
        before = page[-1].decision_id


def recorded(old: Pack, new: Pack, reader: Reader, skipped: Counter[str]) -> Iterator[Pair]:
    """Yield every recorded decision as either pack would make it now; ``skipped`` counts those that neither can."""
    deciders = Decider(old, Reference(old)), Decider(new, Reference(new))
    for row in decisions(reader):
        case = case_again(row, reader)
        why = _cannot(case, old, new)
        if why:
            skipped[why] += 1
            continue
        before, now = (_outcome(decider.decide(case)) for decider in deciders)
        accepted = case.standing.accepted
        yield Pair(render("dec", row.decision_id), before, now, accepted.service if accepted else "")


def _cannot(case: Case, old: Pack, new: Pack) -> str:
    accepted = case.standing.accepted
    if accepted is not None and not {accepted.service} <= (old.services.keys() & new.services.keys()):
        return f"led by {accepted.service}, which one of the packs lacks"
    return ""


def _outcome(decision: Decision) -> Outcome:
    beside = frozenset(one.service for one in decision.supporting)
    return Outcome(decision.lead or DESK, decision.lead_board, beside)
