"""Every fault of a case is found at the value that is wrong: each is planted once in a case of a small pack."""

from __future__ import annotations

import pytest

from router.rules.yamlfile import PackError
from tests.support.small_pack import build, files

CASE = """\
cases:
  - name: "A case"
    board: S08000018
    given: {level: mild}
    requested: clinic
    incumbent: gp
    referrer: gp
    declined: [gp, clinic]
    handed_over: {by: gp, days_ago: 3}
    expect: {lead: clinic, supporting: [gp, clinic], not_supporting: [clinic]}
"""


def faults_with(case: str) -> list[str]:
    """Return the faults of the small pack with a file of cases, as they are printed."""
    with pytest.raises(PackError) as caught:
        build({**files(), "cases/a.yaml": case})
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("board", ["    board: S08000018\n", "    board: S08000029\n", ""])
def test_a_case_may_name_any_code_of_a_board_or_none(board: str) -> None:
    """An older code is a board's too, and a case without a board is of a family whose board is not known."""
    build({**files(), "cases/a.yaml": CASE.replace("    board: S08000018\n", board)})


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "board: S08000018",
            "board: S08000099",
            "3:12: 'S08000099' is not a board of boards.yaml; did you mean 'S08000029'?",
        ),
        ("requested: clinic", "requested: clinik", "5:16: 'clinik'"),
        ("incumbent: gp", "incumbent: gpp", "6:16: 'gpp'"),
        ("referrer: gp", "referrer: gpp", "7:15: 'gpp'"),
        ("[gp, clinic]\n", "[gp, clinik]\n", "8:20: 'clinik'"),
        ("by: gp", "by: gpp", "9:23: 'gpp'"),
        ("lead: clinic", "lead: clinik", "10:20: 'clinik'"),
        ("supporting: [gp,", "supporting: [gpp,", "10:41: 'gpp'"),
        ("not_supporting: [clinic]", "not_supporting: [clinik]", "10:71: 'clinik'"),
    ],
)
def test_a_name_in_a_case_is_found_where_it_stands(old: str, new: str, fault: str) -> None:
    """The line and column are those of the value."""
    assert CASE.count(old) == 1
    (told,) = faults_with(CASE.replace(old, new))
    assert told.startswith(f"cases/a.yaml:{fault}")
    assert "did you mean" in told
