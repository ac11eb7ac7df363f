"""What ended processes of the rule engine, so that it ends no more of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite takes only a column declared INTEGER as the row's own address.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "suspect",
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="What was being evaluated, as a keyed digest"),
        sa.Column("deaths", _WHOLE, nullable=False, comment="How many processes ended over it"),
        sa.Column("first_at", _WHOLE, nullable=False, comment="When the first of them was noticed"),
        sa.Column("last_at", _WHOLE, nullable=False, comment="When the last of them was noticed"),
        sa.Column(
            "last_died", sa.Text(), nullable=False, comment="Which process ended last, so that none is counted twice"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_suspect")),
        comment="Questions that ended a process of the rule engine",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
