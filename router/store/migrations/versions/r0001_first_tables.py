"""The record's first tables, and the guards that keep what must not change."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from router.store.migrations.guards import refuse_change

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite takes only a column declared INTEGER as the row's own address.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("act_by IS NOT NULL AND acknowledged_at IS NULL AND escalated_at IS NULL")
_REFERRAL = sa.text("kind = 'referral'")
_NO_DANGER = sa.text("(danger = '')")


def upgrade() -> None:
    """Make every table in an empty database."""
    part, answer, event = _arrivals()
    link = _families()
    decision, notice = _decisions()
    audit, pack = _rest()
    _indexes()
    _guards(
        {
            part: (),
            answer: (),
            event: (),
            link: (),
            audit: (),
            pack: (),
            decision: ("state",),
            notice: ("acknowledged_at", "acknowledged_by", "escalated_at"),
        }
    )


def _reference(name: str, of: str, by: str) -> list[sa.ForeignKey]:
    return [sa.ForeignKey(of, name=op.f(f"fk_{by}_{name}"))] if of else []


def _id(name: str, comment: str, *, of: str = "", by: str = "") -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, *_reference(name, of, by), autoincrement=False, nullable=False, comment=comment)


def _sequence(comment: str) -> sa.Column[Any]:
    return sa.Column("sequence", _WHOLE, autoincrement=True, nullable=False, comment=comment)


def _whole(name: str, comment: str, *, of: str = "", by: str = "", nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, *_reference(name, of, by), nullable=nullable, comment=comment)


def _text(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _bytes(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=False, comment=comment)


def _arrivals() -> tuple[sa.Table, sa.Table, sa.Table]:
    part = op.create_table(
        "part",
        _bytes("digest", "The part's digest"),
        _bytes("content", "What answers and decisions end in"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_part")),
        comment="What answers and decisions have in common, each part once",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    answer = op.create_table(
        "answer",
        _text("request_id", "The caller's own id of the request"),
        _text("method", "The method that was called"),
        _whole("created_at", "When the answer was given"),
        _bytes("request_digest", "Digest of the request's content: the same id with another content is refused"),
        _bytes("answer", "The bytes that were answered, with digests for what other rows share"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_answer")),
        comment="The answer given to each request, so that the same request gets the same bytes",
        sqlite_strict=True,
    )
    event = op.create_table(
        "event",
        _id("event_id", "The event"),
        _text("kind", "What arrived: referral, withdrawal, response, quarantine"),
        _text("source_system", "The system that sent it"),
        _text("source_reference", "That system's own reference"),
        _whole("source_version", "That system's own version of the reference"),
        _whole("occurred_at", "When it happened, as the source says"),
        _whole("received_at", "When it arrived"),
        _bytes("digest", "Content digest, by which a repeated version is recognised"),
        _bytes("payload", "The event as it arrived"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event")),
        comment="Everything that arrived; never changed, never deleted",
        sqlite_strict=True,
    )
    return part, answer, event


def _families() -> sa.Table:
    op.create_table(
        "family",
        _id("family_id", "The family"),
        _whole("version", "Rises with every change to the family; 0 when no change has touched it"),
        sa.PrimaryKeyConstraint("family_id", name=op.f("pk_family")),
        comment="One row a family; all else that is known of it refers to this row",
        sqlite_strict=True,
    )
    op.create_table(
        "person",
        _id("person_id", "The person"),
        _whole("family_id", "The family the person belongs to", of="family.family_id", by="person"),
        _whole("created_at", "When the person was first seen"),
        _text("role", "The person's role in the family"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        comment="The people of the families; what is known of them lies in the events",
        sqlite_strict=True,
    )
    op.create_table(
        "episode",
        _id("episode_id", "The episode"),
        _whole("family_id", "The family whose need it is", of="family.family_id", by="episode"),
        _whole("opened_at", "When the episode was opened"),
        sa.PrimaryKeyConstraint("episode_id", name=op.f("pk_episode")),
        comment="Open periods of need",
        sqlite_strict=True,
    )
    link = op.create_table(
        "link",
        _sequence("Order of writing: an event's link with the highest sequence is the one that holds"),
        _whole("link_id", "The link"),
        _whole("event_id", "The event that is placed", of="event.event_id", by="link"),
        _whole("family_id", "The family it belongs to", of="family.family_id", by="link"),
        _whole("episode_id", "The episode it belongs to", of="episode.episode_id", by="link"),
        _whole("made_at", "When the link was made"),
        _text("made_by", "Who or what made the link"),
        _text("people", "The event's references to people, each with a person id, as JSON"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_link")),
        sa.UniqueConstraint("link_id", name=op.f("uq_link_link_id")),
        comment="Where each event belongs; only ever added to",
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "blocking",
        _id("key", "Hash of a blocking key"),
        _id("family_id", "A family that has this key", of="family.family_id", by="blocking"),
        sa.PrimaryKeyConstraint("key", "family_id", name=op.f("pk_blocking")),
        comment="By which keys a family may be found; families share keys",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    return link


def _decisions() -> tuple[sa.Table, sa.Table]:
    decision = op.create_table(
        "decision",
        _id("decision_id", "The decision"),
        _whole("family_id", "The family it is about", of="family.family_id", by="decision"),
        _whole("episode_id", "The episode it is about", of="episode.episode_id", by="decision"),
        _whole("event_id", "The event that it answers", of="event.event_id", by="decision"),
        _whole("as_of", "The moment of evaluation"),
        _whole("urgency", "How pressing it is"),
        _text("outcome", "What was decided"),
        _text("service", "The lead service, or the desk"),
        _text("board", "The board that the lead belongs to"),
        _text("state", "How far it has come: the only column that changes"),
        _text("pack_digest", "The rule pack that decided"),
        _bytes("document", "The decision as decided, with digests for what other rows share"),
        _bytes("basis", "What it can be recomputed from"),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
        comment="Every decision",
        sqlite_strict=True,
    )
    op.create_table(
        "lead",
        _id("episode_id", "The episode: one lead each", of="episode.episode_id", by="lead"),
        _whole("decision_id", "The decision that named the lead", of="decision.decision_id", by="lead"),
        _whole("since", "Since when"),
        _text("service", "The lead service, or the desk"),
        _text("board", "The board that the lead belongs to"),
        _text("state", "How far the lead has come: proposed, accepted, desk"),
        _bytes("standing", "Who stands beside the lead: asked to lead, supporting, declined"),
        sa.PrimaryKeyConstraint("episode_id", name=op.f("pk_lead")),
        comment="The one lead of each episode as it stands",
        sqlite_strict=True,
    )
    notice = op.create_table(
        "notice",
        _sequence("Order of writing, by which readers follow the outbox"),
        _whole("notice_id", "The notice"),
        _whole(
            "decision_id",
            "The decision that it tells of, if any",
            of="decision.decision_id",
            by="notice",
            nullable=True,
        ),
        _whole("family_id", "The family that it is about, if known", of="family.family_id", by="notice", nullable=True),
        _whole("urgency", "How pressing it is"),
        _whole("created_at", "When it was written"),
        _whole("act_by", "By when it must be acknowledged, if at all", nullable=True),
        _whole("acknowledged_at", "When it was first acknowledged", nullable=True),
        _whole("escalated_at", "When it was first escalated", nullable=True),
        _text("recipient", "To whom"),
        _text("kind", "What it tells"),
        _text("level", "In how much detail"),
        _text("acknowledged_by", "Who first acknowledged it; empty before"),
        _text("text", "What the recipient reads"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_notice")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_notice_notice_id")),
        comment="The outbox: who has to know what",
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "desk_item",
        _id("desk_item_id", "The item"),
        _whole("event_id", "The event that it is about, if any", of="event.event_id", by="desk_item", nullable=True),
        _whole(
            "family_id", "The family that it is about, if known", of="family.family_id", by="desk_item", nullable=True
        ),
        _whole("created_at", "When it came to the desk"),
        _text("desk", "The desk that owns it"),
        _text("reason", "Why it is here, coded"),
        _text("danger", "The floor's triggers, most pressing first; empty when there are none"),
        sa.PrimaryKeyConstraint("desk_item_id", name=op.f("pk_desk_item")),
        comment="What a desk owns",
        sqlite_strict=True,
    )
    op.create_table(
        "review",
        _id("review_id", "The review"),
        _whole("event_id", "The event that raised the question", of="event.event_id", by="review"),
        _whole("family_id", "The family that the event was put in", of="family.family_id", by="review"),
        _whole("possible_family_id", "The family that may be the same one", of="family.family_id", by="review"),
        _whole("opened_at", "When the question was put"),
        _text("gates", "What kept the two from being joined"),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
        comment="Questions to a person: are these two families one?",
        sqlite_strict=True,
    )
    return decision, notice


def _rest() -> tuple[sa.Table, sa.Table]:
    audit = op.create_table(
        "audit",
        _sequence("Order of writing"),
        _whole("audit_id", "The entry"),
        _whole("created_at", "When it was written"),
        _text("name", "What happened, by its name in the closed list"),
        _bytes("leaf_digest", "Digest of the leaf"),
        _bytes("leaf", "Canonical JSON without personal data"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_audit_id")),
        comment="The audit record's leaves; never changed, never deleted",
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    pack = op.create_table(
        "pack",
        _text("digest", "The pack's digest"),
        _whole("kept_at", "When it was first kept"),
        _bytes("content", "The pack"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pack")),
        comment="Every rule pack that ever decided",
        sqlite_strict=True,
    )
    op.create_table(
        "process",
        _id("only", "Always 1: there is one row"),
        _whole("claims", "How many process numbers were given out"),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_process")),
        comment="The counter behind the numbers of processes",
        sqlite_strict=True,
    )
    return audit, pack


def _indexes() -> None:
    op.create_index(
        "uq_event_referral",
        "event",
        ["source_system", "source_reference", "source_version"],
        unique=True,
        sqlite_where=_REFERRAL,
        postgresql_where=_REFERRAL,
    )
    op.create_index(op.f("ix_person_family_id"), "person", ["family_id"])
    op.create_index(op.f("ix_episode_family_id"), "episode", ["family_id"])
    op.create_index(op.f("ix_link_event_id"), "link", ["event_id", "sequence"])
    op.create_index(op.f("ix_link_family_id"), "link", ["family_id"])
    op.create_index(op.f("ix_decision_family_id"), "decision", ["family_id", "decision_id"])
    op.create_index(op.f("ix_decision_service"), "decision", ["service", "decision_id"])
    op.create_index(op.f("ix_decision_board"), "decision", ["board", "decision_id"])
    op.create_index(op.f("ix_decision_as_of"), "decision", ["as_of"])
    op.create_index(op.f("ix_notice_recipient"), "notice", ["recipient", "sequence"])
    op.create_index("ix_notice_open", "notice", ["act_by"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_desk_item_desk", "desk_item", ["desk", _NO_DANGER, "created_at", "desk_item_id"])


def _guards(may_change: dict[sa.Table, tuple[str, ...]]) -> None:
    for table, columns in may_change.items():
        kept = [column.name for column in table.columns if column.name not in columns] if columns else []
        for statement in refuse_change(op.get_bind().dialect.name, table.name, kept):
            op.execute(statement)
