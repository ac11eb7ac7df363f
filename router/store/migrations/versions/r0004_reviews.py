"""Reviews as they stand, what people judged, and how events came to another family."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from router.store.migrations.guards import refuse_change

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite takes only a column declared INTEGER as the row's own address.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("closed_at IS NULL")
_REVIEW = "review.review_id"

# A review that is there already is asked of the desk that was told, and presses as the dangers that were told.
_REVIEWS_SO_FAR = """
    INSERT INTO review_state (
        review_id, family_id, other_family_id, opened_at, rank, desk, state, claimed_by, first_said, first_by
    )
    SELECT review.review_id, review.family_id, review.possible_family_id, review.opened_at,
        3 - coalesce((
            SELECT max(notice.urgency) FROM notice
            WHERE notice.kind IN ('safeguarding', 'red_flag')
                AND notice.family_id IN (review.family_id, review.possible_family_id)
        ), 0),
        coalesce((
            SELECT notice.recipient FROM notice JOIN decision ON decision.decision_id = notice.decision_id
            WHERE decision.event_id = review.event_id AND notice.kind = 'review'
            ORDER BY notice.sequence LIMIT 1
        ), ''),
        'open', '', '', ''
    FROM review
"""


def upgrade() -> None:
    """Make the tables, and give each review that is there its state."""
    _reviews()
    _judgements()
    _regroupings()
    _indexes()
    op.execute(_REVIEWS_SO_FAR)
    guarded = ("review", "review_event", "judgement", "judged", "regrouping", "regrouped")
    for table, columns in (*((name, ()) for name in guarded), ("review_state", ("review_id", "opened_at", "desk"))):
        for statement in refuse_change(op.get_bind().dialect.name, table, columns):
            op.execute(statement)


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


def _reviews() -> None:
    op.create_table(
        "review_state",
        _id("review_id", "The review", of="review.review_id", by="review_state"),
        _whole("family_id", "The family that holds the event today", of="family.family_id", by="review_state"),
        _whole("other_family_id", "The other family, as it is today", of="family.family_id", by="review_state"),
        _whole("opened_at", "When the question was put"),
        _whole("rank", "How pressing it is: 0 emergency, 1 urgent, 2 routine danger, 3 no danger"),
        _whole("claimed_until", "Until when somebody has it in hand", nullable=True),
        _whole("closed_at", "When it was answered", nullable=True),
        _text("desk", "The desk that is asked"),
        _text("state", "How far it has come: open, second_wanted, disputed, same, different, settled"),
        _text("claimed_by", "Who has it in hand"),
        _text("first_said", "What the first of two people said"),
        _text("first_by", "Who that was"),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_state")),
        comment="How each review stands",
        sqlite_strict=True,
    )
    op.create_table(
        "review_event",
        _sequence("Order of writing"),
        _whole("review_event_id", "What was done"),
        _whole("review_id", "The review that it was done about", of="review.review_id", by="review_event"),
        _whole("made_at", "When"),
        _whole("until", "Until when a claim holds", nullable=True),
        _text("kind", "What it was, such as claimed, said_same, disputed, settled, reopened"),
        _text("made_by", "Who did it"),
        _text("reason", "Why, coded"),
        _text("note", "Why, in a person's own words"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_review_event")),
        sa.UniqueConstraint("review_event_id", name=op.f("uq_review_event_review_event_id")),
        comment="Everything that was done about reviews; only ever added to",
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _judgements() -> None:
    op.create_table(
        "judgement",
        _sequence("Order of writing: of two judgements about one pair of events the higher one holds"),
        _whole("judgement_id", "The judgement"),
        _whole("review_id", "The review that it answers, if any", of=_REVIEW, by="judgement", nullable=True),
        _whole("made_at", "When it was made"),
        _text("verdict", "What was said: same, different, taken_back"),
        _text("made_by", "Who said it"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_judgement")),
        sa.UniqueConstraint("judgement_id", name=op.f("uq_judgement_judgement_id")),
        comment="What people said of sets of events: whether they are of one family; only ever added to",
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "judged",
        _id("judgement_id", "The judgement", of="judgement.judgement_id", by="judged"),
        _id("event_id", "An event that it is about", of="event.event_id", by="judged"),
        _whole("side", "Which of the two sets the event is in: 1 or 2"),
        sa.PrimaryKeyConstraint("judgement_id", "event_id", name=op.f("pk_judged")),
        comment="What judgements are about; only ever added to",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _regroupings() -> None:
    op.create_table(
        "regrouping",
        _id("regrouping_id", "The regrouping"),
        _whole("family_id", "The family that events were taken from", of="family.family_id", by="regrouping"),
        _whole("other_family_id", "The family that they came to", of="family.family_id", by="regrouping"),
        _whole(
            "review_id", "The review that it followed, if any", of="review.review_id", by="regrouping", nullable=True
        ),
        _whole("undoes", "The regrouping that it takes back, if any", nullable=True),
        _whole("made_at", "When"),
        _text("kind", "What it was: merge, undo, split, infant_moved"),
        _text("made_by", "Who did it"),
        _text("reason", "Why, coded"),
        _text("hidden", "The kind of privacy that keeps it from ordinary readers; empty for none"),
        sa.Column("before", sa.LargeBinary(), nullable=False, comment="What an undo needs besides the links"),
        sa.PrimaryKeyConstraint("regrouping_id", name=op.f("pk_regrouping")),
        comment="Acts by which events came to another family; only ever added to",
        sqlite_strict=True,
    )
    op.create_table(
        "regrouped",
        _id("regrouping_id", "The regrouping", of="regrouping.regrouping_id", by="regrouped"),
        _id("link_id", "A link that it made", of="link.link_id", by="regrouped"),
        _whole(
            "earlier_link_id", "The link that held before, if any", of="link.link_id", by="regrouped", nullable=True
        ),
        sa.PrimaryKeyConstraint("regrouping_id", "link_id", name=op.f("pk_regrouped")),
        comment="Which links each regrouping made; only ever added to",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _indexes() -> None:
    for name, columns in (
        ("family_id", ["family_id"]),
        ("other_family_id", ["other_family_id"]),
        ("rank", ["rank", "opened_at", "review_id"]),
        ("desk", ["desk", "rank", "opened_at", "review_id"]),
    ):
        op.create_index(f"ix_review_state_{name}", "review_state", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index(op.f("ix_review_event_review_id"), "review_event", ["review_id", "sequence"])
    op.create_index(op.f("ix_judged_event_id"), "judged", ["event_id"])
    op.create_index(op.f("ix_regrouping_family_id"), "regrouping", ["family_id"])
    op.create_index(op.f("ix_regrouping_other_family_id"), "regrouping", ["other_family_id"])
