"""Puts a question to the rule engine in a process of its own, which may die of it.

The child is told the pack and the question, which names nobody, and answers with the engine's conclusion. It is held to
a time, and to as much time of the processor, so that it ends even where its parent is gone.
"""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from typing import Any

import orjson

from router.model.referral import Urgency
from router.model.truth import Truth
from router.rules.engine import Conclusion, Engine, EngineFaultError, Question
from router.rules.evaluation import Circumstances
from router.rules.loader import build_pack
from router.rules.pack import Pack
from router.service.packs import pack_content

# A child starts in about a second on a machine with little else to do.
TRIAL_SECONDS = 15
COMMAND = (sys.executable, "-m", "router.service.trial")
# By these somebody stops a service; the engine does not die of them.
_STOPPED = frozenset({-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})


class TrialDiedError(Exception):
    """The child came to no answer: it crashed, or ran out of its time."""


class TrialStoppedError(Exception):
    """Somebody stopped the child, which says nothing about the question."""


def written(question: Question) -> bytes:
    """Return a question as bytes, the same for the same question."""
    asked = question.circumstances
    return orjson.dumps(
        {
            "criteria": question.criteria,
            "board": asked.board,
            "danger": asked.danger,
            "involved": sorted(asked.involved),
            "accepted": asked.accepted,
            "moved_board": asked.moved_board,
            "requested": sorted(asked.requested),
            "declined": sorted(asked.declined),
            "closed": sorted(asked.closed),
            "waiting": sorted(asked.waiting),
        }
    )


def try_out(
    pack: Pack, question: Question, *, command: tuple[str, ...] = COMMAND, seconds: float = TRIAL_SECONDS
) -> Conclusion | None:
    """Return what the engine concludes in a child, or None where it comes to no answer without a crash.

    Raises ``TrialDiedError`` or ``TrialStoppedError``.
    """
    told = orjson.dumps({"files": orjson.Fragment(pack_content(pack)), "question": orjson.Fragment(written(question))})
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            input=told,
            stdout=subprocess.PIPE,
            timeout=seconds,
            # So that a terminal's Ctrl-C does not reach it, and is not taken for a crash.
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise TrialDiedError(f"no answer within {seconds} s") from late
    if done.returncode in _STOPPED:
        raise TrialStoppedError
    if done.returncode:
        raise TrialDiedError(f"ended with {done.returncode}")
    return _conclusion(orjson.loads(done.stdout))


def main() -> None:
    """Answer the one question on standard input, on standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (TRIAL_SECONDS, TRIAL_SECONDS))
    # It may well crash: not each time with a file as large as itself.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = orjson.loads(sys.stdin.buffer.read())
    pack = build_pack({name: content.encode() for name, content in told["files"].items()})
    try:
        answer: Conclusion | None = Engine(pack, remember=0).answer(_question(told["question"]))
    except EngineFaultError:
        answer = None
    sys.stdout.buffer.write(orjson.dumps(answer))


def _question(told: dict[str, Any]) -> Question:
    criteria = tuple({rule: _truths(truths) for rule, truths in view.items()} for view in told["criteria"])
    danger = told["danger"]
    circumstances = Circumstances(
        board=told["board"],
        danger=None if danger is None else Urgency(danger),
        involved=frozenset(told["involved"]),
        accepted=told["accepted"],
        moved_board=told["moved_board"],
        requested=frozenset(told["requested"]),
        declined=frozenset(told["declined"]),
        closed=frozenset(told["closed"]),
        waiting=frozenset(told["waiting"]),
    )
    return Question(criteria, circumstances)


def _conclusion(told: list[Any] | None) -> Conclusion | None:
    if told is None:
        return None
    verdicts, moves, lead, move = told
    return tuple(_truths(view) for view in verdicts), _truths(moves), lead, move


def _truths(told: dict[str, str]) -> dict[str, Truth]:
    return {name: Truth(truth) for name, truth in told.items()}


if __name__ == "__main__":
    main()
