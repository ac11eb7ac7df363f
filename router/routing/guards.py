"""Moves that wait: care that has just changed hands does not change again, or back, without cause.

A guard never holds back a step up while there is danger. Where it is not known when care last changed hands, nothing
waits. Times are those of what was sent and accepted, so the same history gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from router.model.facts import FactDefinition, FactView, Known
from router.model.referral import Urgency
from router.routing.case import Handover
from router.rules.pack import Move, MoveKind, Pack


def waiting(
    pack: Pack,
    accepted: str,
    handed: Handover | None,
    as_of: datetime,
    danger: Urgency | None,
    views: Sequence[FactView],
) -> frozenset[str]:
    """Return the moves from the service that leads that are held by their guards.

    ``accepted`` is that service, and ``handed`` when and from whom it took over; ``danger`` is the floor's urgency.
    """
    if handed is None or not accepted:
        return frozenset()
    return frozenset(_waiting(pack, accepted, handed, as_of, danger, views))


def _waiting(
    pack: Pack,
    accepted: str,
    handed: Handover,
    as_of: datetime,
    danger: Urgency | None,
    views: Sequence[FactView],
) -> Iterator[str]:
    for move in pack.moves.values():
        guard = move.guard
        if guard is None or accepted not in move.givers or (move.kind is MoveKind.STEP_UP and danger is not None):
            continue
        too_soon = as_of < handed.at + timedelta(days=guard.settled_days)
        back = guard.back_needs_news and move.receiver == handed.giver
        if too_soon or (back and not _has_news(pack.facts, move, handed.at, views)):
            yield move.name


def _has_news(facts: Mapping[str, FactDefinition], move: Move, since: datetime, views: Sequence[FactView]) -> bool:
    """Return whether something that a move rests on was seen since; the passing of time is no news."""
    return any(
        isinstance(held := view.get(criterion.condition.fact), Known) and held.observed_at > since
        for criterion in move.criteria.values()
        if not facts[criterion.condition.fact].is_worked_out
        for view in views
    )
