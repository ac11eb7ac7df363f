"""Checks that the dangers which stored decisions show were told: what only the decisions themselves can say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from router.routing.decision import NoticeKind
from router.store import bulk, parts
from router.store.checking import Check, Found, counted
from router.store.tables import decision, notice, regrouping, review
from router.v1 import decision_pb2 as pb

_KINDS = {
    pb.SAFETY_KIND_SAFEGUARDING: NoticeKind.SAFEGUARDING.value,
    pb.SAFETY_KIND_RED_FLAG: NoticeKind.RED_FLAG.value,
}

#: For each family and kind, what was told of danger, in its own words, with the decision that first told it.
Told = dict[tuple[int, str], dict[str, int]]


def _run(connection: Connection, most: int) -> Found:
    told = _told(connection)
    near = _near(connection)

    def wrong() -> Iterator[str]:
        columns = [decision.c.decision_id, decision.c.family_id, decision.c.document]
        for decision_id, family_id, document in bulk.stream(connection, decision, columns):
            shown: dict[str, set[str]] = defaultdict(set)
            for finding in pb.Decision.FromString(parts.head(document)).safety:
                shown[_KINDS[finding.kind]].add(finding.trigger)
            families = near.get(family_id, {family_id})
            for kind, triggers in shown.items():
                words = {said for one in families for said, first in told[one, kind].items() if first <= decision_id}
                # By number: the words for a danger may change between releases, and the triggers are not in notices.
                if len(words) < len(triggers):
                    yield f"decision {decision_id}"
                    break

    return counted(bulk.count(connection, decision), wrong(), most)


def _near(connection: Connection) -> dict[int, set[int]]:
    """Return, for each family that people were asked about or that was regrouped, the families joined to it by that.

    Danger is judged over a family that this may be, too, and what was told of a family goes with its events.
    """
    near: dict[int, set[int]] = {}
    for table, other in ((review, review.c.possible_family_id), (regrouping, regrouping.c.other_family_id)):
        for pair in connection.execute(select(table.c.family_id, other)):
            together = set().union(*(near.get(one, {one}) for one in pair))
            near.update(dict.fromkeys(together, together))
    return near


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
