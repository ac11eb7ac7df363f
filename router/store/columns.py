"""The kinds of column that the record's tables are made of. Each has a comment on what it holds.

Migrations do not use them: they keep their own.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.types import TypeEngine

#: A 63-bit integer. SQLite takes only a column declared INTEGER as the row's own address.
WHOLE: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


def own_id(name: str, comment: str) -> Column[int]:
    """Return the column of a row's own id."""
    return Column(name, WHOLE, primary_key=True, autoincrement=False, comment=comment)


def sequence(comment: str) -> Column[int]:
    """Return the column of the order of writing, which the database gives."""
    return Column("sequence", WHOLE, primary_key=True, autoincrement=True, comment=comment)


def reference(target: str, comment: str, *, name: str = "", nullable: bool = False) -> Column[int]:
    """Return a column that names a row of another table."""
    column = name or target.rsplit(".", 1)[1]
    return Column(column, WHOLE, ForeignKey(target), nullable=nullable, comment=comment)


def key_of(target: str, comment: str) -> Column[int]:
    """Return a column of the primary key that names a row of another table."""
    column = target.rsplit(".", 1)[1]
    return Column(column, WHOLE, ForeignKey(target), primary_key=True, autoincrement=False, comment=comment)


def whole(name: str, comment: str, *, nullable: bool = False, unique: bool = False) -> Column[int]:
    """Return a column of a whole number: a moment, a count, an id that refers to nothing."""
    return Column(name, WHOLE, nullable=nullable, unique=unique, comment=comment)


def words(name: str, comment: str, *, primary_key: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, primary_key=primary_key, nullable=False, comment=comment)


def content(name: str, comment: str) -> Column[bytes]:
    """Return a column of bytes."""
    return Column(name, LargeBinary, nullable=False, comment=comment)
