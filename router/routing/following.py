"""What follows from an evaluation alone: who helps, who holds the family meanwhile, why, and what to ask.

None of it depends on the family beyond its tokens and circumstances, so it is remembered with them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from router.model.truth import MET
from router.routing.decision import Holder, Question, Supporter
from router.routing.questions import Questioner
from router.routing.reasons import main_reason, why_not
from router.routing.supporting import first_holder, supporters
from router.rules.evaluation import Circumstances, Evaluation
from router.rules.pack import Pack
from router.rules.ranking import Ranking
from router.rules.reference import joint_moves

MOST_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Following:
    """What follows. Where no service can be offered, nobody supports a lead and there is no reason for one.

    ``tier`` is the highest among services whose criteria are met. ``holder`` holds the family until a lead accepts,
    where none stands.
    """

    tier: int
    supporting: tuple[Supporter, ...]
    holder: Holder
    main_reason: str
    why_not: Mapping[str, str]
    questions: tuple[Question, ...]


class Follower:
    """Works out what follows from evaluations by one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._ranking = Ranking(pack)
        self._questioner = Questioner(pack)
        self._memory: OrderedDict[object, Following] = OrderedDict()

    def of(self, evaluation: Evaluation, circumstances: Circumstances) -> Following:
        """Return what follows from ``evaluation``, which was made in ``circumstances``."""
        if evaluation.key is None:
            return self._follow(evaluation, circumstances)
        known = self._memory.get(evaluation.key)
        if known is None:
            known = self._memory[evaluation.key] = self._follow(evaluation, circumstances)
            if len(self._memory) > MOST_REMEMBERED:
                self._memory.popitem(last=False)
        return known

    def _follow(self, evaluation: Evaluation, circumstances: Circumstances) -> Following:
        pack, ranking = self._pack.at(circumstances.board), self._ranking
        met = [one.tier for name, one in pack.services.items() if evaluation.verdict(name) is MET]
        joint = joint_moves(pack, evaluation)
        has_lead = bool(evaluation.lead)
        return Following(
            tier=max(met, default=0),
            supporting=supporters(pack, ranking, evaluation, circumstances, joint) if has_lead else (),
            holder=first_holder(pack, ranking, evaluation, circumstances),
            main_reason=main_reason(pack, evaluation) if has_lead else "",
            why_not=why_not(pack, ranking, evaluation, circumstances),
            questions=self._questioner.ask(evaluation, circumstances),
        )
