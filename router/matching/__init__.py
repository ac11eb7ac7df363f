"""Family matching: tells whether an event's family is one that is known already.

Two calls: ``blocking_keys`` says under which keys to look for candidates and to store the family; ``resolve`` compares
the event with the candidates and answers "same family", "ask a person" or "new family", with the weight in bits of
every field compared. In doubt there are two families, and a person is asked.
"""

from __future__ import annotations

from router.matching.gates import SENTENCES, Gate
from router.matching.keys import blocking_keys
from router.matching.profile import FamilyRecord, Member
from router.matching.resolve import FieldWeight, MatchOutcome, MatchResult, resolve
from router.matching.weights import Weights, load_weights

__all__ = [
    "SENTENCES",
    "FamilyRecord",
    "FieldWeight",
    "Gate",
    "MatchOutcome",
    "MatchResult",
    "Member",
    "Weights",
    "blocking_keys",
    "load_weights",
    "resolve",
]
