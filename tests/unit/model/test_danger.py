"""The safety floor's triggers."""

from __future__ import annotations

import pytest

from router.model.danger import TRIGGERS, TRIGGERS_BY_FACT, TRIGGERS_BY_NAME, SafetyKind, Trigger
from router.model.referral import FactValue, Urgency

triggers = pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda one: one.name)


def test_each_danger_has_a_name_and_a_fact_of_its_own() -> None:
    """No two triggers share either, so that neither hides the other."""
    assert len(TRIGGERS_BY_FACT) == len(TRIGGERS_BY_NAME) == len(TRIGGERS)


@triggers
def test_a_danger_is_shown_or_denied_and_never_both(trigger: Trigger) -> None:
    """Only a plain value of the right kind does either."""
    values: tuple[FactValue | None, ...] = (True, False, 0, 1, 2, "yes", "true", "", None)
    shown = [value for value in values if trigger.shown_by(value)]
    denied = [value for value in values if trigger.denied_by(value)]
    if trigger.at_least is None:
        assert [type(one) for one in shown] == [type(one) for one in denied] == [bool]
        assert (shown, denied) == ([True], [False])
    else:
        assert all(type(one) is int for one in (*shown, *denied))
        assert (shown, denied) == ([1, 2], [0])


@triggers
def test_a_danger_has_a_clock_and_somebody_to_tell(trigger: Trigger) -> None:
    """What is more pressing is answered sooner, and each cites its source."""
    most = {Urgency.EMERGENCY: 4, Urgency.URGENT: 48}[trigger.urgency]
    assert 0 < trigger.act_within_hours <= most
    assert trigger.recipients
    assert len(set(trigger.recipients)) == len(trigger.recipients)
    assert trigger.citation
    assert trigger.kind in SafetyKind
