"""Writing changes: each all or nothing, each with a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from router.store.familyrows import EventKind, LeadState
from router.store.interface import Change, Store, StoreError
from tests.contract import samples
from tests.contract.samples import REFERRAL_ROWS, Samples


def verdicts(store: Store, changes: list[Change]) -> list[str]:
    """Apply changes in one transaction and return the table of each conflict, or an empty string."""
    with store.transaction() as transaction:
        return [conflict.what if conflict else "" for conflict in transaction.apply(changes)]


def counts(store: Store) -> dict[str, int]:
    """Return how many rows each table holds."""
    with store.read() as reader:
        return reader.counts()


def test_every_row_of_a_change_is_written(store: Store) -> None:
    """A change without conflict is there as a whole."""
    assert verdicts(store, [Samples().referral()]) == [""]
    assert counts(store) == REFERRAL_ROWS


def test_no_changes_are_no_work(store: Store) -> None:
    """An empty batch has no verdicts."""
    assert verdicts(store, []) == []


CONFLICTS: dict[str, Callable[[Change, Change], None]] = {
    "answer": lambda old, new: setattr(new, "answer", old.answer),
    "family": lambda old, new: new.new_families.append(old.new_families[0]),
    "person": lambda old, new: new.persons.append(old.persons[0]),
    "episode": lambda old, new: new.episodes.append(old.episodes[0]),
    "event": lambda old, new: new.events.append(old.events[0]),
    "link": lambda old, new: new.links.append(old.links[0]),
    "decision": lambda old, new: new.decisions.append(old.decisions[0]),
    "notice": lambda old, new: new.notices.append(old.notices[0]),
    "desk_item": lambda old, new: new.desk_items.append(old.desk_items[0]),
    "review": lambda old, new: new.reviews.append(old.reviews[0]),
    "review_event": lambda old, new: new.review_events.append(old.review_events[0]),
    "judgement": lambda old, new: new.judgements.append(old.judgements[0]),
    "regrouping": lambda old, new: new.regroupings.append(old.regroupings[0]),
    "regrouped": lambda old, new: new.regrouped.append(old.regrouped[0]),
    "audit": lambda old, new: new.audit.append(old.audit[0]),
}


@pytest.mark.parametrize("table", CONFLICTS)
def test_a_change_that_conflicts_leaves_nothing(store: Store, table: str) -> None:
    """Whatever table a row is repeated in, the verdict names it and no other row of the change is left."""
    make = Samples()
    old, new = make.referral(), make.referral()
    old.desk_items.append(samples.desk_item(make.new()))
    old.reviews.append(samples.review(make.new(), old.events[0].event_id, old.new_families[0], old.new_families[0]))
    samples.doubt(old, make)
    assert verdicts(store, [old]) == [""]
    before = counts(store)
    CONFLICTS[table](old, new)
    assert verdicts(store, [new]) == [table]
    assert counts(store) == before
    with store.read() as reader:
        assert reader.families(old.new_families)[old.new_families[0]].version == 1


def test_a_bad_item_fails_alone_in_a_batch(store: Store) -> None:
    """Of 64 changes the one that conflicts is refused, and each of the others is written and answered."""
    make = Samples()
    known = make.referral()
    batch = [make.referral() for _ in range(64)]
    batch[17].answer = known.answer
    assert verdicts(store, [known]) == [""]
    assert verdicts(store, batch) == ["answer" if n == 17 else "" for n in range(64)]
    assert counts(store) == {table: rows * 64 for table, rows in REFERRAL_ROWS.items()}


def test_a_batch_may_conflict_with_itself(store: Store) -> None:
    """Of two changes that repeat each other in one batch the first is written."""
    make = Samples()
    first, second = make.referral(request_id="request-twice"), make.referral(request_id="request-twice")
    assert verdicts(store, [first, second]) == ["", "answer"]
    assert counts(store) == REFERRAL_ROWS


def test_the_same_request_id_twice_is_a_conflict_of_answers_first(store: Store) -> None:
    """A change repeated as a whole is told of its answer, by which the caller finds what was answered."""
    change = Samples().referral()
    assert verdicts(store, [change]) == [""]
    assert verdicts(store, [change]) == ["answer"]


def test_a_referral_is_unique_by_system_reference_and_version(store: Store) -> None:
    """The same version again conflicts; another version, another system, or another kind of event does not."""
    first = Change(events=[samples.event(1, reference="R1")])
    assert verdicts(store, [first]) == [""]
    others = [
        samples.event(2, reference="R1"),
        samples.event(3, reference="R1", version=2),
        samples.event(4, reference="R1", system="health-visiting"),
        samples.event(5, reference="R1", kind=EventKind.WITHDRAWAL),
        samples.event(6, reference="R1", kind=EventKind.WITHDRAWAL),
    ]
    assert verdicts(store, [Change(events=[event]) for event in others]) == ["event", "", "", "", ""]


def test_a_registered_record_is_unique_among_those_of_its_system(store: Store) -> None:
    """The same version again conflicts; a referral of the same name does not, in either order."""
    referral = samples.event(1, reference="R1")
    record = samples.event(2, reference="R1", kind=EventKind.REGISTERED)
    others = [
        samples.event(3, reference="R1", kind=EventKind.REGISTERED),
        samples.event(4, reference="R1", version=2, kind=EventKind.REGISTERED),
        samples.event(5, reference="R1", system="health-visiting", kind=EventKind.REGISTERED),
        samples.event(6, reference="R2", kind=EventKind.REGISTERED),
        samples.event(7, reference="R2"),
    ]
    changes = [Change(events=[event]) for event in (referral, record, *others)]
    assert verdicts(store, changes) == ["", "", "event", "", "", "", ""]


def test_an_episode_has_one_lead(store: Store) -> None:
    """A new lead takes the place of the old one, within a batch and later."""
    make = Samples()
    change = make.referral()
    family_id, episode_id = change.new_families[0], change.episodes[0].episode_id
    decision_id = change.decisions[0].decision_id
    second = Change(touched={family_id}, leads=[samples.lead(episode_id, decision_id, service="cpmht")])
    assert verdicts(store, [change, second]) == ["", ""]
    third = samples.lead(episode_id, decision_id, service="imh", state=LeadState.ACCEPTED)
    assert verdicts(store, [Change(touched={family_id}, leads=[third])]) == [""]
    with store.read() as reader:
        assert reader.families([family_id])[family_id].leads == (third,)
        assert reader.counts()["lead"] == 1


def test_a_change_that_builds_on_one_that_conflicted_is_refused(store: Store) -> None:
    """A later change of the same batch and family was decided on rows that are not there: it is decided again."""
    make = Samples()
    known, lost, apart = make.referral(), make.referral(), make.referral()
    lost.answer = known.answer
    family_id, episode_id = lost.new_families[0], lost.episodes[0].episode_id
    event_id = make.new()
    follows = Change(
        answer=samples.answer("request-that-follows"),
        touched={family_id},
        events=[samples.event(event_id)],
        links=[samples.link(make.new(), event_id, family_id, episode_id)],
    )
    assert verdicts(store, [known]) == [""]
    assert verdicts(store, [lost, follows, apart]) == ["answer", "family", ""]
    with store.read() as reader:
        assert reader.answers(["request-that-follows"]) == {}
        assert reader.families([family_id]) == {}


def test_keys_are_shared_and_repeated_without_conflict(store: Store) -> None:
    """Two families with one key are no conflict, nor is the same pair again."""
    first = Change(new_families=[1, 2], keys={(7, 1), (7, 2)})
    again = Change(keys={(7, 1), (8, 1)})
    assert verdicts(store, [first, again]) == ["", ""]
    assert verdicts(store, [again]) == [""]
    with store.read() as reader:
        assert reader.families_of_keys([7, 8]) == {7: (1, 2), 8: (1,)}


def test_a_familys_version_rises_with_each_change_that_touches_it(store: Store) -> None:
    """Each change counts once, whether the changes come in one batch or in two; the untouched stay."""
    changes = [Change(new_families=[1, 2], touched={1}), Change(touched={1, 2}), Change(touched={1})]
    assert verdicts(store, changes) == ["", "", ""]
    assert verdicts(store, [Change(touched={2})]) == [""]
    with store.read() as reader:
        assert reader.family_versions([1, 2, 3]) == {1: 3, 2: 2}


def test_a_decisions_state_changes_and_nothing_else_of_it(store: Store) -> None:
    """The state that is named last holds; the decision stays as decided."""
    change = Samples().referral()
    decision = change.decisions[0]
    assert verdicts(store, [change, Change(decision_states={decision.decision_id: "superseded"})]) == ["", ""]
    with store.read() as reader:
        (stored,) = reader.decisions_by_id([decision.decision_id]).values()
    assert stored.state == "superseded"
    assert stored.document == decision.document


def test_a_reviews_rank_changes_and_nothing_else_of_it(store: Store) -> None:
    """Whoever claimed it meanwhile still has it; the rank that is named last holds."""
    opened = Samples().referral()
    opened.reviews.append(samples.review(1, opened.events[0].event_id, opened.new_families[0], opened.new_families[0]))
    claimed = samples.review_state(1, opened.new_families[0], opened.new_families[0])
    opened.review_states.append(replace(claimed, claimed_by="desk-a", claimed_until=9))
    assert verdicts(store, [opened, Change(review_ranks={1: 2}), Change(review_ranks={1: 0})]) == ["", "", ""]
    with store.read() as reader:
        now = reader.reviews_by_id([1])[1].now
    assert (now.rank, now.claimed_by, now.claimed_until) == (0, "desk-a", 9)


def test_the_first_acknowledgement_and_escalation_hold(store: Store) -> None:
    """Who acknowledged a notice first, and when, is not overwritten by a later acknowledgement."""
    assert verdicts(store, [Change(notices=[samples.notice(1), samples.notice(2)])]) == [""]
    changes = [
        Change(acknowledged={1: (500, "nurse-a")}, escalated={2: 501}),
        Change(acknowledged={1: (600, "nurse-b")}, escalated={2: 601}),
    ]
    assert verdicts(store, changes) == ["", ""]
    with store.read() as reader:
        found = reader.notices_by_id([1, 2])
    assert (found[1].acknowledged_at, found[1].acknowledged_by, found[1].escalated_at) == (500, "nurse-a", None)
    assert (found[2].acknowledged_at, found[2].acknowledged_by, found[2].escalated_at) == (None, "", 501)


@pytest.mark.parametrize(
    "change",
    [
        Change(touched={99}),
        Change(decision_states={99: "accepted"}),
        Change(acknowledged={99: (1, "nurse")}),
        Change(escalated={99: 1}),
        Change(review_ranks={99: 1}),
        Change(persons=[samples.person(1, 99)]),
        Change(keys={(1, 99)}),
        Change(notices=[samples.notice(1, decision_id=99)]),
    ],
    ids=["touched", "decision", "acknowledged", "escalated", "review rank", "person", "key", "notice"],
)
def test_naming_a_row_that_is_not_there_is_a_fault_and_leaves_nothing(store: Store, change: Change) -> None:
    """What is no conflict is not taken for one: it is raised, and nothing of the whole batch is left."""
    batch = [Samples().referral(), change]
    with store.transaction() as transaction, pytest.raises(StoreError):
        transaction.apply(batch)
    assert set(counts(store).values()) == {0}


def test_a_transaction_whose_block_fails_leaves_nothing(store: Store) -> None:
    """An exception between two applications takes both back."""

    def fail() -> None:
        with store.transaction() as transaction:
            assert transaction.apply([Samples().referral()]) == [None]
            transaction.keep_pack("sha256:1", b"pack", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert set(counts(store).values()) == {0}


def test_a_transaction_reads_what_it_wrote(store: Store) -> None:
    """Later items of a batch see the earlier ones before anything is committed."""
    change = Samples().referral()
    family_id = change.new_families[0]
    with store.transaction() as transaction:
        assert transaction.apply([change]) == [None]
        assert transaction.families([family_id])[family_id].events == tuple(change.events)
        with store.read() as reader:
            assert reader.families([family_id]) == {}


def test_a_pack_is_kept_once(store: Store) -> None:
    """The first content under a digest stays."""
    for content in (b"first", b"second"):
        with store.transaction() as transaction:
            transaction.keep_pack("sha256:1", content, 1)
    with store.read() as reader:
        assert reader.pack("sha256:1") == b"first"
        assert reader.pack("sha256:2") is None


def test_deaths_are_counted_once_each(store: Store) -> None:
    """Each process that died counts against the suspect; the one that was counted last is not counted again."""
    counted = []
    for digest, died in ((b"a", "p"), (b"a", "p"), (b"b", "p"), (b"a", "q"), (b"a", "q"), (b"a", "r")):
        with store.transaction([5]) as transaction:
            counted.append(transaction.count_death(digest, died, 1))
            assert transaction.suspects()[digest] >= 1
    assert counted == [1, 0, 1, 2, 0, 3]
    with store.read() as reader:
        assert reader.suspects() == {b"a": 3, b"b": 1}


def test_sequences_have_no_gap_for_what_was_refused(store: Store) -> None:
    """Notices and audit rows are numbered in order of writing, and a refused change takes no number."""
    make = Samples()
    first, refused, last = make.referral(), make.referral(), make.referral()
    refused.answer = first.answer
    assert verdicts(store, [first, refused, last]) == ["", "answer", ""]
    with store.read() as reader:
        notices = reader.list_notices(first.notices[0].recipient, after=0, limit=100)
        audit = reader.list_audit(after=0, limit=100)
    assert [row.sequence for row in notices] == list(range(1, 9))
    assert [row.notice_id for row in notices] == [row.notice_id for row in first.notices + last.notices]
    assert [row.sequence for row in audit] == [1, 2]
