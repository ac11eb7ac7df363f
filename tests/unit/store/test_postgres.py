"""What only the PostgreSQL store has to do: look at its server, its key, its locks, and give way."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from router.bench.postgres import PostgresServer
from router.store import postgres
from router.store.hot_postgres import DriverWriter
from router.store.interface import Change, StoreBusyError, StoreError, WrongKeyError
from router.store.open import migrate_store, open_store
from router.store.parts import Joined
from router.store.postgres import MOST_CONNECTIONS, PostgresStore
from router.store.rows import Values
from tests.contract import samples
from tests.contract.samples import Samples
from tests.support.database import new_database, server
from tests.support.places import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return where a store may be."""
    return Place.of("postgresql", tmp_path)


@pytest.fixture
def store(place: Place) -> Iterator[PostgresStore]:
    """Return a new, empty store."""
    opened = place.open()
    assert isinstance(opened, PostgresStore)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """Return a server that a test may set wrongly, kill and start."""
    with PostgresServer() as started:
        yield started


@contextlib.contextmanager
def setting(own: PostgresServer, name: str, value: str) -> Iterator[None]:
    """Change a setting of the server for the time of the block."""
    with psycopg.connect(own.url("postgres"), autocommit=True) as database:
        for statement in (f"ALTER SYSTEM SET {name} = '{value}'", "SELECT pg_reload_conf()"):
            database.execute(statement)  # type: ignore[arg-type]
    try:
        yield
    finally:
        with psycopg.connect(own.url("postgres"), autocommit=True) as database:
            for statement in (f"ALTER SYSTEM SET {name} = 'on'", "SELECT pg_reload_conf()"):
                database.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_what_was_acknowledged_is_refused(
    own_server: PostgresServer, tmp_path: Path, name: str
) -> None:
    """The sentence names the setting, and no store is made."""
    url = own_server.new_database()
    with setting(own_server, name, "off"), pytest.raises(StoreError, match=f"has {name} off.*set it on"):
        open_store(url, tmp_path / "key")
    with psycopg.connect(url) as database:
        assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_database_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """Names are in UTF-8."""
    with psycopg.connect(server().url("postgres"), autocommit=True) as database:
        database.execute("DROP DATABASE IF EXISTS latin")
        database.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match="not in UTF-8"):
        open_store(server().url("latin"), tmp_path / "key")


def test_another_key_than_the_stores_is_refused(place: Place, store: PostgresStore, tmp_path: Path) -> None:
    """A replica with a key of its own would find no family of the others, so it does not start."""
    del store
    open_store(f"sqlite:///{tmp_path}/other.db", tmp_path / "other.key").close()
    for attempt in (open_store, migrate_store):
        with pytest.raises(WrongKeyError, match="give every process the same key file"):
            attempt(place.url, tmp_path / "other.key")
    place.open(create=False).close()


def test_no_key_is_made_for_a_store_that_exists(place: Place, store: PostgresStore, tmp_path: Path) -> None:
    """A second host without the key is told so, and nothing is made."""
    del store
    with pytest.raises(WrongKeyError, match="no key file"):
        open_store(place.url, tmp_path / "missing.key")
    assert not (tmp_path / "missing.key").exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://router:canary@/nowhere?host={folder}", "does not exist"),
        ("postgresql://canary:canary@127.0.0.1:1/record", "refused"),
        ("postgresql://router:canary@/record?host=/nowhere/canary-not-here", "could not do it now"),
    ],
)
def test_a_database_that_is_not_there_is_said_without_the_password(tmp_path: Path, url: str, says: str) -> None:
    """One sentence, where it was looked for, and neither user nor password."""
    with pytest.raises(StoreError) as caught:
        open_store(url.format(folder=server().folder), tmp_path / "key")
    assert says in str(caught.value)
    assert ":canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_processes_that_open_an_empty_database_at_once_make_one_store(tmp_path: Path) -> None:
    """Whoever comes second waits and finds it made."""
    place = Place.of("postgresql", tmp_path)
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: place.open(), range(6)))
    assert sorted(store.claim_process_number() for store in stores) == list(range(6))
    for store in stores:
        store.close()


def test_of_two_writers_with_one_key_the_second_sees_what_the_first_did(place: Place, store: PostgresStore) -> None:
    """It waits for the lock, and its reads begin after it."""
    other = place.open()
    holds, may_go = threading.Event(), threading.Event()

    def first() -> None:
        with store.transaction([5, 3]) as transaction:
            holds.set()
            assert may_go.wait(30)
            assert transaction.apply([Change(new_families=[1], keys={(3, 1)})]) == [None]

    def second() -> dict[int, tuple[int, ...]]:
        assert holds.wait(30)
        may_go.set()
        with other.transaction([4, 3]) as transaction:
            return transaction.families_of_keys([3])

    with ThreadPoolExecutor(2) as pool:
        writing, reading = pool.submit(first), pool.submit(second)
        writing.result()
        assert reading.result() == {3: (1,)}
    other.close()


def test_a_family_that_was_read_to_decide_on_stays_until_the_commit(place: Place, store: PostgresStore) -> None:
    """Nobody changes it meanwhile, whatever keys they hold; what they read afterwards is what was written."""
    with store.transaction() as transaction:
        change = Samples().referral()
        assert transaction.apply([change]) == [None]
    (family_id,), decision_id = change.new_families, change.decisions[0].decision_id
    other = place.open()
    holds = threading.Event()

    def second() -> tuple[int, str]:
        assert holds.wait(30)
        with other.transaction([2]) as transaction:
            (decision,) = transaction.decisions_by_id([decision_id]).values()
            return transaction.family_versions([family_id])[family_id], decision.state

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(second)
        with store.transaction([1]) as transaction:
            version = transaction.families([family_id])[family_id].version
            holds.set()
            later = Change(touched={family_id}, decision_states={decision_id: "accepted"})
            assert transaction.apply([later]) == [None]
        assert reading.result() == (version + 1, "accepted")
    other.close()


def test_of_two_that_wait_for_each_other_one_gives_way(place: Place, store: PostgresStore) -> None:
    """A deadlock ends in a busy store for one of them, and in a commit for the other."""
    with store.transaction() as transaction:
        assert transaction.apply([Change(new_families=[1, 2])]) == [None]
    other = place.open()
    both = threading.Barrier(2)

    def take(one: PostgresStore, first: int, second: int) -> str:
        try:
            with one.transaction() as transaction:
                transaction.family_versions([first])
                both.wait(30)
                transaction.family_versions([second])
        except StoreBusyError:
            return "gave way"
        return "done"

    assert isinstance(other, PostgresStore)
    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(take, store, 1, 2), pool.submit(take, other, 2, 1)]
        assert sorted(each.result() for each in outcomes) == ["done", "gave way"]
    other.close()


def test_more_locks_than_the_server_has_room_for_ask_for_less_at_once(store: PostgresStore) -> None:
    """The fault says that a smaller piece may succeed, and the store works on."""
    with pytest.raises(StoreBusyError) as caught, store.transaction(range(100_000)):
        pass
    assert caught.value.too_much
    with store.transaction(range(100)) as transaction:
        assert transaction.apply([Change(new_families=[1])]) == [None]


def test_a_server_that_was_killed_is_used_again_once_it_is_back(own_server: PostgresServer, tmp_path: Path) -> None:
    """Whoever works meanwhile is told that the store is busy; what was committed before is there after."""
    store = open_store(own_server.new_database(), tmp_path / "key")
    with store.transaction() as transaction:
        assert transaction.apply([Samples().referral()]) == [None]
    # Several connections lie open, and every one of them breaks.
    with contextlib.ExitStack() as readers:
        for _ in range(MOST_CONNECTIONS - 1):
            readers.enter_context(store.read())
    own_server.kill()
    with pytest.raises(StoreBusyError), store.read() as reader:
        reader.counts()
    own_server.start()
    with store.read() as reader:
        assert reader.counts()["family"] == 1
    store.close()


def give_up(store: PostgresStore, change: Change) -> None:
    """Write a change in a transaction that fails."""

    def fail() -> None:
        with store.transaction() as transaction:
            transaction.apply([change])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_sequences_show_no_gap_and_no_late_comer(store: PostgresStore, place: Place) -> None:
    """Rows of a transaction that was given up leave no hole, and a writer who began earlier and ends later waits."""
    other = place.open()
    give_up(store, Change(notices=[samples.notice(1)]))
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as transaction:
            transaction.apply([Change(notices=[samples.notice(2)])])

            def write_more() -> None:
                with other.transaction() as another:
                    assert another.apply([Change(notices=[samples.notice(3)])]) == [None]

            later = pool.submit(write_more)
            with store.read() as reader:
                assert reader.list_notices(samples.notice(1).recipient, after=0, limit=9) == ()
        later.result()
    with store.read() as reader:
        found = reader.list_notices(samples.notice(1).recipient, after=0, limit=9)
    assert [(row.sequence, row.notice_id) for row in found] == [(1, 2), (2, 3)]
    other.close()


def test_parts_are_sent_once(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers share is written by the first that has it, and counts as known after a commit only."""
    sent: list[int] = []
    unknown = DriverWriter._unknown_parts

    def spy(writer: DriverWriter, many: Sequence[Values]) -> list[Values]:
        found = unknown(writer, many)
        sent.append(len(found))
        return found

    monkeypatch.setattr(DriverWriter, "_unknown_parts", spy)
    changes = [
        Change(answer=samples.answer(f"request-{n}", content=Joined.of(b"head %d " % n, (b"shared",)))) for n in (1, 2)
    ]
    give_up(store, changes[0])
    for each in changes:
        with store.transaction() as transaction:
            assert transaction.apply([each]) == [None]
    with store.read() as reader:
        assert reader.answers(["request-2"])["request-2"].answer == b"head 2 shared"
    assert sent == [1, 1, 0]


def test_the_url_is_shown_without_its_secrets() -> None:
    """Where a store lies may be said; who opens it, and with what, may not."""
    url = make_url("postgresql://user:canary@db.example:5432/record?sslmode=require&password=canary")
    assert postgres.where(url) == "db.example/record"
    assert "canary" not in postgres.where(make_url(new_database()))
