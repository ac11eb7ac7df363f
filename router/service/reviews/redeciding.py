"""Decides again what an act on families changed, and says what had rested on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import orjson

from router.audit.events import AuditEvent
from router.routing.case import Proposal, Standing
from router.routing.regrouping import (
    FamilyChange,
    Half,
    Leaving,
    joined,
    notices_of_change,
    notices_of_joint_loss,
)
from router.service.changing import Cause, case_of, record_decision
from router.service.document import Document
from router.service.encode import STATES, MatchTold
from router.service.families import FamilyState, latest_decision, standing_of
from router.service.reviews.holdings import Act, Holding
from router.store.familyrows import DecisionFilter, DecisionRow, LeadRow
from router.store.ids import render
from router.v1 import family_service_pb2 as pb

_EVERY = 1_000_000
_OVER = frozenset({"superseded", "declined"})


class Redeciding:
    """The episodes that an act changes, decided again one by one. Made before anything is moved.

    ``standings`` say who stands where in an episode, where that is not what the episode's own row says; ``leaving`` who
    does so no longer; ``words`` what is said of a family, where that is not what is said of the others.
    """

    def __init__(self, act: Act, change: FamilyChange, reason: str) -> None:
        self._act = act
        self._change = change
        self._reason = reason
        self._before = {one.family_id: one.state(act.tools) for one in act.holdings()}
        self.standings: dict[int, Standing] = {}
        self.leaving: dict[int, Leaving] = {}
        self.forced: set[int] = set()
        self.words: dict[int, FamilyChange] = {}
        self._documents: list[Document] = []
        self._rested: dict[int, DecisionRow] = {}

    def rests(self, family_ids: Iterable[int], does: Callable[[DecisionRow, dict[str, list[int]]], bool]) -> None:
        """Note the families' decisions that rested on what changes, by their row and what they were made from.

        What they were made from is given as the ids of ``referrals`` and of ``perhaps``.
        """
        for family_id in sorted(set(family_ids)):
            for row in self._act.space.reader.list_decisions(DecisionFilter(family_id=family_id, limit=_EVERY)):
                if does(row, referrals_of(row)):
                    self._rested[row.decision_id] = row

    def rests_on_current(self, *, of: Iterable[int] | None = None, in_doubt: bool = False) -> None:
        """Note the decision that stands for each episode; with ``in_doubt`` those made over two families only."""
        families = [self._before[one] for one in of] if of is not None else list(self._before.values())
        for family in families:
            for episode_id in sorted(family.opened):
                row = self._act.space.decision(latest_decision(family.leads.get(episode_id)))
                if row is not None and (not in_doubt or referrals_of(row)["perhaps"]):
                    self._rested[row.decision_id] = row

    def run(self) -> None:
        """Decide again each episode whose events or doubts changed."""
        act = self._act
        for holding in act.holdings():
            before = self._before.get(holding.family_id)
            family = holding.state(act.tools)
            for episode_id in sorted(before.opened if before else ()):
                if episode_id not in family.opened and before is not None:
                    # Nothing is held of it any more: what was decided of it does not stand.
                    latest = latest_decision(before.leads.get(episode_id))
                    if latest:
                        act.change.decision_states[latest] = "superseded"
            # Before any is decided: each is judged over the others as the act leaves them.
            act.space.keep_family(family, ())
        for holding in act.holdings():
            family = act.space.family(holding.family_id)
            for episode_id in sorted(family.opened):
                if not family.held(episode_id):
                    # Only a register tells of it: nobody has referred, so there is nothing to decide.
                    continue
                if episode_id in self.forced or self._is_changed(family, episode_id):
                    self._decide(family, episode_id)

    def consequences(self) -> pb.Consequences:
        """Return what the act changed, for its answer."""
        rested = [self._rested[one] for one in sorted(self._rested)]
        message = pb.Consequences(
            regrouping_id=render("reg", self._act.id) if self._act.change.regroupings else "",
            notices=len(self._act.change.notices),
        )
        for row in rested:
            message.rested.add(
                decision_id=render("dec", row.decision_id),
                family_id=render("fam", row.family_id),
                episode_id=render("epi", row.episode_id),
                state=STATES[row.state],
            )
        rights = self._act.work.caller.rights()
        for document in self._documents:
            message.decisions.append(self._act.tools.projector.project(document.message(), rights))
        return message

    @property
    def rested(self) -> int:
        """How many decisions rested on what was changed."""
        return len(self._rested)

    def _is_changed(self, family: FamilyState, episode_id: int) -> bool:
        latest = latest_decision(family.leads.get(episode_id))
        row = self._act.space.decision(latest) if latest else None
        if row is None or row.state in _OVER:
            return True
        case = case_of(family, episode_id, self._act.work.received_at, self._act.space)
        now = {one.referral_id for one in case.referrals}
        made_from = referrals_of(row)
        return now != set(made_from["referrals"]) or {one.referral_id for one in case.perhaps} != set(
            made_from["perhaps"]
        )

    def _halves(self) -> list[Half]:
        """Return the families as they were before the act, with who stood where."""
        return [
            Half(
                frozenset(held.referral_id for _, held in family.referrals),
                tuple(family.standing(one) for one in sorted(family.opened)),
            )
            for family in self._before.values()
        ]

    def _decide(self, family: FamilyState, episode_id: int) -> None:
        act, standing, leaving = self._act, self.standings.get(episode_id), self.leaving.get(episode_id)
        case = case_of(family, episode_id, act.work.received_at, act.space)
        if standing is not None:
            case = dataclasses.replace(case, standing=standing)
        decision = act.tools.decider.decide(case)
        words = self.words.get(family.family_id, self._change)
        came = act.moved & {one.referral_id for one in case.referrals}
        pack = act.tools.pack
        told = notices_of_change(case, decision, pack, words, came=came, leaving=leaving)
        if words is FamilyChange.JOINED:
            told += tuple(notices_of_joint_loss(case, decision, pack, self._halves()))
        cause = Cause(act.work, act.id, act.work.payload, AuditEvent.EPISODE_DECIDED_AGAIN, self._reason)
        match = MatchTold(case.match, 0.0, (), (), act.tools.weights.version)
        self._documents.append(
            record_decision(
                act.change, cause, decision, case, match, family, episode_id, act.space, act.tools, more_notices=told
            )
        )


def referrals_of(row: DecisionRow) -> dict[str, list[int]]:
    """Return the ids of the referrals that a decision was made from."""
    basis = orjson.loads(row.basis)
    return {name: [one["event"] for one in basis[name]] for name in ("referrals", "perhaps")}


def standing_together(act: Act, family: Holding, episode_id: int, leads: Iterable[LeadRow]) -> tuple[Standing, Leaving]:
    """Return who stands where in an episode that several became, and who does so no longer.

    A lead that has accepted stays. Where two have, the pack's own order of leads says which of them goes on; where it
    places neither, the one that accepted first.
    """
    rows = list(leads)
    standings = [standing_of(one) for one in rows]
    accepted: dict[tuple[str, str], tuple[int, Proposal]] = {}
    for row, one in zip(rows, standings, strict=True):
        if one.accepted is not None:
            accepted.setdefault((one.accepted.service, one.accepted.board), (row.since, one.accepted))
    goes_on = None
    if accepted:
        goes_on = _going_on(act, family, episode_id, [one for _, one in sorted(accepted.values(), key=_first)])
    standing = joined(standings, goes_on)
    stood_down = tuple(one for _, one in accepted.values() if one != goes_on)
    asked = tuple(one.proposed for one in standings if one.proposed is not None and one.proposed != standing.proposed)
    return standing, Leaving(stood_down, asked)


def _first(one: tuple[int, Proposal]) -> tuple[int, str, str]:
    since, proposal = one
    return since, proposal.service, proposal.board


def _going_on(act: Act, family: Holding, episode_id: int, accepted: list[Proposal]) -> Proposal:
    if len(accepted) > 1:
        decider = act.tools.decider
        others = frozenset(decider.pack.services) - {one.service for one in accepted}
        case = case_of(family.state(act.tools), episode_id, act.work.received_at, act.space)
        chosen = decider.decide(dataclasses.replace(case, standing=Standing(declined=others)))
        for exactly in (True, False):
            for one in accepted:
                if one.service == chosen.lead and (one.board == chosen.lead_board or not exactly):
                    return one
    return accepted[0]
