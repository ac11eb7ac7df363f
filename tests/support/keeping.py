"""Acts about packs against one process of the service, for tests that look inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.model.errors import RouterError
from router.rules.loader import build_pack, digest_of
from router.rules.pack import Pack
from router.service.golive.naming import services_named
from router.service.golive.vetting import Vetted
from router.service.packs import files_of
from router.service.work import caller_of
from router.v1 import rule_service_pb2 as pb
from tests.support.processing import PACK
from tests.support.requests import next_id
from tests.support.rules import pack_files, person

_BUILT: dict[str, Pack] = {PACK.digest: PACK}


def built(files: Mapping[str, bytes]) -> Pack:
    """Build a pack, each once in a run of the tests: it takes a second."""
    digest = digest_of(files)
    if digest not in _BUILT:
        _BUILT[digest] = build_pack(files)
    return _BUILT[digest]


def quick(files: Mapping[str, bytes], base: bytes) -> Vetted:
    """Vet a pack here, without its tests and proof, which have tests of their own."""
    pack = built(files)
    return Vetted(
        title=pack.title, digest=pack.digest, services=tuple(sorted(services_named(built(files_of(base)), pack)))
    )


class Keeper:
    """Those who keep the rules, at one process: whatever has a core."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.servicer = running.core.rule_servicer
        self.servicer._try_out = quick

    def send(self, request: Any) -> Any:
        """Do what a request asks, and return the answer. Raises ``RouterError``."""
        name = type(request).__name__.removesuffix("Request")
        make = {
            "ProposePack": self.servicer.propose,
            "ApprovePack": self.servicer.approve,
            "RejectPack": self.servicer.reject,
            "ActivatePack": self.servicer.activate,
            "ShadowPack": self.servicer.run_in_shadow,
            "RollBackPack": self.servicer.roll_back,
        }[name]
        work = make(request, caller_of(request.context))
        (answer,) = self.running.core.processor.process([work])
        if isinstance(answer, RouterError):
            raise answer
        return getattr(pb, f"{name}Response").FromString(answer)

    def propose(self, files: Mapping[str, bytes], by: str = "ailsa") -> pb.RulePack:
        """Propose a pack."""
        request = pb.ProposePackRequest(request_id=next_id(), context=person(by), files=pack_files(files), why="words")
        return self.send(request).pack

    def approve(self, pack: pb.RulePack, by: str, service: str = "") -> pb.RulePack:
        """Approve a pack."""
        request = pb.ApprovePackRequest(request_id=next_id(), context=person(by, service), pack=pack.proposal_id)
        return self.send(request).pack

    def approve_all(self, pack: pb.RulePack) -> pb.RulePack:
        """Let everybody approve a pack who must."""
        for one in pack.approvals:
            self.approve(pack, "isla", one.service)
        return self.approve(pack, "fergus")

    def activate(self, pack: pb.RulePack, *, at: Any = None) -> pb.RulePack:
        """Put a pack into force, now or at a moment."""
        request = pb.ActivatePackRequest(request_id=next_id(), context=person("ailsa"), pack=pack.proposal_id)
        if at is not None:
            request.live_from.FromDatetime(at)
        return self.send(request).pack

    def live(self, files: Mapping[str, bytes]) -> pb.RulePack:
        """Bring a pack into force at once."""
        pack = self.propose(files)
        self.approve_all(pack)
        return self.activate(pack)

    def roll_back(self) -> pb.RollBackPackResponse:
        """Roll the live pack back."""
        request = pb.RollBackPackRequest(request_id=next_id(), context=person("fergus"), reason="too many at the desk")
        return self.send(request)  # type: ignore[no-any-return]

    def shadow(self, pack: pb.RulePack, *, start: bool = True) -> pb.RulePack:
        """Begin or end a shadow."""
        action = pb.SHADOW_ACTION_START if start else pb.SHADOW_ACTION_STOP
        request = pb.ShadowPackRequest(
            request_id=next_id(), context=person("ailsa"), pack=pack.proposal_id, action=action
        )
        return self.send(request).pack  # type: ignore[no-any-return]
