"""The engine's own driver loop: what it does with everything unknown, with much, and with faults."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock

import pytest

from router.model.facts import NOT_APPLICABLE, FactView, Known, Missing, Unknown
from router.model.truth import Truth
from router.rules import engine as engine_module
from router.rules.engine import Engine, EngineFaultError
from router.rules.evaluation import STAY, Circumstances
from router.rules.reference import evaluate
from tests.support.events import FIFE, LOTHIAN, scottish_decider

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
PACK = scottish_decider().pack
LOST = Circumstances(board=LOTHIAN)
STANDING = Circumstances(board=LOTHIAN, accepted="cpmht")


def known(**facts: object) -> FactView:
    """Return a view in which these facts are known."""
    return {name: Known(value, "test", WHEN) for name, value in facts.items()}  # type: ignore[arg-type]


@pytest.mark.parametrize("circumstances", [LOST, STANDING, Circumstances()], ids=["none leads", "one leads", "nowhere"])
@pytest.mark.parametrize(
    "view",
    [{}, dict.fromkeys(PACK.facts, Unknown(Missing.CONFLICT)), {"no_such_fact": Unknown()}],
    ids=["nothing", "conflicts", "strange"],
)
@pytest.mark.parametrize("infants", [1, 2, 3])
def test_everything_unknown(view: FactView, infants: int, circumstances: Circumstances) -> None:
    """No rule fires on any of the facts, and the engine comes to rest: every verdict is unknown."""
    engine = Engine(PACK, remember=0)
    found = engine.evaluate([view] * infants, circumstances)
    assert {truth for verdicts in found.verdicts for truth in verdicts.values()} == {Truth.UNKNOWN}
    assert (found.lead, found.move) == (circumstances.accepted, STAY)
    assert found == evaluate(PACK, [view] * infants, circumstances)


def test_everything_not_applicable() -> None:
    """What cannot exist meets nothing, and the engine takes a batch in which every criterion is not met."""
    engine = Engine(PACK)
    view = dict.fromkeys(PACK.facts, Known(NOT_APPLICABLE, "derived", WHEN))
    found = engine.evaluate([view], LOST)
    assert Truth.MET not in set(found.verdicts[0].values())
    assert found == evaluate(PACK, [view], LOST)


def test_an_answer_from_memory_is_the_same() -> None:
    """Values that no criterion tells apart share an answer; others do not, nor do other circumstances."""
    engine = Engine(PACK)
    first = engine.evaluate([known(stage="postnatal", infant_age_months=3)], LOST)
    again = engine.evaluate([known(stage="postnatal", infant_age_months=4)], LOST)
    assert again == first
    assert (engine.hits, engine.misses) == (1, 1)
    assert engine.evaluate([known(stage="postnatal", infant_age_months=12)], LOST) != first
    engine.evaluate([known(stage="postnatal", infant_age_months=3)], Circumstances(board=FIFE))
    assert (engine.hits, engine.misses) == (1, 3)


def test_memory_is_bounded() -> None:
    """The answer that was not used for longest goes first."""
    engine = Engine(PACK, remember=2)
    views = [known(stage=stage) for stage in ("preconception", "pregnant", "postnatal")]
    for view in (*views, views[2], views[1]):
        engine.evaluate([view], LOST)
    assert (engine.hits, engine.misses) == (2, 3)
    engine.evaluate([views[0]], LOST)
    assert engine.misses == 4


def test_an_engine_that_does_not_come_to_rest_is_stopped() -> None:
    """It is told as a fault, so that the family goes to a person, and the engine goes on working."""
    engine = Engine(PACK, remember=0)
    view = known(stage="postnatal", infant_age_months=3, parent_illness_severity="severe")
    with mock.patch.object(engine_module, "MOST_FIRINGS", 3), pytest.raises(EngineFaultError, match="come to rest"):
        engine.evaluate([view], LOST)
    assert engine.evaluate([view], LOST) == evaluate(PACK, [view], LOST)


def test_an_engine_that_nobody_holds_is_freed() -> None:
    """Each set of compiled rules, the pack's and its boards', goes with the engine, and not before."""
    with mock.patch.object(engine_module.durable_rules_engine, "delete_ruleset") as deleted:
        engine = Engine(PACK)
        engine.evaluate([known(stage="postnatal")], LOST)
        deleted.assert_not_called()
        del engine
        assert deleted.call_count == 1 + len(PACK.narrowed) > 1


def test_facts_that_are_refused_are_a_fault() -> None:
    """A code that says that facts were dropped is never passed over."""
    engine = Engine(PACK, remember=0)
    with (
        mock.patch.object(engine_module.durable_rules_engine, "assert_facts", return_value=(7, 0)),
        pytest.raises(EngineFaultError, match="code 7"),
    ):
        engine.evaluate([{}], LOST)


def test_a_session_in_which_nothing_fires_is_a_fault() -> None:
    """The rule that always fires did not: the answer would be a guess."""
    engine = Engine(PACK, remember=0)
    with (
        mock.patch.object(engine_module.durable_rules_engine, "start_action_for_state", return_value=None),
        pytest.raises(EngineFaultError, match="no rule at all"),
    ):
        engine.evaluate([{}], LOST)
