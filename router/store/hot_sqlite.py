"""The hottest statements of the SQLite store, straight to the driver.

Measured on this schema without the disk, a batch of 64 costs 79 microseconds a change here and 147 through SQLAlchemy
Core, a change alone 170 and 646; the reads of a batch of 64 cost 50 and 152 (answers), 963 and 1,507 (families), 1,105
and 1,353 (keys). Lists go in as one JSON text, so that a statement is prepared once whatever their length, and rows go
in many to a statement: the interpreter's lock is given up once for each statement, and under a flood of calls every
time that the batch gives it up, a call takes it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from sqlcipher3 import dbapi2

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


class Driver(Protocol):
    """What is used of the driver's connection."""

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""

    def execute(self, sql: str, parameters: Sequence[Any] = ...) -> Any:
        """Run a statement and return its cursor."""

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> Any:
        """Run a statement for many rows and return its cursor."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement for one row or for many: what stands before the rows, one row, and what stands behind them."""

    before: str
    row: str
    behind: str = ""

    @cache  # noqa: B019 - as many statements as there are steps, which live as long as the process
    def text(self, rows: int) -> str:
        """Return the statement for so many rows."""
        return f"{self.before} {', '.join([self.row] * rows)} {self.behind}"


def _insert(table: str, names: Sequence[str], behind: str = "") -> _Statement:
    return _Statement(f"INSERT INTO {table} ({', '.join(names)}) VALUES", _row(len(names)), behind)


def _into(shape: Shape[Any], behind: str = "") -> _Statement:
    return _insert(shape.table.name, shape.written, behind)


def _update(table: str, assignments: str, key: str, width: int) -> _Statement:
    """Return an update by rows of ``width`` values, ``given.column1`` and so on, the last of which is the key's."""
    # One comparison with the primary key, so that each row is found by it.
    before = f"UPDATE {table} SET {assignments} FROM (VALUES"  # noqa: S608
    return _Statement(before, _row(width), f") AS given WHERE {key} = given.column{width}")


def _row(width: int) -> str:
    return f"({', '.join('?' * width)})"


def _list(names: Sequence[str], table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


_IF_NEW = "ON CONFLICT DO NOTHING"

_WRITE = {
    Step.PART: _insert("part", ("digest", "content"), _IF_NEW),
    Step.ANSWER: _into(ANSWER),
    Step.FAMILY: _insert("family", ("family_id", "version")),
    Step.PERSON: _into(PERSON),
    Step.EPISODE: _into(EPISODE),
    Step.EVENT: _into(EVENT),
    Step.LINK: _into(LINK),
    Step.BLOCKING: _insert("blocking", ("key", "family_id"), _IF_NEW),
    Step.DECISION: _into(DECISION),
    Step.LEAD: _into(
        LEAD,
        "ON CONFLICT (episode_id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in LEAD.written if name != "episode_id"),
    ),
    Step.NOTICE: _into(NOTICE),
    Step.DESK_ITEM: _into(DESK_ITEM),
    Step.REVIEW: _into(REVIEW),
    Step.REVIEW_STATE: _into(
        REVIEW_STATE,
        "ON CONFLICT (review_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in MOVING),
    ),
    Step.REVIEW_EVENT: _into(REVIEW_EVENT),
    Step.JUDGEMENT: _insert("judgement", JUDGEMENT_NAMES),
    Step.JUDGED: _insert("judged", JUDGED_NAMES),
    Step.REGROUPING: _into(REGROUPING),
    Step.REGROUPED: _into(REGROUPED),
    Step.PACK: _into(PACK, _IF_NEW),
    Step.PACK_ACT: _into(PACK_ACT),
    Step.SHADOW: _into(SHADOW, _IF_NEW),
    Step.AUDIT: _into(AUDIT),
    Step.FAMILY_VERSION: _update("family", "version = version + given.column1", "family_id", 2),
    Step.REVIEW_RANK: _update("review_state", "rank = given.column1", "review_id", 2),
    Step.DECISION_STATE: _update("decision", "state = given.column1", "decision_id", 2),
    Step.NOTICE_ACKNOWLEDGED: _update(
        "notice",
        "acknowledged_at = coalesce(acknowledged_at, given.column1), "
        "acknowledged_by = iif(acknowledged_at IS NULL, given.column2, acknowledged_by)",
        "notice_id",
        3,
    ),
    Step.NOTICE_ESCALATED: _update("notice", "escalated_at = coalesce(escalated_at, given.column1)", "notice_id", 2),
}

#: Rows of one statement, the most first. Few sizes, so that few statements are prepared.
_SIZES = (64, 8, 1)

_GIVEN = "(SELECT value FROM json_each(?))"

_ANSWERS = f"SELECT request_id, method, request_digest, answer FROM answer WHERE request_id IN {_GIVEN}"  # noqa: S608

# The probe for one family too many reads at most that many index entries, however many families share the key.
_FAMILIES_OF_KEYS = """
    SELECT blocking.key, blocking.family_id
    FROM json_each(?) AS given JOIN blocking ON blocking.key = given.value
    WHERE NOT EXISTS (SELECT 1 FROM blocking AS more WHERE more.key = given.value LIMIT 1 OFFSET ?)
    ORDER BY blocking.key, blocking.family_id
"""

# The kind stands in the words of the query, or the partial index of its kind would not be used.
_OF_SOURCES = """
    SELECT event.source_system, event.source_reference, event.event_id, event.source_version, event.digest,
        coalesce(link.family_id, 0), coalesce(link.episode_id, 0)
    FROM json_each(?) AS given
    JOIN event ON event.kind = '{kind}'
        AND event.source_system = given.value ->> 0 AND event.source_reference = given.value ->> 1
    LEFT JOIN link ON link.sequence = (
        SELECT max(later.sequence) FROM link AS later WHERE later.event_id = event.event_id)
    ORDER BY event.source_version
"""
_VERSIONS_OF = {kind: _OF_SOURCES.format(kind=kind.value) for kind in (EventKind.REFERRAL, EventKind.REGISTERED)}

_VERSIONS = f"SELECT family_id, version FROM family WHERE family_id IN {_GIVEN}"  # noqa: S608
_PERSONS = f"SELECT {_list(PERSON.names, 'person')} FROM person WHERE family_id IN {_GIVEN} ORDER BY person_id"  # noqa: S608
_EPISODES = f"SELECT {_list(EPISODE.names, 'episode')} FROM episode WHERE family_id IN {_GIVEN} ORDER BY episode_id"  # noqa: S608
_LEADS = f"""
    SELECT episode.family_id, {_list(LEAD.names, "lead")}
    FROM episode JOIN lead ON lead.episode_id = episode.episode_id
    WHERE episode.family_id IN {_GIVEN} ORDER BY lead.episode_id
"""  # noqa: S608
_EVENTS = f"""
    SELECT {_list(LINK.names, "link")}, {_list(EVENT.names, "event")}
    FROM link JOIN event ON event.event_id = link.event_id
    WHERE link.family_id IN {_GIVEN} AND NOT EXISTS (
        SELECT 1 FROM link AS later WHERE later.event_id = link.event_id AND later.sequence > link.sequence)
    ORDER BY event.event_id
"""  # noqa: S608

# Each side by its own index: asked for both at once, the planner may take neither.
_OPEN_REVIEWS = f"""
    SELECT review_state.family_id, {_list(REVIEW.names, "review")}, {_list(REVIEW_STATE.names, "review_state")}
    FROM review_state JOIN review ON review.review_id = review_state.review_id
    WHERE review_state.closed_at IS NULL AND review_state.family_id IN {_GIVEN}
    UNION ALL
    SELECT review_state.other_family_id, {_list(REVIEW.names, "review")}, {_list(REVIEW_STATE.names, "review_state")}
    FROM review_state JOIN review ON review.review_id = review_state.review_id
    WHERE review_state.closed_at IS NULL AND review_state.other_family_id IN {_GIVEN}
"""  # noqa: S608


def answers(driver: Driver, request_ids: Collection[str]) -> dict[str, StoredAnswer]:
    """Return the answers already given, by request id, as they are kept."""
    found = driver.execute(_ANSWERS, (json.dumps(list(request_ids)),))
    return {request_id: StoredAnswer(*rest) for request_id, *rest in found}


def families_of_keys(driver: Driver, keys: Collection[int], most: int) -> dict[int, tuple[int, ...]]:
    """Return the families of each key, rising; a key with more than ``most`` families, or none, is left out."""
    found: dict[int, list[int]] = defaultdict(list)
    # A set, since a key asked for twice would be answered twice; in the order of the index, for its pages' sake.
    for key, family_id in driver.execute(_FAMILIES_OF_KEYS, (json.dumps(sorted(set(keys))), most)):
        found[key].append(family_id)
    return {key: tuple(family_ids) for key, family_ids in found.items()}


def referral_versions(
    driver: Driver, references: Collection[tuple[str, str]], kind: EventKind
) -> dict[tuple[str, str], tuple[ReferralVersion, ...]]:
    """Return every version of what is named by (source system, source reference), lowest first."""
    found: dict[tuple[str, str], list[ReferralVersion]] = defaultdict(list)
    for system, reference, *rest in driver.execute(_VERSIONS_OF[kind], (json.dumps(sorted(set(references))),)):
        found[system, reference].append(ReferralVersion(*rest))
    return {reference: tuple(versions) for reference, versions in found.items()}


def families(driver: Driver, family_ids: Collection[int]) -> dict[int, FamilyRows]:
    """Return everything held of the families, by id; an unknown id is left out."""
    given = (json.dumps(list(family_ids)),)
    versions = dict(driver.execute(_VERSIONS, given).fetchall())
    persons, episodes, leads, events = (
        driver.execute(query, given) for query in (_PERSONS, _EPISODES, _LEADS, _EVENTS)
    )
    return gathered(versions, persons, episodes, leads, events)


def open_reviews(driver: Driver, family_ids: Collection[int]) -> dict[int, tuple[HeldReview, ...]]:
    """Return the open reviews of each family, in order of id; a family in none is left out."""
    given = json.dumps(list(family_ids))
    return held_reviews(driver.execute(_OPEN_REVIEWS, (given, given)))


def suspects(driver: Driver) -> dict[bytes, int]:
    """Return every suspect with the deaths counted."""
    return dict(driver.execute("SELECT digest, deaths FROM suspect").fetchall())


class DriverWriter:
    """Writes changes on a driver connection whose write transaction is open."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Open a block that leaves nothing behind when an exception ends it."""
        self._driver.execute("SAVEPOINT change")
        try:
            yield
        except BaseException:
            # A full disk, for one, has already ended the whole transaction: there is no savepoint to go back to.
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK TO change")
                self._driver.execute("RELEASE change")
            raise
        self._driver.execute("RELEASE change")

    def write(self, step: Step, many: Sequence[Values]) -> int:
        """Run the step for many rows and return how many it wrote; a row that is not unique raises ChangeConflict."""
        statement, written, start = _WRITE[step], 0, 0
        try:
            for size in _SIZES:
                while len(many) - start >= size:
                    values = [value for row in many[start : start + size] for value in row]
                    written += self._driver.execute(statement.text(size), values).rowcount
                    start += size
        except dbapi2.Error as fault:
            # The driver gives no finer code than "constraint": only its words tell a repeated row from a missing one.
            if str(fault).startswith("UNIQUE constraint failed"):
                raise ChangeConflict(step.table) from None
            raise StoreError(f"rows of {step.table} could not be written: {fault}") from fault
        return written
