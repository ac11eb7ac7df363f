"""Names in a form in which two spellings of the same name are equal, and the table of names that stand for each other.

Everything here is a pure function of text. Results are remembered, since the vocabulary of names is small and the same
names come again and again.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from metaphone import doublemetaphone

_REMEMBERED = 1 << 16
"""How many texts each function remembers: the forenames and surnames of a nation, not its people."""

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ħ": "h"})
_APOSTROPHES = "'’‘`´ʼʹ′"  # noqa: RUF001 - the marks that keyboards and printers put in O'Neil
_M_APOSTROPHE = re.compile(rf"^m\s?[{_APOSTROPHES}](?=\w)")
_APOSTROPHE = re.compile(rf"[{_APOSTROPHES}]")
_NOT_A_LETTER = re.compile(r"[\W\d_]+")

PLACEHOLDERS = frozenset({
    "anon", "anonymous", "babe", "baby", "bb", "boy", "child", "female", "fetus", "foetus", "girl", "infant", "male",
    "na", "neonate", "newborn", "nil", "nk", "none", "not", "quad", "tba", "tbc", "triplet", "twin", "unborn",
    "unknown", "unnamed",
})  # fmt: skip
"""First words that show that no forename was given: "Baby Smith", "Twin 1", "Infant of ...", "Not known"."""

_TITLES = frozenset({"mr", "mrs", "miss", "ms", "mx", "dr", "rev", "prof"})
_NO_SURNAME = frozenset({"unknown", "unnamed", "none", "na", "nk", "nil", "not", "tba", "tbc", "anon", "anonymous"})
_PARTICLES = frozenset({
    "al", "bin", "bint", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "ibn", "la", "le", "st", "ter",
    "van", "von", "y",
})  # fmt: skip
"""Words that belong to the surname after them and are no surname by themselves: "van der Berg"."""

IN_PLACE_OF_SURNAMES = frozenset({
    "akhtar", "begum", "bibi", "devi", "kaur", "kauser", "kausar", "khatoon", "khatun", "kumari", "nisa", "parveen",
    "singh", "sultana",
})  # fmt: skip
"""Second names of South Asian women and Sikhs that some registers hold as the surname and others leave out."""

Forename = tuple[str, ...]
"""The words of a forename, folded: ``("mary", "jane")``."""


@lru_cache(maxsize=_REMEMBERED)
def fold(text: str) -> str:
    """Return ``text`` in lower case without accents and apostrophes, other marks and digits as single spaces."""
    # taken apart before lower case, since some single signs stand for capitals or hold an apostrophe, and again after
    apart = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text))
    lowered = unicodedata.normalize("NFKD", apart.casefold().translate(_LETTERS))
    plain = "".join(ch for ch in lowered if not unicodedata.combining(ch))
    return _NOT_A_LETTER.sub(" ", _APOSTROPHE.sub("", plain)).strip()


@lru_cache(maxsize=_REMEMBERED)
def forename(text: str) -> Forename:
    """Return the words of a forename, or nothing when it is a placeholder such as "Baby Girl" or "Twin 1"."""
    words = fold(text).split()
    if words and words[0] in _TITLES:
        del words[0]
    if words == ["na"] and text.strip().endswith("Na"):
        return ("na",)  # a Chinese name; who means "not available" writes NA or n/a
    if not words or words[0] in PLACEHOLDERS or words[:2] == ["b", "o"]:  # "B/O Smith": baby of
        return ()
    return tuple(words)


@lru_cache(maxsize=_REMEMBERED)
def surname(text: str) -> tuple[str, ...]:
    """Return the whole surname as one word, then each of its parts if it has several.

    "McDonald", "Mac Donald" and "M'Donald" are all ``("macdonald",)``; "Smith-Jones" and "Smith Jones" are
    ``("smithjones", "smith", "jones")``; "O'Neil" and "O Neil" are ``("oneil",)``.
    """
    words = fold(_M_APOSTROPHE.sub("mac", text.strip().casefold())).split()
    if not words or words[0] in _NO_SURNAME:
        return ()
    parts: list[str] = []
    held = ""
    for word in words:
        if word in {"mac", "mc", "o"}:
            held += "mac" if word == "mc" else word
            continue
        parts.append(held + _spell_mac(word))
        held = ""
    if held:
        parts.append(held)
    whole = "".join(parts)
    single = dict.fromkeys(part for part in parts if len(part) > 1 and part not in _PARTICLES and part != whole)
    return (whole, *single)


def _spell_mac(word: str) -> str:
    return "mac" + word[2:] if word.startswith("mc") else word


@lru_cache(maxsize=_REMEMBERED)
def sound(word: str) -> str:
    """Return how a folded name sounds (double metaphone, first form), or its first letters where that knows none."""
    code: str = doublemetaphone(word)[0]
    return code or word[:6]


@cache
def _table() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Read ``name_variants.json``: the heads of each variant's groups, and every name known to be a name."""
    text = resources.files("router.matching").joinpath("name_variants.json").read_text(encoding="utf-8")
    content = json.loads(text)
    heads: dict[str, set[str]] = {}
    for head, others in content["groups"].items():
        for name in (head, *others):
            heads.setdefault(fold(name), set()).add(fold(head))
    known = heads.keys() | {fold(name) for name in content["distinct"]}
    return {name: frozenset(group) for name, group in heads.items()}, frozenset(known)


@lru_cache(maxsize=_REMEMBERED)
def variant_heads(word: str) -> frozenset[str]:
    """Return the names that a folded forename stands for: "beth" is of "elizabeth" and "bethany"; often empty."""
    return _table()[0].get(word, frozenset())


@lru_cache(maxsize=_REMEMBERED)
def are_variants(one: str, other: str) -> bool:
    """Return whether two folded forenames may be the same name: Mhairi and Mairi, Elizabeth and Liz."""
    return not variant_heads(one).isdisjoint(variant_heads(other))


def is_known_name(word: str) -> bool:
    """Return whether a folded forename is known to be a name of its own, so that it is no slip for a similar one."""
    return word in _table()[1]


@lru_cache(maxsize=_REMEMBERED)
def forename_sounds(words: Forename) -> tuple[str, ...]:
    """Return the sounds under which a forename is looked up: of the names it stands for, else its own."""
    if not words:
        return ()
    return tuple(sorted({sound(head) for head in variant_heads(words[0]) or (words[0],)}))
