"""Makes committed decisions again under a pack in shadow, in a process of its own, and says what would differ.

It reads the store and writes nothing. It may crash, hang or be slow: whoever started it loses nothing but answers.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator

import orjson

from router.routing.decide import Decider
from router.routing.decision import Decision
from router.service.hindsight import case_again
from router.service.packs import kept_pack
from router.store.familyrows import DecisionRow
from router.store.interface import Reader
from router.store.open import open_store
from router.v1 import decision_pb2

FAILED = "failed"
#: Behind everything that serves: the machine's idle time is enough.
NICENESS = 19


def compared(row: DecisionRow, decider: Decider, reader: Reader) -> tuple[str, str, str]:
    """Return what would differ under the decider's pack, empty for nothing, and the leads of both."""
    decision = decider.decide(case_again(row, reader))
    return next(_differing(row, decision), ""), row.service, decision.lead or decision.desk


def _differing(row: DecisionRow, decision: Decision) -> Iterator[str]:
    """Yield what differs, what weighs most first."""
    if row.service != (decision.lead or decision.desk):
        yield "lead"
    if row.board != decision.lead_board:
        yield "board"
    if row.urgency != (decision.urgency or 0):
        yield "urgency"
    made = decision_pb2.Decision.FromString(row.document)
    beside = {(one.service.service, one.service.board_code) for one in made.supporting}
    if beside != {(one.service, one.board) for one in decision.supporting}:
        yield "supporting"
    if {one.fact for one in made.questions} != {one.fact for one in decision.questions}:
        yield "questions"


def main() -> None:
    """Answer each line of decision ids on standard input with a line of what was found on standard output."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = orjson.loads(sys.stdin.buffer.readline())
    store = open_store(told["store_url"], told["key_file"], create=False)
    with store.read() as reader:
        decider = Decider(kept_pack(told["digest"], reader))
    while line := sys.stdin.buffer.readline():
        with store.read() as reader:
            rows = reader.decisions_by_id(orjson.loads(line))
            found = [(one, *_tried(row, decider, reader)) for one, row in rows.items()]
        sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
        sys.stdout.buffer.flush()


def _tried(row: DecisionRow, decider: Decider, reader: Reader) -> tuple[str, str, str]:
    try:
        return compared(row, decider, reader)
    except Exception:  # noqa: BLE001 - a decision that cannot be made is what a shadow is there to show
        return FAILED, row.service, ""


if __name__ == "__main__":
    main()
