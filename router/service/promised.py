"""Checks that the dangers which stored decisions show were told: what only the decisions themselves can say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from router.routing.decision import NoticeKind
from router.store import bulk, parts
from router.store.checking import Check, Found, counted
from router.store.tables import decision, notice, review
from router.v1 import decision_pb2 as pb

_KINDS = {
    pb.SAFETY_KIND_SAFEGUARDING: NoticeKind.SAFEGUARDING.value,
    pb.SAFETY_KIND_RED_FLAG: NoticeKind.RED_FLAG.value,
}

#: For each family and kind, what was told of danger, in its own words, with the decision that first told it.
Told = dict[tuple[int, str], dict[str, int]]


def _run(connection: Connection, most: int) -> Found:
    told = _told(connection)
    perhaps: dict[int, set[int]] = defaultdict(set)
    for event_id, family_id in connection.execute(select(review.c.event_id, review.c.possible_family_id)):
        perhaps[event_id].add(family_id)

    def wrong() -> Iterator[str]:
        columns = [decision.c.decision_id, decision.c.family_id, decision.c.event_id, decision.c.document]
        # Danger is judged over a family that this may be, too, from the moment that the question was put.
        others: dict[int, set[int]] = defaultdict(set)
        for decision_id, family_id, event_id, document in bulk.stream(connection, decision, columns):
            if event_id in perhaps:
                others[family_id] |= perhaps[event_id]
            shown: dict[str, set[str]] = defaultdict(set)
            for finding in pb.Decision.FromString(parts.head(document)).safety:
                shown[_KINDS[finding.kind]].add(finding.trigger)
            families = {family_id, *others.get(family_id, ())}
            for kind, triggers in shown.items():
                words = {said for one in families for said, first in told[one, kind].items() if first <= decision_id}
                # By number: the words for a danger may change between releases, and the triggers are not in notices.
                if len(words) < len(triggers):
                    yield f"decision {decision_id}"
                    break

    return counted(bulk.count(connection, decision), wrong(), most)


def _told(connection: Connection) -> Told:
    told: Told = defaultdict(dict)
    query = (
        select(notice.c.family_id, notice.c.kind, notice.c.text, func.min(notice.c.decision_id))
        .where(notice.c.kind.in_(_KINDS.values()), notice.c.decision_id.is_not(None))
        .group_by(notice.c.family_id, notice.c.kind, notice.c.text)
    )
    for family_id, kind, words, decision_id in connection.execute(query):
        said = told[family_id, kind]
        danger = words.partition(":")[0]
        said[danger] = min(decision_id, said.get(danger, decision_id))
    return told


DANGER_NOTICES = Check(
    "danger-notices",
    "Each danger that a decision shows was told, with that decision or an earlier one of its family.",
    _run,
)
