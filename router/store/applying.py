"""Writing a batch of changes: all at once when none conflicts, one by one when one does.

This is the same for every store. A store brings a ``Writer``, which runs each step's statement for many rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol, TypeVar

from router.store import parts
from router.store.interface import Change, ChangeConflict, StoreError
from router.store.rows import (
    ANSWER,
    AUDIT,
    DECISION,
    DESK_ITEM,
    EPISODE,
    EVENT,
    LEAD,
    LINK,
    NOTICE,
    PACK,
    PACK_ACT,
    PERSON,
    REGROUPED,
    REGROUPING,
    REVIEW,
    REVIEW_EVENT,
    REVIEW_STATE,
    SHADOW,
    Values,
    judged_values,
    judgement_values,
)

Key = TypeVar("Key")
Value = TypeVar("Value")


class Step(Enum):
    """One statement, run for many rows. The order is that of the references between the tables.

    It is also the order in which conflicts are found: a change that conflicts twice is told the first. What readers
    follow by its order of writing comes last, so that a store whose writers must queue for that queues shortly.
    """

    PART = "part"
    ANSWER = "answer"
    FAMILY = "family"
    FAMILY_VERSION = "family.version"
    PERSON = "person"
    EPISODE = "episode"
    EVENT = "event"
    LINK = "link"
    BLOCKING = "blocking"
    DECISION = "decision"
    LEAD = "lead"
    DECISION_STATE = "decision.state"
    DESK_ITEM = "desk_item"
    REVIEW = "review"
    REVIEW_STATE = "review_state"
    REVIEW_RANK = "review_state.rank"
    REVIEW_EVENT = "review_event"
    JUDGEMENT = "judgement"
    JUDGED = "judged"
    REGROUPING = "regrouping"
    REGROUPED = "regrouped"
    PACK = "pack"
    PACK_ACT = "pack_act"
    SHADOW = "shadow"
    NOTICE = "notice"
    NOTICE_ACKNOWLEDGED = "notice.acknowledged"
    NOTICE_ESCALATED = "notice.escalated"
    AUDIT = "audit"

    @property
    def table(self) -> str:
        """Return the table that the step writes to."""
        return self.value.partition(".")[0]

    @property
    def updates(self) -> bool:
        """Return whether the step changes rows, each of which must be there."""
        return "." in self.value


class Writer(Protocol):
    """What a store brings: the statements, inside its open transaction."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Open a block that leaves nothing behind when an exception ends it."""

    def write(self, step: Step, many: Sequence[Values]) -> int:
        """Run the step for many rows and return how many it wrote; a row that is not unique raises ChangeConflict."""


def apply(writer: Writer, changes: Sequence[Change]) -> list[ChangeConflict | None]:
    """Write the changes, each all or nothing, and say for each whether it conflicted.

    A change that shares a family with an earlier one that conflicted conflicts too, on ``family``: it was decided in
    the belief that the earlier one's rows would be there.
    """
    conflict = _attempt(writer, changes)
    if conflict is None:
        return [None] * len(changes)
    if len(changes) == 1:
        return [conflict]
    verdicts: list[ChangeConflict | None] = []
    doubtful: set[int] = set()
    for change in changes:
        families = _families(change)
        verdict = _attempt(writer, [change]) if doubtful.isdisjoint(families) else ChangeConflict("family")
        if verdict is not None:
            doubtful |= families
        verdicts.append(verdict)
    return verdicts


def _attempt(writer: Writer, changes: Sequence[Change]) -> ChangeConflict | None:
    try:
        with writer.savepoint():
            for step, many in _steps(changes):
                if many and writer.write(step, many) != len(many) and step.updates:
                    raise StoreError(f"a change would update a row of {step.table} that is not there")
    except ChangeConflict as conflict:
        return conflict
    return None


def _families(change: Change) -> set[int]:
    """Return every family that the change has to do with, whether or not it says that it touches it."""
    families = change.touched.union(change.new_families)
    families.update(family_id for _, family_id in change.keys)
    for rows in (change.persons, change.episodes, change.links, change.decisions, change.notices, change.desk_items):
        families.update(row.family_id for row in rows)
    for review in change.reviews:
        families.update((review.family_id, review.possible_family_id))
    for state in change.review_states:
        families.update((state.family_id, state.other_family_id))
    for act in change.regroupings:
        families.update((act.family_id, act.other_family_id))
    families.discard(0)
    return families


def _contents(changes: Sequence[Change]) -> Iterator[bytes]:
    for each in changes:
        if each.answer is not None:
            yield each.answer.answer
        yield from (row.document for row in each.decisions)


def _steps(changes: Sequence[Change]) -> Iterator[tuple[Step, Sequence[Values]]]:
    yield Step.PART, parts.rows(_contents(changes))
    yield Step.ANSWER, [ANSWER.to_values(each.answer) for each in changes if each.answer is not None]
    # A new family that its own change touches starts at version 1, which spares an update.
    yield Step.FAMILY, [(new, int(new in each.touched)) for each in changes for new in each.new_families]
    touches = Counter(family for each in changes for family in each.touched.difference(each.new_families))
    yield Step.FAMILY_VERSION, [(times, family) for family, times in sorted(touches.items())]
    yield Step.PERSON, [PERSON.to_values(row) for each in changes for row in each.persons]
    yield Step.EPISODE, [EPISODE.to_values(row) for each in changes for row in each.episodes]
    yield Step.EVENT, [EVENT.to_values(row) for each in changes for row in each.events]
    yield Step.LINK, [LINK.to_values(row) for each in changes for row in each.links]
    # In the order of the index, where neighbours lie on one page.
    yield Step.BLOCKING, sorted({pair for each in changes for pair in each.keys})
    yield Step.DECISION, [DECISION.to_values(row) for each in changes for row in each.decisions]
    yield Step.LEAD, list(_latest([LEAD.to_values(row) for each in changes for row in each.leads]))
    states = dict(item for each in changes for item in each.decision_states.items())
    yield Step.DECISION_STATE, [(state, decision_id) for decision_id, state in states.items()]
    yield Step.DESK_ITEM, [DESK_ITEM.to_values(row) for each in changes for row in each.desk_items]
    yield Step.REVIEW, [REVIEW.to_values(row) for each in changes for row in each.reviews]
    yield (
        Step.REVIEW_STATE,
        list(_latest([REVIEW_STATE.to_values(row) for each in changes for row in each.review_states])),
    )
    ranks = dict(item for each in changes for item in each.review_ranks.items())
    yield Step.REVIEW_RANK, [(rank, review_id) for review_id, rank in ranks.items()]
    yield Step.REVIEW_EVENT, [REVIEW_EVENT.to_values(row) for each in changes for row in each.review_events]
    yield Step.JUDGEMENT, [judgement_values(row) for each in changes for row in each.judgements]
    yield Step.JUDGED, [values for each in changes for row in each.judgements for values in judged_values(row)]
    yield Step.REGROUPING, [REGROUPING.to_values(row) for each in changes for row in each.regroupings]
    yield Step.REGROUPED, [REGROUPED.to_values(row) for each in changes for row in each.regrouped]
    yield Step.PACK, [PACK.to_values(row) for each in changes for row in each.packs]
    yield Step.PACK_ACT, [PACK_ACT.to_values(row) for each in changes for row in each.pack_acts]
    yield Step.SHADOW, [SHADOW.to_values(row) for each in changes for row in each.shadows]
    yield Step.NOTICE, [NOTICE.to_values(row) for each in changes for row in each.notices]
    acknowledged = _first(item for each in changes for item in each.acknowledged.items())
    yield Step.NOTICE_ACKNOWLEDGED, [(at, by, notice_id) for notice_id, (at, by) in acknowledged.items()]
    escalated = _first(item for each in changes for item in each.escalated.items())
    yield Step.NOTICE_ESCALATED, [(at, notice_id) for notice_id, at in escalated.items()]
    yield Step.AUDIT, [AUDIT.to_values(row) for each in changes for row in each.audit]


def _latest(many: Iterable[Values]) -> Iterable[Values]:
    """Return the last of the rows of each key, which comes first in a row: no statement may touch a row twice."""
    return {values[0]: values for values in many}.values()


def _first(items: Iterable[tuple[Key, Value]]) -> dict[Key, Value]:
    """Return what was said first of each key."""
    found: dict[Key, Value] = {}
    for key, value in items:
        found.setdefault(key, value)
    return found
