"""Packs as the contract's messages."""

from __future__ import annotations

from router.service.encode import stamp_micros
from router.service.golive.book import PEOPLE_WANTED, WAITING, Book, Entry
from router.store.ids import render
from router.store.interface import Reader
from router.store.packrows import PackActRow
from router.v1 import rule_service_pb2 as pb


def pack_message(entry: Entry, book: Book, reader: Reader) -> pb.RulePack:
    """Return a pack as it stands, with what its last shadow found."""
    message = pb.RulePack(
        digest=entry.digest,
        proposal_id=render("pro", entry.proposal_id) if entry.proposal_id else "",
        title=entry.title,
        state=f"PACK_STATE_{entry.state.name}",
        base_digest=entry.base,
        people=len(entry.people),
        not_loaded=entry.not_loaded.note if entry.not_loaded else "",
        findings=entry.findings,
    )
    proposed = entry.proposed
    if proposed is not None:
        message.proposed_by, message.why = proposed.made_by, proposed.note
        message.proposed_at.CopyFrom(stamp_micros(proposed.made_at))
        message.people_wanted = PEOPLE_WANTED
        if entry.state in WAITING:
            message.waits_for.extend(entry.waits_for())
    for service in entry.services:
        one = message.approvals.add(service=service)
        approval = entry.approval_of(service)
        if approval is not None:
            one.approved_by = approval.made_by
            one.approved_at.CopyFrom(stamp_micros(approval.made_at))
    live_from = entry.back_from or entry.live_from
    if live_from is not None:
        message.live_from.CopyFrom(stamp_micros(live_from))
    if entry.live_until is not None:
        message.live_until.CopyFrom(stamp_micros(entry.live_until))
    if entry.shadow is not None:
        message.shadow.CopyFrom(_figures(entry, entry.shadow, book, reader))
    return message


def act_message(act: PackActRow) -> pb.PackAct:
    """Return one thing that was done about a pack."""
    message = pb.PackAct(
        kind=f"PACK_ACT_KIND_{act.kind.name}",
        made_by=act.made_by,
        made_at=stamp_micros(act.made_at),
        service=act.service,
        note=act.note,
    )
    if act.live_from is not None:
        message.live_from.CopyFrom(stamp_micros(act.live_from))
    return message


def _figures(entry: Entry, started: PackActRow, book: Book, reader: Reader) -> pb.ShadowFigures:
    until = book.shadow_until(entry)
    counts = reader.shadow_counts(started.act_id)
    figures = pb.ShadowFigures(
        started_at=stamp_micros(started.made_at),
        decisions=reader.count_decisions(
            as_of_from=started.made_at, as_of_until=book.now + 1 if until is None else until
        ),
        compared=sum(one.count for one in counts),
        differing=sum(one.count for one in counts if one.what),
    )
    if until is not None:
        figures.stopped_at.CopyFrom(stamp_micros(until))
    for one in counts:
        if one.what:
            figures.differences.add(from_lead=one.from_lead, to_lead=one.to_lead, what=one.what, count=one.count)
    return figures
