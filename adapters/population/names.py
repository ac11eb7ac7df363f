"""Names, addresses and numbers that no real family has: surnames say so, and the telephone numbers ring nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

MOTHERS = (
    "Ailsa", "Mhairi", "Eilidh", "Kirsty", "Iona", "Catriona", "Morag", "Shona", "Fiona", "Isla", "Skye", "Rhona",
    "Beathag", "Lorna", "Senga", "Agnieszka", "Fatima", "Oksana", "Elspeth", "Jean", "Nicola", "Heather", "Una",
)  # fmt: skip
BABIES = (
    "Angus", "Callum", "Fergus", "Hamish", "Finlay", "Rory", "Lachlan", "Struan", "Ruaridh", "Murdo",
    "Freya", "Orla", "Ava", "Esme", "Flora", "Maisie", "Innes", "Ellie", "Aila", "Bonnie",
)  # fmt: skip
BOYS = frozenset(BABIES[:10])
FATHERS = ("Stuart", "Gregor", "Ewan", "Craig", "Alasdair", "Blair", "Kenneth", "Duncan", "Marek", "Imran")
SURNAMES = (
    "Testburn", "MacSample", "Mockhart", "Exampleton", "Fictley", "Demoray", "Trialside", "Draftmuir", "Placeholt",
    "Specimenson", "Dummond", "MacFixture", "Stubbside", "Samplewood", "Fauxgilvray", "Notreally", "Testerson",
    "Imagineson", "MacMadeup", "Pretendie", "Inventley", "Mocklachlan", "Modelmuir", "Sandboxter", "Fablesyde",
)  # fmt: skip
STREETS = ("Sample Street", "Test Terrace", "Example Wynd", "Fixture Road", "Mock Close", "Specimen Brae", "Demo Loan")
_CHI_WEIGHTS = range(10, 1, -1)


@dataclass(frozen=True, slots=True)
class Board:
    """One health board: its S08 code, its short name in systems' names, and postcode districts within it."""

    code: str
    name: str
    town: str
    districts: tuple[str, ...]


LANARKSHIRE = Board("S08000032", "lanarkshire", "Motherwell", ("ML1", "ML2", "ML3", "ML5"))
FIFE = Board("S08000029", "fife", "Kirkcaldy", ("KY1", "KY2", "KY8", "KY11"))
LOTHIAN = Board("S08000024", "lothian", "Edinburgh", ("EH4", "EH7", "EH16", "EH54"))
GLASGOW = Board("S08000031", "glasgow", "Glasgow", ("G12", "G31", "G42", "PA1"))
BOARDS = (LANARKSHIRE, FIFE, LOTHIAN, GLASGOW)


class Register:
    """Hands out identifiers, telephone numbers and addresses, each once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: set[str] = set()
        self._phones = rng.sample(range(1000), 1000)

    def chi(self, born: date, *, female: bool) -> str:
        """Return a number that passes modulus 11: DDMMYY, two digits, an even digit for female, the check digit."""
        while True:
            sex = self._rng.randrange(0, 10, 2) + (0 if female else 1)
            nine = f"{born:%d%m%y}{self._rng.randrange(100):02d}{sex}"
            total = sum(int(digit) * weight for digit, weight in zip(nine, _CHI_WEIGHTS, strict=True))
            check = (11 - total % 11) % 11
            number = f"{nine}{check}"
            if check < 10 and number not in self._given:  # noqa: PLR2004 - ten has no digit: the number is not issued
                self._given.add(number)
                return number

    def phone(self) -> str:
        """Return a mobile number of the range that Ofcom keeps for drama: 07700 900000 to 900999."""
        return f"07700 900{self._phones.pop():03d}"

    def address(self) -> str:
        """Return a first address line."""
        return f"{self._rng.randrange(1, 90)} {self._rng.choice(STREETS)}"

    def postcode(self, board: Board) -> str:
        """Return a postcode of a real district whose last part is not in use."""
        return f"{self._rng.choice(board.districts)} {self._rng.randrange(1, 10)}Z{self._rng.choice('ABDEFGHZ')}"
