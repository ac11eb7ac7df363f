"""A failed test of a rule file: where it stands, and why the service that it expects does not lead."""

from __future__ import annotations

import pytest

from router.authoring.cases import run_cases
from tests.support import small_pack
from tests.support.small_pack import CLINIC, MOVES

ILL = "board: S08000015, given: {age_months: 3, level: mild}"
WORSE = "board: S08000015, given: {age_months: 3, level: severe}, incumbent: gp"
HANDED = (
    "board: S08000015, given: {age_months: 3, level: severe}, incumbent: gp, handed_over: {by: clinic, days_ago: 1}"
)


def failed(texts: dict[str, str], *cases: str) -> list[tuple[str, int | None, tuple[str, ...]]]:
    """Return file, line and faults of each test that fails once these cases are in the pack."""
    written = "".join(f'  - {{name: "{number}", {case}}}\n' for number, case in enumerate(cases))
    texts = texts | {"cases/some.yaml": f"cases:\n{written}"}
    return [(one.file, one.line, one.faults) for one in run_cases(small_pack.build(texts)) if one.faults]


@pytest.mark.parametrize(
    ("case", "got", "reason"),
    [
        (f"{ILL.replace('mild', 'none')}, expect: {{lead: clinic}}", "none",
         "clinic is not met (met: young; not met: ill)"),
        ("board: S08000015, given: {level: mild}, expect: {lead: clinic}", "none",
         "clinic is unknown (met: ill; unknown: young)"),
        (f"{ILL.replace('S08000015', 'S08000016')}, expect: {{lead: clinic}}", "none",
         "clinic is not offered in S08000016"),
        ("given: {age_months: 3, level: mild}, expect: {lead: clinic}", "none", "no board is stated"),
        (f"{ILL}, declined: [clinic], expect: {{lead: clinic}}", "none", "clinic declined"),
        ("board: S08000015, given: {age_months: 3, level: mild, colour: red}, expect: {lead: gp}", "clinic",
         "gp is met too; clinic comes first by need_tier (order, in lead.yaml)"),
        (f"{WORSE}, expect: {{lead: gp}}", "clinic", "to-clinic was followed (met: ill)"),
        (f"{WORSE}, expect: {{lead: cmht}}", "clinic", "gp leads, and no move goes from it to cmht"),
        (f"{WORSE.replace('severe', 'mild')}, expect: {{lead: clinic}}", "gp", "to-clinic is not met (not met: ill)"),
        (f"{WORSE}, declined: [clinic], expect: {{lead: clinic}}", "gp", "to-clinic is met, but clinic declined"),
        (f"{WORSE.replace('age_months: 3', 'age_months: 30')}, expect: {{lead: clinic}}", "gp",
         "to-clinic is met, but clinic is not met (met: ill; not met: young)"),
    ],
)  # fmt: skip
def test_a_lead_that_was_not_chosen_is_explained(case: str, got: str, reason: str) -> None:
    """What kept the expected service from leading follows what was expected."""
    wanted = case.rpartition("lead: ")[2].rstrip("}")
    found = failed(small_pack.files(), case)
    assert found == [("cases/some.yaml", 2, (f"expected lead {wanted}, got {got}", reason))]


@pytest.mark.parametrize(
    ("name", "old", "new", "case", "got", "reason"),
    [
        ("services/cmht.yaml", "tier: 0", "tier: 0\ncan_lead: false",
         "board: S08000015, given: {colour: red}, expect: {lead: cmht}", "cpmht", "cmht never leads (can_lead: false)"),
        (CLINIC, "tier: 1", "tier: 1\nreferrers: [gp]",
         f"{ILL}, referrer: health-visiting, expect: {{lead: clinic}}", "none",
         "clinic takes no referral from that referrer"),
        (MOVES, "kind: step_up", "kind: joint_work", f"{WORSE}, expect: {{lead: clinic}}", "gp",
         "to-clinic is met, but moves nobody (joint_work)"),
        (MOVES, "when: {all: [ill]}", "when: {all: [ill]}\n    guard: {back_needs_news: true}",
         f"{HANDED}, expect: {{lead: clinic}}", "gp",
         "to-clinic is held back by its guard"),
    ],
)  # fmt: skip
def test_what_a_rule_says_of_itself_is_a_reason(
    name: str, old: str, new: str, case: str, got: str, reason: str
) -> None:
    """So does what stands in the service's own file, and in the move's."""
    wanted = case.rpartition("lead: ")[2].rstrip("}")
    found = failed(small_pack.plant(name, old, new), case)
    assert found == [("cases/some.yaml", 2, (f"expected lead {wanted}, got {got}", reason))]


def test_a_move_that_lost_to_another_is_told_of_it() -> None:
    """Of two moves that are met one is followed; the other's test says which."""
    move = small_pack.files()[MOVES].removeprefix("moves:\n")
    texts = small_pack.plant(
        MOVES, move, move + move.replace("to-clinic", "to-cpmht").replace("to: clinic", "to: cpmht")
    )
    case = f"{WORSE.replace('severe', 'severe, colour: red')}, expect: {{lead: cpmht}}"
    reason = "to-cpmht is met, but to-clinic was followed"
    assert failed(texts, case) == [("cases/some.yaml", 2, ("expected lead cpmht, got clinic", reason))]


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        (CLINIC, "expect: {outcome: met}", "expect: {outcome: unknown}", 19),
        (MOVES, "expect: unknown", "expect: met", 15),
    ],
)
def test_a_failed_test_is_told_with_its_line(name: str, old: str, new: str, line: int) -> None:
    """The line is that of the test, in a service's file and in one of moves; tests that pass are not looked up."""
    results = list(run_cases(small_pack.build(small_pack.plant(name, old, new))))
    assert [(one.file, one.line) for one in results if one.faults] == [(name, line)]
    assert {one.line for one in results if not one.faults} == {None}


def test_each_case_of_a_file_has_its_own_line() -> None:
    """The second of two that fails is told as the second."""
    passing, failing = f"{ILL}, expect: {{lead: clinic}}", f"{ILL}, expect: {{outcome: desk}}"
    found = failed(small_pack.files(), passing, failing, passing, failing)
    assert [line for _, line, _ in found] == [3, 5]
