"""Whom a decision tells, of what, and in how much detail.

Safety notices come first and from the arrival alone: they go out whatever was decided, and again for every arrival that
shows danger, since no duplicate may suppress one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from router.model.danger import SafetyKind, Trigger
from router.model.referral import Urgency
from router.routing.case import Case, HeldReferral, MatchOutcome, Proposal
from router.routing.decision import DeskReason, MoveMade, Notice, NoticeKind, NoticeLevel, Supporter
from router.routing.loss import End, Life, ends_of, is_stated_by
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
    ends: Mapping[int, End]


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
        *_loss(case, pack, chosen),
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
                text=safety_text(finding, chosen.ends),
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


def safety_text(finding: Finding, ends: Mapping[int, End]) -> str:
    """Return a danger in words that name nobody."""
    whom = {"infant": "a baby", "family": "a family", "partner": "a partner", "sibling": "a child of the household"}
    about = whom.get(finding.subject, "a parent")
    if finding.person_id in ends:
        died = ends[finding.person_id].life is Life.LOST
        about = "a baby who has died" if died else "a baby who may have died"
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
    yield Notice(recipient, NoticeKind.LEAD_PROPOSED, NoticeLevel.FULL, chosen.urgency, text + _with_care(chosen))


def _desk(case: Case, chosen: Chosen) -> Iterator[Notice]:
    if any(end.life is Life.IN_DOUBT for end in chosen.ends.values()):
        text = (
            "It is not certain whether a baby of a family has died: what is held contradicts itself. "
            "Find out, and let nobody make routine contact about the baby meanwhile."
        )
        yield Notice(chosen.desk, NoticeKind.DESK_ITEM, NoticeLevel.FULL, chosen.urgency, text)
    if chosen.desk_reason and chosen.desk_reason != DeskReason.DEATH_IN_DOUBT:
        text = f"A family needs a person to find its owner ({chosen.desk_reason})."
        yield Notice(chosen.desk, NoticeKind.DESK_ITEM, NoticeLevel.FULL, chosen.urgency, text)
    if case.match is MatchOutcome.ASK_A_PERSON:
        text = "A referral may be for a family that is already known. Please say whether they are one family."
        if any(end.elsewhere for end in ends_of(case).values()):
            text += " The known family has lost a baby of the same birth date: say so before anybody makes contact."
        yield Notice(chosen.desk, NoticeKind.REVIEW, NoticeLevel.FULL, chosen.urgency, text)


def _support(case: Case, chosen: Chosen) -> Iterator[Notice]:
    for supporter in chosen.supporting:
        if (supporter.service, supporter.board) not in case.standing.supporting:
            recipient = address(supporter.service, supporter.board)
            text = f"You are asked to stand beside the lead service of a family ({supporter.role.replace('_', ' ')})."
            text += _with_care(chosen)
            yield Notice(recipient, NoticeKind.SUPPORT_PROPOSED, NoticeLevel.SUMMARY, chosen.urgency, text)


def _with_care(chosen: Chosen) -> str:
    """Say what whoever is newly asked must know before any contact; nothing where no child was lost."""
    lives = {end.life for end in chosen.ends.values()}
    if Life.LOST in lives:
        return " A baby of the family has died, or the pregnancy was lost."
    return " It is not certain whether a baby of the family has died; the desk is finding out." if lives else ""


def _loss(case: Case, pack: Pack, chosen: Chosen) -> Iterator[Notice]:
    """Tell everybody who works with the family, once, that a baby has died, that it is in doubt, or that it lives."""
    arrived = next((one for one in case.referrals if one.referral_id == case.arrived), None)
    if arrived is None or not any(is_stated_by(arrived, child.person_id) for child in case.children):
        return
    others = tuple(one for one in case.referrals if one is not arrived)
    before = ends_of(replace(case, referrals=others))
    texts = {
        LOSS_TEXTS[life_of(chosen.ends, child.person_id)]
        for child in case.children
        if life_of(chosen.ends, child.person_id) is not life_of(before, child.person_id)
    }
    near, far = _who_works_with(case, pack, chosen)
    mine = holder_address(pack, arrived)
    for text in sorted(texts):
        for recipient in sorted(near - {mine}):
            yield Notice(recipient, NoticeKind.LOSS, NoticeLevel.SUMMARY, chosen.urgency, text)
        for recipient in sorted(far - near - {mine}):
            yield Notice(recipient, NoticeKind.LOSS, NoticeLevel.EXISTENCE, chosen.urgency, text)
    if chosen.ends and case.match is MatchOutcome.ASK_A_PERSON:
        for service, board in sorted(case.perhaps_holders):
            recipient = address(service, board)
            yield Notice(recipient, NoticeKind.LOSS, NoticeLevel.EXISTENCE, chosen.urgency, _PERHAPS_LOSS_TEXT)


LOSS_TEXTS: Mapping[Life | None, str] = {
    Life.LOST: (
        "A baby of a family that you work with, or referred, has died, or the pregnancy was lost. "
        "Make no routine contact about that baby, and speak with the lead service before you write or call."
    ),
    Life.IN_DOUBT: (
        "It is not certain whether a baby of a family that you work with, or referred, has died. "
        "Make no routine contact about that baby until the desk has found out."
    ),
    None: (
        "The word that a baby of a family that you work with, or referred, had died was taken back by its sender. "
        "Care for the baby goes on as before."
    ),
}
_PERHAPS_LOSS_TEXT = (
    "A referral that may be for a family that you hold speaks of the death of a baby. "
    "Ask the desk before any routine contact about a baby."
)


def life_of(ends: Mapping[int, End], person_id: int) -> Life | None:
    """Return how a child stands of whom somebody said that it has died; None for one who lives."""
    end = ends.get(person_id)
    return end.life if end else None


def _who_works_with(case: Case, pack: Pack, chosen: Chosen) -> tuple[set[str], set[str]]:
    """Return who leads, helps or is asked to; and who else holds a referral of the family or is said to be involved."""
    standing = case.standing
    near = {address(one.service, one.board) for one in (standing.accepted, standing.proposed) if one is not None}
    near |= {address(service, board) for service, board in standing.supporting}
    near |= {address(one.service, one.board) for one in chosen.supporting}
    if chosen.lead:
        near.add(address(chosen.lead, chosen.lead_board))
    return near, holders_of(case.open_referrals, pack, chosen.board, chosen.desk)


def holders_of(referrals: Iterable[HeldReferral], pack: Pack, board: str, desk: str) -> set[str]:
    """Return who sent these referrals, or is said in them to be involved, as recipients."""
    held = tuple(referrals)
    return {holder_address(pack, one) for one in held} | {
        _reached(pack, one.service, one.board_code or board, desk)
        for referral in held
        for one in referral.event.involvements
        if one.current and one.service in pack.services
    }


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
