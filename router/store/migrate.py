"""Bringing a store's schema to the one that this program needs, and refusing a store that has another."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, text

from router.store.interface import SchemaError

SCRIPTS = Path(__file__).with_name("migrations")

#: How the mark of a store begins that is being copied into, in place of its revision: no program, of whatever age,
#: opens a store whose revision it does not know.
UNFINISHED = "copy:"


def upgrade(engine: Engine) -> tuple[str, ...]:
    """Apply the revisions that the store lacks, all in one transaction, and return them in the order applied.

    The engine's transactions must be able to write from their beginning, so that of two processes that upgrade at
    once the second waits and finds nothing to do.
    """
    with engine.begin() as connection:
        lacking = _pending(connection)
        if lacking:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return lacking


def pending(engine: Engine) -> tuple[str, ...]:
    """Return the revisions that the store lacks, first to last; a store of a newer program raises ``SchemaError``."""
    with engine.connect() as connection:
        return _pending(connection)


def check(engine: Engine) -> None:
    """Raise ``SchemaError`` unless the store has exactly the schema that this program needs."""
    with engine.connect() as connection:
        check_connected(connection)


def check_connected(connection: Connection) -> None:
    """Raise ``SchemaError`` unless the store on this connection has the schema that this program needs."""
    lacking = _pending(connection)
    if lacking:
        raise SchemaError(
            f"the store's schema is older than this program: {len(lacking)} revision(s) are missing, from "
            f"{lacking[0]} to {lacking[-1]}; make a copy of the store, then run `router migrate`"
        )


def revisions() -> tuple[Script, ...]:
    """Return every revision that this program knows, first to last."""
    # Newest first, as alembic walks them.
    return tuple(ScriptDirectory.from_config(_config()).walk_revisions())[::-1]


def sentence(revision: str) -> str:
    """Return what a revision says of itself."""
    return next(script.doc for script in revisions() if script.revision == revision)


def newest() -> str:
    """Return the revision of the schema that this program needs."""
    return revisions()[-1].revision


def remark(connection: Connection, mark: str) -> None:
    """Mark a store with another revision, or as a copy that is not finished."""
    connection.execute(text("UPDATE alembic_version SET version_num = :mark"), {"mark": mark})


def current(connection: Connection) -> str:
    """Return the revision that a store is at, as it is marked; empty when it has no mark."""
    heads = MigrationContext.configure(connection).get_current_heads()
    return heads[0] if heads else ""


def _pending(connection: Connection) -> tuple[str, ...]:
    known = [script.revision for script in revisions()]
    at = current(connection)
    if not at:
        return tuple(known)
    if at.startswith(UNFINISHED):
        raise SchemaError(
            "the store is a copy that was not finished: run `router store copy` again with the same stores, or remove "
            "it and begin anew"
        )
    if at not in known:
        raise SchemaError(
            f"the store's schema is at revision {at}, which this program does not know: a newer program has "
            f"upgraded it; run that program, or a newer one (this one knows up to {known[-1]})"
        )
    return tuple(known[known.index(at) + 1 :])


def _config() -> Config:
    config = Config()
    # A percent sign in the path would be read as the start of a placeholder.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
