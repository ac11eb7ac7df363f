"""How packs come into force, and what a pack in shadow would have decided."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from router.store.migrations.guards import refuse_change

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite takes only a column declared INTEGER as the row's own address.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, empty: the next start of a router writes down which pack is in force."""
    _pack_acts()
    _shadows()
    for table in ("pack_act", "shadow"):
        for statement in refuse_change(op.get_bind().dialect.name, table):
            op.execute(statement)


def _whole(name: str, comment: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, nullable=nullable, comment=comment)


def _text(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _pack_acts() -> None:
    op.create_table(
        "pack_act",
        sa.Column("sequence", _WHOLE, autoincrement=True, nullable=False, comment="Order of writing"),
        _whole("act_id", "What was done"),
        sa.Column(
            "digest",
            sa.Text(),
            sa.ForeignKey("pack.digest", name=op.f("fk_pack_act_digest")),
            nullable=False,
            comment="The pack that it was done about",
        ),
        sa.Column(
            "proposal_id",
            _WHOLE,
            sa.ForeignKey("pack_act.act_id", name=op.f("fk_pack_act_proposal_id")),
            nullable=True,
            comment="The act that proposed the pack, if any",
        ),
        _whole("made_at", "When"),
        _whole("live_from", "From when an activated pack is to decide", nullable=True),
        _text("kind", "What it was, such as proposed, approved, activated, rolled_back"),
        _text("service", "The service for which it was done; empty for none"),
        _text("made_by", "Who did it"),
        _text("note", "Why, in a person's own words"),
        sa.Column("details", sa.LargeBinary(), nullable=False, comment="What else a proposal says"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_pack_act")),
        sa.UniqueConstraint("act_id", name=op.f("uq_pack_act_act_id")),
        comment="Everything that was done about packs; only ever added to",
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _shadows() -> None:
    op.create_table(
        "shadow",
        *(
            sa.Column(
                name,
                _WHOLE,
                sa.ForeignKey(of, name=op.f(f"fk_shadow_{name}")),
                autoincrement=False,
                nullable=False,
                comment=comment,
            )
            for name, of, comment in (
                ("act_id", "pack_act.act_id", "The act that started the shadow"),
                ("decision_id", "decision.decision_id", "The decision that was made again"),
            )
        ),
        _whole("compared_at", "When"),
        _text("what", "What would differ; empty for nothing"),
        _text("from_lead", "The lead, or desk, of the decision"),
        _text("to_lead", "The lead, or desk, that the shadow would have had"),
        sa.PrimaryKeyConstraint("act_id", "decision_id", name=op.f("pk_shadow")),
        comment="Decisions made again under a pack in shadow; only ever added to",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
