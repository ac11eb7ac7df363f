"""The PostgreSQL store: one database, any number of processes on any number of hosts.

Readers see one snapshot. A writer reads the newest state and holds what it reads: it first takes the locks that its
caller names, in rising order, and the row of every family that it looks at, so that of two processes that decide about
one family the second sees what the first did. The server is asked for no more than READ COMMITTED; what it cannot do
now (a deadlock, a connection that broke) is ``StoreBusyError``, and the whole work may be done again.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, inspect, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from router.store import applying, hot_postgres, migrate
from router.store.familyrows import DecisionRow, EventKind, FamilyRows, ReferralVersion, StoredAnswer
from router.store.interface import Change, ChangeConflict, StoreBusyError, StoreError, WrongKeyError
from router.store.key import proof_of
from router.store.reading import CoreReader
from router.store.reviewrows import HeldReview
from router.store.suspecting import count_death
from router.store.tables import key_proof, metadata, pack, process

#: Connections of one process: its writer, and as many readers at once.
MOST_CONNECTIONS = 9
_PROCESSES = 4096
_OLDEST_SERVER = 140000
_MOST_KNOWN_PARTS = 1 << 16

#: A third of the places in the lock table of a server as it comes.
_MOST_LOCKS = 2_000

#: The lock under which a schema is made or changed.
_MIGRATING = -2

# Set on each connection, so that a store behaves alike whatever its server's defaults are.
_SESSION = (
    # What is acknowledged is on the disk.
    "SET synchronous_commit = on",
    "SET timezone = 'UTC'",
    # A writer that waits longer for a lock, or for anything, gives way and tries again.
    "SET lock_timeout = '10s'",
    "SET statement_timeout = '60s'",
    # The locks of a process whose host vanished in the middle of a transaction.
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET tcp_keepalives_idle = 15",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)
_SAFE = ("fsync", "full_page_writes")

# What another try may find mended: the server gave way to another transaction, ran short of room, or went away.
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, NoConnectionFree)
#: The classes of server errors that only a person can mend: who may connect, and which database there is.
_LASTING = ("28", "3D")
#: The classes with which a connection is lost: connection exceptions and operator intervention.
_LOST = ("08", "57")


class PostgresReader(CoreReader):
    """Reads one consistent snapshot. Not to be shared by threads."""

    _hold = False

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._driver = _driver(connection)

    def answers(self, request_ids: Collection[str]) -> dict[str, StoredAnswer]:
        """Return the answers already given, by request id."""
        found = hot_postgres.answers(self._driver, request_ids)
        wholes = self._wholes([one.answer for one in found.values()])
        return {key: replace(one, answer=whole) for (key, one), whole in zip(found.items(), wholes, strict=True)}

    def families_of_keys(self, keys: Collection[int], *, most: int = 64) -> dict[int, tuple[int, ...]]:
        """Return the families of each blocking key; a key with more than ``most`` families is left out."""
        return hot_postgres.families_of_keys(self._driver, keys, most)

    def referral_versions(
        self, references: Collection[tuple[str, str]], *, kind: EventKind = EventKind.REFERRAL
    ) -> dict[tuple[str, str], tuple[ReferralVersion, ...]]:
        """Return every version of what is named by (source system, source reference), lowest first."""
        return hot_postgres.referral_versions(self._driver, references, kind)

    def family_versions(self, family_ids: Collection[int]) -> dict[int, int]:
        """Return the current version of the families, by id; an unknown id is left out."""
        return hot_postgres.family_versions(self._driver, family_ids, hold=self._hold)

    def families(self, family_ids: Collection[int]) -> dict[int, FamilyRows]:
        """Return everything held of the families, by id; an unknown id is left out."""
        return hot_postgres.families(self._driver, family_ids, hold=self._hold)

    def open_reviews(self, family_ids: Collection[int]) -> dict[int, tuple[HeldReview, ...]]:
        """Return the open reviews that each family is on either side of, in order of id."""
        return hot_postgres.open_reviews(self._driver, family_ids)


class PostgresTransaction(PostgresReader):
    """One write transaction. What it reads of families and decisions nobody else changes until it ends."""

    _hold = True

    def __init__(self, connection: Connection, known_parts: Collection[bytes]) -> None:
        super().__init__(connection)
        self.writer = hot_postgres.DriverWriter(self._driver, known_parts)

    def decisions_by_id(self, decision_ids: Collection[int]) -> dict[int, DecisionRow]:
        """Return decisions by id."""
        # A decision's state changes with its family only, so the family is what is held.
        hot_postgres.hold_families_of(self._driver, decision_ids)
        return super().decisions_by_id(decision_ids)

    def unchanged_since(self, mark: int) -> bool:
        """Return False: other hosts commit without a word to this one, so what was read is looked at again."""
        del mark
        return False

    def apply(self, changes: Sequence[Change]) -> list[ChangeConflict | None]:
        """Write the changes, each all or nothing, and say for each whether it conflicted."""
        return applying.apply(self.writer, changes)

    def keep_pack(self, digest: str, content: bytes, now: int) -> None:
        """Keep a rule pack under its digest, if it is not kept yet."""
        new = insert(pack).values(digest=digest, content=content, kept_at=now)
        self._connection.execute(new.on_conflict_do_nothing())

    def count_death(self, digest: bytes, died: str, now: int) -> int:
        """Count a process's death against a suspect; see ``router.store.suspecting``."""
        return count_death(self._connection, digest, died, now)


class PostgresStore:
    """The record in one database. Safe to share among threads; any number of processes may open the same database."""

    most_locks: int | None = _MOST_LOCKS

    def __init__(self, url: URL) -> None:
        self._where = where(url)
        self._engine = _engine(url, MOST_CONNECTIONS)
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._here = threading.local()
        self._known_parts: set[bytes] = set()
        self._closed = False

    @classmethod
    def open(cls, url: URL, key: bytes, *, create: bool = True, any_schema: bool = False) -> PostgresStore:
        """Open the store in a database, or make it when the database is empty and ``create`` is true.

        A key other than that of the store's other processes raises ``WrongKeyError``; another schema than this
        program's, ``SchemaError`` unless ``any_schema`` is given; a server that would lose what it acknowledged, or
        anything else that prevents opening, ``StoreError``. Nothing is changed then.
        """
        store = cls(url)
        try:
            with store._faults():
                store._look_at_server()
                if create and store._is_empty():
                    _upgrade(url)
                if not any_schema:
                    migrate.check(store._engine)
                store._prove(key)
        except BaseException:
            store.close()
            raise
        return store

    def mark(self) -> int:
        """Return a mark for ``Transaction.unchanged_since``, which here vouches for nothing."""
        self._refuse_when_held()
        self._refuse_when_closed()
        return 0

    @contextmanager
    def read(self, *, to_write: bool = False) -> Iterator[PostgresReader]:
        """Open a snapshot to read from."""
        if to_write:
            self._refuse_when_held()
        self._refuse_when_closed()
        with self._faults(), self._snapshots.begin() as connection:
            reader = PostgresReader(connection)
            # By itself BEGIN takes no snapshot: the first statement does, and it is to be now.
            reader._driver.execute("SELECT 1")  # noqa: SLF001 - its own
            yield reader

    @contextmanager
    def transaction(self, lock_keys: Collection[int] = ()) -> Iterator[PostgresTransaction]:
        """Open a write transaction that commits when the block ends well, holding locks on ``lock_keys``."""
        self._refuse_when_held()
        self._refuse_when_closed()
        self._here.held = True
        try:
            with self._faults(), self._engine.begin() as connection:
                transaction = PostgresTransaction(connection, self._known_parts)
                # Each later statement sees what was committed before it began, so what these locks waited for too.
                hot_postgres.lock(transaction._driver, lock_keys)  # noqa: SLF001 - its own
                yield transaction
        finally:
            self._here.held = False
        self._remember_parts(transaction.writer.met)

    def claim_process_number(self) -> int:
        """Return a number that no other process of this store was given, 0 to 4095, wrapping round."""
        new = insert(process).values(only=1, claims=1)
        counted = new.on_conflict_do_update(index_elements=[process.c.only], set_={"claims": process.c.claims + 1})
        with self._faults(), self._engine.begin() as connection:
            claims: int = connection.execute(counted.returning(process.c.claims)).scalar_one()
        return (claims - 1) % _PROCESSES

    def close(self) -> None:
        """Close every connection. No reader may be open."""
        self._closed = True
        self._engine.dispose()

    def _look_at_server(self) -> None:
        with self._engine.connect() as connection:
            driver = _driver(connection)
            if driver.info.server_version < _OLDEST_SERVER:
                raise StoreError(f"the server of {self._where} is older than PostgreSQL 14; use 14 or newer")
            for name in _SAFE:
                if _shown(driver, name) != "on":
                    raise StoreError(
                        f"the server of {self._where} has {name} off and may lose what was acknowledged; set it on"
                    )
            if _shown(driver, "server_encoding") != "UTF8":
                raise StoreError(f"the database of {self._where} is not in UTF-8; make it with encoding UTF8")

    def _is_empty(self) -> bool:
        with self._engine.connect() as connection:
            return not set(inspect(connection).get_table_names()) & {*metadata.tables, "alembic_version"}

    def _prove(self, key: bytes) -> None:
        """Refuse a key that is not the store's: with another one a process would find no family of the others."""
        with self._engine.begin() as connection:
            connection.execute(insert(key_proof).values(only=1, proof=proof_of(key)).on_conflict_do_nothing())
        self._check_key(key)

    def _check_key(self, key: bytes) -> None:
        with self._engine.connect() as connection:
            # A store that is yet to be migrated may have none.
            known = inspect(connection).has_table(key_proof.name)
            kept = connection.execute(select(key_proof.c.proof)).scalar_one_or_none() if known else None
        if kept is not None and kept != proof_of(key):
            raise WrongKeyError(
                f"the key is not the one that the store in {self._where} was made with; give every process the same "
                "key file (nothing was changed)"
            )

    def _remember_parts(self, met: Collection[bytes]) -> None:
        if len(self._known_parts) + len(met) > _MOST_KNOWN_PARTS:
            self._known_parts.clear()
        self._known_parts.update(met)

    def _refuse_when_held(self) -> None:
        if getattr(self._here, "held", False):
            raise StoreError("this thread already holds a transaction of the store; end that block first")

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreError(f"the store at {self._where} is closed")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn the libraries' errors into ours. Neither theirs nor ours hold any row's content."""
        try:
            yield
        except (psycopg.Error, DBAPIError, NoConnectionFree) as fault:
            raise self._ours(getattr(fault, "orig", None) or fault) from None

    def _ours(self, cause: BaseException) -> StoreError:
        state = getattr(cause, "sqlstate", None) or ""
        # Where there is no code, the words are the client library's own and tell of the connection; otherwise they
        # may be about a row.
        words = type(cause).__name__ if state else str(cause).partition("\n")[0]
        if not isinstance(cause, _PASSING) or state[:2] in _LASTING or _refused_for_good(words):
            return StoreError(f"the store at {self._where} failed: {words}")
        if not state or state[:2] in _LOST:
            # The other connections lie on the same server: each would be found broken in its turn.
            self._engine.dispose()
        # Each lock takes a place in the server's memory, of which there is a set number.
        too_much = isinstance(cause, errors.OutOfMemory)
        return StoreBusyError(f"the store at {self._where} could not do it now: {words}", too_much=too_much)


def _refused_for_good(words: str) -> bool:
    # A connection that was refused carries no code, only the server's words.
    return "authentication failed" in words or "does not exist" in words or "no password supplied" in words


def is_empty(url: URL) -> bool:
    """Return whether a database holds no store. Raises ``StoreError`` where it cannot be reached."""
    store = PostgresStore(url)
    try:
        with store._faults():  # noqa: SLF001 - of this module
            return store._is_empty()  # noqa: SLF001
    finally:
        store.close()


def upgrade_database(url: URL, key: bytes, *, dry_run: bool = False) -> tuple[str, ...]:
    """Bring an existing store's schema up to date and return the revisions applied. No process should be serving it.

    With ``dry_run`` nothing is changed, and the revisions that it lacks are returned.
    """
    store = PostgresStore(url)
    try:
        with store._faults():  # noqa: SLF001 - of this module
            if store._is_empty():  # noqa: SLF001
                raise StoreError(f"there is no store in {where(url)}; check the URL")
            store._check_key(key)  # noqa: SLF001
            return migrate.pending(store._engine) if dry_run else _upgrade(url)  # noqa: SLF001
    finally:
        store.close()


def where(url: URL) -> str:
    """Return a database's place as it may be shown: without user, password or options."""
    return f"{url.host or url.query.get('host') or 'localhost'}/{url.database}"


def _upgrade(url: URL) -> tuple[str, ...]:
    engine = _engine(url, 1)
    # Of two processes that begin at once, the second waits and finds nothing to do.
    event.listen(engine, "begin", lambda connection: hot_postgres.lock(_driver(connection), (_MIGRATING,)))
    try:
        return migrate.upgrade(engine)
    finally:
        engine.dispose()


def _engine(url: URL, most: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=QueuePool,
        pool_size=most,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 5, "application_name": "referral-router"},
    )
    event.listen(engine, "connect", _settle)
    return engine


def _settle(driver: Any, _record: object) -> None:
    held, driver.autocommit = driver.autocommit, True
    for statement in _SESSION:
        driver.execute(statement)
    driver.autocommit = held


def _shown(driver: hot_postgres.Driver, name: str) -> str:
    row = driver.execute(f"SHOW {name}").fetchone()
    return str(row[0]) if row else ""


def _driver(connection: Connection) -> hot_postgres.Driver:
    driver: hot_postgres.Driver = connection.connection.driver_connection  # type: ignore[assignment]
    return driver
