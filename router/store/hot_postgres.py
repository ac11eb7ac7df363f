"""The hottest statements of the PostgreSQL store, straight to the driver.

Lists go in as arrays, one statement for each table whatever the number of rows: a batch of 64 costs as many round
trips as a change alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import BigInteger, LargeBinary, Table

from router.store.applying import Step
from router.store.familyrows import EventKind, FamilyRows, ReferralVersion, StoredAnswer
from router.store.interface import ChangeConflict, StoreError
from router.store.reviewrows import HeldReview
from router.store.rows import (
    ANSWER,
    AUDIT,
    DECISION,
    DESK_ITEM,
    EPISODE,
    EVENT,
    JUDGED_NAMES,
    JUDGEMENT_NAMES,
    LEAD,
    LINK,
    MOVING,
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
    Shape,
    Values,
    gathered,
    held_reviews,
)
from router.store.tables import metadata

Driver = psycopg.Connection[Any]

#: The lock under which rows are written that readers follow by their sequence. Taken last and held to the commit, so
#: that sequences become visible in their own order and without gaps: a follower never passes a row that is committed
#: later. The database's own sequences would give no such order.
ORDER_OF_WRITING = -1

_ORDERED = frozenset((Step.NOTICE, Step.NOTICE_ACKNOWLEDGED, Step.NOTICE_ESCALATED, Step.AUDIT))


def _array_type(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, BigInteger):
        return "bigint[]"
    return "bytea[]" if isinstance(kind, LargeBinary) else "text[]"


def _given(table: Table, names: Sequence[str]) -> str:
    arrays = ", ".join(f"%b::{_array_type(table, name)}" for name in names)
    return f"unnest({arrays}) AS given ({', '.join(names)})"


def _insert_into(table: Table, names: Sequence[str]) -> str:
    listed = ", ".join(names)
    return f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {_given(table, names)}"  # noqa: S608


def _insert(shape: Shape[Any]) -> str:
    return _insert_into(shape.table, shape.written)


def _append(shape: Shape[Any]) -> str:
    """Return the insertion of rows whose sequence goes on from the last one's."""
    name, listed = shape.table.name, ", ".join(shape.written)
    arrays = ", ".join(f"%b::{_array_type(shape.table, each)}" for each in shape.written)
    return (
        f"INSERT INTO {name} (sequence, {listed}) "  # noqa: S608
        f"SELECT (SELECT coalesce(max(sequence), 0) FROM {name}) + place, {listed} "
        f"FROM unnest({arrays}) WITH ORDINALITY AS given ({listed}, place)"
    )


def _columns(shape: Shape[Any]) -> str:
    return ", ".join(f"{shape.table.name}.{name}" for name in shape.names)


_TABLES = metadata.tables
_WRITE = {
    Step.PART: f"{_insert_into(_TABLES['part'], ('digest', 'content'))} ON CONFLICT DO NOTHING",
    Step.ANSWER: _insert(ANSWER),
    Step.FAMILY: _insert_into(_TABLES["family"], ("family_id", "version")),
    Step.FAMILY_VERSION: (
        "UPDATE family SET version = version + given.times "
        "FROM unnest(%b::bigint[], %b::bigint[]) AS given (times, family_id) WHERE family.family_id = given.family_id"
    ),
    Step.PERSON: _insert(PERSON),
    Step.EPISODE: _insert(EPISODE),
    Step.EVENT: _insert(EVENT),
    Step.LINK: _insert(LINK),
    Step.BLOCKING: f"{_insert_into(_TABLES['blocking'], ('key', 'family_id'))} ON CONFLICT DO NOTHING",
    Step.DECISION: _insert(DECISION),
    Step.LEAD: (
        f"{_insert(LEAD)} ON CONFLICT (episode_id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in LEAD.written if name != "episode_id")
    ),
    Step.REVIEW_RANK: (
        "UPDATE review_state SET rank = given.rank FROM unnest(%b::bigint[], %b::bigint[]) AS given (rank, review_id) "
        "WHERE review_state.review_id = given.review_id"
    ),
    Step.DECISION_STATE: (
        "UPDATE decision SET state = given.state FROM unnest(%b::text[], %b::bigint[]) AS given (state, decision_id) "
        "WHERE decision.decision_id = given.decision_id"
    ),
    Step.DESK_ITEM: _insert(DESK_ITEM),
    Step.PACK: f"{_insert(PACK)} ON CONFLICT DO NOTHING",
    Step.PACK_ACT: _insert(PACK_ACT),
    Step.SHADOW: f"{_insert(SHADOW)} ON CONFLICT DO NOTHING",
    Step.REVIEW: _insert(REVIEW),
    Step.REVIEW_STATE: (
        f"{_insert(REVIEW_STATE)} ON CONFLICT (review_id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in MOVING)
    ),
    Step.REVIEW_EVENT: _insert(REVIEW_EVENT),
    Step.JUDGEMENT: _insert_into(_TABLES["judgement"], JUDGEMENT_NAMES),
    Step.JUDGED: _insert_into(_TABLES["judged"], JUDGED_NAMES),
    Step.REGROUPING: _insert(REGROUPING),
    Step.REGROUPED: _insert(REGROUPED),
    Step.NOTICE: _append(NOTICE),
    Step.NOTICE_ACKNOWLEDGED: (
        "UPDATE notice SET acknowledged_at = coalesce(notice.acknowledged_at, given.at), "
        "acknowledged_by = CASE WHEN notice.acknowledged_at IS NULL THEN given.by ELSE notice.acknowledged_by END "
        "FROM unnest(%b::bigint[], %b::text[], %b::bigint[]) AS given (at, by, notice_id) "
        "WHERE notice.notice_id = given.notice_id"
    ),
    Step.NOTICE_ESCALATED: (
        "UPDATE notice SET escalated_at = coalesce(notice.escalated_at, given.at) "
        "FROM unnest(%b::bigint[], %b::bigint[]) AS given (at, notice_id) WHERE notice.notice_id = given.notice_id"
    ),
    Step.AUDIT: _append(AUDIT),
}

_ANSWERS = "SELECT request_id, method, request_digest, answer FROM answer WHERE request_id = ANY(%b::text[])"

# Of each key one family too many is read at most, however many share the key.
_FAMILIES_OF_KEYS = """
    SELECT given.key, found.family_id
    FROM unnest(%b::bigint[]) AS given (key)
    CROSS JOIN LATERAL (
        SELECT family_id FROM blocking WHERE blocking.key = given.key ORDER BY family_id LIMIT %b::bigint
    ) AS found
    ORDER BY given.key, found.family_id
"""

# The kind stands in the words of the query, or the partial index of its kind would not be used.
_OF_SOURCES = """
    SELECT event.source_system, event.source_reference, event.event_id, event.source_version, event.digest,
        coalesce(placed.family_id, 0), coalesce(placed.episode_id, 0)
    FROM unnest(%b::text[], %b::text[]) AS given (source_system, source_reference)
    JOIN event ON event.kind = '{kind}'
        AND event.source_system = given.source_system AND event.source_reference = given.source_reference
    LEFT JOIN LATERAL (
        SELECT family_id, episode_id FROM link WHERE link.event_id = event.event_id ORDER BY sequence DESC LIMIT 1
    ) AS placed ON true
    ORDER BY event.source_version
"""
_VERSIONS_OF = {kind: _OF_SOURCES.format(kind=kind.value) for kind in (EventKind.REFERRAL, EventKind.REGISTERED)}

_MINE = "= ANY(%b::bigint[])"
_VERSIONS = f"SELECT family_id, version FROM family WHERE family_id {_MINE} ORDER BY family_id"  # noqa: S608
_PERSONS = f"SELECT {_columns(PERSON)} FROM person WHERE family_id {_MINE} ORDER BY person_id"  # noqa: S608
_EPISODES = f"SELECT {_columns(EPISODE)} FROM episode WHERE family_id {_MINE} ORDER BY episode_id"  # noqa: S608
_LEADS = f"""
    SELECT episode.family_id, {_columns(LEAD)}
    FROM episode JOIN lead ON lead.episode_id = episode.episode_id
    WHERE episode.family_id {_MINE} ORDER BY lead.episode_id
"""  # noqa: S608
_EVENTS = f"""
    SELECT {_columns(LINK)}, {_columns(EVENT)}
    FROM link JOIN event ON event.event_id = link.event_id
    WHERE link.family_id {_MINE} AND NOT EXISTS (
        SELECT 1 FROM link AS later WHERE later.event_id = link.event_id AND later.sequence > link.sequence)
    ORDER BY event.event_id
"""  # noqa: S608
# Each side by its own index.
_OPEN_REVIEWS = f"""
    SELECT review_state.family_id, {_columns(REVIEW)}, {_columns(REVIEW_STATE)}
    FROM review_state JOIN review ON review.review_id = review_state.review_id
    WHERE review_state.closed_at IS NULL AND review_state.family_id {_MINE}
    UNION ALL
    SELECT review_state.other_family_id, {_columns(REVIEW)}, {_columns(REVIEW_STATE)}
    FROM review_state JOIN review ON review.review_id = review_state.review_id
    WHERE review_state.closed_at IS NULL AND review_state.other_family_id {_MINE}
"""  # noqa: S608
_FAMILIES_OF_DECISIONS = f"SELECT DISTINCT family_id FROM decision WHERE decision_id {_MINE}"  # noqa: S608
_LOCK = "SELECT pg_advisory_xact_lock(key) FROM unnest(%b::bigint[]) AS given (key)"
_KNOWN_PARTS = "SELECT digest FROM part WHERE digest = ANY(%b::bytea[])"


def lock(driver: Driver, keys: Iterable[int]) -> None:
    """Take the locks of these keys until the transaction ends, in rising order, waiting for whoever holds one."""
    ordered = sorted(set(keys))
    if ordered:
        driver.execute(_LOCK, (ordered,))


def _rows(driver: Driver, query: str, given: Sequence[Any]) -> list[Any]:
    # Binary, since documents would come as text of twice their length.
    return driver.execute(query, given, binary=True).fetchall()


def answers(driver: Driver, request_ids: Collection[str]) -> dict[str, StoredAnswer]:
    """Return the answers already given, by request id, as they are kept."""
    found = _rows(driver, _ANSWERS, (list(request_ids),))
    return {request_id: StoredAnswer(*rest) for request_id, *rest in found}


def families_of_keys(driver: Driver, keys: Collection[int], most: int) -> dict[int, tuple[int, ...]]:
    """Return the families of each key, rising; a key with more than ``most`` families, or none, is left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for key, family_id in _rows(driver, _FAMILIES_OF_KEYS, (sorted(set(keys)), most + 1)):
        found[key].append(family_id)
    return {key: tuple(family_ids) for key, family_ids in found.items() if len(family_ids) <= most}


def referral_versions(
    driver: Driver, references: Collection[tuple[str, str]], kind: EventKind
) -> dict[tuple[str, str], tuple[ReferralVersion, ...]]:
    """Return every version of what is named by (source system, source reference), lowest first."""
    asked = sorted(set(references))
    given = ([system for system, _ in asked], [reference for _, reference in asked])
    found: dict[tuple[str, str], list[ReferralVersion]] = defaultdict(list)
    for system, reference, *rest in _rows(driver, _VERSIONS_OF[kind], given):
        found[system, reference].append(ReferralVersion(*rest))
    return {reference: tuple(versions) for reference, versions in found.items()}


def family_versions(driver: Driver, family_ids: Collection[int], *, hold: bool = False) -> dict[int, int]:
    """Return the current version of the families, by id; with ``hold``, nobody else changes them until the commit."""
    # Not FOR UPDATE, for which every new row that refers to the family would have to wait.
    query = f"{_VERSIONS} FOR NO KEY UPDATE" if hold else _VERSIONS
    return dict(_rows(driver, query, (list(family_ids),)))


def hold_families_of(driver: Driver, decision_ids: Collection[int]) -> None:
    """Let nobody else change the families of these decisions until the commit."""
    found = _rows(driver, _FAMILIES_OF_DECISIONS, (list(decision_ids),))
    family_versions(driver, [family_id for (family_id,) in found], hold=True)


def families(driver: Driver, family_ids: Collection[int], *, hold: bool = False) -> dict[int, FamilyRows]:
    """Return everything held of the families, by id; an unknown id is left out. ``hold`` as for the versions."""
    versions = family_versions(driver, family_ids, hold=hold)
    given = (list(versions),)
    if not versions:
        return {}
    persons, episodes, leads, events = (_rows(driver, query, given) for query in (_PERSONS, _EPISODES, _LEADS, _EVENTS))
    return gathered(versions, persons, episodes, leads, events)


def open_reviews(driver: Driver, family_ids: Collection[int]) -> dict[int, tuple[HeldReview, ...]]:
    """Return the open reviews of each family, in order of id; a family in none is left out."""
    given = list(family_ids)
    return held_reviews(_rows(driver, _OPEN_REVIEWS, (given, given)))


class DriverWriter:
    """Writes changes on a driver connection whose write transaction is open.

    ``known`` holds digests of parts that are stored: they are not sent again. ``met`` are those that this transaction
    wrote or found, which are known once it has committed.
    """

    def __init__(self, driver: Driver, known: Collection[bytes]) -> None:
        self._driver = driver
        self._known = known
        self._in_order = False
        self.met: set[bytes] = set()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Open a block that leaves nothing behind when an exception ends it."""
        self._driver.execute("SAVEPOINT change")
        held = self._in_order
        try:
            yield
        except BaseException:
            if not self._driver.closed:
                self._driver.execute("ROLLBACK TO change")
                self._driver.execute("RELEASE change")
            # A lock taken inside the block went with it.
            self._in_order = held
            self.met.clear()
            raise
        self._driver.execute("RELEASE change")

    def write(self, step: Step, many: Sequence[Values]) -> int:
        """Run the step for many rows and return how many it wrote; a row that is not unique raises ChangeConflict."""
        if step is Step.PART:
            many = self._unknown_parts(many)
            if not many:
                return 0
        if step in _ORDERED and not self._in_order:
            lock(self._driver, (ORDER_OF_WRITING,))
            self._in_order = True
        try:
            return self._driver.execute(_WRITE[step], [list(column) for column in zip(*many, strict=True)]).rowcount
        except errors.UniqueViolation:
            raise ChangeConflict(step.table) from None
        except (psycopg.IntegrityError, psycopg.DataError) as fault:
            # The server's own words may hold a row's content; the name of the fault may not.
            raise StoreError(f"rows of {step.table} could not be written: {type(fault).__name__}") from None

    def _unknown_parts(self, many: Sequence[Values]) -> list[Values]:
        new = [row for row in many if row[0] not in self._known and row[0] not in self.met]
        if new:
            stored = {digest for (digest,) in _rows(self._driver, _KNOWN_PARTS, ([row[0] for row in new],))}
            self.met.update(row[0] for row in new)
            new = [row for row in new if row[0] not in stored]
        return new
