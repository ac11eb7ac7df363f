"""Which services stand beside the lead, and who holds the family until the lead accepts."""

from __future__ import annotations

from collections.abc import Iterator

from router.model.truth import Truth
from router.routing.decision import Holder, Supporter
from router.rules.evaluation import Circumstances, Evaluation, is_offered, provider_board
from router.rules.pack import Move, Pack, Service, SupportRole
from router.rules.ranking import Ranking

UNIVERSAL_TIER = 0


def supporters(
    pack: Pack, ranking: Ranking, evaluation: Evaluation, circumstances: Circumstances, joint: tuple[Move, ...]
) -> tuple[Supporter, ...]:
    """Return the services beside the lead, in the lead order.

    A service whose criteria are met supports when it answers a need that neither the lead nor an earlier supporter
    answers, when a joint-work rule asks for it, or when it always stands beside the lead.
    """
    covered = set(pack.services[evaluation.lead].offers)
    asked = {move.receiver: move for move in joint}
    chosen = []
    for service in eligible_in_order(pack, ranking, evaluation, circumstances):
        if service.name == evaluation.lead:
            continue
        needs = [need for need in service.offers if need not in covered]
        if service.name in asked:
            role, reason = SupportRole.JOINT_WORK, asked[service.name].label
        elif service.always_beside:
            role, reason = service.beside_lead, "knows every family in its care"
        elif needs:
            role, reason = service.beside_lead, f"answers another need: {pack.order.needs[needs[0]]}"
        else:
            continue
        covered.update(service.offers)
        board = provider_board(pack, service.name, circumstances.board)
        chosen.append(Supporter(service.name, board, role, reason))
    return tuple(chosen)


def eligible_in_order(
    pack: Pack, ranking: Ranking, evaluation: Evaluation, circumstances: Circumstances
) -> Iterator[Service]:
    """Yield the services whose criteria are met and that the family can be offered, first in the lead order first."""
    ranks = ranking.of_services(circumstances)
    for name in sorted(pack.services, key=lambda service: -ranks[service]):
        refuses = name in circumstances.declined or name in circumstances.closed
        offered = is_offered(pack, name, circumstances.board) and not refuses
        if offered and evaluation.verdict(name) is Truth.MET:
            yield pack.services[name]


def first_holder(pack: Pack, ranking: Ranking, evaluation: Evaluation, circumstances: Circumstances) -> Holder:
    """Return who holds a family that no service leads until one accepts: the first universal service with room.

    Where there is none, the desk.
    """
    home = pack.board(circumstances.board)
    for service in eligible_in_order(pack, ranking, evaluation, circumstances):
        closed = home is not None and home.capacity.get(service.name) == "closed"
        if service.tier == UNIVERSAL_TIER and service.can_lead and not closed:
            return Holder(service.name, provider_board(pack, service.name, circumstances.board))
    return Holder(pack.desk_of(circumstances.board), is_desk=True)
