"""The lead order as one whole number for each service: what the engine compares.

The reference evaluator finds the same order by striking out; see ``reference``. Nothing here is shared with it.
"""

from __future__ import annotations

from router.model.referral import Urgency
from router.rules.evaluation import Circumstances
from router.rules.pack import HANDOVERS, Move, Pack

MOST_REMEMBERED = 1_024

_CAPACITY = {"open": 0, "limited": 1, "closed": 2}


class Ranking:
    """Ranks of a pack's services under given circumstances; 1 is the lowest, and no two are equal."""

    def __init__(self, pack: Pack) -> None:
        order = pack.order
        need_place = {need: place for place, need in enumerate(order.needs_order)}
        self._pack = pack
        self._known: dict[Circumstances, dict[str, int]] = {}
        self._tie = {name: place for place, name in enumerate(order.tie_break)}
        self._fit = {name: min(need_place[need] for need in one.offers) for name, one in pack.services.items()}

    def of_services(self, circumstances: Circumstances) -> dict[str, int]:
        """Return service name -> rank."""
        known = self._known.get(circumstances)
        if known is None:
            # bounded by starting afresh: circumstances repeat, but their kinds are many
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[circumstances] = self._rank(circumstances)
        return known

    def _rank(self, circumstances: Circumstances) -> dict[str, int]:
        worst_first = sorted(self._pack.services, key=lambda name: self._key(name, circumstances), reverse=True)
        return {name: place for place, name in enumerate(worst_first, start=1)}

    def of_moves(self, moves: list[Move], circumstances: Circumstances) -> dict[str, int]:
        """Return move name -> rank: upwards first, then the receiver's rank, then the name."""
        services = self.of_services(circumstances)
        worst_first = sorted(
            (move for move in moves if move.kind in HANDOVERS),
            key=lambda move: (HANDOVERS.index(move.kind), -services[move.receiver], move.name),
            reverse=True,
        )
        return {move.name: place for place, move in enumerate(worst_first, start=1)}

    def deciding(self, first: str, second: str, circumstances: Circumstances) -> str:
        """Return the comparison that puts service ``first`` before ``second``."""
        pairs = zip(self._key(first, circumstances), self._key(second, circumstances), strict=True)
        for comparison, (left, right) in zip(self._pack.order.comparisons, pairs, strict=True):
            if left != right:
                return comparison
        return "tie_break"

    def _key(self, name: str, circumstances: Circumstances) -> tuple[int, ...]:
        return tuple(self._place(comparison, name, circumstances) for comparison in self._pack.order.comparisons)

    def _place(self, comparison: str, name: str, circumstances: Circumstances) -> int:
        service = self._pack.services[name]
        home = self._pack.board(circumstances.board)
        match comparison:
            case "safety":
                hours = service.response
                takes = {
                    None: True,
                    Urgency.ROUTINE: True,
                    Urgency.URGENT: hours.urgent_hours is not None,
                    Urgency.EMERGENCY: hours.emergency_hours is not None,
                }
                return 0 if takes[circumstances.danger] else 1
            case "need_tier":
                return 4 - service.tier
            case "incumbent":
                return int(name not in circumstances.involved and name != circumstances.accepted)
            case "fit":
                return self._fit[name]
            case "requested":
                return int(name not in circumstances.requested)
            case "locality":
                if home is None or service.provision == "national":
                    return 2
                return int(home.served_by.get(name, home.code) != home.code)
            case "capacity":
                provider = home
                if home is not None and service.provision != "national":
                    provider = self._pack.boards.get(home.served_by.get(name, home.code), home)
                return _CAPACITY[provider.capacity.get(name, "open")] if provider else 0
            case _:
                return self._tie[name]
