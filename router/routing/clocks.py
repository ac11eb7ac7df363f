"""By when a lead, or a desk, must answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from router.model.referral import Urgency
from router.rules.pack import Response

# Illustrative, as every clock here: a board's clinicians approve them before use.
EMERGENCY_HOURS = 4
URGENT_HOURS = 48
DESK_HOURS = {Urgency.EMERGENCY: 4, Urgency.URGENT: 24, Urgency.ROUTINE: 72, None: 24}


def lead_answers_by(as_of: datetime, response: Response, urgency: Urgency | None) -> datetime:
    """Return by when a lead must accept or decline.

    An urgency that nobody stated is not read as routine: the clock for urgent referrals runs until somebody says.
    """
    if urgency is Urgency.EMERGENCY:
        return as_of + timedelta(hours=response.emergency_hours or EMERGENCY_HOURS)
    if urgency is Urgency.ROUTINE:
        return as_of + timedelta(days=response.routine_days)
    return as_of + timedelta(hours=response.urgent_hours or URGENT_HOURS)


def desk_answers_by(as_of: datetime, urgency: Urgency | None) -> datetime:
    """Return by when a desk must have found an owner."""
    return as_of + timedelta(hours=DESK_HOURS[urgency])
