"""Takes apart what was put together wrongly: referrals out of a family, and merges back, by the history of links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from router.audit.events import AuditEvent
from router.matching import MatchOutcome, resolve
from router.model.errors import FieldFault, Reason, RouterError
from router.routing.regrouping import FamilyChange
from router.service.errors import field_faults
from router.service.families import TELLING, standing_of
from router.service.reviews.holdings import Act, Holding, now_of
from router.service.reviews.joining import join, lead_of_document
from router.service.reviews.redeciding import Redeciding
from router.service.reviews.regrouping import Mover, last_not_undone
from router.service.reviews.reviewbook import ReviewBook
from router.service.reviews.reviewing import answered, finish
from router.service.tools import Tools
from router.service.work import Done, SplitFamily, UndoMerge
from router.service.workspace import Workspace
from router.store.familyrows import EventKind, EventRow, LinkRow
from router.store.ids import render
from router.store.reviewrows import RegroupingKind, RegroupingRow, ReviewState, Verdict
from router.v1 import family_service_pb2 as pb


def split_family(work: SplitFamily, space: Workspace, tools: Tools) -> Done:
    """Take referrals out of a family, into a new one or one that is there. Raises ``RouterError``.

    Those that were in that family before go back to the people and episodes that they were of.
    """
    if (known := answered(work, space)) is not None:
        return known
    act = Act(work, space, tools, EventKind.REGROUPING)
    family_id = now_of(space.reader, work.family_id)
    to = now_of(space.reader, work.to_family_id) if work.to_family_id else 0
    if to == family_id:
        raise field_faults([FieldFault("to_family_id", "is the family itself; name another one, or leave it empty")])
    book = ReviewBook(act, [family_id, *([to] if to else [])])
    source = act.holding(family_id)
    rows = _named(work, source, tools)
    staying = source.referral_ids() - {row.event_id for row in rows}
    if not staying and not to:
        message = "these are all the referrals of the family; leave some of them, or name the family that they go to"
        raise RouterError(Reason.NOTHING_WOULD_STAY, message)
    target = act.holding(to) if to else act.new_family()
    homes, closed = _homes(act, target)
    for review_id in closed:
        book.ask_again(review_id, "SPLIT_TAKEN_BACK")
    if staying:
        redeciding = _part(act, book, source, target, rows, homes)
    else:
        redeciding = join(act, book, source, target, reason=work.reason, sides=book.sides(), homes=homes)
    book.settle()
    redeciding.run()
    response = pb.SplitFamilyResponse(
        request_id=work.request_id,
        to_family_id=render("fam", target.family_id),
        consequences=redeciding.consequences(),
    )
    fields = _fields(act, source, target, work.reason)
    return finish(act, AuditEvent.FAMILY_SPLIT, fields, response.SerializeToString(), redeciding)


def undo_merge(work: UndoMerge, space: Workspace, tools: Tools) -> Done:
    """Take a merge back: what came from a family returns to it, as it was of it before. Raises ``RouterError``.

    What arrived since goes along where it is a version of what returns, or where the matcher would put it there.
    """
    if (known := answered(work, space)) is not None:
        return known
    merge = _merge_of(work, space)
    if now_of(space.reader, merge.other_family_id) != merge.other_family_id:
        message = "the family was merged again since; take the later merge back first"
        raise RouterError(Reason.MERGED_AGAIN, message)
    act = Act(work, space, tools, EventKind.REGROUPING)
    book = ReviewBook(act, (merge.family_id, merge.other_family_id))
    returning, holder = act.holding(merge.family_id), act.holding(merge.other_family_id)
    before: dict[str, Any] = orjson.loads(merge.before)
    for family_id in _today(before["reviews"], returning, space):
        act.holding(family_id)
    redeciding = Redeciding(act, FamilyChange.PARTED, "MERGE_UNDONE")
    homes = {
        moved.link.event_id: moved.earlier
        for moved in space.reader.moved_links(merge.regrouping_id)
        # What was moved on since, and is elsewhere now, is left where it is.
        if moved.earlier is not None and moved.link.event_id in holder.events
    }
    redeciding.rests((merge.other_family_id,), lambda _, of: not homes.keys().isdisjoint(of["referrals"]))
    accepted_now = {one: standing_of(row).accepted for one, row in holder.leads.items()}
    mover = Mover(act, holder, returning, homes=homes)
    mover.move([holder.events[one] for one in sorted(homes)])
    mover.move(_along(act, holder, returning, frozenset(before["referrals"])))
    for episode, kept in before["leads"].items():
        now, then = accepted_now.get(int(episode)), before["accepted"].get(episode)
        # Where another has accepted the lead since, that one goes on; else it is as it was before the merge.
        if int(episode) in holder.leads and then == ([now.service, now.board] if now else None):
            redeciding.standings[int(episode)] = standing_of(lead_of_document(kept))
    act.find_by_keys_too(returning, returning.referrals())
    act.judge(Verdict.TAKEN_BACK, returning.referral_ids(), holder.referral_ids(), review_id=merge.review_id)
    act.regroup(
        RegroupingKind.UNDO,
        holder,
        returning,
        reason=work.reason,
        review_id=merge.review_id,
        undoes=merge.regrouping_id,
    )
    act.arrive(returning, returning.state(tools).latest_episode())
    _reviews_back(act, book, before, merge, returning)
    book.follow()
    book.settle()
    redeciding.run()
    response = pb.UndoMergeResponse(
        request_id=work.request_id,
        family_id=render("fam", returning.family_id),
        from_family_id=render("fam", holder.family_id),
        consequences=redeciding.consequences(),
    )
    fields = _fields(act, holder, returning, work.reason)
    return finish(act, AuditEvent.MERGE_UNDONE, fields, response.SerializeToString(), redeciding)


def _part(
    act: Act, book: ReviewBook, source: Holding, target: Holding, rows: list[EventRow], homes: Mapping[int, LinkRow]
) -> Redeciding:
    assert isinstance(act.work, SplitFamily)  # noqa: S101 - whoever calls this splits a family
    going = {row.event_id for row in rows}
    there = target.referral_ids()
    redeciding = Redeciding(act, FamilyChange.PARTED, "FAMILY_SPLIT")
    redeciding.rests((source.family_id,), lambda _, of: not going.isdisjoint(of["referrals"]))
    Mover(act, source, target, homes={one: link for one, link in homes.items() if one in going}).move(rows)
    referrals = [row for row in rows if row.kind in TELLING]
    act.find_by_keys_too(target, referrals)
    moved = [row.event_id for row in referrals]
    act.judge(Verdict.DIFFERENT, moved, source.referral_ids())
    act.judge(Verdict.SAME, moved, there)
    before = orjson.dumps({"closed": book.follow()})
    act.regroup(RegroupingKind.SPLIT, source, target, reason=act.work.reason, before=before)
    act.arrive(target, target.state(act.tools).latest_episode())
    return redeciding


def _named(work: SplitFamily, source: Holding, tools: Tools) -> list[EventRow]:
    """Return the events that go: the named referrals in all their versions, with their withdrawals."""
    referrals = source.referrals()
    if not work.referral_ids <= {row.event_id for row in referrals}:
        message = "a referral that is named is not of this family; take the ids from GetFamily"
        raise RouterError(Reason.UNKNOWN_REFERRAL, message)
    if not work.person_ids <= source.state(tools).roles.keys():
        message = "somebody who is named is not of this family; take the ids from GetFamily"
        raise RouterError(Reason.UNKNOWN_PERSON, message)
    sources = {
        (row.source_system, row.source_reference)
        for row in referrals
        if row.event_id in work.referral_ids
        or not work.person_ids.isdisjoint(source.links[row.event_id].people.values())
    }
    return [
        row
        for _, row in sorted(source.events.items())
        if row.kind in {*TELLING, EventKind.WITHDRAWAL} and (row.source_system, row.source_reference) in sources
    ]


def _homes(act: Act, target: Holding) -> tuple[dict[int, LinkRow], list[int]]:
    """Return the last links that events had in a family which they were split off from, and the reviews settled so."""
    reader = act.space.reader
    acts = [one for one in reader.regroupings([target.family_id]) if one.family_id == target.family_id]
    moved = [one.earlier for act_ in acts for one in reader.moved_links(act_.regrouping_id)]
    splits = [one for one in acts if one.kind is RegroupingKind.SPLIT]
    closed = [review_id for one in splits for review_id in orjson.loads(one.before).get("closed", ())]
    return {one.event_id: one for one in moved if one is not None and one.family_id == target.family_id}, closed


def _merge_of(work: UndoMerge, space: Workspace) -> RegroupingRow:
    merge = last_not_undone(work, space, RegroupingKind.MERGE)
    if merge is None:
        message = "there is no merge here that could be taken back; GetFamily lists what was regrouped"
        raise RouterError(Reason.NOTHING_TO_UNDO, message)
    return merge


def _along(act: Act, holder: Holding, returning: Holding, there_before: frozenset[int]) -> list[EventRow]:
    """Return what arrived since a merge and goes along with what returns."""
    tools = act.tools
    ours = {(row.source_system, row.source_reference) for row in returning.referrals()}
    theirs = {(row.source_system, row.source_reference) for row in holder.referrals() if row.event_id in there_before}
    back, stayed = returning.state(tools), holder.state(tools)
    stayed.referrals = [(place, held) for place, held in stayed.referrals if held.referral_id in there_before]
    for row in holder.referrals():
        source = (row.source_system, row.source_reference)
        if source in ours | theirs or row.event_id in there_before:
            continue
        event = tools.memory.event(row)
        match = resolve(event.people, event.household, [back.record(), stayed.record()], tools.weights)
        if match.outcome is MatchOutcome.SAME_FAMILY and match.family_id == returning.family_id:
            ours.add(source)
    return [
        row
        for _, row in sorted(holder.events.items())
        if row.kind in {*TELLING, EventKind.WITHDRAWAL} and (row.source_system, row.source_reference) in ours
    ]


def _today(sides: Mapping[str, Iterable[int]], returning: Holding, space: Workspace) -> set[int]:
    """Return the families of reviews as they are today, the one that returns included."""
    families = {one for both in sides.values() for one in both}
    return {_now(one, returning, space) for one in families}


def _now(family_id: int, returning: Holding, space: Workspace) -> int:
    return family_id if family_id == returning.family_id else now_of(space.reader, family_id)


def _reviews_back(
    act: Act, book: ReviewBook, before: Mapping[str, Any], merge: RegroupingRow, returning: Holding
) -> None:
    """Let the reviews be about the families that they were about before the merge; what it had answered is open."""
    for review, sides in before["reviews"].items():
        review_id, held = int(review), book.get(int(review))
        one, other = (_now(side, returning, act.space) for side in sides)
        answered_by_it = held.now.state is ReviewState.SETTLED and review_id in before["closed"]
        if answered_by_it or (review_id == merge.review_id and held.now.state is ReviewState.SAME):
            book.reopen(review_id, one, other)
            book.note(review_id, "reopened", reason="MERGE_UNDONE")
        elif held.now.closed_at is None:
            book.set(review_id, family_id=one, other_family_id=other)


def _fields(act: Act, source: Holding, target: Holding, reason: str) -> dict[str, str | None]:
    of = act.tools.recorder.pseudonyms.of
    return {
        "family": of("family", source.family_id),
        "other_family": of("family", target.family_id),
        "regrouping": render("reg", act.id),
        "reason": reason,
    }
