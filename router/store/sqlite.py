"""The SQLite store: one encrypted file, many readers, one writer at a time across all threads and processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, StaticPool, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoReaderFree
from sqlcipher3 import dbapi2

from router.store import applying, hot_sqlite, migrate, sqlite_file
from router.store.familyrows import EventKind, FamilyRows, ReferralVersion, StoredAnswer
from router.store.interface import Change, ChangeConflict, StoreError
from router.store.reading import CoreReader
from router.store.reviewrows import HeldReview
from router.store.sqlite_log import LogKeeper
from router.store.suspecting import count_death
from router.store.tables import pack, process

#: As many readers at once as the service takes requests at once.
_READERS = 64
_PROCESSES = 4096
# What SQLite says of pages that are missing or do not fit each other, and SQLCipher of one that is no whole page.
_DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})

#: The option by which a connection says how its transactions begin.
_BEGIN = "router_begin"


class SqliteReader(CoreReader):
    """Reads one consistent snapshot. Not to be shared by threads."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._driver = _driver(connection)

    def answers(self, request_ids: Collection[str]) -> dict[str, StoredAnswer]:
        """Return the answers already given, by request id."""
        found = hot_sqlite.answers(self._driver, request_ids)
        wholes = self._wholes([one.answer for one in found.values()])
        return {key: replace(one, answer=whole) for (key, one), whole in zip(found.items(), wholes, strict=True)}

    def families_of_keys(self, keys: Collection[int], *, most: int = 64) -> dict[int, tuple[int, ...]]:
        """Return the families of each blocking key; a key with more than ``most`` families is left out."""
        return hot_sqlite.families_of_keys(self._driver, keys, most)

    def referral_versions(
        self, references: Collection[tuple[str, str]], *, kind: EventKind = EventKind.REFERRAL
    ) -> dict[tuple[str, str], tuple[ReferralVersion, ...]]:
        """Return every version of what is named by (source system, source reference), lowest first."""
        return hot_sqlite.referral_versions(self._driver, references, kind)

    def families(self, family_ids: Collection[int]) -> dict[int, FamilyRows]:
        """Return everything held of the families, by id; an unknown id is left out."""
        return hot_sqlite.families(self._driver, family_ids)

    def suspects(self) -> dict[bytes, int]:
        """Return every suspect with the deaths counted."""
        return hot_sqlite.suspects(self._driver)

    def open_reviews(self, family_ids: Collection[int]) -> dict[int, tuple[HeldReview, ...]]:
        """Return the open reviews that each family is on either side of, in order of id."""
        return hot_sqlite.open_reviews(self._driver, family_ids)


class SqliteTransaction(SqliteReader):
    """One write transaction. Nobody else can commit while it is open."""

    def __init__(self, connection: Connection, epoch: int) -> None:
        super().__init__(connection)
        self._epoch = epoch

    def unchanged_since(self, mark: int) -> bool:
        """Return whether nobody has committed since ``Store.mark`` gave ``mark``."""
        return mark == self._epoch

    def apply(self, changes: Sequence[Change]) -> list[ChangeConflict | None]:
        """Write the changes, each all or nothing, and say for each whether it conflicted."""
        return applying.apply(hot_sqlite.DriverWriter(self._driver), changes)

    def keep_pack(self, digest: str, content: bytes, now: int) -> None:
        """Keep a rule pack under its digest, if it is not kept yet."""
        new = insert(pack).values(digest=digest, content=content, kept_at=now)
        self._connection.execute(new.on_conflict_do_nothing())

    def count_death(self, digest: bytes, died: str, now: int) -> int:
        """Count a process's death against a suspect, and return how many were counted; 0 when it was counted last."""
        return count_death(self._connection, digest, died, now)


class SqliteStore:
    """The record in one file. Safe to share among threads; several processes may open the same file."""

    most_locks: int | None = None

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        # The one connection that writes, and the same one when it only reads.
        self._writer = _engine(path, key)
        self._warm = self._writer.execution_options(**{_BEGIN: "BEGIN"})
        self._pinned: hot_sqlite.Driver | None = None
        self._readers = create_engine(
            "sqlite://",
            module=dbapi2,
            creator=lambda: sqlite_file.connect_reader(path, key),
            poolclass=QueuePool,
            pool_size=_READERS,
            max_overflow=0,
            pool_use_lifo=True,
            hide_parameters=True,
        )
        event.listen(self._readers, "begin", _begin)
        # That connection is used by one thread at a time.
        self._turn = threading.Lock()
        self._holder: int | None = None
        # What has been committed so far: counts our own commits, and the others' as far as we have noticed them.
        self._epoch = 0
        self._seen = -1
        self._closed = False
        self._log = LogKeeper(path, key)

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], key: bytes, *, create: bool = True, any_schema: bool = False
    ) -> SqliteStore:
        """Open the store's file, or make it when it is missing and ``create`` is true.

        A wrong key raises ``WrongKeyError`` and touches nothing; another schema than this program's raises
        ``SchemaError`` unless ``any_schema`` is given; anything else that prevents opening, ``StoreError``.
        """
        file = Path(path)
        if not file.exists():
            if not create:
                raise StoreError(f"there is no store at {file}; check the path, or let it be made")
            sqlite_file.create(file, lambda unfinished: _upgrade(unfinished, key))
        sqlite_file.prove_key(file, key)
        store = cls(file, key)
        try:
            with store._faults():
                if not any_schema:
                    migrate.check(store._readers)
        except BaseException:
            store.close()
            raise
        return store

    def mark(self) -> int:
        """Return a mark of what has been committed so far, for ``Transaction.unchanged_since``.

        Take it before the reads that it is to vouch for. It waits while another thread writes.
        """
        with self._faults(), self._hold():
            if self._pinned is None:
                with self._warm.connect() as connection:
                    self._pinned = _driver(connection)
            return self._notice(self._pinned)

    @contextmanager
    def read(self, *, to_write: bool = False) -> Iterator[SqliteReader]:
        """Open a snapshot to read from.

        With ``to_write`` it is read on the connection that writes, whose cache is warm, and keeps other writers of
        this process waiting meanwhile: for the thread that is about to write.
        """
        if to_write:
            with self._faults(), self._hold(), self._warm.begin() as connection:
                yield SqliteReader(connection)
        else:
            self._refuse_when_closed()
            with self._faults(), self._readers.begin() as connection:
                yield SqliteReader(connection)

    @contextmanager
    def transaction(self, lock_keys: Collection[int] = ()) -> Iterator[SqliteTransaction]:
        """Open a write transaction that commits when the block ends well.

        SQLite has one write lock for the whole file, so ``lock_keys`` add nothing.
        """
        del lock_keys
        with self._writing() as (connection, epoch):
            yield SqliteTransaction(connection, epoch)

    def claim_process_number(self) -> int:
        """Return a number that no other process of this store was given, 0 to 4095, wrapping round."""
        new = insert(process).values(only=1, claims=1)
        counted = new.on_conflict_do_update(index_elements=[process.c.only], set_={"claims": process.c.claims + 1})
        with self._writing() as (connection, _):
            claims: int = connection.execute(counted.returning(process.c.claims)).scalar_one()
        return (claims - 1) % _PROCESSES

    def close(self) -> None:
        """Close every connection, once the writer is done. No reader may be open."""
        with self._turn:
            self._closed = True
            self._log.close()
            self._readers.dispose()
            self._writer.dispose()

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, int]]:
        """Open a write transaction, with the epoch in which it stands."""
        with self._faults(), self._hold(), self._writer.begin() as connection:
            epoch = self._notice(_driver(connection))
            # Even if the commit fails: whether it reached the disk is then not known.
            self._epoch += 1
            yield connection, epoch
            if not _driver(connection).in_transaction:
                raise StoreError("the transaction was ended by an earlier fault; nothing of it was kept")
        self._log.committed()

    def _notice(self, driver: hot_sqlite.Driver) -> int:
        """Return the epoch, raised if anyone else has committed since the last look.

        The database's own data version tells of commits by other connections and processes, not of those on this
        connection; those we count ourselves. Inside a write transaction nobody else can commit, so it holds to the end.
        """
        (version,) = driver.execute("PRAGMA data_version").fetchone()
        if version != self._seen:
            self._seen = version
            self._epoch += 1
        return self._epoch

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Hold the writing connection."""
        if self._holder == threading.get_ident():
            raise StoreError("this thread already holds the store's writing connection; end that block first")
        with self._turn:
            self._refuse_when_closed()
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreError(f"the store at {self._path} is closed")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn the libraries' errors into ours. Neither theirs nor ours hold any row's content."""
        try:
            yield
        except (dbapi2.Error, DBAPIError, NoReaderFree) as fault:
            cause = getattr(fault, "orig", None) or fault
            damaged = getattr(cause, "sqlite_errorname", "") in _DAMAGED
            hint = "; it is damaged, or lacks its log (-wal): put back a whole copy of both" if damaged else ""
            raise StoreError(f"the store at {self._path} failed: {cause}{hint}") from fault


def upgrade_file(path: str | os.PathLike[str], key: bytes, *, dry_run: bool = False) -> tuple[str, ...]:
    """Bring an existing store's schema up to date and return the revisions applied. No process should be serving it.

    With ``dry_run`` nothing is changed, and the revisions that it lacks are returned.
    """
    file = Path(path)
    if not file.exists():
        raise StoreError(f"there is no store at {file}; check the path")
    sqlite_file.prove_key(file, key)
    return _upgrade(file, key, dry_run=dry_run)


def _upgrade(file: Path, key: bytes, *, dry_run: bool = False) -> tuple[str, ...]:
    engine = _engine(file, key)
    try:
        return migrate.pending(engine) if dry_run else migrate.upgrade(engine)
    finally:
        engine.dispose()


def _engine(path: Path, key: bytes) -> Engine:
    """Return an engine with one connection, which writes."""
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: sqlite_file.connect_writer(path, key),
        poolclass=StaticPool,
        hide_parameters=True,
        execution_options={_BEGIN: "BEGIN IMMEDIATE"},
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    how = connection.get_execution_options().get(_BEGIN, "BEGIN")
    connection.exec_driver_sql(how)
    if how == "BEGIN":
        # By itself BEGIN takes no snapshot: the first read does, and it is to be now.
        connection.exec_driver_sql("PRAGMA data_version")


def _driver(connection: Connection) -> hot_sqlite.Driver:
    driver: hot_sqlite.Driver = connection.connection.driver_connection  # type: ignore[assignment]
    return driver
