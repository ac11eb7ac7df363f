"""Packs come into force in processes over one store: whole, at their moment, and never at a decision's cost."""

from __future__ import annotations

import dataclasses
import gc
import os
import signal
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from router.audit.events import AuditEvent
from router.model.errors import Reason, RouterError
from router.routing.decide import Decider
from router.rules.loader import digest_of
from router.rules.yamlfile import PackError
from router.service.decode import micros
from router.service.golive.book import details_of
from router.service.golive.shadow import ChildDiedError, Shadow
from router.service.golive.shadow import Place as StorePlace
from router.service.golive.shadowing import compared
from router.service.golive.starting import starting_pack
from router.service.golive.vetting import Vetted, VettingError
from router.service.packs import content_of_files
from router.service.settings import DEFAULT_PACK
from router.store.ids import parse
from router.store.interface import Change
from router.store.packrows import PackActKind, PackActRow, PackRow
from router.v1 import rule_service_pb2 as pb
from tests.support.keeping import Keeper, built
from tests.support.places import Place
from tests.support.processing import PACK, Process, process
from tests.support.requests import choice, event, next_id
from tests.support.rules import FILES, changed, person

SEVERE = choice("parent_illness_severity", "severe")
FIRST = PACK.digest


@pytest.fixture(autouse=True)
def built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build each pack once in a run of these tests, wherever it comes from."""
    monkeypatch.setattr("router.service.packs.build_pack", built)


@pytest.fixture
def keeper(running: Process) -> Keeper:
    """Those who keep the rules."""
    return Keeper(running)


@contextmanager
def beside(running: Process, folder: Path) -> Iterator[Process]:
    """Run another process on the same store."""
    with process(folder, place=running.place) as another:
        another.now = running.now
        yield another


def deciding(running: Process, number: int) -> str:
    """Decide about a family of its own, and return the pack that did."""
    (decision,) = running.submit(event(number, SEVERE))
    return decision.pack_digest


def refused(call: Callable[[], Any]) -> RouterError:
    """Make a call that is refused."""
    with pytest.raises(RouterError) as caught:
        call()
    return caught.value


def acts(running: Process) -> list[PackActRow]:
    """Return what was done about packs."""
    with running.core.store.read() as reader:
        return list(reader.pack_acts())


def test_the_first_pack_is_written_down_once(running: Process, tmp_path: Path) -> None:
    """Of two processes that begin an empty store, the second finds it."""
    with beside(running, tmp_path):
        (first,) = acts(running)
    assert (first.kind, first.digest, first.made_by) == (PackActKind.INSTALLED, FIRST, "router")


def test_every_process_changes_over_and_back(running: Process, keeper: Keeper, tmp_path: Path) -> None:
    """Each by itself, when it looks; a decision of before is not changed by it."""
    with beside(running, tmp_path) as another:
        before = running.submit(event(1, SEVERE))[0]
        pack = keeper.live(changed())
        assert deciding(another, 2) == FIRST, "it has not looked yet"
        for one in (running, another):
            one.core.following.look()
        assert {deciding(running, 3), deciding(another, 4)} == {pack.digest}
        keeper.roll_back()
        for one in (running, another):
            one.core.following.look()
        assert {deciding(running, 5), deciding(another, 6)} == {FIRST}
        (row,) = running.decisions(*(_id(before.decision_id),)).values()
        assert (row.pack_digest, row.state) == (FIRST, "proposed")


def _id(text: str) -> int:
    return parse("dec", text)


def test_to_roll_back_loads_nothing(running: Process, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack before is kept ready: a step back waits for nothing."""
    keeper.live(changed())
    running.core.following.look()
    keeper.roll_back()
    monkeypatch.setattr("router.service.golive.following.kept_pack", None)
    running.core.following.look()
    assert running.core.following.current.pack.digest == FIRST


def test_a_pack_long_replaced_is_let_go(running: Process, keeper: Keeper) -> None:
    """What a process keeps ready is few: the rule engine's memory of an older pack is freed."""
    first = weakref.ref(running.core.engine)
    for number, title in enumerate(("One", "Two", "Three")):
        pack = keeper.live(changed(title))
        running.core.following.look()
        assert deciding(running, number) == pack.digest
    gc.collect()
    assert first() is None


def test_a_batch_ends_with_the_pack_that_it_began_with(running: Process, keeper: Keeper) -> None:
    """Handed over in the middle of a batch, a pack decides from the next one on."""
    pack = keeper.live(changed())
    decider = running.core.decider
    inner = decider.decide

    def meanwhile(case: Any) -> Any:
        running.core.following.look()
        return inner(case)

    decider.decide = meanwhile  # type: ignore[method-assign]
    made = running.submit(*(event(number, SEVERE) for number in (1, 2, 3)))
    assert {one.pack_digest for one in made} == {FIRST}
    assert deciding(running, 4) == pack.digest


def test_a_pack_waits_for_its_date(running: Process, keeper: Keeper) -> None:
    """It is loaded before, and decides from its moment on by the process's own clock."""
    pack = keeper.propose(changed())
    keeper.approve_all(pack)
    told = keeper.activate(pack, at=running.now.replace(tzinfo=None) + timedelta(days=2))
    assert told.state == pb.PACK_STATE_DUE
    running.core.following.look()
    assert deciding(running, 1) == FIRST
    assert pack.digest in running.core.following._ready
    running.now += timedelta(days=2)
    running.core.following.look()
    assert deciding(running, 2) == pack.digest


def test_one_pack_is_due_at_a_time(running: Process, keeper: Keeper) -> None:
    """Another one would not change what it was proposed to change."""
    first, second = keeper.propose(changed("One")), keeper.propose(changed("Two"))
    for one in (first, second):
        keeper.approve_all(one)
    day = running.now.replace(tzinfo=None) + timedelta(days=1)
    keeper.activate(first, at=day)
    assert refused(lambda: keeper.activate(second)).reason is Reason.OTHER_PACK_DUE
    past = running.now.replace(tzinfo=None) - timedelta(days=1)
    fault = refused(lambda: keeper.activate(first, at=past))
    assert [one.field for one in fault.faults] == ["live_from"]
    keeper.activate(first)
    assert refused(lambda: keeper.activate(second)).reason is Reason.LIVE_PACK_CHANGED
    assert refused(lambda: keeper.approve(first, "morag")).reason is Reason.PACK_NOT_OPEN


def test_the_same_request_gets_the_same_answer(running: Process, keeper: Keeper) -> None:
    """Sent again it does nothing; as another person's, or for another service, it is refused."""
    pack = keeper.propose(changed())
    request = pb.ApprovePackRequest(
        request_id=next_id(), context=person("isla", "cpmht"), pack=pack.proposal_id, reason="agreed"
    )
    answer = keeper.send(request)
    written = len(acts(running))
    assert keeper.send(request) == answer
    assert len(acts(running)) == written
    for context in (person("fergus", "cpmht"), person("isla", "gp")):
        request.context.CopyFrom(context)
        assert refused(lambda: keeper.send(request)).reason is Reason.REQUEST_ID_REUSED
    assert refused(lambda: keeper.approve(pack, "isla", "cpmht")).reason is Reason.APPROVED_ALREADY
    assert refused(lambda: keeper.approve(pack, "isla", "no-such")).reason is Reason.INVALID_FIELD


def test_what_is_proposed_already_is_not_proposed_again(running: Process, keeper: Keeper) -> None:
    """Nor is what is live; what was rejected may be."""
    assert refused(lambda: keeper.propose(FILES)).reason is Reason.PACK_NOT_OPEN
    pack = keeper.propose(changed())
    assert refused(lambda: keeper.propose(changed())).reason is Reason.PACK_NOT_OPEN
    keeper.send(pb.RejectPackRequest(request_id=next_id(), context=person("isla"), pack=pack.digest[:12], reason="no"))
    again = keeper.propose(changed())
    assert again.proposal_id != pack.proposal_id
    assert refused(lambda: keeper.activate(again)).message.count("must approve") == 2


def test_what_fails_when_it_is_tried_is_refused(running: Process, keeper: Keeper) -> None:
    """At the proposal and at the activation, each with its own reason; nothing is written down."""
    pack = keeper.propose(changed())
    keeper.approve_all(pack)
    written = len(acts(running))

    def dies(*_: object) -> Vetted:
        raise VettingError("it ended with -11")

    for try_out, reason in (
        (lambda *_: Vetted(faults=(("lead.yaml", 3, 1, "is wrong"),)), Reason.PACK_DOES_NOT_LOAD),
        (lambda *_: Vetted(failures=(("cases/a.yaml", "twins", "expected gp"),)), Reason.PACK_TESTS_FAIL),
        (lambda *_: Vetted(unsafe=("a score steps down",)), Reason.PACK_NOT_SAFE),
        (dies, Reason.PACK_NOT_SAFE),
    ):
        keeper.servicer._try_out = try_out
        assert refused(lambda: keeper.propose(changed("One"))).reason is reason
        assert refused(lambda: keeper.activate(pack)).reason is reason
    assert len(acts(running)) == written


def test_every_act_is_in_the_audit_record(running: Process, keeper: Keeper) -> None:
    """With the pack, the proposal and the person, and without anybody's own words."""
    pack = keeper.live(changed())
    keeper.roll_back()
    with running.core.store.read() as reader:
        rows = [row for row in reader.list_audit(after=0, limit=1000) if ":pack:" in row.name]
    assert [row.name for row in rows] == [
        AuditEvent.PACK_INSTALLED,
        AuditEvent.PACK_PROPOSED,
        AuditEvent.PACK_APPROVED,
        AuditEvent.PACK_APPROVED,
        AuditEvent.PACK_ACTIVATED,
        AuditEvent.PACK_ROLLED_BACK,
    ]
    whole = b"".join(row.leaf for row in rows)
    assert pack.digest.encode() in whole
    assert pack.proposal_id.encode() in whole
    assert b"words" not in whole
    assert b"too many" not in whole


def broken_goes_live(running: Process) -> str:
    """Let a pack come into force that this program cannot load, as one of another program might."""
    files = {"pack.yaml": FILES["pack.yaml"] + b"a-key-of-tomorrow: true\n"}
    digest, at = digest_of(files), micros(running.now)
    ids = [running.core._ids.new() for _ in range(4)]
    details = details_of("Tomorrow", FIRST)
    kinds = (PackActKind.PROPOSED, PackActKind.APPROVED, PackActKind.APPROVED, PackActKind.ACTIVATED)
    rows = [
        PackActRow(act_id, kind, digest, ids[0], "", by, at, None, "", details if n == 0 else b"")
        for n, (act_id, kind, by) in enumerate(zip(ids, kinds, ("ailsa", "isla", "fergus", "ailsa"), strict=True))
    ]
    with running.core.store.transaction() as transaction:
        change = Change(packs=[PackRow(digest, at, content_of_files(files))], pack_acts=rows)
        assert transaction.apply([change]) == [None]
    return digest


def test_a_pack_that_does_not_load_keeps_the_last_good_one(running: Process, keeper: Keeper, tmp_path: Path) -> None:
    """Every process goes on; it is written down once, and shown; rolling back puts the record right."""
    digest = broken_goes_live(running)
    with beside(running, tmp_path) as another:
        for one in (running, another, running):
            one.core.following.look()
        assert {deciding(running, 1), deciding(another, 2)} == {FIRST}
    (failure,) = [one for one in acts(running) if one.kind is PackActKind.NOT_LOADED]
    assert failure.note.startswith("pack.yaml:")
    answer = keeper.roll_back()
    assert answer.rolled_back.digest == digest
    assert answer.rolled_back.not_loaded == failure.note
    running.core.following.look()
    assert deciding(running, 3) == FIRST


def test_a_process_begins_with_the_nearest_pack_that_loads(running: Process, tmp_path: Path) -> None:
    """Rules that were good yesterday are better than none; an empty store takes the folder's."""
    broken_goes_live(running)
    with running.core.store.read() as reader:
        start = starting_pack(reader, DEFAULT_PACK, micros(running.now))
    assert start.live != FIRST
    assert start.pack.digest == FIRST
    (tmp_path / "empty").mkdir()
    store = Place.of("sqlite", tmp_path / "empty").open()
    with store.read() as reader:
        assert starting_pack(reader, DEFAULT_PACK, 1).live == ""
        with pytest.raises(PackError):
            starting_pack(reader, tmp_path / "nowhere", 1)
    store.close()


class Shadowed:
    """A process with a shadow that is stepped by hand."""

    def __init__(self, running: Process, **more: Any) -> None:
        following = running.core.following
        place = StorePlace(running.place.url, Path(running.place.key_file))
        self.shadow = Shadow(running.core.store, place, lambda: following.book, now=lambda: running.now, **more)
        running.core.processor.decided = self.shadow.hear
        self.following = following

    def begin(self) -> None:
        """Learn of the shadow."""
        self.following.look()
        self.shadow.step()

    def work(self) -> None:
        """Make all again that waits."""
        while self.shadow.step():
            pass


def test_a_shadow_writes_nothing_but_what_differs(running: Process, keeper: Keeper) -> None:
    """No decision, notice or answer comes of it, and the leads that would be others are counted."""
    shadowed = Shadowed(running)
    other = changed("Shadow")
    pack = keeper.propose(other)
    keeper.shadow(pack)
    shadowed.begin()
    running.submit(*(event(number, SEVERE) for number in (1, 2, 3)))
    with running.core.store.read() as reader:
        before = reader.counts()
    shadowed.work()
    with running.core.store.read() as reader:
        after = reader.counts()
    assert after == {**before, "shadow": 3}
    ended = keeper.shadow(pack, start=False)
    assert (ended.shadow.compared, ended.shadow.differing) == (3, 0)
    shadowed.begin()
    running.submit(event(4, SEVERE))
    shadowed.work()
    with running.core.store.read() as reader:
        assert reader.counts()["shadow"] == 3
    shadowed.shadow.stop()


class Dying:
    """A child that ends at one decision, as a crash in C code would end it."""

    def __init__(self, deadly: set[int]) -> None:
        self.deadly = deadly
        self.started = 0

    def __call__(self, place: StorePlace, digest: str) -> Any:
        self.started += 1
        deadly = self.deadly

        class Child:
            def ask(self, ids: Any) -> Any:
                if deadly.intersection(ids):
                    raise ChildDiedError
                return [(one, "", "cpmht", "cpmht") for one in ids]

            def close(self) -> None:
                pass

        return Child()


def test_a_crash_of_the_shadow_costs_one_comparison(running: Process, keeper: Keeper) -> None:
    """The one that the child died of counts as failed, the others are made by another child."""
    dying = Dying(set())
    shadowed = Shadowed(running, start=dying)
    pack = keeper.propose(changed("Shadow"))
    keeper.shadow(pack)
    shadowed.begin()
    made = running.submit(*(event(number, SEVERE) for number in range(1, 6)))
    dying.deadly.add(_id(made[2].decision_id))
    shadowed.work()
    figures = keeper.shadow(pack, start=False).shadow
    assert (figures.compared, figures.differing) == (5, 1)
    assert [(one.what, one.count) for one in figures.differences] == [("failed", 1)]
    assert dying.started == 3, "one for all, one until the death, one after it"


def test_a_real_child_that_is_killed_is_replaced(tmp_path: Path) -> None:
    """Its decisions are made by the next one."""
    with process(tmp_path) as running:
        keeper = Keeper(running)
        shadowed = Shadowed(running)
        pack = keeper.propose(changed("Shadow"))
        keeper.shadow(pack)
        shadowed.begin()
        running.submit(event(1, SEVERE))
        shadowed.work()
        child = shadowed.shadow._child
        assert child is not None
        os.kill(child._process.pid, signal.SIGKILL)
        child._process.wait()
        running.submit(event(2, SEVERE))
        shadowed.work()
        figures = keeper.shadow(pack, start=False).shadow
        assert (figures.compared, figures.differing) == (2, 0)
        shadowed.shadow.stop()


def test_what_a_shadow_says_of_a_decision(tmp_path: Path) -> None:
    """The lead that another pack would have is told beside the one that was decided."""
    with process(tmp_path) as running:
        (made,) = running.submit(event(1, SEVERE))
        (row,) = running.decisions(_id(made.decision_id)).values()
        order = PACK.services["cpmht"]
        without = dataclasses.replace(
            PACK, services={**PACK.services, "cpmht": dataclasses.replace(order, can_lead=False)}
        )
        with running.core.store.read() as reader:
            assert compared(row, Decider(PACK), reader) == ("", "cpmht", "cpmht")
            what, before, after = compared(row, Decider(without), reader)
        assert (what, before) == ("lead", "cpmht")
        assert after != "cpmht"


def test_a_moment_is_the_servers(running: Process) -> None:
    """Nothing below the service reads a clock: the book is asked with the process's own moment."""
    assert running.core.following.book.now == 0
    running.core.following.look()
    assert running.core.following.book.now == micros(datetime(2026, 11, 1, 9, tzinfo=UTC))
