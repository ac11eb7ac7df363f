"""Whom a decision tells, of what, and in how much detail.

Safety notices come first and from the arrival alone: they go out whatever was decided, and again for every arrival that
shows danger, since no duplicate may suppress one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from router.model.danger import SafetyKind, Trigger
from router.model.referral import Urgency
from router.routing.case import Case, HeldReferral, MatchOutcome, Proposal
from router.routing.decision import MoveMade, Notice, NoticeKind, NoticeLevel, Supporter
from router.routing.safety import Finding, findings
from router.rules.evaluation import is_offered, provider_board
from router.rules.pack import Pack


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, as far as notices depend on it. ``lead`` is empty when a desk holds the family."""

    board: str
    desk: str
    lead: str
    lead_board: str
    accepted: bool
    urgency: Urgency | None
    supporting: tuple[Supporter, ...]
    move: MoveMade | None
    desk_reason: str


def address(service: str, board: str) -> str:
    """Return how a recipient is named: "service@board", or the service alone for a national one."""
    return f"{service}@{board}" if board else service


def holder_address(pack: Pack, referral: HeldReferral) -> str:
    """Return how the service that referred is named as a recipient, or the sending system where it is no service."""
    if referral.holder in pack.services:
        return _reached(pack, referral.holder, referral.event.household.board_code, referral.event.source_system)
    return referral.holder


def _reached(pack: Pack, service: str, board: str, otherwise: str) -> str:
    """Return the address of a service for a board's families, or ``otherwise`` where it is not known whose it is."""
    provider = provider_board(pack, service, board)
    return address(service, provider) if provider or pack.services[service].provision == "national" else otherwise


def notices_of(case: Case, pack: Pack, chosen: Chosen) -> tuple[Notice, ...]:
    """Return every notice of a decision, safety first; no recipient gets the same notice twice."""
    made = [
        *_safety(case, pack, chosen),
        *_lead(case, chosen),
        *_desk(case, chosen),
        *_support(case, chosen),
        *_displaced(case, chosen),
        *_also_referred(case, pack, chosen),
    ]
    return tuple(dict.fromkeys(made))


def _safety(case: Case, pack: Pack, chosen: Chosen) -> Iterator[Notice]:
    arrived = tuple(one for one in case.referrals if one.referral_id == case.arrived)
    for finding in findings(arrived, case.as_of):
        trigger = finding.trigger
        kind = NoticeKind.SAFEGUARDING if trigger.kind is SafetyKind.SAFEGUARDING else NoticeKind.RED_FLAG
        for recipient in told_of(trigger, pack, chosen.board, chosen.desk):
            yield Notice(
                recipient=recipient,
                kind=kind,
                level=NoticeLevel.SUMMARY,
                urgency=trigger.urgency,
                text=safety_text(finding),
                act_by=finding.act_by,
            )


def told_of(trigger: Trigger, pack: Pack, board: str, desk: str) -> list[str]:
    """Return who is told of a danger."""
    told = [
        address(service, provider_board(pack, service, board))
        for service in trigger.recipients
        if is_offered(pack, service, board)
    ]
    # The desk is always told too, so that a notice never depends on one service's inbox or on a known board.
    return [*told, desk]


def safety_text(finding: Finding) -> str:
    """Return a danger in words that name nobody."""
    whom = {"infant": "a baby", "family": "a family", "partner": "a partner", "sibling": "a child of the household"}
    about = whom.get(finding.subject, "a parent")
    hours = finding.trigger.act_within_hours
    return f"{finding.trigger.label}: reported about {about}. Act within {hours} hours."


def _lead(case: Case, chosen: Chosen) -> Iterator[Notice]:
    if not chosen.lead or chosen.accepted:
        return
    recipient = address(chosen.lead, chosen.lead_board)
    if _is_same(case.standing.proposed, chosen):
        text = "More has arrived about a family that you were asked to lead for; the proposal stands."
    else:
        text = "You are asked to lead for a family. Please accept or decline."
    yield Notice(recipient, NoticeKind.LEAD_PROPOSED, NoticeLevel.FULL, chosen.urgency, text)


def _desk(case: Case, chosen: Chosen) -> Iterator[Notice]:
    if chosen.desk_reason:
        text = f"A family needs a person to find its owner ({chosen.desk_reason})."
        yield Notice(chosen.desk, NoticeKind.DESK_ITEM, NoticeLevel.FULL, chosen.urgency, text)
    if case.match is MatchOutcome.ASK_A_PERSON:
        text = "A referral may be for a family that is already known. Please say whether they are one family."
        yield Notice(chosen.desk, NoticeKind.REVIEW, NoticeLevel.FULL, chosen.urgency, text)


def _support(case: Case, chosen: Chosen) -> Iterator[Notice]:
    for supporter in chosen.supporting:
        if (supporter.service, supporter.board) not in case.standing.supporting:
            recipient = address(supporter.service, supporter.board)
            text = f"You are asked to stand beside the lead service of a family ({supporter.role.replace('_', ' ')})."
            yield Notice(recipient, NoticeKind.SUPPORT_PROPOSED, NoticeLevel.SUMMARY, chosen.urgency, text)


def _displaced(case: Case, chosen: Chosen) -> Iterator[Notice]:
    proposed, accepted = case.standing.proposed, case.standing.accepted
    if chosen.move is not None and accepted is not None and chosen.move.to_service:
        text = f"A move of a family that you lead is proposed: {chosen.move.reason}. You lead until it is accepted."
        recipient = address(accepted.service, accepted.board)
        yield Notice(recipient, NoticeKind.MOVE_PROPOSED, NoticeLevel.SUMMARY, chosen.urgency, text)
    if proposed is not None and not _is_same(proposed, chosen):
        text = "You are no longer asked to lead for a family: more has become known. No answer is needed."
        recipient = address(proposed.service, proposed.board)
        yield Notice(recipient, NoticeKind.STOOD_DOWN, NoticeLevel.EXISTENCE, chosen.urgency, text)


def _also_referred(case: Case, pack: Pack, chosen: Chosen) -> Iterator[Notice]:
    arrived = next((one for one in case.referrals if one.referral_id == case.arrived), None)
    if arrived is None:
        return
    mine = {holder_address(pack, arrived), address(chosen.lead, chosen.lead_board) if not chosen.accepted else ""}
    told = {holder_address(pack, one) for one in others_open(case)}
    if case.standing.accepted is not None and any(not _is_version_of(one, arrived) for one in case.referrals):
        told.add(address(case.standing.accepted.service, case.standing.accepted.board))
    for involvement in arrived.event.involvements:
        if involvement.current and involvement.service in pack.services:
            told.add(_reached(pack, involvement.service, involvement.board_code or chosen.board, chosen.desk))
    for recipient in sorted(told - mine):
        level = (
            NoticeLevel.SUMMARY if case.standing.accepted and _is_accepted(case, recipient) else NoticeLevel.EXISTENCE
        )
        text = "A family that you hold a referral for, or work with, was referred again by another service."
        yield Notice(recipient, NoticeKind.ALSO_REFERRED, level, chosen.urgency, text)
    if others_open(case):
        text = "A family that you referred was already referred by another service."
        yield Notice(
            holder_address(pack, arrived), NoticeKind.ALSO_REFERRED, NoticeLevel.EXISTENCE, chosen.urgency, text
        )
    if case.match is MatchOutcome.ASK_A_PERSON:
        text = "A referral has come in that may be for a family that you hold. A person is asked whether it is."
        for service, board in sorted(case.perhaps_holders):
            yield Notice(address(service, board), NoticeKind.ALSO_REFERRED, NoticeLevel.EXISTENCE, chosen.urgency, text)


def others_open(case: Case) -> tuple[HeldReferral, ...]:
    """Return the open referrals of the episode other than the one that arrived, whatever its version."""
    arrived = next((one for one in case.referrals if one.referral_id == case.arrived), None)
    if arrived is None:
        return ()
    return tuple(one for one in case.open_referrals if not _is_version_of(one, arrived))


def _is_version_of(one: HeldReferral, other: HeldReferral) -> bool:
    return (one.event.source_system, one.event.source_reference) == (
        other.event.source_system,
        other.event.source_reference,
    )


def _is_same(proposal: Proposal | None, chosen: Chosen) -> bool:
    return proposal is not None and (proposal.service, proposal.board) == (chosen.lead, chosen.lead_board)


def _is_accepted(case: Case, recipient: str) -> bool:
    accepted = case.standing.accepted
    return accepted is not None and recipient == address(accepted.service, accepted.board)
