"""Rows and changes to write, with every column told apart from the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from router.store.familyrows import (
    AnswerRow,
    AuditRow,
    DecisionRow,
    DeskItemRow,
    EpisodeRow,
    EventKind,
    EventRow,
    LeadRow,
    LeadState,
    LinkRow,
    NoticeRow,
    PersonRow,
)
from router.store.interface import Change
from router.store.packrows import PackActKind, PackActRow, PackRow, ShadowRow
from router.store.reviewrows import (
    JudgementRow,
    RegroupedRow,
    RegroupingKind,
    RegroupingRow,
    ReviewEventRow,
    ReviewRow,
    ReviewState,
    ReviewStateRow,
    Verdict,
)

#: How many rows of each table ``Samples.referral`` writes.
REFERRAL_ROWS = {
    "answer": 1,
    "family": 1,
    "person": 2,
    "episode": 1,
    "event": 1,
    "link": 1,
    "blocking": 15,
    "decision": 1,
    "lead": 1,
    "notice": 4,
    "desk_item": 0,
    "review": 0,
    "review_state": 0,
    "review_event": 0,
    "judgement": 0,
    "judged": 0,
    "regrouping": 0,
    "regrouped": 0,
    "audit": 1,
    "pack": 0,
    "pack_act": 0,
    "shadow": 0,
}


def answer(request_id: str, *, content: bytes = b"answer") -> AnswerRow:
    """Return an answer to a request."""
    return AnswerRow(request_id, "SubmitReferral", b"digest of " + request_id.encode(), content, 11)


def person(person_id: int, family_id: int, *, role: str = "mother") -> PersonRow:
    """Return a person of a family."""
    return PersonRow(person_id, family_id, role, 21)


def episode(episode_id: int, family_id: int) -> EpisodeRow:
    """Return an episode of a family."""
    return EpisodeRow(episode_id, family_id, 31)


def event(
    event_id: int,
    *,
    kind: EventKind = EventKind.REFERRAL,
    system: str = "maternity",
    reference: str = "",
    version: int = 1,
    payload: bytes = b"payload",
) -> EventRow:
    """Return an event; its reference is its id unless told otherwise."""
    return EventRow(event_id, kind, system, reference or f"ref-{event_id}", version, 41, 42, b"\x00\xff", payload)


def link(link_id: int, event_id: int, family_id: int, episode_id: int, **people: int) -> LinkRow:
    """Return a link of an event to a family."""
    return LinkRow(link_id, event_id, family_id, episode_id, people, "router", 51)


def lead(
    episode_id: int, decision_id: int, *, service: str = "health-visiting", state: LeadState = LeadState.PROPOSED
) -> LeadRow:
    """Return an episode's lead."""
    return LeadRow(episode_id, service, "S08000023", state, decision_id, 61, b"beside " + service.encode())


def decision(
    decision_id: int,
    family_id: int,
    episode_id: int,
    event_id: int,
    *,
    service: str = "health-visiting",
    board: str = "S08000023",
    as_of: int = 71,
    state: str = "proposed",
    document: bytes = b"document",
) -> DecisionRow:
    """Return a decision."""
    return DecisionRow(
        decision_id,
        family_id,
        episode_id,
        event_id,
        as_of,
        "lead",
        service,
        board,
        2,
        state,
        "sha256:pack",
        document,
        b"basis",
    )


def notice(
    notice_id: int,
    *,
    recipient: str = "health-visiting@S08000023",
    decision_id: int = 0,
    family_id: int = 0,
    act_by: int | None = None,
    text: str = "A family is proposed to you",
) -> NoticeRow:
    """Return a notice."""
    return NoticeRow(notice_id, recipient, "lead_proposed", "full", 3, decision_id, family_id, text, 81, act_by=act_by)


def desk_item(
    desk_item_id: int,
    *,
    desk: str = "desk@S08000023",
    danger: str = "",
    created_at: int = 91,
    event_id: int = 0,
    family_id: int = 0,
) -> DeskItemRow:
    """Return an item of a desk."""
    return DeskItemRow(desk_item_id, desk, "CSV_BAD_DATE", event_id, family_id, danger, created_at)


def review(review_id: int, event_id: int, family_id: int, possible_family_id: int) -> ReviewRow:
    """Return a question to a person."""
    return ReviewRow(review_id, event_id, family_id, possible_family_id, "twin-mothers", 101)


def review_state(
    review_id: int,
    family_id: int,
    other_family_id: int,
    *,
    rank: int = 3,
    opened_at: int = 101,
    desk: str = "desk@S08000023",
    closed_at: int | None = None,
) -> ReviewStateRow:
    """Return how a review stands."""
    state = ReviewState.OPEN if closed_at is None else ReviewState.SAME
    return ReviewStateRow(
        review_id,
        family_id,
        other_family_id,
        opened_at,
        rank,
        desk,
        state,
        "nurse-a",
        102,
        "same",
        "nurse-b",
        closed_at,
    )


def review_event(review_event_id: int, review_id: int, *, kind: str = "claimed") -> ReviewEventRow:
    """Return what was done about a review."""
    return ReviewEventRow(review_event_id, review_id, kind, "nurse-a", 103, 104, "REASON", "in words")


def judgement(
    judgement_id: int,
    one: Sequence[int],
    other: Sequence[int],
    *,
    verdict: Verdict = Verdict.DIFFERENT,
    review_id: int = 0,
) -> JudgementRow:
    """Return what a person said of two sets of events."""
    return JudgementRow(judgement_id, verdict, review_id, "nurse-a", 105, tuple(sorted(one)), tuple(sorted(other)))


def regrouping(
    regrouping_id: int, family_id: int, other_family_id: int, *, review_id: int = 0, undoes: int = 0
) -> RegroupingRow:
    """Return an act by which events came to another family."""
    return RegroupingRow(
        regrouping_id,
        RegroupingKind.MERGE,
        family_id,
        other_family_id,
        review_id,
        undoes,
        "nurse-a",
        106,
        "REASON",
        "adoption",
        b"before",
    )


def pack_act(
    act_id: int,
    *,
    kind: PackActKind = PackActKind.PROPOSED,
    digest: str = "sha256:1",
    proposal_id: int = 0,
    live_from: int | None = None,
) -> PackActRow:
    """Return something that was done about a pack."""
    return PackActRow(act_id, kind, digest, proposal_id, "cpmht", "ailsa", 131, live_from, "why", b"details")


def shadow(act_id: int, decision_id: int, *, what: str = "lead", to_lead: str = "gp") -> ShadowRow:
    """Return a decision made again under a shadow."""
    return ShadowRow(act_id, decision_id, 141, what, "cpmht", to_lead)


def audit(audit_id: int, *, name: str = "service:decision:made") -> AuditRow:
    """Return a leaf of the audit record."""
    return AuditRow(audit_id, name, b"{}", b"\x01\x02", 111)


def doubt(change: Change, make: Samples) -> None:
    """Add to a change with a review what people did about it: every table of reviews and regroupings has a row."""
    (family_id,), (event, *_), (link_row, *_) = change.new_families, change.events, change.links
    review_id = change.reviews[0].review_id
    other = event_of_no_family(make.new())
    change.events.append(other)
    change.review_states.append(review_state(review_id, family_id, family_id))
    change.review_events.append(review_event(make.new(), review_id))
    change.judgements.append(judgement(make.new(), [event.event_id], [other.event_id], review_id=review_id))
    act = regrouping(make.new(), family_id, family_id, review_id=review_id)
    change.regroupings.append(act)
    change.regrouped.append(RegroupedRow(act.regrouping_id, link_row.link_id, 0))


def shadowed(change: Change, make: Samples) -> None:
    """Add to a change with a decision a pack in shadow that has made it too."""
    proposed, started = make.new(), make.new()
    change.packs.append(PackRow("sha256:1", 1, b"pack"))
    change.pack_acts.append(pack_act(proposed))
    change.pack_acts.append(pack_act(started, kind=PackActKind.SHADOW_STARTED, proposal_id=proposed))
    change.shadows.append(shadow(started, change.decisions[0].decision_id))


def event_of_no_family(event_id: int) -> EventRow:
    """Return an event that is linked nowhere."""
    return event(event_id, kind=EventKind.QUARANTINE)


class Samples:
    """Makes changes with ids of their own. Those of different ``block`` never meet."""

    def __init__(self, block: int = 0) -> None:
        self._ids = count(1 + block * 10_000_000)

    def new(self) -> int:
        """Return a new id."""
        return next(self._ids)

    def referral(self, *, request_id: str = "", size: int = 1) -> Change:
        """Return the change of a typical first referral of a family; ``size`` multiplies its documents."""
        family_id, episode_id, event_id, decision_id, link_id = (self.new() for _ in range(5))
        mother, infant = self.new(), self.new()
        return Change(
            answer=answer(request_id or f"request-{event_id}", content=b"answer-bytes-12." * 256 * size),
            new_families=[family_id],
            touched={family_id},
            persons=[person(mother, family_id), person(infant, family_id, role="infant")],
            episodes=[episode(episode_id, family_id)],
            events=[event(event_id, payload=b"payload-bytes" * 115 * size)],
            links=[link(link_id, event_id, family_id, episode_id, mother=mother, infant=infant)],
            # Spread over the whole range, as hashes are.
            keys={((event_id * 31 + n) * 0x9E3779B97F4A7C15 % (1 << 63), family_id) for n in range(15)},
            leads=[lead(episode_id, decision_id)],
            decisions=[decision(decision_id, family_id, episode_id, event_id, document=b"document" * 750 * size)],
            notices=[
                notice(self.new(), decision_id=decision_id, family_id=family_id, act_by=None if n else 1_000)
                for n in range(4)
            ],
            audit=[audit(self.new())],
        )
