"""What follows from everything that was done about packs: which one is live, and how far each proposal has come.

Pure: the acts in their order and a moment go in. The rules by which a pack comes into force are here and nowhere else.

- A pack needs an approval for each service that the change names, and the approvals of two people. The proposer's own
  approval counts for a service, and never as one of the two.
- It comes into force only as a change of the pack that it was proposed as a change of. Where another one is live at its
  moment, what people approved is not what would happen, and it does not come into force.
- To roll back is to end the live pack, so that the one before it is live again. The first pack cannot be ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from router.store.packrows import PackActKind, PackActRow

PEOPLE_WANTED = 2


class State(StrEnum):
    """How far a pack has come; the names are the contract's."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DUE = "due"
    LIVE = "live"
    REPLACED = "replaced"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"
    OUTDATED = "outdated"


WAITING = frozenset({State.PROPOSED, State.APPROVED, State.DUE})
"""The states of a proposal that may still come into force."""


@dataclass(slots=True)
class Entry:
    """One pack that is, was or is to be proposed or in force. ``proposed`` is None for the first pack of a store.

    ``live_from`` and ``live_until`` are moments; of a pack that is due, ``live_from`` lies ahead. ``back_from`` is when
    the pack after it was last rolled back, so that it came into force again.
    """

    digest: str
    first: PackActRow
    proposed: PackActRow | None = None
    title: str = ""
    base: str = ""
    services: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    approvals: list[PackActRow] = field(default_factory=list)
    rejection: PackActRow | None = None
    activation: PackActRow | None = None
    live_from: int | None = None
    live_until: int | None = None
    back_from: int | None = None
    rolled_back: PackActRow | None = None
    not_loaded: PackActRow | None = None
    shadow: PackActRow | None = None
    shadow_stop: PackActRow | None = None
    state: State = State.PROPOSED

    @property
    def proposal_id(self) -> int:
        """The proposal's id; 0 for the first pack of a store."""
        return self.proposed.act_id if self.proposed else 0

    @property
    def people(self) -> frozenset[str]:
        """Who has approved, but for the proposer."""
        proposer = self.proposed.made_by if self.proposed else ""
        return frozenset(one.made_by for one in self.approvals) - {proposer}

    def approval_of(self, service: str) -> PackActRow | None:
        """Return the first approval for a service."""
        return next((one for one in self.approvals if one.service == service), None)

    @property
    def unapproved(self) -> tuple[str, ...]:
        """The services that the change names and that have not approved."""
        return tuple(one for one in self.services if self.approval_of(one) is None)

    @property
    def is_approved(self) -> bool:
        """Whether nothing is wanted any more."""
        return not self.unapproved and len(self.people) >= PEOPLE_WANTED

    def waits_for(self) -> Iterator[str]:
        """Yield what is still wanted, in sentences."""
        for service in self.unapproved:
            yield f"Somebody of '{service}' must approve"
        lacking = PEOPLE_WANTED - len(self.people)
        if lacking > 0:
            proposer = self.proposed.made_by if self.proposed else ""
            who = "One more person" if lacking == 1 else "Two people"
            yield f"{who} must approve, and not {proposer}, who proposed it"


class Book:
    """The packs of a store as they stand at a moment."""

    def __init__(self, acts: Sequence[PackActRow], now: int) -> None:
        # An act proves that its moment has come, whatever the clock of this host says.
        self.now = max([now, *(one.made_at for one in acts)])
        self.acts = tuple(acts)
        self.entries: dict[int, Entry] = {}
        self._stack: list[Entry] = []
        for act in acts:
            self._take(act)
        for _, act in self._moments():
            self._come_into_force(act)
        for entry in self.entries.values():
            entry.state = self._state(entry)

    @property
    def live(self) -> Entry | None:
        """The pack in force; None for a store that knows of none."""
        return self._stack[-1] if self._stack else None

    @property
    def before(self) -> tuple[Entry, ...]:
        """The packs that rolling back again and again would lead to, the nearest first."""
        return tuple(self._stack[-2::-1])

    @property
    def due(self) -> Entry | None:
        """The pack that is activated and waits for its date."""
        return next((one for one in self.entries.values() if one.state is State.DUE), None)

    @property
    def in_shadow(self) -> Entry | None:
        """The pack that runs in shadow: until it is stopped, comes into force, or can come into force no more."""
        running = (one for one in self.entries.values() if one.shadow and not one.shadow_stop)
        return next((one for one in running if one.state in WAITING), None)

    def named(self, name: str) -> Entry | None:
        """Return the pack of a digest's beginning, the newest where it was proposed more than once."""
        found = [one for one in self.entries.values() if one.digest.startswith(name)]
        return found[-1] if found and len({one.digest for one in found}) == 1 else None

    def shadow_until(self, entry: Entry) -> int | None:
        """Return until when a pack ran in shadow; None while it runs."""
        if entry.shadow_stop is not None:
            return entry.shadow_stop.made_at
        if entry is self.in_shadow:
            return None
        ends = (entry.live_from, entry.rejection.made_at if entry.rejection else None)
        return min((one for one in ends if one is not None), default=self.now)

    def of_act(self, act: PackActRow) -> Entry | None:
        """Return the pack that an act is about."""
        return self.entries.get(act.proposal_id) or next(
            (one for one in self.entries.values() if one.proposed is None and one.digest == act.digest), None
        )

    def _take(self, act: PackActRow) -> None:
        if act.kind is PackActKind.INSTALLED:
            # Of several processes that begin an empty store, the first one's pack is the store's first.
            if not self.entries:
                self.entries[0] = Entry(act.digest, act, title=_details(act)["title"])
        elif act.kind is PackActKind.PROPOSED:
            said = _details(act)
            services, findings = tuple(said["services"]), tuple(said["findings"])
            self.entries[act.act_id] = Entry(act.digest, act, act, said["title"], said["base"], services, findings)
        else:
            entry = self.of_act(act)
            if entry is not None:
                _follow(entry, act)

    def _moments(self) -> Iterable[tuple[tuple[int, int], PackActRow]]:
        """Return what changes which pack is live, each with its moment, in order."""
        last = {one.activation.act_id for one in self.entries.values() if one.activation}
        found = []
        for act in self.acts:
            at = max(act.made_at, act.live_from or 0)
            if act.kind in {PackActKind.INSTALLED, PackActKind.ROLLED_BACK} or act.act_id in last:
                found.append(((at, act.sequence), act))
        return sorted(one for one in found if one[0][0] <= self.now)

    def _come_into_force(self, act: PackActRow) -> None:
        at = max(act.made_at, act.live_from or 0)
        if act.kind is PackActKind.ROLLED_BACK:
            if len(self._stack) > 1:
                ended = self._stack.pop()
                ended.rolled_back, ended.live_until = act, at
                self._stack[-1].live_until, self._stack[-1].back_from = None, at
            return
        entry = self.of_act(act)
        if entry is None or entry in self._stack:
            return
        if act.kind is PackActKind.ACTIVATED:
            rejected = entry.rejection is not None and entry.rejection.made_at <= at
            if rejected or not entry.is_approved or not self._stack or self._stack[-1].digest != entry.base:
                return
            self._stack[-1].live_until = at
        entry.live_from = at
        self._stack.append(entry)

    def _state(self, entry: Entry) -> State:
        if entry is self.live:
            return State.LIVE
        if entry.rolled_back is not None:
            return State.ROLLED_BACK
        if entry in self._stack:
            return State.REPLACED
        if entry.rejection is not None:
            return State.REJECTED
        if self.live is None or self.live.digest != entry.base:
            return State.OUTDATED
        activation = entry.activation
        if activation is not None and entry.is_approved and (activation.live_from or 0) > self.now:
            entry.live_from = activation.live_from
            return State.DUE
        return State.APPROVED if entry.is_approved else State.PROPOSED


def _follow(entry: Entry, act: PackActRow) -> None:
    """Note on a pack what was done about it."""
    match act.kind:
        case PackActKind.APPROVED:
            entry.approvals.append(act)
        case PackActKind.REJECTED:
            entry.rejection = entry.rejection or act
        case PackActKind.ACTIVATED:
            # The last one holds: a date may be moved as long as it lies ahead.
            entry.activation = act
        case PackActKind.SHADOW_STARTED:
            entry.shadow, entry.shadow_stop = act, None
        case PackActKind.SHADOW_STOPPED:
            entry.shadow_stop = act
        case PackActKind.NOT_LOADED:
            entry.not_loaded = act
        case _:
            pass


def details_of(title: str, base: str = "", services: Iterable[str] = (), findings: Iterable[str] = ()) -> bytes:
    """Return what a proposal, or a first pack, says besides its row."""
    return orjson.dumps({"title": title, "base": base, "services": sorted(services), "findings": list(findings)})


def _details(act: PackActRow) -> dict[str, Any]:
    said: dict[str, Any] = orjson.loads(act.details)
    return said
