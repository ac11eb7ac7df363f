"""Invariant 15: when a referral is for a family already held, every holder is told, as far as it may know."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.routing.case import Case, HeldReferral
from router.routing.decide import Decider
from router.routing.decision import Decision, NoticeKind, NoticeLevel
from router.routing.notices import address, others_open
from router.rules.evaluation import provider_board
from router.rules.pack import Pack
from tests.support.events import ACCEPTED, cases, deciders, quick


def holder_of(pack: Pack, referral: HeldReferral) -> str:
    """Return the address of whoever sent a referral."""
    sender = referral.event.referrer.service
    if sender not in pack.services:
        return sender or referral.event.source_system
    board = provider_board(pack, sender, referral.event.household.board_code)
    national = pack.services[sender].provision == "national"
    return address(sender, board) if board or national else referral.event.source_system


def arrival_of(case: Case) -> HeldReferral | None:
    """Return the arrival under decision."""
    return next((one for one in case.referrals if one.referral_id == case.arrived), None)


def recipients(decision: Decision, *kinds: NoticeKind) -> set[str]:
    """Return whoever gets a notice of some kinds."""
    return {one.recipient for one in decision.notices if one.kind in kinds}


@quick(120)
@given(data=st.data(), decider=deciders())
def test_holders_of_open_referrals_are_told_of_each_other(data: st.DataObject, decider: Decider) -> None:
    """Whoever holds another open referral learns of the arrival, and its sender learns that there are others."""
    case = data.draw(cases(decider.pack))
    decision, arrival = decider.decide(case), arrival_of(case)
    others = others_open(case)
    assert decision.duplicates == tuple(sorted(one.referral_id for one in others))
    if arrival is None or not others:
        return
    told = recipients(decision, NoticeKind.ALSO_REFERRED, NoticeKind.LEAD_PROPOSED)
    assert holder_of(decider.pack, arrival) in told
    assert {holder_of(decider.pack, one) for one in others} <= told


@quick(80)
@given(data=st.data(), decider=deciders())
def test_services_involved_now_are_told(data: st.DataObject, decider: Decider) -> None:
    """A service that the arrival says is involved learns that the family was referred."""
    case = data.draw(cases(decider.pack))
    decision, arrival = decider.decide(case), arrival_of(case)
    if arrival is None:
        return
    told = {one.partition("@")[0] for one in recipients(decision, *NoticeKind)}
    if not decision.board:
        # no board, no address: the desk stands in
        return
    for one in arrival.event.involvements:
        if one.current and one.service in decider.pack.services and one.service != arrival.event.referrer.service:
            assert one.service in told


@quick(80)
@given(data=st.data(), decider=deciders())
def test_a_lead_that_accepted_is_told_of_a_new_referral(data: st.DataObject, decider: Decider) -> None:
    """It hears of each referral but its own and the versions of the only one, though every other was withdrawn."""
    case = data.draw(cases(decider.pack, kinds=ACCEPTED))
    decision, arrival, accepted = decider.decide(case), arrival_of(case), case.standing.accepted
    assert accepted is not None
    lead = address(accepted.service, accepted.board)
    if arrival is None or holder_of(decider.pack, arrival) == lead:
        return
    sources = {(one.event.source_system, one.event.source_reference) for one in case.referrals}
    assert len(sources) < 2 or lead in recipients(decision, *NoticeKind)


@quick(80)
@given(data=st.data(), decider=deciders())
def test_only_the_service_that_leads_is_told_more_than_existence(data: st.DataObject, decider: Decider) -> None:
    """Holders learn that the family was referred, not why; the accepted lead gets a summary."""
    case = data.draw(cases(decider.pack))
    accepted = case.standing.accepted
    lead = address(accepted.service, accepted.board) if accepted else ""
    for one in decider.decide(case).notices:
        if one.kind is NoticeKind.ALSO_REFERRED and one.level is not NoticeLevel.EXISTENCE:
            assert (one.recipient, one.level) == (lead, NoticeLevel.SUMMARY)


@quick(80)
@given(data=st.data(), decider=deciders())
def test_every_notice_has_somewhere_to_go(data: st.DataObject, decider: Decider) -> None:
    """A recipient is a desk, a sending system, a national service, or a service at a board."""
    pack = decider.pack
    case = data.draw(cases(pack))
    everyone = (*case.referrals, *case.perhaps)
    senders = {one.event.source_system for one in everyone} | {one.event.referrer.service for one in everyone}
    stood = {address(one.service, one.board) for one in (case.standing.accepted, case.standing.proposed) if one}
    for one in decider.decide(case).notices:
        service, _, board = one.recipient.partition("@")
        if one.recipient in stood:
            continue
        if service in pack.services:
            assert bool(board) != (pack.services[service].provision == "national")
            assert not board or board in pack.boards
        else:
            assert service in senders | set(pack.desk_labels)
