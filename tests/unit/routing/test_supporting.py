"""Who stands beside the lead, and who holds the family until it accepts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.model.people import Person, Role
from router.model.referral import Observation
from router.routing.case import Proposal, Standing
from router.routing.decide import Decider
from router.routing.decision import Decision, Holder
from router.rules.pack import SupportRole
from tests.support.events import BORDERS, LOTHIAN, ORKNEY, case_of, event_of, held_as, moment, said, scottish_decider

DECIDER = scottish_decider()
BABY = (Person("carer", Role.MOTHER), Person("infant-1", Role.INFANT, birth_date=moment(100).date()))
ILL = said("parent_illness_severity", "moderate")
CONCERN = said("parent_infant_relationship_concern", "significant", subject_ref="infant-1")


def decided(
    *said_of_them: Observation, people: tuple[Person, ...] = BABY, decider: Decider = DECIDER, **more: object
) -> Decision:
    """Return the decision on one plain referral."""
    standing = more.pop("standing", Standing())
    return decider.decide(case_of([held_as(event_of(*said_of_them, people=people, **more))], standing=standing))


def beside(decision: Decision) -> dict[str, SupportRole]:
    """Return the supporters and their roles, in order."""
    return {one.service: one.role for one in decision.supporting}


def test_a_need_that_nobody_answers_yet_brings_another_service() -> None:
    """With the reason why it is asked."""
    decision = decided(ILL, CONCERN)
    assert decision.lead == "cpmht"
    assert beside(decision) == {
        "imh": SupportRole.JOINT_WORK,
        "health-visiting": SupportRole.INFORMED,
        "gp": SupportRole.INFORMED,
    }
    assert decision.supporting[0].reason == "answers another need: The relationship between parent and baby"
    assert decision.supporting[1].reason == "knows every family in its care"


def test_a_need_that_is_answered_brings_nobody_more() -> None:
    """Distress around the birth is within what the perinatal team offers, so psychology is not asked besides."""
    decision = decided(ILL, said("distress_linked_to_birth_or_loss", value=True))
    assert "mnpi" not in beside(decision)


def test_an_earlier_supporter_answers_for_a_later_one() -> None:
    """Neonatal follow-up is within what the neurodevelopmental service offers."""
    decision = decided(
        ILL,
        said("developmental_concern", "significant", subject_ref="infant-1"),
        said("gestation_weeks", 33, subject_ref="infant-1"),
    )
    assert "neurodevelopmental" in beside(decision)
    assert "neonatal-follow-up" not in beside(decision)


def test_a_joint_work_rule_brings_a_service_whose_need_is_answered() -> None:
    """Its label is the reason."""
    standing = Standing(accepted=Proposal("imh", LOTHIAN, 1))
    decision = decided(ILL, CONCERN, standing=standing)
    (cpmht,) = [one for one in decision.supporting if one.service == "cpmht"]
    assert cpmht.role is SupportRole.JOINT_WORK
    assert cpmht.reason == DECIDER.pack.moves["infant-mental-health-with-cpmht"].label


def test_a_service_that_declined_or_is_not_there_does_not_support() -> None:
    """The gap shows; nobody is named who would not come."""
    assert "imh" not in beside(decided(ILL, CONCERN, standing=Standing(declined=frozenset({"imh"}))))
    assert "imh" not in beside(decided(ILL, CONCERN, board=BORDERS))


def test_another_boards_service_supports_from_there() -> None:
    """An island family has the team of the board that serves it."""
    (imh,) = [one for one in decided(ILL, CONCERN, board=ORKNEY).supporting if one.service == "imh"]
    assert imh.board == "S08000020"


def test_the_first_universal_service_holds_until_the_lead_accepts() -> None:
    """The health visitor with a baby, maternity before the birth."""
    assert decided(ILL).held_by == Holder("health-visiting", LOTHIAN)
    expecting = (Person("carer", Role.MOTHER), Person("infant-1", Role.UNBORN, expected_date=moment(-100).date()))
    assert decided(ILL, people=expecting).held_by == Holder("maternity", LOTHIAN)


def test_a_universal_service_without_room_does_not_hold() -> None:
    """The next one does, and where there is none the desk."""
    pack = DECIDER.pack
    home = pack.boards[LOTHIAN]
    expected = {
        ("health-visiting",): Holder("gp", LOTHIAN),
        ("health-visiting", "gp"): Holder("triage-lothian", is_desk=True),
    }
    for closed, holder in expected.items():
        full = replace(home, capacity=dict.fromkeys(closed, "closed"))
        decider = Decider(replace(pack, boards={**pack.boards, LOTHIAN: full}))
        assert decided(ILL, decider=decider).held_by == holder


@pytest.mark.parametrize("severity", ["mild", "severe"])
def test_a_lead_that_accepted_holds(severity: str) -> None:
    """Whether it stays or hands on."""
    standing = Standing(accepted=Proposal("health-visiting", LOTHIAN, 1))
    decision = decided(said("parent_illness_severity", severity), standing=standing)
    assert decision.accepted == (severity == "mild")
    assert decision.held_by == Holder("health-visiting", LOTHIAN)
