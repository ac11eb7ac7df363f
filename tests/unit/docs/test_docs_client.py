"""The README's client and its grpcurl commands, run against a real server."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import Parse
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from router.service.settings import Settings
from router.service.supervisor import Supervisor
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.unit.docs.pages import fences, page, prose

README = page("README.md")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return where a router with a store of its own listens."""
    folder = tmp_path_factory.mktemp("documented")
    with (folder / "router.log").open("ab") as log:
        supervisor = Supervisor(Settings(data=folder, port=0), log=log)
        supervisor.start()
        keeper = threading.Thread(target=supervisor.run, daemon=True)
        keeper.start()
        try:
            yield supervisor.address
        finally:
            supervisor.interrupt()
            keeper.join()
            supervisor.stop()


@pytest.fixture
def channel(address: str) -> Iterator[grpc.Channel]:
    """Return a channel to the router."""
    with grpc.insecure_channel(address) as opened:
        yield opened


def _grpcurl() -> list[list[str]]:
    """Return the README's grpcurl commands as words, without the options that take no value."""
    (block,) = [one for one in fences(README, "sh") if "grpcurl" in one]
    found = re.findall(r"^grpcurl -plaintext((?: -d '[^']*')?) (\S+) (\S+)(?: (\S+))?$", block, re.MULTILINE)
    assert len(found) == block.count("grpcurl")
    return [[word for word in words if word] for words in found]


def test_the_python_client_works(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints what the README says, and the same again when it is run again with the same request id."""
    (block,) = fences(README, "python")
    monkeypatch.setenv("ROUTER", address)
    for _ in range(2):
        exec(compile(block, "README.md", "exec"), {})
        printed = capsys.readouterr().out.strip()
        assert f"It prints `{printed}`." in README


def test_the_python_client_is_short() -> None:
    """It fits on one screen."""
    (block,) = fences(README, "python")
    assert len(block.splitlines()) <= 20


def test_reflection_answers_what_grpcurl_asks(channel: grpc.Channel) -> None:
    """The listed service is there, and what the README describes can be described."""
    commands = _grpcurl()
    database = ProtoReflectionDescriptorDatabase(channel)
    assert "router.v1.RoutingService" in database.get_services()
    described = [words[2] for words in commands if words[1:2] == ["describe"]]
    assert described
    pool = DescriptorPool(database)
    for name in described:
        assert pool.FindMessageTypeByName(name).full_name == name


def test_the_grpcurl_submission_works(channel: grpc.Channel) -> None:
    """Its JSON is a request of the contract, its method exists, and the danger in it is found."""
    ((data, _, method),) = [words for words in _grpcurl() if words[0].startswith(" -d ")]
    service = pb.DESCRIPTOR.services_by_name["RoutingService"]
    assert method in {f"{service.full_name}/{one.name}" for one in service.methods}
    request = Parse(data.removeprefix(" -d '").removesuffix("'"), pb.SubmitReferralRequest())
    answer = RoutingServiceStub(channel).SubmitReferral(request, timeout=10)
    assert answer.decision.lead.service == "cpmht"
    assert [finding.trigger for finding in answer.decision.safety] == ["psychosis-suspected"]


def test_the_stream_answers_by_request_id(channel: grpc.Channel) -> None:
    """A bad item is answered with an ``ItemError`` whose path begins with ``request.``, and the stream goes on."""
    assert "their paths begin with `request.`" in prose(page("docs/errors.md"))
    context = pb.CallContext(caller="stranger", reader=pb.READER_KIND_REFERRER, purpose=pb.PURPOSE_DIRECT_CARE)
    requests = [pb.SubmitReferralRequest(request_id=f"documented-{number}", context=context) for number in (1, 2)]
    wrapped = iter([pb.SubmitReferralsRequest(request=request) for request in requests])
    answers = {one.request_id: one for one in RoutingServiceStub(channel).SubmitReferrals(wrapped, timeout=10)}
    assert set(answers) == {"documented-1", "documented-2"}
    for one in answers.values():
        assert one.error.reason == "INVALID_FIELD"
        assert [fault.field for fault in one.error.faults] == ["request.event"]


def test_health_is_answered_as_documented(channel: grpc.Channel) -> None:
    """The health check knows both names that the README gives."""
    from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415 - only this test asks

    stub = health_pb2_grpc.HealthStub(channel)
    for name in ("", "router.v1.RoutingService"):
        assert f"`{name or chr(34) * 2}`" in README
        status = stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=10).status
        assert status == health_pb2.HealthCheckResponse.SERVING
