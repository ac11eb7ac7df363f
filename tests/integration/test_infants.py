"""Babies through the whole core and a real store: expected and born, twins, one who dies, and a pregnancy after that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from router.store.ids import parse
from router.v1 import decision_pb2
from router.v1 import referral_pb2 as ref
from tests.support.processing import Process
from tests.support.requests import LANARKSHIRE, choice, event, infant_of, yes
from tests.support.reviewing import accept, decide, perhaps

MODERATE = choice("parent_illness_severity", "moderate")
HEALTH_VISITOR = f"health-visiting@{LANARKSHIRE}"
BABIES = frozenset({ref.PERSON_ROLE_INFANT, ref.PERSON_ROLE_UNBORN})


def about(number: int, *children: ref.Person, source: str, **more: object) -> ref.ReferralEvent:
    """Return a referral of a mother's children by one source."""
    message = event(number, MODERATE, source=source, **more)  # type: ignore[arg-type]
    del message.people[1:]
    message.people.extend(children)
    return message


def unborn(expected: str = "", number: int = 1, **more: int) -> ref.Person:
    """Return an expected child."""
    return ref.Person(ref=f"unborn-{number}", role=ref.PERSON_ROLE_UNBORN, expected_date=expected, **more)


def born(number: int, day: str = "2026-09-01", *, order: int = 0, **more: object) -> ref.Person:
    """Return a baby of family ``number``; one of twins where ``order`` says which."""
    child = infant_of(number, day)
    child.ref, child.birth_order, child.multiplicity = f"infant-{order or 1}", order, 2 if order else 0
    child.MergeFrom(ref.Person(**more))  # type: ignore[arg-type]
    return child


def children(running: Process, decision: decision_pb2.Decision) -> dict[str, list[int]]:
    """Return the children of a decision's family: referral -> their person ids, in the order in which it names them."""
    family_id = parse("fam", decision.family_id)
    with running.core.store.read() as reader:
        rows = reader.families([family_id])[family_id]
    links = {link.event_id: link.people for link in rows.links}
    found = {}
    for row in rows.events:
        people = ref.ReferralEvent.FromString(row.payload).people
        found[row.source_system] = [links[row.event_id][one.ref] for one in people if one.role in BABIES]
    return found


def stage(decision: decision_pb2.Decision) -> str:
    """Return where the family stands."""
    return next((fact.value for fact in decision.facts if fact.fact == "stage"), "")


def services(decision: decision_pb2.Decision) -> set[str]:
    """Return who leads and who stands beside."""
    return {decision.lead.service, *(one.service.service for one in decision.supporting)}


def notices(running: Process, recipient: str, after: int = 0) -> list[tuple[str, str]]:
    """Return a recipient's notices: kind and text."""
    with running.core.store.read() as reader:
        return [(one.kind, one.text) for one in reader.list_notices(recipient, after=after, limit=100)]


@pytest.mark.parametrize("day", ["2026-07-18", "2026-10-30", "2026-12-10"])
def test_an_unborn_child_keeps_its_id_when_it_is_born(running: Process, day: str) -> None:
    """At term, eighteen weeks early or three weeks late."""
    before, after = running.submit(
        about(1, unborn("2026-11-20"), source="trakcare"), about(1, born(1, day), source="badgernet")
    )
    assert before.episode_id == after.episode_id
    found = children(running, after)
    assert found["trakcare"] == found["badgernet"]
    assert (stage(before), stage(after)) == ("pregnant", "postnatal")


def test_expected_twins_are_born_as_two(running: Process) -> None:
    """Each born twin takes the place of one of those expected; there are two at the end, in one episode."""
    expected = [unborn("2026-11-20", number, multiplicity=2, birth_order=number) for number in (1, 2)]
    one, two = running.submit(
        about(2, *expected, source="trakcare"),
        about(2, born(2, "2026-10-30", order=1), born(2, "2026-10-30", order=2), source="badgernet"),
    )
    assert one.episode_id == two.episode_id
    found = children(running, two)
    assert found["trakcare"] == found["badgernet"]
    assert len(set(found["badgernet"])) == 2


def test_expected_twins_of_whom_nothing_tells_are_never_made_one(running: Process) -> None:
    """A person is asked which is which, rather than a guess made."""
    expected = [unborn("2026-11-20", number, multiplicity=2) for number in (1, 2)]
    _, two = running.submit(
        about(3, *expected, source="trakcare"), about(3, born(3, "2026-10-30", order=1), source="badgernet")
    )
    assert two.match.outcome == decision_pb2.MATCH_OUTCOME_ASK_A_PERSON
    assert list(two.match.gates) == ["which-twin"]


def test_a_baby_who_dies_and_those_who_do_not_know(running: Process) -> None:
    """The health visitor is told once and asked nothing; a later referral that does not know revives nobody."""
    early, news, unaware = running.submit(
        about(4, born(4), source="chsp-lanarkshire", referrer="health-visiting"),
        about(4, born(4, death_date="2026-10-20"), source="badgernet"),
        about(4, born(4), source="morse", when=datetime(2026, 11, 1, 8, tzinfo=UTC)),
    )
    assert "health-visiting" in services(early)
    for decision in (news, unaware):
        assert services(decision) == {"cpmht", "gp"}
        assert decision.episode_id == early.episode_id
        assert not {"infant_age_months", "gestation_weeks"} & {one.fact for one in decision.questions}
    told = notices(running, HEALTH_VISITOR)
    assert [kind for kind, _ in told].count("support_proposed") == 1, "that of the first referral, before the death"
    assert [kind for kind, _ in told].count("loss") == 1
    assert "no routine contact" in unaware.explanation.for_referrer


def test_a_twin_who_lives_is_routed_for_themself(running: Process) -> None:
    """The health visitor goes on for the one who lives, whose needs count; the other's do not."""
    twins = (born(5, order=1), born(5, order=2))
    message = about(5, *twins, source="badgernet")
    message.observations.append(choice("developmental_concern", "significant", "infant-1"))
    died = about(5, born(5, order=1, death_date="2026-10-20"), source="morse")
    before, after = running.submit(message, died)
    assert {"neurodevelopmental", "health-visiting"} <= services(before)
    assert services(after) == {"cpmht", "health-visiting", "gp"}
    assert {one.subject for one in after.facts} == {""}, "one child is left, so no fact says which"


def test_a_doubt_is_the_desks_and_a_new_version_settles_it(running: Process) -> None:
    """Died by one source, alive by another's later word: nobody is sent to the baby until the first corrects it."""
    died = about(6, born(6, death_date="2026-10-20"), source="badgernet", when=datetime(2026, 10, 21, tzinfo=UTC))
    alive = about(6, born(6, life_status=ref.LIFE_STATUS_ALIVE), source="chsp-lanarkshire")
    _, doubt = running.submit(died, alive)
    assert doubt.desk_reason == "DEATH_IN_DOUBT"
    assert services(doubt) == {"cpmht", "gp"}
    assert "desk_item" in [kind for kind, _ in notices(running, "triage-lanarkshire")]
    with running.core.store.read() as reader:
        assert [one.reason for one in reader.list_desk_items("triage-lanarkshire", limit=10)] == ["DEATH_IN_DOUBT"]
    corrected = about(6, born(6, life_status=ref.LIFE_STATUS_ALIVE), source="badgernet", version=2)
    (settled,) = running.submit(corrected)
    assert settled.desk_reason == ""
    assert "health-visiting" in services(settled)


def test_danger_about_a_baby_who_died_reaches_protection(running: Process) -> None:
    """From a message that states the death and from one that does not know of it."""
    died = about(7, born(7, death_date="2026-10-20"), source="badgernet")
    late = about(7, born(7), source="chsp-lanarkshire")
    for message in (died, late):
        message.observations.append(yes("bruising_not_mobile", "infant-1"))
    for decision in running.submit(died, late):
        assert "social-work" in services(decision)
    safety = [text for kind, text in notices(running, f"social-work@{LANARKSHIRE}") if kind == "safeguarding"]
    assert len(safety) == 2
    assert all("a baby who has died" in text for text in safety)


@pytest.mark.parametrize(
    "lost",
    [
        unborn(),
        unborn("2026-09-20"),
        ref.Person(ref="infant-1", role=ref.PERSON_ROLE_INFANT, birth_date="2026-03-01"),
    ],
)
def test_a_pregnancy_after_a_loss_is_a_new_one(running: Process, lost: ref.Person) -> None:
    """It is no part of the loss: another child, another episode, and the midwives are asked as for anybody."""
    ended = ref.Person()
    ended.CopyFrom(lost)
    ended.life_status, ended.death_date = ref.LIFE_STATUS_PREGNANCY_LOST, "2026-03-02"
    first = about(8, ended, source="badgernet", when=datetime(2026, 3, 3, tzinfo=UTC))
    running.now = datetime(2026, 3, 4, tzinfo=UTC)
    (one,) = running.submit(first)
    running.now += timedelta(days=200)
    expecting = about(8, unborn("2027-01-20"), source="trakcare", when=running.now)
    two, three = running.submit(expecting, about(8, unborn("2027-01-22"), source="morse", when=running.now))
    assert one.family_id == two.family_id == three.family_id
    assert one.episode_id != two.episode_id == three.episode_id
    assert stage(two) == stage(three) == "pregnant"
    assert "maternity" in services(two)
    found = children(running, three)
    assert found["trakcare"] == found["morse"] != found["badgernet"]


def halves(running: Process, *, died_in: str) -> tuple[decision_pb2.Decision, decision_pb2.Decision]:
    """Submit two referrals that may be one family, one of which tells of a baby's death; return both decisions."""
    known = about(7, *([born(7, death_date="2026-10-20")] if died_in == "the known" else []), source="badgernet")
    known.observations.append(yes("planning_pregnancy"))
    doubtful = perhaps(7)
    if died_in == "the doubtful":
        doubtful.people.append(born(7, death_date="2026-10-20"))
    (first,) = running.submit(known)
    accept(running, first)
    (second,) = running.submit(doubtful)
    return first, second


@pytest.mark.parametrize("died_in", ["the known", "the doubtful"])
def test_a_loss_told_of_one_half_reaches_the_holders_of_the_other(running: Process, died_in: str) -> None:
    """When two families are found to be one, whoever held the half that knew nothing is told once, and no others."""
    first, second = halves(running, died_in=died_in)
    sides = {"the known": (first, "badgernet"), "the doubtful": (second, "gp-lanarkshire")}
    holders = {
        name: {sender, *(f"{one.service}@{one.board_code}" for one in (side.lead, *beside(side)) if one.service)}
        for name, (side, sender) in sides.items()
    }
    knew = holders.pop(died_in)
    (others,) = holders.values()
    before = {one: len(notices(running, one)) for one in knew | others}
    decide(running, second.match.review_id, same=True)
    told = {
        one: [text for kind, text in notices(running, one)[count:] if kind == "loss"] for one, count in before.items()
    }
    assert others - knew
    for one in others - knew:
        assert len(told[one]) == 1, one
        assert "no routine contact" in told[one][0]
    assert not [one for one in knew if told[one]], "who had been told is not told again"


def beside(decision: decision_pb2.Decision) -> list[decision_pb2.ServiceName]:
    """Return who stands beside the lead."""
    return [one.service for one in decision.supporting]


def test_where_no_half_tells_of_a_loss_nobody_is_told_of_one(running: Process) -> None:
    """No baby has died, so there is nothing to tell."""
    _, second = halves(running, died_in="neither")
    decide(running, second.match.review_id, same=True)
    for recipient in ("badgernet", "gp-lanarkshire", "cpmht@S08000032"):
        assert "loss" not in [kind for kind, _ in notices(running, recipient)]
