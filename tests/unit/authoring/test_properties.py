"""``router.authoring.properties``: each property holds for a sound pack, and fails where something is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from router.authoring import properties, strategies
from router.model.danger import TRIGGERS
from router.model.facts import NOT_APPLICABLE, FactView, Known
from router.model.referral import Urgency
from router.routing.case import Case
from router.routing.decide import Decider
from router.routing.decision import Decision, Outcome
from router.rules.evaluation import Evaluation
from router.rules.loader import load_pack
from router.rules.pack import Pack
from router.rules.reference import evaluate
from router.service.settings import DEFAULT_PACK
from tests.support import small_pack
from tests.support.rules import with_birthday

Property = Callable[[Pack], properties.Test]
_STAGE = """\
  stage:
    label: "Stage"
    about: family
    type: choice
    choices: [preconception, pregnant, postnatal]
    ask: "?"
    derived: stage
  weeks: {label: "Weeks", about: infant, type: number, unit: weeks, ask: "?", derived: weeks_postnatal}
  months: {label: "Months", about: infant, type: number, unit: months, ask: "?", derived: infant_age_months}
"""
# Everybody who has a stage is taken by the GP, so that few of the families lie at a desk.
PACK_FILES = small_pack.files() | {
    "facts.yaml": small_pack.files()["facts.yaml"] + _STAGE,
    "services/gp.yaml": small_pack.files()["services/gp.yaml"].replace(
        "{fact: colour, is: red}", "{fact: stage, one_of: [pregnant, postnatal]}"
    ),
}
PACK = small_pack.build(PACK_FILES)
PROPERTIES: tuple[Property, ...] = (
    properties.one_owner,
    properties.one_lead,
    properties.danger_is_sticky,
    properties.unknown_is_not_false,
    properties.needs_not_birthdays,
    properties.monotone_in_danger,
    properties.order_free,
    properties.continuity,
    properties.capacity_never_lowers_urgency,
)


@pytest.fixture(autouse=True)
def _unshrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the search for the smallest family that fails: any will do here, and it takes its time."""
    monkeypatch.setattr(properties, "settings", lambda **more: settings(**{**more, "phases": [Phase.generate]}))


@pytest.mark.parametrize("make", PROPERTIES, ids=lambda one: one.__name__)
def test_a_property_holds_for_a_sound_pack(make: Property) -> None:
    """Nothing is found where nothing is wrong."""
    make(PACK)()


def _owned_twice(_: Case, decision: Decision) -> Decision:
    return replace(decision, lead="", outcome=Outcome.DESK, desk="a desk", desk_reason=None)


def _beside_itself(_: Case, decision: Decision) -> Decision:
    return replace(decision, supporting=(*decision.supporting, *decision.supporting))


def _forgetful(_: Case, decision: Decision) -> Decision:
    return replace(decision, safety=(), urgency=None)


def _calm(case: Case, decision: Decision) -> Decision:
    said = sum(len(one.event.observations) for one in case.referrals)
    return replace(decision, urgency=Urgency.ROUTINE if said % 2 else Urgency.EMERGENCY)


def _by_arrival(case: Case, decision: Decision) -> Decision:
    return replace(decision, tier=case.referrals[0].referral_id)


def _taken(case: Case, decision: Decision) -> Decision:
    return replace(decision, lead="clinic", move=None)


BROKEN: Mapping[str, tuple[Property, Callable[[Case, Decision], Decision], str]] = {
    "a desk that is not told why": (properties.one_owner, _owned_twice, "not told why"),
    "a service twice beside the lead": (properties.one_lead, _beside_itself, "beside"),
    "danger that is forgotten": (properties.danger_is_sticky, _forgetful, "was lost"),
    "danger that calms": (properties.monotone_in_danger, _calm, "lowers the urgency"),
    "the first to arrive tells": (properties.order_free, _by_arrival, "one order gives"),
    "a lead that is taken": (properties.continuity, _taken, "by no move"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_property_finds(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision that is wrong in its way fails the property that is about it, with words that say so."""
    make, spoil, words = BROKEN[fault]

    class Spoilt(Decider):
        def decide(self, case: Case) -> Decision:
            return spoil(case, super().decide(case))

    monkeypatch.setattr(properties, "Decider", Spoilt)
    with pytest.raises(AssertionError, match=words):
        make(PACK)()


def test_full_services_that_drop_families_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A router that turns families away where there is no room fails the property of capacity."""

    class Full(Decider):
        def decide(self, case: Case) -> Decision:
            decision = super().decide(case)
            is_full = self.pack.boards[decision.board].capacity.get("gp") == "closed"
            return replace(decision, outcome=Outcome.DESK) if is_full else decision

    monkeypatch.setattr(properties, "Decider", Full)
    with pytest.raises(AssertionError, match="drop a family"):
        properties.capacity_never_lowers_urgency(PACK)()


def test_reading_what_is_missing_as_no_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An evaluator to which a missing fact is a no fails the property of the unknown."""

    def two_valued(pack: Pack, views: Sequence[FactView], *more: Any) -> Evaluation:
        nothing = {name: Known(NOT_APPLICABLE, "nobody", strategies.WHEN) for name in pack.facts}
        return evaluate(pack, [{**nothing, **view} for view in views], *more)

    monkeypatch.setattr(properties, "evaluate", two_valued)
    with pytest.raises(AssertionError, match="without"):
        properties.unknown_is_not_false(load())()


def test_a_pack_that_hands_over_on_a_birthday_is_found() -> None:
    """A move whose only criterion is an age fails, and the failure names the move."""
    files = dict(PACK_FILES)
    files["pathways/moves.yaml"] = (
        files["pathways/moves.yaml"]
        .replace("to: clinic", "to: gp")
        .replace("from: [gp]", "from: [clinic, cpmht]")
        .replace("{fact: level, at_least: severe}", "{fact: months, at_least: 12}")
    )
    with pytest.raises(AssertionError, match="to-clinic hands the family from"):
        properties.needs_not_birthdays(small_pack.build(files), examples=150)()


def test_a_property_of_ones_own_says_which_family() -> None:
    """A failing assertion about a family tells what is known of it; a fact that does not exist is refused."""

    @properties.holds_for_families(PACK)
    def everybody_is_led_by_the_gp(family: properties.Family) -> None:
        """A property of this pack."""
        with pytest.raises(ValueError, match="'colours' is not a fact"):
            family.fact("colours")
        assert family.decision.lead == "gp", repr(family)

    assert everybody_is_led_by_the_gp.__name__ == "everybody_is_led_by_the_gp"
    with pytest.raises(AssertionError, match="a family of S080"):
        everybody_is_led_by_the_gp()


def test_a_property_that_is_false_for_a_few_families_is_found() -> None:
    """What a property names is what is drawn, though it is rare among all families; and it is said where it is not."""
    pack = load()
    seen: list[str] = []

    @properties.holds_for_families(pack)
    def test_rare(family: properties.Family) -> None:
        is_severe = family.is_new and family.fact("parent_illness_severity") == "severe"
        if is_severe and family.fact("infant_age_months") == 11:
            seen.append(family.decision.lead)

    test_rare()
    assert len(seen) >= 5

    @properties.holds_for_families(pack)
    def test_false(family: properties.Family) -> None:
        family.suppose(family.fact("parent_illness_severity") == "severe" and family.fact("infant_age_months") == 11)
        assert family.decision.lead == "gp"

    with pytest.raises(AssertionError, match="assert '"):
        test_false()


def test_a_property_of_too_few_families_fails() -> None:
    """Whoever supposes what is never so is told, and does not see a test that passes."""

    @properties.holds_for_families(PACK)
    def test_nobody(family: properties.Family) -> None:
        family.suppose(family.fact("level") == "severe" and family.fact("level") == "mild")
        raise AssertionError

    with pytest.raises(AssertionError, match="only 0 families were such as this property supposes, and it needs 10"):
        test_nobody()

    @properties.holds_for_families(PACK, examples=3)
    def test_three(family: properties.Family) -> None:
        family.suppose(family.fact("level") == "severe")

    test_three()


@pytest.mark.parametrize("kind", ["transfer", "step_up", "step_down"])
@pytest.mark.parametrize("months", [6, 12, 24])
def test_a_birthday_in_the_shipped_pack_is_found(kind: str, months: int) -> None:
    """At the number of families that the property looks at by itself."""
    with pytest.raises(AssertionError, match="birthday hands the family from cpmht"):
        properties.needs_not_birthdays(with_birthday(kind, "infant_age_months", months))()


def test_a_failure_is_told_in_a_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The family that fails is told by its board, lead, dates and what is said, and not by its classes."""

    class Spoilt(Decider):
        def decide(self, case: Case) -> Decision:
            return _owned_twice(case, super().decide(case))

    monkeypatch.setattr(properties, "Decider", Spoilt)
    with pytest.raises(AssertionError) as caught:
        properties.one_owner(PACK)()
    told = "\n".join(getattr(caught.value, "__notes__", []))
    assert "a family (board S080000" in told
    assert "HeldReferral(" not in told


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_stage_and_ages_go_together(data: st.DataObject) -> None:
    """In a drawn view nobody unborn has an age, and nobody born is still expected."""
    view = data.draw(strategies.views(load()))
    stage = _value(view, "stage")
    ages = [_value(view, name) for name in ("infant_age_months", "weeks_postnatal")]
    if stage in ("preconception", "pregnant"):
        assert ages == [NOT_APPLICABLE, NOT_APPLICABLE]
    if stage == "postnatal":
        assert _value(view, "pregnancy_weeks") is NOT_APPLICABLE


def test_drawn_families_stand_on_the_bounds() -> None:
    """Both sides of a bound are drawn, danger is, and so is silence where it is asked for."""
    pack = load()
    ages: set[object] = set()
    said: set[str] = set()

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        ages.add(_value(data.draw(strategies.views(pack)), "infant_age_months"))
        said.update(data.draw(strategies.facts(pack)))
        silent = data.draw(strategies.cases(pack, silent=True))
        assert not any(one.event.observations for one in silent.referrals)
        calm = data.draw(strategies.facts(pack, danger=False))
        assert not {one.fact for one in TRIGGERS} & set(calm)

    look()
    assert sum({bound - 1, bound} <= ages for bound in (6, 12, 24, 36, 60)) >= 2
    assert {"parent_illness_severity", "epds_item_10", "suicidal_intent"} <= said


_LOADED: list[Pack] = []


def load() -> Pack:
    """Return the shipped pack, loaded once."""
    if not _LOADED:
        _LOADED.append(load_pack(DEFAULT_PACK))
    return _LOADED[0]


def _value(view: FactView, name: str) -> object:
    held = view.get(name)
    return held.value if isinstance(held, Known) else None
