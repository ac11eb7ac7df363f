"""Unknown is not false: blank, 9 and their like give no observation, and only an explicit no is one."""

from __future__ import annotations

import pytest

from adapters.population.bundles import concept, observation
from adapters.population.messages import obx
from adapters.vocabulary import FACTS
from router.v1 import referral_pb2 as pb
from tests.unit.adapters.native import DAY, event_of, facts, health_visiting, neonatal, perinatal, substance

NEONATAL_YES_NO = ("weight_below_3rd", "still_admitted", "complex_needs")
SUBSTANCE_YES_NO = ("injecting", "prescribed_ost", "wants_treatment", "child_at_risk")
HV_YES_NO = ("CP", "DA", "SUICIDE", "SUPPORT", "FIRST_BABY", "PSYCHOSIS", "BRUISE_NM", "COMPLEX", "KINSHIP")


@pytest.mark.parametrize("blank", ["", "9", " "])
@pytest.mark.parametrize("column", NEONATAL_YES_NO)
def test_neonatal_silence(column: str, blank: str) -> None:
    """A yes/no column of the neonatal extract that is blank or 9 observes nothing; N observes a no."""
    silent = {"still_admitted": ""}
    assert facts(event_of("neonatal", neonatal(silent | {column: blank}))) == set()
    ((_, _, value),) = facts(event_of("neonatal", neonatal(silent | {column: "N"})))
    assert value is False


@pytest.mark.parametrize("blank", ["", "9", " "])
@pytest.mark.parametrize("column", SUBSTANCE_YES_NO)
def test_substance_silence(column: str, blank: str) -> None:
    """A yes/no column of the substance-use extract that is blank or 9 observes nothing; N observes a no."""
    assert facts(event_of("substance", substance({column: blank}))) == set()
    ((_, _, value),) = facts(event_of("substance", substance({column: "N"})))
    assert value is False


@pytest.mark.parametrize("blank", ["", "9"])
@pytest.mark.parametrize("code", HV_YES_NO)
def test_health_visiting_silence(code: str, blank: str) -> None:
    """A yes/no result of a health visitor that is blank or 9 observes nothing; N observes a no."""
    nothing = facts(event_of("health-visiting", health_visiting()))
    assert facts(event_of("health-visiting", health_visiting(obx(code, blank)))) == nothing
    ((_, _, value),) = facts(event_of("health-visiting", health_visiting(obx(code, "N")))) - nothing
    assert value is False


@pytest.mark.parametrize("code", ["U", "UNKNOWN", "9", ""])
def test_unknown_health_plan_indicator(code: str) -> None:
    """A health plan indicator that is not known is neither core nor additional."""
    event = event_of("health-visiting", health_visiting(obx("HPI", code)))
    assert "hpi" not in {seen.fact for seen in event.observations}


def test_perinatal_silence() -> None:
    """An Observation that says why it has no value observes nothing; false observes a no."""
    nothing = facts(event_of("perinatal", perinatal()))
    asked = observation("domestic-abuse", value=True, day=DAY) | {"dataAbsentReason": concept("urn:a", "unknown")}
    del asked["valueBoolean"]
    assert facts(event_of("perinatal", perinatal(asked))) == nothing
    denied = observation("domestic-abuse", value=False, day=DAY)
    assert facts(event_of("perinatal", perinatal(denied))) - nothing == {("domestic_abuse_disclosed", "mother", False)}


def test_empty_messages_deny_nothing() -> None:
    """The least that each source can send states no fact as absent."""
    least = [
        event_of("neonatal", neonatal({"still_admitted": ""})),
        event_of("substance", substance({})),
        event_of("perinatal", perinatal()),
        event_of("health-visiting", health_visiting()),
    ]
    for event in least:
        for name, _, value in facts(event):
            assert (name, value) == ("registered_with_gp", True)


@pytest.mark.parametrize("blank", ["", "9"])
def test_urgency_and_consent_not_stated(blank: str) -> None:
    """No urgency is not routine, and no consent is not refused."""
    for event in (
        event_of("neonatal", neonatal({"urgency": blank, "consent": blank})),
        event_of("substance", substance({"urgency": blank, "consent": blank})),
        event_of("health-visiting", health_visiting(priority="")),
    ):
        assert (event.urgency, event.consent) == (pb.URGENCY_UNSPECIFIED, pb.CONSENT_UNSPECIFIED)


def test_nothing_is_concluded_from_a_list_that_names_nothing() -> None:
    """A list that says "none found" is carried and denies no single danger: nobody said that each was looked for."""
    event = event_of("substance", substance({"concerns": "NONE", "legal_status": "NONE"}))
    assert facts(event) == set()
    assert [one.code for one in event.concerns] == ["NONE", "NONE"]
    assert len(FACTS) > len(event.observations)
