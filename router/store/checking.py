"""Checks that a store's rows agree with each other. Reads only, in one snapshot; a store may be served meanwhile.

Nearly every check is one statement over whole tables: it names the rows that are wrong, by ids only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, Table, exists, func, select, text

from router.store import bulk, parts
from router.store.interface import Store
from router.store.past import snapshot
from router.store.tables import answer, audit, decision, metadata, part


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: how many rows it looked at, how many are wrong, and some of those, by ids."""

    looked_at: int
    wrong: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``sentence`` says what holds in a sound store; ``run`` names at most so many of what does not."""

    name: str
    sentence: str
    run: Callable[[Connection, int], Found]


@dataclass(frozen=True, slots=True)
class Result:
    """A check and what it found."""

    check: Check
    found: Found


def check_store(store: Store, checks: Sequence[Check], *, most: int = 10) -> Iterator[Result]:
    """Run the checks one after the other, all in one snapshot, and name at most so many wrong rows of each."""
    with snapshot(store) as connection:
        for check in checks:
            yield Result(check, check.run(connection, most))


def counted(looked_at: int, wrong: Iterable[str], most: int) -> Found:
    """Return what was found by a check that goes through rows by itself."""
    left = iter(wrong)
    examples = tuple(islice(left, most))
    return Found(looked_at, len(examples) + sum(1 for _ in left), examples)


def _by_statement(name: str, sentence: str, *, of: str, called: str, wrong: str) -> Check:
    """Return a check whose statement selects one id of each wrong row; ``of`` says which rows are looked at."""

    def run(connection: Connection, most: int) -> Found:
        looked_at = connection.execute(text(f"SELECT count(*) FROM {of}")).scalar_one()  # noqa: S608
        words = wrong.format(people=_PEOPLE[connection.dialect.name])
        rows = connection.execute(text(f"{words} LIMIT :most"), {"most": most}).all()
        examples = tuple(f"{called} {row[0]}" for row in rows)
        number = len(examples)
        if number == most:
            number = connection.execute(text(f"SELECT count(*) FROM ({words}) AS wrong")).scalar_one()  # noqa: S608
        return Found(looked_at, number, examples)

    return Check(name, sentence, run)


# How each database takes a JSON object apart into names (key) and values.
_PEOPLE = {
    "sqlite": "json_each(link.people) AS named",
    "postgresql": "LATERAL json_each_text(CAST(link.people AS json)) AS named",
}


def _references(connection: Connection, most: int) -> Found:
    looked_at, number = 0, 0
    examples: list[str] = []
    for table in metadata.sorted_tables:
        for column in (one for one in table.columns if one.foreign_keys):
            target = next(iter(column.foreign_keys)).column
            other = target.table.alias()
            missing = column.is_not(None) & ~exists().where(other.c[target.name] == column)
            looked_at += connection.execute(select(func.count(column))).scalar_one()
            wrong = connection.execute(select(func.count()).select_from(table).where(missing)).scalar_one()
            number += wrong
            rows = connection.execute(select(*bulk.key_of(table)).where(missing).limit(most if wrong else 0))
            examples += [f"{table.name} {' '.join(map(str, row))}: {column.name}" for row in rows]
    if connection.dialect.name == "sqlite" and not number:
        # The database's own opinion, by its own way.
        own = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        number, examples = len(own), [f"{row[0]} {row[1]}" for row in own]
    return Found(looked_at, number, tuple(examples[:most]))


def _in_order(table: Table) -> Check:
    earlier = table.alias()
    sequence = table.c.sequence
    gap = (sequence > 1) & ~exists().where(earlier.c.sequence == sequence - 1)

    def run(connection: Connection, most: int) -> Found:
        looked_at = bulk.count(connection, table)
        number = connection.execute(select(func.count()).select_from(table).where(gap)).scalar_one()
        rows = connection.execute(select(sequence).where(gap).order_by(sequence).limit(most))
        return Found(looked_at, number, tuple(f"before {table.name} sequence {one}" for (one,) in rows))

    sentence = f"The order of writing of {table.name} rows begins with 1 and has no gap."
    return Check(f"{table.name}-order", sentence, run)


def _audit_digests(connection: Connection, most: int) -> Found:
    rows = bulk.stream(connection, audit, [audit.c.sequence, audit.c.leaf, audit.c.leaf_digest])
    wrong = (f"audit sequence {number}" for number, leaf, digest in rows if hashlib.sha256(leaf).digest() != digest)
    return counted(bulk.count(connection, audit), wrong, most)


def _parts(connection: Connection, most: int) -> Found:
    held = {digest for (digest,) in bulk.stream(connection, part, [part.c.digest])}
    looked_at = bulk.count(connection, answer) + bulk.count(connection, decision)

    def wrong() -> Iterator[str]:
        for decision_id, content in bulk.stream(connection, decision, [decision.c.decision_id, decision.c.document]):
            if not held.issuperset(parts.digests_in(content)):
                yield f"decision {decision_id}"
        # A request's id is its caller's own and may hold anything.
        for request_id, content in bulk.stream(connection, answer, [answer.c.request_id, answer.c.answer]):
            if not held.issuperset(parts.digests_in(content)):
                yield f"answer sha256:{hashlib.sha256(request_id.encode()).hexdigest()[:16]}"

    return counted(looked_at, wrong(), most)


def _contents(connection: Connection, most: int) -> Found:
    rows = bulk.stream(connection, part, [part.c.digest, part.c.content])
    wrong = (f"part {digest.hex()}" for digest, content in rows if parts.digest_of(content) != digest)
    return counted(bulk.count(connection, part), wrong, most)


_OVER = "('superseded', 'declined', 'withdrawn')"
# The episodes of which a referral is held. A link that is not the event's last one does not count.
_LINKS = """
    SELECT link.event_id, link.family_id, link.episode_id FROM link WHERE NOT EXISTS (
        SELECT 1 FROM link AS later WHERE later.event_id = link.event_id AND later.sequence > link.sequence)
"""
_HELD = f"""
    SELECT DISTINCT placed.episode_id FROM ({_LINKS}) AS placed
    JOIN event ON event.event_id = placed.event_id
    LEFT JOIN (SELECT source_system, source_reference FROM event WHERE kind = 'taken_back') AS back
    ON back.source_system = event.source_system AND back.source_reference = event.source_reference
    WHERE event.kind = 'referral' AND back.source_system IS NULL
"""  # noqa: S608 - fixed words
_ADDRESS = "CASE WHEN d.board = '' THEN d.service ELSE d.service || '@' || d.board END"

#: Every check that needs nothing but the tables.
CHECKS: tuple[Check, ...] = (
    Check("references", "Every row that another one refers to is there.", _references),
    _by_statement(
        "one-lead",
        "Each episode with a decision has its one lead.",
        of="(SELECT DISTINCT episode_id FROM decision) AS decided",
        called="episode",
        wrong="SELECT DISTINCT d.episode_id FROM decision AS d "
        "WHERE NOT EXISTS (SELECT 1 FROM lead WHERE lead.episode_id = d.episode_id)",
    ),
    _by_statement(
        "lead-decision",
        "Each lead is the one that its decision names, for that episode or one that came to its family.",
        of="lead",
        called="episode",
        wrong="SELECT l.episode_id FROM lead AS l JOIN decision AS d ON d.decision_id = l.decision_id "
        "JOIN episode AS e ON e.episode_id = l.episode_id "
        "WHERE d.service <> l.service OR d.board <> l.board OR (d.episode_id <> l.episode_id AND d.family_id NOT IN "
        "(SELECT r.family_id FROM regrouping AS r WHERE r.other_family_id = e.family_id))",
    ),
    _by_statement(
        "current-decision",
        "Of each episode's decisions one stands: it is not superseded, declined or withdrawn. None does where all that "
        "the episode held was moved to another family.",
        of="(SELECT DISTINCT episode_id FROM decision) AS decided",
        called="episode",
        wrong=f"""
            SELECT decided.episode_id FROM (
                SELECT episode_id, sum(CASE WHEN state IN {_OVER} THEN 0 ELSE 1 END) AS standing
                FROM decision GROUP BY episode_id
            ) AS decided
            LEFT JOIN ({_HELD}) AS held ON held.episode_id = decided.episode_id
            WHERE decided.standing <> CASE WHEN held.episode_id IS NULL THEN 0 ELSE 1 END
        """,  # noqa: S608 - fixed words
    ),
    _by_statement(
        "decision-family",
        "Each decision is about an episode of its own family.",
        of="decision",
        called="decision",
        wrong="SELECT d.decision_id FROM decision AS d JOIN episode AS e ON e.episode_id = d.episode_id "
        "WHERE e.family_id <> d.family_id",
    ),
    _by_statement(
        "decided",
        "Each referral and each withdrawal was decided.",
        of="event WHERE kind IN ('referral', 'withdrawal')",
        called="event",
        wrong="SELECT e.event_id FROM event AS e "
        "LEFT JOIN (SELECT DISTINCT event_id FROM decision) AS d ON d.event_id = e.event_id "
        "WHERE e.kind IN ('referral', 'withdrawal') AND d.event_id IS NULL",
    ),
    _by_statement(
        "registered",
        "What was loaded from a register asks for nothing: no decision, review or desk item is about it.",
        of="event WHERE kind = 'registered'",
        called="event",
        wrong="""
            SELECT e.event_id FROM event AS e WHERE e.kind = 'registered' AND (
                e.event_id IN (SELECT event_id FROM decision) OR e.event_id IN (SELECT event_id FROM review)
                OR e.event_id IN (SELECT event_id FROM desk_item WHERE event_id IS NOT NULL))
        """,
    ),
    _by_statement(
        "packs",
        "The rule pack of each decision is kept.",
        of="decision",
        called="decision",
        wrong="SELECT d.decision_id FROM decision AS d "
        "WHERE NOT EXISTS (SELECT 1 FROM pack WHERE pack.digest = d.pack_digest)",
    ),
    _by_statement(
        "links",
        "Each event but a quarantined message has its place in a family.",
        of="event WHERE kind <> 'quarantine'",
        called="event",
        wrong="SELECT e.event_id FROM event AS e WHERE e.kind <> 'quarantine' "
        "AND NOT EXISTS (SELECT 1 FROM link WHERE link.event_id = e.event_id)",
    ),
    _by_statement(
        "link-episode",
        "Each link's episode is one of its family.",
        of="link",
        called="link",
        wrong="SELECT l.link_id FROM link AS l JOIN episode AS e ON e.episode_id = l.episode_id "
        "WHERE e.family_id <> l.family_id",
    ),
    _by_statement(
        "link-people",
        "The people whom the link that holds names are there, and of its family.",
        of="link",
        called="link",
        wrong="SELECT DISTINCT link.link_id FROM link CROSS JOIN {people} "
        "LEFT JOIN person ON person.person_id = CAST(named.value AS bigint) "
        "WHERE (person.family_id IS NULL OR person.family_id <> link.family_id) AND NOT EXISTS "
        "(SELECT 1 FROM link AS later WHERE later.event_id = link.event_id AND later.sequence > link.sequence)",
    ),
    _by_statement(
        "notices",
        "Each decision has told whom it promised to tell: the lead that it proposes, the desk that it gives the family "
        "to, the desk that is asked whether two families are one.",
        of="decision",
        called="decision",
        wrong=f"""
            SELECT promised.decision_id FROM (
                SELECT d.decision_id, {_ADDRESS} AS recipient, 'lead_proposed' AS kind FROM decision AS d
                WHERE d.outcome <> 'desk' AND d.state IN ('proposed', 'declined')
                UNION ALL
                SELECT d.decision_id, d.service, 'desk_item' FROM decision AS d WHERE d.outcome = 'desk'
            ) AS promised
            LEFT JOIN (SELECT DISTINCT decision_id, recipient, kind FROM notice) AS told
            ON told.decision_id = promised.decision_id AND told.recipient = promised.recipient
                AND told.kind = promised.kind
            WHERE told.decision_id IS NULL
            UNION
            SELECT d.decision_id FROM decision AS d JOIN review ON review.event_id = d.event_id
            LEFT JOIN (SELECT DISTINCT decision_id FROM notice WHERE kind = 'review') AS told
            ON told.decision_id = d.decision_id WHERE told.decision_id IS NULL
        """,  # noqa: S608 - fixed words
    ),
    _by_statement(
        "desk-items",
        "Each family that a decision gives to a desk, and each quarantined message, is an item of a desk.",
        of="event WHERE kind = 'quarantine' OR event_id IN (SELECT event_id FROM decision WHERE outcome = 'desk')",
        called="event",
        wrong="""
            SELECT owned.event_id FROM (
                SELECT event_id, service AS desk FROM decision WHERE outcome = 'desk'
            ) AS owned
            LEFT JOIN (SELECT DISTINCT event_id, desk FROM desk_item) AS item
            ON item.event_id = owned.event_id AND item.desk = owned.desk WHERE item.event_id IS NULL
            UNION
            SELECT event.event_id FROM event
            LEFT JOIN (SELECT DISTINCT event_id FROM desk_item) AS item ON item.event_id = event.event_id
            WHERE event.kind = 'quarantine' AND item.event_id IS NULL
        """,
    ),
    _by_statement(
        "quarantine-notices",
        "The desk of each quarantined message was told of it.",
        of="event WHERE kind = 'quarantine'",
        called="desk_item",
        wrong="""
            SELECT i.desk_item_id FROM desk_item AS i JOIN event AS e ON e.event_id = i.event_id
            LEFT JOIN (
                SELECT DISTINCT recipient, created_at FROM notice WHERE kind = 'desk_item' AND decision_id IS NULL
            ) AS told ON told.recipient = i.desk AND told.created_at = i.created_at
            WHERE e.kind = 'quarantine' AND told.recipient IS NULL
        """,
    ),
    _by_statement(
        "merged-families",
        "A family that was merged into another, and is not taken back, holds no event.",
        of="regrouping WHERE kind = 'merge'",
        called="family",
        wrong=f"""
            SELECT DISTINCT merge.family_id FROM regrouping AS merge
            JOIN ({_LINKS}) AS placed ON placed.family_id = merge.family_id
            WHERE merge.kind = 'merge' AND merge.regrouping_id NOT IN (
                SELECT undo.undoes FROM regrouping AS undo WHERE undo.undoes IS NOT NULL)
        """,  # noqa: S608 - fixed words
    ),
    _by_statement(
        "judgements",
        "No two events are of one family that a person judged to be of different ones, and nobody otherwise since.",
        of="judgement WHERE verdict = 'different'",
        called="judgement",
        wrong=f"""
            SELECT DISTINCT said.judgement_id FROM judgement AS said
            JOIN judged AS one ON one.judgement_id = said.judgement_id AND one.side = 1
            JOIN judged AS other ON other.judgement_id = said.judgement_id AND other.side = 2
            JOIN ({_LINKS}) AS here ON here.event_id = one.event_id
            JOIN ({_LINKS}) AS there ON there.event_id = other.event_id
            WHERE said.verdict = 'different' AND here.family_id = there.family_id AND NOT EXISTS (
                SELECT 1 FROM judged AS again
                JOIN judged AS against ON against.judgement_id = again.judgement_id AND against.side <> again.side
                JOIN judgement AS later ON later.judgement_id = again.judgement_id
                WHERE again.event_id = one.event_id AND against.event_id = other.event_id
                    AND later.sequence > said.sequence AND later.verdict <> 'different')
        """,  # noqa: S608 - fixed words
    ),
    _by_statement(
        "review-states",
        "It is known of each review how it stands.",
        of="review",
        called="review",
        wrong="SELECT review.review_id FROM review WHERE NOT EXISTS "
        "(SELECT 1 FROM review_state WHERE review_state.review_id = review.review_id)",
    ),
    _by_statement(
        "open-reviews",
        "Each open review is about two families, each of which holds events, and its event is of the first of them.",
        of="review_state WHERE closed_at IS NULL",
        called="review",
        wrong=f"""
            SELECT state.review_id FROM review_state AS state JOIN review ON review.review_id = state.review_id
            LEFT JOIN ({_LINKS}) AS placed ON placed.event_id = review.event_id
            LEFT JOIN (SELECT DISTINCT family_id FROM ({_LINKS}) AS linked) AS held
            ON held.family_id = state.other_family_id
            WHERE state.closed_at IS NULL AND (
                state.family_id = state.other_family_id OR placed.family_id IS NULL
                OR placed.family_id <> state.family_id OR held.family_id IS NULL)
        """,  # noqa: S608 - fixed words
    ),
    _by_statement(
        "regroupings",
        "Each link that a regrouping made, and the one before it, are of its families and of one event.",
        of="regrouped",
        called="link",
        wrong="""
            SELECT made.link_id FROM regrouped AS moved
            JOIN regrouping AS act ON act.regrouping_id = moved.regrouping_id
            JOIN link AS made ON made.link_id = moved.link_id
            LEFT JOIN link AS earlier ON earlier.link_id = moved.earlier_link_id
            WHERE made.family_id NOT IN (act.family_id, act.other_family_id)
                OR earlier.event_id <> made.event_id
                OR earlier.family_id NOT IN (act.family_id, CASE act.kind WHEN 'undo' THEN made.family_id ELSE 0 END)
        """,
    ),
    _by_statement(
        "pack-acts",
        "Each act about a pack that follows a proposal is about the proposed pack, and each activation follows the "
        "approvals of two people other than the proposer.",
        of="pack_act WHERE proposal_id IS NOT NULL",
        called="act",
        wrong="""
            SELECT act.act_id FROM pack_act AS act JOIN pack_act AS proposal ON proposal.act_id = act.proposal_id
            WHERE proposal.kind <> 'proposed' OR (act.kind <> 'rolled_back' AND proposal.digest <> act.digest)
                OR (act.kind = 'activated' AND 2 > (
                    SELECT count(DISTINCT approval.made_by) FROM pack_act AS approval
                    WHERE approval.kind = 'approved' AND approval.proposal_id = proposal.act_id
                        AND approval.sequence < act.sequence AND approval.made_by <> proposal.made_by))
        """,
    ),
    _by_statement(
        "shadows",
        "What a shadow found belongs to an act that started one.",
        of="shadow",
        called="decision",
        wrong="SELECT s.decision_id FROM shadow AS s JOIN pack_act AS act ON act.act_id = s.act_id "
        "WHERE act.kind <> 'shadow_started'",
    ),
    _in_order(metadata.tables["notice"]),
    _in_order(audit),
    Check("audit-digests", "Each audit record matches its digest.", _audit_digests),
    Check("parts", "What answers and decisions share is there.", _parts),
    Check("part-digests", "Each shared part matches its digest.", _contents),
)
