"""Words of the trade and abbreviations in a text, with plain words for each. The words are in ``jargon.yaml``."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from router.rules.yamlfile import read_yaml

_LIST = Path(__file__).with_name("jargon.yaml")
# Two capitals or more, digits and hyphens among them: CPMHT, PHQ-9, EPDS.
_ABBREVIATION = re.compile(r"\b(?=(?:[A-Z0-9-]*[A-Z]){2})[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*s?\b")
_BRACKETS = re.compile(r"\([^()]*\)")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True, slots=True)
class Words:
    """The agreed words: abbreviations that are known, names, and each word of the trade with the plain words for it."""

    known: frozenset[str]
    names: tuple[str, ...]
    plain: Mapping[str, str]


@functools.cache
def agreed() -> Words:
    """Return the words of ``jargon.yaml``."""
    data = read_yaml(_LIST, _LIST.name).data
    return Words(frozenset(data["known"]), tuple(data["names"]), data["words"])


def abbreviations(text: str) -> Iterator[str]:
    """Yield the abbreviations of a text that are neither known to everybody nor in brackets after plain words."""
    for found in _ABBREVIATION.findall(_without(text, ())):
        if found.removesuffix("s") not in agreed().known:
            yield found


def jargon(text: str, names: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield each word of the trade in a text, as it stands there, with plain words for it.

    Words inside a name count for nothing; ``names`` are those of the pack, such as its services.
    """
    rest = _without(text, (*agreed().names, *names))
    for word, plain in agreed().plain.items():
        found = re.search(rf"\b{re.escape(word)}\w*", rest, re.IGNORECASE)
        if found:
            yield found[0], plain


def _without(text: str, names: Iterable[str]) -> str:
    rest = _PLACEHOLDER.sub(" ", text)
    head, _, _ = rest.partition("(")
    # What stands in brackets explains what stands before it; brackets that open a text explain nothing.
    rest = _BRACKETS.sub(" ", rest) if head.strip() else rest
    for name in sorted(names, key=len, reverse=True):
        rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
    return rest
