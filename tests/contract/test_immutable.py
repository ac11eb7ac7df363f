"""What must not change cannot be changed, not even past the store."""

from __future__ import annotations

import pytest

from router.store.copying import GUARDED
from router.store.interface import Store
from tests.contract import samples
from tests.contract.samples import Samples
from tests.support.places import Place, Sql

CHANGING = [
    "UPDATE event SET payload = payload",
    "UPDATE event SET kind = kind",
    "DELETE FROM event",
    "UPDATE link SET family_id = family_id",
    "DELETE FROM link",
    "UPDATE audit SET leaf = leaf",
    "DELETE FROM audit",
    "UPDATE answer SET answer = answer",
    "DELETE FROM answer",
    "UPDATE pack SET content = content",
    "DELETE FROM pack",
    *(
        f"UPDATE decision SET {column} = {column}"
        for column in (
            "decision_id",
            "family_id",
            "episode_id",
            "event_id",
            "as_of",
            "urgency",
            "outcome",
            "service",
            "board",
            "pack_digest",
            "document",
            "basis",
        )
    ),
    "DELETE FROM decision",
    *(
        f"UPDATE notice SET {column} = {column}"
        for column in (
            "sequence",
            "notice_id",
            "decision_id",
            "family_id",
            "urgency",
            "created_at",
            "act_by",
            "recipient",
            "kind",
            "level",
            "text",
        )
    ),
    "DELETE FROM notice",
    "UPDATE review SET gates = gates",
    "DELETE FROM review",
    "UPDATE review_event SET note = note",
    "DELETE FROM review_event",
    "UPDATE judgement SET verdict = verdict",
    "DELETE FROM judgement",
    "UPDATE judged SET side = side",
    "DELETE FROM judged",
    "UPDATE regrouping SET reason = reason",
    "DELETE FROM regrouping",
    "UPDATE regrouped SET link_id = link_id",
    "DELETE FROM regrouped",
    "UPDATE review_state SET review_id = review_id",
    "UPDATE review_state SET opened_at = opened_at",
    "UPDATE review_state SET desk = desk",
    "DELETE FROM review_state",
    "UPDATE pack_act SET note = note",
    "DELETE FROM pack_act",
    "UPDATE shadow SET what = what",
    "DELETE FROM shadow",
]


#: Ways to change that only one kind of database has.
OWN_WAYS = {
    "sqlite": ["INSERT OR REPLACE INTO event SELECT * FROM event"],
    "postgresql": [f"TRUNCATE {table} CASCADE" for table in ("audit", "answer", "pack", "notice", "link")],
}


def test_the_database_refuses_in_its_own_words(place: Place, store: Store, sql: Sql) -> None:
    """What goes round updates and deletions is refused too."""
    fill(store)
    for statement in OWN_WAYS[place.kind]:
        assert_refused(sql, statement)


@pytest.mark.parametrize("statement", CHANGING)
def test_the_database_refuses(store: Store, sql: Sql, statement: str) -> None:
    """The statement is refused by the database and the rows stay."""
    fill(store)
    assert_refused(sql, statement)


def fill(store: Store) -> None:
    """Put a row into each table that is guarded."""
    with store.transaction() as transaction:
        make = Samples()
        change = make.referral()
        (family_id,) = change.new_families
        change.reviews.append(samples.review(make.new(), change.events[0].event_id, family_id, family_id))
        samples.doubt(change, make)
        samples.shadowed(change, make)
        assert transaction.apply([change]) == [None]


def assert_refused(sql: Sql, statement: str) -> None:
    """Run the statement and find the rows as they were."""
    table = next(word for word in statement.split() if word in GUARDED)
    before = sql(f"SELECT * FROM {table}")
    with pytest.raises(Exception, match=f"rows of {table} are never"):
        sql(statement)
    assert sql(f"SELECT * FROM {table}") == before != []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decision SET state = 'accepted'",
        "UPDATE notice SET acknowledged_at = 1, acknowledged_by = 'nurse', escalated_at = 2",
        "UPDATE review_state SET state = 'same', closed_at = 1, claimed_by = '', family_id = family_id",
    ],
)
def test_the_database_allows(store: Store, sql: Sql, statement: str) -> None:
    """A decision's state, the fate of a notice, and how a review stands, may change."""
    fill(store)
    sql(statement)
