"""The tables of the record, once for every store.

Times are whole microseconds since the epoch in UTC. Ids are positive 63-bit integers that rise with time, so that rows
are appended where the last ones lie. Large columns come last in their table: a scan that does not want them need not
read them. A migration never imports this module: it keeps the tables as they were when it was written.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, MetaData, Table, Text, text

from router.store.columns import content, key_of, own_id, reference, sequence, whole, words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _open(name: str, *columns: str) -> Index:
    """Return an index of the reviews that are open."""
    where = text("closed_at IS NULL")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


part = Table(
    "part",
    metadata,
    Column("digest", LargeBinary, primary_key=True, nullable=False, comment="The part's digest"),
    content("content", "What answers and decisions end in"),
    comment="What answers and decisions have in common, each part once",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

answer = Table(
    "answer",
    metadata,
    words("request_id", "The caller's own id of the request", primary_key=True),
    words("method", "The method that was called"),
    whole("created_at", "When the answer was given"),
    content("request_digest", "Digest of the request's content: the same id with another content is refused"),
    content("answer", "The bytes that were answered, with digests for what other rows share"),
    comment="The answer given to each request, so that the same request gets the same bytes",
    sqlite_strict=True,
)

family = Table(
    "family",
    metadata,
    own_id("family_id", "The family"),
    whole("version", "Rises with every change to the family; 0 when no change has touched it"),
    comment="One row a family; all else that is known of it refers to this row",
    sqlite_strict=True,
)

person = Table(
    "person",
    metadata,
    own_id("person_id", "The person"),
    reference("family.family_id", "The family the person belongs to"),
    whole("created_at", "When the person was first seen"),
    words("role", "The person's role in the family"),
    Index(None, "family_id"),
    comment="The people of the families; what is known of them lies in the events",
    sqlite_strict=True,
)

episode = Table(
    "episode",
    metadata,
    own_id("episode_id", "The episode"),
    reference("family.family_id", "The family whose need it is"),
    whole("opened_at", "When the episode was opened"),
    Index(None, "family_id"),
    comment="Open periods of need",
    sqlite_strict=True,
)

event = Table(
    "event",
    metadata,
    own_id("event_id", "The event"),
    words("kind", "What arrived: referral, withdrawal, response, quarantine"),
    words("source_system", "The system that sent it"),
    words("source_reference", "That system's own reference"),
    whole("source_version", "That system's own version of the reference"),
    whole("occurred_at", "When it happened, as the source says"),
    whole("received_at", "When it arrived"),
    content("digest", "Content digest, by which a repeated version is recognised"),
    content("payload", "The event as it arrived"),
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
    sequence("Order of writing: an event's link with the highest sequence is the one that holds"),
    whole("link_id", "The link", unique=True),
    reference("event.event_id", "The event that is placed"),
    reference("family.family_id", "The family it belongs to"),
    reference("episode.episode_id", "The episode it belongs to"),
    whole("made_at", "When the link was made"),
    words("made_by", "Who or what made the link"),
    words("people", "The event's references to people, each with a person id, as JSON"),
    Index(None, "event_id", "sequence"),
    Index(None, "family_id"),
    comment="Where each event belongs; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

blocking = Table(
    "blocking",
    metadata,
    own_id("key", "Hash of a blocking key"),
    key_of("family.family_id", "A family that has this key"),
    comment="By which keys a family may be found; families share keys",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

decision = Table(
    "decision",
    metadata,
    own_id("decision_id", "The decision"),
    reference("family.family_id", "The family it is about"),
    reference("episode.episode_id", "The episode it is about"),
    reference("event.event_id", "The event that it answers"),
    whole("as_of", "The moment of evaluation"),
    whole("urgency", "How pressing it is"),
    words("outcome", "What was decided"),
    words("service", "The lead service, or the desk"),
    words("board", "The board that the lead belongs to"),
    words("state", "How far it has come: the only column that changes"),
    words("pack_digest", "The rule pack that decided"),
    content("document", "The decision as decided, with digests for what other rows share"),
    content("basis", "What it can be recomputed from"),
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
    key_of("episode.episode_id", "The episode: one lead each"),
    reference("decision.decision_id", "The decision that named the lead"),
    whole("since", "Since when"),
    words("service", "The lead service, or the desk"),
    words("board", "The board that the lead belongs to"),
    words("state", "How far the lead has come: proposed, accepted, desk"),
    content("standing", "Who stands beside the lead: asked to lead, supporting, declined"),
    comment="The one lead of each episode as it stands",
    sqlite_strict=True,
)

notice = Table(
    "notice",
    metadata,
    sequence("Order of writing, by which readers follow the outbox"),
    whole("notice_id", "The notice", unique=True),
    reference("decision.decision_id", "The decision that it tells of, if any", nullable=True),
    reference("family.family_id", "The family that it is about, if known", nullable=True),
    whole("urgency", "How pressing it is"),
    whole("created_at", "When it was written"),
    whole("act_by", "By when it must be acknowledged, if at all", nullable=True),
    whole("acknowledged_at", "When it was first acknowledged", nullable=True),
    whole("escalated_at", "When it was first escalated", nullable=True),
    words("recipient", "To whom"),
    words("kind", "What it tells"),
    words("level", "In how much detail"),
    words("acknowledged_by", "Who first acknowledged it; empty before"),
    words("text", "What the recipient reads"),
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
    own_id("desk_item_id", "The item"),
    reference("event.event_id", "The event that it is about, if any", nullable=True),
    reference("family.family_id", "The family that it is about, if known", nullable=True),
    whole("created_at", "When it came to the desk"),
    words("desk", "The desk that owns it"),
    words("reason", "Why it is here, coded"),
    words("danger", "The floor's triggers, most pressing first; empty when there are none"),
    Index("ix_desk_item_desk", "desk", text("(danger = '')"), "created_at", "desk_item_id"),
    comment="What a desk owns",
    sqlite_strict=True,
)

review = Table(
    "review",
    metadata,
    own_id("review_id", "The review"),
    reference("event.event_id", "The event that raised the question"),
    reference("family.family_id", "The family that the event was put in"),
    reference("family.family_id", "The family that may be the same one", name="possible_family_id"),
    whole("opened_at", "When the question was put"),
    words("gates", "What kept the two from being joined"),
    comment="Questions to a person: are these two families one?",
    sqlite_strict=True,
)

review_state = Table(
    "review_state",
    metadata,
    key_of("review.review_id", "The review"),
    reference("family.family_id", "The family that holds the event today"),
    reference("family.family_id", "The other family, as it is today", name="other_family_id"),
    whole("opened_at", "When the question was put"),
    whole("rank", "How pressing it is: 0 emergency, 1 urgent, 2 routine danger, 3 no danger"),
    whole("claimed_until", "Until when somebody has it in hand", nullable=True),
    whole("closed_at", "When it was answered", nullable=True),
    words("desk", "The desk that is asked"),
    words("state", "How far it has come: open, second_wanted, disputed, same, different, settled"),
    words("claimed_by", "Who has it in hand"),
    words("first_said", "What the first of two people said"),
    words("first_by", "Who that was"),
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
    sequence("Order of writing"),
    whole("review_event_id", "What was done", unique=True),
    reference("review.review_id", "The review that it was done about"),
    whole("made_at", "When"),
    whole("until", "Until when a claim holds", nullable=True),
    words("kind", "What it was, such as claimed, said_same, disputed, settled, reopened"),
    words("made_by", "Who did it"),
    words("reason", "Why, coded"),
    words("note", "Why, in a person's own words"),
    Index(None, "review_id", "sequence"),
    comment="Everything that was done about reviews; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

judgement = Table(
    "judgement",
    metadata,
    sequence("Order of writing: of two judgements about one pair of events the higher one holds"),
    whole("judgement_id", "The judgement", unique=True),
    reference("review.review_id", "The review that it answers, if any", nullable=True),
    whole("made_at", "When it was made"),
    words("verdict", "What was said: same, different, taken_back"),
    words("made_by", "Who said it"),
    comment="What people said of sets of events: whether they are of one family; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

judged = Table(
    "judged",
    metadata,
    key_of("judgement.judgement_id", "The judgement"),
    key_of("event.event_id", "An event that it is about"),
    whole("side", "Which of the two sets the event is in: 1 or 2"),
    Index(None, "event_id"),
    comment="What judgements are about; only ever added to",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

regrouping = Table(
    "regrouping",
    metadata,
    own_id("regrouping_id", "The regrouping"),
    reference("family.family_id", "The family that events were taken from"),
    reference("family.family_id", "The family that they came to", name="other_family_id"),
    reference("review.review_id", "The review that it followed, if any", nullable=True),
    whole("undoes", "The regrouping that it takes back, if any", nullable=True),
    whole("made_at", "When"),
    words("kind", "What it was: merge, undo, split, infant_moved"),
    words("made_by", "Who did it"),
    words("reason", "Why, coded"),
    words("hidden", "The kind of privacy that keeps it from ordinary readers; empty for none"),
    content("before", "What an undo needs besides the links"),
    Index(None, "family_id"),
    Index(None, "other_family_id"),
    comment="Acts by which events came to another family; only ever added to",
    sqlite_strict=True,
)

regrouped = Table(
    "regrouped",
    metadata,
    key_of("regrouping.regrouping_id", "The regrouping"),
    key_of("link.link_id", "A link that it made"),
    reference("link.link_id", "The link that held before, if any", name="earlier_link_id", nullable=True),
    comment="Which links each regrouping made; only ever added to",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    sequence("Order of writing"),
    whole("audit_id", "The entry", unique=True),
    whole("created_at", "When it was written"),
    words("name", "What happened, by its name in the closed list"),
    content("leaf_digest", "Digest of the leaf"),
    content("leaf", "Canonical JSON without personal data"),
    comment="The audit record's leaves; never changed, never deleted",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

pack = Table(
    "pack",
    metadata,
    words("digest", "The pack's digest", primary_key=True),
    whole("kept_at", "When it was first kept"),
    content("content", "The pack"),
    comment="Every rule pack that ever decided",
    sqlite_strict=True,
)

pack_act = Table(
    "pack_act",
    metadata,
    sequence("Order of writing"),
    whole("act_id", "What was done", unique=True),
    Column("digest", Text, ForeignKey("pack.digest"), nullable=False, comment="The pack that it was done about"),
    reference("pack_act.act_id", "The act that proposed the pack, if any", name="proposal_id", nullable=True),
    whole("made_at", "When"),
    whole("live_from", "From when an activated pack is to decide", nullable=True),
    words("kind", "What it was, such as proposed, approved, activated, rolled_back"),
    words("service", "The service for which it was done; empty for none"),
    words("made_by", "Who did it"),
    words("note", "Why, in a person's own words"),
    content("details", "What else a proposal says"),
    comment="Everything that was done about packs; only ever added to",
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

shadow = Table(
    "shadow",
    metadata,
    key_of("pack_act.act_id", "The act that started the shadow"),
    key_of("decision.decision_id", "The decision that was made again"),
    whole("compared_at", "When"),
    words("what", "What would differ; empty for nothing"),
    words("from_lead", "The lead, or desk, of the decision"),
    words("to_lead", "The lead, or desk, that the shadow would have had"),
    comment="Decisions made again under a pack in shadow; only ever added to",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

process = Table(
    "process",
    metadata,
    own_id("only", "Always 1: there is one row"),
    whole("claims", "How many process numbers were given out"),
    comment="The counter behind the numbers of processes",
    sqlite_strict=True,
)

key_proof = Table(
    "key_proof",
    metadata,
    own_id("only", "Always 1: there is one row"),
    content("proof", "What every process's key must give"),
    comment="Tells whether a process has the key that the store was made with; empty where the file itself does",
    sqlite_strict=True,
)

suspect = Table(
    "suspect",
    metadata,
    Column(
        "digest", LargeBinary, primary_key=True, nullable=False, comment="What was being evaluated, as a keyed digest"
    ),
    whole("deaths", "How many processes ended over it"),
    whole("first_at", "When the first of them was noticed"),
    whole("last_at", "When the last of them was noticed"),
    words("last_died", "Which process ended last, so that none is counted twice"),
    comment="Questions that ended a process of the rule engine",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: The tables that hold the record: what ``Reader.counts`` counts.
RECORD: tuple[Table, ...] = tuple(
    table for table in metadata.sorted_tables if table not in (part, process, suspect, key_proof)
)
