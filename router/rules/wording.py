"""How a service stands in a sentence, where its file does not say so."""

from __future__ import annotations

import re

#: What there is one of, and so has an article. Others are things that are done: "parenting education".
_ONE_OF = frozenset({
    "centre", "clinic", "desk", "group", "hub", "midwife", "nurse", "partnership", "practice", "programme", "project",
    "service", "team", "unit", "visitor", "ward", "worker",
})  # fmt: skip
_AFTER_THE_NOUN = re.compile(r"\s+(?:after|at|for|in|of|on|to|with)\s+", re.IGNORECASE)


def in_a_sentence(label: str) -> str:
    """Return a label as it stands within a sentence: "the community team for adults", "health visiting"."""
    first = label.partition(" ")[0]
    # An abbreviation stays as it is.
    lowered = label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]
    noun = _AFTER_THE_NOUN.split(label)[0].rpartition(" ")[2].lower()
    return f"the {lowered}" if noun in _ONE_OF else lowered
