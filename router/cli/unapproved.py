"""Which rules of a pack name a service that has not approved them, by what a router that runs has on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from router.authoring.lint import Code, Finding, Severity
from router.authoring.places import Places
from router.cli.connection import call, connected
from router.rules.loader import build_pack
from router.rules.pack import Move, Pack, Rule
from router.service.golive.naming import services_named
from router.v1 import routing_service_pb2 as api
from router.v1 import rule_service_pb2 as pb
from router.v1.rule_service_pb2_grpc import RuleServiceStub

_WAITING = frozenset({pb.PACK_STATE_PROPOSED, pb.PACK_STATE_APPROVED, pb.PACK_STATE_DUE})


def unapproved(
    pack: Pack, address: str, caller: str, ca: Path | None, cert: Path | None, key: Path | None
) -> list[Finding]:
    """Return a finding for each rule that is not as it is in force and names a service that has not approved it."""
    with connected(address, caller, ca, cert, key) as to:
        stub = RuleServiceStub(to.channel)  # type: ignore[no-untyped-call]
        context = api.CallContext(caller=caller, reader=api.READER_KIND_RULES, purpose=api.PURPOSE_OPERATIONS)
        listed: pb.ListPacksResponse = call(stub.ListPacks, pb.ListPacksRequest(context=context))
        asked = pb.GetPackRequest(context=context, pack=listed.live_digest, include_files=True)
        shown: pb.GetPackResponse = call(stub.GetPack, asked)
    live = build_pack({one.name: one.content for one in shown.files})
    approved = {
        approval.service
        for one in listed.packs
        if one.digest == pack.digest and one.state in _WAITING
        for approval in one.approvals
        if approval.approved_by
    }
    wanting = services_named(live, pack) - approved
    findings = [one for service in sorted(wanting) for one in _findings(live, pack, service)]
    return sorted(findings, key=lambda one: (one.file, one.line, one.column))


def _findings(live: Pack, pack: Pack, service: str) -> Iterator[Finding]:
    places = Places(pack)
    rules: list[tuple[str, Rule]] = [("services", one) for one in pack.services.values() if one.name == service]
    rules += [("moves", one) for one in pack.moves.values() if service in {*one.givers, one.receiver}]
    changed = [one for kind, one in rules if getattr(live, kind).get(one.name) != one]
    for rule in changed:
        file, path = places.of_rule(rule)
        called = f"The move '{rule.name}'" if isinstance(rule, Move) else f"The service '{rule.name}'"
        at = places.of(file.name, path if isinstance(rule, Move) else ("service",))
        yield _finding(*at, f"{called} is not as it is in force, and '{service}' has not approved it")
    if not changed:
        # A board, an order or a fact speaks of it, or it is gone.
        yield _finding("pack.yaml", 0, 0, f"The pack changes what holds for '{service}', which has not approved it")


def _finding(file: str, line: int, column: int, message: str) -> Finding:
    remedy = "Propose the pack, and have somebody of the service approve it: router rules propose, approve"
    return Finding(Code.SERVICE_NOT_APPROVED, Severity.WARNING, file, line, column, message, remedy)
