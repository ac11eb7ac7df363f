"""What holds of synthetic families for any seed and rates."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.linkage.generate import as_json_line, generate
from router.linkage.rates import Rates

SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

seeds = st.integers(0, 10**9)
rates = st.fixed_dictionaries({
    name: st.sampled_from((0.0, 0.05, 0.5, 1.0))
    for name in (
        "moved", "renamed", "double_surname", "next_pregnancy", "twins", "naming_custom", "swapped_names",
        "name_mistyped", "birth_date_fault", "phone_missing", "twin_omitted", "child_only", "sisters", "twin_mothers",
        "namesakes", "refuge", "mother_and_daughter", "fostered", "adopted", "surrogate", "same_sex_parents",
    )
}).map(Rates().with_changes)  # fmt: skip


@SOME
@given(seeds, rates)
def test_the_same_seed_gives_the_same_bytes(seed: int, chosen: Rates) -> None:
    """Made twice, or only in part, the stream is the same."""
    whole = [as_json_line(one) for one in generate(12, seed, chosen)]
    assert [as_json_line(one) for one in generate(12, seed, chosen)] == whole
    part = [as_json_line(one) for one in generate(4, seed, chosen)]
    assert whole[: len(part)] == part


@SOME
@given(seeds, rates)
def test_the_truth_is_consistent(seed: int, chosen: Rates) -> None:
    """Refs are the event's own, families' events come in order of time, and the first is the first."""
    seen: dict[int, object] = {}
    references = set()
    for one in generate(12, seed, chosen):
        truth, event = one.truth, one.event
        assert {person.ref for person in event.people} == truth.people.keys()
        assert len(set(truth.people.values())) == len(truth.people)
        assert truth.first is (truth.family not in seen)
        assert truth.starts <= truth.first
        before = seen.get(truth.family)
        assert before is None or before.date() <= event.occurred_at.date()  # type: ignore[attr-defined]
        seen[truth.family] = event.occurred_at
        references.add((event.source_system, event.source_reference))
        assert event.people
    assert len(references) == sum(1 for _ in generate(12, seed, chosen))
    assert len(seen) >= 12
