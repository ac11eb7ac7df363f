"""Acts about packs, for tests of the rules by which they come into force."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from router.service.golive.book import Book, details_of
from router.store.packrows import PackActKind, PackActRow

FIRST = "first"
_DAY = 86_400_000_000


class Acts:
    """Writes acts down, one second after the other unless told otherwise."""

    def __init__(self) -> None:
        self.rows: list[PackActRow] = []
        self._ids = count(1)
        self.now = 1_000_000
        self.add(PackActKind.INSTALLED, FIRST, by="router", details=details_of("First"))

    def add(
        self,
        kind: PackActKind,
        digest: str,
        *,
        proposal_id: int = 0,
        by: str = "ailsa",
        service: str = "",
        live_from: int | None = None,
        details: bytes = b"",
        own: bool = False,
    ) -> PackActRow:
        """Write an act down."""
        self.now += 1_000_000
        act_id = next(self._ids)
        proposal_id = act_id if own else proposal_id
        row = PackActRow(
            act_id, kind, digest, proposal_id, service, by, self.now, live_from, "", details, len(self.rows) + 1
        )
        self.rows.append(row)
        return row

    def propose(
        self, digest: str, *, base: str = FIRST, services: Sequence[str] = ("cpmht",), by: str = "ailsa"
    ) -> int:
        """Propose a pack and return the proposal's id."""
        details = details_of(digest.title(), base, services)
        return self.add(PackActKind.PROPOSED, digest, by=by, details=details, own=True).act_id

    def approve(self, digest: str, proposal_id: int, by: str, service: str = "") -> None:
        """Approve a pack."""
        self.add(PackActKind.APPROVED, digest, proposal_id=proposal_id, by=by, service=service)

    def activate(self, digest: str, proposal_id: int, *, in_days: int = 0) -> None:
        """Activate a pack."""
        self.add(
            PackActKind.ACTIVATED, digest, proposal_id=proposal_id, live_from=self.now + 1_000_000 + in_days * _DAY
        )

    def approved(self, digest: str, *, base: str = FIRST, services: Sequence[str] = ("cpmht",)) -> int:
        """Propose a pack that everybody approves, and return the proposal's id."""
        proposal_id = self.propose(digest, base=base, services=services)
        for service in services:
            self.approve(digest, proposal_id, "isla", service)
        self.approve(digest, proposal_id, "fergus")
        return proposal_id

    def book(self, *, in_days: int = 0) -> Book:
        """Return the book as it stands so many days on."""
        return Book(self.rows, self.now + in_days * _DAY)
