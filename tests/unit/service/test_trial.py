"""A trial puts a question to the engine in a child, and tells a crash from an answer and from neither."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from router.model.facts import FactView, Known
from router.model.referral import Urgency
from router.rules.engine import Conclusion, Engine, Question, Run
from router.rules.evaluation import Circumstances
from router.service.trial import TrialDiedError, TrialStoppedError, try_out, written
from tests.support.crashing import install
from tests.support.events import LOTHIAN
from tests.support.processing import PACK

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
STANDING = Circumstances(
    board=LOTHIAN,
    danger=Urgency.EMERGENCY,
    involved=frozenset({"gp", "maternity"}),
    accepted="cpmht",
    requested=frozenset({"imh"}),
    declined=frozenset({"mbu"}),
)


def asked(circumstances: Circumstances = STANDING, **facts: object) -> tuple[Question, Conclusion]:
    """Return what the engine is asked about a view with these facts, and what it concludes."""
    seen = []

    def around(run: Run, question: Question) -> Conclusion:
        seen.append((question, run(question)))
        return seen[0][1]

    view: FactView = {name: Known(value, "test", WHEN) for name, value in facts.items()}  # type: ignore[arg-type]
    engine = Engine(PACK, remember=0, around=around)
    engine.evaluate([view, {}], circumstances)
    return seen[0]


def command(code: str) -> tuple[str, ...]:
    """Return the command of a child that runs other code than the trial's."""
    return (sys.executable, "-c", code)


def test_a_child_concludes_as_the_process_itself_would() -> None:
    """With every circumstance that there is, over two views."""
    question, conclusion = asked(stage="postnatal", parent_illness_severity="moderate", needs_inpatient_care=True)
    assert conclusion[1], "moves were asked about"
    assert try_out(PACK, question) == conclusion


def test_a_question_is_the_same_bytes_each_time() -> None:
    """In whatever order services are named; and other bytes for each other circumstance."""
    question, _ = asked()
    turned = replace(STANDING, involved=frozenset(sorted(STANDING.involved, reverse=True)))
    assert written(Question(question.criteria, turned)) == written(question)
    others: list[dict[str, Any]] = [
        {"board": ""},
        {"danger": None},
        {"involved": frozenset()},
        {"accepted": ""},
        {"moved_board": True},
        {"requested": frozenset()},
        {"declined": frozenset()},
        {"closed": frozenset({"cpmht"})},
        {"waiting": frozenset({"mnpi-to-cpmht"})},
    ]
    assert {name for other in others for name in other} == {one.name for one in fields(Circumstances)}
    told = {written(Question(question.criteria, replace(STANDING, **other))) for other in others}
    assert len(told - {written(question)}) == len(others)


def test_a_crash_is_the_childs_death(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory fault in the engine's C code ends the child, and is told as such."""
    install(tmp_path / "engine", monkeypatch)
    question, _ = asked(Circumstances(board=LOTHIAN), housing_insecure=True)
    with pytest.raises(TrialDiedError, match="-11"):
        try_out(PACK, question)


def test_a_child_that_comes_to_no_end_is_ended() -> None:
    """It counts as a death."""
    with pytest.raises(TrialDiedError, match=r"within 0\.2 s"):
        try_out(PACK, asked()[0], command=command("import signal; signal.pause()"), seconds=0.2)


def test_a_child_that_cannot_run_counts_as_dead() -> None:
    """A fault before the engine is asked leads to the desk, too, and not to the worker's own engine."""
    with pytest.raises(TrialDiedError):
        try_out(PACK, asked()[0], command=command("raise SystemExit(1)"))


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_child_that_somebody_stopped_is_no_evidence(name: str) -> None:
    """A service that is shut down in the middle of a trial has learnt nothing about the question."""
    code = f"import os, signal; signal.signal(signal.{name}, signal.SIG_DFL); os.kill(os.getpid(), signal.{name})"
    with pytest.raises(TrialStoppedError):
        try_out(PACK, asked()[0], command=command(code))


def test_a_child_whose_engine_gives_up_says_so() -> None:
    """It is no crash: the decision goes to the desk as it would without a trial."""
    assert try_out(PACK, asked()[0], command=command("print('null')")) is None
