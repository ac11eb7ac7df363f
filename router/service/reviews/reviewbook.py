"""The reviews that an act on families touches: which of them follow its events, and which it answers."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from router.service.reviews.holdings import Act, now_of
from router.store.reviewrows import HeldReview, ReviewEventRow, ReviewState

_NOTHING: Mapping[int, int] = {}
#: The two families of each open review, by the review's id as a text.
Sides = dict[str, list[int]]


class ReviewBook:
    """Every open review of the families that an act begins with, and of those on their other sides."""

    def __init__(self, act: Act, family_ids: Iterable[int]) -> None:
        self._act = act
        self._reviews: dict[int, HeldReview] = {}
        self._written: set[int] = set()
        for family_id in sorted(set(family_ids)):
            act.holding(family_id)
            for held in act.space.open_reviews(family_id):
                self._reviews[held.row.review_id] = held
        for held in self._reviews.values():
            # Whoever is on the other side is judged over what these families become.
            act.holding(held.now.family_id)
            act.holding(held.now.other_family_id)

    def sides(self) -> Sides:
        """Return the two families of each open review, as a regrouping keeps them."""
        return {
            str(one.row.review_id): [one.now.family_id, one.now.other_family_id]
            for one in self._reviews.values()
            if one.now.closed_at is None
        }

    def get(self, review_id: int) -> HeldReview:
        """Return a review, which need not be an open one."""
        if review_id not in self._reviews:
            self._reviews[review_id] = self._act.space.reader.reviews_by_id([review_id])[review_id]
        return self._reviews[review_id]

    def set(self, review_id: int, **changes: Any) -> HeldReview:
        """Change how a review stands."""
        held = self.get(review_id)
        held = dataclasses.replace(held, now=dataclasses.replace(held.now, **changes))
        self._reviews[review_id] = held
        self._written.add(review_id)
        return held

    def note(self, review_id: int, kind: str, *, reason: str = "", note: str = "", until: int | None = None) -> None:
        """Write down what was done about a review."""
        act = self._act
        act.change.review_events.append(
            ReviewEventRow(act.tools.ids.new(), review_id, kind, act.work.caller.name, act.at, until, reason, note)
        )

    def close(self, review_id: int, state: ReviewState) -> None:
        """Answer a review."""
        self.set(
            review_id,
            state=state,
            closed_at=self._act.at,
            claimed_by="",
            claimed_until=None,
            first_said="",
            first_by="",
        )

    def reopen(self, review_id: int, family_id: int, other_family_id: int) -> None:
        """Ask a review's question again."""
        self.set(
            review_id, state=ReviewState.OPEN, closed_at=None, family_id=family_id, other_family_id=other_family_id
        )
        self._act.holding(family_id)
        self._act.holding(other_family_id)

    def ask_again(self, review_id: int, reason: str) -> None:
        """Open a review again that an act settled, now that the act is taken back."""
        held = self.get(review_id)
        if held.now.state is ReviewState.SETTLED:
            reader = self._act.space.reader
            self.reopen(review_id, *(now_of(reader, one) for one in (held.now.family_id, held.now.other_family_id)))
            self.note(review_id, "reopened", reason=reason)

    def follow(self, merged: Mapping[int, int] = _NOTHING) -> list[int]:
        """Let each open review follow its event and the families that were merged, and close those that are answered.

        ``merged`` says into which family a family was merged. Returns the ids of those that were closed by this.
        """
        homes = {event_id: one.family_id for one in self._act.holdings() for event_id in one.links}
        closed = []
        for review_id, held in sorted(self._reviews.items()):
            if held.now.closed_at is not None:
                continue
            here = homes.get(held.row.event_id, held.now.family_id)
            there = merged.get(held.now.other_family_id, held.now.other_family_id)
            if (here, there) != (held.now.family_id, held.now.other_family_id):
                self.set(review_id, family_id=here, other_family_id=there)
            if here == there or self._act.are_apart(self._act.holding(here), self._act.holding(there)):
                self.close(review_id, ReviewState.SETTLED)
                self.note(review_id, "settled")
                closed.append(review_id)
        return closed

    def settle(self) -> None:
        """Write down how the reviews stand, and let what follows see it."""
        states = [self._reviews[one].now for one in sorted(self._written)]
        self._act.change.review_states.extend(states)
        for state in states:
            self._act.change.touched |= {state.family_id, state.other_family_id}
        now: dict[int, list[HeldReview]] = defaultdict(list)
        for _, held in sorted(self._reviews.items()):
            if held.now.closed_at is None:
                for family_id in {held.now.family_id, held.now.other_family_id}:
                    now[family_id].append(held)
        families = {one.family_id for one in self._act.holdings()}
        self._act.space.replace_reviews({one: tuple(now[one]) for one in families})
