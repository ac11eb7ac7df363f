"""What is remembered from one decision for the next is what would be worked out anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.bench.events import Source
from router.bench.stages import run
from router.routing import decide as deciding
from router.routing.case import Case
from router.routing.decide import Decider
from router.routing.decision import Decision
from router.routing.following import Follower
from router.rules.engine import Engine
from router.rules.pack import Pack
from router.service.core import Core, build_core
from router.service.document import Document
from router.service.encode import Encoder
from router.service.projection import Projector, Reader, Rights
from router.service.settings import DEFAULT_PACK, Settings
from router.v1 import decision_pb2

REFERRALS = 320
RIGHTS = (
    Rights(Reader.DESK),
    Rights(Reader.PARENT),
    Rights(Reader.AUDITOR),
    Rights(Reader.REFERRER, own=frozenset({"system-that-sent-nothing"})),
    Rights(Reader.SERVICE, "cpmht", "S08000024"),
    Rights(Reader.SERVICE, "gp", "S08000024"),
)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """Put a service together over a store of its own."""
    core = build_core(Settings(data=tmp_path, pack=DEFAULT_PACK, port=0))
    yield core
    core.close()


def _run(core: Core) -> None:
    # Each referral of the population several times, of other families: the second time most is remembered.
    for _ in run(core, Source(core.processor.tools.pack, 1).plain(REFERRALS)):
        pass


def test_documents_and_answers_are_as_without_memory(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new encoder and a whole message give the same, for every reader."""
    pack, seen = core.processor.tools.pack, []
    written = Encoder.document

    def check(encoder: Encoder, decision: Decision, *rest: Any) -> Document:
        document = written(encoder, decision, *rest)
        assert document.content == written(Encoder(pack), decision, *rest).content
        for rights in (
            *RIGHTS,
            Rights(Reader.REFERRER, own=frozenset(one.source_system for one in document.head.facts)),
        ):
            copied = Document.of(
                decision_pb2.Decision.FromString(document.head.SerializeToString()), document.candidates
            )
            answered = decision_pb2.Decision.FromString(core.processor.tools.projector.project_document(copied, rights))
            assert answered == Projector(pack).project(document.message(), rights)
        seen.append(decision.evaluation.key)
        return document

    monkeypatch.setattr(Encoder, "document", check)
    _run(core)
    assert len(seen) == REFERRALS > 2 * len(set(seen))


def test_decisions_are_as_without_memory(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decider that remembers nothing decides the same."""
    pack, seen = core.processor.tools.pack, []
    decided = Decider.decide
    fresh = Decider(pack, Engine(pack, remember=0))

    def check(decider: Decider, case: Case) -> Decision:
        decision = decided(decider, case)
        assert decision == decided(fresh, case)
        seen.append(decision)
        return decision

    monkeypatch.setattr(Decider, "decide", check)
    _run(core)
    assert len(seen) == REFERRALS


def test_the_reference_runs_for_every_decision(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine remembers is compared each time; only what follows from both is not worked out again."""
    counted = {"reference": 0, "followed": 0}
    evaluate, follow = deciding.evaluate, Follower._follow

    def count(pack: Pack, *rest: Any) -> Any:
        counted["reference"] += 1
        return evaluate(pack, *rest)

    def count_followed(follower: Follower, *rest: Any) -> Any:
        counted["followed"] += 1
        return follow(follower, *rest)

    monkeypatch.setattr(deciding, "evaluate", count)
    monkeypatch.setattr(Follower, "_follow", count_followed)
    _run(core)
    assert counted["reference"] == REFERRALS
    assert 0 < counted["followed"] == core.engine.misses < REFERRALS / 2
