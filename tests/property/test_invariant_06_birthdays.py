"""Invariant 6: needs move families, birthdays do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.people import Person, Role
from router.model.truth import Truth
from router.routing.case import Proposal, Standing
from router.routing.decide import Decider
from router.routing.decision import Outcome
from router.rules.evaluation import provider_board
from router.rules.pack import HANDOVERS, MoveKind
from tests.support.events import (
    ACCEPTED,
    LOTHIAN,
    WHEN,
    case_of,
    cases,
    deciders,
    event_of,
    held_as,
    quick,
    said,
    scottish_decider,
    vocabulary_of,
)

SCOTLAND = scottish_decider()
LEADERS = vocabulary_of(SCOTLAND.pack).leaders
days = st.integers(1, 2_000)


@quick(120)
@given(data=st.data(), decider=deciders(), later=days)
def test_time_alone_hands_no_family_to_a_service_that_does_not_fit(
    data: st.DataObject, decider: Decider, later: int
) -> None:
    """With nothing but the date changed, an accepted lead goes on, or a service leads whose criteria are met."""
    case = data.draw(cases(decider.pack, kinds=ACCEPTED))
    decision = decider.decide(replace(case, as_of=case.as_of + timedelta(days=later)))
    accepted = case.standing.accepted
    assert accepted is not None
    assert decision.outcome is not Outcome.DESK
    if decision.accepted:
        assert (decision.lead, decision.lead_board) == (accepted.service, accepted.board)
    else:
        assert decision.evaluation.verdict(decision.lead) is Truth.MET
        assert decision.move is not None
    assert (decision.held_by.name, decision.held_by.board) == (accepted.service, accepted.board)


@quick(60)
@given(
    lead=st.sampled_from(LEADERS),
    born=st.dates(date(2020, 1, 1), date(2026, 10, 31)),
    as_of=st.datetimes(datetime(2026, 11, 1), datetime(2032, 1, 1)),  # noqa: DTZ001 - the zone is added below
    carer=st.dates(date(1985, 1, 1), date(2010, 1, 1)),
)
def test_an_age_alone_never_steps_anybody_down(lead: str, born: date, as_of: datetime, carer: date) -> None:
    """A family of which only dates are known keeps its lead whatever birthdays pass, but for the birth itself."""
    people = (Person("carer", Role.MOTHER, birth_date=carer), Person("infant-1", Role.INFANT, birth_date=born))
    board = provider_board(SCOTLAND.pack, lead, LOTHIAN)
    case = case_of(
        [held_as(event_of(people=people))],
        as_of=as_of.replace(tzinfo=WHEN.tzinfo),
        standing=Standing(accepted=Proposal(lead, board, 1)),
    )
    decision = SCOTLAND.decide(case)
    if lead == "maternity":
        # the birth is no birthday: it ends what maternity is for
        assert (decision.lead == "maternity") == decision.accepted
    else:
        assert (decision.lead, decision.accepted) == (lead, True)
        assert decision.move is not None
        assert decision.move.kind is MoveKind.STAY


HANDED_ON = [
    (name, giver) for name, move in SCOTLAND.pack.moves.items() if move.kind in HANDOVERS for giver in move.givers
]


@pytest.mark.parametrize(("move", "giver"), HANDED_ON)
def test_a_move_hands_on_only_to_a_service_that_fits(move: str, giver: str) -> None:
    """At any age, before the birth and without a child, what speaks for a move never outweighs the receiver's rules."""
    vocabulary = vocabulary_of(SCOTLAND.pack)
    accepted = Proposal(giver, provider_board(SCOTLAND.pack, giver, LOTHIAN), 1)
    seen = [
        said(fact, value, subject_ref=vocabulary.about[fact][0]) for fact, value in vocabulary.speaking_for_moves[move]
    ]
    children = (
        (),
        (Person("infant-1", Role.UNBORN, expected_date=WHEN.date() + timedelta(weeks=20)),),
        *((Person("infant-1", Role.INFANT, birth_date=WHEN.date() - timedelta(days=n)),) for n in (9, 400, 1200, 2500)),
    )
    for child in children:
        event = event_of(*seen, people=(Person("carer", Role.MOTHER), *child))
        decision = SCOTLAND.decide(case_of([held_as(event)], standing=Standing(accepted=accepted)))
        assert decision.accepted or decision.evaluation.verdict(decision.lead) is Truth.MET
        assert decision.held_by.name == giver


@pytest.mark.parametrize("months", [11, 12, 13, 24, 36, 60])
def test_the_first_birthday_of_a_family_in_perinatal_care(months: int) -> None:
    """The perinatal team keeps a family whose need nobody stated, and hands one on only to whoever meets its need."""
    year, month = divmod(WHEN.month - 1 - months, 12)
    born = date(WHEN.year + year, month + 1, 1)
    people = (Person("carer", Role.MOTHER), Person("infant-1", Role.INFANT, birth_date=born))
    standing = Standing(accepted=Proposal("cpmht", LOTHIAN, 1))
    silent = SCOTLAND.decide(case_of([held_as(event_of(people=people))], standing=standing))
    assert (silent.lead, silent.accepted) == ("cpmht", True)
    ill = event_of(said("parent_illness_severity", "moderate"), people=people)
    decision = SCOTLAND.decide(case_of([held_as(ill)], standing=standing))
    assert decision.lead == ("cpmht" if months < 12 else "cmht")
    assert decision.held_by.name == "cpmht"
