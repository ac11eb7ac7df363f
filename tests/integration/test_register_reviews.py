"""A person says whether a referral's family is one that a register has, and it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.service.promised import DANGER_NOTICES
from router.store.checking import CHECKS, check_store
from router.store.familyrows import EventKind
from router.store.ids import parse
from router.v1 import decision_pb2
from tests.support.places import STORES
from tests.support.processing import Process, process
from tests.support.registers import REGISTER, record, register
from tests.support.requests import choice, event
from tests.support.reviewing import decide, perhaps


@pytest.fixture(params=STORES)
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Process]:
    """A process whose store has one registered family."""
    with process(tmp_path, request.param) as one:
        register(one.core, record(1))
        yield one


def registered(running: Process) -> tuple[int, int]:
    """Return the registered record's event and the family that it is of now."""
    with running.core.store.read() as reader:
        found = reader.referral_versions([(REGISTER, "F1")], kind=EventKind.REGISTERED)[REGISTER, "F1"][0]
    return found.event_id, found.family_id


def sound(running: Process) -> list[str]:
    """Return the checks that find something wrong."""
    return [one.check.name for one in check_store(running.core.store, (*CHECKS, DANGER_NOTICES)) if one.found.wrong]


def test_same_makes_them_one(running: Process) -> None:
    """Register and referral tell of one mother from then on, and the next referral finds that family by either."""
    (asked,) = running.submit(perhaps(1))
    assert asked.match.outcome == decision_pb2.MATCH_OUTCOME_ASK_A_PERSON
    decide(running, asked.match.review_id, same=True)
    _, family_id = registered(running)
    (later,) = running.submit(event(1, choice("parent_illness_severity", "moderate")))
    assert later.match.outcome == decision_pb2.MATCH_OUTCOME_SAME_FAMILY
    assert parse("fam", later.family_id) == family_id
    with running.core.store.read() as reader:
        (rows,) = reader.families([family_id]).values()
    named = {person for link in rows.links for person in link.people.values()}
    assert sorted(one.role for one in rows.persons if one.person_id in named) == ["infant", "mother"]
    assert sound(running) == []


def test_different_keeps_them_apart(running: Process) -> None:
    """What was said is kept of the registered record, so that it is obeyed."""
    (asked,) = running.submit(perhaps(1))
    decide(running, asked.match.review_id, same=False)
    event_id, family_id = registered(running)
    assert family_id != parse("fam", asked.family_id)
    with running.core.store.read() as reader:
        assert reader.judgements([event_id])
    assert sound(running) == []
