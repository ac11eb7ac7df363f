"""By when a lead, or a desk, must answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from router.model.referral import Urgency
from router.routing.clocks import desk_answers_by, lead_answers_by
from router.rules.pack import Response
from tests.support.events import WHEN, scottish_decider

RESPONSES = {service.response for service in scottish_decider().pack.services.values()} | {Response(1, None, None)}


@pytest.mark.parametrize("response", sorted(RESPONSES, key=str), ids=str)
def test_a_lead_has_no_more_time_for_what_is_more_urgent(response: Response) -> None:
    """An emergency is answered within hours even by a service that takes none; and what nobody stated is urgent."""
    emergency, urgent, routine, unstated = (
        lead_answers_by(WHEN, response, urgency) - WHEN
        for urgency in (Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE, None)
    )
    assert timedelta(0) < emergency <= urgent
    assert unstated == urgent == timedelta(hours=response.urgent_hours or 48)
    assert emergency == timedelta(hours=response.emergency_hours or 4)
    assert routine == timedelta(days=response.routine_days)


def test_a_desk_has_no_more_time_for_what_is_more_urgent() -> None:
    """An urgency that nobody stated is not read as routine."""
    emergency, urgent, routine, unstated = (
        desk_answers_by(WHEN, urgency) for urgency in (Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE, None)
    )
    assert WHEN < emergency < urgent < routine
    assert unstated == urgent
