"""Decides one episode: one owner, one lead, who helps, how soon, who is told, and why. Pure: no I/O and no clock."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from router.model.facts import FactDefinition, FactView
from router.model.referral import CodedConcept, Consent, Urgency
from router.model.truth import Truth
from router.routing.case import Case, Proposal
from router.routing.clocks import desk_answers_by, lead_answers_by
from router.routing.contact import communication_needs, safe_contact
from router.routing.decision import Decision, DeskReason, Holder, MoveMade, Outcome, Question, Unmapped
from router.routing.facts import EpisodeView, board_of, speaks_of_a_baby, views_of
from router.routing.following import Follower, Following
from router.routing.guards import waiting
from router.routing.loss import End, Life, ends_of, life_over
from router.routing.notices import Chosen, notices_of, others_open
from router.routing.referring import closed_to
from router.routing.safety import Finding, findings_in_either, urgency_of
from router.rules.engine import Engine, EngineCrashedError, EngineFaultError
from router.rules.evaluation import STAY, Circumstances, Evaluation, provider_board
from router.rules.pack import HANDOVERS, MoveKind, Pack
from router.rules.reference import evaluate

FAMILY_MOVED = "family-moved"
_STAYS = "no rule asks for care to move; the service that leads goes on"
_WAITS = "care changed hands not long ago, so the service that leads goes on for now"
_DESK_REASON_WORDS = {
    DeskReason.BOARD_UNKNOWN: "where the family lives is not known",
    DeskReason.CONSENT_REFUSED: "the family did not agree to the referral",
    DeskReason.NO_SERVICE_ELIGIBLE: "no service's criteria are known to be met",
    DeskReason.DEATH_IN_DOUBT: "it is not certain whether a baby has died",
    DeskReason.ALL_REFERRALS_WITHDRAWN: "every referral was withdrawn",
    DeskReason.EVALUATORS_DISAGREE: "the two evaluators of the rules disagree",
    DeskReason.ENGINE_FAILED: "the rule engine did not answer",
    DeskReason.ENGINE_CRASHED: "the rule engine crashed over it",
}


class Evaluator(Protocol):
    """What decides: the rule engine, or something in its place."""

    def evaluate(self, views: Sequence[FactView], circumstances: Circumstances) -> Evaluation:
        """Evaluate one view for each infant of the episode. Raises ``EngineFaultError``."""


class Decider:
    """Decides with one pack. Holds the pack compiled, and nothing of any family.

    ``disagreements`` counts the decisions on which the engine and the reference evaluator differed.
    """

    def __init__(self, pack: Pack, engine: Evaluator | None = None) -> None:
        self.pack = pack
        self.engine = engine or Engine(pack)
        self._follower = Follower(pack)
        self.disagreements = 0

    def decide(self, case: Case) -> Decision:
        """Return the decision on ``case``. It depends on nothing else."""
        case = self._of_services_that_are(case)
        found = findings_in_either(case.referrals, case.perhaps, case.as_of)
        ends = ends_of(case)
        views = views_of(case, self.pack.facts, found, ends)
        circumstances = self._circumstances(case, found, [view.facts for view in views])
        evaluation, fault = self._evaluate([view.facts for view in views], circumstances)
        # what another family has lost is nobody's but the desk's to know
        ends = {person_id: end for person_id, end in ends.items() if not end.elsewhere}
        reason = fault or _desk_reason(case, circumstances, evaluation, ends)
        accepted = case.standing.accepted
        if reason and accepted:
            # Ownership never ends before another has accepted: the lead goes on, and the desk is told why to look.
            evaluation = replace(evaluation, lead=accepted.service, move=STAY, key=None)
        following = self._follower.of(evaluation, circumstances)
        if views[0].after_loss and following.questions:
            questions = _fit_to_ask(following.questions, self.pack.facts, about_whom=bool(case.children))
            following = replace(following, questions=questions)
        situation = _Situation(case, found, ends, views, circumstances, evaluation, following, _urgency(case, found))
        return self._to_desk(situation, reason) if reason and not accepted else self._to_lead(situation, reason)

    def _of_services_that_are(self, case: Case) -> Case:
        """Return the case without those in its standing whom the pack no longer has: the family is placed anew.

        A pack may drop a service that leads somebody still. The record goes on naming it until another has accepted.
        """
        services, standing = self.pack.services, case.standing

        def present(one: Proposal | None) -> Proposal | None:
            return one if one is not None and one.service in services else None

        supporting = frozenset(one for one in standing.supporting if one[0] in services)
        known = replace(
            standing,
            accepted=present(standing.accepted),
            proposed=present(standing.proposed),
            supporting=supporting,
        )
        return case if known == standing else replace(case, standing=known)

    def _circumstances(self, case: Case, found: Sequence[Finding], views: Sequence[FactView]) -> Circumstances:
        accepted = case.standing.accepted
        board = board_of(case)
        known = self.pack.board(board)
        code = known.code if known else ""
        moved = False
        if accepted is not None and code:
            moved = provider_board(self.pack, accepted.service, code) != accepted.board
        speaking = case.open_referrals
        services = self.pack.services
        danger = urgency_of(found)
        stands = accepted is not None and not moved
        referrers = [referral.event.referrer.service for referral in speaking]
        return Circumstances(
            board=code,
            danger=danger,
            involved=frozenset(
                one.service
                for referral in speaking
                for one in referral.event.involvements
                if one.current and one.service in services
            ),
            accepted=accepted.service if accepted else "",
            moved_board=moved,
            requested=frozenset(
                referral.event.requested_service
                for referral in speaking
                if referral.event.requested_service in services
            ),
            declined=case.standing.declined,
            closed=frozenset() if stands else closed_to(self.pack, referrers, _urgency(case, found)),
            waiting=waiting(self.pack, accepted.service, case.standing.handed, case.as_of, danger, views)
            if accepted is not None and stands
            else frozenset(),
        )

    def _evaluate(
        self, facts: Sequence[FactView], circumstances: Circumstances
    ) -> tuple[Evaluation, DeskReason | None]:
        expected = evaluate(self.pack, facts, circumstances)
        try:
            decided = self.engine.evaluate(facts, circumstances)
        except EngineCrashedError:
            return expected, DeskReason.ENGINE_CRASHED
        except EngineFaultError:
            return expected, DeskReason.ENGINE_FAILED
        if decided == expected:
            return decided, None
        self.disagreements += 1
        return expected, DeskReason.EVALUATORS_DISAGREE

    def _to_desk(self, situation: _Situation, reason: DeskReason) -> Decision:
        case, circumstances = situation.case, situation.circumstances
        desk = self.pack.desk_of(circumstances.board)
        chosen = Chosen(
            board=circumstances.board,
            desk=desk,
            lead="",
            lead_board="",
            accepted=False,
            urgency=situation.urgency,
            supporting=(),
            move=None,
            desk_reason=reason,
            ends=situation.ends,
        )
        return Decision(
            outcome=Outcome.DESK,
            lead="",
            lead_board="",
            desk=desk,
            desk_reason=reason,
            accepted=False,
            board=circumstances.board,
            supporting=(),
            urgency=situation.urgency,
            tier=situation.following.tier,
            respond_by=desk_answers_by(case.as_of, situation.urgency),
            held_by=Holder(desk, is_desk=True),
            move=None,
            safety=situation.found,
            duplicates=tuple(sorted(one.referral_id for one in others_open(case))),
            main_reason=_DESK_REASON_WORDS[reason],
            views=situation.views,
            circumstances=circumstances,
            evaluation=situation.evaluation,
            why_not=dict.fromkeys(self.pack.services, "a desk holds the family"),
            questions=situation.following.questions,
            unmapped=_unmapped(case, self.pack.facts),
            communication_needs=communication_needs(case),
            safe_contact=safe_contact(case),
            notices=notices_of(case, self.pack, chosen),
            loss=situation.loss,
        )

    def _to_lead(self, situation: _Situation, told_to_desk: DeskReason | None) -> Decision:
        case, circumstances, evaluation = situation.case, situation.circumstances, situation.evaluation
        pack, following = self.pack.at(circumstances.board), situation.following
        lead_board = provider_board(pack, evaluation.lead, circumstances.board)
        accepted = case.standing.accepted
        if accepted is not None and (told_to_desk or (circumstances.moves_decide and evaluation.move == STAY)):
            lead_board = accepted.board
        stays = accepted is not None and (accepted.service, accepted.board) == (evaluation.lead, lead_board)
        move = self._move(situation, stays=stays)
        desk = pack.desk_of(circumstances.board)
        asked = told_to_desk or (DeskReason.DEATH_IN_DOUBT if situation.loss is Life.IN_DOUBT else None)
        chosen = Chosen(
            board=circumstances.board,
            desk=desk,
            lead=evaluation.lead,
            lead_board=lead_board,
            accepted=stays,
            urgency=situation.urgency,
            supporting=following.supporting,
            move=None if stays else move,
            desk_reason=asked or "",
            ends=situation.ends,
        )
        return Decision(
            outcome=Outcome.LEAD_WITH_QUESTIONS if following.questions else Outcome.LEAD,
            lead=evaluation.lead,
            lead_board=lead_board,
            desk=desk,
            desk_reason=asked,
            accepted=stays,
            board=circumstances.board,
            supporting=following.supporting,
            urgency=situation.urgency,
            tier=following.tier,
            respond_by=lead_answers_by(case.as_of, pack.services[evaluation.lead].response, situation.urgency),
            held_by=Holder(accepted.service, accepted.board) if accepted else following.holder,
            move=move,
            safety=situation.found,
            duplicates=tuple(sorted(one.referral_id for one in others_open(case))),
            main_reason=following.main_reason,
            views=situation.views,
            circumstances=circumstances,
            evaluation=evaluation,
            why_not=following.why_not,
            questions=following.questions,
            unmapped=_unmapped(case, self.pack.facts),
            communication_needs=communication_needs(case),
            safe_contact=safe_contact(case),
            notices=notices_of(case, pack, chosen),
            loss=situation.loss,
        )

    def _would_move(self, situation: _Situation) -> bool:
        """Return whether a move would be followed, were it not held back by its guard."""
        views = [view.facts for view in situation.views]
        return evaluate(self.pack, views, replace(situation.circumstances, waiting=frozenset())).move != STAY

    def _move(self, situation: _Situation, *, stays: bool) -> MoveMade | None:
        accepted = situation.case.standing.accepted
        if accepted is None:
            return None
        evaluation = situation.evaluation
        if evaluation.move != STAY:
            move = self.pack.moves[evaluation.move]
            kinds = {self.pack.moves[name].kind for name, truth in evaluation.moves.items() if truth is Truth.MET}
            conflict = len(kinds & set(HANDOVERS)) > 1
            return MoveMade(move.kind, move.name, accepted.service, move.receiver, move.label, conflict)
        if stays:
            waits = bool(situation.circumstances.waiting) and self._would_move(situation)
            reason = _WAITS if waits else _STAYS
            return MoveMade(MoveKind.STAY, STAY, accepted.service, accepted.service, reason)
        reason = "the family has moved to another board"
        return MoveMade(MoveKind.TRANSFER, FAMILY_MOVED, accepted.service, evaluation.lead, reason)


@dataclass(frozen=True, slots=True)
class _Situation:
    """What is known before an owner is named."""

    case: Case
    found: tuple[Finding, ...]
    ends: Mapping[int, End]
    views: tuple[EpisodeView, ...]
    circumstances: Circumstances
    evaluation: Evaluation
    following: Following
    urgency: Urgency | None

    @property
    def loss(self) -> Life | None:
        """Whether a child has died, or that is in doubt."""
        return life_over(self.ends.values())


def _fit_to_ask(
    questions: tuple[Question, ...], facts: Mapping[str, FactDefinition], *, about_whom: bool
) -> tuple[Question, ...]:
    """Leave out, after a loss, what would be asked about a baby.

    Where a loss was told and it is not known ``about_whom``, what dates it is asked for in words of its own.
    """
    fit: dict[str, Question] = {}
    for one in questions:
        about_a_baby = [name for name in (one.fact, one.together_with) if name and speaks_of_a_baby(facts[name])]
        if about_a_baby and (about_whom or not all(facts[name].ask_after_loss for name in about_a_baby)):
            continue
        asked = replace(one, ask=facts[one.fact].ask_after_loss) if one.fact in about_a_baby else one
        fit.setdefault(asked.ask, asked)
    return tuple(fit.values())


def _desk_reason(
    case: Case, circumstances: Circumstances, evaluation: Evaluation, ends: Mapping[int, End]
) -> DeskReason | None:
    speaking = case.open_referrals
    if not speaking:
        return DeskReason.ALL_REFERRALS_WITHDRAWN
    if all(one.event.consent is Consent.REFUSED for one in speaking):
        return DeskReason.CONSENT_REFUSED
    if not circumstances.board:
        return DeskReason.BOARD_UNKNOWN
    if evaluation.lead:
        return None
    in_doubt = any(end.life is Life.IN_DOUBT for end in ends.values())
    return DeskReason.DEATH_IN_DOUBT if in_doubt else DeskReason.NO_SERVICE_ELIGIBLE


def _urgency(case: Case, found: Iterable[Finding]) -> Urgency | None:
    """Return the highest urgency that anybody stated or any danger demands; None where nobody stated one."""
    stated = [one.event.urgency for one in case.open_referrals if one.event.urgency is not None]
    danger = urgency_of(found)
    return max([*stated, *([danger] if danger else [])], default=None)


def _unmapped(case: Case, facts: Container[str]) -> tuple[Unmapped, ...]:
    said: set[Unmapped] = set()
    for referral in case.open_referrals:
        event = referral.event
        concepts = [*event.concerns, *(one.unmapped for one in event.observations if one.unmapped is not None)]
        concepts += [CodedConcept("fact", one.fact) for one in event.observations if one.fact not in facts]
        said.update(Unmapped(concept, event.source_system) for concept in concepts)
    return tuple(sorted(said, key=_in_full))


def _in_full(one: Unmapped) -> tuple[str, ...]:
    # By every word of it: whatever is left out would be in the order of a set, which is another in each process.
    return one.source_system, one.concept.system, one.concept.code, one.concept.display
