"""Rules come into force on a real server: proposed, approved, activated, run in shadow, rolled back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from typer.testing import CliRunner, Result

from router.cli.main import app
from router.service.golive.starting import starting_pack
from router.service.settings import DEFAULT_PACK, Settings
from router.service.supervisor import Supervisor
from router.v1 import routing_service_pb2 as api
from router.v1 import rule_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from router.v1.rule_service_pb2_grpc import RuleServiceStub
from tests.support.processing import PACK, process
from tests.support.requests import DESK, choice, event, next_id, submit
from tests.support.rules import (
    FILES,
    activate,
    approve_all,
    changed,
    pack_files,
    person,
    propose,
    roll_back,
    write_pack,
)
from tests.support.serving import Service, serving, status

SEVERE = choice("parent_illness_severity", "severe")
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of two workers for this module."""
    with serving(tmp_path_factory.mktemp("live") / "data", workers=2) as running:
        yield running


@pytest.fixture
def rules(service: Service) -> RuleServiceStub:
    """The stub of those who keep the rules."""
    return RuleServiceStub(service.channel)


_NUMBERS = iter(range(1, 10_000))


def decided_by(service: Service) -> str:
    """Submit a referral of a family of its own, and return the digest that decided, by whichever worker."""
    with grpc.insecure_channel(service.address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        decision = RoutingServiceStub(channel).SubmitReferral(submit(event(next(_NUMBERS), SEVERE))).decision
    return decision.pack_digest


def until(done: Callable[[], bool]) -> None:
    """Ask again until it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end, "it did not come"


def in_force(service: Service, digest: str) -> None:
    """Wait until both workers decide by a pack: many decisions in a row, over connections of their own."""
    until(lambda: all(decided_by(service) == digest for _ in range(12)))


def refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str, list[str]]:
    """Make a call that is refused, and return code, reason and fields."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return status(caught.value)


def router(service: Service, *words: str) -> Result:
    """Run a command of those who keep the rules."""
    return CliRunner().invoke(app, ["rules", *words, "--address", service.address], env={"COLUMNS": "200"})


def unapproved(service: Service, folder: Path) -> list[tuple[str, int]]:
    """Return which rules lint says are not approved, by file and line, when it has this router to ask."""
    done = CliRunner().invoke(app, ["rules", "lint", str(folder), "--live", service.address, "--json"])
    findings = json.loads(done.output)["findings"]
    return [(one["file"], one["line"]) for one in findings if one["code"] == "service-not-approved"]


def test_a_pack_comes_into_force_and_is_rolled_back(service: Service, rules: RuleServiceStub, tmp_path: Path) -> None:
    """Both workers change over and back; every decision names the pack that made it; lint knows who has approved."""
    folder, file = write_pack(changed(), tmp_path / "pack"), "services/cpmht.yaml"
    first = decided_by(service)
    pack = propose(rules, changed())
    assert [one.service for one in pack.approvals] == ["cpmht"]
    assert pack.base_digest == first
    early = pb.ActivatePackRequest(request_id=next_id(), context=person("ailsa"), pack=pack.digest[:8])
    assert refused(lambda: rules.ActivatePack(early))[:2] == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "APPROVALS_MISSING",
    )
    line = next(n for n, text in enumerate(changed()[file].decode().splitlines(), 1) if text.startswith("service:"))
    assert unapproved(service, folder) == [(file, line)]
    assert approve_all(rules, pack).state == pb.PACK_STATE_APPROVED
    assert unapproved(service, folder) == []
    assert activate(rules, pack).state == pb.PACK_STATE_LIVE
    in_force(service, pack.digest)
    answer = roll_back(rules)
    assert (answer.pack.digest, answer.rolled_back.digest) == (first, pack.digest)
    assert answer.pack.live_from == answer.rolled_back.live_until, "it is live since it came back"
    in_force(service, first)
    shown = rules.GetPack(pb.GetPackRequest(context=person("ailsa"), pack=pack.proposal_id, include_files=True))
    kinds = [pb.PackActKind.Name(one.kind).removeprefix("PACK_ACT_KIND_") for one in shown.timeline]
    assert kinds == ["PROPOSED", "APPROVED", "APPROVED", "ACTIVATED", "ROLLED_BACK"]
    assert {one.name: one.content for one in shown.files} == changed()
    nothing = pb.RollBackPackRequest(request_id=next_id(), context=person("isla"), reason="again")
    assert refused(lambda: rules.RollBackPack(nothing))[1] == "NOTHING_TO_ROLL_BACK"


def test_a_pack_with_a_fault_is_refused_by_its_place(service: Service, rules: RuleServiceStub) -> None:
    """File, line and column of what does not load; the tests that fail; nothing is written down."""
    before = rules.ListPacks(pb.ListPacksRequest(context=person("ailsa"))).packs
    file = "services/cpmht.yaml"

    def proposed(files: dict[str, bytes]) -> tuple[grpc.StatusCode, str, list[str]]:
        request = pb.ProposePackRequest(
            request_id=next_id(), context=person("ailsa"), files=pack_files(files), why="a slip of the pen"
        )
        return refused(lambda: rules.ProposePack(request))

    slip = {**FILES, file: FILES[file].replace(b"fact: parent_illness_severity", b"fact: parent_illness_severty", 1)}
    code, reason, fields = proposed(slip)
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PACK_DOES_NOT_LOAD")
    line = next(n for n, text in enumerate(slip[file].decode().splitlines(), 1) if "severty" in text)
    assert fields[0].startswith(f"{file}:{line}:")
    other = {**FILES, file: FILES[file].replace(b"at_least: moderate", b"at_least: severe", 1)}
    assert proposed(other)[:2] == (grpc.StatusCode.FAILED_PRECONDITION, "PACK_TESTS_FAIL")
    assert rules.ListPacks(pb.ListPacksRequest(context=person("ailsa"))).packs == before


def test_who_may_do_what(service: Service, rules: RuleServiceStub) -> None:
    """Desks and auditors look; others are shown nothing; who keeps the rules reads no family."""
    listed = rules.ListPacks(pb.ListPacksRequest(context=DESK))
    assert listed.live_digest == listed.deciding_digest
    referrer = api.CallContext(caller="gp-system", reader=api.READER_KIND_REFERRER, purpose=api.PURPOSE_DIRECT_CARE)
    assert refused(lambda: rules.ListPacks(pb.ListPacksRequest(context=referrer)))[:2] == (
        grpc.StatusCode.PERMISSION_DENIED,
        "NOT_A_RULE_KEEPER",
    )
    act = pb.RollBackPackRequest(request_id=next_id(), context=DESK, reason="no")
    assert refused(lambda: rules.RollBackPack(act))[1] == "NOT_A_RULE_KEEPER"
    look = api.ListDecisionsRequest(context=person("ailsa"))
    assert refused(lambda: service.stub.ListDecisions(look))[1] == "NOT_YOURS_TO_READ"
    unknown = pb.GetPackRequest(context=person("ailsa"), pack="00000000")
    assert refused(lambda: rules.GetPack(unknown))[:2] == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_PACK")


def test_the_commands(service: Service, rules: RuleServiceStub, tmp_path: Path) -> None:
    """Each command as a rule author runs it, in words and as JSON; a refusal ends with exit code 1."""
    folder = write_pack(changed("Illness of the mind, moderate or severe"), tmp_path / "pack")
    done = router(service, "propose", str(folder), "--caller", "ailsa", "--reason", "clearer words")
    assert done.exit_code == 0, done.output
    assert "names cpmht: not approved yet" in done.output
    digest = done.output.split()[1]
    assert router(service, "activate", digest, "--caller", "ailsa").exit_code == 1
    done = router(service, "approve", digest, "--service", "cpmht", "--caller", "ailsa")
    assert "0 of 2 people have approved" in done.output, "the proposer is not one of the two"
    for name in ("isla", "fergus"):
        done = router(service, "approve", digest, "--service", "cpmht", "--caller", name, "--json")
    assert json.loads(done.output)["pack"]["state"] == "PACK_STATE_APPROVED"
    done = router(service, "shadow", digest, "--caller", "isla")
    assert "in shadow from" in done.output, done.output
    done = router(service, "activate", digest, "--at", "2031-04-01T08:00", "--caller", "isla")
    assert "is due on 2031-04-01 08:00" in done.output, done.output
    listed = router(service, "packs")
    assert "is due on 2031-04-01 08:00" in listed.output
    assert "decisions compared" in listed.output
    assert router(service, "reject", digest, "--reason", "not yet", "--caller", "isla").exit_code == 0
    shown = router(service, "packs", digest)
    assert "rejected: not yet" in shown.output
    done = router(service, "rollback", "--reason", "none", "--caller", "isla")
    assert done.exit_code == 1
    assert "NOTHING_TO_ROLL_BACK" in done.stderr


def test_a_shadow_counts_and_writes_no_decision(service: Service, rules: RuleServiceStub) -> None:
    """Each new decision is made again beside the live one; nothing but what differs is written."""
    pack = propose(rules, changed("Shadowed"), by="morag")
    start = pb.ShadowPackRequest(
        request_id=next_id(), context=person("morag"), pack=pack.proposal_id, action=pb.SHADOW_ACTION_START
    )
    rules.ShadowPack(start)

    def figures() -> pb.ShadowFigures:
        return rules.GetPack(pb.GetPackRequest(context=DESK, pack=pack.proposal_id)).pack.shadow

    def compared() -> bool:
        # Each worker learns of the shadow in its own time, and hears of decisions from then on.
        if figures().decisions < 200:
            assert decided_by(service) != pack.digest
        return figures().compared > 0

    until(compared)
    stop = pb.ShadowPackRequest(
        request_id=next_id(), context=person("morag"), pack=pack.proposal_id, action=pb.SHADOW_ACTION_STOP
    )
    ended = rules.ShadowPack(stop).pack.shadow
    assert ended.HasField("stopped_at")
    assert 0 < ended.compared <= ended.decisions
    assert ended.differing == 0, "a label decides nothing"
    listed = service.stub.ListDecisions(api.ListDecisionsRequest(context=DESK, page_size=100)).decisions
    assert all(one.pack_digest != pack.digest for one in listed)


def test_a_later_start_goes_by_the_store(tmp_path: Path) -> None:
    """Another folder changes nothing, and the start says so; the same folder, and it says nothing."""
    with process(tmp_path) as running:
        place = running.place
    folder = write_pack(changed("Another folder"), tmp_path / "pack")
    for pack, says in ((DEFAULT_PACK, False), (folder, True), (tmp_path / "nowhere", True)):
        settings = Settings(data=tmp_path / "data", port=0, pack=pack, store=place.url, key_file=place.key_file)
        supervisor = Supervisor(settings)
        supervisor.stop()
        assert bool(supervisor.told) is says
        if says:
            assert PACK.digest[:16] in supervisor.told
            assert "router rules propose" in supervisor.told
    store = place.open(create=False)
    with store.read() as reader:
        (first,) = reader.pack_acts()
        start = starting_pack(reader, folder, 1)
    store.close()
    assert first.digest == start.pack.digest == start.live == PACK.digest
