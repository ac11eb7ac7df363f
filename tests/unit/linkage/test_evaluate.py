"""The evaluation: what it counts, and that the matcher does well on a small part of what it is measured on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.linkage import evaluate as module
from router.linkage.evaluate import evaluate
from router.linkage.memory_index import MOST_FAMILIES_OF_A_KEY
from router.linkage.rates import Rates
from router.linkage.summary import summarise
from router.linkage.tally import Outcome, Tally, interval
from router.matching import MatchOutcome, MatchResult, load_weights
from router.matching.resolve import resolve
from router.service import workspace

SLICE = {"families": 1_500, "events": 1_500, "seed": 21}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Return the counts of 1,500 events against 1,500 families."""
    return evaluate(**SLICE)


def test_no_false_merge_no_twin_and_few_questions(outcome: Outcome) -> None:
    """On this slice no two families and no two children become one, and most duplicates are linked."""
    total = outcome.total
    assert total.false_merges == 0
    assert outcome.children.twins_merged == outcome.children.others_merged == 0
    assert total.linked / total.known > 0.93
    assert total.asked / total.known < 0.055
    assert total.missed / total.known < 0.013


def test_every_event_is_counted_once(outcome: Outcome) -> None:
    """Linked, asked, missed, founded: the parts make the whole, and the origins too."""
    total = outcome.total
    assert total.known + total.new == outcome.events == 1_500
    assert sum(tally.known + tally.new for tally in outcome.by_origin.values()) == 1_500
    assert outcome.families == 1_500


def test_adversaries_are_never_joined() -> None:
    """Of adversaries alone, four times as many as usual or more, none is joined to whom it is like."""
    hard = Rates().with_changes({
        "namesakes": 0.3, "sisters": 0.2, "twin_mothers": 0.1, "mother_and_daughter": 0.1, "fostered": 0.1,
        "adopted": 0.05, "surrogate": 0.05, "refuge": 0.2, "reused_phone": 0.1, "twins": 0.1,
    })  # fmt: skip
    found = evaluate(600, 600, 31, hard)
    assert found.total.false_merges == 0
    assert found.children.twins_merged == 0


def test_the_same_seed_gives_the_same_counts() -> None:
    """An evaluation can be repeated."""
    one, other = (evaluate(150, 150, 5) for _ in range(2))
    assert replace(one, seconds={}) == replace(other, seconds={})


def test_a_careless_matcher_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A matcher that joins the likeliest candidate whatever the gates is shown to make false merges."""

    def careless(people: object, home: object, candidates: object, weights: object, **more: object) -> MatchResult:
        result = resolve(people, home, candidates, weights, **more)  # type: ignore[arg-type]
        if result.outcome is MatchOutcome.ASK_A_PERSON:
            return resolve(people, home, candidates, weights, must_link=result.family_id)  # type: ignore[arg-type]
        return result

    monkeypatch.setattr(module, "resolve", careless)
    rates = Rates().with_changes({"namesakes": 0.3, "sisters": 0.2})
    assert evaluate(300, 300, 8, rates).total.false_merges > 5


def test_keys_are_passed_over_as_the_service_does() -> None:
    """The evaluation looks at no more families of a key than the service."""
    assert MOST_FAMILIES_OF_A_KEY == workspace.MOST_FAMILIES_OF_A_KEY


def test_goals_are_judged() -> None:
    """A count beyond its bound is not kept, and a group of few is said to be one of few."""
    bad = Outcome(events=1_000)
    bad.total = Tally(linked=900, asked=60, missed=40, false_merges=5)
    bad.by_origin = {
        "many": Tally(linked=800, missed=20),
        "worse": Tally(linked=80, missed=20),
        "few": Tally(linked=8, missed=1),
    }
    summary = summarise(bad, 1)
    assert not any(goal.kept for goal in summary.goals if goal.what != "twins merged")
    assert {group.name: group.verdict for group in summary.groups} == {
        "many": "kept", "worse": "exceeded", "few": "too few",
    }  # fmt: skip


def test_interval_holds_the_share() -> None:
    """The interval surrounds what was seen, and is wide where little was."""
    low, high = interval(10, 1_000)
    assert low < 0.01 < high
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 10)[1] > interval(0, 1_000)[1]


def test_weights_can_be_given() -> None:
    """Weights other than those in use can be measured: with a threshold out of reach nothing is linked unasked."""
    never = replace(load_weights(), automatic_bits=1_000.0)
    assert evaluate(100, 100, 3, weights=never).total.linked == 0
