"""Puts a witness to the evaluator that decides in earnest, so that no finding rests on the solver alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from router.authoring.proof.findings import Witness
from router.model.danger import TRIGGERS
from router.model.facts import FactView, Known, NotApplicable
from router.model.referral import FactValue
from router.rules.evaluation import Circumstances
from router.rules.pack import MoveKind, Pack
from router.rules.reference import evaluate

# A witness states facts and no dates: any moment does.
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def view_of(given: Mapping[str, FactValue | NotApplicable]) -> FactView:
    """Return the facts of a witness as the evaluators take them."""
    return {fact: Known(value, "proof", _WHEN) for fact, value in given.items()}


def circumstances_of(witness: Witness) -> Circumstances:
    """Return the circumstances of a witness: its board, who leads, and the danger that its facts show."""
    facts = witness.now if witness.now is not None else witness.given
    shown = [one.urgency for one in TRIGGERS if one.shown_by(_stated(facts.get(one.fact)))]
    return Circumstances(board=witness.board, danger=max(shown, default=None), accepted=witness.accepted)


def what_comes_of(pack: Pack, witness: Witness) -> dict[str, Any]:
    """Return what a test of the witness would expect for the pack as it is."""
    facts = witness.now if witness.now is not None else witness.given
    found = evaluate(pack, [view_of(facts)], circumstances_of(witness))
    if not found.lead:
        return {"outcome": "desk"}
    expect: dict[str, Any] = {"lead": found.lead}
    if found.move in pack.moves:
        expect["move"] = found.move
    elif witness.accepted:
        expect["move_kind"] = MoveKind.STAY.value
    return expect


def _stated(value: FactValue | NotApplicable | None) -> FactValue | None:
    return None if isinstance(value, NotApplicable) else value
