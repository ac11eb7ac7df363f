"""Whose death holds, what takes it back, and when it is in doubt; and what a decision after a loss says and asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest

from router.model.facts import NOT_APPLICABLE, Known, Missing, Unknown
from router.model.people import LifeStatus, Person, Role, Sex
from router.model.referral import Involvement, Observation
from router.routing.case import Case, HeldReferral, MatchOutcome, Proposal, ReferralState, Standing
from router.routing.counterfactuals import changes
from router.routing.decision import Decision, DeskReason, Notice, NoticeKind, NoticeLevel, Outcome
from router.routing.facts import speaks_of_a_baby, views_of
from router.routing.letters import texts_of
from router.routing.loss import End, Life, ends_of, is_of_later_pregnancy
from router.routing.safety import findings
from tests.support.events import (
    FOREIGN,
    LOTHIAN,
    PERHAPS,
    PERSON_IDS,
    WHEN,
    case_of,
    event_of,
    held_as,
    moment,
    said,
    scottish_decider,
)

SCOTLAND = scottish_decider()
FACTS = SCOTLAND.pack.facts
TODAY = WHEN.date()
BORN = TODAY - timedelta(days=40)
DIED = TODAY - timedelta(days=5)
CARER = Person("carer", Role.MOTHER, birth_date=date(1990, 2, 28))
BABY = 11
NEVER_AFTER_LOSS = {"health-visiting", "maternity", "fnp", "imh", "camhs", "neonatal-follow-up", "neurodevelopmental"}


def baby(number: int = 1, **more: object) -> Person:
    """Return a baby born forty days ago."""
    return Person(f"infant-{number}", Role.INFANT, **{"birth_date": BORN, **more})  # type: ignore[arg-type]


def told(
    *children: Person, source: str = "trakcare", version: int = 1, days_ago: int = 0, reference: str = "r1",
    observations: tuple[Observation, ...] = (), state: ReferralState = ReferralState.OPEN, number: int = 0,
) -> HeldReferral:  # fmt: skip
    """Return a message about the mother and these children, as held."""
    event = event_of(
        *observations,
        people=(CARER, *children),
        source=source,
        source_version=version,
        source_reference=reference,
        occurred_at=moment(days_ago),
    )
    return held_as(event, number or version + 10 * (SOURCES.index(source) + 1), state)


SOURCES = ("trakcare", "badgernet", FOREIGN)
DEAD, ALIVE, SILENT = baby(death_date=DIED), baby(life_status=LifeStatus.ALIVE), baby()
SUPERSEDED, WITHDRAWN = ReferralState.SUPERSEDED, ReferralState.WITHDRAWN


def life(*held: HeldReferral) -> Life | None:
    """Return what is held of the baby, after finding that it does not depend on the order of arrival."""
    found = set()
    for order in permutations(held):
        end = ends_of(case_of(order)).get(BABY)
        found.add(end.life if end else None)
    (one,) = found
    return one


def decide(*held: HeldReferral, **more: object) -> Decision:
    """Return the decision on the last of these."""
    return SCOTLAND.decide(case_of(held, **{"arrived": held[-1].referral_id, **more}))  # type: ignore[arg-type]


def notices(decision: Decision, kind: NoticeKind) -> list[Notice]:
    """Return a decision's notices of a kind."""
    return [one for one in decision.notices if one.kind is kind]


@pytest.mark.parametrize(
    "child",
    [
        baby(death_date=DIED),
        baby(life_status=LifeStatus.DIED),
        baby(life_status=LifeStatus.STILLBORN),
        Person("infant-1", Role.UNBORN, life_status=LifeStatus.PREGNANCY_LOST),
        Person("infant-1", Role.UNBORN, death_date=DIED, expected_date=TODAY + timedelta(days=90)),
    ],
)
def test_a_death_is_stated_by_its_date_or_by_a_status(child: Person) -> None:
    """With or without a date, born or not."""
    assert life(told(child)) is Life.LOST


def test_silence_and_alive_say_nothing_of_a_death() -> None:
    """A baby of whom nobody says more lives; a mother's or sibling's death is not a child's of the episode."""
    assert life(told(SILENT)) is None
    assert life(told(ALIVE)) is None
    sibling = Person("sibling-1", Role.SIBLING, death_date=DIED)
    assert not ends_of(case_of([held_as(event_of(people=(replace(CARER, death_date=DIED), sibling, SILENT)))]))


@pytest.mark.parametrize(
    "others",
    [
        [told(SILENT, source="badgernet")],
        [told(SILENT, source="badgernet", days_ago=30)],
        [told(ALIVE, source="badgernet", days_ago=30)],
        [told(ALIVE, source="badgernet", days_ago=5)],
        [told(SILENT, version=2)],
        [told(SILENT, version=2), told(SILENT, version=3)],
    ],
)
def test_what_does_not_know_of_a_death_revives_nobody(others: list[HeldReferral]) -> None:
    """Older or newer, another sender's or a later version: only a word to the contrary of a later day counts."""
    assert life(told(DEAD), *others) is Life.LOST


@pytest.mark.parametrize("state", [SUPERSEDED, WITHDRAWN])
def test_a_death_holds_whatever_became_of_its_referral(state: ReferralState) -> None:
    """A unit withdraws its referral because the baby has died."""
    assert life(told(DEAD, state=state)) is Life.LOST


def test_a_higher_version_of_the_same_referral_corrects_it() -> None:
    """And the other way round: the death may be what was corrected."""
    assert life(told(DEAD, state=SUPERSEDED), told(ALIVE, version=2)) is None
    assert life(told(ALIVE, state=SUPERSEDED, days_ago=3), told(DEAD, version=2)) is Life.LOST


@pytest.mark.parametrize("other", [{"source": "badgernet"}, {"reference": "r2", "number": 99}])
def test_another_referral_that_says_alive_of_a_later_day_makes_a_doubt(other: dict[str, str]) -> None:
    """Even from the same source: it may be a default, and it may be true."""
    assert life(told(DEAD, days_ago=4), told(ALIVE, **other)) is Life.IN_DOUBT  # type: ignore[arg-type]


def test_a_word_to_the_contrary_counts_no_longer_when_it_is_withdrawn() -> None:
    """So the sender that was wrong can settle it."""
    assert life(told(DEAD, days_ago=4), told(ALIVE, source="badgernet", state=WITHDRAWN)) is Life.LOST


def test_a_message_that_contradicts_itself_makes_a_doubt() -> None:
    """A date of death beside "alive", and a death that lies ahead, are slips of one or of the other."""
    assert life(told(baby(death_date=DIED, life_status=LifeStatus.ALIVE))) is Life.IN_DOUBT
    assert life(told(baby(death_date=TODAY + timedelta(days=30)))) is Life.IN_DOUBT


def test_two_days_of_death_are_a_death() -> None:
    """Sources disagree on the day, not on the loss; alive between the two days agrees with the later one."""
    later = baby(death_date=TODAY - timedelta(days=1))
    assert life(told(DEAD), told(later, source="badgernet")) is Life.LOST
    between = told(ALIVE, source=FOREIGN, days_ago=3)
    assert life(told(DEAD), told(later, source="badgernet"), between) is Life.LOST


def test_the_weeks_count_from_the_birth_the_loss_or_the_first_word_of_it() -> None:
    """In this order, whichever is known."""
    lost = Person("infant-1", Role.UNBORN, life_status=LifeStatus.PREGNANCY_LOST)
    assert ends_of(case_of([told(DEAD)]))[BABY].day == BORN
    assert ends_of(case_of([told(replace(lost, death_date=DIED))]))[BABY].day == DIED
    words = [told(lost, days_ago=3), told(lost, source="badgernet", days_ago=1)]
    assert ends_of(case_of(words))[BABY] == End(Life.LOST, TODAY - timedelta(days=3))


def perhaps_a_baby_who_died(**of_this: object) -> Case:
    """Return a case that may be of a family that has lost a baby of the same birth date."""
    ids = {ref: number + PERHAPS for ref, number in PERSON_IDS.items()}
    other = held_as(event_of(people=(CARER, baby(death_date=DIED, sex=Sex.MALE, birth_order=1))), 500, people=ids)
    return case_of([told(baby(**of_this))], perhaps=(other,), match=MatchOutcome.ASK_A_PERSON)


def test_a_baby_who_may_be_one_that_died_is_in_doubt() -> None:
    """Until a person has said whether the two families are one."""
    assert ends_of(perhaps_a_baby_who_died())[BABY].life is Life.IN_DOUBT
    assert ends_of(perhaps_a_baby_who_died(sex=Sex.MALE))[BABY].life is Life.IN_DOUBT


def test_only_the_desk_learns_that_a_family_that_this_may_be_has_lost_a_baby() -> None:
    """Nobody is sent to the baby, and no answer, letter or notice to anybody else says why."""
    case = replace(
        perhaps_a_baby_who_died(),
        arrived=perhaps_a_baby_who_died().referrals[0].referral_id,
        perhaps_holders=frozenset({("gp", LOTHIAN)}),
    )
    decision = SCOTLAND.decide(case)
    assert not NEVER_AFTER_LOSS & {decision.lead, *(one.service for one in decision.supporting)}
    assert (decision.loss, decision.desk_reason) == (None, None)
    assert not any("died" in text or "sorry" in text for text in letters(decision))
    speaking = {one.recipient for one in decision.notices if "lost" in one.text or "died" in one.text}
    assert speaking == {"triage-lothian"}


@pytest.mark.parametrize("apart", [{"sex": Sex.FEMALE}, {"birth_order": 2}, {"birth_date": BORN - timedelta(days=400)}])
def test_a_baby_who_is_certainly_another_is_not(apart: dict[str, object]) -> None:
    """The twin who lives, and another year's child."""
    assert not ends_of(perhaps_a_baby_who_died(**apart))


@pytest.mark.parametrize(
    ("child", "later"),
    [
        (Person("x", Role.UNBORN, expected_date=DIED + timedelta(days=253)), True),
        (Person("x", Role.UNBORN, expected_date=DIED + timedelta(days=252)), False),
        (Person("x", Role.UNBORN), False),
        (Person("x", Role.INFANT, birth_date=DIED + timedelta(days=29)), True),
        (Person("x", Role.INFANT, birth_date=DIED + timedelta(days=28)), False),
    ],
)
def test_a_pregnancy_that_cannot_be_the_lost_one(child: Person, *, later: bool) -> None:
    """It was expected, or born, too late for that."""
    assert is_of_later_pregnancy(child, DIED) is later


NEEDS = (
    said("gestation_weeks", 29, subject_ref="infant-1"),
    said("developmental_concern", "significant", subject_ref="infant-1"),
    said("parent_infant_relationship_concern", "significant", subject_ref=""),
)


def test_the_needs_of_a_baby_who_died_count_for_nobody() -> None:
    """Not met, rather than unknown: what is unknown would be asked."""
    (view,) = views_of(case_of([told(DEAD, observations=NEEDS)]), FACTS, ())
    for fact in ("gestation_weeks", "developmental_concern", "parent_infant_relationship_concern", "hpi"):
        assert view.facts[fact] == Known(NOT_APPLICABLE, "derived", WHEN)
    decision = decide(told(DEAD, observations=NEEDS))
    assert decision.lead == "gp"
    assert not NEVER_AFTER_LOSS & {decision.lead, *(one.service for one in decision.supporting)}


def test_in_doubt_the_needs_of_the_baby_are_unknown_and_the_loss_is_no_fact() -> None:
    """Nobody is included, excluded or asked by a guess; the desk is told, and the GP holds the mother."""
    held = (told(DEAD, days_ago=4, observations=NEEDS), told(ALIVE, source="badgernet"))
    (view,) = views_of(case_of(held), FACTS, ())
    assert view.facts["gestation_weeks"] == Unknown(Missing.CONFLICT)
    assert "pregnancy_loss_or_infant_death" not in view.facts
    decision = decide(*held)
    assert (decision.lead, decision.desk_reason) == ("gp", DeskReason.DEATH_IN_DOUBT)
    asked = {one.fact for one in decision.questions}
    assert "parent_illness_severity" in asked
    assert not any(speaks_of_a_baby(FACTS[fact]) for fact in asked)
    assert [one.recipient for one in notices(decision, NoticeKind.DESK_ITEM)] == ["triage-lothian"]


def test_in_doubt_a_baby_need_that_is_open_is_not_asked_for() -> None:
    """Whether the family gets practical support hangs on the health visitor's plan, which is about the baby."""
    wanted = (said("support_wanted", value=True, subject_ref=""),)
    asked = {one.fact for one in decide(told(SILENT, observations=wanted)).questions}
    held = (told(DEAD, days_ago=4, observations=wanted), told(ALIVE, source="badgernet"))
    assert "hpi" in asked
    assert "hpi" not in {one.fact for one in decide(*held).questions}
    (view,) = views_of(case_of(held), FACTS, ())
    assert view.facts["infant_age_months"] == Unknown(Missing.NOT_STATED)
    assert view.facts["weeks_postnatal"] == Known(5, "derived", WHEN)


def test_a_loss_of_nobody_in_particular_is_dated_and_no_baby_is_asked_about() -> None:
    """Somebody tells of a loss and names no child: when it was is asked, in words of its own, once."""
    decision = decide(told(observations=(said("pregnancy_loss_or_infant_death", value=True, subject_ref=""),)))
    asks = [one.ask for one in decision.questions]
    assert "When was the birth, or the loss?" in asks
    assert len(asks) == len(set(asks))
    facts = {fact for one in decision.questions for fact in (one.fact, one.together_with) if fact}
    assert not any(speaks_of_a_baby(FACTS[fact]) and not FACTS[fact].ask_after_loss for fact in facts)
    assert not any(speaks_of_a_baby(FACTS[one.fact]) for one in changes(SCOTLAND.pack, decision))
    assert decision.loss is None, "it may be an earlier one"


def test_in_doubt_a_family_that_nobody_can_lead_for_goes_to_the_desk_for_that_reason() -> None:
    """And one whose board is not known is asked about in a notice of its own."""
    everybody = frozenset(SCOTLAND.pack.services)
    held = (told(DEAD, days_ago=4), told(ALIVE, source="badgernet"))
    nobody = decide(*held, standing=Standing(declined=everybody))
    assert (nobody.outcome, nobody.desk_reason) == (Outcome.DESK, DeskReason.DEATH_IN_DOUBT)
    lost_board = [replace(one, event=replace(one.event, household=type(one.event.household)())) for one in held]
    nowhere = decide(*lost_board)
    assert nowhere.desk_reason is DeskReason.BOARD_UNKNOWN
    assert len(notices(nowhere, NoticeKind.DESK_ITEM)) == 2


def test_the_mother_is_cared_for_and_the_twin_who_lives_is_routed_for_themself() -> None:
    """Her illness leads; the health visitor stands beside for the baby who lives."""
    ill = (said("parent_illness_severity", "severe"), *NEEDS[:2])
    alone = decide(told(DEAD, observations=ill))
    assert (alone.lead, [one.service for one in alone.supporting]) == ("cpmht", ["gp"])
    twins = decide(told(DEAD, baby(2), observations=ill))
    assert twins.lead == "cpmht"
    assert {"health-visiting", "gp"} <= {one.service for one in twins.supporting}
    assert not {"neurodevelopmental"} & {one.service for one in twins.supporting}
    assert [view.child.label for view in twins.views if view.child] == ["infant-2"]


def test_danger_about_a_baby_who_died_is_told_and_protects_those_who_are_left() -> None:
    """In words that do not speak of the baby as living; a clinical red flag of theirs is nobody's need."""
    seen = (
        said("bruising_not_mobile", value=True, subject_ref="infant-1"),
        said("faltering_growth", value=True, subject_ref="infant-1"),
    )
    for children in ((DEAD,), (DEAD, baby(2))):
        held = told(*children, observations=seen)
        decision = decide(held)
        texts = {one.text for one in notices(decision, NoticeKind.SAFEGUARDING)}
        texts |= {one.text for one in notices(decision, NoticeKind.RED_FLAG)}
        assert len(texts) == 2
        assert all("a baby who has died" in text for text in texts)
        for view in views_of(case_of([held]), FACTS, findings([held], WHEN)):
            assert isinstance(view.facts["bruising_not_mobile"], Known)
            assert view.facts["bruising_not_mobile"].value is True
            assert "faltering_growth" not in view.facts or view.facts["faltering_growth"].value is NOT_APPLICABLE  # type: ignore[union-attr]


STANDING = Standing(
    accepted=Proposal("cpmht", LOTHIAN, 1), supporting=frozenset({("health-visiting", LOTHIAN), ("gp", LOTHIAN)})
)


def referred_by(one: HeldReferral, service: str, *involved: str) -> HeldReferral:
    """Return a referral with its referrer, and the services that it says are involved."""
    involvements = tuple(Involvement(name, current=True) for name in involved)
    referrer = replace(one.event.referrer, service=service)
    return replace(one, event=replace(one.event, referrer=referrer, involvements=involvements))


def test_everybody_who_works_with_the_family_is_told_once() -> None:
    """The lead, those beside it, those who referred or are involved; not who sent it, and not again by a repetition."""
    first = referred_by(told(SILENT, days_ago=9, source="badgernet"), "maternity", "imh")
    news = referred_by(told(DEAD, days_ago=4), "gp")
    decision = decide(first, news, standing=STANDING)
    levels = {one.recipient: one.level for one in notices(decision, NoticeKind.LOSS)}
    assert levels == {
        f"cpmht@{LOTHIAN}": NoticeLevel.SUMMARY,
        f"health-visiting@{LOTHIAN}": NoticeLevel.SUMMARY,
        f"maternity@{LOTHIAN}": NoticeLevel.EXISTENCE,
        f"imh@{LOTHIAN}": NoticeLevel.EXISTENCE,
    }
    repeated = referred_by(told(DEAD, source=FOREIGN), "maternity")
    assert not notices(decide(first, news, repeated, standing=STANDING), NoticeKind.LOSS)
    unaware = told(SILENT, source=FOREIGN)
    assert not notices(decide(first, news, unaware, standing=STANDING), NoticeKind.LOSS)


def test_a_doubt_and_its_correction_are_told_too() -> None:
    """Whoever was asked to make no contact must hear that the baby lives."""
    dead = told(DEAD, days_ago=4)
    doubt = decide(dead, told(ALIVE, source="badgernet"), standing=STANDING)
    assert {"not certain" in one.text for one in notices(doubt, NoticeKind.LOSS)} == {True}
    corrected = decide(replace(dead, state=SUPERSEDED), told(ALIVE, version=2), standing=STANDING)
    assert {"taken back" in one.text for one in notices(corrected, NoticeKind.LOSS)} == {True}


def test_the_holders_of_a_family_that_this_may_be_are_warned() -> None:
    """A death told of a family that may be theirs must stop a routine call."""
    case = case_of(
        [told(DEAD)], arrived=told(DEAD).referral_id, match=MatchOutcome.ASK_A_PERSON,
        perhaps_holders=frozenset({("health-visiting", LOTHIAN)}),
    )  # fmt: skip
    (warned,) = [one for one in SCOTLAND.decide(case).notices if one.recipient == f"health-visiting@{LOTHIAN}"
                 and one.kind is NoticeKind.LOSS]  # fmt: skip
    assert warned.level is NoticeLevel.EXISTENCE


def test_whoever_is_newly_asked_knows_before_any_contact() -> None:
    """The request to lead and the request to help both say it."""
    decision = decide(told(DEAD, observations=(said("parent_illness_severity", "severe"),)))
    asked = notices(decision, NoticeKind.LEAD_PROPOSED) + notices(decision, NoticeKind.SUPPORT_PROPOSED)
    assert len(asked) == 2
    assert all("has died" in one.text for one in asked)


def letters(decision: Decision) -> Iterator[str]:
    """Yield the three texts."""
    texts = texts_of(decision, SCOTLAND.pack, "within 48 hours")
    yield from (texts.for_parent, texts.for_referrer, texts.for_receiver)


def test_letters_after_a_loss() -> None:
    """The parent's begins with sympathy, gives no reason, and names no birthday; the others are told to take care."""
    decision = decide(told(DEAD, observations=(said("parent_illness_severity", "severe"),)))
    parent, referrer, receiver = letters(decision)
    assert parent.startswith("We are very sorry for your loss.")
    assert "first birthday" not in parent
    assert "We chose them because" not in parent
    assert "no routine contact" in referrer
    assert "no routine contact" in receiver


def test_letters_in_doubt_tell_the_parent_nothing_of_it() -> None:
    """Colleagues are asked to wait."""
    parent, referrer, receiver = letters(decide(told(DEAD, days_ago=4), told(ALIVE, source="badgernet")))
    for word in ("loss", "died", "certain", "with a child"):
        assert word not in parent
    assert "not certain" in referrer
    assert "not certain" in receiver


def test_letters_of_other_families_are_as_they_were() -> None:
    """No phrase of loss where nobody died."""
    assert not any("sorry" in text or "has died" in text for text in letters(decide(told(SILENT))))


def test_what_would_change_it_supposes_nothing_of_a_baby_who_died() -> None:
    """Neither an age nor a need of theirs; the mother's illness, yes."""
    for held in ((told(DEAD),), (told(DEAD, days_ago=4), told(ALIVE, source="badgernet"))):
        facts = {one.fact for one in changes(SCOTLAND.pack, decide(*held))}
        assert "parent_illness_severity" in facts
        assert not {"stage", "infant_age_months", "weeks_postnatal", "gestation_weeks", "hpi"} & facts


def test_the_corrected_age_is_each_babys_own() -> None:
    """Twins recorded with different weeks have different corrected ages; one without has none."""
    day = TODAY - timedelta(days=200)
    weeks = (said("gestation_weeks", 28, subject_ref="infant-1"), said("gestation_weeks", 34, subject_ref="infant-2"))
    children = (baby(1, birth_date=day), baby(2, birth_date=day), baby(3, birth_date=day))
    views = views_of(case_of([told(*children, observations=weeks)]), FACTS, ())
    ages = [held.value if isinstance(held := view.facts["corrected_age_months"], Known) else None for view in views]
    assert ages == [3, 5, None]
