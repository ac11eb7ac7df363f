"""The tables of the record, once for every store.

Times are whole microseconds since the epoch in UTC. Ids are positive 63-bit integers that rise with time, so that rows
are appended where the last ones lie. Large columns come last in their table: a scan that does not want them need not
read them. A migration never imports this module: it keeps the tables as they were when it was written.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.types import TypeEngine

#: A 63-bit integer. SQLite takes only a column declared INTEGER as the row's own address.
WHOLE: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _id(name: str, comment: str) -> Column[int]:
    return Column(name, WHOLE, primary_key=True, autoincrement=False, comment=comment)


def _sequence(comment: str) -> Column[int]:
    return Column("sequence", WHOLE, primary_key=True, autoincrement=True, comment=comment)


def _of(target: str, comment: str, *, name: str = "", nullable: bool = False) -> Column[int]:
    """Return a column that names a row of another table."""
    column = name or target.rsplit(".", 1)[1]
    return Column(column, WHOLE, ForeignKey(target), nullable=nullable, comment=comment)


def _key_of(target: str, comment: str) -> Column[int]:
    """Return a column of the primary key that names a row of another table."""
    column = target.rsplit(".", 1)[1]
    return Column(column, WHOLE, ForeignKey(target), primary_key=True, autoincrement=False, comment=comment)


def _whole(name: str, comment: str, *, nullable: bool = False, unique: bool = False) -> Column[int]:
    return Column(name, WHOLE, nullable=nullable, unique=unique, comment=comment)


def _text(name: str, comment: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=primary_key, nullable=False, comment=comment)


def _bytes(name: str, comment: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False, comment=comment)


def _open(name: str, *columns: str) -> Index:
    """Return an index of the reviews that are open."""
    where = text("closed_at IS NULL")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


part = Table(
    "part",
    metadata,
    Column("digest", LargeBinary, primary_key=True, nullable=False, comment="The part's digest"),
    _bytes("content", "What answers and decisions end in"),
    comment="What answers and decisions have in common, each part once",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

answer = Table(
    "answer",
    metadata,
    _text("request_id", "The caller's own id of the request", primary_key=True),
    _text("method", "The method that was called"),
    _whole("created_at", "When the answer was given"),
    _bytes("request_digest", "Digest of the request's content: the same id with another content is refused"),
    _bytes("answer", "The bytes that were answered, with digests for what other rows share"),
    comment="The answer given to each request, so that the same request gets the same bytes",
    sqlite_strict=True,
)

family = Table(
    "family",
    metadata,
    _id("family_id", "The family"),
    _whole("version", "Rises with every change to the family; 0 when no change has touched it"),
    comment="One row a family; all else that is known of it refers to this row",
    sqlite_strict=True,
)

person = Table(
    "person",
    metadata,
    _id("person_id", "The person"),
    _of("family.family_id", "The family the person belongs to"),
    _whole("created_at", "When the person was first seen"),
    _text("role", "The person's role in the family"),
    Index(None, "family_id"),
    comment="The people of the families; what is known of them lies in the events",
    sqlite_strict=True,
)

episode = Table(
    "episode",
    metadata,
    _id("episode_id", "The episode"),
    _of("family.family_id", "The family whose need it is"),
    _whole("opened_at", "When the episode was opened"),
    Index(None, "family_id"),
    comment="Open periods of need",
    sqlite_strict=True,
)

event = Table(
    "event",
    metadata,
    _id("event_id", "The event"),
    _text("kind", "What arrived: referral, withdrawal, response, quarantine"),
    _text("source_system", "The system that sent it"),
    _text("source_reference", "That system's own reference"),
    _whole("source_version", "That system's own version of the reference"),
    _whole("occurred_at", "When it happened, as the source says"),
    _whole("received_at", "When it arrived"),
    _bytes("digest", "Content digest, by which a repeated version is recognised"),
    _bytes("payload", "The event as it arrived"),
    Index(
        "uq_event_referral",
        "source_system",
        "source_reference",
        "source_version",
        unique=True,
        sqlite_where=text("kind = 'referral'"),
        postgresql_where=text("kind = 'referral'"),
    ),
    Index(
        "uq_event_registered",
        "source_system",
        "source_reference",
        "source_version",
        unique=True,
        sqlite_where=text("kind = 'registered'"),
        postgresql_where=text("kind = 'registered'"),
    ),
    comment="Everything that arrived; never changed, never deleted",
    sqlite_strict=True,
)

link = Table(
    "link",
    metadata,
    _sequence("Order of writing: an event's link with the highest sequence is the one that holds"),
    _whole("link_id", "The link", unique=True),
    _of("event.event_id", "The event that is placed"),
    _of("family.family_id", "The family it belongs to"),
    _of("episode.episode_id", "The episode it belongs to"),
    _whole("made_at", "When the link was made"),
    _text("made_by", "Who or what made the link"),
    _text("people", "The event's references to people, each with a person id, as JSON"),
    Index(None, "event_id", "sequence"),
    Index(None, "family_id"),
    comment="Where each event belongs; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

blocking = Table(
    "blocking",
    metadata,
    _id("key", "Hash of a blocking key"),
    _key_of("family.family_id", "A family that has this key"),
    comment="By which keys a family may be found; families share keys",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

decision = Table(
    "decision",
    metadata,
    _id("decision_id", "The decision"),
    _of("family.family_id", "The family it is about"),
    _of("episode.episode_id", "The episode it is about"),
    _of("event.event_id", "The event that it answers"),
    _whole("as_of", "The moment of evaluation"),
    _whole("urgency", "How pressing it is"),
    _text("outcome", "What was decided"),
    _text("service", "The lead service, or the desk"),
    _text("board", "The board that the lead belongs to"),
    _text("state", "How far it has come: the only column that changes"),
    _text("pack_digest", "The rule pack that decided"),
    _bytes("document", "The decision as decided, with digests for what other rows share"),
    _bytes("basis", "What it can be recomputed from"),
    Index(None, "family_id", "decision_id"),
    Index(None, "service", "decision_id"),
    Index(None, "board", "decision_id"),
    Index(None, "as_of"),
    comment="Every decision",
    sqlite_strict=True,
)

lead = Table(
    "lead",
    metadata,
    _key_of("episode.episode_id", "The episode: one lead each"),
    _of("decision.decision_id", "The decision that named the lead"),
    _whole("since", "Since when"),
    _text("service", "The lead service, or the desk"),
    _text("board", "The board that the lead belongs to"),
    _text("state", "How far the lead has come: proposed, accepted, desk"),
    _bytes("standing", "Who stands beside the lead: asked to lead, supporting, declined"),
    comment="The one lead of each episode as it stands",
    sqlite_strict=True,
)

notice = Table(
    "notice",
    metadata,
    _sequence("Order of writing, by which readers follow the outbox"),
    _whole("notice_id", "The notice", unique=True),
    _of("decision.decision_id", "The decision that it tells of, if any", nullable=True),
    _of("family.family_id", "The family that it is about, if known", nullable=True),
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
    Index(None, "recipient", "sequence"),
    Index(
        "ix_notice_open",
        "act_by",
        sqlite_where=text("act_by IS NOT NULL AND acknowledged_at IS NULL AND escalated_at IS NULL"),
        postgresql_where=text("act_by IS NOT NULL AND acknowledged_at IS NULL AND escalated_at IS NULL"),
    ),
    comment="The outbox: who has to know what",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

desk_item = Table(
    "desk_item",
    metadata,
    _id("desk_item_id", "The item"),
    _of("event.event_id", "The event that it is about, if any", nullable=True),
    _of("family.family_id", "The family that it is about, if known", nullable=True),
    _whole("created_at", "When it came to the desk"),
    _text("desk", "The desk that owns it"),
    _text("reason", "Why it is here, coded"),
    _text("danger", "The floor's triggers, most pressing first; empty when there are none"),
    Index("ix_desk_item_desk", "desk", text("(danger = '')"), "created_at", "desk_item_id"),
    comment="What a desk owns",
    sqlite_strict=True,
)

review = Table(
    "review",
    metadata,
    _id("review_id", "The review"),
    _of("event.event_id", "The event that raised the question"),
    _of("family.family_id", "The family that the event was put in"),
    _of("family.family_id", "The family that may be the same one", name="possible_family_id"),
    _whole("opened_at", "When the question was put"),
    _text("gates", "What kept the two from being joined"),
    comment="Questions to a person: are these two families one?",
    sqlite_strict=True,
)

review_state = Table(
    "review_state",
    metadata,
    _key_of("review.review_id", "The review"),
    _of("family.family_id", "The family that holds the event today"),
    _of("family.family_id", "The other family, as it is today", name="other_family_id"),
    _whole("opened_at", "When the question was put"),
    _whole("rank", "How pressing it is: 0 emergency, 1 urgent, 2 routine danger, 3 no danger"),
    _whole("claimed_until", "Until when somebody has it in hand", nullable=True),
    _whole("closed_at", "When it was answered", nullable=True),
    _text("desk", "The desk that is asked"),
    _text("state", "How far it has come: open, second_wanted, disputed, same, different, settled"),
    _text("claimed_by", "Who has it in hand"),
    _text("first_said", "What the first of two people said"),
    _text("first_by", "Who that was"),
    _open("ix_review_state_family_id", "family_id"),
    _open("ix_review_state_other_family_id", "other_family_id"),
    _open("ix_review_state_rank", "rank", "opened_at", "review_id"),
    _open("ix_review_state_desk", "desk", "rank", "opened_at", "review_id"),
    comment="How each review stands",
    sqlite_strict=True,
)

review_event = Table(
    "review_event",
    metadata,
    _sequence("Order of writing"),
    _whole("review_event_id", "What was done", unique=True),
    _of("review.review_id", "The review that it was done about"),
    _whole("made_at", "When"),
    _whole("until", "Until when a claim holds", nullable=True),
    _text("kind", "What it was, such as claimed, said_same, disputed, settled, reopened"),
    _text("made_by", "Who did it"),
    _text("reason", "Why, coded"),
    _text("note", "Why, in a person's own words"),
    Index(None, "review_id", "sequence"),
    comment="Everything that was done about reviews; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

judgement = Table(
    "judgement",
    metadata,
    _sequence("Order of writing: of two judgements about one pair of events the higher one holds"),
    _whole("judgement_id", "The judgement", unique=True),
    _of("review.review_id", "The review that it answers, if any", nullable=True),
    _whole("made_at", "When it was made"),
    _text("verdict", "What was said: same, different, taken_back"),
    _text("made_by", "Who said it"),
    comment="What people said of sets of events: whether they are of one family; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

judged = Table(
    "judged",
    metadata,
    _key_of("judgement.judgement_id", "The judgement"),
    _key_of("event.event_id", "An event that it is about"),
    _whole("side", "Which of the two sets the event is in: 1 or 2"),
    Index(None, "event_id"),
    comment="What judgements are about; only ever added to",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

regrouping = Table(
    "regrouping",
    metadata,
    _id("regrouping_id", "The regrouping"),
    _of("family.family_id", "The family that events were taken from"),
    _of("family.family_id", "The family that they came to", name="other_family_id"),
    _of("review.review_id", "The review that it followed, if any", nullable=True),
    _whole("undoes", "The regrouping that it takes back, if any", nullable=True),
    _whole("made_at", "When"),
    _text("kind", "What it was: merge, undo, split, infant_moved"),
    _text("made_by", "Who did it"),
    _text("reason", "Why, coded"),
    _text("hidden", "The kind of privacy that keeps it from ordinary readers; empty for none"),
    _bytes("before", "What an undo needs besides the links"),
    Index(None, "family_id"),
    Index(None, "other_family_id"),
    comment="Acts by which events came to another family; only ever added to",
    sqlite_strict=True,
)

regrouped = Table(
    "regrouped",
    metadata,
    _key_of("regrouping.regrouping_id", "The regrouping"),
    _key_of("link.link_id", "A link that it made"),
    _of("link.link_id", "The link that held before, if any", name="earlier_link_id", nullable=True),
    comment="Which links each regrouping made; only ever added to",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    _sequence("Order of writing"),
    _whole("audit_id", "The entry", unique=True),
    _whole("created_at", "When it was written"),
    _text("name", "What happened, by its name in the closed list"),
    _bytes("leaf_digest", "Digest of the leaf"),
    _bytes("leaf", "Canonical JSON without personal data"),
    comment="The audit record's leaves; never changed, never deleted",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

pack = Table(
    "pack",
    metadata,
    _text("digest", "The pack's digest", primary_key=True),
    _whole("kept_at", "When it was first kept"),
    _bytes("content", "The pack"),
    comment="Every rule pack that ever decided",
    sqlite_strict=True,
)

pack_act = Table(
    "pack_act",
    metadata,
    _sequence("Order of writing"),
    _whole("act_id", "What was done", unique=True),
    Column("digest", Text, ForeignKey("pack.digest"), nullable=False, comment="The pack that it was done about"),
    _of("pack_act.act_id", "The act that proposed the pack, if any", name="proposal_id", nullable=True),
    _whole("made_at", "When"),
    _whole("live_from", "From when an activated pack is to decide", nullable=True),
    _text("kind", "What it was, such as proposed, approved, activated, rolled_back"),
    _text("service", "The service for which it was done; empty for none"),
    _text("made_by", "Who did it"),
    _text("note", "Why, in a person's own words"),
    _bytes("details", "What else a proposal says"),
    comment="Everything that was done about packs; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

shadow = Table(
    "shadow",
    metadata,
    _key_of("pack_act.act_id", "The act that started the shadow"),
    _key_of("decision.decision_id", "The decision that was made again"),
    _whole("compared_at", "When"),
    _text("what", "What would differ; empty for nothing"),
    _text("from_lead", "The lead, or desk, of the decision"),
    _text("to_lead", "The lead, or desk, that the shadow would have had"),
    comment="Decisions made again under a pack in shadow; only ever added to",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

process = Table(
    "process",
    metadata,
    _id("only", "Always 1: there is one row"),
    _whole("claims", "How many process numbers were given out"),
    comment="The counter behind the numbers of processes",
    sqlite_strict=True,
)

key_proof = Table(
    "key_proof",
    metadata,
    _id("only", "Always 1: there is one row"),
    _bytes("proof", "What every process's key must give"),
    comment="Tells whether a process has the key that the store was made with; empty where the file itself does",
    sqlite_strict=True,
)

suspect = Table(
    "suspect",
    metadata,
    Column(
        "digest", LargeBinary, primary_key=True, nullable=False, comment="What was being evaluated, as a keyed digest"
    ),
    _whole("deaths", "How many processes ended over it"),
    _whole("first_at", "When the first of them was noticed"),
    _whole("last_at", "When the last of them was noticed"),
    _text("last_died", "Which process ended last, so that none is counted twice"),
    comment="Questions that ended a process of the rule engine",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: The tables that hold the record: what ``Reader.counts`` counts.
RECORD: tuple[Table, ...] = tuple(
    table for table in metadata.sorted_tables if table not in (part, process, suspect, key_proof)
)
