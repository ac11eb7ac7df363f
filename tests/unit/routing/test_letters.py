"""The texts for the parent, the referrer and the receiving service."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.facts import Privacy
from router.model.people import Person, Role
from router.model.referral import Consent, Observation
from router.routing.case import Proposal, Standing
from router.routing.decision import Decision, Holder, Question
from router.routing.letters import Matter, Texts, holder_in_words, texts_of, when_in_words, write
from router.routing.loss import Life
from router.rules.wording import in_a_sentence
from tests.support.events import (
    LOTHIAN,
    WHEN,
    case_of,
    cases,
    event_of,
    held_as,
    moment,
    quick,
    said,
    scottish_decider,
)

DECIDER = scottish_decider()
PACK = DECIDER.pack
WHEN_SAID = "within 4 hours"
PEOPLE = (Person("carer", Role.MOTHER), Person("infant-1", Role.INFANT, birth_date=moment(100).date()))
CONFIDENTIAL = [service.label for service in PACK.services.values() if service.confidential]
# Words that would tell a reader of what it may not know.
TELLING = ("abuse", "violen", "partner", "protection", "police", "to be safe")


def decided(*said_of_them: Observation, standing: Standing = Standing(), **more: object) -> Decision:  # noqa: B008 - frozen
    """Return the decision on one plain referral."""
    return DECIDER.decide(case_of([held_as(event_of(*said_of_them, people=PEOPLE, **more))], standing=standing))


def told(decision: Decision) -> Texts:
    """Return the texts of a decision."""
    return texts_of(decision, PACK, WHEN_SAID)


@quick(150)
@given(data=st.data())
def test_no_confidential_service_is_named_to_the_parent_or_the_referrer(data: st.DataObject) -> None:
    """Not as lead, supporter or holder; and to the receiver only where it may know."""
    decision = DECIDER.decide(data.draw(cases(PACK)))
    texts = told(decision)
    may_see = PACK.services[decision.lead].may_see if decision.lead else frozenset()
    for label in CONFIDENTIAL:
        assert label.lower() not in texts.for_parent.lower()
        assert label.lower() not in texts.for_referrer.lower()
        own = decision.lead and PACK.services[decision.lead].label == label
        assert Privacy.ABUSE in may_see or own or label.lower() not in texts.for_receiver.lower()


@quick(150)
@given(data=st.data())
def test_no_text_asks_or_tells_of_what_is_not_ordinary(data: st.DataObject) -> None:
    """No label or question of a fact about a partner, abuse or adoption stands in any text."""
    texts = told(DECIDER.decide(data.draw(cases(PACK))))
    for fact in PACK.facts.values():
        if fact.privacy is not Privacy.ORDINARY:
            for text in (texts.for_parent, texts.for_referrer, texts.for_receiver):
                assert fact.ask not in text
                assert fact.label.lower() not in text.lower()


@quick(60)
@given(data=st.data())
def test_every_text_is_whole(data: st.DataObject) -> None:
    """Nothing is left to fill in, and each reader gets something to read."""
    texts = told(DECIDER.decide(data.draw(cases(PACK))))
    for text in (texts.for_parent, texts.for_referrer, texts.for_receiver):
        assert text
        assert "{" not in text
        assert "  " not in text


def test_the_parent_reads_who_will_be_in_touch_and_when() -> None:
    """In plain words, with the right to object."""
    text = told(decided(said("parent_illness_severity", "moderate"))).for_parent
    assert text.startswith("We have asked the community perinatal mental health team to be your lead service.")
    assert f"That is {PACK.services['cpmht'].plain.replace('Nurses', 'nurses')}" in text
    assert WHEN_SAID in text
    assert "Until then, health visiting stays your contact." in text
    assert PACK.letters.parent["right"] in text
    assert "?" not in text


def test_abuse_is_kept_out_of_the_parents_and_the_referrers_text() -> None:
    """A letter may be read at home: nothing in it tells that abuse was disclosed, or to whom it goes."""
    decision = decided(said("domestic_abuse_disclosed", value=True))
    assert decision.lead == "domestic-abuse-support"
    texts = told(decision)
    for text in (texts.for_parent, texts.for_referrer):
        assert not [word for word in TELLING if word in text.lower()]
    assert "a service that will explain to you what it does" in texts.for_parent
    assert "A service that the desk will name" in texts.for_referrer
    assert "Safety notices have gone out" in texts.for_receiver


def test_a_supporter_against_abuse_is_named_only_to_a_lead_that_may_know() -> None:
    """The perinatal team is not told; the text for it lists the others."""
    decision = decided(said("parent_illness_severity", "moderate"), said("marac_high_risk", value=True))
    assert "domestic-abuse-support" in {one.service for one in decision.supporting}
    texts = told(decision)
    assert "health visiting" in texts.for_receiver
    for text in (texts.for_parent, texts.for_referrer, texts.for_receiver):
        assert "abuse" not in text.lower()


def test_a_holder_against_abuse_is_not_named() -> None:
    """Where it leads and hands on, the letter speaks of the service that is known already."""
    standing = Standing(accepted=Proposal("domestic-abuse-support", LOTHIAN, 1))
    decision = decided(said("parent_illness_severity", "severe"), standing=standing)
    assert decision.held_by.name == "domestic-abuse-support"
    assert holder_in_words(decision.held_by, PACK) == "the service that you know"
    assert "abuse" not in told(decision).for_parent.lower()


def test_the_desk_is_named_and_the_reason_said_to_colleagues_only() -> None:
    """The parent reads that a person is looking, not why."""
    texts = told(decided(consent=Consent.REFUSED))
    assert "the triage desk of Lothian" in texts.for_parent
    assert "did not agree" not in texts.for_parent
    assert "did not agree" in texts.for_referrer


def test_a_lead_that_accepted_is_said_to_lead() -> None:
    """No answer is awaited, and nobody holds meanwhile."""
    texts = told(decided(standing=Standing(accepted=Proposal("cpmht", LOTHIAN, 1))))
    assert texts.for_parent.startswith("The community perinatal mental health team is your lead service, and")
    assert texts.for_receiver.startswith("You lead.")
    assert "Until" not in texts.for_parent + texts.for_referrer + texts.for_receiver


def test_questions_go_to_colleagues_and_not_to_the_parent() -> None:
    """The referrer can answer them; a letter to the family is no form."""
    decision = decided()
    assert decision.questions
    texts = told(decision)
    assert decision.questions[0].ask in texts.for_referrer
    assert decision.questions[0].ask not in texts.for_parent


def test_a_question_of_what_must_be_kept_is_put_to_nobody_in_writing() -> None:
    """Whatever a pack asks about, no letter asks about abuse, a partner or an adoption."""
    kept = [one for one in PACK.facts.values() if one.privacy is not Privacy.ORDINARY]
    asked = tuple(Question(one.name, one.ask, "yes", "the GP practice would lead") for one in kept)
    texts = told(replace(decided(), questions=asked))
    assert kept
    for text in (texts.for_parent, texts.for_referrer, texts.for_receiver):
        assert not [one.name for one in kept if one.ask in text]


def test_a_referrer_is_told_of_duplicates() -> None:
    """The family was already referred, by nobody in particular."""
    second = held_as(event_of(people=PEOPLE, source_reference="r2"), 2)
    case = case_of([held_as(event_of(people=PEOPLE)), second], arrived=2)
    assert PACK.letters.referrer["duplicate"] in told(DECIDER.decide(case)).for_referrer
    assert PACK.letters.referrer["duplicate"] not in told(DECIDER.decide(replace(case, arrived=0))).for_referrer


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(hours=4), "within 4 hours"),
        (timedelta(hours=48), "within 48 hours"),
        (timedelta(days=28), "by 29 November 2026"),
        (timedelta(days=150, hours=11, minutes=30), "by 1 April 2027"),
    ],
)
def test_by_when_is_said_in_hours_or_by_date(after: timedelta, words: str) -> None:
    """A date is that of London: half an hour before midnight UTC it is the next day there in summer."""
    assert when_in_words(WHEN + after, WHEN) == words


AFTER_AN_ARTICLE = re.compile(r"\b(?:the|a|an) (?:the|a|an)\b", re.IGNORECASE)


@pytest.mark.parametrize("service", list(PACK.services))
def test_every_service_stands_well_in_every_phrase(service: str) -> None:
    """As lead, beside one and as the holder, accepted or not, after a loss or not: one article, and a capital first."""
    label = PACK.services[service].label
    for accepted, loss, beside in product((False, True), (None, Life.LOST), PACK.services):
        matter = Matter(
            lead=service,
            desk="triage-lothian",
            accepted=accepted,
            loss=loss,
            main_reason="A reason",
            supporting=(beside,),
            held_by=Holder(service, LOTHIAN),
            is_duplicate=True,
            asked=("What?",),
            shows_danger=True,
        )
        texts = write(matter, PACK, WHEN_SAID)
        for text in (texts.for_parent, texts.for_referrer, texts.for_receiver):
            assert not AFTER_AN_ARTICLE.search(text), text
            assert f"the {label}" not in text or PACK.services[service].in_sentence == f"the {label}"
            for name in ("Parenting education", "Health visiting", "Social work", "Relationship support"):
                assert f"the {name.lower()}" not in text.lower()
            for sentence in re.split(r"(?<=[.!?]) ", text):
                assert sentence[:1].isupper(), sentence


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Parenting education", "parenting education"),
        ("Health visiting", "health visiting"),
        ("GP practice", "the GP practice"),
        ("Infant mental health service", "the infant mental health service"),
        ("Community mental health team for adults", "the community mental health team for adults"),
        ("Follow-up clinic after neonatal care", "the follow-up clinic after neonatal care"),
        ("CAMHS", "CAMHS"),
    ],
)
def test_a_service_whose_file_does_not_say_how_it_stands_in_a_sentence(label: str, said: str) -> None:
    """What there is one of has an article, what is done has none, and an abbreviation stays as it is."""
    assert in_a_sentence(label) == said
