"""The reads that are the same for every store, in SQLAlchemy Core on one connection with one open snapshot.

A store adds its own ``answers``, ``families_of_keys`` and ``families``, which are the hottest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select, tuple_

from router.store import parts
from router.store.familyrows import (
    AuditRow,
    DecisionFilter,
    DecisionRow,
    DeskItemRow,
    EventKind,
    EventRow,
    NoticeRow,
    ReferralVersion,
)
from router.store.packrows import PackActRow, ShadowCount
from router.store.reviewrows import HeldReview, JudgementRow, MovedLink, RegroupingRow, ReviewEventRow, ReviewFilter
from router.store.rows import (
    AUDIT,
    DECISION,
    DESK_ITEM,
    EVENT,
    JUDGED_NAMES,
    JUDGEMENT_NAMES,
    LINK,
    NOTICE,
    PACK_ACT,
    REGROUPING,
    REVIEW,
    REVIEW_EVENT,
    REVIEW_STATE,
    Shape,
    held_review,
    judgements_of,
)
from router.store.tables import (
    RECORD,
    audit,
    decision,
    desk_item,
    event,
    family,
    judged,
    judgement,
    link,
    notice,
    pack,
    pack_act,
    part,
    regrouped,
    regrouping,
    review,
    review_event,
    review_state,
    shadow,
    suspect,
)

Row = TypeVar("Row")

#: As many parts at once as every database takes parameters.
_MOST_PARTS = 500

_REVIEWS = select(*REVIEW.columns, *REVIEW_STATE.columns).join_from(
    review_state, review, review.c.review_id == review_state.c.review_id
)


class CoreReader:
    """Reads from one connection. Not to be shared by threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """Return the connection, for what looks at the tables past the interface: see ``router.store.past``."""
        return self._connection

    def family_versions(self, family_ids: Collection[int]) -> dict[int, int]:
        """Return the current version of the families, by id; an unknown id is left out."""
        found = self._all(select(family.c.family_id, family.c.version).where(family.c.family_id.in_(family_ids)))
        return {family_id: version for family_id, version in found}  # noqa: C416 - rows are not pairs to dict()

    def referral_versions(
        self, references: Collection[tuple[str, str]], *, kind: EventKind = EventKind.REFERRAL
    ) -> dict[tuple[str, str], tuple[ReferralVersion, ...]]:
        """Return every version of what is named by (source system, source reference), lowest first."""
        if not references:
            return {}
        written_last = link.alias()
        latest = select(func.max(written_last.c.sequence)).where(written_last.c.event_id == event.c.event_id)
        query = (
            select(
                event.c.source_system,
                event.c.source_reference,
                event.c.event_id,
                event.c.source_version,
                event.c.digest,
                func.coalesce(link.c.family_id, 0),
                func.coalesce(link.c.episode_id, 0),
            )
            .join_from(event, link, link.c.sequence == latest.scalar_subquery(), isouter=True)
            # In the words of the partial index, or it would not be used.
            .where(event.c.kind == literal_column(f"'{kind.value}'"))
            .where(tuple_(event.c.source_system, event.c.source_reference).in_(list(references)))
            .order_by(event.c.source_version)
        )
        found: dict[tuple[str, str], list[ReferralVersion]] = defaultdict(list)
        for system, reference, *rest in self._all(query):
            found[system, reference].append(ReferralVersion(*rest))
        return {reference: tuple(versions) for reference, versions in found.items()}

    def decisions_by_id(self, decision_ids: Collection[int]) -> dict[int, DecisionRow]:
        """Return decisions by id."""
        rows = self._decisions(select(*DECISION.columns).where(decision.c.decision_id.in_(decision_ids)))
        return {row.decision_id: row for row in rows}

    def list_decisions(self, only: DecisionFilter) -> tuple[DecisionRow, ...]:
        """Return decisions, newest first (by decision id, falling)."""
        query = select(*DECISION.columns).order_by(decision.c.decision_id.desc()).limit(only.limit)
        if only.family_id is not None:
            query = query.where(decision.c.family_id == only.family_id)
        if only.service:
            query = query.where(decision.c.service == only.service)
        if only.board:
            query = query.where(decision.c.board == only.board)
        if only.as_of_from is not None:
            query = query.where(decision.c.as_of >= only.as_of_from)
        if only.as_of_until is not None:
            query = query.where(decision.c.as_of < only.as_of_until)
        if only.before_id is not None:
            query = query.where(decision.c.decision_id < only.before_id)
        return self._decisions(query)

    def notices_by_id(self, notice_ids: Collection[int]) -> dict[int, NoticeRow]:
        """Return notices by id."""
        rows = self._rows(NOTICE, select(*NOTICE.columns).where(notice.c.notice_id.in_(notice_ids)))
        return {row.notice_id: row for row in rows}

    def list_notices(self, recipient: str, *, after: int, limit: int) -> tuple[NoticeRow, ...]:
        """Return the recipient's notices with a sequence above ``after``, rising."""
        query = select(*NOTICE.columns).where(notice.c.recipient == recipient, notice.c.sequence > after)
        return self._rows(NOTICE, query.order_by(notice.c.sequence).limit(limit))

    def overdue_notices(self, now: int, *, limit: int) -> tuple[NoticeRow, ...]:
        """Return notices whose ``act_by`` is ``now`` or before, neither acknowledged nor escalated, oldest first."""
        query = select(*NOTICE.columns).where(
            notice.c.act_by <= now, notice.c.acknowledged_at.is_(None), notice.c.escalated_at.is_(None)
        )
        return self._rows(NOTICE, query.order_by(notice.c.act_by, notice.c.sequence).limit(limit))

    def list_desk_items(self, desk: str, *, limit: int) -> tuple[DeskItemRow, ...]:
        """Return a desk's items, those with danger first, then oldest first."""
        # In the words of the index, so that it gives the order.
        calm: ColumnElement[bool] = literal_column("(danger = '')")
        query = select(*DESK_ITEM.columns).where(desk_item.c.desk == desk)
        query = query.order_by(calm, desk_item.c.created_at, desk_item.c.desk_item_id)
        return self._rows(DESK_ITEM, query.limit(limit))

    def reviews_by_id(self, review_ids: Collection[int]) -> dict[int, HeldReview]:
        """Return reviews by id."""
        found = self._reviews(_REVIEWS.where(review_state.c.review_id.in_(review_ids)))
        return {one.row.review_id: one for one in found}

    def list_reviews(self, only: ReviewFilter) -> tuple[HeldReview, ...]:
        """Return open reviews, the most pressing first, then the oldest."""
        place = (review_state.c.rank, review_state.c.opened_at, review_state.c.review_id)
        query = _REVIEWS.where(review_state.c.closed_at.is_(None))
        if only.desk:
            query = query.where(review_state.c.desk == only.desk)
        if only.after is not None:
            query = query.where(tuple_(*place) > tuple_(*only.after))
        return self._reviews(query.order_by(*place).limit(only.limit))

    def review_events(self, review_ids: Collection[int]) -> tuple[ReviewEventRow, ...]:
        """Return what was done about reviews, in order of writing."""
        query = select(*REVIEW_EVENT.columns).where(review_event.c.review_id.in_(review_ids))
        return self._rows(REVIEW_EVENT, query.order_by(review_event.c.sequence))

    def judgements(self, event_ids: Collection[int]) -> tuple[JudgementRow, ...]:
        """Return every judgement that names one of the events, in order of writing."""
        about = judged.alias()
        ids = select(judged.c.judgement_id).where(judged.c.event_id.in_(event_ids)).distinct()
        named = {judgement_id for (judgement_id,) in self._all(ids)}
        if not named:
            return ()
        said = select(judgement.c.sequence, *(judgement.c[name] for name in JUDGEMENT_NAMES))
        sides = select(*(about.c[name] for name in JUDGED_NAMES)).where(about.c.judgement_id.in_(named))
        said = said.where(judgement.c.judgement_id.in_(named)).order_by(judgement.c.sequence)
        return judgements_of(self._all(said), self._all(sides))

    def regroupings(self, family_ids: Collection[int]) -> tuple[RegroupingRow, ...]:
        """Return every regrouping from or to one of the families, in order of id."""
        either = (regrouping.c.family_id, regrouping.c.other_family_id)
        found = {
            row.regrouping_id: row
            for side in either
            for row in self._rows(REGROUPING, select(*REGROUPING.columns).where(side.in_(family_ids)))
        }
        return tuple(found[one] for one in sorted(found))

    def regroupings_by_id(self, regrouping_ids: Collection[int]) -> dict[int, RegroupingRow]:
        """Return regroupings by id."""
        query = select(*REGROUPING.columns).where(regrouping.c.regrouping_id.in_(regrouping_ids))
        return {row.regrouping_id: row for row in self._rows(REGROUPING, query)}

    def moved_links(self, regrouping_id: int) -> tuple[MovedLink, ...]:
        """Return the links that a regrouping made, in order of event id."""
        made, earlier = link.alias(), link.alias()
        query = (
            select(*(made.c[name] for name in LINK.names), *(earlier.c[name] for name in LINK.names))
            .select_from(regrouped)
            .join(made, made.c.link_id == regrouped.c.link_id)
            .outerjoin(earlier, earlier.c.link_id == regrouped.c.earlier_link_id)
            .where(regrouped.c.regrouping_id == regrouping_id)
            .order_by(made.c.event_id, made.c.link_id)
        )
        split = len(LINK.names)
        return tuple(
            MovedLink(LINK.row(both[:split]), LINK.row(both[split:]) if both[split] is not None else None)
            for both in self._all(query)
        )

    def list_audit(self, *, after: int, limit: int) -> tuple[AuditRow, ...]:
        """Return audit rows with a sequence above ``after``, rising."""
        query = select(*AUDIT.columns).where(audit.c.sequence > after).order_by(audit.c.sequence).limit(limit)
        return self._rows(AUDIT, query)

    def events_by_id(self, event_ids: Collection[int]) -> dict[int, EventRow]:
        """Return events by id."""
        rows = self._rows(EVENT, select(*EVENT.columns).where(event.c.event_id.in_(event_ids)))
        return {row.event_id: row for row in rows}

    def pack(self, digest: str) -> bytes | None:
        """Return the stored rule pack of this digest, or None."""
        return self._connection.execute(select(pack.c.content).where(pack.c.digest == digest)).scalar_one_or_none()

    def pack_acts(self) -> tuple[PackActRow, ...]:
        """Return everything that was done about packs, in order of writing."""
        return self._rows(PACK_ACT, select(*PACK_ACT.columns).order_by(pack_act.c.sequence))

    def last_pack_act(self) -> int:
        """Return the sequence of the last such act, 0 for none."""
        return self._connection.execute(select(func.max(pack_act.c.sequence))).scalar_one() or 0

    def shadow_counts(self, act_id: int) -> tuple[ShadowCount, ...]:
        """Return what a shadow found, the most frequent first, then by name."""
        how = (shadow.c.what, shadow.c.from_lead, shadow.c.to_lead)
        query = select(*how, func.count()).where(shadow.c.act_id == act_id).group_by(*how)
        # In Python, since databases order texts each in its own way.
        found = (ShadowCount(*values) for values in self._all(query))
        return tuple(sorted(found, key=lambda one: (-one.count, one.what, one.from_lead, one.to_lead)))

    def count_decisions(self, *, as_of_from: int, as_of_until: int) -> int:
        """Return how many decisions were made from the first moment on and before the second."""
        made = select(func.count()).where(decision.c.as_of >= as_of_from, decision.c.as_of < as_of_until)
        return int(self._connection.execute(made).scalar_one())

    def suspects(self) -> dict[bytes, int]:
        """Return every suspect with the deaths counted."""
        return {digest: deaths for digest, deaths in self._all(select(suspect.c.digest, suspect.c.deaths))}  # noqa: C416

    def counts(self) -> dict[str, int]:
        """Return how many rows each table of the record holds, by table name."""
        found = self._all(select(*(select(func.count()).select_from(table).scalar_subquery() for table in RECORD)))
        return dict(zip((table.name for table in RECORD), found[0], strict=True))

    def _reviews(self, query: Select[Any]) -> tuple[HeldReview, ...]:
        return tuple(held_review(values) for values in self._all(query))

    def _decisions(self, query: Select[Any]) -> tuple[DecisionRow, ...]:
        rows = self._rows(DECISION, query)
        wholes = self._wholes([row.document for row in rows])
        return tuple(replace(row, document=whole) for row, whole in zip(rows, wholes, strict=True))

    def _wholes(self, kept: Sequence[bytes]) -> list[bytes]:
        """Put answers or documents together from how they are kept."""
        digests = list({digest for content in kept for digest in parts.digests_in(content)})
        found: dict[bytes, bytes] = {}
        for start in range(0, len(digests), _MOST_PARTS):
            query = select(part.c.digest, part.c.content).where(part.c.digest.in_(digests[start : start + _MOST_PARTS]))
            found.update((digest, content) for digest, content in self._all(query))
        return [parts.whole(content, found) for content in kept]

    def _all(self, query: Select[Any]) -> Sequence[Any]:
        return self._connection.execute(query).all()

    def _rows(self, shape: Shape[Row], query: Select[Any]) -> tuple[Row, ...]:
        return tuple(shape.row(values) for values in self._connection.execute(query))
