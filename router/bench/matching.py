"""How well the matcher does, as a part of the measurement: on public data beside Splink, and on made-up families."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rich.console import Console

from router.linkage import public_data
from router.linkage.evaluate import evaluate
from router.linkage.memory import no_cycle_search
from router.linkage.summary import summarise
from router.linkage.tables import family_tables, public_table

_FAMILIES = 20_000
_SEED = 1


def matching(console: Console, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure, print, and return the figures; without the extra ``bench`` the public data are left out, and it says so.

    The full measurement, on 100,000 families, is ``router families evaluate``.
    """
    lacking = public_data.missing()
    content: dict[str, Any] = {}
    if lacking:
        content["public_data"] = {"left_out": public_data.HOW_TO_INSTALL}
        console.print(f"  FEBRL and Splink left out: {public_data.HOW_TO_INSTALL}.", markup=False)
    else:
        say("Matching the public data")
        compared = list(public_data.compare())
        content["public_data"] = {one.name: asdict(one) for one in compared}
        console.print(public_table(compared))
    say("Matching families")
    with no_cycle_search():
        summary = summarise(evaluate(_FAMILIES, _FAMILIES, _SEED), _SEED)
    content["families"] = summary.as_json()
    goals, *_ = family_tables(summary)
    console.print(goals)
    return content
