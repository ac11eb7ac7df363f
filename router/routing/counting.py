"""Facts that are worked out from other facts: how a score has changed, and counts over several numbers.

What is missing stays missing: of a change both scores must be known, of a count every part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from router.model.facts import FactDefinition, Held, Known, Missing, NotApplicable, Unknown


def change_in(seen: Iterable[tuple[datetime, int, str]], within_days: int) -> Held:
    """Return by how much a number rose between the last two times that it was seen; a fall is below 0.

    ``seen`` has when, what, and by whose word. It is unknown where there is one such time only, where the two lie
    further apart than ``within_days``, or where at either different values were told.
    """
    told: dict[datetime, set[int]] = {}
    sources: dict[datetime, str] = {}
    for when, value, source in seen:
        told.setdefault(when, set()).add(value)
        sources[when] = max(source, sources.get(when, ""))
    last = sorted(told)[-2:]
    if len(last) < 2 or last[1] - last[0] > timedelta(days=within_days):  # noqa: PLR2004 - a change is between two
        return Unknown()
    before, now = (told[when] for when in last)
    if len(before) > 1 or len(now) > 1:
        return Unknown(Missing.CONFLICT)
    return Known(now.pop() - before.pop(), sources[last[1]], last[1])


def with_counts(definitions: Mapping[str, FactDefinition], held: Mapping[str, Held]) -> dict[str, Held]:
    """Return the counts and sums that follow from what is held. One that is itself told, and no earlier, stands."""
    found: dict[str, Held] = {}
    for name, definition in definitions.items():
        parts = definition.sum_of or definition.count_of
        if not parts:
            continue
        counted = _counted([held.get(part) for part in parts], is_sum=bool(definition.sum_of))
        told = held.get(name)
        if counted is not None and not (isinstance(told, Known) and told.observed_at >= counted.observed_at):
            found[name] = counted
    return found


def _counted(parts: Sequence[Held | None], *, is_sum: bool) -> Known | None:
    values: list[int] = []
    newest: Known | None = None
    for held in parts:
        if not isinstance(held, Known) or isinstance(held.value, NotApplicable) or not isinstance(held.value, int):
            return None
        values.append(held.value)
        if newest is None or (held.observed_at, held.source_system) > (newest.observed_at, newest.source_system):
            newest = held
    if newest is None:
        return None
    total = sum(values) if is_sum else sum(value > 0 for value in values)
    return Known(total, newest.source_system, newest.observed_at)
