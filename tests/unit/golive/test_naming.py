"""The services that a change names are those whose care it changes, and no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

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
    code, board = next((code, one) for code, one in PACK.boards.items() if one.lacks)
    service = next(name for name in PACK.services if name not in board.lacks)
    lacking = replace(board, lacks=board.lacks | {service})
    assert services_named(PACK, replace(PACK, boards={**PACK.boards, code: lacking})) == {service}


def test_an_order_names_what_moved() -> None:
    """One that changes places in the last resort of the order, and no others."""
    first, *rest = PACK.order.tie_break
    order = replace(PACK.order, tie_break=(*rest, first))
    assert services_named(PACK, replace(PACK, order=order)) == {first}


def test_an_order_of_needs_names_who_meets_them() -> None:
    """Services that offer the need that comes elsewhere now."""
    *rest, last = PACK.order.needs_order
    order = replace(PACK.order, needs_order=(last, *rest))
    meet = {name for name, one in PACK.services.items() if last in one.offers}
    assert services_named(PACK, replace(PACK, order=order)) == meet


def test_a_service_that_comes_or_goes_is_named() -> None:
    """Either way, it is its people's matter."""
    name, *_ = PACK.services
    without = replace(PACK, services={one: service for one, service in PACK.services.items() if one != name})
    assert name in services_named(PACK, without)
    assert name in services_named(without, PACK)
