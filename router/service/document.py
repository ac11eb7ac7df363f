"""One decision as it is written down: a head of its own, and explanations of services that many decisions share."""

from __future__ import annotations

from dataclasses import dataclass

from router.store.parts import Joined
from router.v1 import decision_pb2 as pb


@dataclass(frozen=True, slots=True)
class Document:
    """A whole decision, projected for nobody yet.

    ``head`` is the message without its candidates. Each of ``candidates`` is a decision's bytes with nothing but the
    explanation of one service: bytes of protobuf messages put end to end read as one message, and that is ``content``.
    """

    head: pb.Decision
    candidates: tuple[bytes, ...]
    content: Joined

    @classmethod
    def of(cls, head: pb.Decision, candidates: tuple[bytes, ...]) -> Document:
        """Put the parts together."""
        return cls(head, candidates, Joined.of(head.SerializeToString(), candidates))

    def message(self) -> pb.Decision:
        """Return the whole decision as one message."""
        return pb.Decision.FromString(self.content)
