"""What tells whether a process has the key that the store was made with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.migrations.guards import refuse_change

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite takes only a column declared INTEGER as the row's own address.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, empty: the next process that opens the store fills it where it is needed."""
    op.create_table(
        "key_proof",
        sa.Column("only", _WHOLE, autoincrement=False, nullable=False, comment="Always 1: there is one row"),
        sa.Column("proof", sa.LargeBinary(), nullable=False, comment="What every process's key must give"),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_key_proof")),
        comment="Tells whether a process has the key that the store was made with; empty where the file itself does",
        sqlite_strict=True,
    )
    for statement in refuse_change(op.get_bind().dialect.name, "key_proof"):
        op.execute(statement)
