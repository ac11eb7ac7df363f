"""A rule has no more criteria, and no more ways to be met, than can be looked at."""

from __future__ import annotations

import pytest

from router.rules.limits import MOST_CONJUNCTIONS, MOST_CRITERIA
from tests.support.small_pack import CLINIC, build, faults_of, files


def _criteria(count: int) -> str:
    return "".join(
        f'  c{n}:\n    label: "C"\n    when: {{fact: age_months, less_than: {n}}}\n    source: book\n'
        for n in range(count)
    )


def _with_criteria(count: int, combination: str) -> dict[str, str]:
    texts = files()
    head, _, rest = texts[CLINIC].partition("criteria:\n")
    tail = rest[rest.index("review:") :]
    texts[CLINIC] = f"{head}criteria:\n{_criteria(count)}eligible_when: {combination}\n{tail}"
    return texts


def test_too_many_criteria_are_found() -> None:
    """The limit itself is allowed."""
    every = ", ".join(f"c{n}" for n in range(MOST_CRITERIA))
    build(_with_criteria(MOST_CRITERIA, f"{{all: [{every}]}}"))
    faults = faults_of(_with_criteria(MOST_CRITERIA + 1, f"{{all: [{every}, c{MOST_CRITERIA}]}}"))
    assert faults == [
        f"services/clinic.yaml:7:1: has {MOST_CRITERIA + 1} criteria; at most {MOST_CRITERIA} are allowed"
    ]


@pytest.mark.parametrize("pairs", [6, 12])
def test_a_rule_that_unfolds_into_too_much_is_found(pairs: int) -> None:
    """Pairs of alternatives multiply: six make 64 ways, twelve more than are ever unfolded."""
    parts = ", ".join(f"{{any: [c{2 * n}, c{2 * n + 1}]}}" for n in range(pairs))
    (fault,) = faults_of(_with_criteria(2 * pairs, f"{{all: [{parts}]}}"))
    assert f"more than {MOST_CONJUNCTIONS} ways" in fault
    assert fault.startswith(f"services/clinic.yaml:{8 + 8 * pairs}:1:")
