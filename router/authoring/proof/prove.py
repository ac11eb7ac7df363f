"""Proves a pack over all possible facts, one kind of fault after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from router.authoring.proof import danger, moving, placing, single_rules
from router.authoring.proof.asking import SECONDS_A_QUESTION, Asker
from router.authoring.proof.findings import Finding, Proof
from router.authoring.proof.ground import Ground
from router.rules.pack import Pack

Look = Callable[[Ground], Iterator[Finding]]

CHECKS: tuple[tuple[str, Look], ...] = (
    ("families whom nobody accepts", placing.gaps),
    ("services between which no agreed order decides", placing.overlaps),
    ("criteria, services and moves that nobody can meet, or everybody does", single_rules.reach),
    ("criteria that exclude one another", single_rules.contradictions),
    ("services that never lead", placing.never_lead),
    ("services that take families outside the ages they state", single_rules.ages),
    ("circles of moves", moving.circles),
    ("birthdays that move somebody", moving.age_alone),
    ("scores that step somebody down", moving.score_alone),
    ("danger that keeps out or steps down", danger.danger),
    ("boards that take whom the national rule keeps out, or turn danger away", danger.narrowing),
)
"""Every check, in order, with what it looks for."""


def prove(
    pack: Pack, *, seconds_a_question: float = SECONDS_A_QUESTION, tell: Callable[[str], None] = lambda _: None
) -> Proof:
    """Look for every kind of fault and return what was found; ``tell`` hears what is looked for.

    One infant at a time is looked at: with several, a service that is met for one of them is met.
    """
    started = time.monotonic()
    asker = Asker(seconds_a_question)
    ground = Ground(pack, asker)
    findings: list[Finding] = []
    for name, look in CHECKS:
        tell(name)
        findings += look(ground)
    return Proof(pack.digest, tuple(findings), tuple(asker.open), asker.asked, time.monotonic() - started)
