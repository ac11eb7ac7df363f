"""Addresses and postcodes of a country that looks like Scotland."""

from __future__ import annotations

from random import Random
from zlib import crc32

from router.linkage.names import Board, Names
from router.linkage.truth import Home

_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_SECTORS = 10
_UNITS_IN_SECTOR = 130
_MOST_HOUSES = 60
_STAYS_IN_SECTOR, _STAYS_IN_DISTRICT, _STAYS_IN_BOARD = 0.12, 0.45, 0.85
_FLATS = 0.35
_SHORT = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Drive": "Dr", "Crescent": "Cres", "Gardens": "Gdns"}


def new_home(names: Names, rng: Random) -> Home:
    """Return a home anywhere in the country."""
    board = names.board(rng)
    return _home(names, rng, board, rng.choice(board.districts), rng.randrange(_SECTORS))


def moved(home: Home, names: Names, rng: Random) -> Home:
    """Return where a family moves to: mostly not far."""
    draw = rng.random()
    if draw > _STAYS_IN_BOARD:
        return new_home(names, rng)
    board = next(one for one in names.boards if one.code == home.board_code)
    district, _, rest = home.postcode.partition(" ")
    if draw < _STAYS_IN_SECTOR:
        return _home(names, rng, board, district, int(rest[0]))
    if draw > _STAYS_IN_DISTRICT:
        district = rng.choice(board.districts)
    return _home(names, rng, board, district, rng.randrange(_SECTORS))


def _home(names: Names, rng: Random, board: Board, district: str, sector: int) -> Home:
    """Return a home in a sector. One postcode is one street."""
    place = rng.randrange(_UNITS_IN_SECTOR)
    unit = sector * _UNITS_IN_SECTOR + place
    letters = _LETTERS[place // len(_LETTERS)] + _LETTERS[place % len(_LETTERS)]
    street = crc32(f"{district}{unit}".encode())
    name = names.streets[street % len(names.streets)]
    kind = names.street_kinds[(street >> 8) % len(names.street_kinds)]
    flat = f"{rng.randrange(3)}/{rng.randrange(1, 4)}" if rng.random() < _FLATS else ""
    number = rng.randrange(1, _MOST_HOUSES)
    return Home(number, flat, f"{name} {kind}", board.town, f"{district} {sector}{letters}", board.code)


def neighbour(home: Home, rng: Random) -> Home:
    """Return another house of the same street and postcode."""
    other = (home.number + rng.randrange(1, _MOST_HOUSES - 1)) % _MOST_HOUSES + 1
    number = other if other != home.number else other + 1
    return Home(number, "", home.street, home.town, home.postcode, home.board_code)


def write_address(home: Home, rng: Random) -> tuple[str, ...]:
    """Return the lines of an address as one source writes them."""
    street = home.street
    draw = rng.random()
    if draw < 0.2:  # noqa: PLR2004 - a share
        name, _, kind = street.rpartition(" ")
        street = f"{name} {_SHORT.get(kind, kind)}"
    first = f"{home.number} {street}"
    if home.flat:
        first = f"Flat {home.flat}, {first}" if draw < 0.6 else f"{home.flat} {first}"  # noqa: PLR2004 - a share
    return (first, home.town) if draw < 0.9 else (first.upper(), home.town)  # noqa: PLR2004 - a share
