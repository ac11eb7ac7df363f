"""How the interface's rows lie in the tables: one shape for each table, in one order of columns.

A shape's columns are its dataclass's fields, under the same names and in the same order, so that a row read back is
the dataclass called with the columns. What differs is said here: kinds and states are text, ``people`` is JSON, a
reference that may be absent is 0 in a row and NULL in a table, and answers and documents lie as ``parts`` keeps them,
from which a reader puts them together again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Table

from router.store import parts, tables
from router.store.familyrows import (
    AnswerRow,
    AuditRow,
    DecisionRow,
    DeskItemRow,
    EpisodeRow,
    EventKind,
    EventRow,
    FamilyRows,
    LeadRow,
    LeadState,
    LinkRow,
    NoticeRow,
    PersonRow,
)
from router.store.packrows import PackActKind, PackActRow, PackRow, ShadowRow
from router.store.reviewrows import (
    HeldReview,
    JudgementRow,
    RegroupedRow,
    RegroupingKind,
    RegroupingRow,
    ReviewEventRow,
    ReviewRow,
    ReviewState,
    ReviewStateRow,
    Verdict,
)

Row = TypeVar("Row")
Values = tuple[Any, ...]


class Shape(Generic[Row]):
    """The way of one kind of row into its table and back.

    ``names`` are the columns in the order of the row's fields; ``written`` leaves out ``sequence``, which the store
    gives. ``to_values`` and ``row`` turn a row into its written values, and values in the order of ``names`` into
    their row.
    """

    def __init__(
        self,
        table: Table,
        row_type: type[Row],
        *,
        to_values: Callable[[Row], Values] | None = None,
        row: Callable[[Sequence[Any]], Row] | None = None,
    ) -> None:
        self.table = table
        self.names: tuple[str, ...] = tuple(each.name for each in fields(row_type))  # type: ignore[arg-type]
        self.written: tuple[str, ...] = tuple(name for name in self.names if name != "sequence")
        self.to_values: Callable[[Row], Values] = to_values or attrgetter(*self.written)
        self.row: Callable[[Sequence[Any]], Row] = row or (lambda values: row_type(*values))

    @property
    def columns(self) -> list[Column[Any]]:
        """Return the table's columns in the order of the row's fields."""
        return [self.table.c[name] for name in self.names]


def _event_values(row: EventRow) -> Values:
    return (
        row.event_id,
        row.kind.value,
        row.source_system,
        row.source_reference,
        row.source_version,
        row.occurred_at,
        row.received_at,
        row.digest,
        row.payload,
    )


def _event(values: Sequence[Any]) -> EventRow:
    event_id, kind, *rest = values
    return EventRow(event_id, EventKind(kind), *rest)


def _link_values(row: LinkRow) -> Values:
    # Sorted, so that the same people are the same bytes whatever order they were found in.
    people = json.dumps(dict(row.people), sort_keys=True, separators=(",", ":"))
    return (row.link_id, row.event_id, row.family_id, row.episode_id, people, row.made_by, row.made_at)


def _link(values: Sequence[Any]) -> LinkRow:
    link_id, event_id, family_id, episode_id, people, made_by, made_at = values
    return LinkRow(link_id, event_id, family_id, episode_id, json.loads(people), made_by, made_at)


def _lead_values(row: LeadRow) -> Values:
    return (row.episode_id, row.service, row.board, row.state.value, row.decision_id, row.since, row.standing)


def _lead(values: Sequence[Any]) -> LeadRow:
    episode_id, service, board, state, decision_id, since, standing = values
    return LeadRow(episode_id, service, board, LeadState(state), decision_id, since, standing)


def _pack_act_values(row: PackActRow) -> Values:
    return (
        row.act_id,
        row.kind.value,
        row.digest,
        row.proposal_id or None,
        row.service,
        row.made_by,
        row.made_at,
        row.live_from,
        row.note,
        row.details,
    )


def _pack_act(values: Sequence[Any]) -> PackActRow:
    act_id, kind, digest, proposal_id, *rest = values
    return PackActRow(act_id, PackActKind(kind), digest, proposal_id or 0, *rest)


def _notice_values(row: NoticeRow) -> Values:
    return (
        row.notice_id,
        row.recipient,
        row.kind,
        row.level,
        row.urgency,
        row.decision_id or None,
        row.family_id or None,
        row.text,
        row.created_at,
        row.act_by,
        row.acknowledged_at,
        row.acknowledged_by,
        row.escalated_at,
    )


def _notice(values: Sequence[Any]) -> NoticeRow:
    notice_id, recipient, kind, level, urgency, decision_id, family_id, *rest = values
    return NoticeRow(notice_id, recipient, kind, level, urgency, decision_id or 0, family_id or 0, *rest)


def _desk_item_values(row: DeskItemRow) -> Values:
    return (
        row.desk_item_id,
        row.desk,
        row.reason,
        row.event_id or None,
        row.family_id or None,
        row.danger,
        row.created_at,
    )


def _desk_item(values: Sequence[Any]) -> DeskItemRow:
    desk_item_id, desk, reason, event_id, family_id, danger, created_at = values
    return DeskItemRow(desk_item_id, desk, reason, event_id or 0, family_id or 0, danger, created_at)


def _review_state_values(row: ReviewStateRow) -> Values:
    return (
        row.review_id,
        row.family_id,
        row.other_family_id,
        row.opened_at,
        row.rank,
        row.desk,
        row.state.value,
        row.claimed_by,
        row.claimed_until,
        row.first_said,
        row.first_by,
        row.closed_at,
    )


def _review_state(values: Sequence[Any]) -> ReviewStateRow:
    review_id, family_id, other_family_id, opened_at, rank, desk, state, *rest = values
    return ReviewStateRow(review_id, family_id, other_family_id, opened_at, rank, desk, ReviewState(state), *rest)


def _regrouping_values(row: RegroupingRow) -> Values:
    return (
        row.regrouping_id,
        row.kind.value,
        row.family_id,
        row.other_family_id,
        row.review_id or None,
        row.undoes or None,
        row.made_by,
        row.made_at,
        row.reason,
        row.hidden,
        row.before,
    )


def _regrouping(values: Sequence[Any]) -> RegroupingRow:
    regrouping_id, kind, family_id, other_family_id, review_id, undoes, *rest = values
    return RegroupingRow(
        regrouping_id, RegroupingKind(kind), family_id, other_family_id, review_id or 0, undoes or 0, *rest
    )


def _regrouped_values(row: RegroupedRow) -> Values:
    return (row.regrouping_id, row.link_id, row.earlier_link_id or None)


def _answer_values(row: AnswerRow) -> Values:
    return (row.request_id, row.method, row.request_digest, parts.kept(row.answer), row.created_at)


_DECIDED = attrgetter(*(each.name for each in fields(DecisionRow)[:-2]))


def _decision_values(row: DecisionRow) -> Values:
    return (*_DECIDED(row), parts.kept(row.document), row.basis)


ANSWER = Shape(tables.answer, AnswerRow, to_values=_answer_values)
PERSON = Shape(tables.person, PersonRow)
EPISODE = Shape(tables.episode, EpisodeRow)
EVENT = Shape(tables.event, EventRow, to_values=_event_values, row=_event)
LINK = Shape(tables.link, LinkRow, to_values=_link_values, row=_link)
LEAD = Shape(tables.lead, LeadRow, to_values=_lead_values, row=_lead)
DECISION = Shape(tables.decision, DecisionRow, to_values=_decision_values)
NOTICE = Shape(tables.notice, NoticeRow, to_values=_notice_values, row=_notice)
DESK_ITEM = Shape(tables.desk_item, DeskItemRow, to_values=_desk_item_values, row=_desk_item)
REVIEW = Shape(tables.review, ReviewRow)
REVIEW_STATE = Shape(tables.review_state, ReviewStateRow, to_values=_review_state_values, row=_review_state)
REVIEW_EVENT = Shape(tables.review_event, ReviewEventRow)
REGROUPING = Shape(tables.regrouping, RegroupingRow, to_values=_regrouping_values, row=_regrouping)
REGROUPED = Shape(tables.regrouped, RegroupedRow, to_values=_regrouped_values)
AUDIT = Shape(tables.audit, AuditRow)
PACK = Shape(tables.pack, PackRow)
PACK_ACT = Shape(tables.pack_act, PackActRow, to_values=_pack_act_values, row=_pack_act)
SHADOW = Shape(tables.shadow, ShadowRow)

#: The columns of a review's state that change.
MOVING = tuple(name for name in REVIEW_STATE.written if name not in {"review_id", "opened_at", "desk"})
#: A judgement lies in two tables: what was said, and of which events.
JUDGEMENT_NAMES = ("judgement_id", "verdict", "review_id", "made_by", "made_at")
JUDGED_NAMES = ("judgement_id", "event_id", "side")


def judgement_values(row: JudgementRow) -> Values:
    """Return what was said, in the order of ``JUDGEMENT_NAMES``."""
    return (row.judgement_id, row.verdict.value, row.review_id or None, row.made_by, row.made_at)


def judged_values(row: JudgementRow) -> list[Values]:
    """Return of which events it was said, in the order of ``JUDGED_NAMES``."""
    sides = ((event_id, side) for side, events in ((1, row.one), (2, row.other)) for event_id in events)
    return [(row.judgement_id, event_id, side) for event_id, side in sides]


def judgements_of(said: Iterable[Sequence[Any]], about: Iterable[Sequence[Any]]) -> tuple[JudgementRow, ...]:
    """Return judgements from rows of (sequence, then ``JUDGEMENT_NAMES``) and rows of ``JUDGED_NAMES``, in order."""
    sides: dict[tuple[int, int], list[int]] = defaultdict(list)
    for judgement_id, event_id, side in about:
        sides[judgement_id, side].append(event_id)
    return tuple(
        JudgementRow(
            judgement_id,
            Verdict(verdict),
            review_id or 0,
            made_by,
            made_at,
            tuple(sorted(sides[judgement_id, 1])),
            tuple(sorted(sides[judgement_id, 2])),
            sequence,
        )
        for sequence, judgement_id, verdict, review_id, made_by, made_at in said
    )


def held_reviews(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[HeldReview, ...]]:
    """Return reviews by the family that each row begins with, in order of id."""
    found: dict[int, dict[int, HeldReview]] = defaultdict(dict)
    for family_id, *values in rows:
        held = held_review(values)
        found[family_id][held.row.review_id] = held
    return {family_id: tuple(held[one] for one in sorted(held)) for family_id, held in found.items()}


def held_review(values: Sequence[Any]) -> HeldReview:
    """Return a review from its row's values and its state's."""
    split = len(REVIEW.names)
    return HeldReview(REVIEW.row(values[:split]), REVIEW_STATE.row(values[split:]))


def gathered(
    versions: Mapping[int, int],
    persons: Iterable[Sequence[Any]],
    episodes: Iterable[Sequence[Any]],
    leads: Iterable[Sequence[Any]],
    events: Iterable[Sequence[Any]],
) -> dict[int, FamilyRows]:
    """Return the families of ``versions`` (version by id) with their rows, which come in the order of their ids.

    A lead's values come after its family's id, an event's after those of its link.
    """
    persons_of: dict[int, list[PersonRow]] = defaultdict(list)
    for person in map(PERSON.row, persons):
        persons_of[person.family_id].append(person)
    episodes_of: dict[int, list[EpisodeRow]] = defaultdict(list)
    for episode in map(EPISODE.row, episodes):
        episodes_of[episode.family_id].append(episode)
    leads_of: dict[int, list[LeadRow]] = defaultdict(list)
    for family_id, *values in leads:
        leads_of[family_id].append(LEAD.row(values))
    links_of: dict[int, list[LinkRow]] = defaultdict(list)
    events_of: dict[int, list[EventRow]] = defaultdict(list)
    split = len(LINK.names)
    for both in events:
        link = LINK.row(both[:split])
        links_of[link.family_id].append(link)
        events_of[link.family_id].append(EVENT.row(both[split:]))
    return {
        family_id: FamilyRows(
            family_id,
            version,
            tuple(persons_of.get(family_id, ())),
            tuple(episodes_of.get(family_id, ())),
            tuple(leads_of.get(family_id, ())),
            tuple(events_of.get(family_id, ())),
            tuple(links_of.get(family_id, ())),
        )
        for family_id, version in versions.items()
    }
