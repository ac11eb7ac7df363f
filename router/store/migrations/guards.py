"""Triggers by which the database itself refuses to change what must not change."""

from __future__ import annotations

from collections.abc import Sequence


def refuse_change(dialect: str, table: str, columns: Sequence[str] = ()) -> list[str]:
    """Return the statements that make a table's rows, or these columns of them, impossible to change or delete."""
    if dialect != "sqlite":
        raise NotImplementedError(f"no guards are written for {dialect}")
    of = f" OF {', '.join(columns)}" if columns else ""
    keeps = f"SELECT RAISE(ABORT, 'rows of {table} are never changed');"
    stays = f"SELECT RAISE(ABORT, 'rows of {table} are never deleted');"
    return [
        f"CREATE TRIGGER {table}_keeps BEFORE UPDATE{of} ON {table} BEGIN {keeps} END",
        f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN {stays} END",
    ]
