"""Makes two families one: all that is held of one is linked to the other, and what stood on both is decided again."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping

import orjson

from router.routing.regrouping import FamilyChange
from router.service.reviews.holdings import Act, Holding
from router.service.reviews.redeciding import Redeciding, standing_together
from router.service.reviews.regrouping import Mover
from router.service.reviews.reviewbook import ReviewBook, Sides
from router.store.familyrows import LeadRow, LeadState, LinkRow
from router.store.reviewrows import RegroupingKind, Verdict


def survivor(one: Holding, other: Holding, act: Act) -> tuple[Holding, Holding]:
    """Return the family that goes on and the one that is merged into it: whose lead has accepted, else the older."""
    first, second = sorted((one, other), key=lambda family: family.family_id)
    has_lead = [
        any(lead.state is LeadState.ACCEPTED for lead in family.state(act.tools).leads.values())
        for family in (first, second)
    ]
    return (second, first) if has_lead == [False, True] else (first, second)


def join(
    act: Act,
    book: ReviewBook,
    source: Holding,
    target: Holding,
    *,
    reason: str,
    sides: Sides,
    review_id: int = 0,
    pairs: Mapping[int, int] | None = None,
    homes: Mapping[int, LinkRow] | None = None,
) -> Redeciding:
    """Move all of ``source`` into ``target``, and return what is to be decided again.

    ``sides`` are the families of the open reviews as they were before, ``homes`` links to which events go back.
    """
    tools = act.tools
    ours, theirs = source.referral_ids(), target.referral_ids()
    was, there = source.state(tools), target.state(tools)
    redeciding = Redeciding(act, FamilyChange.JOINED, reason)
    redeciding.rests_on_current(of=(source.family_id, target.family_id))
    mover = Mover(act, source, target, pairs=pairs or {}, homes=homes)
    rows = [source.events[one] for one in sorted(source.events)]
    mover.move(rows)
    act.find_by_keys_too(target, [row for row in rows if row.event_id in ours])
    came_from: dict[int, list[LeadRow]] = defaultdict(list)
    for episode_id, now in sorted(mover.episodes.items()):
        if episode_id in was.leads:
            came_from[now].append(was.leads[episode_id])
    standings = redeciding.standings
    for episode_id, leads in came_from.items():
        own = [there.leads[episode_id]] if episode_id in there.leads else []
        standings[episode_id], redeciding.leaving[episode_id] = standing_together(
            act, target, episode_id, [*own, *leads]
        )
    act.judge(Verdict.SAME, ours, theirs, review_id=review_id)
    document = {
        "reviews": sides,
        "closed": book.follow({source.family_id: target.family_id}),
        "referrals": sorted(theirs),
        "leads": {str(one): lead_document(row) for one, row in there.leads.items() if one in came_from},
        "accepted": {
            str(one): [standing.accepted.service, standing.accepted.board]
            for one, standing in standings.items()
            if standing.accepted is not None
        },
    }
    act.regroup(
        RegroupingKind.MERGE,
        source,
        target,
        reason=reason,
        review_id=review_id,
        before=orjson.dumps(document, option=orjson.OPT_SORT_KEYS),
    )
    act.arrive(target, target.state(tools).latest_episode())
    return redeciding


def lead_document(row: LeadRow) -> dict[str, object]:
    """Return a lead's row as a regrouping keeps it."""
    return {**dataclasses.asdict(row), "standing": row.standing.decode(), "state": row.state.value}


def lead_of_document(kept: Mapping[str, object]) -> LeadRow:
    """Return a lead's row from how a regrouping keeps it."""
    row = LeadRow(**kept)  # type: ignore[arg-type]
    return dataclasses.replace(row, standing=str(row.standing).encode(), state=LeadState(row.state))
