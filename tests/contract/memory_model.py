"""A plain model of the store's interface: what every store must agree with, small enough to be seen to be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from router.store.familyrows import (
    AnswerRow,
    AuditRow,
    DecisionFilter,
    DecisionRow,
    DeskItemRow,
    EpisodeRow,
    EventKind,
    EventRow,
    FamilyRows,
    LeadRow,
    LinkRow,
    NoticeRow,
    PersonRow,
    ReferralVersion,
    StoredAnswer,
)
from router.store.interface import Change, ChangeConflict
from router.store.packrows import PackActRow, ShadowCount, ShadowRow
from router.store.reviewrows import (
    HeldReview,
    JudgementRow,
    MovedLink,
    RegroupedRow,
    RegroupingRow,
    ReviewEventRow,
    ReviewFilter,
    ReviewRow,
    ReviewStateRow,
)


@dataclass
class State:
    """All rows, by id; links, notices and audit rows in the order in which they were written."""

    answers: dict[str, AnswerRow] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    persons: dict[int, PersonRow] = field(default_factory=dict)
    episodes: dict[int, EpisodeRow] = field(default_factory=dict)
    events: dict[int, EventRow] = field(default_factory=dict)
    links: dict[int, LinkRow] = field(default_factory=dict)
    keys: frozenset[tuple[int, int]] = frozenset()
    leads: dict[int, LeadRow] = field(default_factory=dict)
    decisions: dict[int, DecisionRow] = field(default_factory=dict)
    notices: dict[int, NoticeRow] = field(default_factory=dict)
    desk_items: dict[int, DeskItemRow] = field(default_factory=dict)
    reviews: dict[int, ReviewRow] = field(default_factory=dict)
    review_states: dict[int, ReviewStateRow] = field(default_factory=dict)
    review_events: dict[int, ReviewEventRow] = field(default_factory=dict)
    judgements: dict[int, JudgementRow] = field(default_factory=dict)
    regroupings: dict[int, RegroupingRow] = field(default_factory=dict)
    regrouped: dict[tuple[int, int], RegroupedRow] = field(default_factory=dict)
    audit: dict[int, AuditRow] = field(default_factory=dict)
    packs: dict[str, bytes] = field(default_factory=dict)
    pack_acts: dict[int, PackActRow] = field(default_factory=dict)
    shadows: dict[tuple[int, int], ShadowRow] = field(default_factory=dict)
    suspects: dict[bytes, tuple[int, str]] = field(default_factory=dict)

    def copy(self) -> State:
        """Return a copy; rows themselves never change."""
        return State(**{name: copy(value) for name, value in vars(self).items()})

    def current_links(self) -> dict[int, LinkRow]:
        """Return the link that holds for each event: the one written last."""
        return {link.event_id: link for link in self.links.values()}


class MemoryReader:
    """Reads a state that does not change."""

    def __init__(self, state: State) -> None:
        self._state = state

    def answers(self, request_ids: Collection[str]) -> dict[str, StoredAnswer]:
        """As the interface says."""
        found = {row.request_id: row for row in self._state.answers.values() if row.request_id in request_ids}
        return {key: StoredAnswer(row.method, row.request_digest, row.answer) for key, row in found.items()}

    def families_of_keys(self, keys: Collection[int], *, most: int = 64) -> dict[int, tuple[int, ...]]:
        """As the interface says."""
        found = {key: tuple(sorted(family for k, family in self._state.keys if k == key)) for key in keys}
        return {key: families for key, families in found.items() if 0 < len(families) <= most}

    def families(self, family_ids: Collection[int]) -> dict[int, FamilyRows]:
        """As the interface says."""
        return {family_id: self._family(family_id) for family_id in family_ids if family_id in self._state.versions}

    def family_versions(self, family_ids: Collection[int]) -> dict[int, int]:
        """As the interface says."""
        return {family_id: n for family_id, n in self._state.versions.items() if family_id in family_ids}

    def referral_versions(
        self, references: Collection[tuple[str, str]], *, kind: EventKind = EventKind.REFERRAL
    ) -> dict[tuple[str, str], tuple[ReferralVersion, ...]]:
        """As the interface says."""
        links = self._state.current_links()
        found: dict[tuple[str, str], list[ReferralVersion]] = {}
        for row in sorted(self._state.events.values(), key=lambda row: row.source_version):
            reference = (row.source_system, row.source_reference)
            if row.kind is kind and reference in references:
                link = links.get(row.event_id)
                family_id, episode_id = (link.family_id, link.episode_id) if link else (0, 0)
                version = ReferralVersion(row.event_id, row.source_version, row.digest, family_id, episode_id)
                found.setdefault(reference, []).append(version)
        return {reference: tuple(versions) for reference, versions in found.items()}

    def decisions_by_id(self, decision_ids: Collection[int]) -> dict[int, DecisionRow]:
        """As the interface says."""
        return {row_id: row for row_id, row in self._state.decisions.items() if row_id in decision_ids}

    def list_decisions(self, only: DecisionFilter) -> tuple[DecisionRow, ...]:
        """As the interface says."""
        rows = sorted(self._state.decisions.values(), key=lambda row: -row.decision_id)
        rows = [row for row in rows if only.family_id in {None, row.family_id}]
        rows = [row for row in rows if only.service in {"", row.service} and only.board in {"", row.board}]
        rows = [row for row in rows if only.as_of_from is None or row.as_of >= only.as_of_from]
        rows = [row for row in rows if only.as_of_until is None or row.as_of < only.as_of_until]
        return tuple([row for row in rows if only.before_id is None or row.decision_id < only.before_id][: only.limit])

    def notices_by_id(self, notice_ids: Collection[int]) -> dict[int, NoticeRow]:
        """As the interface says."""
        return {row_id: row for row_id, row in self._state.notices.items() if row_id in notice_ids}

    def list_notices(self, recipient: str, *, after: int, limit: int) -> tuple[NoticeRow, ...]:
        """As the interface says."""
        rows = [row for row in self._state.notices.values() if row.recipient == recipient and row.sequence > after]
        return tuple(rows[:limit])

    def overdue_notices(self, now: int, *, limit: int) -> tuple[NoticeRow, ...]:
        """As the interface says."""
        rows = [row for row in self._state.notices.values() if row.acknowledged_at is None and row.escalated_at is None]
        due = sorted((row.act_by, row.sequence, row) for row in rows if row.act_by is not None and row.act_by <= now)
        return tuple(row for _, _, row in due[:limit])

    def list_desk_items(self, desk: str, *, limit: int) -> tuple[DeskItemRow, ...]:
        """As the interface says."""
        rows = [row for row in self._state.desk_items.values() if row.desk == desk]
        return tuple(sorted(rows, key=lambda row: (not row.danger, row.created_at, row.desk_item_id))[:limit])

    def open_reviews(self, family_ids: Collection[int]) -> dict[int, tuple[HeldReview, ...]]:
        """As the interface says."""
        held = [one for one in self._reviews() if one.now.closed_at is None]
        found = {
            family_id: tuple(one for one in held if family_id in {one.now.family_id, one.now.other_family_id})
            for family_id in family_ids
        }
        return {family_id: reviews for family_id, reviews in found.items() if reviews}

    def reviews_by_id(self, review_ids: Collection[int]) -> dict[int, HeldReview]:
        """As the interface says."""
        return {one.row.review_id: one for one in self._reviews() if one.row.review_id in review_ids}

    def list_reviews(self, only: ReviewFilter) -> tuple[HeldReview, ...]:
        """As the interface says."""
        held = sorted(self._reviews(), key=_pressing)
        held = [one for one in held if one.now.closed_at is None and only.desk in {"", one.now.desk}]
        return tuple([one for one in held if only.after is None or _pressing(one) > only.after][: only.limit])

    def review_events(self, review_ids: Collection[int]) -> tuple[ReviewEventRow, ...]:
        """As the interface says."""
        return tuple(row for row in self._state.review_events.values() if row.review_id in review_ids)

    def judgements(self, event_ids: Collection[int]) -> tuple[JudgementRow, ...]:
        """As the interface says."""
        rows = self._state.judgements.values()
        return tuple(row for row in rows if not {*row.one, *row.other}.isdisjoint(event_ids))

    def regroupings(self, family_ids: Collection[int]) -> tuple[RegroupingRow, ...]:
        """As the interface says."""
        rows = sorted(self._state.regroupings.values(), key=lambda row: row.regrouping_id)
        return tuple(row for row in rows if not {row.family_id, row.other_family_id}.isdisjoint(family_ids))

    def regroupings_by_id(self, regrouping_ids: Collection[int]) -> dict[int, RegroupingRow]:
        """As the interface says."""
        return {row_id: row for row_id, row in self._state.regroupings.items() if row_id in regrouping_ids}

    def moved_links(self, regrouping_id: int) -> tuple[MovedLink, ...]:
        """As the interface says."""
        links = self._state.links
        rows = [row for row in self._state.regrouped.values() if row.regrouping_id == regrouping_id]
        moved = [MovedLink(links[row.link_id], links.get(row.earlier_link_id)) for row in rows]
        return tuple(sorted(moved, key=lambda one: (one.link.event_id, one.link.link_id)))

    def _reviews(self) -> list[HeldReview]:
        state = self._state
        return [
            HeldReview(state.reviews[row_id], state.review_states[row_id]) for row_id in sorted(state.review_states)
        ]

    def list_audit(self, *, after: int, limit: int) -> tuple[AuditRow, ...]:
        """As the interface says."""
        return tuple([row for row in self._state.audit.values() if row.sequence > after][:limit])

    def events_by_id(self, event_ids: Collection[int]) -> dict[int, EventRow]:
        """As the interface says."""
        return {row_id: row for row_id, row in self._state.events.items() if row_id in event_ids}

    def pack(self, digest: str) -> bytes | None:
        """As the interface says."""
        return self._state.packs.get(digest)

    def pack_acts(self) -> tuple[PackActRow, ...]:
        """As the interface says."""
        return tuple(self._state.pack_acts.values())

    def last_pack_act(self) -> int:
        """As the interface says."""
        return len(self._state.pack_acts)

    def shadow_counts(self, act_id: int) -> tuple[ShadowCount, ...]:
        """As the interface says."""
        rows = [row for row in self._state.shadows.values() if row.act_id == act_id]
        found = Counter((row.what, row.from_lead, row.to_lead) for row in rows)
        return tuple(ShadowCount(*how, n) for how, n in sorted(found.items(), key=lambda one: (-one[1], one[0])))

    def count_decisions(self, *, as_of_from: int, as_of_until: int) -> int:
        """As the interface says."""
        return sum(as_of_from <= row.as_of < as_of_until for row in self._state.decisions.values())

    def suspects(self) -> dict[bytes, int]:
        """As the interface says."""
        return {digest: deaths for digest, (deaths, _) in self._state.suspects.items()}

    def counts(self) -> dict[str, int]:
        """As the interface says."""
        state = self._state
        tables: dict[str, Collection[object]] = {
            "answer": state.answers,
            "family": state.versions,
            "person": state.persons,
            "episode": state.episodes,
            "event": state.events,
            "link": state.links,
            "blocking": state.keys,
            "decision": state.decisions,
            "lead": state.leads,
            "notice": state.notices,
            "desk_item": state.desk_items,
            "review": state.reviews,
            "review_state": state.review_states,
            "review_event": state.review_events,
            "judgement": state.judgements,
            "judged": [event_id for row in state.judgements.values() for event_id in (*row.one, *row.other)],
            "regrouping": state.regroupings,
            "regrouped": state.regrouped,
            "audit": state.audit,
            "pack": state.packs,
            "pack_act": state.pack_acts,
            "shadow": state.shadows,
        }
        return {name: len(rows) for name, rows in tables.items()}

    def _family(self, family_id: int) -> FamilyRows:
        state = self._state
        persons = sorted((p for p in state.persons.values() if p.family_id == family_id), key=lambda p: p.person_id)
        episodes = sorted((e for e in state.episodes.values() if e.family_id == family_id), key=lambda e: e.episode_id)
        links = sorted(
            (k for k in state.current_links().values() if k.family_id == family_id), key=lambda k: k.event_id
        )
        return FamilyRows(
            family_id,
            state.versions[family_id],
            tuple(persons),
            tuple(episodes),
            tuple(state.leads[e.episode_id] for e in episodes if e.episode_id in state.leads),
            tuple(state.events[k.event_id] for k in links),
            tuple(links),
        )


class MemoryTransaction(MemoryReader):
    """Changes a state that nobody else sees."""

    def __init__(self, state: State, *, unchanged: int) -> None:
        super().__init__(state)
        self._commits = unchanged

    def unchanged_since(self, mark: int) -> bool:
        """As the interface says, never False too often."""
        return mark == self._commits

    def apply(self, changes: Sequence[Change]) -> list[ChangeConflict | None]:
        """As the interface says, one change after the other."""
        verdicts: list[ChangeConflict | None] = []
        doubtful: set[int] = set()
        for change in changes:
            after = self._state.copy()
            conflict = ChangeConflict("family") if doubtful & change.touched else _write(after, change)
            if conflict is None:
                vars(self._state).update(vars(after))
            else:
                doubtful |= change.touched
            verdicts.append(conflict)
        return verdicts

    def keep_pack(self, digest: str, content: bytes, now: int) -> None:
        """As the interface says."""
        assert now >= 0
        self._state.packs.setdefault(digest, content)

    def count_death(self, digest: bytes, died: str, now: int) -> int:
        """As the interface says."""
        assert now >= 0
        deaths, last = self._state.suspects.get(digest, (0, ""))
        if last == died:
            return 0
        self._state.suspects[digest] = (deaths + 1, died)
        return deaths + 1


class MemoryStore:
    """The model of a store."""

    def __init__(self) -> None:
        self.state = State()
        self._commits = 0
        self._claims = 0

    def mark(self) -> int:
        """As the interface says."""
        return self._commits

    @contextmanager
    def read(self, *, to_write: bool = False) -> Iterator[MemoryReader]:
        """As the interface says."""
        del to_write
        yield MemoryReader(self.state)

    @contextmanager
    def transaction(self, lock_keys: Collection[int] = ()) -> Iterator[MemoryTransaction]:
        """As the interface says."""
        del lock_keys
        state = self.state.copy()
        yield MemoryTransaction(state, unchanged=self._commits)
        self.state = state
        self._commits += 1

    def claim_process_number(self) -> int:
        """As the interface says."""
        self._claims += 1
        return (self._claims - 1) % 4096

    def close(self) -> None:
        """As the interface says."""


def _write(state: State, change: Change) -> ChangeConflict | None:
    """Write one change, or as much of it as comes before its first conflict, table by table."""
    referrals = [_reference(event) for event in state.events.values()]
    referrals += [_reference(event) for event in change.events]
    unique: list[tuple[str, dict[Any, Any], list[tuple[Any, Any]]]] = [
        ("answer", state.answers, [(change.answer.request_id, change.answer)] if change.answer else []),
        ("family", state.versions, [(family_id, 0) for family_id in change.new_families]),
        ("person", state.persons, [(row.person_id, row) for row in change.persons]),
        ("episode", state.episodes, [(row.episode_id, row) for row in change.episodes]),
        ("event", state.events, [(row.event_id, row) for row in change.events]),
        ("link", state.links, [(row.link_id, row) for row in change.links]),
        ("decision", state.decisions, [(row.decision_id, row) for row in change.decisions]),
        ("desk_item", state.desk_items, [(row.desk_item_id, row) for row in change.desk_items]),
        ("review", state.reviews, [(row.review_id, row) for row in change.reviews]),
        (
            "review_event",
            state.review_events,
            [(row.review_event_id, row) for row in _numbered(change.review_events, len(state.review_events))],
        ),
        (
            "judgement",
            state.judgements,
            [(row.judgement_id, row) for row in _numbered(change.judgements, len(state.judgements))],
        ),
        ("regrouping", state.regroupings, [(row.regrouping_id, row) for row in change.regroupings]),
        ("regrouped", state.regrouped, [((row.regrouping_id, row.link_id), row) for row in change.regrouped]),
        (
            "pack_act",
            state.pack_acts,
            [(row.act_id, row) for row in _numbered(change.pack_acts, len(state.pack_acts))],
        ),
        ("notice", state.notices, [(row.notice_id, row) for row in _numbered(change.notices, len(state.notices))]),
        ("audit", state.audit, [(row.audit_id, row) for row in _numbered(change.audit, len(state.audit))]),
    ]
    for table, rows, new in unique:
        keys = [key for key, _ in new]
        if len(set(keys)) < len(keys) or not rows.keys().isdisjoint(keys):
            return ChangeConflict(table)
        if table == "event" and any(referrals.count(reference) > 1 for reference in referrals if reference):
            return ChangeConflict(table)
        rows.update(new)
    _update(state, change)
    return None


def _update(state: State, change: Change) -> None:
    """Do what cannot conflict."""
    state.keys |= change.keys
    for pack in change.packs:
        state.packs.setdefault(pack.digest, pack.content)
    for shadow in change.shadows:
        state.shadows.setdefault((shadow.act_id, shadow.decision_id), shadow)
    state.review_states.update((row.review_id, _moved(state, row)) for row in change.review_states)
    state.leads.update((lead.episode_id, lead) for lead in change.leads)
    for family_id in change.touched:
        state.versions[family_id] += 1
    for review_id, rank in change.review_ranks.items():
        state.review_states[review_id] = replace(state.review_states[review_id], rank=rank)
    for decision_id, new_state in change.decision_states.items():
        state.decisions[decision_id] = replace(state.decisions[decision_id], state=new_state)
    for notice_id, (at, by) in change.acknowledged.items():
        if state.notices[notice_id].acknowledged_at is None:
            state.notices[notice_id] = replace(state.notices[notice_id], acknowledged_at=at, acknowledged_by=by)
    for notice_id, at in change.escalated.items():
        if state.notices[notice_id].escalated_at is None:
            state.notices[notice_id] = replace(state.notices[notice_id], escalated_at=at)


def _moved(state: State, row: ReviewStateRow) -> ReviewStateRow:
    """Return how a review stands from now on; when it was opened, and of whom it is asked, does not change."""
    known = state.review_states.get(row.review_id, row)
    return replace(row, opened_at=known.opened_at, desk=known.desk)


def _pressing(one: HeldReview) -> tuple[int, int, int]:
    return (one.now.rank, one.now.opened_at, one.now.review_id)


def _numbered(rows: Sequence[Any], before: int) -> list[Any]:
    return [replace(row, sequence=before + n) for n, row in enumerate(rows, 1)]


def _reference(event: EventRow) -> tuple[str, str, str, int] | None:
    """Return what a referral, or a registered record, is unique by; None for another event."""
    if event.kind not in {EventKind.REFERRAL, EventKind.REGISTERED}:
        return None
    return (event.kind, event.source_system, event.source_reference, event.source_version)
