"""Questions, reasons and what would change, on examples written out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from router.model.facts import FactDefinition
from router.model.people import Person, Role
from router.model.referral import Consent, Observation
from router.routing.case import Case, Proposal, Standing
from router.routing.counterfactuals import changes
from router.routing.decision import Decision, Outcome, Question
from router.routing.questions import in_words, telling_values
from router.rules.schema import Condition
from tests.support.events import FIFE, LOTHIAN, case_of, event_of, held_as, moment, said, scottish_decider
from tests.support.small_pack import build, files

DECIDER = scottish_decider()
PACK = DECIDER.pack
CARER = Person("carer", Role.MOTHER)
BABY = Person("infant-1", Role.INFANT, birth_date=moment(100).date())


def case(*said_of_them: Observation, people: tuple[Person, ...] = (CARER, BABY), **more: object) -> Case:
    """Return a case of one plain referral."""
    standing = more.pop("standing", Standing())
    return case_of([held_as(event_of(*said_of_them, people=people, **more))], standing=standing)


def decided(*said_of_them: Observation, **more: object) -> Decision:
    """Return the decision on one plain referral."""
    return DECIDER.decide(case(*said_of_them, **more))  # type: ignore[arg-type]


def test_a_missing_severity_is_asked_for_with_its_witness() -> None:
    """The answer that would change the lead, and to whom."""
    decision = decided()
    assert (decision.outcome, decision.lead) == (Outcome.LEAD_WITH_QUESTIONS, "health-visiting")
    (question,) = [one for one in decision.questions if one.fact == "parent_illness_severity"]
    assert question.ask == "How severe is the illness, in the referrer's judgement?"
    assert question.witness in ("moderate", "severe")
    assert not question.together_with
    assert question.effect == "the Community perinatal mental health team would lead"


def test_an_answered_question_is_not_asked_again() -> None:
    """Nor is one whose answer changes nothing any more."""
    facts = {one.fact for one in decided(said("parent_illness_severity", "severe")).questions}
    assert "parent_illness_severity" not in facts
    assert "history_bipolar_or_psychosis" not in facts


def test_two_answers_that_only_tell_together_name_each_other() -> None:
    """Neither distress alone nor severity alone makes psychology the lead."""
    decision = decided(said("epds_total", 3), said("history_bipolar_or_psychosis", value=False))
    pairs = {one.fact: one.together_with for one in decision.questions if one.together_with}
    assert pairs["distress_linked_to_birth_or_loss"] == "parent_illness_severity"


def test_a_silent_criterion_is_never_asked_about() -> None:
    """Nobody is asked on a form whether there is abuse, or what only a health visitor counts."""
    facts = {one.fact for one in decided().questions}
    assert not facts & {"domestic_abuse_disclosed", "suicidal_intent", "imh_indicators", "child_protection_concern"}


def test_a_move_of_care_is_asked_for() -> None:
    """A lead that accepted learns what would move the family on."""
    asked = decided(standing=Standing(accepted=Proposal("health-visiting", LOTHIAN, 1))).questions
    assert asked
    assert all(one.effect.startswith("care would move to the ") for one in asked)
    ill = [one for one in asked if one.fact == "parent_illness_severity" and not one.together_with]
    assert ill == [replace(ill[0], effect="care would move to the Community perinatal mental health team")]


def test_the_order_of_twins_changes_no_question_and_no_reason() -> None:
    """Each twin opens another door; what is said does not follow who is named first."""
    twins = (CARER, BABY, replace(BABY, ref="infant-2", birth_date=moment(900).date()))
    whole = case(
        said("gestation_weeks", 30, subject_ref="infant-1"),
        said("developmental_concern", "significant", subject_ref="infant-2"),
        people=twins,
    )
    one, other = DECIDER.decide(whole), DECIDER.decide(replace(whole, children=whole.children[::-1]))
    assert one.lead == other.lead == "neurodevelopmental"
    assert (one.main_reason, one.questions) == (other.main_reason, other.questions)


def test_a_date_is_asked_for_as_a_number_is() -> None:
    """Each bound, the day before it and the day after it tell."""
    pack = build(files())
    condition = Condition.model_validate({"fact": "seen_on", "at_least": date(2026, 5, 1)})
    days = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 2)]
    assert telling_values([condition], pack.facts["seen_on"]) == days


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("primary_carer", True, "yes"),
        ("primary_carer", False, "no"),
        ("epds_total", 14, "14 points"),
        ("neonatal_care_level", "high_dependency", "high dependency"),
    ],
)
def test_a_value_is_said_in_plain_words(fact: str, value: object, words: str) -> None:
    """With its unit, and without the marks of a file."""
    definition: FactDefinition = PACK.facts[fact]
    assert in_words(definition, value) == words


def test_the_main_reason_is_a_need_and_not_an_age() -> None:
    """A window of time is named only where nothing else is met."""
    assert decided(said("parent_illness_severity", "moderate")).main_reason == "Moderate or severe mental illness"
    assert decided(people=(CARER, BABY)).main_reason == "The baby has been born"


def test_the_main_reason_tells_nothing_that_must_be_kept() -> None:
    """A lead that abuse brought in is explained without a word of it."""
    decision = decided(said("domestic_abuse_disclosed", value=True))
    assert decision.lead == "domestic-abuse-support"
    assert "disclosed" not in decision.main_reason


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("mbu", "it is not known whether its criteria are met"),
        ("fnp", "its criteria are not met"),
        ("health-visiting", "Community perinatal mental health team offers the more specialised help that is needed"),
        ("social-work", "it works beside a lead and never leads"),
        ("imh", "it declined"),
    ],
)
def test_each_alternative_has_its_own_reason(service: str, words: str) -> None:
    """What is unknown, not met, outranked, never leads, or declined."""
    decision = decided(
        said("parent_illness_severity", "moderate"),
        said("child_protection_concern", value=True),
        said("parent_infant_relationship_concern", "significant", subject_ref="infant-1"),
        said("first_time_mother", value=False),
        standing=Standing(declined=frozenset({"imh"})),
    )
    assert decision.lead == "cpmht"
    assert decision.why_not[service] == words


def test_what_would_change_takes_danger_into_account() -> None:
    """Supposed danger raises the urgency too, so that a lead that takes nothing urgent makes way."""
    decision = decided(said("parent_illness_severity", "mild"), said("distress_linked_to_birth_or_loss", value=True))
    assert decision.lead == "mnpi"
    leads = {one.fact: one.lead for one in changes(PACK, decision)}
    again = decided(
        said("parent_illness_severity", "mild"),
        said("distress_linked_to_birth_or_loss", value=True),
        said("child_protection_concern", value=True),
    )
    assert leads["child_protection_concern"] == again.lead == "health-visiting"


def test_where_no_fact_would_change_the_owner_none_is_named() -> None:
    """The desk holds a family that did not agree, whatever else were known of it."""
    decision = decided(consent=Consent.REFUSED)
    assert decision.outcome is Outcome.DESK
    assert changes(PACK, decision) == ()


def test_a_fact_from_which_others_follow_is_not_supposed_alone() -> None:
    """To plan a pregnancy is a stage; one cannot be otherwise without the other."""
    decision = decided(said("parent_illness_severity", "moderate"), people=(CARER,))
    assert not {one.fact for one in changes(PACK, decision)} & {"planning_pregnancy", "gestation_weeks"}


def test_a_lead_kept_against_the_order_is_not_said_to_have_won_it() -> None:
    """A family moved and no consent stands: the lead goes on, and no other is said to be outranked by it."""
    decision = decided(
        said("parent_illness_severity", "severe"),
        standing=Standing(accepted=Proposal("health-visiting", FIFE, 1)),
        consent=Consent.REFUSED,
    )
    assert decision.lead == "health-visiting"
    assert decision.why_not["cpmht"] == "Health visiting leads until another has accepted"


def test_a_question_has_its_parts() -> None:
    """It is put in the rule's own words, or in those of the fact."""
    (question,) = [one for one in decided().questions if one.fact == "history_bipolar_or_psychosis"]
    assert question == Question(
        fact="history_bipolar_or_psychosis",
        ask="Has the mother ever had bipolar disorder or a psychosis after birth?",
        witness="yes",
        effect="the Community perinatal mental health team would lead",
    )
    assert timedelta(0) < decided().respond_by - moment(0)
