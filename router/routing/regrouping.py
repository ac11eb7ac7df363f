"""Whom an act on families tells: one that joins two families, parts them, or answers that they are two."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from router.model.danger import SafetyKind
from router.routing.case import Case, HeldReferral, Proposal, ReferralState, Standing
from router.routing.decision import Decision, Notice, NoticeKind, NoticeLevel
from router.routing.loss import ends_in, ends_of
from router.routing.notices import (
    LOSS_TEXTS,
    address,
    holder_address,
    holders_of,
    life_of,
    safety_text,
    told_of,
)
from router.routing.safety import findings
from router.rules.pack import Pack


class FamilyChange(StrEnum):
    """What became of a family, in words for those who hold it."""

    JOINED = "A family that you hold, or referred, was found to be one with another. It was decided again."
    PARTED = "What was held as one family was found to be two. What you hold, or referred, was decided again."
    NOT_THE_OTHER = "A family that you hold, or referred, was found not to be another one that it might have been."
    IN_DOUBT_AGAIN = "It is asked again whether a family that you hold, or referred, is one with another."
    INFANT_GONE = "An infant is no longer of a family that you hold, or referred. It was decided again."
    INFANT_CAME = "An infant came to a family that you hold, or referred. It was decided again."


_STOOD_DOWN = "Two services had accepted the lead for what was found to be one family. Another one leads from now on."
_INFANT_GONE = "You lead no longer for an infant: the infant is not of the family that you hold."
_NOT_ASKED_FOR_INFANT = "You are no longer asked to lead or to help for an infant: the infant is not of that family."
_NO_LONGER_ASKED = "You are no longer asked to lead for a family: it was found to be one with another."


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who held or was asked, and does so no longer: told so."""

    stood_down: tuple[Proposal, ...] = ()
    no_longer_asked: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True)
class Half:
    """One of the families that became one: its referrals by id, and who stood where in each of its episodes."""

    referrals: frozenset[int]
    standings: tuple[Standing, ...] = ()


def notices_of_joint_loss(case: Case, decision: Decision, pack: Pack, halves: Iterable[Half]) -> Iterator[Notice]:
    """Yield what families that became one tell each other of a baby's death: each half's holders what they knew not.

    Whoever works with both halves, and was told already, is not told again.
    """
    now = ends_in(case.referrals, case.as_of)
    told: dict[str, dict[str, NoticeLevel]] = {}
    knew: dict[str, set[str]] = {}
    for half in halves:
        own = [one for one in case.referrals if one.referral_id in half.referrals]
        if not own:
            continue
        before = ends_in(own, case.as_of)
        levels = _levels_of(own, half, decision, pack)
        for child in case.children:
            life = life_of(now, child.person_id)
            if life is not life_of(before, child.person_id):
                told.setdefault(LOSS_TEXTS[life], {}).update(levels)
            elif life is not None:
                knew.setdefault(LOSS_TEXTS[life], set()).update(levels)
    for text, levels in sorted(told.items()):
        for recipient in sorted(levels.keys() - knew.get(text, set())):
            yield Notice(recipient, NoticeKind.LOSS, levels[recipient], decision.urgency, text)


def _levels_of(own: list[HeldReferral], half: Half, decision: Decision, pack: Pack) -> dict[str, NoticeLevel]:
    """Return who works with one half, and how much each is told: whoever leads, helps or is asked to a summary."""
    speaking = [one for one in own if one.state is ReferralState.OPEN]
    levels = dict.fromkeys(holders_of(speaking, pack, decision.board, decision.desk), NoticeLevel.EXISTENCE)
    for standing in half.standings:
        near = {(one.service, one.board) for one in (standing.accepted, standing.proposed) if one is not None}
        levels.update({address(*one): NoticeLevel.SUMMARY for one in near | standing.supporting})
    return levels


def notices_of_change(
    case: Case,
    decision: Decision,
    pack: Pack,
    change: FamilyChange,
    *,
    came: Collection[int] = (),
    leaving: Leaving | None = None,
) -> tuple[Notice, ...]:
    """Return the notices that an act on a family makes besides those of its new decision.

    ``came`` are the referrals that came to the family by the act: the dangers in them are told as if they had just
    arrived, since whoever leads now may not have heard of them.
    """
    made = [*_dangers(case, decision, pack, came), *_leaving(leaving or Leaving(), decision)]
    gone = {one.recipient for one in made if one.kind is NoticeKind.STOOD_DOWN}
    made += [
        Notice(recipient, NoticeKind.FAMILY_CHANGED, level, decision.urgency, change.value)
        for recipient, level in sorted(_holders(case, pack).items())
        if recipient not in gone
    ]
    return tuple(dict.fromkeys(made))


def notices_of_an_end(standing: Standing) -> tuple[Notice, ...]:
    """Return the notices to those who stand by an episode of which nothing is left: its infant is of another family."""
    made = {
        address(service, board): (NoticeKind.FAMILY_CHANGED, NoticeLevel.EXISTENCE, _NOT_ASKED_FOR_INFANT)
        for service, board in standing.supporting
    }
    if standing.proposed is not None:
        asked = address(standing.proposed.service, standing.proposed.board)
        made[asked] = (NoticeKind.STOOD_DOWN, NoticeLevel.EXISTENCE, _NOT_ASKED_FOR_INFANT)
    if standing.accepted is not None:
        lead = address(standing.accepted.service, standing.accepted.board)
        made[lead] = (NoticeKind.STOOD_DOWN, NoticeLevel.SUMMARY, _INFANT_GONE)
    return tuple(Notice(one, kind, level, None, text) for one, (kind, level, text) in sorted(made.items()))


def joined(standings: Iterable[Standing], accepted: Proposal | None) -> Standing:
    """Return who stands where in what several episodes became. ``accepted`` leads, if anybody had accepted."""
    several = tuple(standings)
    handed = next((one.handed for one in several if accepted is not None and one.accepted == accepted), None)
    asked = next((one.proposed for one in several if one.proposed is not None), None)
    return Standing(
        accepted=accepted,
        proposed=asked if accepted is None or asked != accepted else None,
        at_desk=accepted is None and asked is None and any(one.at_desk for one in several),
        supporting=frozenset(beside for one in several for beside in one.supporting),
        declined=frozenset(service for one in several for service in one.declined),
        handed=handed,
    )


def _dangers(case: Case, decision: Decision, pack: Pack, came: Collection[int]) -> Iterator[Notice]:
    ends = {person_id: end for person_id, end in ends_of(case).items() if not end.elsewhere}
    for finding in findings((one for one in case.referrals if one.referral_id in came), case.as_of):
        trigger = finding.trigger
        kind = NoticeKind.SAFEGUARDING if trigger.kind is SafetyKind.SAFEGUARDING else NoticeKind.RED_FLAG
        act_by = case.as_of + timedelta(hours=trigger.act_within_hours)
        for recipient in told_of(trigger, pack, decision.board, decision.desk):
            yield Notice(recipient, kind, NoticeLevel.SUMMARY, trigger.urgency, safety_text(finding, ends), act_by)


def _leaving(leaving: Leaving, decision: Decision) -> Iterator[Notice]:
    lead = (decision.lead, decision.lead_board)
    holder = (decision.held_by.name, decision.held_by.board)
    for one in leaving.stood_down:
        if (one.service, one.board) not in (lead, holder):
            recipient = address(one.service, one.board)
            yield Notice(recipient, NoticeKind.STOOD_DOWN, NoticeLevel.SUMMARY, decision.urgency, _STOOD_DOWN)
    for one in leaving.no_longer_asked:
        if (one.service, one.board) != lead:
            recipient = address(one.service, one.board)
            yield Notice(recipient, NoticeKind.STOOD_DOWN, NoticeLevel.EXISTENCE, decision.urgency, _NO_LONGER_ASKED)


def _holders(case: Case, pack: Pack) -> dict[str, NoticeLevel]:
    told = {holder_address(pack, one): NoticeLevel.EXISTENCE for one in case.open_referrals}
    told.update({address(service, board): NoticeLevel.EXISTENCE for service, board in case.standing.supporting})
    for one in (case.standing.proposed, case.standing.accepted):
        if one is not None:
            told[address(one.service, one.board)] = NoticeLevel.SUMMARY
    return told
