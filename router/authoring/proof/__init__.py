"""Proofs over all possible facts: what a pack does with families that nobody has thought of."""

from router.authoring.proof.findings import Finding, Kind, Proof
from router.authoring.proof.prove import prove

__all__ = ["Finding", "Kind", "Proof", "prove"]
