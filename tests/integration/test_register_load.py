"""What a register holds of families is loaded once, whatever interrupts it, and found by referrals that follow."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from router.cli.main import app
from router.service.promised import DANGER_NOTICES
from router.store import copying, tables
from router.store.checking import CHECKS, check_store
from router.store.familyrows import EventKind
from router.store.ids import parse
from router.store.interface import Store, StoreBusyError
from router.store.past import snapshot
from router.v1 import decision_pb2
from tests.support.places import STORES, Place
from tests.support.processing import Process, process
from tests.support.registers import REGISTER, content, record, register, written
from tests.support.requests import choice, event, infant_of, unique_chi, yes

FAMILIES = 60
MODERATE = choice("parent_illness_severity", "moderate")


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Return where a store of each kind may be; nothing is there yet."""
    return Place.of(request.param, tmp_path)


def arguments(place: Place, file: Path) -> list[str]:
    """Return the arguments of a command that loads a file."""
    return ["families", "load", str(file), "--store", place.url, "--key-file", place.key_file]


def load(place: Place, file: Path, *more: str) -> Result:
    """Load a file."""
    return CliRunner().invoke(app, [*arguments(place, file), *more])


def loaded(place: Place, file: Path) -> dict[str, Any]:
    """Load a file in which nothing is wrong, and return what is told."""
    done = load(place, file, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def families(place: Place) -> dict[str, Any]:
    """Return every family by the records that it is made of, without the ids, which say when it was loaded."""
    store = place.open(create=False)
    try:
        with snapshot(store) as connection, store.read() as reader:
            ids = [family_id for (family_id,) in connection.execute(sa.select(tables.family.c.family_id))]
            keys = defaultdict(set)
            for key, family_id in connection.execute(sa.select(tables.blocking)):
                keys[family_id].add(key)
            counts = {name: number for name, number in reader.counts().items() if name != "audit"}
            found = [(rows, keys[rows.family_id]) for rows in reader.families(ids).values()]
    finally:
        store.close()
    told = {}
    for rows, own in found:
        refs = {person_id: ref for link in rows.links for ref, person_id in link.people.items()}
        people = sorted((refs[one.person_id], one.role) for one in rows.persons)
        events = [(one.kind, one.source_reference, one.source_version, one.digest, one.payload) for one in rows.events]
        told[rows.events[0].source_reference] = (people, sorted(events), sorted(own), len(rows.episodes), rows.leads)
    return {"families": told, "counts": counts}


def sound(store: Store) -> list[str]:
    """Return the checks of ``router store check`` that find something wrong."""
    return [one.check.name for one in check_store(store, (*CHECKS, DANGER_NOTICES)) if one.found.wrong]


def test_families_are_there_and_nothing_is_decided(place: Place, tmp_path: Path) -> None:
    """People, record and keys; no decision, notice, lead or item of a desk; one audit record that names nobody."""
    file = written(tmp_path / "register.jsonl", *(record(number) for number in range(FAMILIES)))
    told = loaded(place, file)
    assert (told["families"], told["updated"], told["held"], told["refused"]) == (FAMILIES, 0, 0, 0)
    assert told["records_per_second"] > 0
    counts = families(place)["counts"]
    assert (counts["family"], counts["person"], counts["event"]) == (FAMILIES, 2 * FAMILIES, FAMILIES)
    assert counts["blocking"] > 5 * FAMILIES
    assert not any(counts[name] for name in ("answer", "decision", "lead", "notice", "desk_item", "review"))
    store = place.open(create=False)
    with store.read() as reader:
        audit = [orjson.loads(row.leaf) for row in reader.list_audit(after=0, limit=100)]
    assert {one["event"] for one in audit} == {"cli:families:loaded"}
    assert {one["source_system"] for one in audit} == {REGISTER}
    assert sum(one["count"] for one in audit) == FAMILIES
    assert sound(store) == []
    store.close()


def test_a_second_load_finds_everything_held(place: Place, tmp_path: Path) -> None:
    """The same lines in another order, one of them twice, change nothing; what is new among them is added."""
    records = [record(number) for number in range(FAMILIES)]
    loaded(place, written(tmp_path / "register.jsonl", *records))
    before = families(place)
    again = loaded(place, written(tmp_path / "again.jsonl", *reversed(records), records[0]))
    assert (again["families"], again["held"]) == (0, FAMILIES + 1)
    assert families(place) == before
    more = loaded(place, written(tmp_path / "more.jsonl", *records, record(FAMILIES)))
    assert (more["families"], more["held"]) == (1, FAMILIES)


#: Loads in small transactions and is killed while its third one is open: before anything of it is written, after
#: everything is but the commit, or right after that.
PROGRAM = """
import os, signal, sys
from router.cli.main import run
from router.service.registers import files as register_file
from router.service.registers import registering
from router.store import applying
register_file.LINES, registering.MOST_RECORDS, when = 5, 10, sys.argv.pop(1)
times = 0

def third(before):
    global times
    times += before == when
    if times == 3 and before == when:
        os.kill(os.getpid(), signal.SIGKILL)

def killing(original, before, after):
    def call(*given):
        third(before)
        done = original(*given)
        third(after)
        return done
    return call

applying.apply = killing(applying.apply, "before", "within")
registering.Registrar._write = killing(registering.Registrar._write, "", "after")
run()
"""


@pytest.mark.parametrize(
    ("kind", "when"), [("sqlite", "before"), ("sqlite", "within"), ("sqlite", "after"), ("postgresql", "within")]
)
def test_a_load_that_is_killed_goes_on(kind: str, when: str, tmp_path: Path) -> None:
    """Killed at any moment and run again, it makes the store that an undisturbed load makes."""
    place = Place.of(kind, tmp_path)
    file = written(tmp_path / "register.jsonl", *(record(number) for number in range(FAMILIES)))
    place.open().close()
    killed = subprocess.run([sys.executable, "-c", PROGRAM, when, *arguments(place, file)], check=False)
    assert killed.returncode == -signal.SIGKILL
    store = place.open(create=False)
    with store.read() as reader:
        half = reader.counts()["family"]
    store.close()
    assert 0 < half < FAMILIES
    told = loaded(place, file)
    assert (told["families"], told["held"]) == (FAMILIES - half, half)
    (tmp_path / "other").mkdir()
    other = Place(Place.of(place.kind, tmp_path / "other").url, place.key_file)
    loaded(other, file)
    assert families(place) == families(other)


def test_lines_that_cannot_be_loaded_are_named_and_left_out(place: Place, tmp_path: Path) -> None:
    """With their numbers and reasons, and nothing of what they say; the rest is loaded, and the exit code tells."""
    changed = record(1)
    changed.people[0].names[0].given = "Secretname"
    lines = [record(1), b"no json\n", content(2, free_text="Secretname"), record(3), changed]
    done = load(place, written(tmp_path / "register.jsonl", *lines))
    assert done.exit_code == 1
    assert "register.jsonl:2: INVALID_FIELD: " in done.stderr
    assert "register.jsonl:3: INVALID_FIELD: free_text " in done.stderr
    assert "register.jsonl:5: SOURCE_VERSION_REUSED: " in done.stderr
    assert done.stdout.startswith("2 families loaded")
    assert "3 lines refused" in done.stdout
    assert not any(word in done.output for word in ("Secretname", "Testperson", "F1", "F2", unique_chi(1)))
    many = load(place, written(tmp_path / "many.jsonl", *[b"no json\n"] * 30), "--json")
    assert (many.exit_code, json.loads(many.stdout)["refused"]) == (1, 30)
    assert "and 10 lines more that cannot be loaded" in many.stderr


def test_a_register_names_its_families(place: Place, tmp_path: Path) -> None:
    """Two families that look alike stay two; a higher version of a record goes on in its family, whoever it tells of.

    In one file and in two, the people that both versions tell of are the same persons.
    """
    alike, newer = record(1, reference="other"), record(1, version=2)
    newer.household.postcode = "KY1 1AA"
    newer.people[0].names[0].family = "Newname"
    newer.people.append(infant_of(1, "2026-10-30"))
    newer.people[2].ref = "infant-2"
    last = record(1, version=3)
    told = loaded(place, written(tmp_path / "register.jsonl", record(1), alike, newer))
    assert (told["families"], told["updated"]) == (2, 1)
    assert loaded(place, written(tmp_path / "later.jsonl", last))["updated"] == 1
    found = families(place)["families"]
    assert [one[1] for one in found["F1"][1]] == ["F1"] * 3
    assert [role for _, role in found["F1"][0]] == ["infant", "infant", "mother"]
    assert [role for _, role in found["other"][0]] == ["infant", "mother"]
    assert found["F1"][3] == found["other"][3] == 1


def test_a_record_that_nothing_can_find_is_counted(place: Place, tmp_path: Path) -> None:
    """It is loaded all the same."""
    bare = content(1, people=[{"ref": "mother", "role": "PERSON_ROLE_MOTHER"}], household={})
    told = loaded(place, written(tmp_path / "register.jsonl", bare, record(2)))
    assert (told["families"], told["no_keys"]) == (2, 1)


@pytest.mark.parametrize("target", STORES)
def test_loaded_families_move_with_their_store(place: Place, tmp_path: Path, target: str) -> None:
    """A copy knows them, and a load goes on in it."""
    records = [record(number) for number in range(5)]
    file = written(tmp_path / "register.jsonl", *records)
    loaded(place, file)
    (tmp_path / "copy").mkdir()
    other = Place(Place.of(target, tmp_path / "copy").url, place.key_file)

    class Quiet:
        def begin(self, phase: str, rows: int) -> None:
            pass

        def advance(self, table: str, rows: int) -> None:
            pass

    assert copying.copy(place.url, other.url, place.key_file, Quiet()).differences == []
    assert families(other) == families(place)
    assert loaded(other, file)["held"] == 5


class Busy:
    """A store that is busy so many times."""

    def __init__(self, store: Store, times: int) -> None:
        self._store = store
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def transaction(self, locks: Any) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise StoreBusyError("busy")
        return self._store.transaction(locks)


def family_of(running: Process, reference: str) -> int:
    """Return the family that a record made."""
    with running.core.store.read() as reader:
        found = reader.referral_versions([(REGISTER, reference)], kind=EventKind.REGISTERED)
    return found[REGISTER, reference][0].family_id


def test_a_referral_finds_its_family(running: Process) -> None:
    """Mother and infant are the persons that the register has; the decision rests on the referral alone."""
    register(running.core, record(1), record(2))
    (decision,) = running.submit(event(1, MODERATE))
    assert parse("fam", decision.family_id) == family_of(running, "F1")
    assert decision.match.outcome == decision_pb2.MATCH_OUTCOME_SAME_FAMILY
    row = running.decisions(parse("dec", decision.decision_id)).popitem()[1]
    basis = orjson.loads(row.basis)
    assert [one["event"] for one in basis["referrals"]] == [row.event_id]
    with running.core.store.read() as reader:
        (rows,) = reader.families([row.family_id]).values()
        assert len(rows.persons) == 2
        assert len(rows.episodes) == 1
        assert rows.leads[0].decision_id == row.decision_id
        assert not any(REGISTER in one.recipient for one in reader.list_notices("", after=0, limit=100))
    assert sound(running.core.store) == []


def test_it_is_decided_as_if_nobody_had_loaded_it(running: Process, tmp_path: Path) -> None:
    """The register changes which family it is, and nothing of lead, urgency, facts, questions or notices."""
    register(running.core, record(1))
    message = event(1, MODERATE, yes("bruising_not_mobile", "infant-1"), board="")
    (known,) = running.submit(message)
    with process(_made(tmp_path / "other"), "sqlite") as other:
        (new,) = other.submit(message)
    for decision in (known, new):
        for name in ("decision_id", "referral_id", "family_id", "episode_id", "match", "duplicate_of"):
            decision.ClearField(name)  # type: ignore[arg-type]
    assert known == new
    assert known.desk_reason == "BOARD_UNKNOWN"


def test_a_stranger_is_not_taken_for_a_registered_family(running: Process) -> None:
    """One that shares an address and a surname only."""
    register(running.core, record(1))
    other = event(2)
    other.household.CopyFrom(record(1).household)
    (decision,) = running.submit(other)
    assert parse("fam", decision.family_id) != family_of(running, "F1")


def test_a_doubt_about_a_registered_family_asks_a_person(running: Process) -> None:
    """The referral gets a lead meanwhile, and there is nobody else to tell: nobody holds the registered family."""
    register(running.core, record(1))
    message = event(1, yes("planning_pregnancy"))
    del message.people[0].identifiers[:], message.people[0].phones[:], message.people[1]
    message.household.postcode = "KY1 1ZZ"
    (decision,) = running.submit(message)
    assert decision.match.outcome == decision_pb2.MATCH_OUTCOME_ASK_A_PERSON
    assert decision.lead.service
    assert sound(running.core.store) == []


def test_the_same_name_at_a_source_is_two_things(running: Process) -> None:
    """A register and a referral of one system may use the same reference and version."""
    register(running.core, record(1, reference="same"))
    (decision,) = running.submit(event(1, MODERATE, source=REGISTER, reference="same"))
    assert parse("fam", decision.family_id) == family_of(running, "same")
    assert register(running.core, record(1, reference="same")).held == 1


def test_a_later_pregnancy_of_a_registered_family_is_an_episode_of_its_own(running: Process) -> None:
    """The first referral takes up the episode that the load opened; one about another birth opens the next."""
    register(running.core, record(4))
    message = event(4, MODERATE)
    later = event(4, reference="second-pregnancy")
    later.people[1].ref, later.people[1].birth_date = "infant-9", "2028-01-20"
    first, second = running.submit(message, later)
    assert first.family_id == second.family_id
    assert first.episode_id != second.episode_id


def test_a_busy_store_is_tried_again(running: Process) -> None:
    """A few times, with pauses; then the load stops, and says so."""
    pauses: list[float] = []
    busy = Busy(running.core.store, 2)
    assert register(running.core, record(1), store=busy, pauses=pauses).families == 1
    assert len(pauses) == 2
    with pytest.raises(StoreBusyError):
        register(running.core, record(2), store=Busy(running.core.store, 100), pauses=pauses)


def test_a_load_takes_few_locks_at_a_time(running: Process) -> None:
    """So that routers that serve the same database find room; where locks cost nothing, one commit is enough."""
    taken: list[int] = []

    class Counting(Busy):
        def transaction(self, locks: Any) -> Any:
            taken.append(len(locks))
            return self._store.transaction(locks)

    store = Counting(running.core.store, 0)
    register(running.core, *(record(number) for number in range(250)), store=store)
    most = running.core.store.most_locks
    assert len(taken) == 1 if most is None else (len(taken) > 1 and max(taken) <= most)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
