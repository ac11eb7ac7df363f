"""Bringing a store's schema to the one that this program needs, and refusing a store that has another."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from router.store.interface import SchemaError

SCRIPTS = Path(__file__).with_name("migrations")


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
    lacking = pending(engine)
    if lacking:
        raise SchemaError(
            f"the store's schema is older than this program: {len(lacking)} revision(s) are missing, from "
            f"{lacking[0]} to {lacking[-1]}; make a copy of the store, then run `router migrate`"
        )


def _pending(connection: Connection) -> tuple[str, ...]:
    # Newest first, as alembic walks them.
    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    heads = MigrationContext.configure(connection).get_current_heads()
    if not heads:
        return tuple(reversed(known))
    (current,) = heads
    if current not in known:
        raise SchemaError(
            f"the store's schema is at revision {current}, which this program does not know: a newer program has "
            f"upgraded it; run that program, or a newer one (this one knows up to {known[0]})"
        )
    return tuple(reversed(known[: known.index(current)]))


def _config() -> Config:
    config = Config()
    # A percent sign in the path would be read as the start of a placeholder.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
