"""A store moves into another one whole, whatever interrupts it, and nothing else is ever taken for its copy."""

from __future__ import annotations

import itertools
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.store import bulk, copying
from router.store.copying import GUARDED, TABLES, Copied, Difference, StillServedError
from router.store.interface import Change, SchemaError, Store, StoreError, WrongKeyError
from router.store.key import create_key
from router.store.open import migrate_store, open_store
from router.store.parts import Joined
from router.store.past import snapshot
from tests.contract.samples import Samples, answer, audit, notice, shadowed
from tests.support.history import first_request, play, routing
from tests.support.places import STORES, Place

FAMILIES = 400
NUMBERS = itertools.count(1 << 50)


class Quiet:
    """Progress that nobody watches; ``on`` may be told of each step."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.advanced: dict[str, int] = {}

    def begin(self, phase: str, rows: int) -> None:
        self.phases.append(phase)

    def advance(self, table: str, rows: int) -> None:
        self.advanced[table] = self.advanced.get(table, 0) + rows


@pytest.fixture(params=[(one, other) for one in STORES for other in STORES], ids="-to-".join)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Place, Place]:
    """Return where a source may be and where its copy, of each kind; they share the key."""
    places = []
    for name, kind in zip(("source", "target"), request.param, strict=True):
        (tmp_path / name).mkdir()
        place = Place.of(kind, tmp_path / name)
        places.append(Place(place.url, str(tmp_path / "key")))
    return places[0], places[1]


@pytest.fixture
def moved(tmp_path: Path) -> tuple[Place, Place]:
    """Return a filled SQLite store and an empty database to copy it into."""
    source = Place.of("sqlite", tmp_path)
    fill(source)
    return source, Place(Place.of("postgresql", tmp_path).url, source.key_file)


def fill(place: Place, families: int = FAMILIES) -> None:
    """Write families, notices that were answered, and what a router writes when it starts."""
    store = place.open()
    samples = Samples()
    with store.transaction() as transaction:
        transaction.keep_pack("digest", b"pack", 7)
        changes = [samples.referral() for _ in range(families)]
        shadowed(changes[0], samples)
        assert not any(transaction.apply(changes))
        (first,) = transaction.overdue_notices(1 << 60, limit=1)
        shared = answer("shared", content=Joined.of(b"head", (b"one part", b"another")))
        change = Change(answer=shared, acknowledged={first.notice_id: (9, "desk")}, audit=[audit(1 << 40)])
        assert transaction.apply([change]) == [None]
    store.claim_process_number()
    store.close()


def copy(source: Place, target: Place, progress: Any = None) -> Copied:
    """Copy one store into the other."""
    return copying.copy(source.url, target.url, source.key_file, progress or Quiet())


def contents(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table but the proof of the key."""
    store = place.open(create=False)
    with snapshot(store) as connection:
        found = {table.name: sorted(map(tuple, connection.execute(sa.select(table)))) for table in TABLES}
    store.close()
    return found


def test_every_row_is_the_same_afterwards(places: tuple[Place, Place]) -> None:
    """In each direction, ids and orders of writing included."""
    source, target = places
    fill(source)
    before = contents(source)
    done = copy(source, target)
    assert contents(target) == contents(source) == before
    assert done.differences == []
    assert done.compared == done.written == {name: len(rows) for name, rows in before.items()}
    assert all(before[name] for name in ("part", "blocking", "lead", "notice", "process", "pack", "pack_act", "shadow"))


def test_the_copy_is_served_on(places: tuple[Place, Place]) -> None:
    """Real decisions: a repeated request gets its bytes, a newer version goes on in its family and in every order."""
    source, target = places
    with routing(source.open(), source.key_file) as (stub, core):
        play(stub, core)
        answer = stub.SubmitReferral(first_request())
        with core.store.read() as reader:
            last = reader.list_audit(after=0, limit=1000)[-1].sequence
            numbers = {row.sequence for row in reader.list_audit(after=0, limit=1000)}
        claimed = core.store.claim_process_number()
    copy(source, target)
    with routing(target.open(create=False), target.key_file) as (stub, core):
        assert stub.SubmitReferral(first_request()) == answer
        newer = stub.SubmitReferral(first_request(2))
        assert newer.decision.family_id == answer.decision.family_id
        with core.store.read() as reader:
            assert [row.sequence for row in reader.list_audit(after=last, limit=9)] == [last + 1]
        # the one that serves took the next number
        assert core.store.claim_process_number() == claimed + 2
    assert numbers == set(range(1, last + 1))


def test_the_guarded_tables_are_the_databases_own(tmp_path: Path) -> None:
    """Each table with a guard is listed, with exactly the columns that its guard lets change."""
    place = Place.of("sqlite", tmp_path)
    place.open().close()
    found = {}
    with place.sql() as run:
        for table, sql in run("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%keeps'"):
            columns = {column.name for column in sa.inspect(copying.metadata.tables[table]).columns}
            named = sql.partition(" UPDATE OF ")[2].partition(" ON ")[0]
            found[table] = tuple(sorted(columns - set(named.split(", ")))) if named else ()
    found.pop("key_proof")
    assert found == {name: tuple(sorted(columns)) for name, columns in GUARDED.items()}


CHILD = """
import sys
from router.store import bulk, copying

class Told:
    def begin(self, phase, rows):
        print("begin", phase, flush=True)
    def advance(self, table, rows):
        print("advance", table, flush=True)

copying.bulk.BATCH = 100
copying.copy(*sys.argv[1:], Told())
print("done", flush=True)
"""


def killed_after(steps: int, source: Place, target: Place) -> bool:
    """Copy in a process of its own, killed after so many steps, and return whether it had finished."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, source.url, target.url, source.key_file], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for _ in range(steps):
        line = child.stdout.readline()
        if line in {"done\n", ""}:
            break
    child.send_signal(signal.SIGKILL)
    child.communicate()
    return line == "done\n"


def test_a_copy_that_is_killed_goes_on(places: tuple[Place, Place]) -> None:
    """Killed again and again, it finishes in the end; nothing opens it before."""
    source, target = places
    fill(source)
    for steps in (1, 3, 20, 7, 30, 60):
        assert not killed_after(steps, source, target)
        with pytest.raises(SchemaError, match="not finished: run `router store copy` again"):
            target.open()
        with pytest.raises(SchemaError, match="not finished"):
            migrate_store(target.url, target.key_file)
    done = copy(source, target)
    assert contents(target) == contents(source)
    assert sum(done.written.values()) < sum(done.compared.values()), "it did not begin anew"


class Meddler(Quiet):
    """Writes to the source in the middle of the copy, as a router does that serves it."""

    def __init__(self, store: Store, *phases: str) -> None:
        super().__init__()
        self._store = store
        self._phases = phases

    def begin(self, phase: str, rows: int) -> None:
        super().begin(phase, rows)
        if phase in self._phases:
            number = next(NUMBERS)
            with self._store.transaction() as transaction:
                assert transaction.apply([Change(notices=[notice(number)], audit=[audit(number)])]) == [None]


@contextmanager
def served(place: Place) -> Iterator[Store]:
    """Hold the store open beside the copy."""
    store = place.open(create=False)
    yield store
    store.close()


def test_a_source_that_is_written_to_is_copied_and_not_finished(places: tuple[Place, Place]) -> None:
    """What came meanwhile is fetched; but while it goes on, the copy says so and stays closed."""
    source, target = places
    fill(source, 20)
    with served(source) as store:
        for phase in ("copying", "comparing"):
            with pytest.raises(StillServedError, match=r"\d+ rows were copied and stay; stop the routers"):
                copy(source, target, Meddler(store, phase, "bringing up to date"))
            with pytest.raises(SchemaError, match="not finished"):
                target.open()
    copy(source, target)
    assert contents(target) == contents(source)


def test_what_changed_and_what_came_between_is_fetched(moved: tuple[Place, Place]) -> None:
    """A lead, a state, an answer to a notice, a row with a lower id, a row that is gone: each is brought up to date."""
    source, target = moved
    with served(source) as store, pytest.raises(StillServedError):
        copy(source, target, Meddler(store, "comparing"))
    with source.sql() as run:
        run("UPDATE family SET version = version + 5")
        run("UPDATE lead SET service = 'another', standing = x'00ff'")
        run("UPDATE decision SET state = 'superseded'")
        run("UPDATE notice SET acknowledged_at = 5, acknowledged_by = 'desk', escalated_at = 6")
        run("UPDATE process SET claims = 77")
        run("DELETE FROM person WHERE person_id = (SELECT max(person_id) FROM person)")
        run("INSERT INTO family (family_id, version) VALUES (-5, 0)")
        run("INSERT INTO part (digest, content) VALUES (x'00', x'01')")
        run("INSERT INTO blocking (key, family_id) VALUES (-9, -5)")
    copy(source, target)
    assert contents(target) == contents(source)


def test_rows_that_differ_are_named_by_ids_only(moved: tuple[Place, Place]) -> None:
    """A row that another hand changed, added or took in the copy is told, and the copy stays closed."""
    source, target = moved
    with served(source) as store, pytest.raises(StillServedError):
        copy(source, target, Meddler(store, "comparing"))
    with target.sql() as run:
        run("SET session_replication_role = replica")
        run("UPDATE event SET payload = 'other' WHERE event_id = (SELECT min(event_id) FROM event)")
        run("UPDATE answer SET method = 'other'")
        run("INSERT INTO audit VALUES (900000, 900000, 1, 'name', 'digest', 'leaf')")
    done = copy(source, target)
    named = {(one.table, one.what) for one in done.differences}
    # The record that the meddler wrote would have come where another lies now.
    expected = {("event", "differs"), ("answer", "differs"), ("audit", "is too many"), ("audit", "is missing")}
    assert named == expected
    assert Difference("audit", "900000", "is too many") in done.differences
    assert all(one.key.startswith("sha256:") for one in done.differences if one.table == "answer")
    with pytest.raises(SchemaError, match="not finished"):
        target.open()


def test_a_store_of_its_own_is_no_target(places: tuple[Place, Place]) -> None:
    """A store that holds rows is refused and stays as it is, and so is one that was copied and is finished."""
    source, target = places
    fill(source, 2)
    fill(target, 3)
    before = contents(target)
    with pytest.raises(StoreError, match=r"a store of its own.*nothing was changed"):
        copy(source, target)
    assert contents(target) == before


def test_a_copy_of_another_store_is_no_target(moved: tuple[Place, Place], tmp_path: Path) -> None:
    """An unfinished copy is gone on with from its own source only."""
    source, target = moved
    assert not killed_after(10, source, target)
    (tmp_path / "other").mkdir()
    other = Place(f"sqlite:///{tmp_path}/other/record.db", source.key_file)
    store = other.open()
    with store.transaction() as transaction:
        transaction.keep_pack("digest", b"pack", 8)
    store.close()
    with pytest.raises(StoreError, match="an unfinished copy of another store"):
        copy(other, target)
    with pytest.raises(SchemaError, match="not finished"):
        copy(target, other)


def test_a_store_is_not_copied_onto_itself(places: tuple[Place, Place], tmp_path: Path) -> None:
    """Under the same name or another, empty or not, it stays what it was."""
    source, _ = places
    source.open().close()
    (tmp_path / "link").symlink_to(tmp_path / "source")
    for url in (source.url, source.url.replace("/source/", "/link/")):
        with pytest.raises(StoreError, match="the same store"):
            copy(source, Place(url, source.key_file))
    source.open(create=False).close()


def test_both_stores_have_one_key(places: tuple[Place, Place], tmp_path: Path) -> None:
    """Pseudonyms and keys of the index depend on it: a target with another key is refused."""
    source, target = places
    fill(source, 1)
    other = tmp_path / "other"
    create_key(other)
    open_store(target.url, other).close()
    with pytest.raises(WrongKeyError, match="nothing was changed"):
        copy(source, target)
    shutil.copy(other, source.key_file)
    copy(Place(target.url, source.key_file), Place(f"sqlite:///{tmp_path}/third.db", source.key_file))


def test_a_source_that_is_not_there_makes_no_target(tmp_path: Path) -> None:
    """A mistyped name is an error, and leaves nothing behind."""
    create_key(tmp_path / "key")
    with pytest.raises(StoreError, match="there is no store"):
        copying.copy(f"sqlite:///{tmp_path}/a.db", f"sqlite:///{tmp_path}/b.db", tmp_path / "key", Quiet())
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_texts_are_sorted_by_their_bytes_on_every_database(moved: tuple[Place, Place]) -> None:
    """A database's own order of texts may be that of a language, in which two streams would not meet."""
    _, target = moved
    store = target.open()
    sent = []
    with snapshot(store) as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[2]))
        table = copying.metadata.tables["answer"]
        bulk.last_key(connection, table)
        bulk.count(connection, table, until=("a",))
        list(bulk.stream(connection, table, [table.c.request_id], after=("a",), until=("b",)))
    store.close()
    by_bytes = [one.count('request_id COLLATE "C"') for one in sent]
    assert by_bytes == [1, 1, 3], sent
