"""Who is one family, one infant and one episode, and who is not: events through the whole core and a real store."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.store.ids import parse
from router.v1 import decision_pb2, referral_pb2
from tests.support.places import STORES
from tests.support.processing import Process, process
from tests.support.requests import choice, event, infant_of, unique_chi, yes

MODERATE = choice("parent_illness_severity", "moderate")


@pytest.fixture(params=STORES)
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Process]:
    """A process with an empty store, of each kind."""
    with process(tmp_path, request.param) as one:
        yield one


def persons(running: Process, decision: decision_pb2.Decision) -> list[str]:
    """Return the roles of the persons that a family is made of."""
    family_id = parse("fam", decision.family_id)
    with running.core.store.read() as reader:
        return sorted(one.role for one in reader.families([family_id])[family_id].persons)


def test_twins_are_two_infants(running: Process) -> None:
    """Told apart by birth order, in one message and in two; never one infant, never two families."""
    message = event(1, MODERATE)
    first, second = message.people[1], infant_of(1)
    first.birth_order, first.multiplicity = 1, 2
    second.ref, second.birth_order, second.multiplicity = "infant-2", 2, 2
    message.people.append(second)
    other = event(1, source="chsp-lanarkshire")
    other.people[1].birth_order, other.people[1].multiplicity = 2, 2
    one, two = running.submit(message, other)
    assert one.family_id == two.family_id
    assert persons(running, two) == ["infant", "infant", "mother"]


def test_a_fact_about_one_twin_counts_for_that_twin(running: Process) -> None:
    """Criteria about an infant are judged for each infant by itself and explained for each."""
    message = event(2)
    message.people[1].birth_order = 1
    other = infant_of(2)
    other.ref, other.birth_order = "infant-2", 2
    message.people.append(other)
    message.observations.append(choice("developmental_concern", "significant", "infant-2"))
    message.observations.append(choice("developmental_concern", "none", "infant-1"))
    (decision,) = running.submit(message)
    assert decision.lead.service == "neurodevelopmental"
    explained = {
        one.subject: one.eligible for one in decision.candidates if one.service.service == "neurodevelopmental"
    }
    assert explained["infant-2"] == decision_pb2.TRUTH_MET
    assert explained["infant-1"] != decision_pb2.TRUTH_MET


def test_an_unborn_child_is_born(running: Process) -> None:
    """The expected child and the newborn are one infant, in one episode, whose stage moves on."""
    pregnant = event(3, MODERATE)
    del pregnant.people[1]
    pregnant.people.append(
        referral_pb2.Person(ref="unborn-1", role=referral_pb2.PERSON_ROLE_UNBORN, expected_date="2026-11-20")
    )
    born = event(3, source="badgernet-fife", reference="birth")
    born.people[1].birth_date = "2026-10-30"
    before, after = running.submit(pregnant, born)
    assert before.episode_id == after.episode_id
    assert len(persons(running, after)) == 2
    stages = [next(fact.value for fact in one.facts if fact.fact == "stage") for one in (before, after)]
    assert stages == ["pregnant", "postnatal"]


def test_a_next_pregnancy_is_an_episode_of_its_own(running: Process) -> None:
    """Same family, new episode, new lead; the first episode's lead stays as it was."""
    first = event(4, MODERATE)
    first.people[1].birth_date = "2025-01-10"
    later = event(4, reference="second-pregnancy")
    del later.people[1]
    later.people.append(
        referral_pb2.Person(ref="unborn-1", role=referral_pb2.PERSON_ROLE_UNBORN, expected_date="2027-01-20")
    )
    one, two = running.submit(first, later)
    assert one.family_id == two.family_id
    assert one.episode_id != two.episode_id
    assert persons(running, two) == ["infant", "mother", "unborn"]
    row = running.decisions(parse("dec", one.decision_id))[parse("dec", one.decision_id)]
    assert row.state == "proposed"


def test_a_namesake_is_not_merged(running: Process) -> None:
    """Same name and birth date, another CHI number: two families, whatever a person says later."""
    namesake = event(5, reference="namesake", source="chsp-lanarkshire")
    mother = namesake.people[0]
    mother.identifiers[0].value = unique_chi(77)
    mother.phones[:] = ["07700900999"]
    namesake.household.postcode = "KY1 1ZZ"
    del namesake.people[1]
    one, two = running.submit(event(5, MODERATE), namesake)
    assert one.family_id != two.family_id


def test_no_number_but_everything_else(running: Process) -> None:
    """Without a CHI number, name, birth date and phone together are enough; name and birth date alone ask a person."""
    strong = event(6, source="daisy-lanarkshire")
    del strong.people[0].identifiers[:], strong.people[1]
    weak = event(6, source="chsp-lanarkshire")
    del weak.people[0].identifiers[:], weak.people[0].phones[:], weak.people[1]
    weak.household.postcode = "KY1 1ZZ"
    weak.observations.extend([MODERATE, yes("planning_pregnancy")])
    first, same, asked = running.submit(event(6, MODERATE), strong, weak)
    assert same.family_id == first.family_id
    assert asked.match.outcome == decision_pb2.MATCH_OUTCOME_ASK_A_PERSON
    assert asked.family_id != first.family_id
    assert asked.HasField("lead"), "a review holds nothing up"
    assert asked.match.review_id


def test_a_new_surname_is_the_same_mother(running: Process) -> None:
    """A changed surname with the same number is the same family."""
    renamed = event(7, source="chsp-lanarkshire")
    renamed.people[0].names[0].family = "Otherwise"
    one, two = running.submit(event(7, MODERATE), renamed)
    assert one.family_id == two.family_id


def test_the_proposal_does_not_depend_on_the_order_of_arrival(tmp_path: Path) -> None:
    """Until a lead has accepted, every order of the same referrals proposes the same lead for the same reasons."""
    messages = [
        event(8, MODERATE, source="morse-lanarkshire"),
        event(8, choice("substance_use", "dependent"), source="daisy-lanarkshire"),
        event(8, yes("suicidal_intent"), source="chsp-lanarkshire"),
    ]
    outcomes = set()
    for number, order in enumerate(itertools.permutations(messages)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with process(folder) as running:
            last = running.submit(*order)[-1]
        supporting = tuple(one.service.service for one in last.supporting)
        outcomes.add((last.lead.service, supporting, last.urgency, last.tier, last.main_reason))
    assert len(outcomes) == 1


def test_one_batch_and_many_decide_alike(tmp_path: Path) -> None:
    """Items of a batch see the earlier ones: a batch of many is many batches of one."""
    messages = [event(9, MODERATE, source=source) for source in ("morse-lanarkshire", "chsp-lanarkshire", "daisy-fife")]
    answers = []
    for name, batches in (("together", [messages]), ("apart", [[one] for one in messages])):
        (tmp_path / name).mkdir()
        with process(tmp_path / name) as running:
            decisions = [decision for batch in batches for decision in running.submit(*batch)]
        answers.append([(one.lead.service, len(one.duplicate_of), one.match.outcome) for one in decisions])
        assert len({one.family_id for one in decisions}) == 1
    assert answers[0] == answers[1]


def test_a_late_older_version_adds_only_its_danger(running: Process) -> None:
    """Version 1 after version 2: its facts stay superseded, its danger counts and is told."""
    new = event(10, choice("parent_illness_severity", "mild"), version=2)
    old = event(10, choice("parent_illness_severity", "severe"), yes("suicidal_intent"), version=1)
    _, late = running.submit(new, old)
    facts = {one.fact: one.value for one in late.facts}
    assert facts["parent_illness_severity"] == "mild"
    assert [one.trigger for one in late.safety] == ["suicidal-intent"]
    with running.core.store.read() as reader:
        notices = reader.list_notices("triage-lanarkshire", after=0, limit=100)
    assert [one.kind for one in notices].count("red_flag") == 1


def test_an_unknown_board_lies_on_the_national_desk_danger_told(running: Process) -> None:
    """Nobody can be offered anything where the board is unknown; the national desk owns it and hears of danger."""
    (decision,) = running.submit(event(11, MODERATE, yes("psychosis_suspected"), board=""))
    assert decision.outcome == decision_pb2.OUTCOME_DESK
    assert decision.desk_reason == "BOARD_UNKNOWN"
    assert decision.desk == "national-triage"
    with running.core.store.read() as reader:
        kinds = [one.kind for one in reader.list_notices("national-triage", after=0, limit=100)]
        items = reader.list_desk_items("national-triage", limit=10)
    assert "red_flag" in kinds
    assert "desk_item" in kinds
    assert [one.danger for one in items] == ["psychosis-suspected"]
