"""How a name is written, by the customs of its origin and the slips of whoever writes."""

from __future__ import annotations

from random import Random

from router.linkage import faults
from router.linkage.names import Names
from router.linkage.rates import Kind, Origin, Rates
from router.linkage.truth import Adult
from router.model.people import PersonName, Sex

_SWAPPED_MORE = {
    Origin.CHINESE: 8.0, Origin.WEST_AFRICAN: 4.0, Origin.SOUTH_ASIAN: 3.0, Origin.HORN_OF_AFRICA: 3.0,
    Origin.ARABIC: 2.0, Origin.PUNJABI_HINDI: 2.0,
}  # fmt: skip
"""How many times as often the two names stand in each other's field as they do of a Scottish name."""

_OLD_NAME = 0.25
_BOTH_NAMES = 0.45
_UPPER_CASE = 0.15
_WITH_TITLE = 0.03


def write_name(adult: Adult, names: Names, rates: Rates, rng: Random, kinds: set[Kind]) -> tuple[PersonName, ...]:
    """Return an adult's names as one source writes them, and add to ``kinds`` what happened to them."""
    given, family, former = adult.given, adult.surname, ""
    if adult.former:
        draw = rng.random()
        if draw < _OLD_NAME:
            family = adult.former
        elif draw < _OLD_NAME + _BOTH_NAMES:
            former = adult.former
        kinds.add(Kind.RENAMED)
    if rng.random() < rates.naming_custom:
        written = _by_custom(adult, given, family, rng)
        if written != (given, family):
            kinds.add(Kind.NAMING_CUSTOM)
            given, family = written
    if rng.random() < rates.spelt_otherwise and given in names.spellings:
        given = rng.choice(names.spellings[given])
        kinds.add(Kind.SPELT_OTHERWISE)
    if rng.random() < rates.surname_spelt_otherwise:
        family = _other_surname(family, names, rng)
    given, family = _slips(given, family, adult.origin, rates, rng, kinds)
    if rng.random() < _UPPER_CASE:
        given, family = given.upper(), family.upper()
    if rng.random() < _WITH_TITLE and given:
        given = f"{'Ms' if adult.sex is Sex.FEMALE else 'Mr'} {given}"
    name = PersonName(given, family)
    return (name, PersonName(given, former, former=True)) if former else (name,)


def _slips(given: str, family: str, origin: Origin, rates: Rates, rng: Random, kinds: set[Kind]) -> tuple[str, str]:
    if rng.random() < rates.name_mistyped:
        given = faults.mistype(given, rng)
        kinds.add(Kind.NAME_MISTYPED)
    if rng.random() < rates.name_mistyped:
        family = faults.mistype(family, rng)
        kinds.add(Kind.NAME_MISTYPED)
    draw = rng.random()
    if draw < rates.initial_only:
        given = given[:1]
        kinds.add(Kind.FORENAME_LACKING)
    elif draw < rates.initial_only + rates.forename_missing:
        given = ""
        kinds.add(Kind.FORENAME_LACKING)
    elif rng.random() < rates.swapped_names * _SWAPPED_MORE.get(origin, 1.0):
        given, family = family, given
        kinds.add(Kind.SWAPPED_NAMES)
    return given, family


def _other_surname(family: str, names: Names, rng: Random) -> str:
    """Return another spelling of a surname; Mac and Mc, and a double surname in its several forms."""
    known = names.surname_spellings.get(family)
    if known:
        return rng.choice(known)
    if family.startswith("Mc"):
        return rng.choice(("Mac", "Mac ", "Mc ", "M'")) + family[2:]
    if family.startswith("Mac") and len(family) > 5:  # noqa: PLR2004 - not Mackay's likes
        return "Mc" + family[3:].capitalize()
    return family


def _by_custom(adult: Adult, given: str, family: str, rng: Random) -> tuple[str, str]:
    """Return forename and surname in another form that the custom of the origin allows."""
    choose = rng.randrange(4)
    if "-" in family and adult.origin is Origin.SCOTTISH:
        one, _, other = family.partition("-")
        return given, (f"{one} {other}", one, other, f"{one}{other.lower()}")[choose]
    if adult.origin in {Origin.POLISH, Origin.GAELIC}:
        return faults.plain(given), faults.plain(_masculine(family) if choose == 0 else family)
    if adult.origin in {Origin.SOUTH_ASIAN, Origin.PUNJABI_HINDI}:
        return _with_second(adult, given, family, choose)
    if adult.origin is Origin.CHINESE:
        return _chinese(adult, given, family, choose)
    if adult.origin is Origin.ARABIC and family.startswith(("Al-", "El-")):
        return given, (family[3:], family.replace("-", ""), family.replace("-", " "), family.lower())[choose]
    if adult.origin in {Origin.WEST_AFRICAN, Origin.HORN_OF_AFRICA} and adult.second:
        second = adult.second
        if adult.origin is Origin.HORN_OF_AFRICA:
            # the second name is the grandfather's: a surname to some, and left out by others
            return (given, (second, f"{family} {second}", f"{family} {second}", family)[choose])
        return (second, f"{given} {second}", f"{second} {given}", f"{given} {second}")[choose], family
    if adult.origin is Origin.UKRAINIAN and adult.second:
        return f"{given} {adult.second}", family
    if adult.origin is Origin.IBERIAN:
        one, _, other = family.partition(" ")
        return faults.plain(given), faults.plain((one, one, f"{one}-{other}", other)[choose])
    return given, family


def _masculine(family: str) -> str:
    return family[:-1] + "i" if family.endswith(("ska", "cka")) else family


def _with_second(adult: Adult, given: str, family: str, choose: int) -> tuple[str, str]:
    if not adult.second:
        return given, family
    return (
        (given, adult.second),
        (f"{given} {adult.second}", family),
        (f"{given} {adult.second}", family),
        (given, f"{adult.second} {family}"),
    )[choose]


def _chinese(adult: Adult, given: str, family: str, choose: int) -> tuple[str, str]:
    if adult.second and choose == 0:
        return f"{adult.second} {given}", family
    if adult.second and choose == 1:
        return f"{given} ({adult.second})", family
    if " " in given:
        return given.replace(" ", ("", "-", "", "-")[choose]), family
    return given, family
