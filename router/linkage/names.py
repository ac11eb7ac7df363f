"""The stock of names and places from which synthetic families are made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate
from random import Random
from typing import Any

from router.linkage.rates import Origin

_TAIL = 0.45
"""Share of Scottish surnames that stand in no list of the commonest: a long tail, made of parts of place names."""


class Drawn:
    """Names with how often each comes, to be drawn from."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._names = list(counts)
        self._sums = list(accumulate(counts.values()))

    def draw(self, rng: Random) -> str:
        """Return one name, each as often as its count says."""
        return rng.choices(self._names, cum_weights=self._sums)[0]


@dataclass(frozen=True, slots=True)
class Stock:
    """The names of one origin. ``second`` are second names that some write in the place of a surname."""

    women: Drawn
    men: Drawn
    girls: Drawn
    boys: Drawn
    surnames: Drawn | None
    second: tuple[str, ...]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One health board: its S08 code, a town, and postcode districts."""

    code: str
    town: str
    districts: tuple[str, ...]


class Names:
    """Everything in ``names.json``."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.stocks = {Origin(name): _stock(entry) for name, entry in content["origins"].items()}
        self.spellings: dict[str, list[str]] = content["spellings"]
        self.surname_spellings: dict[str, list[str]] = content["surname_spellings"]
        self.streets: list[str] = content["streets"]
        self.street_kinds: list[str] = content["street_kinds"]
        self.boards = [Board(code, town, tuple(districts)) for code, town, _, districts in content["boards"]]
        self._board_sums = list(accumulate(weight for _, _, weight, _ in content["boards"]))
        self._origins = list(self.stocks)
        self._origin_sums = list(accumulate(entry["share"] for entry in content["origins"].values()))
        scottish = content["origins"]["scottish"]
        self._first: list[str] = scottish["tail_first"]
        self._last: list[str] = scottish["tail_last"]

    def origin(self, rng: Random) -> Origin:
        """Return an origin, each as often as its share of mothers."""
        return rng.choices(self._origins, cum_weights=self._origin_sums)[0]

    def board(self, rng: Random) -> Board:
        """Return a health board, each as often as its share of families."""
        return rng.choices(self.boards, cum_weights=self._board_sums)[0]

    def surname(self, origin: Origin, rng: Random) -> str:
        """Return a surname; of those without surnames the name of a father."""
        stock = self.stocks[origin]
        if stock.surnames is None:
            return stock.men.draw(rng)
        if origin is Origin.SCOTTISH and rng.random() < _TAIL:
            return rng.choice(self._first) + rng.choice(self._last)
        if origin is Origin.IBERIAN:
            return f"{stock.surnames.draw(rng)} {stock.surnames.draw(rng)}"
        return stock.surnames.draw(rng)


def _stock(entry: dict[str, Any]) -> Stock:
    return Stock(
        women=Drawn(entry["women"]),
        men=Drawn(entry["men"]),
        girls=Drawn(entry.get("girls", entry["women"])),
        boys=Drawn(entry.get("boys", entry["men"])),
        surnames=Drawn(entry["surnames"]) if entry["surnames"] else None,
        second=tuple(entry.get("second", ())),
        english=tuple(entry.get("english", ())),
    )


@cache
def load_names() -> Names:
    """Return the names that come with the package."""
    return Names(json.loads(resources.files("router.linkage").joinpath("names.json").read_text(encoding="utf-8")))
