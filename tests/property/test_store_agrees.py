"""A state machine writes the same generated changes to every store and to a plain model, and every read must agree.

Ids come from small pools, so that conflicts, shared families and changes that build on each other are frequent.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from router.store.familyrows import DecisionFilter, EventKind, LeadState
from router.store.interface import Change, Reader, Store
from router.store.packrows import PackRow
from router.store.reviewrows import RegroupedRow, ReviewFilter, Verdict
from tests.contract import samples
from tests.contract.memory_model import MemoryStore, State
from tests.support.places import STORES, Place

#: Ids, of which most changes take free ones, and one row in ``1 / CONFLICTS`` any.
POOL = range(1, 61)
CONFLICTS = 0.03
#: Rows are drawn from a seed: drawn one by one, they would be too few for anything to happen.
CHANCE = st.builds(Random, st.integers(0, 2**32 - 1))
KEYS = range(-2, 3)
REFERENCES = [("maternity", "R1"), ("maternity", "R2"), ("police", "R1")]
RECIPIENTS = ["a", "b"]
DESKS = ["desk-a", "desk-b"]
SERVICES = ["health-visiting", "cpmht"]
STATES = ["accepted", "superseded"]
TIMES = range(1, 5)
KINDS = [EventKind.REFERRAL, EventKind.REGISTERED, EventKind.RESPONSE]


def everything(reader: Reader) -> dict[str, Any]:
    """Return the answer to every read over all that may be there."""
    ids = [*POOL, 0, 99]
    filters = [
        DecisionFilter(family_id=family_id, service=service, as_of_from=since, as_of_until=until, limit=limit)
        for family_id in (None, 1)
        for service in ("", "cpmht")
        for since, until, limit in ((None, None, 50), (2, 4, 50), (None, 3, 2))
    ]
    return {
        "answers": reader.answers([f"request-{n}" for n in ids]),
        "families_of_keys": [reader.families_of_keys(KEYS, most=most) for most in (1, 2, 64)],
        "families": reader.families(ids),
        "family_versions": reader.family_versions(ids),
        "referral_versions": reader.referral_versions([*REFERENCES, ("police", "R2")]),
        "registered_versions": reader.referral_versions(REFERENCES, kind=EventKind.REGISTERED),
        "decisions_by_id": reader.decisions_by_id(ids),
        "list_decisions": [reader.list_decisions(only) for only in filters],
        "before": reader.list_decisions(DecisionFilter(before_id=4, board="S08000023")),
        "notices_by_id": reader.notices_by_id(ids),
        "list_notices": [reader.list_notices(each, after=after, limit=3) for each in RECIPIENTS for after in (0, 2)],
        "overdue_notices": [reader.overdue_notices(now, limit=2) for now in TIMES],
        "list_desk_items": [reader.list_desk_items(desk, limit=3) for desk in DESKS],
        "open_reviews": reader.open_reviews(ids),
        "reviews_by_id": reader.reviews_by_id(ids),
        "list_reviews": [
            reader.list_reviews(only)
            for only in (ReviewFilter(limit=2), ReviewFilter(desk="desk-a"), ReviewFilter(after=(1, 2, 10)))
        ],
        "review_events": _unnumbered(reader.review_events(ids)),
        "judgements": [_unnumbered(reader.judgements(some)) for some in (ids, ids[:5])],
        "regroupings": reader.regroupings(ids[:5]),
        "regroupings_by_id": reader.regroupings_by_id(ids),
        "moved_links": [reader.moved_links(n) for n in ids[:3]],
        "list_audit": [reader.list_audit(after=after, limit=3) for after in (0, 2)],
        "events_by_id": reader.events_by_id(ids),
        "pack": [reader.pack(digest) for digest in ("sha256:1", "sha256:2")],
        "pack_acts": _unnumbered(acts := reader.pack_acts()),
        "last_pack_act": reader.last_pack_act() == max((row.sequence for row in acts), default=0),
        "shadow_counts": [reader.shadow_counts(n) for n in ids[:9]],
        "count_decisions": reader.count_decisions(as_of_from=2, as_of_until=4),
        "suspects": reader.suspects(),
        "counts": reader.counts(),
    }


def _unnumbered(rows: Iterable[Any]) -> list[Any]:
    """Return rows in their order without the numbers that a database gives, which may leave some out."""
    return [replace(row, sequence=0) for row in rows]


class Drawing:
    """Draws the changes of one batch, most of them without conflict, some with one in any table.

    A change refers to rows that are stored, or that an earlier change of the batch brings: then through a family that
    it touches, by which it is seen to build on that change. Events and notices may be of no family, so only those
    that are stored, or the change's own, are referred to.
    """

    def __init__(self, chance: Random, stored: State) -> None:
        self._chance = chance
        self._families = set(stored.versions)
        self._episodes = {n: row.family_id for n, row in stored.episodes.items()}
        self._decisions = {n: row.family_id for n, row in stored.decisions.items()}
        self._events = set(stored.events)
        self._reviews = {n: (row.opened_at, row.desk) for n, row in stored.review_states.items()}
        self._links = {n: row.family_id for n, row in stored.links.items()}
        self._notices = set(stored.notices)
        self._free: dict[str, list[int]] = {}
        for name in ("versions", "persons", "episodes", "events", "links", "decisions", "notices", "desk_items"):
            self._free[name] = self._shuffled(set(POOL) - set(getattr(stored, name)))
        self._acts = set(stored.pack_acts)
        for name in ("reviews", "review_events", "judgements", "regroupings", "pack_acts", "audit"):
            self._free[name] = self._shuffled(set(POOL) - set(getattr(stored, name)))
        self._free["answers"] = self._shuffled({n for n in POOL if f"request-{n}" not in stored.answers})

    def change(self) -> Change:
        """Draw the next change of the batch."""
        change = Change(new_families=self._ids("versions"))
        self._families.update(change.new_families)
        self._arrivals(change)
        self._people(change)
        self._decided(change)
        self._leads(change)
        self._told(change)
        self._doubted(change)
        self._shadowed(change)
        # A caller touches every family that its change has to do with, and may touch more.
        change.touched.update(self._few(self._families), change.new_families)
        for rows in (change.persons, change.episodes, change.links, change.decisions):
            change.touched.update(row.family_id for row in rows)
        change.touched.update(*((row.family_id, row.possible_family_id) for row in change.reviews))
        change.touched.update(family_id for _, family_id in change.keys)
        return change

    def _shuffled(self, numbers: Collection[int]) -> list[int]:
        return self._chance.sample(sorted(numbers), len(numbers))

    def _of(self, values: Collection[Any]) -> Any:
        return self._chance.choice(sorted(values))

    def _few(self, values: Collection[Any], most: int = 2) -> list[Any]:
        return self._chance.sample(sorted(values), min(len(values), self._chance.randint(0, most)))

    def _ids(self, name: str, most: int = 2) -> list[int]:
        """Draw ids of new rows; now and then one that is taken."""
        free = self._free[name]
        return [
            free.pop() if free and self._chance.random() > CONFLICTS else self._of(POOL)
            for _ in range(self._chance.randint(0, most))
        ]

    def _arrivals(self, change: Change) -> None:
        for n in self._ids("answers", 1):
            change.answer = samples.answer(f"request-{n}", content=self._chance.randbytes(9))
        for n in self._ids("events"):
            system, reference = self._of(REFERENCES)
            kind, version = self._of(KINDS), self._chance.randint(1, 40)
            change.events.append(samples.event(n, kind=kind, system=system, reference=reference, version=version))

    def _people(self, change: Change) -> None:
        if self._families:
            change.persons = [samples.person(n, self._of(self._families)) for n in self._ids("persons")]
            change.episodes = [samples.episode(n, self._of(self._families)) for n in self._ids("episodes")]
            change.keys = {(self._of(KEYS), self._of(self._families)) for _ in range(self._chance.randint(0, 3))}
            self._episodes.update({row.episode_id: row.family_id for row in change.episodes})

    def _decided(self, change: Change) -> None:
        events = self._events | {event.event_id for event in change.events}
        for episode_id in self._few(self._episodes) if events else []:
            family_id = self._episodes[episode_id]
            for n in self._ids("links"):
                change.links.append(samples.link(n, self._of(events), family_id, episode_id, mother=n))
            for n in self._ids("decisions"):
                service, as_of = self._of(SERVICES), self._of(TIMES)
                row = samples.decision(n, family_id, episode_id, self._of(events), service=service, as_of=as_of)
                change.decisions.append(row)
                self._decisions[n] = family_id
            for n in self._ids("reviews", 1):
                change.reviews.append(samples.review(n, self._of(events), family_id, self._of(self._families)))

    def _doubted(self, change: Change) -> None:
        for n in [*(row.review_id for row in change.reviews), *self._few(self._reviews)]:
            one, other = self._of(self._families), self._of(self._families)
            rank, opened_at, desk = self._of(range(3)), self._of(TIMES), self._of(DESKS)
            closed_at = self._of(TIMES) if self._chance.random() > 0.7 else None
            row = samples.review_state(n, one, other, rank=rank, opened_at=opened_at, desk=desk, closed_at=closed_at)
            change.review_states.append(row)
            change.touched |= {one, other}
        for review_id in self._few(self._reviews):
            change.review_events += [samples.review_event(n, review_id) for n in self._ids("review_events")]
        events = sorted(self._events)
        for n in self._ids("judgements") if len(events) > 1 else []:
            some = self._chance.sample(events, min(len(events), 4))
            cut = self._chance.randint(1, len(some) - 1)
            verdict = self._of(list(Verdict))
            change.judgements.append(samples.judgement(n, some[:cut], some[cut:], verdict=verdict))
        for n in self._ids("regroupings") if self._families else []:
            one, other = self._of(self._families), self._of(self._families)
            change.regroupings.append(samples.regrouping(n, one, other))
            change.touched |= {one, other}
            links = self._few(self._links)
            change.regrouped += [RegroupedRow(n, link_id, self._of([*self._links, 0])) for link_id in links]

    def _shadowed(self, change: Change) -> None:
        for n in self._ids("pack_acts", 1):
            pack = PackRow(self._of(["sha256:1", "sha256:2"]), 1, self._chance.randbytes(2))
            change.packs.append(pack)
            before = self._of([*self._acts, 0])
            change.pack_acts.append(samples.pack_act(n, digest=pack.digest, proposal_id=before))
        for decision_id in self._few(self._decisions) if self._acts else []:
            row = samples.shadow(self._of(self._acts), decision_id, what=self._of(["", "lead"]))
            change.shadows.append(row)
            change.touched.add(self._decisions[decision_id])

    def _leads(self, change: Change) -> None:
        for episode_id in self._few(self._episodes):
            for decision_id in self._few(self._decisions, 1):
                change.leads.append(samples.lead(episode_id, decision_id, state=self._of(list(LeadState))))
                change.touched |= {self._episodes[episode_id], self._decisions[decision_id]}
        for decision_id in self._few(self._decisions):
            change.decision_states[decision_id] = self._of(STATES)
            change.touched.add(self._decisions[decision_id])

    def _told(self, change: Change) -> None:
        for n in self._ids("notices"):
            due = self._of(TIMES) if self._chance.random() > 0.3 else None
            change.notices.append(samples.notice(n, recipient=self._of(RECIPIENTS), act_by=due))
        for n in self._ids("desk_items"):
            danger = self._of(["", "self-harm"])
            row = samples.desk_item(n, desk=self._of(DESKS), danger=danger, created_at=self._of(TIMES))
            change.desk_items.append(row)
        change.audit = [samples.audit(n) for n in self._ids("audit")]
        change.acknowledged = {n: (self._of(TIMES), f"nurse-{self._of(TIMES)}") for n in self._few(self._notices)}
        change.escalated = {n: self._of(TIMES) for n in self._few(self._notices)}


class StoresAgree(RuleBasedStateMachine):
    """Drives each kind of store, through two handles, beside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.model = MemoryStore()
        self.handles: dict[str, list[Store]] = {}
        self.snapshots: list[tuple[Reader, dict[str, Any]]] = []
        self.marks: list[tuple[dict[str, int], int]] = []

    @initialize()
    def begin(self) -> None:
        """Make the stores."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        for kind in STORES:
            place = Place.of(kind, Path(folder))
            self.handles[kind] = [place.open(), place.open(create=False)]
            for handle in self.handles[kind]:
                self.stack.callback(handle.close)

    def stores(self, handle: int = 0) -> list[Store]:
        """Return one handle of each kind of store."""
        return [handles[handle] for handles in self.handles.values()]

    @rule(chance=CHANCE, handle=st.sampled_from([0, 1]), size=st.integers(1, 6))
    def apply(self, chance: Random, handle: int, size: int) -> None:
        """Apply a batch to all, and compare what each says of every change."""
        drawing = Drawing(chance, self.model.state)
        batch = [drawing.change() for _ in range(size)]
        with ExitStack() as open_now:
            model = open_now.enter_context(self.model.transaction())
            expected = [conflict and conflict.what for conflict in model.apply(batch)]
            for store in self.stores(handle):
                ours = open_now.enter_context(store.transaction([handle, 7]))
                assert [conflict and conflict.what for conflict in ours.apply(batch)] == expected
                assert everything(ours) == everything(model)

    @rule(chance=CHANCE, handle=st.sampled_from([0, 1]))
    def give_up(self, chance: Random, handle: int) -> None:
        """Apply a change to the stores and let the transactions fail: nothing may be left."""
        change = Drawing(chance, self.model.state).change()
        for store in self.stores(handle):
            try:
                with store.transaction() as ours:
                    ours.apply([change])
                    raise ZeroDivisionError  # noqa: TRY301
            except ZeroDivisionError:
                pass

    @rule(digest=st.sampled_from(["sha256:1", "sha256:2"]), content=st.binary(max_size=3))
    def keep_pack(self, digest: str, content: bytes) -> None:
        """Keep a pack in all."""
        for store in (*self.stores(), self.model):
            with store.transaction() as transaction:
                transaction.keep_pack(digest, content, 1)

    @rule(handle=st.sampled_from([0, 1]), digest=st.sampled_from([b"a", b"b"]), died=st.sampled_from(["p", "q"]))
    def count_death(self, handle: int, digest: bytes, died: str) -> None:
        """Count a death in all."""
        with self.model.transaction() as theirs:
            deaths = theirs.count_death(digest, died, 1)
        for store in self.stores(handle):
            with store.transaction([7]) as ours:
                assert ours.count_death(digest, died, 1) == deaths

    @rule(handle=st.sampled_from([0, 1]))
    def claim(self, handle: int) -> None:
        """Claim a process number from all."""
        number = self.model.claim_process_number()
        assert [store.claim_process_number() for store in self.stores(handle)] == [number] * len(STORES)

    @rule()
    def mark(self) -> None:
        """Take a mark from all; marks belong to the handle that gave them."""
        self.marks.append(({kind: handles[0].mark() for kind, handles in self.handles.items()}, self.model.mark()))

    @precondition(lambda self: self.marks)
    @rule()
    def unchanged(self) -> None:
        """Check that no mark holds for a store that does not for the model."""
        for kind, handles in self.handles.items():
            with handles[0].transaction() as ours:
                for our_marks, model_mark in self.marks:
                    assert not ours.unchanged_since(our_marks[kind]) or self.model.mark() == model_mark

    @precondition(lambda self: len(self.snapshots) < 3 * len(STORES))
    @rule(handle=st.sampled_from([0, 1]))
    def look(self, handle: int) -> None:
        """Open a snapshot of each and keep it open."""
        with self.model.read() as reader:
            expected = everything(reader)
        for store in self.stores(handle):
            self.snapshots.append((self.stack.enter_context(store.read()), expected))

    @invariant()
    def snapshots_stay(self) -> None:
        """Check that every open snapshot shows what it showed when it was opened."""
        for reader, expected in self.snapshots:
            assert everything(reader) == expected

    @invariant()
    def reads_agree(self) -> None:
        """Check that a new snapshot of either handle of each shows what the model shows."""
        with self.model.read() as theirs:
            expected = everything(theirs)
        for n in (0, 1):
            for store in self.stores(n):
                with store.read(to_write=n == 0) as ours:
                    assert everything(ours) == expected

    def teardown(self) -> None:
        """End the snapshots, close the stores, and remove them."""
        self.stack.close()


TestStoresAgree = StoresAgree.TestCase
TestStoresAgree.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
