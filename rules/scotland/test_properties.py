"""What must hold for every family, whatever the criteria say. Run by ``pytest rules/scotland``.

Copy this file beside your own pack. Each line is one property; families are generated from the pack's own facts.
"""

from pathlib import Path

from router.authoring import properties
from router.rules.loader import load_pack

PACK = load_pack(Path(__file__).parent)

test_every_family_has_one_owner = properties.one_owner(PACK)
test_every_family_has_one_lead = properties.one_lead(PACK)
test_danger_is_not_forgotten = properties.danger_is_sticky(PACK)
test_what_is_not_known_is_not_a_no = properties.unknown_is_not_false(PACK)
test_birthdays_move_nobody = properties.needs_not_birthdays(PACK)
test_more_danger_never_means_less_help = properties.monotone_in_danger(PACK)
test_the_order_of_referrals_does_not_tell = properties.order_free(PACK)
test_a_lead_goes_on_until_a_move_says_otherwise = properties.continuity(PACK)
test_full_services_make_nothing_less_urgent = properties.capacity_never_lowers_urgency(PACK)


@properties.holds_for_families(PACK)
def test_a_mother_who_needs_hospital_is_led_by_a_specialist_team(family: properties.Family) -> None:
    """A property of this pack alone: a new family with that need never waits with a universal service."""
    family.suppose(family.is_new and family.fact("needs_inpatient_care") is True)
    assert PACK.services[family.decision.lead].tier >= 3, family  # noqa: PLR2004
