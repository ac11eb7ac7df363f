"""Triggers by which the database itself refuses to change what must not change."""

from __future__ import annotations

from collections.abc import Sequence


def refuse_change(dialect: str, table: str, columns: Sequence[str] = ()) -> list[str]:
    """Return the statements that make a table's rows, or these columns of them, impossible to change or delete."""
    of = f" OF {', '.join(columns)}" if columns else ""
    keeps, stays = f"rows of {table} are never changed", f"rows of {table} are never deleted"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_keeps BEFORE UPDATE{of} ON {table} BEGIN SELECT RAISE(ABORT, '{keeps}'); END",
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{stays}'); END",
        ]
    if dialect == "postgresql":
        return [
            _REFUSE,
            f"CREATE TRIGGER {table}_keeps BEFORE UPDATE{of} ON {table} FOR EACH ROW EXECUTE FUNCTION {_say(keeps)}",
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {_say(stays)}",
            f"CREATE TRIGGER {table}_remains BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {_say(stays)}",
        ]
    # Not left to do: the router runs on these two, and a third kind must not keep rows that nothing guards.
    raise NotImplementedError(f"no guards are written for {dialect}")


def _say(words: str) -> str:
    return f"refuse('{words}')"


_REFUSE = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0]; END $$
"""
