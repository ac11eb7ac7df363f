"""Boards on a national base: what each may change, what it may not, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.model.facts import FactView, Known
from router.model.referral import FactValue
from router.model.truth import MET, NOT_MET, Truth
from router.rules.engine import Engine
from router.rules.evaluation import Circumstances, is_offered
from router.rules.loader import build_pack, digest_of
from router.rules.narrowing import is_within
from router.rules.pack import Pack
from router.rules.reference import evaluate
from router.rules.schema import Condition, FactEntry
from router.rules.yamlfile import PackError
from tests.support.packs import BOARDS, DANGER, packs, views
from tests.support.small_pack import build, files

FIRST, SECOND, THIRD = "S08000015", "S08000016", "S08000029"
WHEN = datetime(2026, 11, 1, tzinfo=UTC)
OVERLAY = """\
board: S08000015
narrows:
  clinic:
    label: "In First the clinic sees babies under nine months who live in the red part"
    criteria:
      young:
        label: "Under nine months"
        when: {fact: age_months, less_than: 9}
        source: book
      red:
        label: "Lives in the red part"
        when: {fact: colour, is: red}
        source: book
    also_when: {all: [red]}
    respond: {routine_days: 42, urgent_hours: 24}
    review: {last: 2026-01-01, next: 2027-01-01}
    tests:
      - name: "Nothing known"
        given: {}
        expect: {outcome: unknown}
"""


def told(**given: FactValue) -> FactView:
    """Return a view of these facts."""
    return {name: Known(value, "test", WHEN) for name, value in given.items()}


def with_overlay(text: str = OVERLAY, **others: str) -> dict[str, str]:
    """Return the small pack with a file for one board, and other files changed."""
    return {**files(), "boards/first.yaml": text, **others}


def fault_of(texts: dict[str, str]) -> str:
    """Return the one fault of a pack, as it is printed."""
    with pytest.raises(PackError) as caught:
        build(texts)
    (fault,) = caught.value.faults
    return str(fault)


def verdict(pack: Pack, board: str, **given: FactValue) -> Truth:
    """Return what both evaluators say of the clinic for a family of a board."""
    engine = Engine(pack, remember=0)
    circumstances = Circumstances(board=board)
    found = evaluate(pack, [told(**given)], circumstances)
    assert engine.evaluate([told(**given)], circumstances) == found
    return found.verdict("clinic")


def test_a_board_asks_for_more_and_others_do_not() -> None:
    """A tighter number and a criterion of its own count in that board alone."""
    pack = build(with_overlay())
    there = {"level": "severe", "colour": "red"}
    assert verdict(pack, FIRST, age_months=8, **there) is MET
    assert verdict(pack, FIRST, age_months=9, **there) is NOT_MET
    assert verdict(pack, FIRST, age_months=8, level="severe", colour="green") is NOT_MET
    assert verdict(pack, FIRST, age_months=8, level="severe") is Truth.UNKNOWN
    assert verdict(pack, THIRD, age_months=9, level="severe", colour="green") is MET


def test_an_older_code_of_the_board_means_the_board() -> None:
    """Facts that come under an older code are judged as that board judges them."""
    boards = files()["boards.yaml"].replace(", served_by: {clinic: S08000015}", "")
    pack = build(with_overlay(OVERLAY.replace(FIRST, THIRD), **{"boards.yaml": boards}))
    engine = Engine(pack, remember=0)
    for code in (THIRD, "S08000018"):
        view = told(age_months=9, level="severe", colour="red")
        found = evaluate(pack, [view], Circumstances(board=code))
        assert found.verdict("clinic") is NOT_MET
        assert engine.evaluate([view], Circumstances(board=code)) == found
    assert pack.at("S08000018") is pack.at(THIRD) is not pack.at(FIRST)
    # what was worked out is no part of the pack: one that was asked equals one that was not
    assert pack == build(with_overlay(OVERLAY.replace(FIRST, THIRD), **{"boards.yaml": boards}))
    assert replace(pack, boards={}).at(THIRD).boards == {}


def test_the_digest_is_of_all_files_and_another_board_keeps_the_base() -> None:
    """One pack, one digest: a word in a board's file is another pack."""
    texts = with_overlay()
    pack = build(texts)
    assert pack.digest == digest_of({name: text.encode() for name, text in texts.items()}) != build(files()).digest
    assert pack.at(FIRST).digest == pack.digest
    assert pack.at(SECOND) is pack
    assert pack.at(FIRST).services["clinic"].response.routine_days == 42
    assert pack.services["clinic"].response.routine_days == 10


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("board: S08000015", "board: S08000014", "1:1: 'S08000014' is not a board of boards.yaml; did you mean"),
        (
            "board: S08000015",
            "board: S08000018",
            "1:1: 'S08000018' is an older code of board S08000029; write that one",
        ),
        ("  clinic:", "  clinik:", "3:3: 'clinik' is not a service of this pack; did you mean 'clinic'?"),
        (
            "  clinic:",
            "  social-work:",
            "3:3: 'social-work' receives safeguarding notices, and no board may narrow whom it takes",
        ),
        (
            "less_than: 9",
            "less_than: 13",
            "8:9: would let in families whom the national 'young' keeps out; a board may only narrow it",
        ),
        (
            "less_than: 9",
            "at_least: 3",
            "8:9: would let in families whom the national 'young' keeps out; a board may only narrow it",
        ),
        (
            "{fact: age_months, less_than: 9}",
            "{fact: level, is: severe}",
            "8:9: criterion 'young' asks about 'age_months' in the national rule, and about 'level' here; give a",
        ),
        (
            "{fact: colour, is: red}",
            "{fact: suicidal_intent, is: true}",
            "10:7: 'suicidal_intent' is a sign of danger, and no board may change what is done about it",
        ),
        (
            "{fact: colour, is: red}",
            "{fact: colour, is: blue}",
            "12:30: 'blue' is not a value of 'colour': use one of red, green",
        ),
        ("[red]", "[rde]", "14:23: 'rde' is not a criterion of this rule; did you mean 'red'?"),
        (
            "urgent_hours: 24",
            "urgent_hours: 72",
            "15:33: lengthens a clock of danger: 'urgent_hours' is 48 nationally, and may be that or less",
        ),
        (
            ", urgent_hours: 24",
            "",
            "15:5: lengthens a clock of danger: 'urgent_hours' is 48 nationally, and may be that or less",
        ),
        (
            "urgent_hours: 24",
            "urgent_hours: 24, emergency_hours: 4",
            "15:51: the national service takes no such referrals; leave 'emergency_hours' out",
        ),
        ("narrows:\n", "lacks: [gp]\nnarrows:\n", "2:9: 'gp' receives safeguarding notices, so no board may lack it"),
        (
            "narrows:\n",
            "served_by: {gp: S08000029}\nnarrows:\n",
            "2:13: 'gp' receives safeguarding notices, and no board may redirect them to another",
        ),
        (
            "narrows:\n",
            "lacks: [clinic]\nnarrows:\n",
            "4:3: board S08000015 lacks 'clinic'; take it out of one of the two",
        ),
        (
            "narrows:\n",
            "served_by: {clinic: S08000016}\nnarrows:\n",
            "2:13: board S08000016 does not have 'clinic' itself; name one that has it",
        ),
        ("narrows:\n", "moves: []\nnarrows:\n", "2:1: has a key 'moves' that is not known here; check its spelling"),
        ("    also_when: {all: [red]}\n", "", "10:7: criterion 'red' is not used; name it in 'also_when' or delete it"),
    ],
)
def test_what_a_board_may_not_do_is_refused_where_it_stands(old: str, new: str, fault: str) -> None:
    """Each is told with file, line, column and what to do; it is the first of what is told."""
    assert OVERLAY.count(old) >= 1
    texts = with_overlay(OVERLAY.replace(old, new, 1))
    if "served_by: {clinic" in new or "lacks: [clinic]" in new:
        texts["boards.yaml"] = texts["boards.yaml"].replace(", served_by: {clinic: S08000015}", "")
    with pytest.raises(PackError) as caught:
        build(texts)
    assert f"boards/first.yaml:{fault}" in str(caught.value)


def test_a_board_speaks_of_its_services_in_one_place() -> None:
    """Beside a file of its own, boards.yaml says its name and desk alone; and it has one file."""
    second = "board: S08000016\ncapacity: {gp: limited}\n"
    assert fault_of({**files(), "boards/second.yaml": second}) == (
        "boards.yaml:7:5: board S08000016 has a file of its own, boards/second.yaml; say there what stands here"
    )
    twice = {**files(), "boards/a.yaml": "board: S08000015\n", "boards/b.yaml": "board: S08000015\n"}
    assert fault_of(twice) == "boards/b.yaml:1:1: board S08000015 has a file already: boards/a.yaml; keep one"


def test_a_service_of_one_board_is_offered_there_alone() -> None:
    """Its file says which boards it serves."""
    clinic = files()["services/clinic.yaml"]
    only = clinic.replace("tier: 1\n", "tier: 1\nboards: [S08000015]\n")
    boards = files()["boards.yaml"].replace("\n    lacks: [clinic]", "")
    texts = {**files(), "services/clinic.yaml": only, "boards.yaml": boards}
    pack = build(texts)
    # the third is served by the first
    assert [code for code in pack.boards if is_offered(pack, "clinic", code)] == [FIRST, THIRD]
    unknown = only.replace("[S08000015]", "[S08000015, S08000019]")
    assert "services/clinic.yaml:5:21: 'S08000019' is not a board" in fault_of(
        {**texts, "services/clinic.yaml": unknown}
    )
    national = only.replace("tier: 1\n", "tier: 1\nprovision: national\n")
    assert "serves every board" in fault_of({**texts, "services/clinic.yaml": national})
    told_of = files()["services/gp.yaml"].replace("tier: 0\n", "tier: 0\nboards: [S08000015]\n")
    assert "gets safety notices" in fault_of({**files(), "services/gp.yaml": told_of})


def test_danger_that_lets_in_lets_in_everywhere() -> None:
    """Where a sign of danger opens a service, nothing that a board adds counts against it."""
    clinic = files()["services/clinic.yaml"].replace(
        "eligible_when: {all: [young, ill]}",
        "  danger:\n    label: Danger\n    when: {fact: suicidal_intent, is: true}\n    source: book\n"
        "eligible_when: {all: [young], any: [ill, danger]}",
    )
    pack = build(with_overlay(**{"services/clinic.yaml": clinic}))
    assert verdict(pack, FIRST, age_months=10, suicidal_intent=True, colour="green") is MET
    assert verdict(pack, FIRST, age_months=10, level="severe", suicidal_intent=False, colour="red") is NOT_MET
    assert verdict(pack, FIRST, age_months=12, suicidal_intent=True, colour="red") is NOT_MET
    also = OVERLAY.replace("{all: [red]}", "{all: [red], none: [danger]}")
    fault = fault_of(with_overlay(also, **{"services/clinic.yaml": clinic}))
    assert "rests on a sign of danger" in fault


NUMBER = FactEntry(label="n", about="parent", type="number", unit="weeks", ask="?")
CHOICE = FactEntry(label="c", about="parent", type="choice", choices=("a", "b", "c", "d"), ordered=True, ask="?")


def _conditions(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Condition]:
    def made(one: tuple[tuple[str, ...], list[Any]]) -> Condition:
        names, drawn = one
        given = {name: tuple(drawn) if name == "one_of" else drawn[place] for place, name in enumerate(names)}
        return Condition.model_validate({"fact": "xx", **given})

    kinds = st.sampled_from(
        [("is",), ("one_of",), ("at_least",), ("more_than",), ("at_most",), ("less_than",), ("more_than", "at_most")]
    )
    return st.tuples(kinds, st.lists(values, min_size=2, max_size=3)).map(made)


def _meets(condition: Condition, place: int, value: Any, measure: dict[Any, int]) -> bool:
    bounds = {name: getattr(condition, name) for name in ("at_least", "more_than", "at_most", "less_than")}
    at = {name: measure[bound] for name, bound in bounds.items() if bound is not None}
    return (
        (condition.is_ is None or value == condition.is_)
        and (condition.one_of is None or value in condition.one_of)
        and place >= at.get("at_least", place)
        and place > at.get("more_than", place - 1)
        and place <= at.get("at_most", place)
        and place < at.get("less_than", place + 1)
    )


@settings(deadline=None)
@given(_conditions(st.integers(0, 4)), _conditions(st.integers(0, 4)))
def test_within_is_never_said_of_numbers_that_are_not(inner: Condition, outer: Condition) -> None:
    """The cheap check at load errs to the side of refusing."""
    measure = {n: n for n in range(-2, 8)}
    if is_within(inner, outer, NUMBER):
        assert all(_meets(outer, n, n, measure) for n in measure if _meets(inner, n, n, measure))


@settings(deadline=None)
@given(_conditions(st.sampled_from(CHOICE.choices)), _conditions(st.sampled_from(CHOICE.choices)))
def test_within_is_exact_for_choices(inner: Condition, outer: Condition) -> None:
    """Every choice is tried."""
    measure = {choice: place for place, choice in enumerate(CHOICE.choices)}
    really = all(_meets(outer, n, one, measure) for one, n in measure.items() if _meets(inner, n, one, measure))
    assert is_within(inner, outer, CHOICE) is really


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(packs, st.lists(views, min_size=8, max_size=8))
def test_a_board_only_ever_narrows(pack: Pack, families: list[FactView]) -> None:
    """Who meets the narrowed service meets the national one; who is in danger and meets the one meets the other."""
    for board in BOARDS:
        here, elsewhere = Circumstances(board=board), Circumstances(board=BOARDS[0])
        for view in families:
            there, base = evaluate(pack, [view], here), evaluate(pack, [view], elsewhere)
            held = view[DANGER]
            danger = isinstance(held, Known) and held.value is True
            for name in pack.narrowed.get(board, {}):
                named = "danger" in pack.services[name].criteria
                assert there.verdict(name) is not MET or base.verdict(name) is MET
                assert base.verdict(name) is not NOT_MET or there.verdict(name) is NOT_MET
                assert not (danger and named and base.verdict(name) is MET) or there.verdict(name) is MET


def test_every_pack_is_built_from_the_bytes_that_a_store_keeps() -> None:
    """An older pack with boards of their own is loaded again as it was."""
    pack = build(with_overlay())
    again = build_pack(pack.files)
    assert again.digest == pack.digest
    assert again.narrowed.keys() == {FIRST}
