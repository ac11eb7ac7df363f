"""What a register holds of families: each version of a record is held once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_REGISTERED = sa.text("kind = 'registered'")


def upgrade() -> None:
    """Make the index, empty: no store of an older schema holds such a record."""
    op.create_index(
        "uq_event_registered",
        "event",
        ["source_system", "source_reference", "source_version"],
        unique=True,
        sqlite_where=_REGISTERED,
        postgresql_where=_REGISTERED,
    )
