"""What both evaluators are asked and what both must answer, so that the two can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.model.referral import Urgency
from router.model.truth import Truth, any_of
from router.rules.pack import Pack

STAY = "stay"
"""Names the absence of a move in ``Evaluation.move``."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the choice of a lead depends on besides facts.

    ``board`` is the S08 code where the family lives, empty when unknown: then no service can be offered. ``danger`` is
    the floor's urgency. ``involved`` are services that a source states as current. ``accepted`` is the service whose
    lead stands, empty when none does; ``moved_board`` is true when the family has left that service's board.
    ``requested`` are the services asked for, ``declined`` those that said no in this episode, ``closed`` those that
    take referrals from nobody who referred. ``waiting`` are the moves that their guards hold back.
    """

    board: str = ""
    danger: Urgency | None = None
    involved: frozenset[str] = frozenset()
    accepted: str = ""
    moved_board: bool = False
    requested: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    @property
    def moves_decide(self) -> bool:
        """Whether a lead stands that only a named move may change."""
        return bool(self.accepted) and not self.moved_board


Truths = Mapping[str, Mapping[str, Truth]]
"""Rule name -> criterion name -> truth. Services and moves have names of their own, so one mapping holds both."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluator concludes.

    ``criteria`` and ``verdicts`` have one entry for each view; verdicts cover every service, and so do criteria, with
    every move's where a lead stands that a move could change. ``moves`` covers the moves that start from the accepted
    lead. ``lead`` is empty when no service can be offered; ``move`` names the handover followed, or ``STAY``.
    ``key`` is one and the same for every evaluation that an evaluator gives again from its memory, with the same
    circumstances, so that what follows from it can be remembered too; None where nothing is remembered.
    """

    criteria: tuple[Truths, ...]
    verdicts: tuple[Mapping[str, Truth], ...]
    moves: Mapping[str, Truth]
    lead: str
    move: str
    key: object = field(default=None, compare=False, repr=False)

    def verdict(self, service: str) -> Truth:
        """Return the verdict on a service over all infants: met for one is met."""
        return any_of(view[service] for view in self.verdicts)


def is_offered(pack: Pack, service: str, board_code: str) -> bool:
    """Return whether families of a board can be offered a service at all."""
    board = pack.board(board_code)
    if board is None:
        return False
    return service not in board.lacks or service in board.served_by


def provider_board(pack: Pack, service: str, board_code: str) -> str:
    """Return the S08 code of the board that provides a service to families of ``board_code``.

    Empty for a national service and for an unknown board.
    """
    board = pack.board(board_code)
    if board is None or pack.services[service].provision == "national":
        return ""
    return board.served_by.get(service, board.code)
