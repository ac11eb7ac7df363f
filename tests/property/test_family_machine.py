"""A state machine adds events, answers reviews, and takes back; after each step families are as all of it says.

Beside the service stands a plain model: which event is in which family, and what people said of pairs of events.
"""

from __future__ import annotations

import itertools
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from router.model.errors import RouterError
from router.service.families import latest_decision, telling
from router.store.familyrows import EventKind, FamilyRows, LeadState
from router.store.ids import parse, render
from router.v1 import decision_pb2, referral_pb2
from router.v1 import family_service_pb2 as pb
from tests.support.processing import Process, process
from tests.support.requests import DESK, event, yes
from tests.support.reviewing import accept_as, act, decide, perhaps, rows_of, sound, split, undo, undo_move

#: Who there is: two mothers, each known by number, and by name and birth date alone at one of two addresses.
MOTHERS = (1, 2)
POSTCODES = ("KY1 1ZZ", "EH1 1ZZ")
Start = tuple[frozenset[frozenset[int]], dict[str, Any]]


def known(mother: int, number: int) -> referral_pb2.ReferralEvent:
    """Return a referral by which a mother is recognised for sure."""
    return event(mother, source=f"source-{number}", reference=f"known-{number}")


def doubtful(mother: int, number: int, postcode: str, *, danger: bool) -> referral_pb2.ReferralEvent:
    """Return a referral with her name and birth date at an address, and nothing else."""
    made = perhaps(mother, *([yes("suicidal_intent")] if danger else []), reference=f"doubt-{number}", source="gp-fife")
    made.household.postcode = postcode
    return made


class FamilyMachine(RuleBasedStateMachine):
    """Adds, decides, reopens, splits, moves infants, and undoes."""

    kind = "sqlite"

    @initialize()
    def open(self) -> None:
        """Begin with an empty store."""
        self.folder = tempfile.TemporaryDirectory()
        self.process = Process(Path(self.folder.name), self.kind)
        self.process.now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        self.number = itertools.count(1)
        self.families: set[str] = set()
        self.danger: set[int] = set()
        self.said: list[tuple[str, frozenset[int], frozenset[int]]] = []
        #: What was done, in order, so that it can be taken back: the act and what it gives back.
        self.done: list[tuple[str, str, Start]] = []

    def teardown(self) -> None:
        """Take everything back, and find what was there before."""
        if hasattr(self, "process"):
            try:
                while self.done:
                    self.take_back()
                assert sound(self.process) == []
            finally:
                self.process.core.close()
                self.folder.cleanup()

    @rule(mother=st.sampled_from(MOTHERS), sure=st.booleans(), place=st.sampled_from(POSTCODES), danger=st.booleans())
    def add(self, mother: int, *, sure: bool, place: str, danger: bool) -> None:
        """An event goes to one family, and moves no other event."""
        before = self.partition()
        number = next(self.number)
        message = known(mother, number) if sure else doubtful(mother, number, place, danger=danger)
        (decision,) = self.process.submit(message)
        self.families.add(decision.family_id)
        (event_id,) = {one for family in self.partition() for one in family} - {
            one for family in before for one in family
        }
        if danger and not sure:
            self.danger.add(event_id)
        assert {family - {event_id} for family in self.partition()} - {frozenset()} == before
        # What came since an act is not taken back with it.
        self.done.clear()

    @precondition(lambda self: self.families)
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        """A service accepts the lead that it was asked to take."""
        family_id = data.draw(st.sampled_from([one for one in sorted(self.families) if self.events(one)]))
        (lead, *_) = [one for one in rows_of(self.process, family_id).leads if one.state is LeadState.PROPOSED] or [
            None
        ]
        if lead is not None and lead.episode_id in held_episodes(rows_of(self.process, family_id)):
            accept_as(self.process, render("dec", latest_decision(lead)), lead.service, lead.board)
            self.done.clear()

    @precondition(lambda self: self.reviews())
    @rule(data=st.data(), same=st.booleans())
    def answer(self, data: st.DataObject, *, same: bool) -> None:
        """A person answers a review."""
        review = data.draw(st.sampled_from(self.reviews()))
        one, other = self.events(review.family_id), self.events(review.possible_family_id)
        start = self.start()
        answer = decide(self.process, review.review_id, same=same)
        if isinstance(answer, RouterError):
            assert answer.reason.value == "JUDGED_DIFFERENT"
            assert same
            assert self.parted(one, other)
            return
        assert not same or not self.parted(one, other)
        self.said.append(("same" if same else "different", one, other))
        if same:
            assert one | other in self.partition()
            self.done.append(("undo", answer.consequences.regrouping_id, start))
        else:
            assert self.partition() == start[0]
            self.done.append(("reopen", review.review_id, start))

    @precondition(lambda self: any(len(family) > 1 for family in self.partition()))
    @rule(data=st.data())
    def part(self, data: st.DataObject) -> None:
        """A person takes one referral out of a family."""
        family_id = data.draw(st.sampled_from([one for one in sorted(self.families) if len(self.events(one)) > 1]))
        whole = self.events(family_id)
        going = data.draw(st.sampled_from(sorted(whole)))
        start = self.start()
        answer = split(self.process, family_id, render("ref", going))
        assert isinstance(answer, pb.SplitFamilyResponse), answer
        self.families.add(answer.to_family_id)
        assert {frozenset({going}), whole - {going}} <= self.partition()
        self.said.append(("different", frozenset({going}), whole - {going}))
        self.done.append(("back", f"{answer.to_family_id} {render('ref', going)} {family_id}", start))

    @precondition(lambda self: self.infants())
    @rule(data=st.data(), kind=st.sampled_from(("ADOPTION", "FOSTERING")), anew=st.booleans())
    def move(self, data: st.DataObject, kind: str, *, anew: bool) -> None:
        """An infant goes to another family, and no referral with it; what the router carries is one of its own."""
        family_id, infant = data.draw(st.sampled_from(self.infants()))
        others = [one for one in sorted(self.families - {family_id}) if self.events(one)]
        to = "" if anew or not others else data.draw(st.sampled_from(others))
        start = self.start()
        answer = act(
            self.process,
            pb.MoveInfantRequest(
                family_id=family_id,
                person_id=render("per", infant),
                kind=f"INFANT_MOVE_KIND_{kind}",
                to_family_id=to,
            ),
        )
        assert isinstance(answer, pb.MoveInfantResponse), answer
        self.families.add(answer.to_family_id)
        assert (family_id, infant) not in self.infants()
        assert answer.person_id in {render("per", one) for of, one in self.infants() if of == answer.to_family_id}
        kept = frozenset(one for family in start[0] for one in family)
        assert {family & kept for family in self.partition()} - {frozenset()} == start[0]
        self.done.append(("move", answer.consequences.regrouping_id, start))

    @precondition(lambda self: self.done)
    @rule()
    def take_back(self) -> None:
        """The last act is taken back, and families, people, episodes and leads are as before it."""
        act_, named, start = self.done.pop()
        if act_ == "undo":
            answer: Any = undo(self.process, named)
        elif act_ == "move":
            assert undo_move(self.process, named, DESK).reason.value == "NOT_YOURS_TO_READ"
            answer = undo_move(self.process, named)
        elif act_ == "reopen":
            reason = pb.REGROUPING_REASON_DECIDED_IN_ERROR
            answer = act(self.process, pb.ReopenReviewRequest(review_id=named, reason=reason))
        else:
            family_id, referral, home = named.split()
            answer = split(self.process, family_id, referral, to=home)
        assert not isinstance(answer, RouterError), answer
        assert answer.consequences.decisions
        if act_ == "back":
            going = frozenset({parse("ref", referral)})
            self.said.append(("same", going, self.events(home) - going))
        elif act_ != "move":
            for place in reversed(range(len(self.said))):
                if self.said[place][0] == ("same" if act_ == "undo" else "different"):
                    _, one, other = self.said.pop(place)
                    self.said.append(("taken back", one, other))
                    break
        assert self.start() == start

    @invariant()
    def families_are_a_partition(self) -> None:
        """Each event is in one family; people and episodes that it names are that family's own."""
        seen: set[int] = set()
        for family_id in getattr(self, "families", ()):
            rows = rows_of(self.process, family_id)
            events = self.events(family_id)
            assert not events & seen
            seen |= events
            persons = {one.person_id for one in rows.persons}
            episodes = {one.episode_id for one in rows.episodes}
            for link in rows.links:
                assert set(link.people.values()) <= persons
                assert link.episode_id in episodes

    @invariant()
    def what_a_person_parted_is_apart(self) -> None:
        """No pair of events that was last judged different is of one family."""
        for family in self.partition() if hasattr(self, "families") else ():
            assert not self.parted(family, family)

    @invariant()
    def each_episode_has_one_lead(self) -> None:
        """Of each episode that holds a referral one decision stands, and one lead or desk; danger stays on it."""
        for family_id in getattr(self, "families", ()):
            rows = rows_of(self.process, family_id)
            alive = held_episodes(rows)
            leads = [one for one in rows.leads if one.episode_id in alive]
            assert {one.episode_id for one in leads} == alive
            with self.process.core.store.read() as reader:
                latest = reader.decisions_by_id([latest_decision(one) for one in leads])
            for lead in leads:
                row = latest[latest_decision(lead)]
                assert row.state in {"proposed", "accepted"}
                assert lead.state in LeadState
                own = {link.event_id for link in rows.links if link.episode_id == lead.episode_id}
                if own & self.danger:
                    whole = decision_pb2.Decision.FromString(row.document)
                    assert "suicidal-intent" in {one.trigger for one in whole.safety}

    @invariant()
    def open_reviews_are_about_two_families(self) -> None:
        """Both hold events, and nobody has parted them."""
        for review in self.reviews() if hasattr(self, "families") else ():
            one, other = self.events(review.family_id), self.events(review.possible_family_id)
            assert one
            assert other
            assert one != other
            assert not self.parted(one, other)

    def reviews(self) -> list[pb.Review]:
        """Return the open reviews."""
        if not hasattr(self, "process"):
            return []
        return list(act(self.process, pb.ListReviewsRequest(page_size=500)).reviews)

    def events(self, family_id: str) -> frozenset[int]:
        """Return the referrals of a family."""
        return referrals_of(rows_of(self.process, family_id))

    def infants(self) -> list[tuple[str, int]]:
        """Return the infants whom referrals name, each with its family."""
        found = []
        for family_id in sorted(getattr(self, "families", ())):
            rows = rows_of(self.process, family_id)
            held = referrals_of(rows)
            named = {one for link in rows.links if link.event_id in held for one in link.people.values()}
            found += [
                (family_id, one.person_id) for one in rows.persons if one.person_id in named and one.role == "infant"
            ]
        return found

    def partition(self) -> frozenset[frozenset[int]]:
        """Return which referrals are together."""
        if not hasattr(self, "families"):
            return frozenset()
        return frozenset(events for one in self.families if (events := self.events(one)))

    def start(self) -> Start:
        """Return what an undo gives back: families, people, episodes, who leads, and what is asked."""
        found: dict[str, Any] = {}
        for family_id in self.families:
            rows = rows_of(self.process, family_id)
            alive = held_episodes(rows)
            referrals = self.events(family_id)
            if not referrals:
                continue
            found[family_id] = (
                {one.event_id: (one.episode_id, dict(one.people)) for one in rows.links if one.event_id in referrals},
                # A proposal may be another one: while a review is open, danger is judged over both families.
                {
                    one.episode_id: (one.service, one.board)
                    for one in rows.leads
                    if one.episode_id in alive and one.state is LeadState.ACCEPTED
                },
            )
        asked = {(one.review_id, one.family_id, one.possible_family_id) for one in self.reviews()}
        return self.partition(), {**found, "asked": asked}

    def parted(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """Return whether a pair of these events was last judged to be of different families."""
        parted = {
            frozenset(pair)
            for verdict, ours, theirs in self._latest()
            for pair in itertools.product(ours, theirs)
            if verdict == "different"
        }
        return any(a != b and frozenset((a, b)) in parted for a in one for b in other)

    def _latest(self) -> list[tuple[str, frozenset[int], frozenset[int]]]:
        """Return what was last said of each pair."""
        last: dict[frozenset[int], str] = {}
        for verdict, ours, theirs in self.said:
            for pair in itertools.product(ours, theirs):
                last[frozenset(pair)] = verdict
        return [(verdict, frozenset({min(pair)}), frozenset({max(pair)})) for pair, verdict in last.items()]


def referrals_of(rows: FamilyRows) -> frozenset[int]:
    """Return the referrals of a family, without what the router carried there and took back."""
    return frozenset(row.event_id for row in telling(rows.events) if row.kind is EventKind.REFERRAL)


def held_episodes(rows: FamilyRows) -> set[int]:
    """Return the episodes of which a referral is held."""
    referrals = referrals_of(rows)
    return {link.episode_id for link in rows.links if link.event_id in referrals}


class PostgresFamilyMachine(FamilyMachine):
    """The same over a real PostgreSQL."""

    kind = "postgresql"


TestFamilyMachine = FamilyMachine.TestCase
TestFamilyMachine.settings = settings(
    max_examples=8, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPostgresFamilyMachine = PostgresFamilyMachine.TestCase
TestPostgresFamilyMachine.settings = settings(TestFamilyMachine.settings, max_examples=2)


def test_the_order_of_arrival_makes_no_other_families(tmp_path: Path) -> None:
    """Every order of the same events gives the same families, or asks a person; never another merge in silence."""
    together: set[frozenset[frozenset[int]]] = set()
    with process(tmp_path) as running:
        for mother, order in enumerate(itertools.permutations(range(4)), 1):
            events = [
                known(mother, 10 * mother + n) if n % 2 == 0 else perhaps(mother, reference=f"{mother}-{n}")
                for n in range(4)
            ]
            families: dict[str, set[int]] = {}
            for number in order:
                (decision,) = running.submit(events[number])
                families.setdefault(decision.family_id, set()).add(number)
            asked = [
                one for one in act(running, pb.ListReviewsRequest(page_size=500)).reviews if one.family_id in families
            ]
            together.add(frozenset(map(frozenset, _closure(families, asked))))
            # Nobody is put with somebody in silence who in another order is only asked about.
            assert all(numbers in ({0, 2}, {1, 3}) or len(numbers) == 1 for numbers in families.values()), families
    assert together == {frozenset({frozenset({0, 1, 2, 3})})}


def _closure(families: dict[str, set[int]], asked: Any) -> list[set[int]]:
    """Return what families become where each open question is answered with "same"."""
    groups = {family: {family} for family in families}
    for review in asked:
        whole = groups[review.family_id] | groups[review.possible_family_id]
        groups.update(dict.fromkeys(whole, whole))
    unique = {frozenset(group) for group in groups.values()}
    return [set().union(*(families[family] for family in group)) for group in unique]
