"""The made-up families: who they are, apart from what any system says of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from adapters.population.names import BABIES, BOARDS, BOYS, FATHERS, MOTHERS, SURNAMES, Board, Register


@dataclass(frozen=True, slots=True)
class Someone:
    """One person as the truth is; systems may know less, or spell it otherwise."""

    given: str
    family: str
    born: date | None
    female: bool
    chi: str = ""
    phone: str = ""
    email: str = ""
    former: str = ""
    order: int = 0
    births: int = 0

    def spelt(self, given: str = "", family: str = "") -> Someone:
        """Return the same person as somebody else spells the name."""
        return replace(self, given=given or self.given, family=family or self.family)

    @property
    def sex(self) -> str:
        """F or M."""
        return "F" if self.female else "M"


@dataclass(frozen=True, slots=True)
class Family:
    """One family: ``number`` counts from 1. ``due`` is set while a baby is expected."""

    number: int
    mother: Someone
    babies: tuple[Someone, ...]
    partner: Someone
    board: Board
    address: str
    postcode: str
    due: date | None = None
    language: str = ""

    @property
    def baby(self) -> Someone:
        """The first baby."""
        return self.babies[0]


@dataclass(slots=True)
class Maker:
    """Makes families, each from the next random numbers, so that a seed gives the same ones for ever."""

    rng: Random
    as_at: date
    made: int = 0
    register: Register = field(init=False)

    def __post_init__(self) -> None:
        self.register = Register(self.rng)
        self._names = [(given, family) for family in SURNAMES for given in MOTHERS]
        self.rng.shuffle(self._names)

    _names: list[tuple[str, str]] = field(init=False)

    def family(
        self,
        *,
        age_days: int | None = None,
        weeks_pregnant: int | None = None,
        babies: int = 1,
        mother_age: int | None = None,
        board: Board | None = None,
    ) -> Family:
        """Make a family with a baby of ``age_days``, or one expected, or neither."""
        self.made += 1
        given, family = self._names.pop()
        home = board or BOARDS[self.made % len(BOARDS)]
        years = mother_age or self.rng.randrange(21, 40)
        born = self.as_at - timedelta(days=years * 365 + self.rng.randrange(60, 300))
        mother = Someone(
            given,
            family,
            born,
            female=True,
            chi=self.register.chi(born, female=True),
            phone=self.register.phone(),
            email=f"{given.lower()}.{family.lower()}@example.org",
        )
        due = None if weeks_pregnant is None else self.as_at + timedelta(weeks=40 - weeks_pregnant)
        return Family(
            number=self.made,
            mother=mother,
            babies=self._babies(family, age_days, babies),
            partner=Someone(self.rng.choice(FATHERS), family, None, female=False, phone=self.register.phone()),
            board=home,
            address=self.register.address(),
            postcode=self.register.postcode(home),
            due=due,
        )

    def _babies(self, family: str, age_days: int | None, number: int) -> tuple[Someone, ...]:
        if age_days is None:
            return ()
        born = self.as_at - timedelta(days=age_days)
        names = self.rng.sample(BABIES, number)
        return tuple(
            Someone(
                name,
                family,
                born,
                female=name not in BOYS,
                chi=self.register.chi(born, female=name not in BOYS),
                order=order if number > 1 else 0,
                births=number if number > 1 else 0,
            )
            for order, name in enumerate(names, start=1)
        )
