"""Which pack is live follows from the acts alone, by the rules of approval."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.service.golive.book import Book, State
from router.store.packrows import PackActKind
from tests.support.packacts import FIRST, Acts

PEOPLE = ("ailsa", "isla", "fergus", "morag")
SERVICES = ("cpmht", "gp", "")


def live(book: Book) -> str:
    """Return the digest that is live."""
    assert book.live is not None
    return book.live.digest


def test_a_pack_comes_into_force_at_its_date() -> None:
    """Before it is due, from its moment on live, and the one before it was."""
    acts = Acts()
    acts.activate("other", acts.approved("other"), in_days=3)
    before, after = acts.book(in_days=2), acts.book(in_days=4)
    assert (live(before), before.due and before.due.digest) == (FIRST, "other")
    assert (live(after), after.due) == ("other", None)
    assert after.entries[0].state is State.REPLACED
    assert after.entries[0].live_until == after.live.live_from  # type: ignore[union-attr]


def test_the_proposers_own_approval_is_not_one_of_the_two() -> None:
    """It counts for the service, and two others are wanted all the same."""
    acts = Acts()
    pack = acts.propose("other")
    acts.approve("other", pack, "ailsa", "cpmht")
    acts.approve("other", pack, "isla", "gp")
    entry = acts.book().entries[pack]
    assert entry.unapproved == ()
    assert list(entry.waits_for()) == ["One more person must approve, and not ailsa, who proposed it"]
    acts.approve("other", pack, "fergus")
    assert acts.book().entries[pack].state is State.APPROVED


def test_each_named_service_must_approve() -> None:
    """However many other people have; what is activated without it does not come into force."""
    acts = Acts()
    pack = acts.propose("other", services=("cpmht", "gp"))
    for name in ("isla", "fergus", "morag"):
        acts.approve("other", pack, name, "cpmht")
    entry = acts.book().entries[pack]
    assert (entry.unapproved, entry.state) == (("gp",), State.PROPOSED)
    assert list(entry.waits_for()) == ["Somebody of 'gp' must approve"]
    acts.activate("other", pack)
    assert live(acts.book()) == FIRST


def test_one_person_of_two_services_is_one_person() -> None:
    """Each service has approved, and a second person is wanted."""
    acts = Acts()
    pack = acts.propose("other", services=("cpmht", "gp"))
    acts.approve("other", pack, "isla", "cpmht")
    acts.approve("other", pack, "isla", "gp")
    assert not acts.book().entries[pack].is_approved


def test_what_was_approved_as_another_change_does_not_come_into_force() -> None:
    """A pack that waits for its date when the one that it changes is rolled back is outdated."""
    acts = Acts()
    acts.activate("second", acts.approved("second"))
    third = acts.approved("third", base="second")
    acts.activate("third", third, in_days=1)
    assert acts.book().entries[third].state is State.DUE
    acts.add(PackActKind.ROLLED_BACK, "second")
    later = acts.book(in_days=2)
    assert live(later) == FIRST
    assert later.entries[third].state is State.OUTDATED


def test_a_rejected_pack_does_not_come_into_force() -> None:
    """Not even at a date for which it was activated before."""
    acts = Acts()
    pack = acts.approved("other")
    acts.activate("other", pack, in_days=1)
    acts.add(PackActKind.REJECTED, "other", proposal_id=pack)
    later = acts.book(in_days=2)
    assert (live(later), later.entries[pack].state) == (FIRST, State.REJECTED)


def test_rolling_back_goes_step_by_step_to_the_first() -> None:
    """Each ends the live pack; the first cannot be ended."""
    acts = Acts()
    acts.activate("second", acts.approved("second"))
    acts.activate("third", acts.approved("third", base="second"))
    seen = [live(acts.book())]
    for _ in range(3):
        acts.add(PackActKind.ROLLED_BACK, seen[-1])
        seen.append(live(acts.book()))
    assert seen == ["third", "second", FIRST, FIRST]
    assert acts.book().before == ()


def test_a_slow_clock_does_not_undo_an_act() -> None:
    """An act proves that its moment has come."""
    acts = Acts()
    acts.activate("other", acts.approved("other"))
    assert live(Book(acts.rows, 5)) == "other"


def test_a_shadow_ends_when_its_pack_comes_into_force() -> None:
    """What is live is not compared with itself; until when it ran is kept."""
    acts = Acts()
    pack = acts.approved("other")
    acts.add(PackActKind.SHADOW_STARTED, "other", proposal_id=pack)
    running = acts.book()
    assert running.in_shadow is running.entries[pack]
    acts.activate("other", pack)
    ended = acts.book()
    assert ended.in_shadow is None
    assert ended.shadow_until(ended.entries[pack]) == ended.entries[pack].live_from


steps = st.lists(
    st.tuples(
        st.sampled_from(("propose", "approve", "approve", "approve", "reject", "activate", "activate", "roll back")),
        st.integers(0, 5),
        st.sampled_from(PEOPLE),
        st.sampled_from(SERVICES),
        st.integers(0, 2),
    ),
    max_size=25,
)


@given(steps)
def test_no_sequence_of_acts_activates_a_pack_without_its_approvals(
    given_steps: list[tuple[str, int, str, str, int]],
) -> None:
    """Whatever is written down in whatever order: two people other than the proposer, and each named service.

    The acts are not checked before they are written: the book alone must refuse what they would do.
    """
    acts = Acts()
    proposals: list[tuple[int, str, str, str]] = []
    for kind, which, by, service, days in given_steps:
        if kind == "propose":
            base = ("first", "first", "pack-0")[which % 3]
            digest = f"pack-{len(proposals)}"
            proposals.append(
                (acts.propose(digest, base=base, services=SERVICES[: 1 + which % 2], by=by), digest, by, base)
            )
        elif kind == "roll back":
            acts.add(PackActKind.ROLLED_BACK, "any", by=by)
        elif proposals:
            proposal_id, digest, *_ = proposals[-1 if which else 0]
            if kind == "approve":
                acts.approve(digest, proposal_id, by, service)
            elif kind == "reject":
                acts.add(PackActKind.REJECTED, digest, proposal_id=proposal_id, by=by)
            else:
                acts.activate(digest, proposal_id, in_days=days)
        for days_on in (0, 1, 5):
            _holds(acts, acts.book(in_days=days_on), days_on)


def _holds(acts: Acts, book: Book, days_on: int) -> None:
    assert book.live is not None
    entry, moment = book.live, acts.now + days_on * 86_400_000_000
    if entry.proposed is None:
        assert entry.digest == FIRST
        return
    activation = entry.activation
    assert activation is not None
    assert entry.live_from is not None
    assert (activation.live_from or 0) <= entry.live_from <= moment
    approvals = [one for one in acts.rows if one.kind is PackActKind.APPROVED and one.proposal_id == entry.proposal_id]
    assert len({one.made_by for one in approvals} - {entry.proposed.made_by}) >= 2
    assert set(entry.services) <= {one.service for one in approvals}
    assert entry.rejection is None or entry.rejection.made_at > entry.live_from
    assert any(one.digest == entry.base for one in book.before), "it changed what was live before it"
