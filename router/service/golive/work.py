"""People's acts about packs, as units of work. Each is a batch of its own, and one at a time in the whole store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from router.service.work import PersonsAct


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWork(PersonsAct):
    """An act about packs. ``pack`` names one as people do: a proposal's id, or how a digest begins."""

    pack: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePack(RuleWork):
    """A pack to propose, vetted as a change of the pack ``base``; ``content`` is as the store keeps it."""

    pack_digest: str
    content: bytes
    base: str
    title: str
    services: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovePack(RuleWork):
    """A pack to approve, for the caller's service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectPack(RuleWork):
    """A pack to reject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivatePack(RuleWork):
    """A pack to put into force, at a moment or, with None, at once. ``vetted`` is the digest that was vetted for it."""

    live_from: datetime | None
    vetted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowPack(RuleWork):
    """A shadow to begin, or to end."""

    start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBackPack(RuleWork):
    """The live pack to roll back."""
