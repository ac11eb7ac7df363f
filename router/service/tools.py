"""What the handlers of a batch share: the pack in use, the matcher's weights, ids, and the writers of answers."""

from __future__ import annotations

from dataclasses import dataclass

from router.matching import Weights
from router.routing.decide import Decider
from router.rules.pack import Pack
from router.service.encode import Encoder
from router.service.families import EventMemory
from router.service.projection import Projector
from router.service.recording import Recorder
from router.store.ids import IdSource


@dataclass(frozen=True, slots=True)
class Tools:
    """One pack with everything that deciding by it needs. Not to be shared by threads."""

    decider: Decider
    weights: Weights
    encoder: Encoder
    projector: Projector
    recorder: Recorder
    ids: IdSource
    memory: EventMemory

    @property
    def pack(self) -> Pack:
        """The pack that decides."""
        return self.decider.pack
