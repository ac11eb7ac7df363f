"""A pack that has dropped a service which leads a family, was asked to, or helps: the family is placed anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.model.people import Person, Role
from router.routing.case import Proposal, Standing
from router.routing.decision import NoticeKind, Outcome
from tests.support.events import LOTHIAN, case_of, event_of, held_as, moment, said, scottish_decider

DECIDER = scottish_decider()
GONE = Proposal("a-service-that-was", LOTHIAN, 1)
PEOPLE = (Person("carer", Role.MOTHER), Person("infant-1", Role.INFANT, birth_date=moment(100).date()))


@pytest.mark.parametrize(
    "standing",
    [
        Standing(accepted=GONE),
        Standing(proposed=GONE),
        Standing(accepted=GONE, proposed=Proposal("cpmht", LOTHIAN, 2)),
        Standing(supporting=frozenset({(GONE.service, LOTHIAN)}), declined=frozenset({GONE.service})),
    ],
)
def test_a_family_of_a_service_that_is_gone_is_placed_and_its_danger_told(standing: Standing) -> None:
    """It has a lead that the pack knows, and whoever hears of danger hears of it."""
    seen = (
        said("parent_illness_severity", "moderate"),
        said("bruising_not_mobile", value=True, subject_ref="infant-1"),
    )
    case = replace(case_of([held_as(event_of(*seen, people=PEOPLE), 1)], arrived=1), standing=standing)
    decision = DECIDER.decide(case)
    assert decision.outcome is not Outcome.DESK
    assert decision.lead in DECIDER.pack.services
    assert decision.held_by.name != GONE.service
    assert any(one.kind is NoticeKind.SAFEGUARDING for one in decision.notices)
