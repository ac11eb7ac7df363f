"""The health visitor's message: every field is mapped or visibly carried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.outcome import Withdrawn
from adapters.population.messages import development, imh, obx
from adapters.read import read
from router.v1 import referral_pb2 as pb
from router.v1 import routing_service_pb2 as service_pb
from tests.unit.adapters.native import BABY, DAY, MOTHER, event_of, facts, health_visiting, quarantined, shape

BASE = event_of("health-visiting", health_visiting())
NK1 = b"\rNK1|1|"


@pytest.mark.parametrize(
    ("field", "finding"),
    [
        ("looked_after", obx("LAC", "N")),
        ("clinic_id", obx("CLINIC", "W2")),
        ("review_dt", obx("REVIEW_DT", "20261001", kind="DT")),
        ("place", obx("PLACE", "HOME")),
        ("review_type", obx("REVIEW_TYPE", "13-15 MONTH")),
        ("hpi", obx("HPI", "A")),
        ("dev_domains", obx("DEV_DOMAIN", "C", sub="speech")),
        ("tools", obx("TOOL", "45", kind="NM", sub="ASQ-SE")),
        ("carer_scores", obx("EPDS_TOTAL", 12)),
        ("imh_indicators", obx("IMH_IND", 2, sub="CARER")),
        ("future_action", obx("ACTION", "REFER")),
        ("interpreter", obx("INTERPRETER", "Y")),
        ("unknown interpreter", obx("INTERPRETER", "X")),
        ("consent", obx("CONSENT", "N")),
        ("no letters", obx("NO_LETTERS", "Y")),
        ("no calls", obx("NO_CALLS", "?")),
        ("contact", obx("CONTACT", "Text first.", kind="TX")),
        ("view_of_parent", obx("PARENT_VIEW", "She never looks at me.", kind="TX")),
        ("a code that is not known", obx("NEWCODE", "7")),
        ("a field taken back", obx("HPI", "A", status="W")),
    ],
)
def test_every_observation_reaches_the_event(field: str, finding: str) -> None:
    """Whatever an OBX segment says shows in the event."""
    assert event_of("health-visiting", health_visiting(finding)) != BASE, field


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("child_chi", b"0106266123^^^CHI", b"0106269999^^^CHI"),
        ("nhs number", b"^^^CHI^NH|", b"^^^CHI^NH~9990000000^^^NHS^NH|"),
        ("local number", b"^^^CHI^NH|", b"^^^CHI^NH~L5^^^CHSP^PI|"),
        ("first_name", b"^Freya|", b"^Baby|"),
        ("surname", b"|Testburn^Freya", b"|Otherburn^Freya"),
        ("birth date", b"|20260601|F|", b"|20260602|F|"),
        ("sex", b"|20260601|F|", b"|20260601|M|"),
        ("address", b"12 Sample Street^", b"1 Other Close^"),
        ("postcode", b"^ML1 1ZZ", b"^ML1 9ZZ"),
        ("hv_id", b"||HV107", b"||HV999"),
        ("referrer's mailbox", b"hv.lanarkshire@", b"other@"),
        ("referrer's role", b"^HV^health visitor", b"^HV^staff nurse"),
        ("gp_practice", b"MOTHGP", b"OTHERGP"),
        ("named_person", b"\rPID|", b"\rPRD|NP|Namedexample^Una\rPID|"),
        ("request_to", b"\rPID|", b"\rPRD|RT^^^IMH\rPID|"),
        ("unknown request_to", b"\rPID|", b"\rPRD|RT^^^OSTEO\rPID|"),
        ("mother's CHI", b"0703945525^^^CHI", b"0703949999^^^CHI"),
        ("mother's name", b"|Testburn^Ailsa|", b"|Testburn^Mhairi|"),
        ("mother's former name", b"|Testburn^Ailsa|", b"|Testburn^Ailsa~Beforeson^^^^^^M|"),
        ("mother's phone", b"07700 900101", b"07700 900199"),
        ("mother's birth date", b"19940307", b"19940308"),
        ("reason", b"SUPPORT^Support", b"MOOD^Low mood"),
        ("priority", b"RF1|P|R|", b"RF1|P|S|"),
        ("unknown priority", b"RF1|P|R|", b"RF1|P|Z|"),
        ("status", b"RF1|P|", b"RF1|A|"),
        ("reference", b"||||HV0007^CHSP|", b"||||HV9999^CHSP|"),
        ("date", b"|202610280930|||SUPPORT", b"|202610270930|||SUPPORT"),
        ("system", b"CHSP-LANARKSHIRE", b"CHSP-FIFE"),
        ("board", b"S08000032", b"S08000029"),
        ("note", b"\rPID|", b"\rNTE|1||Seen at home.\rPID|"),
        ("a segment that is not read", b"\rPID|", b"\rAL1|1|DA\rPID|"),
        ("a segment of the sender's own", b"\rPID|", b"\rZHV|1\rPID|"),
        ("a relation that is not known", b"\rNK1|1|", b"\rNK1|9|Testburn^Una|AUN\rNK1|1|"),
        ("another relative", b"\rNK1|1|", b"\rNK1|9|Testburn^Rory|BRO\rNK1|1|"),
    ],
)  # fmt: skip
def test_every_field_reaches_the_event(field: str, old: bytes, new: bytes) -> None:
    """Whatever a segment says shows in the event."""
    data = health_visiting()
    assert old in data, field
    assert event_of("health-visiting", data.replace(old, new, 1)) != BASE, field


@pytest.mark.parametrize(
    ("field", "place"), [("home_language", 15), ("ethnicity", 22), ("birth order", 25), ("death", 29)]
)
def test_later_fields_of_the_child_reach_the_event(field: str, place: int) -> None:
    """Language, ethnicity, order of birth and death are carried."""
    value = {15: "POL", 22: "1A", 25: "2", 29: "20261020"}[place]
    segments = health_visiting().split(b"\r")
    at = next(number for number, one in enumerate(segments) if one.startswith(b"PID"))
    fields = segments[at].decode().split("|")
    fields += [""] * (30 - len(fields))
    fields[place] = value
    segments[at] = "|".join(fields).encode()
    assert event_of("health-visiting", b"\r".join(segments)) != BASE, field


@pytest.mark.parametrize(
    ("priority", "urgency"),
    [("R", pb.URGENCY_ROUTINE), ("A", pb.URGENCY_URGENT), ("S", pb.URGENCY_EMERGENCY), ("", pb.URGENCY_UNSPECIFIED)],
)
def test_priority(priority: str, urgency: int) -> None:
    """Stat is an emergency, as soon as possible is urgent, and silence is not routine."""
    assert event_of("health-visiting", health_visiting(priority=priority)).urgency == urgency


def test_system_board_and_people() -> None:
    """MSH names system and board; the child is PID, the mother and partner are NK1."""
    event = event_of("health-visiting", health_visiting(partner=True))
    assert (event.source_system, event.household.board_code) == ("chsp-lanarkshire", "S08000032")
    assert [one.ref for one in event.people] == ["mother", "partner", "infant-1"]


def test_newborn_without_chi() -> None:
    """A child without a CHI has the sender's own number."""
    event = event_of("health-visiting", health_visiting(baby=replace(BABY, chi="")))
    (identifier,) = event.people[1].identifiers
    assert (identifier.system, identifier.assigner) == (pb.IDENTIFIER_SYSTEM_LOCAL, "chsp")


@pytest.mark.parametrize("written", ["1994", "199403"])
def test_birth_date_known_in_part(written: str) -> None:
    """A year alone is no birth date to match on, and no fault."""
    event = event_of("health-visiting", health_visiting().replace(b"19940307", written.encode()))
    assert event.people[0].birth_date == ""


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"CARER": 2, "EMOTIONAL": 1, "SELF": 2}, {("imh_indicators", 5), ("imh_domains", 3)}),
        ({"CARER": 3, "EMOTIONAL": 0}, {("imh_indicators", 3), ("imh_domains", 1)}),
        ({"CARER": 0}, {("imh_indicators", 0), ("imh_domains", 0)}),
        ({}, set()),
    ],
)
def test_indicators_are_counted(counts: dict[str, int], expected: set[tuple[str, int]]) -> None:
    """Indicators are summed, and the domains that have any are counted."""
    event = event_of("health-visiting", health_visiting(*imh(counts, DAY)))
    said = {(fact, value) for fact, _, value in facts(event) if fact.startswith("imh")}
    each = {(f"imh_indicators_{domain.lower()}", count) for domain, count in counts.items()}
    assert said == expected | each


@pytest.mark.parametrize(
    "spoilt",
    [obx("IMH_IND", "", kind="NM", sub="SELF"), obx("IMH_IND", "some", sub="SELF"), obx("IMH_IND", 1, sub="HAIR")],
)
def test_one_unreadable_domain_leaves_the_count_unknown(spoilt: str) -> None:
    """A sum without a domain would say "fewer" where nobody knows."""
    event = event_of("health-visiting", health_visiting(*imh({"CARER": 4}, DAY), spoilt))
    said = {(fact, value) for fact, _, value in facts(event) if fact.startswith("imh")}
    assert said == {("imh_indicators", None), ("imh_indicators_carer", 4)}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"speech": "N", "social": "N"}, {("developmental_concern", "none"), ("developmental_domains_of_concern", 0)}),
        ({"speech": "C", "social": "P"}, {("developmental_concern", "some"), ("developmental_domains_of_concern", 2)}),
        ({"speech": "C", "social": "X"}, {("developmental_concern", "some")}),
        ({"speech": "N", "social": "X"}, set()),
        ({"speech": "K"}, {("developmental_concern", None)}),
    ],
)
def test_development(codes: dict[str, str], expected: set[object]) -> None:
    """A domain left incomplete leaves "none" unsaid, but not a concern that was found."""
    event = event_of("health-visiting", health_visiting(*development(codes, DAY)))
    assert {(fact, value) for fact, _, value in facts(event) if fact.startswith("dev")} == expected


def test_two_answers_for_one_domain_are_none() -> None:
    """Two segments that disagree about one domain leave it unknown."""
    findings = [obx("DEV_DOMAIN", "N", sub="speech"), obx("DEV_DOMAIN", "C", sub="speech")]
    event = event_of("health-visiting", health_visiting(*findings))
    assert not {fact for fact, _, _ in facts(event) if fact.startswith("dev")}


@pytest.mark.parametrize("status", ["W", "D", "X"])
def test_results_taken_back(status: str) -> None:
    """A result posted as wrong, deleted or not obtained is neither yes nor no, and stays visible."""
    event = event_of("health-visiting", health_visiting(obx("CP", "Y", status=status)))
    assert ("child_protection_concern", "family", None) in facts(event)


def test_observation_about_a_relative() -> None:
    """OBX-4 names the relative by the set id of the NK1 segment."""
    findings = [obx("ILLNESS_SEV", "SE", sub="2"), obx("ILLNESS_SEV", "MI", sub="1")]
    stated = facts(event_of("health-visiting", health_visiting(*findings, partner=True)))
    assert ("partner_illness_severity", "partner", "severe") in stated
    assert ("parent_illness_severity", "mother", "mild") in stated


def test_versions_and_cancellation() -> None:
    """I13 is a higher version of the same reference, I14 withdraws it."""
    new = event_of("health-visiting", health_visiting())
    changed = event_of("health-visiting", health_visiting(trigger="I13", version=2))
    assert (new.source_reference, new.source_version) == ("HV0007", 1)
    assert (changed.source_reference, changed.source_version) == ("HV0007", 2)
    (item,) = read("health-visiting", health_visiting(trigger="I14", version=3, reason="DECLINED"))
    assert isinstance(item, Withdrawn)
    assert item.withdrawal.reason == service_pb.WITHDRAW_REASON_FAMILY_DECLINED
    data = health_visiting(obx("SUICIDE", "Y"), trigger="I14", version=3, reason="DECLINED")
    assert shape(read("health-visiting", data)) == ["Mapped", "Withdrawn"]


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"])
def test_line_endings(ending: bytes) -> None:
    """Segments may end as HL7 says or as a file's lines do; MLLP's frame is taken off."""
    data = b"\x0b" + health_visiting().replace(b"\r", ending) + b"\x1c\r"
    assert event_of("health-visiting", data) == BASE


def test_escapes() -> None:
    """HL7's escapes are undone; one that is not known stays as it is written."""
    data = health_visiting(
        obx("PARENT_VIEW", "a|b^c&d~e\\f\nnext", kind="TX"), mother=replace(MOTHER, family="O^N|eill")
    )
    event = event_of("health-visiting", data.replace(b"next", b"\\X C3A9\\ \\XC3A9\\"))
    assert event.view_of_parent == "a|b^c&d~e\\f\n\\X C3A9\\ é"
    assert event.people[0].names[0].family == "O^N|eill"


def test_null_is_empty() -> None:
    """HL7's two quotation marks mean that a field is empty."""
    event = event_of("health-visiting", health_visiting().replace(b"07700 900101", b'""'))
    assert not event.people[0].phones


def test_one_spoilt_header_does_not_lend_its_family() -> None:
    """A message whose header is spoilt stands alone and adds nothing to the one before it."""
    good = health_visiting()
    spoilt = health_visiting(obx("CP", "Y")).replace(b"MSH|", b"XSH|", 1)
    assert shape(read("health-visiting", good + spoilt + good)) == ["Mapped", "HL7_NOT_A_MESSAGE", "Mapped"]
    headless = health_visiting(obx("CP", "Y")).split(b"\r", 1)[1]
    assert shape(read("health-visiting", good + headless + good)) == ["Mapped", "HL7_NOT_A_MESSAGE", "Mapped"]


def test_two_children_in_one_message_are_refused() -> None:
    """A second PID would be a second child, of whom nothing else is said."""
    data = health_visiting().replace(b"\rNK1|", b"\rPID|2||1^^^CHSP\rNK1|", 1)
    assert quarantined("health-visiting", data) == [("HL7_BAD_VALUE", "message 1, PID")]
