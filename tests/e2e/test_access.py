"""Who can reach the service: loopback only, unless callers are told apart by certificate and listed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import trustme
from typer.testing import CliRunner

from router.cli.main import app
from router.service.callers import CallersFileError, is_loopback, load_callers
from router.service.settings import Settings, SettingsError
from router.service.supervisor import Supervisor
from router.v1 import routing_service_pb2 as pb
from router.v1 import rule_service_pb2 as rule_pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from router.v1.rule_service_pb2_grpc import RuleServiceStub
from tests.support.requests import DESK, SENDER, choice, event, next_id, service_context, submit
from tests.support.rules import person
from tests.support.serving import status

CALLERS = """
callers:
  badgernet-lanarkshire:
    certificates: [badgernet.lanarkshire.example]
    readers: [referrer]
  cpmht-system:
    certificates: [cpmht.lanarkshire.example]
    readers: [service]
    services: [cpmht@S08000032]
  isla-fraser:
    certificates: [isla.fraser.example]
    readers: [rules]
    services: [cpmht]
"""


@dataclass
class Secured:
    """A service that demands certificates, and who signs them."""

    address: str
    authority: trustme.CA

    def stub(self, *names: str) -> RoutingServiceStub:
        """Return a stub that presents a certificate of these names."""
        return RoutingServiceStub(self.channel(*names))

    def channel(self, *names: str) -> grpc.Channel:
        """Return a channel that presents a certificate of these names."""
        own = self.authority.issue_cert(*names)
        credentials = grpc.ssl_channel_credentials(
            root_certificates=self.authority.cert_pem.bytes(),
            private_key=own.private_key_pem.bytes(),
            certificate_chain=own.cert_chain_pems[0].bytes(),
        )
        options = [("grpc.ssl_target_name_override", "router.example")]
        return grpc.secure_channel(self.address, credentials, options)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One service with TLS and a list of callers."""
    folder = tmp_path_factory.mktemp("secured")
    authority = trustme.CA()
    own = authority.issue_cert("router.example")
    own.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    own.private_key_pem.write_to_path(str(folder / "server.key"))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    (folder / "callers.yaml").write_text(CALLERS)
    settings = Settings(
        data=folder / "data",
        port=0,
        tls_certificate=folder / "server.pem",
        tls_key=folder / "server.key",
        tls_client_ca=folder / "ca.pem",
        callers=folder / "callers.yaml",
    )
    supervisor = Supervisor(settings)
    supervisor.start()
    keeper = threading.Thread(target=supervisor.run, daemon=True)
    keeper.start()
    yield Secured(supervisor.address, authority)
    supervisor.interrupt()
    keeper.join()
    supervisor.stop()


def test_another_address_needs_tls_and_a_list(tmp_path: Path) -> None:
    """The server refuses to start where strangers could reach it, and says what to give."""
    result = CliRunner().invoke(app, ["serve", "--data", str(tmp_path / "data"), "--host", "0.0.0.0"])
    assert isinstance(result.exception, SettingsError)
    assert "--callers" in str(result.exception)
    assert not (tmp_path / "data").exists(), "nothing was made"
    with pytest.raises(SettingsError, match="go together"):
        Settings(data=tmp_path, tls_certificate=tmp_path / "server.pem")


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("x.example", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, answer: bool) -> None:
    """A name that would have to be looked up is not taken for loopback."""
    assert is_loopback(host) is answer


def test_a_listed_caller_with_its_certificate_is_let_in(secured: Secured) -> None:
    """Name, certificate and reader kind agree with the list."""
    answer = secured.stub("badgernet.lanarkshire.example").SubmitReferral(
        submit(event(1, choice("parent_illness_severity", "moderate")))
    )
    assert answer.decision.lead.service == "cpmht"


@pytest.mark.parametrize(
    ("certificate", "context"),
    [
        ("cpmht.lanarkshire.example", SENDER),
        ("badgernet.lanarkshire.example", DESK),
        ("cpmht.lanarkshire.example", service_context("cpmht", "S08000029")),
        ("cpmht.lanarkshire.example", service_context("imh")),
    ],
    ids=["another's certificate", "not listed", "another board", "another service"],
)
def test_who_is_not_listed_for_it_is_refused(secured: Secured, certificate: str, context: pb.CallContext) -> None:
    """A certificate lets nobody speak for somebody else."""
    request = submit(event(2), context=context)
    with pytest.raises(grpc.RpcError) as caught:
        secured.stub(certificate).SubmitReferral(request)
    assert status(caught.value)[:2] == (grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_LISTED")


@pytest.mark.parametrize(
    ("name", "service", "reason"),
    [
        ("isla-fraser", "cpmht", "UNKNOWN_PACK"),
        ("isla-fraser", "", "UNKNOWN_PACK"),
        ("isla-fraser", "gp", "CALLER_NOT_LISTED"),
        ("fergus-reid", "cpmht", "CALLER_NOT_LISTED"),
    ],
)
def test_who_keeps_the_rules_approves_for_their_own_services(
    secured: Secured, name: str, service: str, reason: str
) -> None:
    """The list says for which; nobody is a second person by another name."""
    rules = RuleServiceStub(secured.channel("isla.fraser.example"))
    request = rule_pb.ApprovePackRequest(request_id=next_id(), context=person(name, service), pack="00000000")
    with pytest.raises(grpc.RpcError) as caught:
        rules.ApprovePack(request)
    assert status(caught.value)[1] == reason


def test_no_certificate_no_connection(secured: Secured) -> None:
    """Without a certificate that the authority signed nothing is answered."""
    credentials = grpc.ssl_channel_credentials(root_certificates=secured.authority.cert_pem.bytes())
    options = [("grpc.ssl_target_name_override", "router.example")]
    with grpc.secure_channel(secured.address, credentials, options) as channel, pytest.raises(grpc.RpcError) as caught:
        RoutingServiceStub(channel).SubmitReferral(submit(event(3)))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_faulty_list_names_its_fault(tmp_path: Path) -> None:
    """A misspelt key in the list of callers stops the start."""
    file = tmp_path / "callers.yaml"
    file.write_text("callers:\n  one:\n    certificate: [x]\n    readers: [referrer]\n")
    with pytest.raises(CallersFileError, match=r"callers\.yaml"):
        load_callers(file)
