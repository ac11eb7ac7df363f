"""What a walkthrough consists of: a scene for each event, and in it what each reader sees, is told and waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Who(StrEnum):
    """Those whose eyes a scene is seen through."""

    PARENT = "The parent"
    INFANT = "The infant"
    REFERRER = "The referrer"
    LEAD = "The lead"
    PARTNER_SERVICE = "A partner service"


@dataclass(frozen=True, slots=True)
class Perspective:
    """One reader's part of a scene. ``name`` says which one: a service, where it is one. Each list may be empty."""

    who: Who
    name: str
    sees: Sequence[str]
    told: Sequence[str]
    waits: Sequence[str]


@dataclass(frozen=True, slots=True)
class Scene:
    """One event. ``outcome`` says who leads after it; ``safety`` are the notices that do not wait for that."""

    on: date
    what: str
    outcome: str
    safety: Sequence[str]
    perspectives: Sequence[Perspective]


@dataclass(frozen=True, slots=True)
class Walkthrough:
    """A whole story."""

    title: str
    board: str
    notice: str
    digest: str
    scenes: Sequence[Scene]
