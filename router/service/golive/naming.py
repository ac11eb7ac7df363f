"""Which services a change of rules names, so that it is known who must approve it.

A service is named when it is added, dropped or changed; when a move from or to it is; when a fact that its criteria or
such a move rest on is; when a board's entry names it, there or not there; and when its place in the order of leads, or
that of a need that it meets, is another. What is compared is what the files say together, not how they are written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from router.rules.pack import Pack, Rule

# What other rules are made of, and what each test says: compared where it is used, or of no effect on families.
_NOT_COMPARED = frozenset({"digest", "files", "sources", "cases", "stories", "services", "moves", "facts"})


def services_named(old: Pack, new: Pack) -> frozenset[str]:
    """Return the services, of either pack, that the change from one to the other names."""
    named = set(_keys_that_differ(old.services, new.services))
    moves = set(_keys_that_differ(old.moves, new.moves))
    facts = set(_keys_that_differ(old.facts, new.facts))
    words: set[str] = set()
    for each in dataclasses.fields(Pack):
        if each.name not in _NOT_COMPARED:
            words |= set(_words_that_differ(getattr(old, each.name), getattr(new, each.name)))
    for pack in (old, new):
        for move in pack.moves.values():
            if move.name in moves or _rests_on(move, facts):
                named |= {*move.givers, move.receiver}
        for service in pack.services.values():
            if _rests_on(service, facts) or service.name in words or words.intersection(service.offers):
                named.add(service.name)
    return frozenset(named)


def _rests_on(rule: Rule, facts: set[str]) -> bool:
    return any(criterion.condition.fact in facts for criterion in rule.criteria.values())


def _keys_that_differ(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for key in old.keys() | new.keys():
        if key not in old or key not in new or old[key] != new[key]:
            yield key


def _words_that_differ(old: object, new: object) -> Iterator[str]:
    """Yield every text in the parts in which two values differ, the keys that lead there included."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in _keys_that_differ(old, new):
            yield str(key)
            yield from _words_that_differ(old.get(key), new.get(key))
    elif type(old) is type(new) and dataclasses.is_dataclass(old):
        for each in dataclasses.fields(old):
            yield from _words_that_differ(getattr(old, each.name), getattr(new, each.name))
    else:
        for part in _parts_that_differ(old, new):
            yield from _words_of(part)


def _parts_that_differ(old: object, new: object) -> Iterator[object]:
    if isinstance(old, frozenset | set) and isinstance(new, frozenset | set):
        yield from old ^ new
    elif isinstance(old, tuple | list) and isinstance(new, tuple | list):
        # Of an order, only what moved: to add one service to a list names no other.
        before, after = [repr(one) for one in old], [repr(one) for one in new]
        for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind != "equal":
                yield from (*old[a:b], *new[c:d])
    else:
        yield from (old, new)


def _words_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _words_of(key)
            yield from _words_of(part)
    elif isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes):
        for part in value:
            yield from _words_of(part)
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from _words_of(getattr(value, each.name))
