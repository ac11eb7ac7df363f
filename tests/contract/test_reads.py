"""Reading: what was written comes back as it was, in the order promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.store.familyrows import DecisionFilter, EventKind, LeadState, ReferralVersion, StoredAnswer
from router.store.interface import Change, Store
from router.store.packrows import PackActKind, PackRow, ShadowCount
from router.store.reviewrows import MovedLink, RegroupedRow, ReviewFilter
from tests.contract import samples
from tests.contract.samples import Samples

DESK = "desk@S08000023"


def write(store: Store, *changes: Change) -> None:
    """Write changes that do not conflict."""
    with store.transaction() as transaction:
        assert not any(transaction.apply(changes))


def test_nothing_is_found_in_an_empty_store(store: Store) -> None:
    """Every read of an unknown or of no id answers with nothing."""
    with store.read() as reader:
        for ids in ([], [1, 2]):
            assert reader.families_of_keys(ids) == {}
            assert reader.families(ids) == {}
            assert reader.family_versions(ids) == {}
            assert reader.decisions_by_id(ids) == {}
            assert reader.notices_by_id(ids) == {}
            assert reader.events_by_id(ids) == {}
        assert reader.answers([]) == reader.answers(["request-1"]) == {}
        assert reader.referral_versions([]) == reader.referral_versions([("maternity", "R1")]) == {}
        assert reader.list_decisions(DecisionFilter()) == ()
        assert reader.list_notices("nobody", after=0, limit=10) == ()
        assert reader.overdue_notices(1, limit=10) == ()
        assert reader.list_desk_items(DESK, limit=10) == ()
        assert reader.list_audit(after=0, limit=10) == ()
        assert reader.pack("sha256:1") is None
        assert reader.pack_acts() == reader.shadow_counts(1) == ()
        assert reader.last_pack_act() == reader.count_decisions(as_of_from=0, as_of_until=1 << 62) == 0


def test_answers_come_back_byte_for_byte(store: Store) -> None:
    """Each request id gets its own answer, and only those asked for."""
    content = bytes(range(256)) * 20
    write(
        store, Change(answer=samples.answer("request-1", content=content)), Change(answer=samples.answer("request-2"))
    )
    with store.read() as reader:
        assert reader.answers(["request-1", "request-3"]) == {
            "request-1": StoredAnswer("SubmitReferral", b"digest of request-1", content)
        }


def test_a_family_comes_back_whole(store: Store) -> None:
    """Persons, episodes, leads, events and links are those of the family, each in order of id."""
    make = Samples()
    change, other = make.referral(), make.referral()
    family_id, first = change.new_families[0], change.episodes[0].episode_id
    second, event_id = make.new(), make.new()
    more = Change(
        touched={family_id},
        episodes=[samples.episode(second, family_id)],
        events=[samples.event(event_id, kind=EventKind.RESPONSE)],
        links=[samples.link(make.new(), event_id, family_id, second)],
        leads=[samples.lead(second, change.decisions[0].decision_id, service="desk", state=LeadState.DESK)],
    )
    write(store, change, other, more)
    with store.read() as reader:
        found = reader.families([family_id, other.new_families[0], 999_999])
    rows = found[family_id]
    assert set(found) == {family_id, other.new_families[0]}
    assert rows.version == 2
    assert rows.persons == tuple(change.persons)
    assert rows.episodes == (*change.episodes, *more.episodes)
    assert rows.leads == (*change.leads, *more.leads)
    assert rows.events == (*change.events, *more.events)
    assert rows.links == (*change.links, *more.links)
    assert {episode.episode_id for episode in rows.episodes} == {first, second}


def test_the_link_that_was_written_last_holds(store: Store) -> None:
    """An event that is moved leaves its old family, whichever link has the greater id."""
    setup = Change(
        new_families=[1, 2],
        episodes=[samples.episode(11, 1), samples.episode(12, 2)],
        events=[samples.event(21, reference="R1")],
        links=[samples.link(300, 21, 1, 11, mother=5)],
    )
    write(store, setup)
    with store.read() as reader:
        assert reader.families([1])[1].events == tuple(setup.events)
    moved = samples.link(200, 21, 2, 12, mother=6)
    write(store, Change(links=[moved]))
    with store.read() as reader:
        found = reader.families([1, 2])
        versions = reader.referral_versions([("maternity", "R1")])
        assert reader.counts()["link"] == 2
    assert (found[1].events, found[1].links) == ((), ())
    assert (found[2].events, found[2].links) == (tuple(setup.events), (moved,))
    assert versions["maternity", "R1"][0].family_id == 2


def test_versions_of_a_referral_come_lowest_first(store: Store) -> None:
    """Every version is told with the family and episode it was put in, whatever order they arrived in."""
    events = [samples.event(20 + n, reference="R1", version=n) for n in (3, 1, 2)]
    write(
        store,
        Change(
            new_families=[1],
            episodes=[samples.episode(11, 1)],
            events=[*events, samples.event(30, reference="R1", kind=EventKind.WITHDRAWAL), samples.event(31)],
            links=[samples.link(40, 23, 1, 11), samples.link(41, 21, 1, 11)],
        ),
    )
    with store.read() as reader:
        found = reader.referral_versions([("maternity", "R1"), ("maternity", "R2"), ("R1", "maternity")])
    digest = events[0].digest
    assert found == {
        ("maternity", "R1"): (
            ReferralVersion(21, 1, digest, 1, 11),
            ReferralVersion(22, 2, digest, 0, 0),
            ReferralVersion(23, 3, digest, 1, 11),
        )
    }


def test_referrals_and_registered_records_of_one_name_are_told_apart(store: Store) -> None:
    """Either is found as what it is, and never as the other."""
    events = [
        samples.event(21, reference="R1"),
        samples.event(22, reference="R1", kind=EventKind.REGISTERED),
        samples.event(23, reference="R1", version=2, kind=EventKind.REGISTERED),
    ]
    links = [samples.link(40 + n, 20 + n, 1, 11) for n in (1, 2, 3)]
    write(store, Change(new_families=[1], episodes=[samples.episode(11, 1)], events=events, links=links))
    with store.read() as reader:
        referrals = reader.referral_versions([("maternity", "R1")])
        records = reader.referral_versions([("maternity", "R1")], kind=EventKind.REGISTERED)
    assert [one.event_id for one in referrals["maternity", "R1"]] == [21]
    assert [one.event_id for one in records["maternity", "R1"]] == [22, 23]
    assert {one.family_id for one in records["maternity", "R1"]} == {1}


def test_a_key_of_too_many_families_is_left_out(store: Store) -> None:
    """A key shared by more than ``most`` families tells nothing; at ``most`` it still does."""
    write(
        store,
        Change(new_families=list(range(1, 8)), keys={(5, n) for n in range(1, 5)} | {(6, n) for n in range(1, 8)}),
    )
    with store.read() as reader:
        assert reader.families_of_keys([5, 6, 7], most=4) == {5: (1, 2, 3, 4)}
        assert reader.families_of_keys([5, 5], most=4) == {5: (1, 2, 3, 4)}
        assert reader.families_of_keys([5], most=3) == {}
        assert len(reader.families_of_keys([6])[6]) == 7


@pytest.mark.parametrize("key", [0, 1, -1, 2**63 - 1, -(2**63)])
def test_a_key_may_be_any_64_bit_integer(store: Store, key: int) -> None:
    """Hashes at the edges of the range come back unrounded."""
    write(store, Change(new_families=[2**63 - 1], keys={(key, 2**63 - 1)}))
    with store.read() as reader:
        assert reader.families_of_keys([key]) == {key: (2**63 - 1,)}


def test_decisions_are_listed_newest_first_within_limits(store: Store) -> None:
    """Each limit leaves out what it should, and ``before_id`` pages through the rest."""
    rows = [
        samples.decision(101, 1, 11, 21, as_of=1_000),
        samples.decision(102, 1, 11, 21, as_of=2_000, service="cpmht"),
        samples.decision(103, 2, 12, 21, as_of=3_000, board="S08000031"),
        samples.decision(104, 2, 12, 21, as_of=4_000, service="cpmht"),
    ]
    setup = Change(
        new_families=[1, 2],
        episodes=[samples.episode(11, 1), samples.episode(12, 2)],
        events=[samples.event(21)],
        decisions=rows,
    )
    write(store, setup)
    cases = {
        DecisionFilter(): [104, 103, 102, 101],
        DecisionFilter(limit=2): [104, 103],
        DecisionFilter(limit=2, before_id=103): [102, 101],
        DecisionFilter(family_id=2): [104, 103],
        DecisionFilter(service="cpmht"): [104, 102],
        DecisionFilter(board="S08000031"): [103],
        DecisionFilter(as_of_from=2_000, as_of_until=4_000): [103, 102],
        DecisionFilter(family_id=1, service="cpmht", board="S08000023"): [102],
        DecisionFilter(family_id=3): [],
    }
    with store.read() as reader:
        for only, expected in cases.items():
            assert [row.decision_id for row in reader.list_decisions(only)] == expected, only
        assert reader.list_decisions(DecisionFilter(before_id=102)) == (rows[0],)
        assert reader.decisions_by_id([104, 105]) == {104: rows[3]}


def test_notices_are_followed_by_sequence(store: Store) -> None:
    """A recipient reads its own notices in the order of writing, from a cursor on."""
    notices = [samples.notice(9, recipient="a"), samples.notice(8, recipient="b"), samples.notice(7, recipient="a")]
    write(store, Change(notices=notices))
    with store.read() as reader:
        first = reader.list_notices("a", after=0, limit=1)
        rest = reader.list_notices("a", after=first[-1].sequence, limit=10)
        assert (first, rest) == ((replace(notices[0], sequence=1),), (replace(notices[2], sequence=3),))
        assert reader.list_notices("a", after=3, limit=10) == ()
        assert reader.notices_by_id([8, 10]) == {8: replace(notices[1], sequence=2)}


def test_overdue_notices_are_those_that_nobody_answered(store: Store) -> None:
    """A notice is overdue from its time on, oldest first, until it is acknowledged or escalated."""
    due = [samples.notice(n, act_by=at) for n, at in ((1, 300), (2, 100), (3, 200), (4, 100), (5, None), (6, 101))]
    write(store, Change(notices=due))
    write(store, Change(acknowledged={4: (50, "nurse")}, escalated={6: 102}))
    with store.read() as reader:
        assert [row.notice_id for row in reader.overdue_notices(200, limit=10)] == [2, 3]
        assert [row.notice_id for row in reader.overdue_notices(300, limit=2)] == [2, 3]
        assert reader.overdue_notices(99, limit=10) == ()


def test_a_desks_items_come_with_danger_first(store: Store) -> None:
    """Danger goes before age, age before id, and another desk's items are not shown."""
    items = [
        samples.desk_item(1, created_at=10),
        samples.desk_item(2, created_at=30, danger="self-harm"),
        samples.desk_item(3, created_at=20, danger="bruising faltering-growth"),
        samples.desk_item(4, created_at=5),
        samples.desk_item(5, created_at=5),
        samples.desk_item(6, desk="desk@S08000031", danger="self-harm"),
    ]
    write(store, Change(desk_items=items))
    with store.read() as reader:
        assert [row.desk_item_id for row in reader.list_desk_items(DESK, limit=10)] == [3, 2, 4, 5, 1]
        assert reader.list_desk_items(DESK, limit=1) == (items[2],)


def test_audit_rows_come_in_order_of_writing(store: Store) -> None:
    """A follower of the audit record misses none and meets none twice."""
    rows = [samples.audit(9), samples.audit(7), samples.audit(8)]
    write(store, Change(audit=rows))
    with store.read() as reader:
        assert reader.list_audit(after=0, limit=2) == (replace(rows[0], sequence=1), replace(rows[1], sequence=2))
        assert reader.list_audit(after=2, limit=2) == (replace(rows[2], sequence=3),)


def test_events_come_back_by_id(store: Store) -> None:
    """Every kind of event comes back as it was, an empty payload included."""
    events = {n: samples.event(n, kind=kind, payload=b"") for n, kind in enumerate(EventKind, 1)}
    write(store, Change(events=list(events.values())))
    with store.read() as reader:
        assert reader.events_by_id([*events, 99]) == events


def reviewed(store: Store) -> list[int]:
    """Write two families, an event in each, and reviews of every rank between them; return the events."""
    changes = [Change(new_families=[1, 2, 3], episodes=[samples.episode(n, n) for n in (1, 2)])]
    changes[0].events = [samples.event(n) for n in (1, 2, 3)]
    changes[0].links = [samples.link(n, n, n, n) for n in (1, 2)]
    for n, (rank, opened_at, desk, closed_at) in enumerate(
        [(3, 5, "a", None), (0, 9, "a", None), (3, 4, "b", None), (1, 1, "a", 6), (0, 8, "b", None)], 1
    ):
        changes[0].reviews.append(samples.review(n, 1, 1, 2))
        state = samples.review_state(n, 1, 2, rank=rank, opened_at=opened_at, desk=desk, closed_at=closed_at)
        changes[0].review_states.append(state)
    write(store, *changes)
    return [1, 2, 3]


def test_open_reviews_come_the_most_pressing_first(store: Store) -> None:
    """Then the oldest; of one desk, or from a place on; what is closed is left out."""
    reviewed(store)
    with store.read() as reader:
        ids = [one.row.review_id for one in reader.list_reviews(ReviewFilter())]
        assert ids == [5, 2, 3, 1]
        assert [one.row.review_id for one in reader.list_reviews(ReviewFilter(desk="a"))] == [2, 1]
        place = reader.reviews_by_id([2])[2].now
        after = ReviewFilter(after=(place.rank, place.opened_at, place.review_id), limit=1)
        assert [one.row.review_id for one in reader.list_reviews(after)] == [3]


def test_a_family_finds_its_open_reviews_on_either_side(store: Store) -> None:
    """By the families of today; a third one, and a closed review, are left out."""
    reviewed(store)
    moved = samples.review_state(1, 3, 2, rank=3)
    write(store, Change(review_states=[moved], touched={1, 2, 3}))
    with store.read() as reader:
        found = reader.open_reviews([1, 2, 3, 4])
    assert {key: [one.row.review_id for one in held] for key, held in found.items()} == {
        1: [2, 3, 5],
        2: [1, 2, 3, 5],
        3: [1],
    }
    assert found[3][0].now.opened_at == 5, "when it was opened does not change"


def test_judgements_are_found_by_any_of_their_events(store: Store) -> None:
    """In order of writing, each with both of its sides."""
    one, other, third = reviewed(store)
    first, second = samples.judgement(7, [one], [other, third]), samples.judgement(5, [other], [third], review_id=2)
    write(store, Change(judgements=[first]), Change(judgements=[second]))
    with store.read() as reader:
        assert [row.judgement_id for row in reader.judgements([third])] == [7, 5]
        (found,) = reader.judgements([one])
        assert replace(found, sequence=0) == first
        assert reader.judgements([]) == reader.judgements([99]) == ()


def test_a_regroupings_links_come_with_those_before(store: Store) -> None:
    """What it moved, in order of event; a link of a new event has none before."""
    reviewed(store)
    act = samples.regrouping(9, 1, 2, review_id=1)
    moved, new = samples.link(11, 1, 2, 2), samples.link(12, 3, 2, 2)
    rows = [RegroupedRow(9, 12, 0), RegroupedRow(9, 11, 1)]
    write(store, Change(links=[moved, new], regroupings=[act], regrouped=rows, touched={1, 2}))
    with store.read() as reader:
        assert reader.regroupings([2]) == reader.regroupings([1]) == (act,)
        assert reader.regroupings([3]) == ()
        assert reader.regroupings_by_id([9, 10]) == {9: act}
        found = reader.moved_links(9)
    assert found == (MovedLink(moved, samples.link(1, 1, 1, 1)), MovedLink(new, None))


def test_acts_about_packs_come_in_order_of_writing(store: Store) -> None:
    """Whatever their ids; a pack that is kept already stays as it is, and an act's id is its own."""
    pack = PackRow("sha256:1", 1, b"pack")
    first = samples.pack_act(9)
    second = samples.pack_act(4, kind=PackActKind.ACTIVATED, proposal_id=9, live_from=150)
    write(store, Change(packs=[pack], pack_acts=[first]))
    with store.read() as reader:
        seen = reader.last_pack_act()
    write(store, Change(packs=[replace(pack, content=b"other")], pack_acts=[second]))
    with store.read() as reader:
        found = reader.pack_acts()
        assert [replace(row, sequence=0) for row in found] == [first, second]
        assert reader.last_pack_act() == found[-1].sequence > seen
        assert reader.pack("sha256:1") == b"pack"
    with store.transaction() as transaction:
        (conflict,) = transaction.apply([Change(pack_acts=[samples.pack_act(9, kind=PackActKind.REJECTED)])])
        assert conflict is not None
        assert conflict.what == "pack_act"


def test_what_a_shadow_found_is_counted(store: Store) -> None:
    """By what differs and by the leads, the most frequent first; a decision counts once for each shadow."""
    make = samples.Samples()
    changes = [make.referral() for _ in range(4)]
    ids = [change.decisions[0].decision_id for change in changes]
    acts = [samples.pack_act(7, kind=PackActKind.SHADOW_STARTED), samples.pack_act(8, kind=PackActKind.SHADOW_STARTED)]
    write(store, *changes, Change(packs=[PackRow("sha256:1", 1, b"pack")], pack_acts=acts))
    found = [samples.shadow(7, one, what="") for one in ids[:2]] + [samples.shadow(7, ids[2], to_lead="desk")]
    write(store, Change(shadows=found), Change(shadows=[samples.shadow(7, ids[0]), samples.shadow(8, ids[0])]))
    with store.read() as reader:
        assert reader.shadow_counts(7) == (ShadowCount("", "cpmht", "gp", 2), ShadowCount("lead", "cpmht", "desk", 1))
        assert reader.shadow_counts(8) == (ShadowCount("lead", "cpmht", "gp", 1),)
        assert reader.counts()["shadow"] == 4


def test_decisions_are_counted_by_when_they_were_made(store: Store) -> None:
    """From the first moment on, and before the second."""
    make = samples.Samples()
    changes = [make.referral() for _ in range(3)]
    for as_of, change in enumerate(changes, 5):
        change.decisions[0] = replace(change.decisions[0], as_of=as_of)
    write(store, *changes)
    with store.read() as reader:
        assert reader.count_decisions(as_of_from=5, as_of_until=7) == 2
        assert reader.count_decisions(as_of_from=8, as_of_until=99) == 0
