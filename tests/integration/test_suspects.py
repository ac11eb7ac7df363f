"""What ended a process is tried in a child, apart from the rest, or goes to the desk; nothing else is held up."""

from __future__ import annotations

import os
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from router.audit.events import AuditEvent
from router.model.errors import Reason, RouterError
from router.routing.decision import NoticeKind
from router.rules.engine import Conclusion, Engine, Question, Run
from router.rules.pack import Pack
from router.service.guarding import PutOffError
from router.service.marks import Marks
from router.service.trial import TrialDiedError, TrialStoppedError
from router.service.work import Answer
from router.store.ids import parse
from router.v1 import decision_pb2, referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.processing import PACK, Process, process
from tests.support.requests import choice, event, yes

MODERATE = choice("parent_illness_severity", "moderate")
SUSPECT = (MODERATE, yes("suicidal_intent"))
TOLD_OF_DANGER = ["cpmht@S08000032", "triage-lanarkshire"]


@pytest.fixture
def mark(tmp_path: Path) -> bytes:
    """Return the mark of the question that ``SUSPECT`` leads to."""
    seen: list[bytes] = []
    with process(_folder(tmp_path / "another")) as another:
        marked = another.core.guard._marks.marked
        another.core.guard._marks.marked = lambda mark: seen.append(mark) or marked(mark)  # type: ignore[func-returns-value, method-assign]
        another.submit(event(1, *SUSPECT))
    (mark,) = seen
    return mark


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a process."""
    return _folder(tmp_path / "one")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def dead_with(folder: Path, mark: bytes) -> None:
    """Leave the mark of a process that died at it."""
    marks = Marks(folder / "suspects")
    marks._map[:] = mark
    marks._map.close()
    os.close(marks._file)


def _die(*_: object) -> None:
    raise ZeroDivisionError


class Trials:
    """Stands in for the child. ``brings`` is what the next trial brings; ``held`` counts them."""

    def __init__(self, running: Process, brings: Exception | None = None) -> None:
        self.brings = brings
        self.held = 0
        self.engine = Engine(PACK, remember=0)
        self.waiting: list[Future[Answer]] = []
        running.core.guard._trial = self

    def __call__(self, pack: Pack, question: Question) -> Conclusion | None:
        """Hold a trial."""
        assert pack is PACK
        assert all(one.done() for one in self.waiting), "the others were answered first"
        self.held += 1
        if self.brings is not None:
            raise self.brings
        return self.engine.answer(question)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    """Return every question that is put to the worker's own engine."""
    asked: list[Question] = []
    around = Process.__init__

    def begin(self: Process, *given: Any) -> None:
        around(self, *given)
        guard = self.core.guard
        inner = guard.around

        def watch(run: Run, question: Question) -> Conclusion:
            return inner(lambda one: asked.append(one) or run(one), question)  # type: ignore[func-returns-value]

        self.core.engine._around = watch

    monkeypatch.setattr(Process, "__init__", begin)
    return asked


def suspects(running: Process) -> dict[bytes, int]:
    """Return the suspects of a store."""
    with running.core.store.read() as reader:
        return reader.suspects()


def told(running: Process, kind: NoticeKind) -> list[str]:
    """Return who has a notice of a kind, as often as told."""
    with running.core.store.read() as reader:
        notices = [one for name in TOLD_OF_DANGER for one in reader.list_notices(name, after=0, limit=100)]
    return [one.recipient for one in notices if one.kind == kind]


def crashes(running: Process) -> int:
    """Return how many deaths the audit record tells of."""
    with running.core.store.read() as reader:
        rows = reader.list_audit(after=0, limit=100)
    return sum(row.name == AuditEvent.ENGINE_CRASHED for row in rows)


def decided(running: Process, *messages: referral_pb2.ReferralEvent) -> list[decision_pb2.Decision]:
    """Send referrals through the batcher, and return the decisions."""
    futures = [running.core.batcher.submit(running.work(message)) for message in messages]
    answers = [future.result() for future in futures]
    for answer in answers:
        assert isinstance(answer, bytes), answer
    return [pb.SubmitReferralResponse.FromString(bytes(answer)).decision for answer in answers]  # type: ignore[arg-type]


def test_a_death_is_counted_before_anything_is_evaluated(folder: Path, mark: bytes) -> None:
    """When a process starts it counts what the last one left, once, and writes it down."""
    dead_with(folder, mark)
    for _ in range(2):
        with process(folder) as running:
            assert suspects(running) == {mark: 1}
            assert crashes(running) == 1


def test_a_process_that_dies_between_counting_and_clearing_counts_once(
    folder: Path, mark: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The death is committed, the mark is still there, and the next process neither loses it nor counts it again."""
    dead_with(folder, mark)
    with monkeypatch.context() as dying:
        dying.setattr("router.service.marks.os.pwrite", _die)
        with pytest.raises(ZeroDivisionError):
            Process(folder)
    with process(folder) as running:
        assert suspects(running) == {mark: 1}
        assert crashes(running) == 1
        assert not list(running.core.guard._marks.left())


def test_what_ended_one_process_is_tried_in_a_child(folder: Path, mark: bytes, runs: list[Question]) -> None:
    """The child's answer is the decision; the worker's own engine is never asked, nor is a second trial held."""
    dead_with(folder, mark)
    with process(folder) as running:
        trials = Trials(running)
        (first,) = decided(running, event(1, *SUSPECT))
        (second,) = decided(running, event(2, *SUSPECT))
        assert (first.lead.service, second.lead.service) == ("cpmht", "cpmht")
        assert (trials.held, runs) == (1, [])
        assert suspects(running) == {mark: 1}
        decided(running, event(3, MODERATE))
        assert len(runs) == 1


def test_the_rest_of_a_batch_is_answered_first(folder: Path, mark: bytes, runs: list[Question]) -> None:
    """Two suspects among others: they are done after the others have their answers, each once."""
    dead_with(folder, mark)
    with process(folder) as running:
        trials = Trials(running, TrialDiedError())
        works = [running.work(event(n, MODERATE, *(SUSPECT[1:] if n in (2, 4) else ()))) for n in range(1, 7)]
        futures: list[Future[Answer]] = [Future() for _ in works]
        trials.waiting = [future for n, future in enumerate(futures, 1) if n not in (2, 4)]
        running.core.batcher._answer(list(zip(works, futures, strict=True)))
        answers = [future.result() for future in futures]
        reasons = [pb.SubmitReferralResponse.FromString(bytes(one)).decision.desk_reason for one in answers]  # type: ignore[arg-type]
        assert reasons == ["", "ENGINE_CRASHED", "", "ENGINE_CRASHED", "", ""]
        assert trials.held == 1
        assert len(runs) == 1, "what the others asked was asked once, and remembered"


def test_what_ends_its_trial_goes_to_the_desk_with_its_notices(folder: Path, mark: bytes) -> None:
    """The second death is counted, danger is told once, and no third is risked, in this process or the next."""
    dead_with(folder, mark)
    with process(folder) as running:
        trials = Trials(running, TrialDiedError())
        (decision,) = decided(running, event(1, *SUSPECT))
        assert (decision.outcome, decision.desk_reason) == (decision_pb2.OUTCOME_DESK, "ENGINE_CRASHED")
        assert told(running, NoticeKind.RED_FLAG) == TOLD_OF_DANGER
        assert told(running, NoticeKind.DESK_ITEM) == ["triage-lanarkshire"]
        assert (suspects(running), crashes(running)) == ({mark: 2}, 2)
    with process(folder) as running:
        later = Trials(running)
        (decision,) = decided(running, event(2, *SUSPECT))
        assert decision.desk_reason == "ENGINE_CRASHED"
        assert (trials.held, later.held) == (1, 0)


def test_an_accepted_lead_goes_on(folder: Path, mark: bytes, tmp_path: Path) -> None:
    """Where a service leads already it stays, and the desk is told to look."""
    seen: list[bytes] = []
    for place in (_folder(tmp_path / "first"), folder):
        if seen:
            dead_with(place, seen[-1])
        with process(place) as running:
            trials = Trials(running, TrialDiedError())
            (decision,) = decided(running, event(1, MODERATE))
            _accept(running, decision)
            marked = running.core.guard._marks.marked
            running.core.guard._marks.marked = lambda mark, then=marked: seen.append(mark) or then(mark)  # type: ignore[func-returns-value, method-assign, misc]
            (decision,) = decided(running, event(1, *SUSPECT, version=2))
            assert decision.lead.service == "cpmht"
    assert trials.held == 1
    assert decision.outcome != decision_pb2.OUTCOME_DESK
    assert decision.desk_reason == "ENGINE_CRASHED"
    assert mark not in seen, "with a lead it is another question"


def _accept(running: Process, decision: decision_pb2.Decision) -> None:
    request = pb.RespondToReferralRequest(
        request_id="accept", decision_id=decision.decision_id, response=pb.RESPONSE_KIND_ACCEPT
    )
    caller = running.work(event(1)).caller
    answer = running.core.batcher.submit(running.core.servicer.respond(request, caller)).result()
    assert isinstance(answer, bytes), answer
    assert parse("dec", decision.decision_id)


def test_a_sibling_need_not_wait_for_the_count(folder: Path, mark: bytes, runs: list[Question]) -> None:
    """A process that meets the mark of a sibling that has just died counts the death itself, and holds a trial."""
    with process(folder) as running:
        trials = Trials(running, TrialDiedError())
        dead_with(folder, mark)
        (decision,) = decided(running, event(1, *SUSPECT))
        assert decision.desk_reason == "ENGINE_CRASHED"
        assert (trials.held, runs, suspects(running)) == (1, [], {mark: 2})


def test_workers_that_somebody_else_killed_never_bring_a_question_to_the_desk(folder: Path, mark: bytes) -> None:
    """However many ended just then, a trial tells whether it was the question."""
    for _ in range(3):
        dead_with(folder, mark)
    with process(folder) as running:
        trials = Trials(running)
        (decision,) = decided(running, event(1, *SUSPECT))
        assert (decision.desk_reason, trials.held) == ("", 1)
        assert suspects(running) == {mark: 1}


def test_a_trial_that_was_stopped_is_held_again(folder: Path, mark: bytes) -> None:
    """Nothing is learnt from it: the caller is told to try again, and nothing is counted."""
    dead_with(folder, mark)
    with process(folder) as running:
        trials = Trials(running, TrialStoppedError())
        answer = running.core.batcher.submit(running.work(event(1, *SUSPECT))).result()
        assert isinstance(answer, RouterError)
        assert answer.reason is Reason.STORE_UNAVAILABLE
        assert suspects(running) == {mark: 1}
        trials.brings = None
        (decision,) = decided(running, event(1, *SUSPECT))
        assert decision.lead.service == "cpmht"


def test_a_trial_without_an_answer_is_no_crash(folder: Path, mark: bytes) -> None:
    """An engine that gives up in the child is an engine that failed."""
    dead_with(folder, mark)
    with process(folder) as running:
        running.core.guard._trial = lambda *_: None
        (decision,) = decided(running, event(1, *SUSPECT))
        assert decision.desk_reason == "ENGINE_FAILED"
        assert suspects(running) == {mark: 1}


def test_what_is_remembered_needs_no_trial(folder: Path, mark: bytes) -> None:
    """An answer that the engine has given already is given again without the C code, whatever a sibling died of."""
    with process(folder) as running:
        trials = Trials(running)
        decided(running, event(1, *SUSPECT))
        dead_with(folder, mark)
        (decision,) = decided(running, event(2, *SUSPECT))
        assert (decision.lead.service, trials.held) == ("cpmht", 0)


def test_no_trial_is_held_inside_a_batch(folder: Path, mark: bytes) -> None:
    """To whoever does not prepare it, work that was put off is refused, and nothing of it is kept."""
    dead_with(folder, mark)
    with process(folder) as running:
        trials = Trials(running)
        (answer,) = running.core.processor.process([running.work(event(1, *SUSPECT))])
        assert isinstance(answer, PutOffError)
        assert trials.held == 0
        with running.core.store.read() as reader:
            assert reader.counts()["event"] == 0
