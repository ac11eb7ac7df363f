"""Moves that wait, and services that are closed to whoever referred: what holds back, and what never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.facts import Known
from router.model.people import Person, Role
from router.model.referral import Observation, Referrer, Urgency
from router.routing.case import Handover, Proposal, Standing
from router.routing.counterfactuals import changes
from router.routing.decision import Decision
from router.routing.guards import waiting
from router.routing.referring import closed_to
from router.rules.pack import MoveKind
from router.rules.yamlfile import PackError
from tests.support.events import LOTHIAN, WHEN, case_of, event_of, held_as, moment, said, scottish_decider
from tests.support.small_pack import build, files

DECIDER = scottish_decider()
PACK = DECIDER.pack
BABY = (Person("carer", Role.MOTHER), Person("infant-1", Role.INFANT, birth_date=moment(100).date()))
FLAGS = (
    "needs_inpatient_care",
    "psychosis_suspected",
    "suicidal_intent",
    "recent_mental_state_change",
    "new_violent_self_harm",
    "estrangement_from_infant",
    "severe_sleep_difficulty",
    "history_bipolar_or_psychosis",
    "distress_linked_to_birth_or_loss",
)
WELL = (
    said("parent_illness_severity", "mild", 1),
    said("epds_item_10", 0, 1),
    *(said(flag, value=False, days_ago=1) for flag in FLAGS),
)


def decided(*given: Observation, lead: str = "cpmht", giver: str = "gp", days_ago: int | None = 40) -> Decision:
    """Return the decision about a family whose lead took over so many days ago; None where that is not known."""
    handed = None if days_ago is None else Handover(giver, WHEN - timedelta(days=days_ago))
    standing = Standing(accepted=Proposal(lead, LOTHIAN, 1), handed=handed)
    return DECIDER.decide(case_of([held_as(event_of(*given, people=BABY))], standing=standing))


@pytest.mark.parametrize(("days_ago", "lead"), [(0, "cpmht"), (27, "cpmht"), (28, "gp"), (400, "gp"), (None, "gp")])
def test_a_step_down_waits_until_care_has_settled(days_ago: int | None, lead: str) -> None:
    """To the day; where the history is not known nothing waits."""
    decision = decided(*WELL, days_ago=days_ago)
    assert decision.lead == lead
    assert decision.move is not None
    assert (decision.move.kind is MoveKind.STAY) is (lead == "cpmht")
    if lead == "cpmht":
        assert decision.move.reason == "care changed hands not long ago, so the service that leads goes on for now"


def test_a_lead_that_no_move_would_end_is_not_said_to_wait() -> None:
    """The reason speaks of waiting only where something waits."""
    decision = decided(said("parent_illness_severity", "severe", 1), days_ago=3)
    assert decision.move is not None
    assert decision.move.reason == "no rule asks for care to move; the service that leads goes on"


def test_a_move_back_needs_something_seen_since() -> None:
    """Not on what was known when care came; on one thing that the move rests on and that was seen since."""
    old = tuple(said(one.fact, one.value, 60) for one in WELL)
    assert decided(*old, days_ago=50).lead == "cpmht"
    assert decided(*old, said("parent_illness_severity", "mild", 2), days_ago=50).lead == "gp"
    # another that handed over: this is no way back
    assert decided(*old, giver="maternity", days_ago=50).lead == "gp"
    # a birthday is no news, and neither is what the move does not ask for
    assert decided(*old, said("housing_insecure", value=True), days_ago=50).lead == "cpmht"


def with_guard(guard: str, kind: str = "step_up") -> dict[str, str]:
    """Return the small pack with a guard on its move."""
    moves = files()["pathways/moves.yaml"].replace("    review:", f"    guard: {guard}\n    review:")
    return {**files(), "pathways/moves.yaml": moves.replace("kind: step_up", f"kind: {kind}")}


GUARDED = build(with_guard("{back_needs_news: true}"))


@settings(deadline=None, max_examples=50)
@given(
    days=st.integers(0, 200), danger=st.sampled_from(Urgency), giver=st.sampled_from(["clinic", *sorted(PACK.services)])
)
def test_danger_never_waits(days: int, danger: Urgency, giver: str) -> None:
    """No step up is held back while there is danger, whatever the guard says."""
    handed = Handover(giver, WHEN - timedelta(days=days))
    assert waiting(GUARDED, "gp", handed, WHEN, danger, [{}]) == frozenset()
    for lead in PACK.services:
        held = waiting(PACK, lead, handed, WHEN, danger, [{}])
        assert all(PACK.moves[name].kind is not MoveKind.STEP_UP for name in held)


def test_a_step_up_without_danger_may_need_news_to_go_back() -> None:
    """Where it goes back to whom care came from, on what was known before."""
    pack = build(with_guard("{back_needs_news: true}"))
    handed = Handover("clinic", WHEN - timedelta(days=3))
    before, since = ({"level": Known("severe", "test", WHEN - timedelta(days=days))} for days in (4, 2))
    assert waiting(pack, "gp", handed, WHEN, None, [before]) == {"to-clinic"}
    assert waiting(pack, "gp", handed, WHEN, None, [before, since]) == frozenset()
    assert waiting(pack, "gp", Handover("gp", handed.at), WHEN, None, [before]) == frozenset()
    assert waiting(pack, "gp", None, WHEN, None, [before]) == frozenset()


@pytest.mark.parametrize(
    ("guard", "kind", "fault"),
    [
        ("{settled_days: 7}", "step_up", "a step up waits for nobody; use back_needs_news, which danger passes too"),
        ("{back_needs_news: true}", "joint_work", "joint work changes no hands, so there is nothing to guard"),
        ("{back_needs_news: false}", "step_down", "holds nothing: give settled_days, or back_needs_news: true"),
        ("{settled_days: 0}", "step_down", "should be greater than or equal to 1"),
    ],
)
def test_a_guard_that_must_not_be_is_refused(guard: str, kind: str, fault: str) -> None:
    """With its place."""
    with pytest.raises(PackError, match=r"pathways/moves\.yaml:13:\d+: ") as caught:
        build(with_guard(guard, kind))
    assert fault in str(caught.value)


def referred(*by: str, **more: object) -> Decision:
    """Return the decision on referrals by these services, for a new family with moderate illness."""
    held = [
        held_as(
            event_of(
                said("parent_illness_severity", "moderate"),
                *more.get("also", ()),  # type: ignore[call-overload]
                people=BABY,
                referrer=Referrer(service=service),
                source_reference=f"r{number}",
            ),
            number,
        )
        for number, service in enumerate(by, start=1)
    ]
    return DECIDER.decide(case_of(held))


def test_who_may_refer_is_a_reason() -> None:
    """The service says from whom it takes referrals, and the family has another lead."""
    decision = referred("third-sector")
    assert decision.lead == "health-visiting"
    assert decision.why_not["cpmht"] == "it takes referrals from these only: any health professional"
    assert "cpmht" not in {one.service for one in decision.supporting}
    assert "the Community perinatal mental health team would lead" not in {one.effect for one in decision.questions}


@pytest.mark.parametrize("by", [("gp",), ("third-sector", "gp"), ("gp", "third-sector"), ("",), ("third-sector", "")])
def test_one_who_may_refer_is_enough_and_one_not_known_closes_nothing(by: tuple[str, ...]) -> None:
    """In whatever order they came."""
    assert referred(*by).lead == "cpmht"


def test_who_refers_is_not_asked_where_it_is_urgent() -> None:
    """Any sign of danger, and an urgency that is stated, open every service to every referrer."""
    assert referred("third-sector", also=(said("severe_sleep_difficulty", value=True),)).lead == "cpmht"
    ill = event_of(
        said("parent_illness_severity", "moderate"),
        people=BABY,
        referrer=Referrer(service="third-sector"),
        urgency=Urgency.URGENT,
    )
    assert DECIDER.decide(case_of([held_as(ill)])).lead == "cpmht"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["", "unheard-of", *sorted(PACK.services)]), max_size=4))
def test_a_service_is_closed_only_to_referrers_that_are_all_known(referrers: list[str]) -> None:
    """What is not known excludes nobody."""
    closed = closed_to(PACK, referrers, None)
    if not referrers or not set(referrers) <= PACK.services.keys():
        assert closed == frozenset()
    for name in closed:
        assert not {name, *(PACK.services[name].referrers or ())} & set(referrers)
    assert closed_to(PACK, referrers, Urgency.URGENT) == frozenset()


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        (
            "services/clinic.yaml",
            "tier: 1\n",
            "tier: 1\nreferrers: [gpp]\n",
            "services/clinic.yaml:5:13: 'gpp' is no service, and no group of lead.yaml's referrer_groups; did you mean 'gp'?",
        ),
        (
            "lead.yaml",
            "needs:",
            "referrer_groups:\n  gp: {label: GPs, services: [gp]}\nneeds:",
            "lead.yaml:3:3: 'gp' is a service too; give the group another name",
        ),
        (
            "services/clinic.yaml",
            "tier: 1\n",
            "tier: 1\nmode: advise\n",
            "pathways/moves.yaml:6:5: 'clinic' only advises, so no step up leads there; name one that treats or assesses",
        ),
    ],
)
def test_a_service_that_says_what_cannot_be_is_refused(name: str, old: str, new: str, fault: str) -> None:
    """With its place and what to do."""
    with pytest.raises(PackError) as caught:
        build({**files(), name: files()[name].replace(old, new, 1)})
    assert str(caught.value) == fault


def test_what_would_change_knows_that_danger_opens_a_service() -> None:
    """Were the mother in danger, who referred her would not be asked."""
    decision = referred("third-sector")
    found = {(one.fact, one.lead) for one in changes(PACK, decision)}
    assert ("suicidal_intent", "cpmht") in found
    assert decision.lead != "cpmht"
