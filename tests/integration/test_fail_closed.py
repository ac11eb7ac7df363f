"""Where a part of the router fails, a desk owns the family, and safety notices go out all the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from router.model.errors import Reason, RouterError
from router.model.facts import FactView
from router.routing.decide import Decider
from router.rules.engine import Engine, EngineFaultError
from router.rules.evaluation import Circumstances, Evaluation
from router.v1 import decision_pb2
from tests.support.processing import Process
from tests.support.requests import choice, event, yes

MODERATE = choice("parent_illness_severity", "moderate")


def decided_by(running: Process, monkeypatch: pytest.MonkeyPatch, evaluate: object) -> decision_pb2.Decision:
    """Return the decision on a family in danger when the engine answers so."""
    monkeypatch.setattr(Engine, "evaluate", evaluate)
    (decision,) = running.submit(event(1, MODERATE, yes("suicidal_intent")))
    return decision


def safety_notices(running: Process) -> list[str]:
    """Return who was told of danger."""
    with running.core.store.read() as reader:
        rows = [
            *reader.list_notices("triage-lanarkshire", after=0, limit=100),
            *reader.list_notices("cpmht@S08000032", after=0, limit=100),
        ]
    return [one.recipient for one in rows if one.kind == "red_flag"]


def test_evaluators_that_disagree_go_to_the_desk(running: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that names another lead than the reference is not followed, and the difference is counted."""
    honest = Engine.evaluate

    def lies(self: Engine, views: Sequence[FactView], circumstances: Circumstances) -> Evaluation:
        return dataclasses.replace(honest(self, views, circumstances), lead="imh")

    decision = decided_by(running, monkeypatch, lies)
    assert decision.outcome == decision_pb2.OUTCOME_DESK
    assert decision.desk_reason == "EVALUATORS_DISAGREE"
    assert running.core.decider.disagreements == 1
    assert sorted(safety_notices(running)) == ["cpmht@S08000032", "triage-lanarkshire"]


def test_an_engine_that_fails_goes_to_the_desk(running: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer from the engine is a coded reason, not a lost referral."""

    def fails(self: Engine, views: Sequence[FactView], circumstances: Circumstances) -> Evaluation:
        raise EngineFaultError("broken for a test")

    decision = decided_by(running, monkeypatch, fails)
    assert decision.desk_reason == "ENGINE_FAILED"
    assert sorted(safety_notices(running)) == ["cpmht@S08000032", "triage-lanarkshire"]


def test_a_bad_item_fails_alone(running: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in one item of a batch is that item's refusal; its neighbours are decided and kept."""
    honest = Decider.decide

    def trips(self: Decider, case: object) -> object:
        if case.referrals[0].event.source_reference == "r-3":  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return honest(self, case)  # type: ignore[arg-type]

    monkeypatch.setattr(Decider, "decide", trips)
    works = [running.work(event(number, MODERATE)) for number in range(1, 6)]
    answers = running.core.processor.process(works)
    refused = [answer for answer in answers if isinstance(answer, RouterError)]
    assert [one.reason for one in refused] == [Reason.INTERNAL]
    assert isinstance(answers[2], RouterError)
    assert "ZeroDivision" not in answers[2].message
    with running.core.store.read() as reader:
        assert reader.counts()["family"] == 4
        assert reader.counts()["event"] == 4


def test_nothing_suppresses_a_safety_notice(running: Process) -> None:
    """Not a refused consent, not a duplicate, not an unknown board, not a second arrival of the same danger."""
    refused = event(1, yes("child_protection_concern"))
    refused.consent = 2
    duplicate = event(1, yes("child_protection_concern"), source="chsp-lanarkshire")
    running.submit(refused, duplicate)
    with running.core.store.read() as reader:
        rows = reader.list_notices("social-work@S08000032", after=0, limit=100)
    assert [one.kind for one in rows if one.kind == "safeguarding"] == ["safeguarding"] * 2
