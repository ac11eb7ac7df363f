"""A store of real decisions passes every check, and each check notices what it is there for, and only that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from router.service.core import Core
from router.service.promised import DANGER_NOTICES
from router.store.checking import CHECKS, Result, check_store
from router.store.familyrows import DecisionFilter
from router.store.interface import Change
from router.store.packrows import PackActKind, ShadowRow
from tests.support.history import play, routing
from tests.support.keeping import Keeper
from tests.support.places import STORES, Place
from tests.support.registers import record, register
from tests.support.requests import submit
from tests.support.reviewing import decide, perhaps
from tests.support.rules import changed

EVERY = (*CHECKS, DANGER_NOTICES)


@pytest.fixture(scope="module", params=STORES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return where a store of real decisions lies, of each kind."""
    made = Place.of(request.param, tmp_path_factory.mktemp("checked"))
    with routing(made.open(), made.key_file) as (stub, core):
        play(stub, core)
        register(core, record(77))
        reviewed(SimpleNamespace(core=core, now=core.now()), stub)
        shadowed(Keeper(SimpleNamespace(core=core)), core)
    return made


def shadowed(keeper: Keeper, core: Core) -> None:
    """Bring a pack into force that ran in shadow before, over one decision."""
    pack = keeper.propose(changed())
    keeper.approve_all(pack)
    keeper.shadow(pack)
    with core.store.transaction() as transaction:
        started = next(one for one in transaction.pack_acts() if one.kind is PackActKind.SHADOW_STARTED)
        (row,) = transaction.list_decisions(DecisionFilter(limit=1))
        found = ShadowRow(started.act_id, row.decision_id, 5, "", row.service, row.service)
        assert transaction.apply([Change(shadows=[found])]) == [None]
    keeper.activate(pack)


def reviewed(running: Any, stub: Any) -> None:
    """Answer one review with "same" and one with "different"; the history's own stays open."""
    for number, same in ((4, True), (6, False)):
        asked = stub.SubmitReferral(submit(perhaps(number))).decision.match.review_id
        assert decide(running, asked, same=same).consequences.decisions


def results(place: Place, most: int = 10) -> list[Result]:
    """Check a store."""
    store = place.open(create=False)
    try:
        return list(check_store(store, EVERY, most=most))
    finally:
        store.close()


def wrong(place: Place) -> dict[str, tuple[str, ...]]:
    """Return the checks that found something, with what they named."""
    return {one.check.name: one.found.examples for one in results(place) if one.found.wrong}


@contextmanager
def tampered(place: Place, *statements: str) -> Iterator[Any]:
    """Change a store past its guards, and put everything back afterwards."""
    with place.sql() as run:
        if place.kind == "sqlite":
            copy = [(name, sql) for name, sql in run("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")]
            run("PRAGMA foreign_keys = OFF")
            for name, _ in copy:
                run(f"DROP TRIGGER {name}")
        else:
            run("SET session_replication_role = replica")
        tables = [row[0] for row in run(LIST[place.kind])]
        for table in tables:
            run(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
        try:
            for statement in statements:
                run(statement)
            yield run
        finally:
            for table in tables:
                run(f"DELETE FROM {table}")
                run(f"INSERT INTO {table} SELECT * FROM kept_{table}")
                run(f"DROP TABLE kept_{table}")
            if place.kind == "sqlite":
                for _, sql in copy:
                    run(sql)


LIST = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}
FIRST_DESK = "(SELECT min(decision_id) FROM decision WHERE outcome = 'desk')"
PROPOSED = "(SELECT min(decision_id) FROM decision WHERE outcome <> 'desk' AND state = 'proposed')"
SUPERSEDED = "(SELECT min(decision_id) FROM decision WHERE state = 'superseded')"
RESPONSE = "(SELECT min(event_id) FROM event WHERE kind = 'response')"
MERGED = "(SELECT family_id FROM regrouping WHERE kind = 'merge')"
MERGED_EPISODE = f"(SELECT max(episode_id) FROM episode WHERE family_id = {MERGED})"
ANY_OTHER = "(SELECT max(family_id) FROM family)"

#: What is done to a sound store, and the one check that notices.
BREAKS = {
    "references": ["UPDATE desk_item SET family_id = 77 WHERE family_id IS NOT NULL"],
    "one-lead": ["DELETE FROM lead WHERE episode_id = (SELECT min(episode_id) FROM lead)"],
    "lead-decision": ["UPDATE lead SET service = 'another' WHERE episode_id = (SELECT min(episode_id) FROM lead)"],
    "current-decision": [f"UPDATE decision SET state = 'superseded' WHERE decision_id = {FIRST_DESK}"],
    "decision-family": [
        f"UPDATE decision SET family_id = {ANY_OTHER} WHERE decision_id = {PROPOSED}",
    ],
    "decided": [
        f"UPDATE decision SET event_id = {RESPONSE} WHERE decision_id = {PROPOSED}",
    ],
    "registered": [
        (
            "INSERT INTO desk_item (desk_item_id, event_id, created_at, desk, reason, danger) "
            "SELECT 99, event_id, 5, 'triage', 'none', '' FROM event WHERE kind = 'registered'"
        ),
    ],
    "packs": [f"UPDATE decision SET pack_digest = 'none' WHERE decision_id = {PROPOSED}"],
    "links": [f"DELETE FROM link WHERE event_id = {RESPONSE}"],
    "link-episode": [f"UPDATE link SET episode_id = (SELECT max(episode_id) FROM episode) WHERE event_id = {RESPONSE}"],
    "link-people": ["DELETE FROM person WHERE person_id = (SELECT min(person_id) FROM person)"],
    "notices": [f"UPDATE notice SET kind = 'accepted' WHERE kind = 'lead_proposed' AND decision_id = {PROPOSED}"],
    "desk-items": ["DELETE FROM desk_item WHERE family_id IS NOT NULL"],
    "quarantine-notices": ["UPDATE notice SET created_at = 5 WHERE decision_id IS NULL AND kind = 'desk_item'"],
    "merged-families": [
        f"UPDATE link SET family_id = {MERGED}, episode_id = {MERGED_EPISODE} WHERE event_id = {RESPONSE}"
    ],
    "judgements": ["UPDATE judgement SET verdict = 'different' WHERE verdict = 'same'"],
    "review-states": ["DELETE FROM review_state WHERE closed_at IS NULL"],
    "open-reviews": ["UPDATE review_state SET other_family_id = family_id WHERE closed_at IS NULL"],
    "regroupings": ["UPDATE regrouped SET earlier_link_id = link_id"],
    "pack-acts": ["UPDATE pack_act SET made_by = 'ailsa' WHERE kind = 'approved'"],
    "shadows": ["UPDATE shadow SET act_id = (SELECT min(act_id) FROM pack_act)"],
    "notice-order": ["DELETE FROM notice WHERE sequence = (SELECT max(sequence) - 1 FROM notice)"],
    "audit-order": ["DELETE FROM audit WHERE sequence = 3"],
    "audit-digests": ["UPDATE audit SET name = name, leaf = leaf_digest WHERE sequence = 3"],
    "parts": ["DELETE FROM part WHERE digest = (SELECT min(digest) FROM part)"],
    "part-digests": ["UPDATE part SET content = digest WHERE digest = (SELECT min(digest) FROM part)"],
    "danger-notices": ["UPDATE notice SET kind = 'accepted' WHERE kind = 'safeguarding' AND family_id IS NOT NULL"],
}


def test_a_sound_store_passes_every_check(place: Place) -> None:
    """Every check looked at something, and found nothing wrong."""
    found = results(place)
    assert wrong(place) == {}
    assert all(one.found.looked_at > 0 for one in found), [one for one in found if not one.found.looked_at]


def test_each_check_has_a_name_and_a_sentence() -> None:
    """Names are told apart, and each is broken below."""
    names = [check.name for check in EVERY]
    assert len(set(names)) == len(names)
    assert set(BREAKS) == set(names)
    assert all(check.sentence.endswith(".") and check.sentence[0].isupper() for check in EVERY)


@pytest.mark.parametrize("name", BREAKS)
def test_a_check_notices_what_it_is_there_for(place: Place, name: str) -> None:
    """It names ids, and no other check is troubled."""
    with tampered(place, *BREAKS[name]):
        found = wrong(place)
    assert list(found) == [name]
    assert 0 < len(found[name]) <= 10


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("notices", f"UPDATE notice SET kind = 'accepted' WHERE kind = 'desk_item' AND decision_id = {FIRST_DESK}"),
        ("notices", "UPDATE notice SET kind = 'accepted' WHERE kind = 'review'"),
        ("desk-items", "DELETE FROM desk_item WHERE family_id IS NULL"),
        ("audit-order", "DELETE FROM audit WHERE sequence = 1"),
        ("pack-acts", "DELETE FROM pack_act WHERE kind = 'approved' AND service = ''"),
        ("link-people", "UPDATE person SET family_id = (SELECT max(family_id) FROM family)"),
        ("danger-notices", "UPDATE notice SET kind = 'accepted' WHERE kind = 'red_flag' AND family_id IS NOT NULL"),
        (
            "current-decision",
            f"UPDATE decision SET state = 'accepted' WHERE decision_id = {SUPERSEDED}",
        ),
    ],
)
def test_what_else_a_check_notices(place: Place, name: str, statement: str) -> None:
    """The other ways in which what it holds may be broken."""
    with tampered(place, statement):
        assert list(wrong(place)) == [name]


def test_each_reference_is_looked_at(place: Place) -> None:
    """A family that is gone leaves its mark in every table that names it."""
    with tampered(place, "DELETE FROM family"):
        store = place.open(create=False)
        (found,) = (one.found for one in check_store(store, CHECKS[:1], most=10_000))
        store.close()
    named = {example.split()[0] + "." + example.split()[-1] for example in found.examples}
    assert named == {
        *(f"{table}.family_id" for table in ("person", "episode", "link", "blocking", "decision", "notice")),
        *("desk_item.family_id", "review.family_id", "review.possible_family_id"),
        *(f"{table}.{side}" for table in ("review_state", "regrouping") for side in ("family_id", "other_family_id")),
    }
    assert found.wrong == len(found.examples)


def test_no_more_are_named_than_asked_for(place: Place) -> None:
    """But all are counted."""
    with tampered(place, "DELETE FROM lead"):
        (found,) = (one.found for one in results(place, most=2) if one.found.wrong)
        assert len(found.examples) == 2
        assert found.wrong > 2


def test_a_text_of_a_caller_is_not_named(place: Place) -> None:
    """A request's id may hold anything, so an answer is named by a digest."""
    with tampered(place, "DELETE FROM part"):
        (found,) = (one.found for one in results(place, most=1000) if one.found.wrong)
    answers = [one for one in found.examples if one.startswith("answer")]
    assert answers
    assert all(one.startswith("answer sha256:") for one in answers)
