"""The engine and the reference evaluator conclude the same, whatever the rules and facts."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.rules.engine import Engine
from router.rules.pack import Pack
from router.rules.reference import evaluate
from tests.support.packs import circumstances, packs, views


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), pack=packs)
def test_engine_and_reference_agree(data: st.DataObject, pack: Pack) -> None:
    """Criteria, verdicts, moves, lead and move are the same by both ways."""
    engine = Engine(pack)
    for _ in range(8):
        seen = data.draw(st.lists(views, min_size=1, max_size=3))
        given_circumstances = data.draw(circumstances(pack))
        expected = evaluate(pack, seen, given_circumstances)
        assert engine.evaluate(seen, given_circumstances) == expected
        # from memory, too
        assert engine.evaluate(seen, given_circumstances) == expected
