"""The services that a change names are those whose care it changes, and no others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from router.rules.loader import build_pack
from router.service.golive.naming import services_named
from tests.support.processing import PACK
from tests.support.rules import FILES, changed


def named(file: str, change: Callable[[str], str]) -> frozenset[str]:
    """Return what a change of one file of the shipped pack names."""
    before = FILES[file].decode()
    after = change(before)
    assert after != before
    return services_named(PACK, build_pack({**FILES, file: after.encode()}))


def test_a_changed_service_is_named() -> None:
    """Its file alone was changed, if only in words."""
    assert services_named(PACK, build_pack(changed())) == {"cpmht"}


def test_nothing_is_named_where_nothing_changes() -> None:
    """Nor by comments, nor by tests of the whole pack."""
    assert services_named(PACK, PACK) == frozenset()
    assert named("lead.yaml", lambda text: f"# a word\n{text}") == frozenset()


def test_a_changed_move_names_who_gives_and_who_takes() -> None:
    """Both have to agree."""
    move = next(iter(PACK.moves.values()))
    file = next(name for name in FILES if name.startswith("pathways/") and f"{move.name}:".encode() in FILES[name])
    found = named(file, lambda text: text.replace(f'label: "{move.label}"', f'label: "{move.label} now"', 1))
    assert found == {*move.givers, move.receiver}


def test_a_changed_fact_names_whose_criteria_rest_on_it() -> None:
    """Services, and those of moves, that ask about it."""
    fact = PACK.facts["parent_illness_severity"]
    found = named("facts.yaml", lambda text: text.replace(fact.ask, fact.ask[:-1] + ", today?", 1))
    rest = {
        name
        for name, one in PACK.services.items()
        if any(criterion.condition.fact == fact.name for criterion in one.criteria.values())
    }
    assert rest
    assert rest <= found


def test_a_board_names_what_it_lacks_from_now_on() -> None:
    """The one service, and not the others that the board lacks as before."""
    board = next(one for one in PACK.boards.values() if one.lacks)
    missing = sorted(board.lacks)
    spare = sorted(name for name in PACK.services if name not in board.lacks)
    found: frozenset[str] = frozenset()
    for service in spare:
        try:
            found = named(
                "boards.yaml", lambda text, service=service: text.replace(missing[0], f"{missing[0]}, {service}", 1)
            )
        except Exception:  # noqa: BLE001 - a board may not lack a service of the safety floor
            continue
        assert found == {service}
        return
    pytest.fail("no board may lack another service")


def test_an_order_names_what_moved() -> None:
    """Two that change places in the last resort of the order, and no others."""
    first, second = PACK.order.tie_break[:2]
    found = named(
        "lead.yaml",
        lambda text: (
            text.replace(first, "\0", 1).replace(second, first, 1).replace("\0", second, 1)
            if text.index(first) > text.index("tie_break")
            else _swapped(text, first, second)
        ),
    )
    assert found <= {first, second}
    assert found


def _swapped(text: str, first: str, second: str) -> str:
    head, tail = text[: text.index("tie_break")], text[text.index("tie_break") :]
    return head + tail.replace(first, "\0", 1).replace(second, first, 1).replace("\0", second, 1)
