"""A decision as it stands now: what was decided never changes, its state does, and the texts are of that state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from router.routing.decision import Holder
from router.routing.letters import Matter, is_asked_openly, when_in_words, write
from router.routing.loss import Life, ends_of, life_over
from router.rules.pack import Pack
from router.service.encode import STATES
from router.service.hindsight import case_again
from router.store.familyrows import DecisionRow
from router.store.interface import Reader
from router.v1 import decision_pb2 as pb


def as_it_stands(row: DecisionRow, pack: Callable[[], Pack], reader: Reader) -> pb.Decision:
    """Return a recorded decision in the state that it is in.

    Where a service has accepted since, the texts were written as if it had not. They are written again, by the pack of
    the decision, from what was recorded: nothing is evaluated anew, and what is kept stays as it is.
    """
    whole = pb.Decision.FromString(row.document)
    decided_as, whole.state = whole.state, STATES[row.state]
    if whole.state == pb.DECISION_STATE_ACCEPTED and decided_as != pb.DECISION_STATE_ACCEPTED:
        _write_anew(whole, pack(), loss=life_over(ends_of(case_again(row, reader)).values()))
    return whole


def _write_anew(whole: pb.Decision, pack: Pack, *, loss: Life | None) -> None:
    if whole.lead.service not in pack.services:
        # Asked of another pack than it was decided by, which no longer has the service: the old words stay.
        return
    holder = whole.held_by_meanwhile
    matter = Matter(
        lead=whole.lead.service,
        desk=whole.desk,
        accepted=True,
        loss=loss,
        main_reason=whole.main_reason,
        supporting=tuple(one.service.service for one in whole.supporting if one.service.service in pack.services),
        held_by=Holder(holder.service, holder.board_code, is_desk=holder.service in pack.desk_labels),
        is_duplicate=bool(whole.duplicate_of),
        asked=tuple(one.ask for one in whole.questions if one.fact in pack.facts and is_asked_openly(one.fact, pack)),
        shows_danger=bool(whole.safety),
    )
    texts = write(matter, pack, when_in_words(whole.respond_by.ToDatetime(UTC), whole.as_of.ToDatetime(UTC)))
    whole.explanation.for_parent = texts.for_parent
    whole.explanation.for_referrer = texts.for_referrer
    whole.explanation.for_receiver = texts.for_receiver
