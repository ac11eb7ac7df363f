"""Packs that differ from the shipped one, and people who keep the rules, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from router.rules.loader import build_pack
from router.rules.pack import Pack
from router.service.settings import DEFAULT_PACK
from router.v1 import routing_service_pb2 as api
from router.v1 import rule_service_pb2 as pb
from router.v1.rule_service_pb2_grpc import RuleServiceStub
from tests.support.requests import next_id

FILES: Mapping[str, bytes] = {
    path.relative_to(DEFAULT_PACK).as_posix(): path.read_bytes() for path in sorted(DEFAULT_PACK.rglob("*.yaml"))
}
LABEL = b'label: "Moderate or severe mental illness"'


_BIRTHDAY = """\
moves:
  birthday:
    kind: {kind}
    label: "On a birthday"
    from: [cpmht]
    to: health-visiting
    criteria:
      old:
        label: "Old enough"
        when: {{fact: {fact}, at_least: {bound}}}
        source: general-knowledge
{need}    when: {{all: {criteria}}}
    review: {{last: 2026-10-01, next: 2027-10-01}}
    tests:
      - name: "Nothing known"
        given: {{}}
        expect: unknown
"""
_NEED = """\
      need:
        label: "A need"
        when: {{{when}}}
        source: general-knowledge
"""


def person(name: str, service: str = "") -> api.CallContext:
    """Return the context of somebody who keeps the rules."""
    return api.CallContext(caller=name, reader=api.READER_KIND_RULES, service=service, purpose=api.PURPOSE_OPERATIONS)


def changed(label: str = "Mental illness, moderate or severe", file: str = "services/cpmht.yaml") -> dict[str, bytes]:
    """Return the shipped pack with another label of one criterion of one service."""
    before = FILES[file]
    assert LABEL in before
    return {**FILES, file: before.replace(LABEL, f'label: "{label}"'.encode(), 1)}


def with_birthday(kind: str, fact: str, bound: int, need: str = "") -> Pack:
    """Return the shipped pack with a move by time, and by a need if there is one."""
    said = _BIRTHDAY.format(
        kind=kind,
        fact=fact,
        bound=bound,
        need=_NEED.format(when=need) if need else "",
        criteria="[old, need]" if need else "[old]",
    )
    return build_pack({**FILES, "pathways/birthday.yaml": said.encode()})


def pack_files(files: Mapping[str, bytes]) -> list[pb.PackFile]:
    """Return files as a proposal sends them."""
    return [pb.PackFile(name=name, content=content) for name, content in files.items()]


def write_pack(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write a pack's files into a folder, and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def propose(stub: RuleServiceStub, files: Mapping[str, bytes], by: str = "ailsa") -> pb.RulePack:
    """Propose a pack."""
    request = pb.ProposePackRequest(
        request_id=next_id(), context=person(by), files=pack_files(files), why="clearer words"
    )
    return stub.ProposePack(request).pack


def approve_all(stub: RuleServiceStub, pack: pb.RulePack, *people: str) -> pb.RulePack:
    """Let people approve a pack, each service by the first of them, and the second for none."""
    first, second = people or ("isla", "fergus")
    for service in [one.service for one in pack.approvals]:
        stub.ApprovePack(
            pb.ApprovePackRequest(request_id=next_id(), context=person(first, service), pack=pack.proposal_id)
        )
    request = pb.ApprovePackRequest(request_id=next_id(), context=person(second), pack=pack.proposal_id)
    return stub.ApprovePack(request).pack


def activate(stub: RuleServiceStub, pack: pb.RulePack, by: str = "ailsa") -> pb.RulePack:
    """Put a pack into force at once."""
    return stub.ActivatePack(
        pb.ActivatePackRequest(request_id=next_id(), context=person(by), pack=pack.proposal_id)
    ).pack


def roll_back(stub: RuleServiceStub, by: str = "fergus") -> pb.RollBackPackResponse:
    """Roll the live pack back."""
    return stub.RollBackPack(
        pb.RollBackPackRequest(request_id=next_id(), context=person(by), reason="too many at the desk")
    )
