"""Moves a whole store into another one: copied table by table, brought up to date, compared row by row.

The copy may be stopped at any moment and goes on where it was. As long as it is not finished it is marked so in the
place of its schema's revision, and no program opens it. The source may be served meanwhile, except for the last round:
what is still being written to cannot be finished.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, bindparam, func, select

from router.store import bulk, migrate
from router.store.interface import Store, StoreError
from router.store.open import open_store
from router.store.past import snapshot, writing
from router.store.tables import audit, key_proof, link, metadata, notice, pack, pack_act, process, shadow

#: Every table that is copied, those that are referred to first. The proof of the key is each store's own.
TABLES: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if table is not key_proof)

#: The tables whose rows the database guards, and which of their columns may change. Of the other tables every column
#: but the key may, and a row may go.
GUARDED: dict[str, tuple[str, ...]] = {
    "part": (),
    "answer": (),
    "event": (),
    "link": (),
    "audit": (),
    "pack": (),
    "review": (),
    "review_event": (),
    "judgement": (),
    "judged": (),
    "regrouping": (),
    "regrouped": (),
    "pack_act": (),
    "shadow": (),
    "review_state": (
        "family_id",
        "other_family_id",
        "rank",
        "claimed_until",
        "closed_at",
        "state",
        "claimed_by",
        "first_said",
        "first_by",
    ),
    "decision": ("state",),
    "notice": ("acknowledged_at", "acknowledged_by", "escalated_at"),
}

_ROUNDS = 3


class StillServedError(StoreError):
    """The source was written to while the last round went on. What was copied stays."""


class Progress(Protocol):
    """Is told how far the work has come."""

    def begin(self, phase: str, rows: int) -> None:
        """Begin a phase in which about so many rows are gone through."""

    def advance(self, table: str, rows: int) -> None:
        """Say that so many rows more of a table are done."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not the same in both stores. ``key`` names it by ids only."""

    table: str
    key: str
    what: str


@dataclass(slots=True)
class Copied:
    """What was done: rows written by this run, rows compared, and where the stores differ, by table."""

    written: dict[str, int] = field(default_factory=lambda: {table.name: 0 for table in TABLES})
    compared: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


def copy(source_url: str, target_url: str, key_file: str | os.PathLike[str], progress: Progress) -> Copied:
    """Copy a store into an empty one, or go on with such a copy. Raises ``StoreError``.

    Where rows differ in the end, the copy stays marked as not finished.
    """
    source = open_store(source_url, key_file, create=False)
    try:
        with snapshot(source) as here:
            mark = _mark_of(here)
        target = open_store(target_url, key_file, any_schema=True)
        try:
            _claim(target, mark)
            _refuse_itself(source, target, mark)
            return _Copying(source, target, progress).run()
        finally:
            target.close()
    finally:
        source.close()


def _mark_of(source: Connection) -> str:
    """Return how an unfinished copy of this source by this program is marked.

    A source is told by when its first router started: nothing else of a store is older, or alike in two.
    """
    first = source.execute(select(pack.c.kept_at, pack.c.digest).order_by(pack.c.kept_at, pack.c.digest).limit(1))
    told = hashlib.blake2b(repr((migrate.newest(), *map(tuple, first))).encode(), digest_size=12)
    return migrate.UNFINISHED + told.hexdigest()


def _claim(target: Store, mark: str) -> None:
    """Mark an empty target as a copy that is not finished; refuse one that is neither empty nor this copy."""
    with writing(target) as there:
        at = migrate.current(there)
        if at == mark:
            return
        if at.startswith(migrate.UNFINISHED):
            raise StoreError(
                "the target is an unfinished copy of another store, or one that another version of this program began; "
                "name an empty database, or remove that copy"
            )
        migrate.check_connected(there)
        held = [table.name for table in TABLES if there.execute(select(table).limit(1)).first() is not None]
        if held:
            raise StoreError(
                f"the target is a store of its own: it holds rows of {', '.join(held)}; name one that is empty or "
                "does not exist (nothing was changed)"
            )
        migrate.remark(there, mark)


def _refuse_itself(source: Store, target: Store, mark: str) -> None:
    with snapshot(source) as here:
        itself = migrate.current(here) == mark
    if itself:
        with writing(target) as there:
            migrate.remark(there, migrate.newest())
        raise StoreError("source and target are the same store (nothing was changed)")


class _Copying:
    """One run."""

    def __init__(self, source: Store, target: Store, progress: Progress) -> None:
        self._source = source
        self._target = target
        self._progress = progress
        self._done = Copied()

    def run(self) -> Copied:
        for _ in range(_ROUNDS):
            with snapshot(self._source) as here:
                self._append_all(here)
                if _moment(here) == self._moment_now():
                    return self._settle(here)
        raise self._still_served()

    def _append_all(self, here: Connection) -> None:
        with snapshot(self._target) as there:
            lacking = sum(max(0, bulk.count(here, table) - bulk.count(there, table)) for table in TABLES)
        self._progress.begin("copying", lacking)
        for table in TABLES:
            with snapshot(self._target) as there:
                last = bulk.last_key(there, table)
                if last is not None and bulk.count(here, table, until=last) != bulk.count(there, table):
                    # Ids of several processes interleave, so rows that came later may lie before the last one.
                    self._align(here, there, table, [], until=last, told=False)
            for rows in bulk.batches(bulk.stream(here, table, list(table.columns), after=last)):
                self._insert(table, rows)
                self._progress.advance(table.name, len(rows))

    def _settle(self, here: Connection) -> Copied:
        """Finish the copy as of a snapshot of the source, which must still be the source's state in the end."""
        counts = {table.name: bulk.count(here, table) for table in TABLES}
        moving = [table for table in TABLES if table.name not in GUARDED or GUARDED[table.name]]
        self._progress.begin("bringing up to date", sum(counts[table.name] for table in moving))
        for table in moving:
            with snapshot(self._target) as there:
                self._align(here, there, table, _changing(table))
        self._progress.begin("comparing", sum(counts.values()))
        with snapshot(self._target) as there:
            for table in TABLES:
                self._done.differences += self._differences(here, there, table)
        if _moment(here) != self._moment_now():
            raise self._still_served()
        if not self._done.differences:
            with writing(self._target) as there:
                for table in TABLES:
                    if "sequence" in table.c:
                        bulk.go_on_after(there, table)
                migrate.remark(there, migrate.newest())
        return self._done

    def _align(
        self,
        here: Connection,
        there: Connection,
        table: Table,
        changing: list[Column[Any]],
        *,
        until: bulk.Values | None = None,
        told: bool = True,
    ) -> None:
        """Give the target the rows that it lacks, the columns that changed, and no rows that are gone."""
        key = bulk.key_of(table)
        columns = [*key, *changing]
        pairs = bulk.merged(
            bulk.stream(here, table, columns, until=until), bulk.stream(there, table, columns, until=until), len(key)
        )
        for many in bulk.batches(pairs):
            missing = [ours[: len(key)] for ours, theirs in many if ours is not None and theirs is None]
            changed = [ours for ours, theirs in many if ours is not None and theirs is not None and ours != theirs]
            gone = [theirs[: len(key)] for ours, theirs in many if ours is None and theirs is not None]
            if missing:
                self._insert(table, bulk.rows_of(here, table, missing))
            if changed:
                self._change(table, changing, changed)
            # Of a guarded table no row goes: one that is too many is found when the rows are compared.
            if gone and table.name not in GUARDED:
                self._delete(table, gone)
            if told:
                self._progress.advance(table.name, len(many))

    def _insert(self, table: Table, rows: list[bulk.Values]) -> None:
        with writing(self._target) as there:
            bulk.insert_missing(there, table, rows)
        self._done.written[table.name] += len(rows)

    def _change(self, table: Table, changing: list[Column[Any]], rows: list[bulk.Values]) -> None:
        names = [*(f"key_{column.name}" for column in bulk.key_of(table)), *(f"new_{one.name}" for one in changing)]
        update = table.update().where(_this(table)).values({one: bindparam(f"new_{one.name}") for one in changing})
        with writing(self._target) as there:
            there.execute(update, [dict(zip(names, row, strict=True)) for row in rows])

    def _delete(self, table: Table, keys: list[bulk.Values]) -> None:
        names = [f"key_{column.name}" for column in bulk.key_of(table)]
        with writing(self._target) as there:
            there.execute(table.delete().where(_this(table)), [dict(zip(names, key, strict=True)) for key in keys])

    def _differences(self, here: Connection, there: Connection, table: Table) -> Iterator[Difference]:
        key, columns = bulk.key_of(table), list(table.columns)
        # The key first, by which the two are put side by side.
        columns = [*key, *(column for column in columns if column not in set(key))]
        pairs = bulk.merged(bulk.stream(here, table, columns), bulk.stream(there, table, columns), len(key))
        seen = 0
        for many in bulk.batches(pairs):
            for ours, theirs in many:
                if ours != theirs:
                    what = "is missing" if theirs is None else "is too many" if ours is None else "differs"
                    yield Difference(table.name, _named((ours or theirs or ())[: len(key)]), what)
            seen += len(many)
            self._progress.advance(table.name, len(many))
        self._done.compared[table.name] = seen

    def _moment_now(self) -> bulk.Values:
        with snapshot(self._source) as now:
            return _moment(now)

    def _still_served(self) -> StillServedError:
        rows = sum(self._done.written.values())
        return StillServedError(
            f"the source is still being written to: {rows} rows were copied and stay; stop the routers that serve it, "
            "then run the same command again to finish"
        )


def _changing(table: Table) -> list[Column[Any]]:
    key = set(bulk.key_of(table))
    if table.name in GUARDED:
        return [table.c[name] for name in GUARDED[table.name]]
    return [column for column in table.columns if column not in key]


def _this(table: Table) -> ColumnElement[bool]:
    return and_(*(column == bindparam(f"key_{column.name}") for column in bulk.key_of(table)))


def _moment(connection: Connection) -> bulk.Values:
    """Return what changes with everything that a router writes.

    Each change leaves an audit record, but for what a shadow finds; each process that starts takes a number and keeps
    its pack.
    """
    asked = (
        *(select(func.max(table.c.sequence)).scalar_subquery() for table in (audit, link, notice, pack_act)),
        select(func.count()).select_from(shadow).scalar_subquery(),
        select(func.max(process.c.claims)).scalar_subquery(),
        select(func.count()).select_from(pack).scalar_subquery(),
    )
    return tuple(connection.execute(select(*asked)).one())


def _named(key: bulk.Values) -> str:
    """Return a key as it may be shown: a text is a caller's own and may hold anything."""
    return " ".join(
        f"sha256:{hashlib.sha256(one.encode()).hexdigest()[:16]}"
        if isinstance(one, str)
        else one.hex()
        if isinstance(one, bytes)
        else str(one)
        for one in key
    )
